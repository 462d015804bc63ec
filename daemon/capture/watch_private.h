/* What the files of a watch share: watch.c runs it, opening.c opens it, presence.c notices its coming and going, ring.c
 * takes packets. Private to the watch. */
#ifndef DAEMON_CAPTURE_WATCH_PRIVATE_H
#define DAEMON_CAPTURE_WATCH_PRIVATE_H

#include "base/moment.h"
#include "capture/handle.h"
#include "capture/hearing.h"
#include "capture/links.h"
#include "capture/tell.h"
#include "capture/watch.h"
#include "clock.h"

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

/* Frees *EVENT, which may be NULL, and forgets it. */
void watch_event_drop(struct event **event);

/* Keeps EVENT in *SLOT and adds it; false where memory is short. */
MUST_USE bool watch_event_start(struct event **slot, struct event *event, const struct timeval *interval);

/* ring.c: packets. */

/* Takes what is in the ring, a turn's worth. Returns how many packets, or what libpcap says. */
int watch_ring_take(struct watch *watch);

/* Takes what is in the ring, for a tenth of a second at most. */
void watch_ring_drain(struct watch *watch);

/* Counts what the kernel and the interface dropped since the last call. */
void watch_drops_read(struct watch *watch);

/* Once a second: counts drops, tells deafness. */
void watch_hearing_check(struct watch *watch);

/* opening.c */

/* One attempt on the interface that LOOK describes; where it fails, with one sentence in ERROR. */
MUST_USE enum handle_trouble watch_open(struct watch *watch, const struct links_look *look, char *error, size_t size);

/* Lets the loop look at the ring; before watch_start() and while nothing is open there is nothing to do. False where
 * memory is short. */
MUST_USE bool watch_listen(struct watch *watch);

/* Closes the handle, which may be NULL; the engine and all counts stay. */
void watch_close(struct watch *watch);

/* Remembers FILTER (may be NULL) as what is set; false where memory is short. */
MUST_USE bool watch_filter_keep(struct watch *watch, const char *filter);

/* presence.c */

/* Asks how the interface stands and does what is to be done about it. */
void watch_presence_check(struct watch *watch);

/* The ring says that it is over, for the reason WHY. */
void watch_ring_lost(struct watch *watch, const char *why);

/* Judges as unknown what was unfinished when packets began to be missed, once that is due; closes what is gone. */
void watch_settle(struct watch *watch);

/* Says how it stands at the start, where packets cannot flow. */
void watch_start_tell(const struct watch *watch);

/* watch.c: the handle's descriptor is readable. */
void watch_on_readable(evutil_socket_t descriptor, short what, void *argument);

/* watch.c: a verdict of the watch's engine. */
void watch_on_verdict(void *context, const struct diag *diag);

#endif
