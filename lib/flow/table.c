/* The public calls: a packet finds its flow or opens one, a flow ends. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

#define DECIDED_AT_MOST  4096U
#define DECIDED_PART     16 /* at most so small a part of the budget */
#define SLOTS_FOR_A_FLOW 2
#define SYNS_PART        4 /* such a part of the budget is for SYNs that nothing has followed */

/* The largest power of two up to VALUE, which is not 0. */
static size_t power_below(size_t value) {
    return (size_t)1 << (63 - (unsigned)__builtin_clzll(value));
}

/* How many of either kind a table has. */
struct sizes {
    size_t flows, syns;
};

static size_t slots_for(struct sizes sizes) {
    size_t wanted = (sizes.flows + sizes.syns) * SLOTS_FOR_A_FLOW;
    size_t below = power_below(wanted);
    return below == wanted ? wanted : 2 * below;
}

static size_t bytes_for(struct sizes sizes) {
    return sizes.flows * sizeof(struct flow) + sizes.syns * sizeof(struct flow_syn) +
           slots_for(sizes) * sizeof(struct flow_slot);
}

/* How many of SIZE bytes fit into BYTES together with their slots, at most what numbers are there for. */
static size_t count_for(size_t bytes, size_t size) {
    size_t count = bytes / (size + SLOTS_FOR_A_FLOW * sizeof(struct flow_slot));
    return count > UINT32_MAX / 8 ? UINT32_MAX / 8 : count;
}

/* How many entries fit into BYTES together with their slots; none of either where these are too few. */
static struct sizes sizes_for(size_t bytes) {
    size_t for_syns = bytes / SYNS_PART;
    struct sizes sizes = {count_for(bytes - for_syns, sizeof(struct flow)),
                          count_for(for_syns, sizeof(struct flow_syn))};
    while (sizes.flows > 0 && sizes.syns > 0 && bytes_for(sizes) > bytes) {
        sizes.flows -= sizes.flows / 64 + 1;
        sizes.syns -= sizes.syns / 64 + 1;
    }
    return sizes.flows > 0 && sizes.syns > 0 ? sizes : (struct sizes){0};
}

struct flow_table *flow_table_new(size_t table_bytes, struct block_pool *pool, const struct siphash_key *key,
                                  const struct flow_timeouts *timeouts, const struct flow_handler *handler) {
    size_t part = table_bytes / DECIDED_PART / sizeof(struct flow_decided);
    size_t decided = part >= DECIDED_AT_MOST ? DECIDED_AT_MOST : power_below(part | 1);
    size_t fixed = sizeof(struct flow_table) + decided * sizeof(struct flow_decided);
    struct sizes sizes = table_bytes > fixed ? sizes_for(table_bytes - fixed) : (struct sizes){0};
    if (sizes.flows == 0) return NULL;

    struct flow_table *table = calloc(1, sizeof(*table));
    if (table == NULL) return NULL;
    /* calloc() of so much is memory that the system hands out as it is touched: an idle table costs nothing */
    table->entries = calloc(sizes.flows, sizeof(struct flow));
    table->syns.ring = calloc(sizes.syns, sizeof(struct flow_syn));
    table->index.slots = calloc(slots_for(sizes), sizeof(struct flow_slot));
    table->decided = calloc(decided, sizeof(struct flow_decided));
    if (table->entries == NULL || table->syns.ring == NULL || table->index.slots == NULL || table->decided == NULL) {
        flow_table_free(table);
        return NULL;
    }
    table->index.mask = (uint32_t)slots_for(sizes) - 1;
    table->index.flow_count = (uint32_t)sizes.flows;
    table->index.flows = table->entries;
    table->index.syns = table->syns.ring;
    table->syns.capacity = (uint32_t)sizes.syns;
    table->decided_mask = (uint32_t)decided - 1;
    table->capacity = (uint32_t)sizes.flows;
    table->key = *key;
    table->pool = pool;
    table->bytes_cleared = FLOW_BYTES_CLEARED;
    table->timeouts = *timeouts;
    table->handler = *handler;
    table->counters.flows_capacity = sizes.flows;
    table->counters.syns_capacity = sizes.syns;
    return table;
}

