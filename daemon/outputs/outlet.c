#include "outlet.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "clock.h"
#include "report.h"

#define RETRY_MILLISECONDS  200  /* between two attempts at a consumer that fails */
#define STALL_MILLISECONDS  1000 /* a consumer that is slow is looked at so often, should its descriptor say nothing */
#define LINGER_MILLISECONDS 2    /* that entries are waited for which can be written with the first one */
#define SETTLE_MILLISECONDS 100  /* that a consumer gets to read what was sent, before we go */

int64_t outlet_clock(void) {
    return clock_monotonic() / MOMENT_MILLISECOND;
}

const char *outlet_title(const struct outlet *outlet) {
    return outlet->place != NULL ? outlet->place : "standard output";
}

bool outlet_init(struct outlet *outlet, size_t cap) {
    outlet->descriptor = -1;
    int status = queue_init(&outlet->queue, cap);
    if (status < 0) {
        report("cannot reserve %zu bytes for the queue of %s: %s; give a smaller --queue", cap, outlet->name,
               strerror(-status));
        return false;
    }
    if (outlet->kind->open(outlet)) return true;
    queue_done(&outlet->queue);
    return false;
}

/* Until there is something to do: an entry, a wish, one of EVENTS at DESCRIPTOR (-1: none), or MILLISECONDS are over.
 * What there was at DESCRIPTOR. */
static short outlet_sleep(struct outlet *outlet, int milliseconds, int descriptor, short events) {
    struct pollfd watched[] = {{.fd = outlet->queue.bell, .events = POLLIN}, {.fd = descriptor, .events = events}};
    if (poll(watched, ARRAY_LENGTH(watched), milliseconds) <= 0) return 0;
    if (watched[0].revents != 0) queue_hush(&outlet->queue);
    return watched[1].revents;
}

/* The consumer is lost for good: what waits and what comes is counted as lost. */
static void outlet_give_up(struct outlet *outlet) {
    atomic_store(&outlet->gone, true);
    atomic_fetch_add(&outlet->lost, queue_close(&outlet->queue));
}

static void entry_finish(struct outlet *outlet) {
    outlet->partial = 0;
    outlet->failed_since = 0;
    queue_drop(&outlet->queue, outlet->present);
}

static void outlet_done_entry(struct outlet *outlet) {
    atomic_fetch_add(&outlet->written, outlet->present);
    atomic_store(&outlet->failing, false);
    entry_finish(outlet);
}

static void outlet_wait(struct outlet *outlet) {
    outlet_sleep(outlet, STALL_MILLISECONDS, outlet->descriptor, POLLOUT);
}

static void outlet_fail(struct outlet *outlet) {
    int64_t now = outlet_clock();
    int error = errno;
    if (outlet->alone && !atomic_load(&outlet->failing))
        report("cannot write events to %s: %s; %s", outlet_title(outlet), strerror(error), outlet->kind->advice);
    atomic_store(&outlet->error, error);
    atomic_store(&outlet->failing, true);
    if (outlet->failed_since == 0) outlet->failed_since = now;
    if (!outlet->live && now - outlet->failed_since >= (int64_t)outlet->kind->patience)
        outlet_give_up(outlet);
    else
        outlet_sleep(outlet, RETRY_MILLISECONDS, -1, 0);
}

static void outlet_refuse(struct outlet *outlet) {
    atomic_store(&outlet->error, errno);
    atomic_fetch_add(&outlet->lost, outlet->present);
    entry_finish(outlet);
}

static void outlet_leave(struct outlet *outlet) {
    atomic_store(&outlet->failing, false);
    outlet_give_up(outlet);
}

static void (*const answers[])(struct outlet *) = {
    [OUTLET_DONE] = outlet_done_entry, [OUTLET_WAIT] = outlet_wait,  [OUTLET_FAILED] = outlet_fail,
    [OUTLET_REFUSED] = outlet_refuse,  [OUTLET_GONE] = outlet_leave,
};

/* Sleeps until there is an entry, or the reader leaves; where entries are joined, a little longer: more will come, and
 * one write is cheaper than many. */
static void outlet_await(struct outlet *outlet, bool joins) {
    bool watched = outlet->kind->may_leave && !atomic_load(&outlet->gone);
    if ((outlet_sleep(outlet, -1, watched ? outlet->descriptor : -1, 0) & (POLLERR | POLLHUP)) != 0)
        outlet_leave(outlet);
    if (joins && !atomic_load(&outlet->stop)) poll(NULL, 0, LINGER_MILLISECONDS);
}

static void *outlet_run(void *context) {
    struct outlet *outlet = context;
    bool joins = outlet->kind->joins && !outlet->live;
    while (!atomic_load(&outlet->stop)) {
        if (atomic_exchange(&outlet->reopen, false) && outlet->kind->reopen != NULL) outlet->kind->reopen(outlet);
        /* a write that was begun goes on with the same entries */
        uint64_t most = outlet->partial > 0 ? outlet->present : joins ? UINT64_MAX : 1;
        size_t length = queue_peek(&outlet->queue, outlet->entries, sizeof outlet->entries, most, &outlet->present);
        if (length == 0)
            outlet_await(outlet, joins);
        else
            answers[outlet->kind->write(outlet, outlet->entries, length)](outlet);
    }
    if (outlet->kind->settle != NULL) outlet->kind->settle(outlet, SETTLE_MILLISECONDS);
    queue_leave(&outlet->queue);
    return NULL;
}

/* Signals are for the thread that captures. */
bool outlet_start(struct outlet *outlet) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&outlet->thread, NULL, outlet_run, outlet);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) report("cannot start the thread of %s: %s", outlet->name, strerror(error));
    outlet->runs = error == 0;
    return outlet->runs;
}

bool outlet_put(struct outlet *outlet, const void *entry, size_t length) {
    bool queued = queue_put(&outlet->queue, entry, length, !outlet->live);
    if (!queued) atomic_fetch_add(&outlet->lost, 1);
    return queued;
}

void outlet_flush(struct outlet *outlet, const struct timespec *deadline) {
    if (outlet->runs) queue_wait_empty(&outlet->queue, deadline);
}

void outlet_stop(struct outlet *outlet) {
    atomic_store(&outlet->stop, true);
    queue_ring(&outlet->queue);
}

bool outlet_join(struct outlet *outlet, const struct timespec *deadline) {
    bool ended = !outlet->runs || queue_wait_left(&outlet->queue, deadline);
    if (outlet->runs && ended) pthread_join(outlet->thread, NULL);
    if (!ended) pthread_detach(outlet->thread);
    outlet->runs = false;
    atomic_fetch_add(&outlet->lost, queue_close(&outlet->queue));
    return ended;
}

void outlet_done(struct outlet *outlet) {
    outlet->kind->close(outlet);
    queue_done(&outlet->queue);
}
