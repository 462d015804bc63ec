/* Packets out of the ring, and whether there are any. */
#include "capture/watch_private.h"

#include <inttypes.h>

/* Packets taken in one turn of the loop, so that timers, signals and the other interfaces get theirs. */
enum { PACKETS_A_TURN = 20000 };

/* A wire that is busy fills the ring as fast as it is emptied. */
#define DRAIN_AT_MOST (100 * MOMENT_MILLISECOND)

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
    struct watch *watch = (struct watch *)(void *)user;
    int64_t time = (int64_t)header->ts.tv_sec * MOMENT_SECOND;
    time += header->ts.tv_usec * (watch->nanoseconds ? 1 : 1000);
    engine_packet(watch->engine, time, bytes, header->caplen, header->len);
}

int watch_ring_take(struct watch *watch) {
    int taken = pcap_dispatch(watch->handle, PACKETS_A_TURN, on_packet, (u_char *)watch);
    if (taken >= 0) watch->last_turn = clock_monotonic();
    return taken;
}

void watch_ring_drain(struct watch *watch) {
    int64_t enough = clock_monotonic() + DRAIN_AT_MOST;
    while (watch_ring_take(watch) > 0 && watch->last_turn < enough)
        continue;
}

/* The kernel's counters are 32 bits wide and may have wrapped. */
void watch_drops_read(struct watch *watch) {
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

void watch_hearing_check(struct watch *watch) {
    int64_t now = clock_monotonic();
    watch_drops_read(watch);
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