/* Gives FLOW's buffers and its entry back. */
static void release(struct flow_table *table, struct flow *flow) {
    for (unsigned side = 0; side < SIDE_COUNT; side++)
        flow_stream_release(table, &flow->stream[side]);
    if (table->current == flow) table->current = NULL;
    flow->link[FLOW_LIST_STATE].next = table->free_entry;
    table->free_entry = flow;
}

/* Takes FLOW out of the index and all lists: nothing finds it any more. */
static void take_out(struct flow_table *table, struct flow *flow) {
    flow_index_remove(&table->index, flow->hash, (uint32_t)(flow - table->entries));
    flow_state_leave(table, flow);
    if (flow->waiting) flow_list_remove(&table->waiting, FLOW_LIST_WAITING, flow);
    flow->waiting = false;
    table->counters.flows_now--;
}

void flow_table_free(struct flow_table *table) {
    if (table == NULL) return;
    for (unsigned state = 0; state < FLOW_STATE_COUNT; state++)
        while (table->states[state].head != NULL) {
            struct flow *flow = table->states[state].head;
            take_out(table, flow);
            release(table, flow);
        }
    free(table->entries);
    free(table->syns.ring);
    free(table->index.slots);
    free(table->decided);
    free(table);
}

void flow_end(struct flow_table *table, struct flow *flow, enum flow_end why) {
    if (why != FLOW_END_EVICTED) { /* which may happen while the bytes of another flow are handed out */
        table->current = flow;
        bool alive = flow_stream_settle(table, flow);
        table->current = NULL;
        if (!alive) return;
    }
    take_out(table, flow);
    if (why == FLOW_END_CLOSED || why == FLOW_END_TIMEOUT) flow_decided_remember(table, flow);
    table->counters.ended[why]++;
    table->handler.ended(table->handler.context, flow, why, table->now);
    release(table, flow);
}

void flow_table_forget(struct flow_table *table, struct flow *flow) {
    flow_decided_remember(table, flow);
    table->counters.flows_forgotten++;
    take_out(table, flow);
    release(table, flow);
}

void flow_table_stop_reading(struct flow_table *table, struct flow *flow, enum side side) {
    flow->stream[side].stopped = true;
    flow_stream_release(table, &flow->stream[side]);
}

/* An entry for a flow of STATE; where none is free, a less worthy flow goes. A SYN does not push out a handshake. */
static struct flow *take_entry(struct flow_table *table, enum flow_state state) {
    if (table->free_entry == NULL && table->used_entry < table->capacity) return &table->entries[table->used_entry++];
    if (table->free_entry == NULL && !flow_evict_for_entry(table, state < FLOW_TALKING ? FLOW_TALKING : FLOW_ENDING))
        return NULL;
    struct flow *flow = table->free_entry;
    table->free_entry = flow->link[FLOW_LIST_STATE].next;
    return flow;
}

static struct flow *open_flow(struct flow_table *table, const struct packet *packet, uint64_t hash, enum side sender,
                              enum flow_state state) {
    enum side other = side_other(sender);
    struct flow *flow = take_entry(table, state);
    if (flow == NULL) {
        table->counters.refused++;
        return NULL;
    }
    memset(flow, 0, table->bytes_cleared);
    flow->hash = hash;
    flow->address[sender] = packet->source;
    flow->address[other] = packet->destination;
    flow->port[sender] = packet->source_port;
    flow->port[other] = packet->destination_port;
    flow->ip_version = packet->ip_version;
    flow->tunnelled = packet->tunnelled;
    flow->midstream = true; /* until the client's SYN is entered */
    flow->start_time = flow->last_time = table->now;
    flow_index_insert(&table->index, hash, (uint32_t)(flow - table->entries));
    flow_state_enter(table, flow, state);
    table->counters.flows_now++;
    return flow;
}

/* Something has come of the connection of SYN, which waited: it gets a flow, as if that had been there since the SYN
 * came. NULL where it cannot be had, or where the handler forgot it at once. */
