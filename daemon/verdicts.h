/* The way of a verdict through the daemon: counted, left alone where another interface has told it, folded where it is
 * one of a storm, handed to the outputs. */
#ifndef DAEMON_VERDICTS_H
#define DAEMON_VERDICTS_H

#include "base/siphash.h"
#include "figures.h"
#include "options.h"
#include "outputs/outputs.h"

struct verdicts;

/* OUTPUTS and RULES are borrowed. A capture file never folds: every failure in it is told (LIVE is false). NULL after
 * having reported. */
MUST_USE struct verdicts *verdicts_new(const struct options *options, bool live, const struct siphash_key *key,
                                       const struct rule_table *rules, struct outputs *outputs);
void verdicts_free(struct verdicts *verdicts);

/* A verdict, seen on INTERFACE (NULL: a capture file). CONTEXT is the verdicts. */
void verdicts_diag(void *context, const char *interface, const struct diag *diag);

/* The clock is at TIME (nanoseconds since the epoch): summaries that are due are handed to the outputs. */
void verdicts_advance(struct verdicts *verdicts, int64_t time);

/* Hands over what is still folded. */
void verdicts_finish(struct verdicts *verdicts);

/* A reload in two steps, so that it happens whole or not at all. The first takes the memory that RULES need; false
 * where it is short, and then nothing has changed. The second sums up what is folded, because summaries name rules, and
 * takes over OPTIONS and RULES; the old rules may go after it. */
MUST_USE bool verdicts_prepare(struct verdicts *verdicts, const struct options *options,
                               const struct rule_table *rules);
void verdicts_reload(struct verdicts *verdicts, const struct options *options);

/* Fills in what is known here: verdicts, rules, rule_hits, repeated, fold. Borrowed until the next reload. */
void verdicts_figures(const struct verdicts *verdicts, struct figures *figures);

#endif
