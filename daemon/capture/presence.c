/* An interface comes and goes: what is told, what is judged, what is opened again. */
#include "capture/watch_private.h"

#include <stdio.h>
#include <string.h>

/* What was captured before an interface went is in the ring after so long. */
#define RING_SETTLES (3 * HANDLE_BLOCK_AGE * MOMENT_MILLISECOND)

/* An interface that is there and cannot be opened is tried again after so long. */
#define RETRY_PAUSE (2 * MOMENT_SECOND)

static uint64_t milliseconds_since(int64_t then) {
    return (uint64_t)((clock_monotonic() - then) / MOMENT_MILLISECOND);
}

static void state_enter(struct watch *watch, enum watch_state state) {
    int64_t now = clock_monotonic();
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

/* Closed when the ring has settled. Renamed, the interface goes on to have packets, which are none of ours. */
static void lose(struct watch *watch) {
    watch_event_drop(&watch->readable);
    if (watch->handle != NULL) handle_silence(watch->handle);
    watch->losses++;
    watch->missed = true;
    watch->refused = false;
    state_enter(watch, WATCH_ABSENT);
}

/* Whether the interface that was opened is not there under its name any more. */
static bool is_gone(const struct watch *watch, const struct links_look *look) {
    return look->presence == LINKS_ABSENT || (look->presence == LINKS_PRESENT && look->index != watch->index);
}

/* Told at once. */
static void gone(struct watch *watch) {
    lose(watch);
    lost_tell(watch);
}

void watch_ring_lost(struct watch *watch, const char *why) {
    struct links_look look = links_look_at(&watch->links, watch->name);
    if (is_gone(watch, &look)) {
        gone(watch);
        return;
    }
    /* not the interface but its ring is lost, which opening again at once may well not mend */
    lose(watch);
    watch->retry_at = watch->changed + RETRY_PAUSE;
    tell(watch->shared, watch->name, TELL_LOST, NULL, 0, "no more packets can be taken from %s: %s; it is opened again",
         watch->name, why);
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
    int64_t now = clock_monotonic();
    if (now < watch->retry_at) return;
    switch (watch_open(watch, look, error, sizeof error)) {
    case HANDLE_FINE:
        watch->refused = false;
        present_check(watch, look);
        return;
    case HANDLE_DOWN:
        present_check(watch, &(struct links_look){.presence = LINKS_PRESENT});
        return;
    case HANDLE_ABSENT:
        if (watch->state != WATCH_ABSENT) gone(watch);
        return;
    case HANDLE_REFUSED:
        break;
    }
    if (!watch->refused) tell(watch->shared, watch->name, TELL_REFUSED, NULL, 0, "%s", error);
    watch->refused = true;
    watch->retry_at = now + RETRY_PAUSE;
}

void watch_presence_check(struct watch *watch) {
    struct links_look look = links_look_at(&watch->links, watch->name);
    if (watch->handle == NULL) {
        reopen(watch, &look);
        watch->last_turn = clock_monotonic();
    } else if (watch->state == WATCH_ABSENT) {
        return; /* its ring settles */
    } else if (is_gone(watch, &look)) {
        gone(watch);
    } else if (look.presence == LINKS_PRESENT) {
        present_check(watch, &look);
    }
}

void watch_settle(struct watch *watch) {
    if (watch->settle_at == 0 || clock_monotonic() < watch->settle_at) return;
    watch->settle_at = 0;
    if (watch->handle != NULL) watch_ring_drain(watch);
    if (watch->state == WATCH_ABSENT) watch_close(watch);
    engine_finish(watch->engine);
}

void watch_start_tell(const struct watch *watch) {
    if (watch->state == WATCH_DOWN) down_tell(watch);
    if (watch->state == WATCH_ABSENT)
        tell(watch->shared, watch->name, TELL_ABSENT, NULL, 0,
             "there is no interface %s: it is waited for; \"ip link\" lists those there are", watch->name);
}
