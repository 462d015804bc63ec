/* SipHash-1-3: a keyed hash for tables that an adversary fills (Aumasson, Bernstein: "SipHash: a fast
 * short-input PRF", 2012). Not for signatures, not for secrets. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t k0, k1;
};

/* The hash of LENGTH bytes under KEY. Cannot fail. */
uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length);

#endif
