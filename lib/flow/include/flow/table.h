/* The flow table: finds the connection of a packet, keeps TCP's books, puts bytes in order, forgets. */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include "flow/flow.h"

/* Who reads the bytes. Every call gets the handler's context first. The handler may call
 * flow_table_forget() and flow_table_set_state() from bytes(), gap() and packet(), not from ended(). */
struct flow_handler {
    void *context;
    /* Bytes in order: what was left over last time, then what is new. Returns how many were consumed; the
     * rest is kept and offered again when more has come. TIME is that of the packet that brought the last. */
    size_t (*bytes)(void *context, struct flow *flow, enum side side, int64_t time, const uint8_t *bytes,
                    size_t length);
    /* COUNT bytes of this direction were sent and will never be seen: our loss, nobody's fault. What was
     * left over before has been thrown away and is not in COUNT: it is in DISCARDED. */
    void (*gap)(void *context, struct flow *flow, enum side side, int64_t time, uint64_t count, uint64_t discarded);
    /* After each packet of a known flow, its bytes already delivered; also for an ICMP error that quotes a packet
     * of SIDE. The SYN that opens a flow is told when something follows it, just before that. Not for second copies
     * (flow_half.copies_seen) and segments far out of window, which are passed over. */
    void (*packet)(void *context, struct flow *flow, enum side side, const struct packet *packet);
    /* The flow is about to be forgotten by the table itself (not called for flow_table_forget(), nor for a SYN that
     * nothing has followed: of that the handler never heard). Before, but for FLOW_END_EVICTED, what still waits behind
     * a hole of ours was handed to gap() and bytes(). */
    void (*ended)(void *context, struct flow *flow, enum flow_end why, int64_t time);
    /* A segment without a known flow whose first payload bytes are at hand: is it worth following?
     * (a ClientHello or ServerHello: the capture started late or saw no SYN). */
    bool (*worth_following)(void *context, const struct packet *packet, enum side *sender);
};

/* Silence allowed in each state, nanoseconds of packet time. */
struct flow_timeouts {
    int64_t allowed[FLOW_STATE_COUNT];
};

/* Counts for metrics; they only grow, but for the last four. */
struct flow_counters {
    uint64_t flows_created, flows_forgotten; /* forgotten: by the handler, decided */
    uint64_t ended[5];                       /* by enum flow_end */
    uint64_t evicted[FLOW_STATE_COUNT];
    uint64_t lookups_missed;   /* packets of flows that are not followed */
    uint64_t segments_dropped; /* out-of-order bytes over the cap */
    uint64_t refused;          /* flows not followed because nothing could be evicted */
    uint64_t recently_decided; /* late packets of flows already decided */
    uint64_t out_of_window;    /* packets whose sequence number cannot belong to the flow */
    uint64_t copies;           /* packets that the tap saw twice */
    uint64_t unheard;          /* of ended: SYNs that nothing has followed, or that no entry could be had for then */
    size_t flows_now;          /* SYNs that nothing has followed included, here and in flows_in_state */
    size_t flows_capacity;     /* without these */
    size_t syns_capacity;      /* of these */
    size_t flows_in_state[FLOW_STATE_COUNT];
};

struct flow_table;

/* A table that together with POOL stays under the caller's memory budget: TABLE_BYTES are for the entries,
 * allocated now; buffers come from POOL (borrowed, must outlive the table). NULL where memory is short. */
MUST_USE struct flow_table *flow_table_new(size_t table_bytes, struct block_pool *pool, const struct siphash_key *key,
                                           const struct flow_timeouts *timeouts, const struct flow_handler *handler);

/* Forgets all flows without telling the handler (call flow_table_finish() before), frees the table; NULL is fine. */
void flow_table_free(struct flow_table *table);

/* Takes a PACKET_TCP or PACKET_ICMP_ERROR; advances packet time to its timestamp (never backwards). */
void flow_table_packet(struct flow_table *table, const struct packet *packet);

/* Packet time goes on without packets (live capture, idle wire): expires what was silent too long. */
void flow_table_advance(struct flow_table *table, int64_t time);

/* The capture ended: every flow ends with FLOW_END_CAPTURE, oldest first. */
void flow_table_finish(struct flow_table *table);

/* The clock was set, or another capture begins: every flow ends with FLOW_END_CAPTURE, what was decided a moment ago is
 * forgotten, and packet time begins anew with the next packet. */
void flow_table_restart(struct flow_table *table);

/* The handler has decided about FLOW and freed its user pointer: the entry is freed, its addresses stay
 * known for a short while as decided, so that stray retransmissions do not open it again. */
void flow_table_forget(struct flow_table *table, struct flow *flow);

/* Moves FLOW to another class of worth and patience. */
void flow_table_set_state(struct flow_table *table, struct flow *flow, enum flow_state state);

/* Stops reassembly of one direction: later bytes are counted, not delivered or stored. From within bytes() of
 * that direction the bytes stay readable until it returns. */
void flow_table_stop_reading(struct flow_table *table, struct flow *flow, enum side side);

/* Frees the least worthy flow that holds memory of the pool (told to the handler as evicted) to make room there;
 * false where there is none but KEEP, or where it is called out of ended() of a flow just being evicted. */
MUST_USE bool flow_table_make_room(struct flow_table *table, const struct flow *keep);

const struct flow_counters *flow_table_counters(const struct flow_table *table);

#endif