static struct flow *open_waiting(struct flow_table *table, struct flow_syn *waiting) {
    uint64_t hash = waiting->hash;
    struct packet syn = flow_syns_take(table, waiting);
    struct flow *flow = open_flow(table, &syn, hash, SIDE_CLIENT, FLOW_SYN_ONLY);
    if (flow == NULL) {
        table->counters.ended[FLOW_END_EVICTED]++;
        table->counters.unheard++;
        return NULL;
    }
    flow->start_time = flow->last_time = syn.time;
    if (!flow_copy_seen(flow, SIDE_CLIENT, &syn, syn.time)) flow_books_enter(flow, SIDE_CLIENT, &syn, syn.time);
    table->current = flow;
    table->handler.packet(table->handler.context, flow, SIDE_CLIENT, &syn);
    bool alive = table->current == flow;
    table->current = NULL;
    return alive ? flow : NULL;
}

/* Whether a flow whose start was not seen is to be opened by this packet, and who sent it. */
static bool is_worth_opening(struct flow_table *table, const struct packet *packet, uint64_t hash, enum side *sender) {
    bool syn = (packet->tcp_flags & PACKET_TCP_SYN) != 0;
    if (syn)
        *sender = SIDE_SERVER;
    else if (!table->handler.worth_following(table->handler.context, packet, sender))
        return false;
    if (!flow_decided_lately(table, hash)) return true;
    table->counters.recently_decided++;
    return false;
}

/* A packet without a flow: opens one, or waits for more, or is none of our business (NULL). */
static struct flow *consider(struct flow_table *table, const struct packet *packet, uint64_t hash, enum side *sender) {
    unsigned flags = packet->tcp_flags & (PACKET_TCP_SYN | PACKET_TCP_ACK | PACKET_TCP_RST | PACKET_TCP_FIN);
    bool open = false;
    enum flow_state state = FLOW_SYN_ONLY;
    if (flags == PACKET_TCP_SYN) {
        *sender = SIDE_CLIENT;
        open = !flow_decided_repeats(table, hash, packet);
        table->counters.recently_decided += !open;
        if (LIKELY(open && flow_syns_may_wait(packet))) {
            flow_syns_keep(table, packet, hash);
            return NULL;
        }
    } else if (flags == (PACKET_TCP_SYN | PACKET_TCP_ACK)) {
        open = is_worth_opening(table, packet, hash, sender);
    } else if (!cursor_is_empty(&packet->payload) && (flags & (PACKET_TCP_SYN | PACKET_TCP_RST)) == 0) {
        state = FLOW_TALKING;
        open = is_worth_opening(table, packet, hash, sender);
    }
    struct flow *flow = open ? open_flow(table, packet, hash, *sender, state) : NULL;
    if (flow == NULL)
        table->counters.lookups_missed++;
    else
        table->counters.flows_created++;
    return flow;
}

/* How far a packet alone brings its flow. */
static enum flow_state state_by(const struct packet *packet) {
    if ((packet->tcp_flags & PACKET_TCP_RST) != 0) return FLOW_SYN_ONLY;
    if (packet->payload_on_wire > 0) return FLOW_TALKING;
    return (packet->tcp_flags & PACKET_TCP_SYN) != 0 ? FLOW_SYN_ONLY : FLOW_IDLE;
}

/* A packet of SIDE that was accepted: books, bytes, then the handler's turn. */
static void follow(struct flow_table *table, struct flow *flow, enum side side, const struct packet *packet) {
    struct flow_reading reading = {.table = table, .flow = flow, .side = side, .time = table->now};
    bool alive = true;
    flow_state_touch(table, flow);
    flow_state_raise(table, flow, state_by(packet));
    flow_books_enter(flow, side, packet, table->now);
    table->current = flow;
    /* What a RST carries is a remark for people (RFC 9293 section 3.10.7), no part of the stream. */
    if (packet->payload_on_wire > 0 && (packet->tcp_flags & PACKET_TCP_RST) == 0)
        alive = flow_stream_take(&reading, (struct flow_run){.sequence = flow_payload_sequence(packet),
                                                             .length = flow_payload_length(packet),
                                                             .bytes = packet->payload});
    if (alive && flow_stream_review(table, flow, true))
        table->handler.packet(table->handler.context, flow, side, packet);
    table->current = NULL;
}

