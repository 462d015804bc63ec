/* Chains that were studied, by what was sent: all about them that depends on neither time nor name. Private. */
#ifndef X509_CACHE_H
#define X509_CACHE_H

#include "base/siphash.h"
#include "chain.h"
#include "learned.h"
#include "names.h"

/* What a chain looks like from outside: its key in the cache. Borrowed. */
struct x509_chain_key {
    const struct cursor *certificates;
    unsigned count; /* sent */
    unsigned kept;  /* of these, at most X509_CHAIN_KEPT */
    enum x509_purpose purpose;
    uint64_t hash; /* where x509_cache_find() had to look for it */
};

/* One chain. Owned by the cache. */
struct x509_entry {
    struct x509_entry *bucket_next, *newer, *older;
    uint64_t hash;
    enum x509_purpose purpose;
    unsigned count, kept;
    size_t length[X509_CHAIN_KEPT], total;
    uint8_t *der; /* the certificates kept, one behind the other */

    struct x509_certificate *certificate; /* kept + 1: behind the last there is room for the root of the store */
    struct x509_names names;              /* of the leaf */
    struct x509_verdict unreadable;       /* of the certificates that cannot be read */
    struct x509_path *path;
    unsigned path_count; /* 0 where the leaf cannot be read */

    /* The two things about it that may change are remembered too. */
    uint64_t lesson_stamp; /* of what was learned when the lesson was asked for */
    bool lesson_asked;
    unsigned long missing_hash; /* of the issuer that was not sent */
    enum x509_lesson lesson;
    uint64_t name_hash; /* of the last name or address compared */
    bool name_asked, name_matched;
};

struct x509_cache {
    struct x509_entry **bucket; /* a power of two of them; NULL before the first chain */
    size_t bucket_count, count, limit;
    struct x509_entry *newest, *oldest;
    struct siphash_key key;
};

void x509_cache_init(struct x509_cache *cache, size_t limit, const struct siphash_key *key);
void x509_cache_done(struct x509_cache *cache);

/* Forgets all chains: the roots have changed. */
void x509_cache_clear(struct x509_cache *cache);

struct x509_chain_key x509_chain_key_make(enum x509_purpose purpose, const struct cursor *certificates, unsigned count);

/* The chain, now the newest; NULL where it is not known: then KEY's hash is there for x509_cache_add(). */
struct x509_entry *x509_cache_find(struct x509_cache *cache, struct x509_chain_key *key);

/* Room for a chain that x509_cache_find() did not find, everything empty; the oldest makes way. NULL where memory is
 * short. */
struct x509_entry *x509_cache_add(struct x509_cache *cache, const struct x509_chain_key *key);

/* Drops an entry whose study could not be finished. */
void x509_cache_drop(struct x509_cache *cache, struct x509_entry *entry);

/* A cursor over certificate POSITION of the entry. */
struct cursor x509_entry_der(const struct x509_entry *entry, unsigned position);

#endif
