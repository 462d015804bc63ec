/* Live: libpcap's ring under libevent, never waiting for anything else; and the interface's coming and going. */
#include "capture/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "capture/handle.h"
#include "capture/hearing.h"
#include "capture/links.h"
#include "capture/tell.h"
#include "report.h"

/* Packets taken in one turn of the loop, so that timers, signals and the other interfaces get theirs. */
enum { PACKETS_A_TURN = 20000 };

/* How often the interface and an idle ring are looked at, microseconds; and how many of these looks make a second. */
enum { TICK = 250000, TICKS_A_SECOND = 4 };

/* Time stamps of packets still in the ring may be this much older than the clock. */
#define RING_LAG MOMENT_SECOND

/* What was captured before an interface went is in the ring after so long. */
#define RING_SETTLES (3 * HANDLE_BLOCK_AGE * MOMENT_MILLISECOND)

/* An interface that is there and cannot be opened is tried again after so long. */
#define RETRY_PAUSE (2 * MOMENT_SECOND)

struct watch {
    const struct watch_shared *shared;
    char *name;
    char *filter; /* as set last; NULL: none */
    struct links links;
    struct event *readable, *tick, *news;
    pcap_t *handle;         /* NULL while there is nothing to open */
    struct engine *engine;  /* NULL before the first opening */
    int link_type;          /* of the latest opening */
    unsigned index;         /* of the interface that HANDLE is open on */
    bool nanoseconds;       /* what the handle's time stamps count */
    bool missed;            /* it was not there, and has not been open since */
    bool refused;           /* the latest attempt to open it failed, which was told */
    enum watch_state state; /* as told */
    int64_t changed;        /* when it came into this state; all these are of the monotonic clock, nanoseconds */
    int64_t settle_at;      /* packets were missed: when what is unfinished is judged; 0: nothing is due */
    int64_t retry_at;       /* not to be opened before */
    int64_t last_turn;
    struct hearing hearing;
    unsigned ticks;
    uint64_t losses;
    uint64_t kernel_drops, interface_drops;           /* of all openings */
    uint32_t kernel_drops_seen, interface_drops_seen; /* of this opening, as the kernel counted last */
};

static int64_t clock_read(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * MOMENT_SECOND + now.tv_nsec;
}

static uint64_t milliseconds_since(int64_t then) {
    return (uint64_t)((clock_read(CLOCK_MONOTONIC) - then) / MOMENT_MILLISECOND);
}

static void on_verdict(void *context, const struct diag *diag) {
    const struct watch *watch = context;
    watch->shared->verdict(watch->shared->context, watch->name, diag);
}

/* ---- packets ---- */

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
    struct watch *watch = (struct watch *)(void *)user;
    int64_t time = (int64_t)header->ts.tv_sec * MOMENT_SECOND;
    time += header->ts.tv_usec * (watch->nanoseconds ? 1 : 1000);
    engine_packet(watch->engine, time, bytes, header->caplen, header->len);
}

/* Takes what is in the ring, a turn's worth. Returns how many packets, or what libpcap says. */
static int ring_take(struct watch *watch) {
    int taken = pcap_dispatch(watch->handle, PACKETS_A_TURN, on_packet, (u_char *)watch);
    if (taken >= 0) watch->last_turn = clock_read(CLOCK_MONOTONIC);
    return taken;
}

static void ring_drain(struct watch *watch) {
    while (ring_take(watch) > 0)
        continue;
}

/* The kernel's counters are 32 bits wide and may have wrapped. */
static void drops_read(struct watch *watch) {
    struct pcap_stat statistics;
    if (watch->handle == NULL || pcap_stats(watch->handle, &statistics) != 0) return;
    watch->kernel_drops += (uint32_t)(statistics.ps_drop - watch->kernel_drops_seen);
    watch->interface_drops += (uint32_t)(statistics.ps_ifdrop - watch->interface_drops_seen);
    watch->kernel_drops_seen = statistics.ps_drop;
    watch->interface_drops_seen = statistics.ps_ifdrop;
}

static void drops_tell(const struct watch *watch, bool all) {
    const struct hearing *hearing = &watch->hearing;
    struct output_figure figures[] = {{"dropped", hearing->last.drops},
                                      {"dropped_total", watch->kernel_drops},
                                      {"dropped_last_minute", hearing->minute.drops},
                                      {"packets_last_minute", hearing->minute.packets},
                                      {"packets", hearing->packets}};
    tell(watch->shared, watch->name, all ? TELL_ALL_DROPPED : TELL_PACKETS_DROPPED, figures, ARRAY_LENGTH(figures),
         "the kernel dropped %" PRIu64 " packets on %s%s: give a larger --buffer%s", hearing->last.drops, watch->name,
         all ? " and let none through" : "",
         hearing->dropping ? " or less to do with --filter; it was more than one in a hundred in the last minute" : "");
}

