/* How the daemon stands at one moment: what metrics, STATUS= and --statistics are written from. */
#ifndef DAEMON_FIGURES_H
#define DAEMON_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/watch.h"
#include "fold/fold.h"
#include "outputs/outputs.h"
#include "rule/rule.h"

#define FIGURES_CAUSES_CAP 96
#define FIGURES_FAULTS     4 /* enum rule_fault */

/* Counted by the verdict's way through the daemon. All of it only grows. */
struct figures_verdicts {
    uint64_t failures[FIGURES_CAUSES_CAP][FIGURES_FAULTS]; /* by the position in rule_causes and the side at fault */
    uint64_t successes, unknowns, suspects;
};

struct figures {
    const char *version;
    int64_t started; /* nanoseconds since the epoch */
    const struct figures_verdicts *verdicts;
    const struct rule_table *rules;
    const uint64_t *rule_hits; /* by the position in the table; rule_table_count() of them; since the last reload */
    unsigned roots;            /* trusted */
    struct watch_status watches[OPTIONS_INTERFACES_CAP];
    unsigned watch_count;
    struct outputs_status outputs[OPTIONS_OUTPUTS_CAP];
    unsigned output_count;
    uint64_t repeated; /* verdicts that another interface had told: counted in all other figures, and not told again */
    const struct fold_counters *fold; /* NULL: nothing folds */
    uint64_t sequence;                /* of the last event */
    uint64_t reloads, reloads_refused;
    bool reload_failed; /* the last one */
    int64_t reloaded;   /* nanoseconds since the epoch: when rules and configuration were last taken over */
    size_t memory;      /* the cap, bytes */
    bool ready;
};

#endif
