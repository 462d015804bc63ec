/* A sieve before the conditions: most rules ask for one end, one phase, one alert, and most handshakes have another.
 * There is a bit for each word that such a fact can be, and one for its absence. A rule keeps the bits with which it
 * cannot hold, facts have the bits of what they are: where they meet, the rule is passed over. */
#ifndef RULE_SIEVE_H
#define RULE_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "condition.h"

#define SIEVE_WORDS 2

struct sieve {
    uint64_t bits[SIEVE_WORDS];
};

/* The words with which CONDITION cannot hold. */
struct sieve sieve_of_condition(const struct rule_condition *condition);

/* The words that FACTS have. */
struct sieve sieve_of_facts(const struct facts *facts);

/* True where a condition may hold for facts. */
static inline bool sieve_passes(const struct sieve *condition, const struct sieve *facts) {
    return ((condition->bits[0] & facts->bits[0]) | (condition->bits[1] & facts->bits[1])) == 0;
}

#endif