/* Once a second. */
static void hearing_check(struct watch *watch) {
    int64_t now = clock_read(CLOCK_MONOTONIC);
    drops_read(watch);
    if (watch->engine == NULL) return;
    unsigned deaf_seconds = watch->shared->options->deaf_seconds;
    unsigned news = hearing_second_add(&watch->hearing, now, engine_counters(watch->engine)->packets,
                                       watch->kernel_drops, watch->state == WATCH_OPEN, deaf_seconds);
    if ((news & HEARING_DROPPED) != 0) drops_tell(watch, (news & HEARING_ALL_DROPPED) != 0);
    if ((news & HEARING_DROPS_OVER) != 0)
        tell(watch->shared, watch->name, TELL_DROPS_OVER, NULL, 0,
             "the kernel drops no more than one packet in a hundred on %s any more", watch->name);
    if ((news & HEARING_SILENT) != 0)
        tell(watch->shared, watch->name, TELL_SILENT, NULL, 0,
             "%s is up, but not a packet came for %u s: check that the mirror port or the route still leads here, and "
             "--filter",
             watch->name, deaf_seconds);
    if ((news & HEARING_AGAIN) != 0)
        tell(watch->shared, watch->name, TELL_HEARD_AGAIN, NULL, 0, "packets come again on %s", watch->name);
}

/* ---- opening and closing ---- */

static void on_readable(evutil_socket_t descriptor, short what, void *argument);

static void event_drop(struct event **event) {
    if (*event != NULL) event_free(*event);
    *event = NULL;
}

static bool event_start(struct event **slot, struct event *event, const struct timeval *interval) {
    *slot = event;
    return event != NULL && event_add(event, interval) == 0;
}

/* Lets the loop look at the ring; before watch_start() there is nothing to do. */
static bool ring_listen(struct watch *watch) {
    int descriptor = watch->handle != NULL ? pcap_get_selectable_fd(watch->handle) : -1;
    if (watch->tick == NULL || descriptor < 0 || watch->readable != NULL) return true;
    return event_start(&watch->readable,
                       event_new(watch->shared->base, descriptor, EV_READ | EV_PERSIST, on_readable, watch), NULL);
}

static void handle_close(struct watch *watch) {
    event_drop(&watch->readable);
    if (watch->handle == NULL) return;
    drops_read(watch);
    pcap_close(watch->handle);
    watch->handle = NULL;
}

/* An engine for the first opening; later ones get frames of the link type of now. */
static bool engine_prepare(struct watch *watch, int link_type, char *error, size_t size) {
    bool unknown_link = false;
    if (watch->engine == NULL) {
        struct engine_options options = *watch->shared->engine_options;
        options.link_type = link_type;
        watch->engine = engine_new(&options, on_verdict, watch, &unknown_link);
    } else {
        unknown_link = !engine_set_link_type(watch->engine, link_type);
    }
    if (unknown_link) {
        const char *name = pcap_datalink_val_to_name(link_type);
        snprintf(error, size,
                 "packets of %s are of link type %s (%d), which cannot be read: capture on a link of one of %s",
                 watch->name, name != NULL ? name : "?", link_type, packet_link_types());
        return false;
    }
    if (watch->engine == NULL)
        snprintf(error, size, "there is not enough memory for %zu MiB of flows: give less with --memory",
                 watch->shared->engine_options->memory >> 20);
    return watch->engine != NULL;
}

static bool filter_keep(struct watch *watch, const char *filter) {
    char *copy = filter != NULL ? strdup(filter) : NULL;
    if (filter != NULL && copy == NULL) return false;
    free(watch->filter);
    watch->filter = copy;
    return true;
}

/* HANDLE is open on the interface with the number INDEX. False with one sentence in ERROR. */
static bool opened(struct watch *watch, pcap_t *handle, unsigned index, char *error, size_t size) {
    if (!engine_prepare(watch, pcap_datalink(handle), error, size)) return false;
    watch->handle = handle;
    watch->index = index;
    watch->link_type = pcap_datalink(handle);
    watch->nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
    watch->kernel_drops_seen = watch->interface_drops_seen = 0;
    watch->retry_at = 0;
    if (filter_keep(watch, watch->shared->options->filter) && ring_listen(watch)) {
        hearing_init(&watch->hearing, clock_read(CLOCK_MONOTONIC), engine_counters(watch->engine)->packets,
                     watch->kernel_drops);
        return true;
    }
    event_drop(&watch->readable);
    watch->handle = NULL;
    snprintf(error, size, "cannot watch %s: there is not enough memory or too many files are open", watch->name);
    return false;
}

