/* Giving up what is not needed: the user, capabilities, system calls. */
#ifndef DAEMON_PRIVILEGES_PRIVILEGES_H
#define DAEMON_PRIVILEGES_PRIVILEGES_H

#include <stdbool.h>

#include "base/compiler.h"

/* Where the process is root: becomes USER (NULL: tlswhy where there is such a user, else nobody). Whoever it is: no
 * capability stays but CAP_NET_RAW, and that only where LIVE (an interface that comes back has to be opened again);
 * no_new_privs is set, core dumps are off. False after having reported. */
MUST_USE bool privileges_drop(const char *user, bool live);

/* From here on only the system calls of a running tlswhyd are allowed (libseccomp, for all threads); another one ends
 * the process. LIVE allows what re-opening an interface takes. Call before the first packet is parsed and before
 * threads are started. False after having reported. */
MUST_USE bool privileges_sandbox(bool live);

#endif
