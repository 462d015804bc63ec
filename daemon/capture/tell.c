#include "capture/tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "clock.h"

static const char lifecycle[] = "tlswhy.lifecycle", health[] = "tlswhy.health";

/* Severity as of docs/events.md: 2 where we cannot see, 4 where we might miss something, 5 where all is well again. */
static const struct {
    const char *dataset, *code;
    int severity;
} news_table[] = {
    [TELL_ABSENT] = {lifecycle, "interface_absent", 2},
    [TELL_LOST] = {lifecycle, "interface_lost", 2},
    [TELL_BACK] = {lifecycle, "interface_back", 5},
    [TELL_DOWN] = {lifecycle, "interface_down", 4},
    [TELL_UP] = {lifecycle, "interface_up", 5},
    [TELL_REFUSED] = {lifecycle, "interface_refused", 2},
    [TELL_SILENT] = {health, "silent", 4},
    [TELL_HEARD_AGAIN] = {health, "heard_again", 5},
    [TELL_PACKETS_DROPPED] = {health, "packets_dropped", 4},
    [TELL_ALL_DROPPED] = {health, "packets_dropped", 2},
    [TELL_DROPS_OVER] = {health, "drops_over", 5},
};

void tell(const struct watch_shared *shared, const char *interface, enum tell_news news,
          const struct output_figure *figures, size_t count, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct output_notice notice = {.dataset = news_table[news].dataset,
                                   .code = news_table[news].code,
                                   .severity = news_table[news].severity,
                                   .time = clock_wall(),
                                   .message = message,
                                   .figures = figures,
                                   .count = count};
    outputs_notice(shared->outputs, interface, &notice);
}
