/* What systemd is told while the service runs. */
#include <inttypes.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "clock.h"
#include "notify/notify.h"
#include "service.h"

/* A watch that has not looked at its ring (or for its interface) for so long is stuck. */
#define STUCK_AFTER (5 * MOMENT_SECOND)

static const char *state_word(const struct watch_status *status) {
    static const char *const words[] = {
        [WATCH_ABSENT] = "waiting for", [WATCH_DOWN] = "link down on", [WATCH_OPEN] = "watching"};
    return status->deaf && status->state == WATCH_OPEN ? "hearing too little on" : words[status->state];
}

struct totals {
    uint64_t packets, handshakes, failures, drops;
};

static void totals_add(struct totals *totals, const struct watch_status *status) {
    totals->drops += status->kernel_drops;
    if (status->engine == NULL) return;
    const struct engine_counters *counters = engine_counters(status->engine);
    totals->packets += counters->packets;
    totals->handshakes += counters->handshakes;
    totals->failures += counters->failures;
}

void service_watches_tell(const struct service *service, struct text_writer *writer) {
    for (unsigned i = 0; i < service->watch_count; i++) {
        struct watch_status status;
        watch_status(service->watches[i], &status);
        text_append_format(writer, "%s%s ", i > 0 ? ", " : "", state_word(&status));
        text_append_hostile(writer, status.name, strlen(status.name));
    }
}

void service_status_send(struct service *service) {
    char line[768];
    struct text_writer writer = text_writer_over(line, sizeof line);
    struct totals totals = {0};
    if (!notify_wanted()) return;
    for (unsigned i = 0; i < service->watch_count; i++) {
        struct watch_status status;
        watch_status(service->watches[i], &status);
        totals_add(&totals, &status);
    }
    struct figures figures = {0};
    verdicts_figures(service->verdicts, &figures);
    service_watches_tell(service, &writer);
    text_append_format(
        &writer,
        ": %" PRIu64 " failures of %" PRIu64 " handshakes, %" PRIu64 " packets, %" PRIu64 " dropped, %u rules%s",
        totals.failures, totals.handshakes, totals.packets, totals.drops, rule_table_count(service->judgement.rules),
        service->reload_failed ? "; the last reload was refused" : "");
    if (figures.repeated > 0)
        text_append_format(&writer, "; %" PRIu64 " verdicts were told by another interface", figures.repeated);
    notify("STATUS=%s", line);
}

/* A watch takes its turn, whether packets come or not, and whether its interface is there or not; one that does not is
 * what a restart mends. */
static bool packets_can_flow(const struct service *service) {
    int64_t now = clock_monotonic();
    for (unsigned i = 0; i < service->watch_count; i++) {
        struct watch_status status;
        watch_status(service->watches[i], &status);
        if (now - status.last_turn > STUCK_AFTER) return false;
    }
    return true;
}

void service_watchdog_feed(struct service *service) {
    if (packets_can_flow(service)) notify("WATCHDOG=1");
}
