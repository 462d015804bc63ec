/* The forms that an event takes on its way out. Each is written once for an event, however many outputs want it. */
#ifndef DAEMON_OUTPUTS_FORMS_H
#define DAEMON_OUTPUTS_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "diag/diag.h"
#include "fold/fold.h"
#include "output/output.h"

enum form {
    FORM_JSON,    /* a line, its newline included */
    FORM_TEXT,    /* an account for people */
    FORM_JOURNAL, /* a datagram of the journal's native protocol */
    FORM_SYSLOG,  /* a datagram of RFC 5424 */
    FORMS,
};

/* No event is longer in any form. */
#define FORM_CAP 16384

/* One event to be written; exactly one of diag, summary and notice is there. All borrowed. */
struct event {
    const struct diag *diag;
    const struct fold_summary *summary;
    const struct output_notice *notice;
    struct output_observer observer;
    uint64_t sequence;
};

struct forms {
    bool colour;  /* FORM_TEXT with ANSI sequences */
    bool written; /* the event was written as JSON, which the others carry along */
    size_t length;
    char line[OUTPUT_LINE_CAP + 2];
    char text[FORM_CAP];
};

/* Begins another event. */
void forms_begin(struct forms *forms);

/* EVENT as FORM: *BYTES points into FORMS, until the next call. Its length; 0 where memory is short. */
MUST_USE size_t forms_write(struct forms *forms, const struct event *event, enum form form, const char **bytes);

#endif
