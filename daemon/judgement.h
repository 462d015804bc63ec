/* What engines judge with: the rule table, the trusted roots, and the options that bear on verdicts. Loaded whole, so
 * that a reload changes all of it or nothing. */
#ifndef DAEMON_JUDGEMENT_H
#define DAEMON_JUDGEMENT_H

#include "engine/engine.h"
#include "options.h"

struct judgement {
    struct rule_table *rules;         /* owned */
    struct x509_inspector *inspector; /* owned */
    unsigned roots;                   /* trusted */
};

/* Reads the rules and roots that OPTIONS name. EXIT_OK, or another exit status after having reported why, and then
 * *JUDGEMENT owns nothing. */
MUST_USE int judgement_load(struct judgement *judgement, const struct options *options, const struct siphash_key *key);
void judgement_done(struct judgement *judgement);

/* A key that nobody outside can guess, so that nobody can fill one bucket of our tables. False after having reported.
 */
MUST_USE bool judgement_key_make(struct siphash_key *key);

/* Puts it, and what OPTIONS say about verdicts, into *ENGINE_OPTIONS; memory, key and key log stay as they are. */
void judgement_apply(const struct judgement *judgement, const struct options *options,
                     struct engine_options *engine_options);

#endif
