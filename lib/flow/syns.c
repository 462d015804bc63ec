/* SYNs that nothing has followed yet wait in a ring of small entries: only what is followed by anything at all (its
 * answer, a second try, a refusal) gets a flow. So a flood of SYNs neither takes the place of connections that live
 * nor touches more memory than the end of the ring. */
#include <string.h>

#include "private.h"

#define PLACES_AHEAD 2 /* of the ring, whose slots of the index are fetched before they are needed */

bool flow_syns_may_wait(const struct packet *syn) {
    return syn->payload_on_wire == 0 && cursor_is_empty(&syn->payload) &&
           cursor_remaining(&syn->tcp_options) <= FLOW_SYN_OPTIONS;
}

static uint32_t number_of(const struct flow_table *table, const struct flow_syn *syn) {
    return table->index.flow_count + (uint32_t)(syn - table->syns.ring);
}

/* The place that is COUNT behind the oldest one. */
static struct flow_syn *place_at(const struct flow_syns *syns, uint32_t count) {
    uint32_t place = syns->oldest + count;
    return &syns->ring[place < syns->capacity ? place : place - syns->capacity];
}

/* SYN is found no more. */
static void leave(struct flow_table *table, struct flow_syn *syn) {
    flow_index_remove(&table->index, syn->hash, number_of(table, syn));
    syn->waits = false;
    table->counters.flows_now--;
    table->counters.flows_in_state[FLOW_SYN_ONLY]--;
}

/* The oldest place is free again; what waits there is given up. A SYN alone is nothing that the handler heard of. */
static void give_up_oldest(struct flow_table *table, enum flow_end why) {
    struct flow_syns *syns = &table->syns;
    struct flow_syn *syn = place_at(syns, 0);
    syns->oldest = syns->oldest + 1 < syns->capacity ? syns->oldest + 1 : 0;
    syns->count--;
    if (!syn->waits) return;
    leave(table, syn);
    table->counters.ended[why]++;
    table->counters.unheard++;
    table->counters.evicted[FLOW_SYN_ONLY] += why == FLOW_END_EVICTED;
    if (why == FLOW_END_TIMEOUT) flow_decided_remember_syn(table, syn);
}

/* Makes room at the end of the ring. Under a flood each of the oldest is cold in the index: those that are next are
 * fetched meanwhile. */
static void make_way(struct flow_table *table) {
    struct flow_syns *syns = &table->syns;
    if (LIKELY(syns->count < syns->capacity)) return;
    if (syns->capacity > PLACES_AHEAD)
        __builtin_prefetch(flow_index_home(&table->index, place_at(syns, PLACES_AHEAD)->hash), 1);
    give_up_oldest(table, FLOW_END_EVICTED);
}

void flow_syns_keep(struct flow_table *table, const struct packet *syn, uint64_t hash) {
    make_way(table);
    struct cursor options = syn->tcp_options;
    struct flow_syn *place = place_at(&table->syns, table->syns.count++);
    place->hash = hash;
    place->time = table->now;
    place->address[SIDE_CLIENT] = syn->source;
    place->address[SIDE_SERVER] = syn->destination;
    place->port[SIDE_CLIENT] = syn->source_port;
    place->port[SIDE_SERVER] = syn->destination_port;
    place->sequence = syn->sequence;
    place->acknowledgement = syn->acknowledgement;
    place->window = syn->window;
    place->ip_id = syn->ip_id;
    place->ip_version = syn->ip_version;
    place->ttl = syn->ttl;
    place->tcp_flags = syn->tcp_flags;
    place->ip_id_valid = syn->ip_id_valid;
    place->tunnelled = syn->tunnelled;
    place->waits = true;
    place->options_length = (uint8_t)cursor_remaining(&options);
    if (!cursor_copy(&options, place->options, place->options_length)) place->options_length = 0;
    flow_index_insert(&table->index, hash, number_of(table, place));
    table->counters.flows_created++;
    table->counters.flows_now++;
    table->counters.flows_in_state[FLOW_SYN_ONLY]++;
}

/* Places at the end of the ring that nothing waits in are used again at once: most SYNs are answered before the next
 * one comes, and the same few lines of cache serve all of them. */
static void draw_in(struct flow_syns *syns) {
    while (syns->count > 0 && !place_at(syns, syns->count - 1)->waits)
        syns->count--;
}

struct packet flow_syns_take(struct flow_table *table, struct flow_syn *syn) {
    leave(table, syn);
    draw_in(&table->syns);
    return (struct packet){
        .time = syn->time,
        .kind = PACKET_TCP,
        .ip_version = syn->ip_version,
        .ttl = syn->ttl,
        .tcp_flags = syn->tcp_flags,
        .ip_id_valid = syn->ip_id_valid,
        .ip_id = syn->ip_id,
        .source_port = syn->port[SIDE_CLIENT],
        .destination_port = syn->port[SIDE_SERVER],
        .sequence = syn->sequence,
        .acknowledgement = syn->acknowledgement,
        .window = syn->window,
        .tunnelled = syn->tunnelled,
        .source = syn->address[SIDE_CLIENT],
        .destination = syn->address[SIDE_SERVER],
        .tcp_options = cursor_over(syn->options, syn->options_length),
    };
}

void flow_syns_expire(struct flow_table *table) {
    struct flow_syns *syns = &table->syns;
    int64_t allowed = table->timeouts.allowed[FLOW_SYN_ONLY];
    while (syns->count > 0 && (!place_at(syns, 0)->waits || table->now - place_at(syns, 0)->time >= allowed))
        give_up_oldest(table, FLOW_END_TIMEOUT);
}

void flow_syns_finish(struct flow_table *table) {
    while (table->syns.count > 0)
        give_up_oldest(table, FLOW_END_CAPTURE);
}
