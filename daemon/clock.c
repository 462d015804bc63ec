#include "clock.h"

#include <time.h>

#include "base/moment.h"

static int64_t clock_read(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * MOMENT_SECOND + now.tv_nsec;
}

int64_t clock_wall(void) {
    return clock_read(CLOCK_REALTIME);
}

int64_t clock_monotonic(void) {
    return clock_read(CLOCK_MONOTONIC);
}
