/* Live: libpcap's ring under libevent, never waiting for anything else; and the interface's coming and going. */
#include "capture/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/watch_private.h"
#include "report.h"

/* How often the interface and an idle ring are looked at, microseconds; and how many of these looks make a second. */
enum { TICK = 250000, TICKS_A_SECOND = 4 };

/* Time stamps of packets still in the ring may be this much older than the clock. */
#define RING_LAG MOMENT_SECOND

void watch_event_drop(struct event **event) {
    if (*event != NULL) event_free(*event);
    *event = NULL;
}

bool watch_event_start(struct event **slot, struct event *event, const struct timeval *interval) {
    *slot = event;
    return event != NULL && event_add(event, interval) == 0;
}

void watch_on_verdict(void *context, const struct diag *diag) {
    const struct watch *watch = context;
    watch->shared->verdict(watch->shared->context, watch->name, diag);
}

static void ring_turn(struct watch *watch) {
    int taken = watch_ring_take(watch);
    if (taken >= 0 || taken == PCAP_ERROR_BREAK || watch->state == WATCH_ABSENT) return;
    watch_ring_lost(watch, pcap_geterr(watch->handle));
}

void watch_on_readable(evutil_socket_t descriptor, short what, void *argument) {
    (void)descriptor;
    (void)what;
    ring_turn(argument);
}

static void on_news(evutil_socket_t descriptor, short what, void *argument) {
    struct watch *watch = argument;
    (void)descriptor;
    (void)what;
    links_news_drain(&watch->links);
    watch_presence_check(watch);
}

static void on_tick(evutil_socket_t descriptor, short what, void *argument) {
    struct watch *watch = argument;
    const struct engine_options *options = watch->shared->engine_options;
    (void)descriptor;
    (void)what;
    if (options->keylog_refresh != NULL) options->keylog_refresh(options->keylog_context);
    if (watch->handle != NULL) ring_turn(watch);
    watch_settle(watch);
    watch_presence_check(watch);
    if (watch->engine != NULL) engine_advance(watch->engine, clock_wall() - RING_LAG);
    if (++watch->ticks % TICKS_A_SECOND == 0) watch_hearing_check(watch);
}

/* The first attempt. False after having reported. */
static bool first_open(struct watch *watch) {
    char error[512];
    struct links_look look = links_look_at(&watch->links, watch->name);
    switch (watch_open(watch, &look, error, sizeof error)) {
    case HANDLE_FINE:
        report_note("watching %s (%s)", watch->name, pcap_datalink_val_to_name(watch->link_type));
        watch->state = look.running ? WATCH_OPEN : WATCH_DOWN;
        return true;
    case HANDLE_ABSENT:
        watch->state = WATCH_ABSENT;
        watch->missed = true;
        return true;
    case HANDLE_DOWN:
        watch->state = WATCH_DOWN;
        return true;
    case HANDLE_REFUSED:
        break;
    }
    report("%s", error);
    return false;
}

struct watch *watch_new(const struct watch_shared *shared, const char *name) {
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) goto out;
    watch->shared = shared;
    watch->link_type = DLT_EN10MB;
    watch->changed = watch->last_turn = clock_monotonic();
    watch->links = (struct links){.question = -1, .news = -1};
    watch->name = strdup(name);
    if (watch->name == NULL || !links_open(&watch->links)) goto out;
    if (first_open(watch)) return watch;
    watch_free(watch);
    return NULL;
out:
    report("cannot watch %s: %s", name, strerror(errno));
    watch_free(watch);
    return NULL;
}

bool watch_start(struct watch *watch) {
    static const struct timeval tick = {.tv_sec = 0, .tv_usec = TICK};
    struct event_base *base = watch->shared->base;
    bool good = watch_event_start(&watch->tick, event_new(base, -1, EV_PERSIST, on_tick, watch), &tick);
    if (good && watch->links.news >= 0)
        good = watch_event_start(&watch->news, event_new(base, watch->links.news, EV_READ | EV_PERSIST, on_news, watch),
                                 NULL);
    if (good && watch_listen(watch)) {
        watch_start_tell(watch);
        return true;
    }
    report("cannot watch %s: there is not enough memory or too many files are open", watch->name);
    return false;
}

static bool filter_changed(const char *old, const char *new) {
    return old == NULL || new == NULL ? old != new : strcmp(old, new) != 0;
}

void watch_reload(struct watch *watch) {
    char error[512];
    const char *filter = watch->shared->options->filter;
    if (watch->engine != NULL) engine_set_options(watch->engine, watch->shared->engine_options);
    watch->retry_at = 0; /* what was wrong may be right now */
    watch->refused = false;
    /* setting a filter costs the packets of that moment: not for nothing */
    if (watch->handle == NULL || !filter_changed(watch->filter, filter)) return;
    watch_ring_drain(watch);
    if (!handle_filter_set(watch->handle, filter, error, sizeof error) || !watch_filter_keep(watch, filter))
        report("%s", error);
}

bool watch_filter_check(const struct watch *watch, const char *filter, char *error, size_t size) {
    return handle_filter_check(watch->link_type, watch->shared->options->snaplen, filter, error, size);
}

void watch_status(const struct watch *watch, struct watch_status *status) {
    *status = (struct watch_status){
        .name = watch->name,
        .state = watch->state,
        .deaf = watch->state == WATCH_OPEN && (watch->hearing.silent || watch->hearing.dropping),
        .kernel_drops = watch->kernel_drops,
        .interface_drops = watch->interface_drops,
        .losses = watch->losses,
        .last_turn = watch->last_turn,
        .engine = watch->engine,
    };
}

void watch_finish(struct watch *watch) {
    watch_event_drop(&watch->tick);
    watch_event_drop(&watch->news);
    if (watch->handle != NULL) watch_ring_drain(watch);
    watch_hearing_check(watch);
    watch_close(watch);
    if (watch->engine != NULL) engine_finish(watch->engine);
}

void watch_free(struct watch *watch) {
    if (watch == NULL) return;
    watch_event_drop(&watch->tick);
    watch_event_drop(&watch->news);
    watch_close(watch);
    links_close(&watch->links);
    engine_free(watch->engine);
    free(watch->filter);
    free(watch->name);
    free(watch);
}
