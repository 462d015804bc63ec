/* What the outputs tell about themselves, through all outputs: what was lost, who fails, who works again. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

/* A notice about an output is not longer. */
#define NOTICE_ROOM 4096

#define WARNING 4
#define NOTICE  5

unsigned outputs_count(const struct outputs *outputs) {
    return outputs->count;
}

void outputs_status(const struct outputs *outputs, unsigned position, struct outputs_status *status) {
    struct outlet *outlet = outputs->outlets[position];
    *status = (struct outputs_status){.cap = outlet->queue.cap};
    memcpy(status->name, outlet->name, sizeof status->name);
    status->written = atomic_load(&outlet->written);
    status->lost = atomic_load(&outlet->lost);
    status->failing = atomic_load(&outlet->failing);
    queue_measure(&outlet->queue, &status->queued, &status->bytes);
}

/* Sends a notice about an output and remembers which outputs have lost it. */
static void tell(struct outputs *outputs, const struct output_notice *notice) {
    struct event event = {.notice = notice};
    bool taken[OPTIONS_OUTPUTS_CAP];
    outputs_deliver(outputs, &event, NULL, taken);
    for (unsigned i = 0; i < outputs->count; i++)
        outputs->outlets[i]->lost_notices += !taken[i];
}

static void failure_tell(struct outputs *outputs, struct outlet *outlet, int64_t time) {
    char message[512];
    uint64_t queued;
    size_t bytes;
    bool failing = atomic_load(&outlet->failing);
    if (failing == outlet->announced_failing) return;
    outlet->announced_failing = failing;
    queue_measure(&outlet->queue, &queued, &bytes);
    const struct output_figure figures[] = {{"queued", queued}, {"lost_total", atomic_load(&outlet->lost)}};
    if (failing)
        snprintf(message, sizeof message, "output %s fails: %s: %s; %s", outlet->name, outlet_title(outlet),
                 strerror(atomic_load(&outlet->error)), outlet->kind->advice);
    else
        snprintf(message, sizeof message, "output %s works again: %s", outlet->name, outlet_title(outlet));
    tell(outputs, &(struct output_notice){.dataset = "tlswhy.health",
                                          .code = failing ? "output_failing" : "output_restored",
                                          .severity = failing ? WARNING : NOTICE,
                                          .time = time,
                                          .message = message,
                                          .figures = figures,
                                          .count = ARRAY_LENGTH(figures)});
}

/* Whether there is something to tell: losses; but where only notices of our own were lost, not before there is room
 * again, or each would be the reason for the next. */
static bool loss_is_news(struct outlet *outlet, uint64_t lost) {
    if (atomic_load(&outlet->gone) || lost == outlet->announced) return false;
    return lost - outlet->announced > outlet->lost_notices - outlet->announced_notices ||
           queue_has_room(&outlet->queue, NOTICE_ROOM);
}

static void loss_tell(struct outputs *outputs, struct outlet *outlet, int64_t time) {
    char message[512];
    uint64_t lost = atomic_load(&outlet->lost);
    if (!loss_is_news(outlet, lost)) return;
    uint64_t fresh = lost - outlet->announced;
    const struct output_figure figures[] = {{"lost", fresh}, {"lost_total", lost}};
    outlet->announced = lost;
    outlet->announced_notices = outlet->lost_notices;
    snprintf(message, sizeof message, "output %s lost %" PRIu64 " event%s, %" PRIu64 " in all: %s does not keep up",
             outlet->name, fresh, fresh == 1 ? "" : "s", lost, outlet_title(outlet));
    tell(outputs, &(struct output_notice){.dataset = "tlswhy.health",
                                          .code = "events_lost",
                                          .severity = WARNING,
                                          .time = time,
                                          .message = message,
                                          .figures = figures,
                                          .count = ARRAY_LENGTH(figures)});
}

void outputs_check(struct outputs *outputs, int64_t time) {
    for (unsigned i = 0; i < outputs->count; i++) {
        failure_tell(outputs, outputs->outlets[i], time);
        loss_tell(outputs, outputs->outlets[i], time);
    }
}
