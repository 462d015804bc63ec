/* Lists of flows: by what they are worth, the longest silent first, and of those that wait for a hole to fill. */
#include "private.h"

/* A flow that had packets within so short a time keeps its place: order matters by the second, not by the packet. */
#define TOUCH_INTERVAL (10 * MOMENT_MILLISECOND)

void flow_list_append(struct flow_list *list, enum flow_list_kind kind, struct flow *flow) {
    flow->link[kind] = (struct flow_link){.next = NULL, .previous = list->tail};
    if (list->tail != NULL)
        list->tail->link[kind].next = flow;
    else
        list->head = flow;
    list->tail = flow;
}

void flow_list_remove(struct flow_list *list, enum flow_list_kind kind, struct flow *flow) {
    struct flow *next = flow->link[kind].next, *previous = flow->link[kind].previous;
    if (next != NULL)
        next->link[kind].previous = previous;
    else
        list->tail = previous;
    if (previous != NULL)
        previous->link[kind].next = next;
    else
        list->head = next;
}

void flow_state_enter(struct flow_table *table, struct flow *flow, enum flow_state state) {
    flow->state = (uint8_t)state;
    flow->listed_time = table->now;
    flow_list_append(&table->states[state], FLOW_LIST_STATE, flow);
    table->counters.flows_in_state[state]++;
}

void flow_state_leave(struct flow_table *table, struct flow *flow) {
    flow_list_remove(&table->states[flow->state], FLOW_LIST_STATE, flow);
    table->counters.flows_in_state[flow->state]--;
}

void flow_state_touch(struct flow_table *table, struct flow *flow) {
    flow->last_time = table->now;
    if (table->now - flow->listed_time < TOUCH_INTERVAL) return;
    flow_list_remove(&table->states[flow->state], FLOW_LIST_STATE, flow);
    flow_list_append(&table->states[flow->state], FLOW_LIST_STATE, flow);
    flow->listed_time = table->now;
}

void flow_state_raise(struct flow_table *table, struct flow *flow, enum flow_state state) {
    if (flow->state >= state) return;
    flow_state_leave(table, flow);
    flow_state_enter(table, flow, state);
}

void flow_table_set_state(struct flow_table *table, struct flow *flow, enum flow_state state) {
    if (flow->state == state) return;
    flow_state_leave(table, flow);
    flow_state_enter(table, flow, state);
}
