#include "history/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"

/* Observations of one server that are taken within a second: more say little new, and each costs a microsecond. */
enum { CURIOSITY = 8 };

/* One server or name: an entry, its place in the hash chain and in the order of use. */
struct record {
    struct history_entry entry;
    uint64_t hash;
    uint64_t clients_seen; /* a bit per client, by hash: linear counting */
    int64_t second;        /* for curiosity */
    uint32_t within_second;
    uint32_t next;         /* in the bucket; 0: none */
    uint32_t newer, older; /* in the order of use; 0: none */
};

struct history {
    struct siphash_key key;
    struct record *records; /* [0] is not used, so that 0 means none */
    uint32_t *buckets;
    size_t capacity, bucket_mask;
    uint32_t newest, oldest, filled;
    size_t chain_limit;
    struct history_counters counters;
};

struct history *history_new(size_t capacity, size_t chain_bytes, const struct siphash_key *key) {
    size_t buckets = 1;
    while (buckets < capacity)
        buckets <<= 1;
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL) return NULL;
    history->key = *key;
    history->capacity = capacity;
    history->bucket_mask = buckets - 1;
    history->chain_limit = chain_bytes;
    history->counters.capacity = capacity;
    history->records = calloc(capacity + 1, sizeof *history->records);
    history->buckets = calloc(buckets, sizeof *history->buckets);
    if (history->records != NULL && history->buckets != NULL) return history;
    history_free(history);
    return NULL;
}

void history_free(struct history *history) {
    if (history == NULL) return;
    for (size_t i = 1; history->records != NULL && i <= history->filled; i++)
        free(history->records[i].entry.chain);
    free(history->records);
    free(history->buckets);
    free(history);
}

static uint8_t lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* Names compare without case (RFC 4343). */
static uint64_t server_hash(const struct history *history, const struct history_server *server) {
    uint8_t bytes[18 + 255];
    size_t name = server->name_length < 255 ? server->name_length : 255;
    memcpy(bytes, server->address, 16);
    bytes[16] = (uint8_t)(server->port >> 8);
    bytes[17] = (uint8_t)(server->port & 0xff);
    for (size_t i = 0; i < name; i++)
        bytes[18 + i] = lower(server->name[i]);
    return siphash(&history->key, bytes, 18 + name);
}

static uint32_t record_find(const struct history *history, uint64_t hash) {
    uint32_t position = history->buckets[hash & history->bucket_mask];
    while (position != 0 && history->records[position].hash != hash)
        position = history->records[position].next;
    return position;
}

static void order_remove(struct history *history, uint32_t position) {
    struct record *record = &history->records[position];
    if (record->newer != 0)
        history->records[record->newer].older = record->older;
    else
        history->newest = record->older;
    if (record->older != 0)
        history->records[record->older].newer = record->newer;
    else
        history->oldest = record->newer;
}

static void order_add(struct history *history, uint32_t position) {
    struct record *record = &history->records[position];
    record->newer = 0;
    record->older = history->newest;
    if (history->newest != 0)
        history->records[history->newest].newer = position;
    else
        history->oldest = position;
    history->newest = position;
}

static void bucket_remove(struct history *history, uint32_t position) {
    uint32_t *link = &history->buckets[history->records[position].hash & history->bucket_mask];
    while (*link != position)
        link = &history->records[*link].next;
    *link = history->records[position].next;
}

static void chain_drop(struct history *history, struct history_entry *entry) {
    history->counters.chain_bytes -= entry->chain_length;
    free(entry->chain);
    entry->chain = NULL;
    entry->chain_length = 0;
}

/* A free record, or the one that was used least lately. */
static uint32_t record_take(struct history *history) {
    if (history->filled < history->capacity) return ++history->filled;
    uint32_t position = history->oldest;
    order_remove(history, position);
    bucket_remove(history, position);
    chain_drop(history, &history->records[position].entry);
    history->counters.forgotten++;
    history->counters.entries--;
    return position;
}

static struct record *record_open(struct history *history, uint64_t hash, int64_t second) {
    uint32_t position = record_find(history, hash);
    if (position != 0) {
        order_remove(history, position);
        order_add(history, position);
        return &history->records[position];
    }
    position = record_take(history);
    struct record *record = &history->records[position];
    uint32_t *bucket = &history->buckets[hash & history->bucket_mask];
    *record = (struct record){.hash = hash, .next = *bucket, .entry.first = second};
    *bucket = position;
    order_add(history, position);
    history->counters.entries++;
    return record;
}

bool history_is_curious(struct history *history, const struct history_server *server, int64_t time) {
    struct record *record;
    uint32_t position = record_find(history, server_hash(history, server));
    int64_t second = time / MOMENT_SECOND;
    if (position == 0) return true;
    record = &history->records[position];
    if (record->second != second) record->within_second = 0;
    record->second = second;
    return record->within_second++ < CURIOSITY;
}

