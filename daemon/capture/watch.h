/* One interface that is watched live: opened, lost, found again, judged by an engine of its own. */
#ifndef DAEMON_CAPTURE_WATCH_H
#define DAEMON_CAPTURE_WATCH_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "engine/engine.h"
#include "options.h"
#include "outputs/outputs.h"

/* What all watches share; borrowed, outlives them. */
struct watch_shared {
    struct event_base *base;
    const struct options *options;         /* a reload may change what it points at: see watch_reload() */
    struct engine_options *engine_options; /* link_type is filled in for each interface; memory is one interface's */
    struct outputs *outputs;               /* takes lifecycle and health events */
    /* each verdict, with the interface it was seen on */
    void (*verdict)(void *context, const char *interface, const struct diag *diag);
    void *context;
};

struct watch;

enum watch_state {
    WATCH_ABSENT, /* no such interface: waited for */
    WATCH_DOWN,   /* there, and the link is down */
    WATCH_OPEN,   /* packets can flow */
};

/* A copy of how it stands, for metrics, STATUS and the watchdog. */
struct watch_status {
    const char *name; /* borrowed from the watch */
    enum watch_state state;
    bool deaf;             /* up, and silent for longer than deaf_seconds; or the kernel dropped over 1 % */
    uint64_t kernel_drops; /* all told, over every opening */
    uint64_t interface_drops;
    uint64_t losses;   /* how often it went away */
    int64_t last_turn; /* monotonic nanoseconds: when its ring was last looked at successfully, or it was known to
                          be absent and looked for */
    const struct engine *engine; /* NULL before the first opening; for counters */
};

/* Tries to open NAME once. NULL after having reported where it can never be watched (permission, link type, filter);
 * an interface that is not there yet is a watch that waits. */
MUST_USE struct watch *watch_new(const struct watch_shared *shared, const char *name);

/* Puts it into the event loop. False after having reported. */
MUST_USE bool watch_start(struct watch *watch);

/* Options, rules or trust have changed (shared->options, shared->engine_options): takes them over between two packets.
 * The filter was compiled before by watch_filter_check(). */
void watch_reload(struct watch *watch);

/* Whether the filter expression FILTER makes sense on this interface; false with one sentence in ERROR. */
MUST_USE bool watch_filter_check(const struct watch *watch, const char *filter, char *error, size_t size);

void watch_status(const struct watch *watch, struct watch_status *status);

/* Takes what is in the ring, judges what is unfinished, closes. The engine's counters stay until watch_free(). */
void watch_finish(struct watch *watch);
void watch_free(struct watch *watch);

#endif
