#include "base/siphash.h"

#include <string.h>

/* Eight bytes, least significant first, whatever the machine; compilers make one load of it. */
static inline uint64_t load_little(const uint8_t *b) {
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length) {
    struct siphash_state s = siphash_begin(key);
    const uint8_t *b = bytes;
    size_t whole = length / 8;
    for (size_t i = 0; i < whole; i++)
        siphash_compress(&s, load_little(b + 8 * i));

    uint8_t last[8] = {0};
    if (length % 8 > 0) memcpy(last, b + 8 * whole, length % 8);
    return siphash_finish(&s, load_little(last), length);
}
