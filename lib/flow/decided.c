/* Flows that were decided a moment ago: a retransmission that comes late must not open one of them again. */
#include "private.h"

#define DECIDED_PATIENCE (10 * MOMENT_SECOND)
#define TRIES_APART      (70 * MOMENT_SECOND) /* RFC 6298 section 2.5 caps the pause at 60 s or more */

static void remember(struct flow_table *table, uint64_t hash, uint32_t initial_sequence, bool has_initial) {
    table->decided[hash & table->decided_mask] = (struct flow_decided){
        .hash = hash,
        .time = table->now,
        .initial_sequence = initial_sequence,
        .has_initial = has_initial,
    };
}

void flow_decided_remember(struct flow_table *table, const struct flow *flow) {
    const struct flow_half *client = &flow->half[SIDE_CLIENT];
    remember(table, flow->hash, client->initial_sequence, client->syn_seen);
}

void flow_decided_remember_syn(struct flow_table *table, const struct flow_syn *syn) {
    remember(table, syn->hash, syn->sequence, true);
}

bool flow_decided_lately(const struct flow_table *table, uint64_t hash) {
    const struct flow_decided *decided = &table->decided[hash & table->decided_mask];
    return decided->hash == hash && table->now - decided->time <= DECIDED_PATIENCE;
}

bool flow_decided_repeats(const struct flow_table *table, uint64_t hash, const struct packet *syn) {
    const struct flow_decided *decided = &table->decided[hash & table->decided_mask];
    return decided->hash == hash && decided->has_initial && decided->initial_sequence == syn->sequence &&
           table->now - decided->time <= TRIES_APART;
}