/* One attempt on the interface that LOOK describes. */
static enum handle_trouble try_open(struct watch *watch, const struct links_look *look, char *error, size_t size) {
    enum handle_trouble trouble;
    if (look->presence == LINKS_ABSENT) return HANDLE_ABSENT;
    if (!look->up) return HANDLE_DOWN;
    pcap_t *handle = handle_open(watch->name, watch->shared->options, &trouble, error, size);
    if (handle == NULL) return trouble;
    if (opened(watch, handle, look->index, error, size)) return HANDLE_FINE;
    pcap_close(handle);
    return HANDLE_REFUSED;
}

/* ---- coming and going ---- */

static void state_enter(struct watch *watch, enum watch_state state) {
    int64_t now = clock_read(CLOCK_MONOTONIC);
    /* back, but down: it is still away */
    if (!watch->missed || state != WATCH_DOWN) watch->changed = now;
    watch->state = state;
    /* packets will be missed, or were: nobody is to blame for what we did not see */
    if (state != WATCH_OPEN && watch->engine != NULL && watch->settle_at == 0) watch->settle_at = now + RING_SETTLES;
}

static void lost_tell(const struct watch *watch) {
    char name[LINKS_NAME_SIZE];
    struct output_figure figures[] = {{"losses", watch->losses}};
    if (links_name_of(&watch->links, watch->index, name) && strcmp(name, watch->name) != 0)
        tell(watch->shared, watch->name, TELL_LOST, figures, ARRAY_LENGTH(figures),
             "%s is gone: it was renamed to %s; nothing is captured until there is a %s again", watch->name, name,
             watch->name);
    else
        tell(watch->shared, watch->name, TELL_LOST, figures, ARRAY_LENGTH(figures),
             "%s is gone: nothing is captured until it is back", watch->name);
}

/* It went away: told at once, closed when its ring has settled. */
static void lose(struct watch *watch) {
    event_drop(&watch->readable);
    watch->losses++;
    watch->missed = true;
    watch->refused = false;
    state_enter(watch, WATCH_ABSENT);
    lost_tell(watch);
}

static void up_tell(struct watch *watch) {
    uint64_t milliseconds = milliseconds_since(watch->changed);
    if (watch->missed) {
        struct output_figure figures[] = {{"absent_milliseconds", milliseconds}};
        tell(watch->shared, watch->name, TELL_BACK, figures, ARRAY_LENGTH(figures),
             "%s is there: packets are captured from now on", watch->name);
    } else {
        struct output_figure figures[] = {{"down_milliseconds", milliseconds}};
        tell(watch->shared, watch->name, TELL_UP, figures, ARRAY_LENGTH(figures), "%s is up again", watch->name);
    }
}

static void down_tell(const struct watch *watch) {
    tell(watch->shared, watch->name, TELL_DOWN, NULL, 0,
         "%s is down: nothing can be captured until \"ip link set dev %s up\" and until its other end is up, too",
         watch->name, watch->name);
}

/* The interface is there, and LOOK says how. */
static void present_check(struct watch *watch, const struct links_look *look) {
    enum watch_state state = watch->handle != NULL && look->running ? WATCH_OPEN : WATCH_DOWN;
    if (state == watch->state) return;
    if (state == WATCH_OPEN)
        up_tell(watch);
    else
        down_tell(watch);
    state_enter(watch, state);
    if (state == WATCH_OPEN) watch->missed = false;
}

static void reopen(struct watch *watch, const struct links_look *look) {
    char error[512];
    int64_t now = clock_read(CLOCK_MONOTONIC);
    if (now < watch->retry_at) return;
    switch (try_open(watch, look, error, sizeof error)) {
    case HANDLE_FINE:
        watch->refused = false;
        present_check(watch, look);
        return;
    case HANDLE_DOWN:
        present_check(watch, &(struct links_look){.presence = LINKS_PRESENT});
        return;
    case HANDLE_ABSENT:
        if (watch->state != WATCH_ABSENT) lose(watch);
        return;
    case HANDLE_REFUSED:
        break;
    }
    if (!watch->refused) tell(watch->shared, watch->name, TELL_REFUSED, NULL, 0, "%s", error);
    watch->refused = true;
    watch->retry_at = now + RETRY_PAUSE;
}

