/* What systemd is told (sd_notify(3)): READY, STATUS, RELOADING, STOPPING, the watchdog. Without systemd all of it does
 * nothing. */
#ifndef DAEMON_NOTIFY_NOTIFY_H
#define DAEMON_NOTIFY_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* STATE lines as of sd_notify(3), printf-like. */
void notify(const char *format, ...) PRINTF_LIKE(1, 2);

/* Whether somebody listens. */
MUST_USE bool notify_wanted(void);

/* How often the watchdog wants to be fed, microseconds (half of WATCHDOG_USEC); 0: there is none. */
MUST_USE uint64_t notify_watchdog_interval(void);

#endif
