/* How many different clients there were: exact up to a cap. Private to the room. */
#ifndef FOLD_CLIENTS_H
#define FOLD_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#define CLIENTS_CAP    256 /* remembered */
#define CLIENTS_PLACES 512 /* twice as many, so that a search is short; a power of two */

/* A set of hashes by open addressing. The hash is 64 bits wide and keyed: two clients do not share one. */
struct clients {
    uint64_t places[CLIENTS_PLACES]; /* 0: free */
    unsigned count;
    bool capped; /* there were more */
};

void clients_clear(struct clients *clients);

/* A client by the hash of its address. */
void clients_note(struct clients *clients, uint64_t hash);

#endif
