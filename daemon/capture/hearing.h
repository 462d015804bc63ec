/* Whether an interface that is up is heard: silence for too long, packets that the kernel had no room for. No clock:
 * time is handed in. */
#ifndef DAEMON_CAPTURE_HEARING_H
#define DAEMON_CAPTURE_HEARING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define HEARING_SECONDS  60  /* over which drops are set against packets */
#define HEARING_DROPS_OF 100 /* more than one packet of so many dropped is deafness */

/* What happened in one second. */
struct hearing_second {
    uint64_t packets, drops;
};

struct hearing {
    struct hearing_second seconds[HEARING_SECONDS];
    unsigned position;            /* of the second that is next replaced */
    struct hearing_second minute; /* all seconds together */
    struct hearing_second last;   /* the latest second */
    uint64_t packets, drops;      /* as counted at the last call */
    int64_t heard;                /* when packets last came, or when silence began to count */
    bool silent;                  /* too long */
    bool dropping;                /* over a hundredth in the last minute */
};

/* What the daemon has to tell; several at once are possible. */
enum hearing_news {
    HEARING_SILENT = 1,      /* nothing was heard for too long: once, until something is */
    HEARING_AGAIN = 2,       /* something is */
    HEARING_DROPPED = 4,     /* packets were dropped in this second */
    HEARING_ALL_DROPPED = 8, /* with HEARING_DROPPED: and none came through */
    HEARING_DROPS_OVER = 16, /* it was deaf by drops, and is no more */
};

/* PACKETS and DROPS are counted so far; silence counts from NOW (nanoseconds, monotonic). */
void hearing_init(struct hearing *hearing, int64_t now, uint64_t packets, uint64_t drops);

/* One second is over: PACKETS and DROPS are the counts so far. UP: packets can flow, so that silence counts.
 * DEAF_SECONDS of silence are too long; 0: never. Returns news. */
MUST_USE unsigned hearing_second_add(struct hearing *hearing, int64_t now, uint64_t packets, uint64_t drops, bool up,
                                     unsigned deaf_seconds);

#endif
