#include "fold/sightings.h"

#include <stdlib.h>
#include <string.h>

/* Verdicts of connections whose hashes end alike: the oldest makes room for the next. */
enum { PLACES = 8, BUCKETS = SIGHTINGS_CAP / PLACES };

struct sighting {
    uint64_t hash; /* of addresses and ports */
    int64_t start;
    const char *interface; /* NULL: the place is free */
    const char *cause;     /* NULL: there is none */
    enum diag_outcome outcome;
};

struct bucket {
    struct sighting places[PLACES];
    unsigned next; /* the place for the next one */
};

struct sightings {
    struct siphash_key key;
    uint64_t repeated;
    struct bucket buckets[BUCKETS];
};

struct sightings *sightings_new(const struct siphash_key *key) {
    struct sightings *sightings = calloc(1, sizeof *sightings);
    if (sightings != NULL) sightings->key = *key;
    return sightings;
}

void sightings_free(struct sightings *sightings) {
    free(sightings);
}

uint64_t sightings_repeated(const struct sightings *sightings) {
    return sightings->repeated;
}

static uint64_t text_hash(const struct sightings *sightings, const char *text) {
    return siphash(&sightings->key, text, strlen(text));
}

static uint64_t connection_hash(const struct sightings *sightings, const struct diag_connection *connection) {
    const uint64_t parts[] = {text_hash(sightings, connection->source_address),
                              text_hash(sightings, connection->destination_address), connection->source_port,
                              connection->destination_port};
    return siphash(&sightings->key, parts, sizeof parts);
}

/* Times out of packets may be anything: their difference need not fit. */
static bool is_same_moment(int64_t one, int64_t other) {
    uint64_t apart = one > other ? (uint64_t)one - (uint64_t)other : (uint64_t)other - (uint64_t)one;
    return apart <= SIGHTINGS_WITHIN;
}

static bool is_same_cause(const char *one, const char *other) {
    if (one == NULL || other == NULL) return one == other;
    return strcmp(one, other) == 0;
}

/* SEEN is the same verdict of the same connection, from another interface. */
static bool is_repeated(const struct sighting *seen, const struct sighting *now) {
    return seen->interface != NULL && seen->hash == now->hash && strcmp(seen->interface, now->interface) != 0 &&
           seen->outcome == now->outcome && is_same_cause(seen->cause, now->cause) &&
           is_same_moment(seen->start, now->start);
}

bool sightings_note(struct sightings *sightings, const char *interface, const struct diag *diag) {
    const struct sighting now = {.hash = connection_hash(sightings, &diag->connection),
                                 .start = diag->connection.start,
                                 .interface = interface,
                                 .cause = diag->cause,
                                 .outcome = diag->outcome};
    struct bucket *bucket = &sightings->buckets[now.hash % BUCKETS];
    for (unsigned i = 0; i < PLACES; i++) {
        if (!is_repeated(&bucket->places[i], &now)) continue;
        sightings->repeated++;
        return false;
    }
    bucket->places[bucket->next++ % PLACES] = now;
    return true;
}
