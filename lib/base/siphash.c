/* SipHash-1-3: one compression round per word, three finalisation rounds. */
#include "base/siphash.h"

#include <string.h>

struct siphash_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t value, unsigned count) {
    return value << count | value >> (64 - count);
}

static inline void siphash_round(struct siphash_state *s) {
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void siphash_compress(struct siphash_state *s, uint64_t word) {
    s->v3 ^= word;
    siphash_round(s);
    s->v0 ^= word;
}

/* Eight bytes, least significant first, whatever the machine; compilers make one load of it. */
static inline uint64_t load_little(const uint8_t *b) {
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length) {
    struct siphash_state s = {
        .v0 = key->k0 ^ UINT64_C(0x736f6d6570736575),
        .v1 = key->k1 ^ UINT64_C(0x646f72616e646f6d),
        .v2 = key->k0 ^ UINT64_C(0x6c7967656e657261),
        .v3 = key->k1 ^ UINT64_C(0x7465646279746573),
    };
    const uint8_t *b = bytes;
    size_t whole = length / 8;
    for (size_t i = 0; i < whole; i++)
        siphash_compress(&s, load_little(b + 8 * i));

    uint8_t last[8] = {0};
    if (length % 8 > 0) memcpy(last, b + 8 * whole, length % 8);
    last[7] = (uint8_t)length;
    siphash_compress(&s, load_little(last));

    s.v2 ^= 0xff;
    siphash_round(&s);
    siphash_round(&s);
    siphash_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
