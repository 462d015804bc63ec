/* Events that wait for one output: a ring of length-prefixed entries with a cap in bytes. One thread puts, another
 * takes; putting never waits unless asked to. All memory is reserved at the start; the kernel gives pages as a backlog
 * grows and gets them back when it is gone, so that a large cap costs nothing while the consumer keeps up. */
#ifndef DAEMON_OUTPUTS_QUEUE_H
#define DAEMON_OUTPUTS_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/compiler.h"

struct queue {
    unsigned char *bytes; /* the ring; owned */
    size_t cap;           /* bytes of the ring */
    size_t head;          /* where the oldest entry begins */
    size_t used;          /* bytes in use, prefixes included */
    size_t reached;       /* the end of the highest byte touched since memory was given back */
    uint64_t count;       /* entries */
    bool closed;          /* takes no more */
    bool left;            /* there is no taker any more */
    bool sleeping;        /* the taker found nothing and waits for the next entry */
    int bell;             /* an eventfd: readable where the taker should look again */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* an entry was taken, the queue closed, or the taker left */
};

/* Reserves CAP bytes. 0, or a negative errno; then nothing is owned. */
MUST_USE int queue_init(struct queue *queue, size_t cap);
void queue_done(struct queue *queue);

/* Appends a copy of LENGTH bytes (at least 1). Where there is no room: false, or, where WAIT, waits for the taker.
 * False also where the queue is closed, or the entry is larger than the ring. */
MUST_USE bool queue_put(struct queue *queue, const void *bytes, size_t length, bool wait);

/* Copies the oldest entries, which stay, one behind the other into ENTRIES: as many as fit into SIZE bytes, which has
 * to be enough for any one, and at most MOST. *COUNT says how many. Their length; 0 where there is none: the bell rings
 * when there is. */
MUST_USE size_t queue_peek(struct queue *queue, void *entries, size_t size, uint64_t most, uint64_t *count);

/* Removes the COUNT oldest entries. */
void queue_drop(struct queue *queue, uint64_t count);

/* Takes no more from now on, and forgets what waits; returns how many entries that were. */
uint64_t queue_close(struct queue *queue);

/* Makes the taker look again. */
void queue_ring(struct queue *queue);

/* Silences the bell; for the taker. */
void queue_hush(struct queue *queue);

/* Waits until nothing is left or the moment DEADLINE (CLOCK_MONOTONIC; NULL: none) has come. */
void queue_wait_empty(struct queue *queue, const struct timespec *deadline);

/* The taker's last word; and whether it was spoken before the moment DEADLINE (CLOCK_MONOTONIC). */
void queue_leave(struct queue *queue);
MUST_USE bool queue_wait_left(struct queue *queue, const struct timespec *deadline);

/* How many entries and bytes wait. */
void queue_measure(struct queue *queue, uint64_t *count, size_t *bytes);

/* Whether an entry of LENGTH bytes would be taken now. */
MUST_USE bool queue_has_room(struct queue *queue, size_t length);

#endif
