/* One connection that is seen on several interfaces of one daemon: a gateway forwards it from one to the other, a
 * bridge and its port both show it. Each interface has its own engine and comes to its own verdict; where they agree,
 * the first is told and the others are counted. No clock: time is that of the packets. */
#ifndef FOLD_SIGHTINGS_H
#define FOLD_SIGHTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/siphash.h"
#include "diag/diag.h"

/* A packet is on all interfaces of a machine within this, nanoseconds, unless it waits there for an address to be
 * resolved (RFC 826). A client needs longer to use its port again. */
#define SIGHTINGS_WITHIN 100000000

/* How many verdicts are remembered; older ones make room. */
#define SIGHTINGS_CAP 16384

struct sightings;

/* KEY is random, so that nobody outside can fill one bucket. All memory is taken here; NULL where it is short. */
MUST_USE struct sightings *sightings_new(const struct siphash_key *key);
void sightings_free(struct sightings *sightings);

/* A verdict of the engine of INTERFACE, whose name lives as long as the sightings: true where it is to be told; false
 * where another interface has come to the same outcome and cause of a connection with the same addresses and ports that
 * began at the same time. Who comes to another cause is told, too: it may be the one that saw more. */
MUST_USE bool sightings_note(struct sightings *sightings, const char *interface, const struct diag *diag);

/* Verdicts that were not to be told; it only grows. */
uint64_t sightings_repeated(const struct sightings *sightings);

#endif