/* Asks how the interface stands and does what is to be done about it. */
static void presence_check(struct watch *watch) {
    struct links_look look = links_look_at(&watch->links, watch->name);
    bool gone = look.presence == LINKS_ABSENT || (look.presence == LINKS_PRESENT && look.index != watch->index);
    if (watch->handle == NULL) {
        reopen(watch, &look);
        watch->last_turn = clock_read(CLOCK_MONOTONIC);
    } else if (watch->state == WATCH_ABSENT) {
        return; /* its ring settles */
    } else if (gone) {
        lose(watch);
    } else if (look.presence == LINKS_PRESENT) {
        present_check(watch, &look);
    }
}

/* Judges what was unfinished when packets began to be missed, as unknown; closes what is gone. */
static void settle(struct watch *watch) {
    if (watch->settle_at == 0 || clock_read(CLOCK_MONOTONIC) < watch->settle_at) return;
    watch->settle_at = 0;
    if (watch->handle != NULL) ring_drain(watch);
    if (watch->state == WATCH_ABSENT) handle_close(watch);
    engine_finish(watch->engine);
}

/* ---- the loop's calls ---- */

static void ring_turn(struct watch *watch) {
    int taken = ring_take(watch);
    if (taken >= 0 || taken == PCAP_ERROR_BREAK || watch->state == WATCH_ABSENT) return;
    lose(watch);
}

static void on_readable(evutil_socket_t descriptor, short what, void *argument) {
    (void)descriptor;
    (void)what;
    ring_turn(argument);
}

static void on_news(evutil_socket_t descriptor, short what, void *argument) {
    struct watch *watch = argument;
    (void)descriptor;
    (void)what;
    links_news_drain(&watch->links);
    presence_check(watch);
}

static void on_tick(evutil_socket_t descriptor, short what, void *argument) {
    struct watch *watch = argument;
    const struct engine_options *options = watch->shared->engine_options;
    (void)descriptor;
    (void)what;
    if (options->keylog_refresh != NULL) options->keylog_refresh(options->keylog_context);
    if (watch->handle != NULL) ring_turn(watch);
    settle(watch);
    presence_check(watch);
    if (watch->engine != NULL) engine_advance(watch->engine, clock_read(CLOCK_REALTIME) - RING_LAG);
    if (++watch->ticks % TICKS_A_SECOND == 0) hearing_check(watch);
}

/* ---- what the daemon calls ---- */

/* The first attempt. False after having reported. */
static bool first_open(struct watch *watch) {
    char error[512];
    struct links_look look = links_look_at(&watch->links, watch->name);
    switch (try_open(watch, &look, error, sizeof error)) {
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
    watch->changed = watch->last_turn = clock_read(CLOCK_MONOTONIC);
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

static void start_tell(const struct watch *watch) {
    if (watch->state == WATCH_DOWN) down_tell(watch);
    if (watch->state == WATCH_ABSENT)
        tell(watch->shared, watch->name, TELL_ABSENT, NULL, 0,
             "there is no interface %s: it is waited for; \"ip link\" lists those there are", watch->name);
}

bool watch_start(struct watch *watch) {
    static const struct timeval tick = {.tv_sec = 0, .tv_usec = TICK};
    struct event_base *base = watch->shared->base;
    bool good = event_start(&watch->tick, event_new(base, -1, EV_PERSIST, on_tick, watch), &tick);
    if (good && watch->links.news >= 0)
        good =
            event_start(&watch->news, event_new(base, watch->links.news, EV_READ | EV_PERSIST, on_news, watch), NULL);
    if (good && ring_listen(watch)) {
        start_tell(watch);
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
    ring_drain(watch);
    if (!handle_filter_set(watch->handle, filter, error, sizeof error) || !filter_keep(watch, filter))
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
    event_drop(&watch->tick);
    event_drop(&watch->news);
    if (watch->handle != NULL) ring_drain(watch);
    hearing_check(watch);
    handle_close(watch);
    if (watch->engine != NULL) engine_finish(watch->engine);
}

void watch_free(struct watch *watch) {
    if (watch == NULL) return;
    event_drop(&watch->tick);
    event_drop(&watch->news);
    handle_close(watch);
    links_close(&watch->links);
    engine_free(watch->engine);
    free(watch->filter);
    free(watch->name);
    free(watch);
}
