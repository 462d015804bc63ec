/* One output: a queue, a thread that empties it, and the consumer behind a descriptor. What kind of consumer it is, a
 * table says. */
#ifndef DAEMON_OUTPUTS_OUTLET_H
#define DAEMON_OUTPUTS_OUTLET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "forms.h"
#include "queue.h"

/* What became of an attempt to hand over an entry. */
enum outlet_result {
    OUTLET_DONE,    /* the consumer has it */
    OUTLET_WAIT,    /* the consumer is slow: try again when the descriptor can be written */
    OUTLET_FAILED,  /* try again later; errno says why */
    OUTLET_REFUSED, /* this entry will never be taken; errno says why */
    OUTLET_GONE,    /* the reader left, nothing will ever be taken: no failure */
};

/* Bytes that are written at once where a kind joins entries: room for any one entry at least. */
#define OUTLET_BATCH 65536
_Static_assert(OUTLET_BATCH >= FORM_CAP, "an entry fits");

struct outlet;

struct outlet_kind {
    const char *name;
    const char *place; /* where it goes unless the operator says otherwise; NULL: it has to be said, or there is none */
    bool takes_place;  /* "kind:PLACE" is understood */
    bool may_leave;    /* poll() tells that its reader is there no more, and none will come */
    bool joins;        /* entries may be written several at once where a capture file is read */
    enum form form;    /* of its entries; stdout takes FORM_TEXT instead where --format says so */
    unsigned patience; /* milliseconds that it may fail while a capture file is read, before it is given up */
    const char *advice; /* what the operator may do where it fails */

    /* Opens the consumer; false after having reported. It need not be there yet where it may come later. */
    bool (*open)(struct outlet *outlet);
    enum outlet_result (*write)(struct outlet *outlet, const unsigned char *entry, size_t length);
    void (*reopen)(struct outlet *outlet); /* between two entries; NULL: there is nothing to do */
    void (*settle)(struct outlet *outlet, unsigned milliseconds); /* the last entry was written; NULL */
    void (*close)(struct outlet *outlet);
};

extern const struct outlet_kind outlet_stdout, outlet_journal, outlet_file, outlet_syslog;

struct outlet {
    const struct outlet_kind *kind;
    char name[32];
    const char *place; /* a path, borrowed from the options; NULL where the kind has none */
    enum form form;
    bool alone;     /* no other output could tell that this one fails */
    bool live;      /* otherwise a capture file is read: nothing may be lost to a slow consumer */
    int descriptor; /* -1: not open at the moment */

    struct queue queue;
    pthread_t thread;
    bool runs;
    atomic_bool stop, reopen;           /* for the thread */
    atomic_bool failing, gone;          /* by the thread */
    atomic_int error;                   /* errno of the last failure */
    atomic_uint_fast64_t written, lost; /* entries */

    /* The thread's own. */
    size_t partial;       /* bytes of the present entries that the consumer has already */
    uint64_t present;     /* entries that are being written: one, but for a kind that joins */
    int64_t failed_since; /* monotonic milliseconds; 0: it works */
    unsigned char entries[OUTLET_BATCH];

    /* Of outputs_check(), see health.c. */
    uint64_t lost_notices; /* of the lost entries, those that outputs_check() made */
    uint64_t announced, announced_notices;
    bool announced_failing;
};

/* Reserves CAP bytes for the queue and opens the consumer. False after having reported; then nothing is owned. */
MUST_USE bool outlet_init(struct outlet *outlet, size_t cap);

/* Starts the thread. False after having reported. */
MUST_USE bool outlet_start(struct outlet *outlet);

/* Queues an entry, or counts it as lost. Waits for room only while a capture file is read. Whether it was queued. */
bool outlet_put(struct outlet *outlet, const void *entry, size_t length);

/* Waits until the queue is written, or until DEADLINE (CLOCK_MONOTONIC; NULL: none). */
void outlet_flush(struct outlet *outlet, const struct timespec *deadline);

/* How long a thread that was told to end may take, unless its consumer holds it up. */
#define OUTLET_STOP_MILLISECONDS 300

/* Tells the thread to end. */
void outlet_stop(struct outlet *outlet);

/* Waits for its end; what it has not written is counted as lost. False where the consumer still holds the thread up at
 * DEADLINE: then the outlet must stay where it is, for the process is about to end. */
MUST_USE bool outlet_join(struct outlet *outlet, const struct timespec *deadline);

/* Closes the consumer and frees what the outlet owns, but not the outlet. */
void outlet_done(struct outlet *outlet);

/* What the operator knows it by: its place, or "standard output". */
const char *outlet_title(const struct outlet *outlet);

/* The clock that never jumps, milliseconds. */
int64_t outlet_clock(void);

#endif
