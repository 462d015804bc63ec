/* SIGHUP: configuration, rules and roots are read anew, and taken over all at once or not at all. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "service.h"

/* Reloads. Where anything is wrong the old state stays, and the operator is told what: on standard error, as a
 * tlswhy.lifecycle event, in STATUS= and in the outcome that "tlswhyd --reload" waits for. Files of events are opened
 * anew in any case. */
void reload(struct service *service);

#endif
