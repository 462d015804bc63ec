#include "notify/notify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

/* Long enough for STATUS= with its figures. */
enum { STATE_SIZE = 1024 };

void notify(const char *format, ...) {
    char state[STATE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(state, sizeof state, format, arguments);
    va_end(arguments);
    /* nobody can be told where telling failed; systemd notices by its own time-outs */
    (void)sd_notify(0, state);
}

bool notify_wanted(void) {
    const char *socket = getenv("NOTIFY_SOCKET");
    return socket != NULL && socket[0] != '\0';
}

uint64_t notify_watchdog_interval(void) {
    uint64_t limit = 0;
    return sd_watchdog_enabled(0, &limit) > 0 ? limit / 2 : 0;
}
