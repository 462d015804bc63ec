/* Who has to go when memory is short: the least worthy, and of these the one that was silent longest. */
#include "private.h"

/* Flows without a byte of the pool are passed over; so many from the front of each list are looked at. */
#define LOOKED_AT  16
#define CACHE_LINE 64

static void evict(struct flow_table *table, struct flow *flow) {
    bool nested = table->evicting;
    table->counters.evicted[flow->state]++;
    table->evicting = true;
    flow_end(table, flow, FLOW_END_EVICTED);
    table->evicting = nested;
}

/* Under a flood of SYNs every victim is cold: while this packet is worked on, the NEXT one is fetched, and the
 * beginning of the one after it, which tells where that lies. */
static void fetch(const struct flow_table *table, const struct flow *next) {
    if (next == NULL) return;
    const struct flow *after = next->link[FLOW_LIST_STATE].next;
    if (after != NULL) {
        __builtin_prefetch(&after->link, 1);
        __builtin_prefetch(&after->hash, 1); /* entries do not begin at a line of cache */
    }
    __builtin_prefetch(flow_index_home(&table->index, next->hash), 1);
    for (size_t at = CACHE_LINE; at < FLOW_BYTES_CLEARED; at += CACHE_LINE)
        __builtin_prefetch((const char *)next + at, 1);
}

bool flow_evict_for_entry(struct flow_table *table, enum flow_state highest) {
    for (unsigned state = 0; state <= highest; state++) {
        struct flow *flow = table->states[state].head;
        if (flow == NULL) continue;
        fetch(table, flow->link[FLOW_LIST_STATE].next);
        evict(table, flow);
        return true;
    }
    return false;
}

static bool holds_memory(const struct flow *flow) {
    if (flow->user != NULL) return true;
    for (unsigned side = 0; side < SIDE_COUNT; side++)
        if (flow->stream[side].bytes != NULL || flow->stream[side].segments != NULL) return true;
    return false;
}

bool flow_evict_for_memory(struct flow_table *table, const struct flow *keep, enum flow_state highest) {
    if (table->evicting) return false;
    for (unsigned state = 0; state <= highest; state++) {
        struct flow *flow = table->states[state].head;
        for (unsigned i = 0; flow != NULL && i < LOOKED_AT; i++, flow = flow->link[FLOW_LIST_STATE].next) {
            if (flow == keep || flow == table->current || !holds_memory(flow)) continue;
            evict(table, flow);
            return true;
        }
    }
    return false;
}

bool flow_table_make_room(struct flow_table *table, const struct flow *keep) {
    return flow_evict_for_memory(table, keep, FLOW_ENDING);
}
