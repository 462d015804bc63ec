/* Live: libpcap's ring under libevent, never waiting for anything else. */
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "capture/capture.h"
#include "report.h"

/* The kernel hands over a block of the ring when it is full or this old, milliseconds. */
enum { BLOCK_AGE = 50 };

/* Packets taken in one turn of the loop, so that timers and signals get theirs. */
enum { PACKETS_A_TURN = 20000 };

/* Time stamps of packets still in the ring may be this much older than the clock. */
#define RING_LAG MOMENT_SECOND

struct live {
    const struct capture *capture;
    pcap_t *handle;
    struct engine *engine;
    struct event_base *base;
    struct event *readable, *tick, *retry, *interrupt, *terminate;
    uint64_t drops, packets; /* as last reported */
    unsigned ticks;
    int status;
};

static pcap_t *handle_create(const struct options *options) {
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_t *handle = pcap_create(options->interfaces[0], error);
    if (handle == NULL) {
        report("cannot watch %s: %s", options->interfaces[0], error);
        return NULL;
    }
    pcap_set_snaplen(handle, options->snaplen);
    pcap_set_promisc(handle, strcmp(options->interfaces[0], "any") != 0);
    pcap_set_timeout(handle, BLOCK_AGE);
    pcap_set_buffer_size(handle, (int)options->buffer);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    return handle;
}

/* What to do about a failed pcap_activate(). */
static const char *activation_advice(int result) {
    switch (result) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return "\"ip link\" lists the interfaces there are";
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return "run it as root or give it CAP_NET_RAW";
    case PCAP_ERROR_IFACE_NOT_UP:
        return "bring it up with \"ip link set dev NAME up\"";
    default:
        return "see the message";
    }
}

static bool handle_activate(pcap_t *handle, const struct options *options) {
    char error[PCAP_ERRBUF_SIZE] = "";
    int result = pcap_activate(handle);
    if (result < 0) {
        const char *detail = pcap_geterr(handle);
        report("cannot watch %s: %s; %s", options->interfaces[0], detail[0] != '\0' ? detail : pcap_statustostr(result),
               activation_advice(result));
        return false;
    }
    if (result > 0) report("watching %s, though: %s", options->interfaces[0], pcap_statustostr(result));
    if (pcap_setnonblock(handle, 1, error) != 0) {
        report("cannot watch %s without waiting: %s", options->interfaces[0], error);
        return false;
    }
    return capture_filter_set(handle, options);
}

/* Time stamps are in nanoseconds only where the kernel agreed. */
static void live_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
    struct live *live = (struct live *)(void *)user;
    int64_t time = (int64_t)header->ts.tv_sec * MOMENT_SECOND;
    bool fine = pcap_get_tstamp_precision(live->handle) == PCAP_TSTAMP_PRECISION_NANO;
    time += header->ts.tv_usec * (fine ? 1 : 1000);
    engine_packet(live->engine, time, bytes, header->caplen, header->len);
}

static void live_dispatch(struct live *live) {
    int taken = pcap_dispatch(live->handle, PACKETS_A_TURN, live_packet, (u_char *)live);
    if (taken >= 0) return;
    if (taken == PCAP_ERROR_BREAK) return;
    report("watching %s ended: %s; start again when it is back", live->capture->options->interfaces[0],
           pcap_geterr(live->handle));
    live->status = EXIT_FAILED;
    event_base_loopbreak(live->base);
}

static void on_readable(evutil_socket_t descriptor, short what, void *argument) {
    (void)descriptor;
    (void)what;
    live_dispatch(argument);
}

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MOMENT_SECOND + now.tv_nsec;
}

