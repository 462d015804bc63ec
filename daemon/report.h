/* What the operator is told on standard error: one sentence, what, where, what to do. */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "base/compiler.h"

/* Exit statuses. */
enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1, /* something could not be read, opened or written */
    EXIT_USAGE = 2,  /* the command line or a rule file makes no sense */
};

/* "tlswhyd: ..." with a newline; what comes from outside is cleaned. */
void report(const char *format, ...) PRINTF_LIKE(1, 2);

/* The last sentence that was reported, cleaned, without "tlswhyd: "; empty where there was none. */
const char *report_last(void);

#endif