/* Where the end was seen, bytes that are out of window may be those of a connection whose SYN was missed. */
static bool is_restart(struct flow_table *table, const struct flow *flow, const struct packet *packet,
                       enum side *sender) {
    if (cursor_is_empty(&packet->payload) || !(flow->first_end_valid || flow->state == FLOW_ENDING)) return false;
    return table->handler.worth_following(table->handler.context, packet, sender);
}

static void take_tcp(struct flow_table *table, const struct packet *packet) {
    struct flow_ends ends = {&packet->source, &packet->destination, packet->source_port, packet->destination_port,
                             packet->ip_version};
    uint64_t hash = flow_index_hash(&table->key, &ends);
    struct flow_found found = flow_index_find(&table->index, hash, &ends);
    enum side side = found.sender;
    struct flow *flow = found.flow;
    if (found.syn != NULL) {
        flow = open_waiting(table, found.syn);
        if (flow == NULL) return;
    }
    if (LIKELY(flow == NULL)) {
        flow = consider(table, packet, hash, &side);
        if (LIKELY(flow == NULL)) return;
    } else if (flow_books_is_new_connection(flow, side, packet)) {
        flow_end(table, flow, FLOW_END_REUSED);
        flow = consider(table, packet, hash, &side);
        if (flow == NULL) return;
    }
    if (flow_copy_seen(flow, side, packet, table->now)) {
        table->counters.copies++;
        return;
    }
    if (!flow_books_accept(flow, side, packet)) {
        table->counters.out_of_window++;
        if (!is_restart(table, flow, packet, &side)) return;
        flow_end(table, flow, FLOW_END_REUSED);
        flow = open_flow(table, packet, hash, side, FLOW_TALKING);
        if (flow == NULL) return;
        table->counters.flows_created++;
    }
    follow(table, flow, side, packet);
}

static void take_icmp(struct flow_table *table, const struct packet *packet) {
    const struct packet_icmp *icmp = &packet->icmp;
    struct flow_ends ends = {&icmp->quoted_source, &icmp->quoted_destination, icmp->quoted_source_port,
                             icmp->quoted_destination_port, packet->ip_version};
    if (icmp->quoted_protocol != 6) return;
    struct flow_found found = flow_index_find(&table->index, flow_index_hash(&table->key, &ends), &ends);
    struct flow *flow = found.syn != NULL ? open_waiting(table, found.syn) : found.flow;
    if (flow == NULL) {
        table->counters.lookups_missed += found.syn == NULL;
        return;
    }
    if (!flow_books_unreachable(flow, found.sender, packet, table->now)) {
        table->counters.out_of_window++;
        return;
    }
    table->handler.packet(table->handler.context, flow, found.sender, packet);
}

void flow_table_packet(struct flow_table *table, const struct packet *packet) {
    flow_time_move(table, packet->time);
    if (LIKELY(packet->kind == PACKET_TCP))
        take_tcp(table, packet);
    else if (packet->kind == PACKET_ICMP_ERROR)
        take_icmp(table, packet);
}

/* The flow that was silent longest, whatever its state. */
static struct flow *oldest(const struct flow_table *table) {
    struct flow *found = NULL;
    for (unsigned state = 0; state < FLOW_STATE_COUNT; state++) {
        struct flow *flow = table->states[state].head;
        if (flow != NULL && (found == NULL || flow->last_time < found->last_time)) found = flow;
    }
    return found;
}

void flow_table_finish(struct flow_table *table) {
    struct flow *flow;
    flow_syns_finish(table);
    while ((flow = oldest(table)) != NULL)
        flow_end(table, flow, FLOW_END_CAPTURE);
}

void flow_table_restart(struct flow_table *table) {
    flow_table_finish(table);
    memset(table->decided, 0, ((size_t)table->decided_mask + 1) * sizeof *table->decided);
    table->now = table->next_tick = 0;
}

const struct flow_counters *flow_table_counters(const struct flow_table *table) {
    return &table->counters;
}
