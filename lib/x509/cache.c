/* A hash table of chains in the order of their use. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

void x509_cache_init(struct x509_cache *cache, size_t limit, const struct siphash_key *key) {
    *cache = (struct x509_cache){.limit = limit > 0 ? limit : 1, .key = *key};
}

static void entry_free(struct x509_entry *entry) {
    if (entry == NULL) return;
    x509_names_done(&entry->names);
    free(entry->certificate);
    free(entry->path);
    free(entry->der);
    free(entry);
}

void x509_cache_clear(struct x509_cache *cache) {
    while (cache->oldest != NULL)
        x509_cache_drop(cache, cache->oldest);
}

void x509_cache_done(struct x509_cache *cache) {
    x509_cache_clear(cache);
    free(cache->bucket);
    cache->bucket = NULL;
}

struct x509_chain_key x509_chain_key_make(enum x509_purpose purpose, const struct cursor *certificates,
                                          unsigned count) {
    unsigned kept = count < X509_CHAIN_KEPT ? count : X509_CHAIN_KEPT;
    return (struct x509_chain_key){.certificates = certificates, .count = count, .kept = kept, .purpose = purpose};
}

/* One hash per certificate, then one over these and the lengths, so that nothing has to be copied together. */
static uint64_t key_hash(const struct x509_cache *cache, const struct x509_chain_key *key) {
    uint64_t parts[2 * X509_CHAIN_KEPT + 2];
    unsigned used = 0;
    for (unsigned i = 0; i < key->kept; i++) {
        parts[used++] = siphash(&cache->key, key->certificates[i].position, key->certificates[i].remaining);
        parts[used++] = key->certificates[i].remaining;
    }
    parts[used++] = key->count;
    parts[used++] = (uint64_t)key->purpose;
    return siphash(&cache->key, parts, used * sizeof *parts);
}

static struct x509_entry **bucket_of(const struct x509_cache *cache, uint64_t hash) {
    return &cache->bucket[hash & (cache->bucket_count - 1)];
}

static void order_remove(struct x509_cache *cache, struct x509_entry *entry) {
    if (entry->newer != NULL)
        entry->newer->older = entry->older;
    else
        cache->newest = entry->older;
    if (entry->older != NULL)
        entry->older->newer = entry->newer;
    else
        cache->oldest = entry->newer;
}

static void order_add(struct x509_cache *cache, struct x509_entry *entry) {
    entry->newer = NULL;
    entry->older = cache->newest;
    if (cache->newest != NULL)
        cache->newest->newer = entry;
    else
        cache->oldest = entry;
    cache->newest = entry;
}

struct cursor x509_entry_der(const struct x509_entry *entry, unsigned position) {
    struct cursor all = cursor_over(entry->der, entry->total), der = cursor_over(NULL, 0);
    for (unsigned i = 0; i <= position; i++)
        if (!cursor_sub(&all, entry->length[i], &der)) return cursor_over(NULL, 0);
    return der;
}

static bool bytes_equal(struct cursor left, struct cursor right) {
    size_t length = left.remaining;
    const uint8_t *l, *r;
    if (length != right.remaining) return false;
    return length == 0 ||
           (cursor_take(&left, length, &l) && cursor_take(&right, length, &r) && memcmp(l, r, length) == 0);
}

static bool is_same(const struct x509_entry *entry, const struct x509_chain_key *key) {
    if (entry->count != key->count || entry->purpose != key->purpose) return false;
    for (unsigned i = 0; i < key->kept; i++)
        if (!bytes_equal(x509_entry_der(entry, i), key->certificates[i])) return false;
    return true;
}

/* Failures come in bursts: the chain that was seen last is compared before anything is hashed. */
struct x509_entry *x509_cache_find(struct x509_cache *cache, struct x509_chain_key *key) {
    if (cache->newest != NULL && is_same(cache->newest, key)) return cache->newest;
    key->hash = key_hash(cache, key);
    if (cache->bucket == NULL) return NULL;
    struct x509_entry *entry = *bucket_of(cache, key->hash);
    while (entry != NULL && (entry->hash != key->hash || !is_same(entry, key)))
        entry = entry->bucket_next;
    if (entry != NULL) {
        order_remove(cache, entry);
        order_add(cache, entry);
    }
    return entry;
}

void x509_cache_drop(struct x509_cache *cache, struct x509_entry *entry) {
    struct x509_entry **place = bucket_of(cache, entry->hash);
    while (*place != entry)
        place = &(*place)->bucket_next;
    *place = entry->bucket_next;
    order_remove(cache, entry);
    cache->count--;
    entry_free(entry);
}

static bool buckets_make(struct x509_cache *cache) {
    size_t count = 16;
    while (count < cache->limit && count < SIZE_MAX / 2 / sizeof(struct x509_entry *))
        count *= 2;
    cache->bucket = calloc(count, sizeof(struct x509_entry *));
    cache->bucket_count = cache->bucket != NULL ? count : 0;
    return cache->bucket != NULL;
}

/* Copies what was sent, so that a chain is recognised for certain and can be looked at again. */
static struct x509_entry *entry_new(const struct x509_chain_key *key) {
    struct x509_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) return NULL;
    entry->hash = key->hash;
    entry->purpose = key->purpose;
    entry->count = key->count;
    entry->kept = key->kept;
    for (unsigned i = 0; i < key->kept; i++)
        entry->total += entry->length[i] = key->certificates[i].remaining;
    entry->der = malloc(entry->total > 0 ? entry->total : 1);
    entry->certificate = calloc(key->kept + 1, sizeof *entry->certificate);
    if (entry->der == NULL || entry->certificate == NULL) {
        entry_free(entry);
        return NULL;
    }
    uint8_t *target = entry->der;
    for (unsigned i = 0; i < key->kept; i++) {
        struct cursor der = key->certificates[i];
        (void)!cursor_copy(&der, target, der.remaining);
        target += entry->length[i];
    }
    return entry;
}

struct x509_entry *x509_cache_add(struct x509_cache *cache, const struct x509_chain_key *key) {
    if (cache->bucket == NULL && !buckets_make(cache)) return NULL;
    if (cache->count >= cache->limit) x509_cache_drop(cache, cache->oldest);
    struct x509_entry *entry = entry_new(key);
    if (entry == NULL) return NULL;
    struct x509_entry **bucket = bucket_of(cache, key->hash);
    entry->bucket_next = *bucket;
    *bucket = entry;
    order_add(cache, entry);
    cache->count++;
    return entry;
}
