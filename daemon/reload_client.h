/* "tlswhyd --reload PID": makes a running tlswhyd reload and waits for the outcome, so that a refused reload fails. */
#ifndef DAEMON_RELOAD_CLIENT_H
#define DAEMON_RELOAD_CLIENT_H

#include "base/compiler.h"
#include "options.h"

/* Longer than this nobody waits, milliseconds. */
#define RELOAD_WAIT 10000

/* Sends SIGHUP to OPTIONS->reload, waits for a new outcome, prints its sentence. EXIT_OK where it was accepted, else
 * EXIT_FAILED after having reported. */
MUST_USE int reload_client_run(const struct options *options);

#endif
