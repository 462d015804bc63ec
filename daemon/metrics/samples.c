#include "samples.h"

#include <inttypes.h>
#include <string.h>

#include "base/compiler.h"

/* Prometheus' text format: in a label's value a backslash, a quote and a line feed are escaped. */
static void label_write(struct evbuffer *text, const char *label, const char *value) {
    evbuffer_add_printf(text, "%s=\"", label);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '\n')
            evbuffer_add(text, "\\n", 2);
        else if (*at == '\\' || *at == '"')
            evbuffer_add_printf(text, "\\%c", *at);
        else
            evbuffer_add(text, at, 1);
    }
    evbuffer_add(text, "\"", 1);
}

/* NAME{LABEL="VALUE"} COUNT */
static void sample_write(struct evbuffer *text, const char *name, const char *label, const char *value,
                         uint64_t count) {
    evbuffer_add_printf(text, "%s{", name);
    label_write(text, label, value);
    evbuffer_add_printf(text, "} %" PRIu64 "\n", count);
}

void samples_build(const char *name, const struct figures *figures, struct evbuffer *text) {
    sample_write(text, name, "version", figures->version, 1);
}

/* Whether some rule can come to CAUSE with this side at fault. */
static bool is_possible(const struct rule_table *rules, const char *cause, unsigned fault) {
    for (unsigned i = 0; i < rule_table_count(rules); i++) {
        const struct rule *rule = rule_table_get(rules, i);
        if (!rule->suspect && (unsigned)rule->at_fault == fault && strcmp(rule->cause, cause) == 0) return true;
    }
    return false;
}

/* Each failure that is possible has its sample from the start: a rate over one that appears late would miss its
 * first. */
void samples_failures(const char *name, const struct figures *figures, struct evbuffer *text) {
    for (unsigned i = 0; rule_causes[i] != NULL && i < FIGURES_CAUSES_CAP; i++)
        for (unsigned fault = 0; fault < FIGURES_FAULTS; fault++) {
            uint64_t count = figures->verdicts->failures[i][fault];
            if (count == 0 && !is_possible(figures->rules, rule_causes[i], fault)) continue;
            evbuffer_add_printf(text, "%s{", name);
            label_write(text, "cause", rule_causes[i]);
            evbuffer_add(text, ",", 1);
            label_write(text, "at_fault", rule_fault_name((enum rule_fault)fault));
            evbuffer_add_printf(text, "} %" PRIu64 "\n", count);
        }
}

void samples_outcomes(const char *name, const struct figures *figures, struct evbuffer *text) {
    uint64_t successes = 0, failures = 0, unknowns = 0;
    for (unsigned i = 0; i < figures->watch_count; i++) {
        if (figures->watches[i].engine == NULL) continue;
        const struct engine_counters *counters = engine_counters(figures->watches[i].engine);
        successes += counters->successes;
        failures += counters->failures;
        unknowns += counters->unknowns;
    }
    sample_write(text, name, "outcome", "success", successes);
    sample_write(text, name, "outcome", "failure", failures);
    sample_write(text, name, "outcome", "unknown", unknowns);
}

void samples_passed_over(const char *name, const struct figures *figures, struct evbuffer *text) {
    uint64_t not_for_us = 0, cut = 0, malformed = 0;
    for (unsigned i = 0; i < figures->watch_count; i++) {
        if (figures->watches[i].engine == NULL) continue;
        const struct packet_counters *counters = engine_packet_counters(figures->watches[i].engine);
        not_for_us += counters->not_for_us;
        cut += counters->cut;
        malformed += counters->malformed;
    }
    sample_write(text, name, "reason", "other_protocol", not_for_us);
    sample_write(text, name, "reason", "cut", cut);
    sample_write(text, name, "reason", "malformed", malformed);
}

static const char *const state_names[FLOW_STATE_COUNT] = {
    [FLOW_SYN_ONLY] = "syn_only",   [FLOW_IDLE] = "idle",     [FLOW_TALKING] = "talking",
    [FLOW_HANDSHAKE] = "handshake", [FLOW_ENDING] = "ending",
};

