/* A diag as JSON, as text. Sees a diag and nothing else. */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "diag/diag.h"

/* An event is at most this long, without its newline (event.md). */
#define OUTPUT_LINE_CAP 4095

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

/* tlswhy.health and tlswhy.lifecycle events: MESSAGE is a sentence, PAIRS NAME/VALUE numbers that go into tlswhy. */
struct output_figure {
    const char *name;
    uint64_t value;
};
MUST_USE size_t output_json_notice(const char *dataset, int severity, int64_t time, const char *message,
                                   const struct output_figure *figures, size_t count,
                                   const struct output_observer *observer, uint64_t sequence,
                                   char line[OUTPUT_LINE_CAP + 1]);

#endif
