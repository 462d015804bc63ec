#include "verdicts.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "fold/sightings.h"
#include "report.h"

struct verdicts {
    struct outputs *outputs;
    const struct rule_table *rules;
    struct fold *fold;           /* NULL: nothing folds */
    struct sightings *sightings; /* NULL: there is only one interface */
    bool live;
    struct siphash_key key;
    struct figures_verdicts counted;
    uint64_t *hits; /* by the position in rules */
    /* between the two steps of a reload */
    struct fold *next_fold;
    uint64_t *next_hits;
    const struct rule_table *next_rules;
};

static void on_summary(void *context, const struct fold_summary *summary) {
    struct verdicts *verdicts = context;
    outputs_summary(verdicts->outputs, summary->interface, summary);
}

static struct fold_options fold_options_of(const struct verdicts *verdicts, const struct options *options) {
    return (struct fold_options){
        .burst = options->fold_burst, .interval = (int64_t)options->fold_seconds * MOMENT_SECOND, .key = verdicts->key};
}

static bool wants_fold(const struct verdicts *verdicts, const struct options *options) {
    return verdicts->live && options->fold_burst > 0;
}

bool verdicts_prepare(struct verdicts *verdicts, const struct options *options, const struct rule_table *rules) {
    uint64_t *hits = calloc(rule_table_count(rules) + 1, sizeof *hits);
    struct fold *fold = NULL;
    if (wants_fold(verdicts, options) && verdicts->fold == NULL) {
        struct fold_options fold_options = fold_options_of(verdicts, options);
        fold = fold_new(&fold_options, on_summary, verdicts);
        if (fold == NULL) goto short_of_memory;
    }
    if (hits == NULL) goto short_of_memory;
    fold_free(verdicts->next_fold);
    free(verdicts->next_hits);
    verdicts->next_fold = fold;
    verdicts->next_hits = hits;
    verdicts->next_rules = rules;
    return true;
short_of_memory:
    fold_free(fold);
    free(hits);
    return false;
}

static void fold_replace(struct verdicts *verdicts, const struct options *options) {
    if (verdicts->fold == NULL) {
        verdicts->fold = verdicts->next_fold;
        verdicts->next_fold = NULL;
        return;
    }
    fold_finish(verdicts->fold);
    if (wants_fold(verdicts, options)) {
        struct fold_options fold_options = fold_options_of(verdicts, options);
        fold_set_options(verdicts->fold, &fold_options);
        return;
    }
    fold_free(verdicts->fold);
    verdicts->fold = NULL;
}

void verdicts_reload(struct verdicts *verdicts, const struct options *options) {
    fold_replace(verdicts, options);
    free(verdicts->hits);
    verdicts->hits = verdicts->next_hits;
    verdicts->next_hits = NULL;
    verdicts->rules = verdicts->next_rules;
}

struct verdicts *verdicts_new(const struct options *options, bool live, const struct siphash_key *key,
                              const struct rule_table *rules, struct outputs *outputs) {
    struct verdicts *verdicts = calloc(1, sizeof *verdicts);
    if (verdicts != NULL) {
        verdicts->outputs = outputs;
        verdicts->live = live;
        verdicts->key = *key;
        bool several = live && options->interface_count > 1;
        if (several) verdicts->sightings = sightings_new(key);
        if ((!several || verdicts->sightings != NULL) && verdicts_prepare(verdicts, options, rules)) {
            verdicts_reload(verdicts, options);
            return verdicts;
        }
        verdicts_free(verdicts);
    }
    report("there is not enough memory to begin with");
    return NULL;
}

void verdicts_free(struct verdicts *verdicts) {
    if (verdicts == NULL) return;
    sightings_free(verdicts->sightings);
    fold_free(verdicts->fold);
    fold_free(verdicts->next_fold);
    free(verdicts->hits);
    free(verdicts->next_hits);
    free(verdicts);
}

static void failure_count(struct verdicts *verdicts, const struct rule *rule) {
    for (unsigned i = 0; rule_causes[i] != NULL && i < FIGURES_CAUSES_CAP; i++) {
        if (strcmp(rule_causes[i], rule->cause) != 0) continue;
        verdicts->counted.failures[i][rule->at_fault]++;
        return;
    }
}

static void rule_count(struct verdicts *verdicts, const struct rule *rule) {
    unsigned count = rule_table_count(verdicts->rules);
    for (unsigned i = 0; i < count; i++)
        if (rule_table_get(verdicts->rules, i) == rule) {
            verdicts->hits[i]++;
            return;
        }
}

static void verdict_count(struct verdicts *verdicts, const struct diag *diag) {
    if (diag->rule != NULL) rule_count(verdicts, diag->rule);
    if (diag->outcome == DIAG_FAILURE && diag->rule != NULL)
        failure_count(verdicts, diag->rule);
    else if (diag->suspect)
        verdicts->counted.suspects++;
    else if (diag->outcome == DIAG_SUCCESS)
        verdicts->counted.successes++;
    else
        verdicts->counted.unknowns++;
}

void verdicts_diag(void *context, const char *interface, const struct diag *diag) {
    struct verdicts *verdicts = context;
    verdict_count(verdicts, diag);
    if (verdicts->sightings != NULL && !sightings_note(verdicts->sightings, interface, diag)) return;
    if (verdicts->fold != NULL && !fold_diag(verdicts->fold, interface, diag, diag->connection.end)) return;
    outputs_diag(verdicts->outputs, interface, diag);
}

void verdicts_advance(struct verdicts *verdicts, int64_t time) {
    if (verdicts->fold != NULL) fold_advance(verdicts->fold, time);
}

void verdicts_finish(struct verdicts *verdicts) {
    if (verdicts->fold != NULL) fold_finish(verdicts->fold);
}

void verdicts_figures(const struct verdicts *verdicts, struct figures *figures) {
    figures->verdicts = &verdicts->counted;
    figures->rules = verdicts->rules;
    figures->rule_hits = verdicts->hits;
    figures->repeated = verdicts->sightings != NULL ? sightings_repeated(verdicts->sightings) : 0;
    figures->fold = verdicts->fold != NULL ? fold_counters(verdicts->fold) : NULL;
}
