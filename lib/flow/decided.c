/* Flows that were decided a moment ago: a retransmission that comes late must not open one of them again. */
#include "private.h"

#define DECIDED_PATIENCE (10 * MOMENT_SECOND)

void flow_decided_remember(struct flow_table *table, uint64_t hash) {
    table->decided[hash & table->decided_mask] = (struct flow_decided){.hash = hash, .time = table->now};
}

bool flow_decided_lately(const struct flow_table *table, uint64_t hash) {
    const struct flow_decided *decided = &table->decided[hash & table->decided_mask];
    return decided->hash == hash && table->now - decided->time <= DECIDED_PATIENCE;
}