/* The kernel's count of what it had no room for; an event when it has grown. */
static void drops_check(struct live *live) {
    struct pcap_stat statistics;
    if (pcap_stats(live->handle, &statistics) != 0) return;
    /* the kernel's counter is 32 bits wide and may have wrapped */
    uint32_t more = statistics.ps_drop - (uint32_t)live->drops;
    if (more == 0) return;
    live->drops += more;
    char message[160];
    snprintf(message, sizeof message, "the kernel dropped %" PRIu32 " packets on %s: give a larger --buffer", more,
             live->capture->options->interfaces[0]);
    struct output_figure figures[] = {
        {"dropped", more}, {"dropped_total", live->drops}, {"packets", engine_counters(live->engine)->packets}};
    struct output_notice notice = {.dataset = "tlswhy.health",
                                   .code = "packets_dropped",
                                   .severity = 4,
                                   .time = clock_now(),
                                   .message = message,
                                   .figures = figures,
                                   .count = ARRAY_LENGTH(figures)};
    sink_notice(live->capture->sink, &notice);
}

static void on_tick(evutil_socket_t descriptor, short what, void *argument) {
    struct live *live = argument;
    (void)descriptor;
    (void)what;
    const struct engine_options *options = live->capture->engine_options;
    if (options->keylog_refresh != NULL) options->keylog_refresh(options->keylog_context);
    live_dispatch(live);
    engine_advance(live->engine, clock_now() - RING_LAG);
    if (++live->ticks % 4 == 0) drops_check(live);
}

static void on_retry(evutil_socket_t descriptor, short what, void *argument) {
    (void)descriptor;
    (void)what;
    live_dispatch(argument);
}

static void on_signal(evutil_socket_t number, short what, void *argument) {
    struct live *live = argument;
    (void)number;
    (void)what;
    event_base_loopexit(live->base, NULL);
}

static bool event_start(struct event **slot, struct event *event, const struct timeval *interval) {
    *slot = event;
    return event != NULL && event_add(event, interval) == 0;
}

static bool live_events_start(struct live *live) {
    static const struct timeval tick = {.tv_sec = 0, .tv_usec = 250000};
    struct event_base *base = live->base;
    int descriptor = pcap_get_selectable_fd(live->handle);
    const struct timeval *pause = pcap_get_required_select_timeout(live->handle);
    bool good = event_start(&live->tick, event_new(base, -1, EV_PERSIST, on_tick, live), &tick) &&
                event_start(&live->interrupt, evsignal_new(base, SIGINT, on_signal, live), NULL) &&
                event_start(&live->terminate, evsignal_new(base, SIGTERM, on_signal, live), NULL);
    if (good && descriptor >= 0)
        good = event_start(&live->readable, event_new(base, descriptor, EV_READ | EV_PERSIST, on_readable, live), NULL);
    if (good && pause != NULL) good = event_start(&live->retry, event_new(base, -1, EV_PERSIST, on_retry, live), pause);
    return good;
}

static void live_done(struct live *live) {
    struct event *events[] = {live->readable, live->tick, live->retry, live->interrupt, live->terminate};
    for (size_t i = 0; i < ARRAY_LENGTH(events); i++)
        if (events[i] != NULL) event_free(events[i]);
    if (live->base != NULL) event_base_free(live->base);
    engine_free(live->engine);
    if (live->handle != NULL) pcap_close(live->handle);
}

static void live_watch(struct live *live) {
    const struct options *options = live->capture->options;
    report("watching %s (%s)", options->interfaces[0], pcap_datalink_val_to_name(pcap_datalink(live->handle)));
    event_base_dispatch(live->base);
    live_dispatch(live);
    drops_check(live);
    engine_finish(live->engine);
    if (options->statistics) capture_statistics_print(live->engine, live->drops);
}

int capture_live_run(const struct capture *capture) {
    struct live live = {.capture = capture, .status = EXIT_FAILED};
    live.handle = handle_create(capture->options);
    if (live.handle == NULL || !handle_activate(live.handle, capture->options)) goto out;
    live.engine = capture_engine_new(capture, live.handle);
    live.base = event_base_new();
    if (live.engine == NULL || live.base == NULL) goto out;
    if (!live_events_start(&live)) {
        report("cannot set up the event loop: there is not enough memory or too many files are open");
        goto out;
    }
    live.status = EXIT_OK;
    live_watch(&live);
out:
    live_done(&live);
    return live.status;
}