void samples_flows(const char *name, const struct figures *figures, struct evbuffer *text) {
    for (unsigned state = 0; state < FLOW_STATE_COUNT; state++) {
        uint64_t now = 0;
        for (unsigned i = 0; i < figures->watch_count; i++)
            if (figures->watches[i].engine != NULL)
                now += engine_flow_counters(figures->watches[i].engine)->flows_in_state[state];
        sample_write(text, name, "state", state_names[state], now);
    }
}

void samples_flows_evicted(const char *name, const struct figures *figures, struct evbuffer *text) {
    for (unsigned state = 0; state < FLOW_STATE_COUNT; state++) {
        uint64_t evicted = 0;
        for (unsigned i = 0; i < figures->watch_count; i++)
            if (figures->watches[i].engine != NULL)
                evicted += engine_flow_counters(figures->watches[i].engine)->evicted[state];
        sample_write(text, name, "state", state_names[state], evicted);
    }
}

void samples_flows_ended(const char *name, const struct figures *figures, struct evbuffer *text) {
    static const char *const reasons[] = {
        [FLOW_END_CLOSED] = "closed",   [FLOW_END_TIMEOUT] = "timeout", [FLOW_END_CAPTURE] = "capture_gap",
        [FLOW_END_EVICTED] = "evicted", [FLOW_END_REUSED] = "reused",
    };
    uint64_t decided = 0;
    for (unsigned reason = 0; reason < ARRAY_LENGTH(reasons); reason++) {
        uint64_t ended = 0;
        for (unsigned i = 0; i < figures->watch_count; i++)
            if (figures->watches[i].engine != NULL)
                ended += engine_flow_counters(figures->watches[i].engine)->ended[reason];
        sample_write(text, name, "reason", reasons[reason], ended);
    }
    for (unsigned i = 0; i < figures->watch_count; i++)
        if (figures->watches[i].engine != NULL)
            decided += engine_flow_counters(figures->watches[i].engine)->flows_forgotten;
    sample_write(text, name, "reason", "decided", decided);
}

/* One sample for each output, its value by VALUE. */
static void outputs_write(const char *name, const struct figures *figures, struct evbuffer *text,
                          uint64_t (*value)(const struct outputs_status *status)) {
    for (unsigned i = 0; i < figures->output_count; i++)
        sample_write(text, name, "output", figures->outputs[i].name, value(&figures->outputs[i]));
}

static uint64_t output_written(const struct outputs_status *status) {
    return status->written;
}

static uint64_t output_lost(const struct outputs_status *status) {
    return status->lost;
}

static uint64_t output_queued(const struct outputs_status *status) {
    return status->queued;
}

static uint64_t output_queue_bytes(const struct outputs_status *status) {
    return status->bytes;
}

static uint64_t output_queue_limit(const struct outputs_status *status) {
    return status->cap;
}

static uint64_t output_failing(const struct outputs_status *status) {
    return status->failing ? 1 : 0;
}

void samples_output_written(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_written);
}

void samples_output_lost(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_lost);
}

void samples_output_queued(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_queued);
}

void samples_output_queue_bytes(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_queue_bytes);
}

void samples_output_queue_limit(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_queue_limit);
}

void samples_output_failing(const char *name, const struct figures *figures, struct evbuffer *text) {
    outputs_write(name, figures, text, output_failing);
}

void samples_rule_hits(const char *name, const struct figures *figures, struct evbuffer *text) {
    for (unsigned i = 0; i < rule_table_count(figures->rules); i++)
        sample_write(text, name, "rule", rule_table_get(figures->rules, i)->id, figures->rule_hits[i]);
}

void samples_reloads(const char *name, const struct figures *figures, struct evbuffer *text) {
    sample_write(text, name, "result", "taken", figures->reloads);
    sample_write(text, name, "result", "refused", figures->reloads_refused);
}

void samples_interfaces(const char *name, const struct figures *figures, struct evbuffer *text) {
    static const char *const states[] = {[WATCH_ABSENT] = "absent", [WATCH_DOWN] = "down", [WATCH_OPEN] = "open"};
    for (unsigned state = 0; state < ARRAY_LENGTH(states); state++) {
        uint64_t count = 0;
        for (unsigned i = 0; i < figures->watch_count; i++)
            if ((unsigned)figures->watches[i].state == state) count++;
        sample_write(text, name, "state", states[state], count);
    }
}
