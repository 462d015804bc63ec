/* What the operator is told on standard error: one sentence, what, where, what to do. */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include <stdbool.h>

#include "base/compiler.h"

/* Exit statuses. */
enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1, /* something could not be read, opened or written */
    EXIT_USAGE = 2,  /* the command line, a configuration or a rule file makes no sense */
};

/* "tlswhyd: ..." with a newline; what comes from outside is cleaned. In the journal it is an error. */
void report(const char *format, ...) PRINTF_LIKE(1, 2);

/* The same for what is no error. */
void report_note(const char *format, ...) PRINTF_LIKE(1, 2);

/* The last sentence of report(), cleaned, without "tlswhyd: "; empty where there was none. */
const char *report_last(void);

/* Whether DESCRIPTOR is the stream that systemd connected to the journal ($JOURNAL_STREAM, systemd.exec(5)). */
MUST_USE bool report_leads_to_journal(int descriptor);

#endif
