#include "history/attempts.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/siphash.h"

/* RFC 8305 section 8: the next address is tried 250 ms after the last (100 ms to 2 s), or as soon as that has failed.
 */
#define EARLIER_AT_MOST (400 * MOMENT_MILLISECOND)
#define LATER_AT_MOST   (250 * MOMENT_MILLISECOND) /* in the other address family */
#define CROWD_BEHIND    (600 * MOMENT_MILLISECOND)
#define RACE_AT_MOST    (2 * MOMENT_SECOND)
/* Who has won closes what is still open: a SYN that is sent again later than this belongs to no race. */
#define TRIED_AT_MOST (5 * MOMENT_SECOND / 2)
/* In a crowd, or in one address family: how soon the next address is tried (curl waits 200 ms, browsers 250 to 300). A
 * script that goes from one server to the next starts a program in between, which takes longer. */
#define AT_ONCE     (50 * MOMENT_MILLISECOND)
#define TOGETHER    (5 * MOMENT_MILLISECOND)
#define DELAY_LEAST (190 * MOMENT_MILLISECOND)
#define DELAY_MOST  (330 * MOMENT_MILLISECOND)
/* Openings that look like the client's, about the time of the race, beyond which they are a crowd. */
#define CROWD_AFTER 4

/* Tries of a scan follow each other within this; those of the last one or two windows count. */
#define SCAN_PAUSE   (30 * MOMENT_SECOND)
#define SCAN_WINDOW  (60 * MOMENT_SECOND)
#define SCAN_TARGETS 10 /* distinct addresses and ports */
#define SCAN_PORTS   5  /* distinct ports */

enum { OPENINGS_KEPT = 4096 };

/* A connection that was opened, in the order in which they were. */
struct opening {
    int64_t start, opened_at, away;
    uint8_t client[16], server[16];
    uint16_t port, maximum_segment_size;
    uint8_t ip_version, ttl;
    bool timestamps;
};

/* What was tried in vain within one window is kept as bits of a hash: counts of distinct ones, about. */
struct tries {
    uint64_t targets, ports;
    uint32_t failed, opened;
};

/* Failures of one client, in this window and the one before. */
struct failures {
    uint64_t hash;
    int64_t since, last;
    struct tries now, before;
};

/* Not secret: two runs over one capture must say the same. Whoever seeks collisions makes us forget attempts. */
static const struct siphash_key key = {UINT64_C(0x617474656d707473), 0};

struct attempts {
    size_t mask;
    struct opening *openings; /* a ring of OPENINGS_KEPT */
    size_t opened;            /* ever */
    struct failures *failures;
};