/* Counts CODE; where there is no room the one not seen for longest makes room. */
static void code_count(struct history_code *codes, uint16_t code, int64_t second) {
    struct history_code *place = &codes[0];
    if (code == 0) return;
    for (int i = 0; i < HISTORY_CODES_KEPT; i++) {
        if (codes[i].count > 0 && codes[i].code == code) {
            codes[i].count++;
            codes[i].last = second;
            return;
        }
        if (codes[i].last < place->last) place = &codes[i];
    }
    *place = (struct history_code){.code = code, .count = 1, .last = second};
}

static void protocol_note(struct history_protocol *protocols, struct cursor protocol, int64_t second) {
    struct history_protocol *place = &protocols[0];
    size_t length = cursor_remaining(&protocol);
    const uint8_t *bytes;
    if (length == 0 || length > HISTORY_PROTOCOL_SIZE || !cursor_take(&protocol, length, &bytes)) return;
    for (int i = 0; i < HISTORY_PROTOCOLS_KEPT; i++) {
        if (protocols[i].length == length && memcmp(protocols[i].bytes, bytes, length) == 0) {
            protocols[i].last = second;
            return;
        }
        if (protocols[i].last < place->last) place = &protocols[i];
    }
    place->length = (uint8_t)length;
    place->last = second;
    memcpy(place->bytes, bytes, length);
}

/* The chain as it was last seen; a copy, replaced only where it differs. */
static void chain_note(struct history *history, struct history_entry *entry, struct cursor chain, int64_t second) {
    size_t length = cursor_remaining(&chain);
    const uint8_t *bytes;
    if (length == 0 || length > HISTORY_CHAIN_CAP || !cursor_take(&chain, length, &bytes)) return;
    bool same = entry->chain != NULL && entry->chain_length == length && memcmp(entry->chain, bytes, length) == 0;
    if (!same) {
        chain_drop(history, entry);
        bool room = history->counters.chain_bytes + length <= history->chain_limit;
        entry->chain = room ? malloc(length) : NULL;
        if (entry->chain == NULL) {
            history->counters.chains_refused++;
            return;
        }
        memcpy(entry->chain, bytes, length);
        entry->chain_length = (uint32_t)length;
        history->counters.chain_bytes += length;
    }
    entry->chain_time = second;
}

static uint32_t bits_set(uint64_t bits) {
    return (uint32_t)__builtin_popcountll(bits);
}

/* Not secret: two runs over one capture must count the same. */
static const struct siphash_key client_key = {UINT64_C(0x636c69656e7473), 0};

static void acceptance_note(struct record *record, const struct history_observation *observation, int64_t second) {
    struct history_entry *entry = &record->entry;
    entry->accepted++;
    record->clients_seen |= UINT64_C(1) << (siphash(&client_key, observation->client, 16) & 63);
    entry->clients = bits_set(record->clients_seen);
    if (observation->server.name_length > 0)
        entry->with_name = second;
    else
        entry->without_name = second;
    if (observation->several_segments)
        entry->long_hello = second;
    else
        entry->short_hello = second;
    code_count(entry->versions, observation->version, second);
    code_count(entry->suites, observation->suite, second);
    code_count(entry->groups, observation->group, second);
    protocol_note(entry->protocols, observation->protocol, second);
}

/* EXACT: under the very name that was asked for (or none); only there does the chain belong. */
static void record_note(struct history *history, uint64_t hash, const struct history_observation *observation,
                        bool exact) {
    int64_t second = observation->time / MOMENT_SECOND;
    struct record *record = record_open(history, hash, second);
    record->entry.last = second;
    if (observation->accepted) acceptance_note(record, observation, second);
    if (observation->asked_certificate) record->entry.asked_certificate = second;
    if (exact) chain_note(history, &record->entry, observation->chain, second);
}

void history_observe(struct history *history, const struct history_observation *observation) {
    struct history_server whole = observation->server;
    whole.name = NULL;
    whole.name_length = 0;
    history->counters.observed++;
    bool named = observation->server.name_length > 0;
    record_note(history, server_hash(history, &whole), observation, !named);
    if (named) record_note(history, server_hash(history, &observation->server), observation, true);
}

const struct history_entry *history_recall(const struct history *history, const struct history_server *server,
                                           int64_t time) {
    uint32_t position = record_find(history, server_hash(history, server));
    if (position == 0) return NULL;
    const struct history_entry *entry = &history->records[position].entry;
    return time / MOMENT_SECOND - entry->last <= HISTORY_AGE ? entry : NULL;
}

bool history_has_code(const struct history_code *codes, uint16_t code, int64_t now) {
    for (int i = 0; i < HISTORY_CODES_KEPT; i++)
        if (codes[i].count > 0 && codes[i].code == code) return now - codes[i].last <= HISTORY_AGE;
    return false;
}

const struct history_counters *history_counters(const struct history *history) {
    return &history->counters;
}
