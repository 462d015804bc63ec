/* A diag as JSON, as text. Sees a diag and nothing else. */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "diag/diag.h"
#include "fold/fold.h"

/* An event is at most this long, without its newline. In the journal it is the field TLSWHY_EVENT, and journalctl -o
 * json, which log shippers read, says null for a field whose name, equals sign and value have 4,096 bytes or more. */
#define OUTPUT_LINE_CAP (4095 - sizeof "TLSWHY_EVENT")

/* Who observes: the same for every event of a run. All borrowed. */
struct output_observer {
    const char *version, *hostname; /* hostname may be NULL */
    const char *interface;          /* NULL for a capture file */
};

/* One line of JSON without newline into LINE (OUTPUT_LINE_CAP + 1 bytes), lists trimmed by priority until it fits.
 * Returns its length; 0 where memory is short. */
MUST_USE size_t output_json(const struct diag *diag, const struct output_observer *observer, uint64_t sequence,
                            char line[OUTPUT_LINE_CAP + 1]);

/* Severity and level of a diag (event.md, "Severity"): 3 "error", 4 "warning", 6 "info". */
int output_severity(const struct diag *diag, const char **level);

/* An account for people, several lines, the handshake drawn as a ladder; COLOUR with ANSI sequences. Appends. */
void output_text(const struct diag *diag, bool colour, struct text_writer *writer);

/* A number of a notice: goes into tlswhy under NAME. */
struct output_figure {
    const char *name;
    uint64_t value;
};

/* An event about the daemon itself. All borrowed. */
struct output_notice {
    const char *dataset; /* "tlswhy.health" or "tlswhy.lifecycle" */
    const char *code;    /* event.code, a name in snake_case: "started", "interface_lost", "events_lost" ... */
    int severity;        /* 2 to 6, see event.md */
    int64_t time;        /* nanoseconds since the epoch */
    const char *message; /* one sentence */
    const struct output_figure *figures;
    size_t count;
};
MUST_USE size_t output_json_notice(const struct output_notice *notice, const struct output_observer *observer,
                                   uint64_t sequence, char line[OUTPUT_LINE_CAP + 1]);

/* A tlswhy.summary event: failures that were folded. It is a notice, however severe the failures were. */
#define OUTPUT_SUMMARY_SEVERITY 5
MUST_USE size_t output_json_summary(const struct fold_summary *summary, const struct output_observer *observer,
                                    uint64_t sequence, char line[OUTPUT_LINE_CAP + 1]);

/* Its sentence: "4711 more failures at api.example (192.0.2.7:443): server_cert.expired, from 12 clients within 60
 * seconds; the last: ...". Clean, without a newline. Appends. */
#define OUTPUT_SENTENCE_SIZE (DIAG_MESSAGE_SIZE + FOLD_NAME_SIZE + 256)
void output_summary_sentence(const struct fold_summary *summary, struct text_writer *writer);

/* Both for people: a headline and one sentence. Append. */
void output_text_notice(const struct output_notice *notice, bool colour, struct text_writer *writer);
void output_text_summary(const struct fold_summary *summary, bool colour, struct text_writer *writer);

/* The same event as a record of the journal's native protocol (systemd's JOURNAL_NATIVE_PROTOCOL), one datagram's
 * content: MESSAGE is the sentence, PRIORITY the severity, MESSAGE_ID that of the cause (a summary has its own), and
 * the fields that people search by (docs/events.md); LINE, the event as JSON, goes along as TLSWHY_EVENT. Appends to
 * WRITER, which has to have OUTPUT_JOURNAL_CAP bytes of room: a field that does not fit is left out whole. */
#define OUTPUT_JOURNAL_CAP 8192
void output_journal_diag(const struct diag *diag, const struct output_observer *observer, uint64_t sequence,
                         const char *line, size_t length, struct text_writer *writer);
void output_journal_summary(const struct fold_summary *summary, const struct output_observer *observer,
                            uint64_t sequence, const char *line, size_t length, struct text_writer *writer);
void output_journal_notice(const struct output_notice *notice, const struct output_observer *observer,
                           uint64_t sequence, const char *line, size_t length, struct text_writer *writer);

/* The MESSAGE_ID of a cause, of a notice's code, or of OUTPUT_SUMMARY: 32 hexadecimal digits. It is made from NAME
 * alone and the same for ever: catalogues and filters of operators rest on it. */
#define OUTPUT_MESSAGE_ID_SIZE 33
#define OUTPUT_SUMMARY         "summary"
void output_message_id(const char *name, char id[OUTPUT_MESSAGE_ID_SIZE]);

/* One RFC 5424 message without a newline: facility daemon, APP-NAME tlswhyd, MSGID the cause or code (NULL: none), and
 * LINE, the event as JSON, as MSG. HOSTNAME may be NULL. Appends. */
void output_syslog(int severity, int64_t time, const char *hostname, uint64_t process, const char *message_id,
                   const char *line, size_t length, struct text_writer *writer);

#endif
