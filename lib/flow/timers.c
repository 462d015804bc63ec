/* Packet time: it never goes backwards, and what it makes due is looked for every few milliseconds of it only. */
#include "private.h"

#define TICK              (5 * MOMENT_MILLISECOND)
#define TIME_AT_MOST      (INT64_MAX / 2) /* a capture file may claim any time; sums of times must not overflow */
#define REVIEWS_AT_A_TICK 64              /* the others are due at the next tick */

static void expire(struct flow_table *table, enum flow_state state) {
    enum flow_end why = state == FLOW_ENDING ? FLOW_END_CLOSED : FLOW_END_TIMEOUT;
    int64_t allowed = table->timeouts.allowed[state];
    struct flow *flow;
    while ((flow = table->states[state].head) != NULL && table->now - flow->last_time >= allowed)
        flow_end(table, flow, why);
}

/* Looks again at flows that wait for a hole to fill; the review puts those that still do at the end. */
static void review_waiting(struct flow_table *table) {
    for (unsigned i = 0; i < REVIEWS_AT_A_TICK; i++) {
        struct flow *flow = table->waiting.head;
        if (flow == NULL || flow->review_time > table->now) return;
        flow_list_remove(&table->waiting, FLOW_LIST_WAITING, flow);
        flow->waiting = false;
        table->current = flow;
        (void)!flow_stream_review(table, flow, false); /* forgotten or not, it is the next one's turn */
        table->current = NULL;
    }
}

void flow_time_move(struct flow_table *table, int64_t time) {
    if (time > TIME_AT_MOST) time = TIME_AT_MOST;
    if (time > table->now) table->now = time;
    if (LIKELY(table->now < table->next_tick)) return;
    table->next_tick = table->now + TICK;
    review_waiting(table);
    flow_syns_expire(table);
    for (unsigned state = 0; state < FLOW_STATE_COUNT; state++)
        expire(table, (enum flow_state)state);
}

void flow_table_advance(struct flow_table *table, int64_t time) {
    table->next_tick = 0;
    flow_time_move(table, time);
}
