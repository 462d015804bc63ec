#include "history/attempts.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/siphash.h"

/* RFC 8305 section 8: the next address is tried 250 ms after the last (100 ms to 2 s), or as soon as that has failed.
 */
#define EARLIER_AT_MOST (400 * MOMENT_MILLISECOND)
#define LATER_AT_MOST   (600 * MOMENT_MILLISECOND)
#define RACE_AT_MOST    (2 * MOMENT_SECOND)
/* Tries of a scan follow each other within this. */
#define SCAN_PAUSE   (10 * MOMENT_SECOND)
#define SCAN_TARGETS 10 /* distinct addresses and ports */
#define SCAN_PORTS   5  /* distinct ports */

enum { OPENINGS_KEPT = 4 };

/* Openings of one client at one port, the latest few. */
struct openings {
    uint64_t hash;
    struct {
        int64_t start;
        uint8_t server[16];
        uint8_t ttl;
    } kept[OPENINGS_KEPT];
    uint8_t count, next;
};

/* Failures of one client. What was tried is kept as bits of a hash: counts of distinct ones, about. */
struct failures {
    uint64_t hash;
    uint64_t targets, ports;
    int64_t last;
};

/* Not secret: two runs over one capture must say the same. Whoever seeks collisions makes us forget attempts. */
static const struct siphash_key key = {UINT64_C(0x617474656d707473), 0};

struct attempts {
    size_t mask;
    struct openings *openings;
    struct failures *failures;
};

struct attempts *attempts_new(size_t capacity) {
    size_t places = 1;
    while (places < capacity)
        places <<= 1;
    struct attempts *attempts = calloc(1, sizeof *attempts);
    if (attempts == NULL) return NULL;
    attempts->mask = places - 1;
    attempts->openings = calloc(places, sizeof *attempts->openings);
    attempts->failures = calloc(places, sizeof *attempts->failures);
    if (attempts->openings != NULL && attempts->failures != NULL) return attempts;
    attempts_free(attempts);
    return NULL;
}

void attempts_free(struct attempts *attempts) {
    if (attempts == NULL) return;
    free(attempts->openings);
    free(attempts->failures);
    free(attempts);
}

/* A client at a port; without an address, all clients of an address family there. */
static struct openings *openings_at(const struct attempts *attempts, const uint8_t *client, uint8_t ip_version,
                                    uint16_t port, uint64_t *hash) {
    struct {
        uint8_t client[16];
        uint64_t port, ip_version;
    } bytes = {.port = port, .ip_version = ip_version};
    if (client != NULL) memcpy(bytes.client, client, sizeof bytes.client);
    *hash = siphash(&key, &bytes, sizeof bytes);
    return &attempts->openings[*hash & attempts->mask];
}

static void opening_note(struct openings *openings, uint64_t hash, const struct attempt *attempt) {
    if (openings->hash != hash) *openings = (struct openings){.hash = hash};
    openings->kept[openings->next].start = attempt->start;
    openings->kept[openings->next].ttl = attempt->ttl;
    memcpy(openings->kept[openings->next].server, attempt->server, 16);
    openings->next = (uint8_t)((openings->next + 1) % OPENINGS_KEPT);
    if (openings->count < OPENINGS_KEPT) openings->count++;
}

void attempts_note_opened(struct attempts *attempts, const struct attempt *attempt) {
    uint64_t hash;
    struct openings *own = openings_at(attempts, attempt->client, attempt->ip_version, attempt->port, &hash);
    opening_note(own, hash, attempt);
    struct openings *family = openings_at(attempts, NULL, attempt->ip_version, attempt->port, &hash);
    opening_note(family, hash, attempt);
}

/* Whether an opening at START belongs to the race that ATTEMPT lost. */
static bool is_same_race(const struct attempt *attempt, int64_t start) {
    int64_t failed = attempt->decided_at - attempt->start < RACE_AT_MOST ? attempt->decided_at : attempt->start;
    int64_t last = failed + LATER_AT_MOST;
    /* not answered: the next address is tried meanwhile */
    if (attempt->decided_at == attempt->start) last = attempt->start + RACE_AT_MOST;
    return start >= attempt->start - EARLIER_AT_MOST && start <= last;
}

bool attempts_opened_elsewhere(const struct attempts *attempts, const struct attempt *attempt) {
    uint64_t hash;
    const struct openings *own = openings_at(attempts, attempt->client, attempt->ip_version, attempt->port, &hash);
    for (unsigned i = 0; own->hash == hash && i < own->count; i++)
        if (memcmp(own->kept[i].server, attempt->server, 16) != 0 && is_same_race(attempt, own->kept[i].start))
            return true;
    uint8_t other_version = attempt->ip_version == 4 ? 6 : 4;
    const struct openings *other = openings_at(attempts, NULL, other_version, attempt->port, &hash);
    for (unsigned i = 0; other->hash == hash && i < other->count; i++)
        if (other->kept[i].ttl == attempt->ttl && is_same_race(attempt, other->kept[i].start)) return true;
    return false;
}

static struct failures *failures_at(const struct attempts *attempts, const struct attempt *attempt, uint64_t *hash) {
    *hash = siphash(&key, attempt->client, 16);
    return &attempts->failures[*hash & attempts->mask];
}

static uint64_t bit_of(const void *bytes, size_t length) {
    return UINT64_C(1) << (siphash(&key, bytes, length) & 63);
}

void attempts_note_failed(struct attempts *attempts, const struct attempt *attempt) {
    struct {
        uint8_t server[16];
        uint64_t port;
    } target = {.port = attempt->port};
    uint64_t hash;
    struct failures *failures = failures_at(attempts, attempt, &hash);
    if (failures->hash != hash || attempt->start - failures->last > SCAN_PAUSE)
        *failures = (struct failures){.hash = hash};
    memcpy(target.server, attempt->server, sizeof target.server);
    failures->last = attempt->start;
    failures->targets |= bit_of(&target, sizeof target);
    failures->ports |= bit_of(&target.port, sizeof target.port);
}

bool attempts_is_scan(const struct attempts *attempts, const struct attempt *attempt) {
    uint64_t hash;
    const struct failures *failures = failures_at(attempts, attempt, &hash);
    int64_t since = attempt->start - failures->last;
    if (failures->hash != hash || since > SCAN_PAUSE || since < -2 * SCAN_PAUSE) return false;
    return __builtin_popcountll(failures->targets) >= SCAN_TARGETS ||
           __builtin_popcountll(failures->ports) >= SCAN_PORTS;
}
