#include "sieve.h"

#include <string.h>

#include "base/compiler.h"

/* Facts of fixed sets of words that divide the rules best. */
static const enum fact keys[] = {FACT_ALERT_NAME, FACT_END_KIND,   FACT_END_BY,
                                 FACT_PHASE,      FACT_ALERT_FROM, FACT_SERVER_CERT_FAULT};

/* Bits that there is no room for do no harm: the conditions decide alone. */
static void bit_set(struct sieve *sieve, unsigned bit) {
    if (bit < 64 * SIEVE_WORDS) sieve->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

struct sieve sieve_of_condition(const struct rule_condition *condition) {
    struct sieve sieve = {.bits = {0}};
    unsigned bit = 0;
    for (size_t key = 0; key < ARRAY_LENGTH(keys); key++) {
        if (!condition_admits(condition, keys[key], NULL)) bit_set(&sieve, bit);
        bit++;
        for (const char *const *word = fact_words(keys[key]); *word != NULL; word++, bit++)
            if (!condition_admits(condition, keys[key], *word)) bit_set(&sieve, bit);
    }
    return sieve;
}

struct sieve sieve_of_facts(const struct facts *facts) {
    struct sieve sieve = {.bits = {0}};
    unsigned bit = 0;
    for (size_t key = 0; key < ARRAY_LENGTH(keys); key++) {
        const char *seen = facts_text(facts, keys[key]);
        if (seen == NULL) bit_set(&sieve, bit);
        bit++;
        for (const char *const *word = fact_words(keys[key]); *word != NULL; word++, bit++)
            if (seen != NULL && strcmp(*word, seen) == 0) bit_set(&sieve, bit);
    }
    return sieve;
}
