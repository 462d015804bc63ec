/* The two clocks of the daemon, in nanoseconds. The library asks no clock: it is handed the time of the packets. */
#ifndef DAEMON_CLOCK_H
#define DAEMON_CLOCK_H

#include <stdint.h>

#include "base/compiler.h"

/* The wall clock, since the epoch: for events, and to go on where no packets come. It may be set and leap. */
MUST_USE int64_t clock_wall(void);

/* The clock that never leaps: for pauses and patience. */
MUST_USE int64_t clock_monotonic(void);

#endif
