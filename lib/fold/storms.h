/* The table of storms: found by a keyed hash, kept in two orders. Private to the room.
 *
 * A storm is calm as long as its failures are told one by one, and raging from the first one that is held back. The
 * calm ones are in the order of use: where the table is full the one used least lately goes. The raging ones are in
 * the order in which their intervals began, and none of them ever has to make room: what they hold is not told yet. */
#ifndef FOLD_STORMS_H
#define FOLD_STORMS_H

#include "base/compiler.h"
#include "clients.h"
#include "fold/fold.h"

#define STORMS_CAP           1024 /* a power of two */
#define STORM_RULE_ID_SIZE   96
#define STORM_INTERFACE_SIZE 32 /* Linux: IFNAMSIZ is 16 */

struct storm {
    uint64_t hash;
    int64_t begin;         /* of the window: the burst is counted within it, or the next summary is due at its end */
    unsigned told;         /* calm: failures told within the window */
    bool raging;           /* which of the two orders it is in */
    uint32_t next;         /* in the bucket; 0: none */
    uint32_t newer, older; /* in its order; 0: none */
    char rule_id[STORM_RULE_ID_SIZE];
    char interface[STORM_INTERFACE_SIZE];
    struct fold_summary held; /* the next summary as it grows; clients are counted below */
    struct clients clients;
};

struct storm_order {
    uint32_t newest, oldest; /* 0: none */
};

struct storms {
    struct storm records[STORMS_CAP + 1]; /* [0] is not used, so that 0 means none */
    uint32_t buckets[STORMS_CAP];
    struct storm_order calm, raging;
    uint32_t filled;
};

/* Zeroed memory; NULL where it is short. Pages are touched as storms come. */
MUST_USE struct storms *storms_new(void);

/* The storm of HASH, a calm one marked as used just now; NULL where it is not known. */
struct storm *storms_find(struct storms *storms, uint64_t hash);

/* A new calm storm, in the place of the calm one used least lately where the table is full; NULL where all of them
 * are raging. */
struct storm *storms_add(struct storms *storms, uint64_t hash);

/* The raging storm whose window began first; NULL where none is raging. */
struct storm *storms_first(struct storms *storms);

/* Puts STORM behind all others of the order that it shall be in. */
void storms_move(struct storms *storms, struct storm *storm, bool raging);

#endif