struct attempts *attempts_new(size_t capacity) {
    size_t places = 1;
    while (places < capacity)
        places <<= 1;
    struct attempts *attempts = calloc(1, sizeof *attempts);
    if (attempts == NULL) return NULL;
    attempts->mask = places - 1;
    attempts->openings = calloc(OPENINGS_KEPT, sizeof *attempts->openings);
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

void attempts_forget(struct attempts *attempts) {
    memset(attempts->failures, 0, (attempts->mask + 1) * sizeof *attempts->failures);
    attempts->opened = 0;
}

static struct failures *failures_at(const struct attempts *attempts, const struct attempt *attempt, uint64_t *hash) {
    *hash = siphash(&key, attempt->client, 16);
    return &attempts->failures[*hash & attempts->mask];
}

void attempts_note_opened(struct attempts *attempts, const struct attempt *attempt) {
    struct opening *opening = &attempts->openings[attempts->opened % OPENINGS_KEPT];
    *opening = (struct opening){.start = attempt->start,
                                .opened_at = attempt->opened_at,
                                .away = attempt->away,
                                .port = attempt->port,
                                .maximum_segment_size = attempt->maximum_segment_size,
                                .ip_version = attempt->ip_version,
                                .ttl = attempt->ttl,
                                .timestamps = attempt->timestamps};
    memcpy(opening->client, attempt->client, sizeof opening->client);
    memcpy(opening->server, attempt->server, sizeof opening->server);
    attempts->opened++;
    uint64_t hash;
    struct failures *failures = failures_at(attempts, attempt, &hash);
    if (failures->hash == hash && failures->now.opened < UINT32_MAX) failures->now.opened++;
}

/* When ATTEMPT was over for its client: what was not answered never is. */
static bool was_decided(const struct attempt *attempt) {
    return attempt->decided_at != attempt->start;
}

/* When the client of ATTEMPT knew that it had failed: of what was not answered, when it began. */
static int64_t failed_at(const struct attempt *attempt) {
    return attempt->decided_at - attempt->start < RACE_AT_MOST ? attempt->decided_at : attempt->start;
}

/* Whether OPENING is near enough in time to tell a crowd. */
static bool is_about_then(const struct attempt *attempt, const struct opening *opening) {
    int64_t last = was_decided(attempt) ? failed_at(attempt) + CROWD_BEHIND : attempt->start + RACE_AT_MOST;
    return opening->start >= attempt->start - EARLIER_AT_MOST && opening->start <= last;
}

/* Whether OPENING belongs to the race that ATTEMPT lost. Who has a connection tries no further address. */
static bool is_same_race(const struct attempt *attempt, const struct opening *opening) {
    int64_t patience = opening->ip_version == attempt->ip_version ? AT_ONCE + opening->away : LATER_AT_MOST;
    if (opening->opened_at < attempt->start) return false;
    return !was_decided(attempt) || opening->start <= failed_at(attempt) + patience;
}

/* The same where many open connections: at the same moment, or at once behind the failure (seen beside the server, a
 * way to the client and back later), or when a client's patience is over. */
static bool follows_at_once(const struct attempt *attempt, const struct opening *opening) {
    int64_t behind = opening->start - attempt->start, failed = opening->start - attempt->decided_at;
    if (llabs(behind) <= TOGETHER) return true;
    if (was_decided(attempt)) return failed >= 0 && failed <= AT_ONCE + opening->away;
    return behind >= DELAY_LEAST && behind <= DELAY_MOST;
}

/* Whether OPENING may be of the client of ATTEMPT: its address, or in the other family the looks of its SYN. The same
 * link leaves 20 bytes less for a segment of IPv6 (RFC 9293 section 3.7.1). */
static bool is_same_client(const struct attempt *attempt, const struct opening *opening) {
    if (opening->ip_version == attempt->ip_version) return memcmp(opening->client, attempt->client, 16) == 0;
    if (opening->ttl != attempt->ttl || opening->timestamps != attempt->timestamps) return false;
    int four = opening->ip_version == 4 ? opening->maximum_segment_size : attempt->maximum_segment_size;
    int six = opening->ip_version == 4 ? attempt->maximum_segment_size : opening->maximum_segment_size;
    return four == 0 || six == 0 || four - six == 20;
}

static bool is_same_server(const struct attempt *attempt, const struct opening *opening) {
    return opening->ip_version == attempt->ip_version && memcmp(opening->server, attempt->server, 16) == 0;
}

bool attempts_opened_elsewhere(const struct attempts *attempts, const struct attempt *attempt) {
    size_t kept = attempts->opened < OPENINGS_KEPT ? attempts->opened : OPENINGS_KEPT;
    unsigned around = 0, rivals = 0, at_once = 0;
    if (!was_decided(attempt) && attempt->last_try - attempt->start > TRIED_AT_MOST) return false;
    for (size_t back = 1; back <= kept; back++) {
        const struct opening *opening = &attempts->openings[(attempts->opened - back) % OPENINGS_KEPT];
        if (opening->port != attempt->port || !is_about_then(attempt, opening)) continue;
        if (is_same_server(attempt, opening) || !is_same_client(attempt, opening)) continue;
        around++;
        if (!is_same_race(attempt, opening)) continue;
        rivals++;
        at_once += follows_at_once(attempt, opening);
    }
    return around > CROWD_AFTER ? at_once > 0 : rivals > 0;
}

static uint64_t bit_of(const void *bytes, size_t length) {
    return UINT64_C(1) << (siphash(&key, bytes, length) & 63);
}

/* The entry of the client of ATTEMPT, its windows brought up to date. */
static struct failures *failures_open(struct attempts *attempts, const struct attempt *attempt) {
    uint64_t hash;
    struct failures *failures = failures_at(attempts, attempt, &hash);
    if (failures->hash != hash || attempt->start - failures->last > SCAN_PAUSE) {
        *failures = (struct failures){.hash = hash, .since = attempt->start, .last = attempt->start};
    } else if (attempt->start - failures->since > SCAN_WINDOW) {
        failures->before = failures->now;
        failures->now = (struct tries){0};
        failures->since = attempt->start;
    }
    return failures;
}

void attempts_note_failed(struct attempts *attempts, const struct attempt *attempt) {
    struct {
        uint8_t server[16];
        uint64_t port;
    } target = {.port = attempt->port};
    struct failures *failures = failures_open(attempts, attempt);
    memcpy(target.server, attempt->server, sizeof target.server);
    failures->last = attempt->start;
    failures->now.targets |= bit_of(&target, sizeof target);
    failures->now.ports |= bit_of(&target.port, sizeof target.port);
    if (failures->now.failed < UINT32_MAX) failures->now.failed++;
}

bool attempts_is_scan(const struct attempts *attempts, const struct attempt *attempt) {
    uint64_t hash;
    const struct failures *failures = failures_at(attempts, attempt, &hash);
    int64_t since = attempt->start - failures->last;
    if (failures->hash != hash || since > SCAN_PAUSE || since < -2 * SCAN_WINDOW) return false;
    const struct tries *now = &failures->now, *before = &failures->before;
    if ((uint64_t)now->opened + before->opened >= (uint64_t)now->failed + before->failed) return false;
    return __builtin_popcountll(now->targets | before->targets) >= SCAN_TARGETS ||
           __builtin_popcountll(now->ports | before->ports) >= SCAN_PORTS;
}
