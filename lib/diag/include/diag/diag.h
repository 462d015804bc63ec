/* The verdict about one handshake: cause, confidence, who must act, evidence, alternatives, advice, timeline. */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/facts.h"
#include "rule/rule.h"

enum diag_outcome { DIAG_SUCCESS, DIAG_FAILURE, DIAG_UNKNOWN };
const char *diag_outcome_name(enum diag_outcome outcome);

#define DIAG_MESSAGE_SIZE     512
#define DIAG_EVIDENCE_SIZE    384
#define DIAG_ALTERNATIVES_CAP 6
#define DIAG_TIMELINE_CAP     40
#define DIAG_WHAT_SIZE        112

/* Who talked to whom: plain copies, so that a diag outlives its flow. */
struct diag_connection {
    char source_address[46], destination_address[46];
    uint16_t source_port, destination_port;
    uint8_t ip_version;      /* 4 or 6 */
    char community_id[40];   /* "1:..." (Community ID version 1, seed 0) */
    char id[33];             /* of the event: from addresses, ports and start time; hexadecimal */
    const char *application; /* "smtp" ... where an upgrade protocol led to TLS; NULL */
    int64_t start, end;      /* nanoseconds */
};

/* One line of the handshake as it was seen. */
struct diag_step {
    int64_t offset;            /* nanoseconds since diag_connection.start */
    uint8_t side;              /* enum side */
    char what[DIAG_WHAT_SIZE]; /* "ClientHello TLS 1.2, 30 ciphers, SNI api.example"; clean */
};

struct diag_alternative {
    const char *cause;
    enum rule_confidence confidence;
    char because[DIAG_EVIDENCE_SIZE];
};

struct diag {
    enum diag_outcome outcome;
    const struct rule *rule; /* that explains; NULL for success and unknown; borrowed from the table */
    const char *cause;       /* NULL where there is none */
    bool suspect;            /* completed, then left over a certificate that is visibly wrong: outcome is unknown */
    bool learned;            /* it rests on a chain that the server showed others: inferred, whatever the rule says */
    bool confirmed;          /* it rests on what a key log opened, see diag_confidence() */
    struct diag_connection connection;
    const struct facts *facts; /* borrowed; valid while the diag is handed over */
    char message[DIAG_MESSAGE_SIZE];
    char advice[DIAG_MESSAGE_SIZE];
    char evidence[RULE_EVIDENCE_CAP + 3][DIAG_EVIDENCE_SIZE];
    unsigned evidence_count;
    struct diag_alternative alternatives[DIAG_ALTERNATIVES_CAP];
    unsigned alternative_count;
    struct diag_step timeline[DIAG_TIMELINE_CAP];
    unsigned timeline_count;
    bool timeline_truncated;
};

/* How the cause is known: what the rule says, or confirmed. For a failure only. */
enum rule_confidence diag_confidence(const struct diag *diag);

/* How loud it is, in syslog's numbers (docs/events.md, event.severity): 3, 4 where the cause is inferred, 6 where
 * nothing narrows it or nothing failed. */
int diag_severity(const struct diag *diag);

/* Judges: sets outcome, rule, cause, texts and alternatives of *DIAG from FACTS and TABLE. connection and timeline
 * are the caller's to fill, before or after; messages name the ends by the connection.* facts. A completed handshake is
 * a success, one whose start the capture missed is unknown, whatever rules match, and so is one whose end it missed
 * unless a rule matches that can do without ("unfinished"). Alternatives are the causes of the other rules that match,
 * best first, then those that the rule itself names. */
void diag_judge(struct diag *diag, const struct facts *facts, const struct rule_table *table);

#endif
