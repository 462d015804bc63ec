/* SipHash-1-3: a keyed hash for tables that an adversary fills (Aumasson, Bernstein: "SipHash: a fast
 * short-input PRF", 2012): one compression round per word, three finalisation rounds. Not for signatures, not for
 * secrets. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t k0, k1;
};

/* The hash of LENGTH bytes under KEY. Cannot fail. */
uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length);

/* --- word by word, for keys of a fixed length on the packet path: begin, compress each word, finish --- */

struct siphash_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t value, unsigned count) {
    return value << count | value >> (64 - count);
}

static inline void siphash_round(struct siphash_state *s) {
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
    s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
    s->v0 = siphash_rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
    s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
    s->v2 = siphash_rotate(s->v2, 32);
}

static inline struct siphash_state siphash_begin(const struct siphash_key *key) {
    return (struct siphash_state){
        .v0 = key->k0 ^ UINT64_C(0x736f6d6570736575),
        .v1 = key->k1 ^ UINT64_C(0x646f72616e646f6d),
        .v2 = key->k0 ^ UINT64_C(0x6c7967656e657261),
        .v3 = key->k1 ^ UINT64_C(0x7465646279746573),
    };
}

/* WORD holds eight bytes, the first one lowest. */
static inline void siphash_compress(struct siphash_state *s, uint64_t word) {
    s->v3 ^= word;
    siphash_round(s);
    s->v0 ^= word;
}

/* LAST holds the up to seven bytes that fill no word, LENGTH is that of all. */
static inline uint64_t siphash_finish(struct siphash_state *s, uint64_t last, size_t length) {
    siphash_compress(s, last | (uint64_t)(length & 0xff) << 56);
    s->v2 ^= 0xff;
    siphash_round(s);
    siphash_round(s);
    siphash_round(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

#endif
