/* A hand-made wire for the tests of the flow room: packets of one or many connections, and a reader that writes down
 * everything it is told. */
#ifndef UNIT_FLOW_WIRE_H
#define UNIT_FLOW_WIRE_H

#include "base/moment.h"
#include "flow/table.h"
#include "run_suite.h"

#define WIRE_BYTES_CAP  (1 << 17)
#define WIRE_EVENTS_CAP 64
#define WIRE_START      (INT64_C(1700000000) * MOMENT_SECOND)

enum { FIN = PACKET_TCP_FIN, SYN = PACKET_TCP_SYN, RST = PACKET_TCP_RST, PSH = PACKET_TCP_PSH, ACK = PACKET_TCP_ACK };

struct wire_gap {
    enum side side;
    uint64_t count, discarded;
    size_t at; /* bytes delivered before it */
    int64_t time;
};

struct wire_end {
    enum flow_end why;
    uint16_t client_port;
    int64_t time;
};

/* What to do in the next call of the handler. */
enum wire_trick { WIRE_NOTHING, WIRE_FORGET, WIRE_STOP };

struct wire {
    struct flow_table *table;
    struct block_pool pool;
    int64_t time;   /* of the next packet */
    uint16_t ip_id; /* of the next packet */
    uint8_t ttl;
    uint16_t client_port;
    /* what the reader was told */
    uint8_t *bytes[SIDE_COUNT];
    size_t length[SIDE_COUNT];
    int64_t last_time[SIDE_COUNT];
    struct wire_gap gaps[WIRE_EVENTS_CAP];
    size_t gap_count;
    struct wire_end ends[WIRE_EVENTS_CAP];
    size_t end_count;
    size_t packets, bytes_calls;
    struct flow *flow; /* of the last packet() */
    /* how it behaves */
    size_t unit; /* it consumes whole units of so many bytes */
    bool worth;  /* segments without a flow are worth following */
    enum side worth_side;
    enum wire_trick in_bytes, in_gap, in_packet;
    bool stateful; /* gives flows with payload FLOW_HANDSHAKE and a user pointer */
};

static inline void wire_play(struct wire *wire, enum wire_trick trick, struct flow *flow, enum side side) {
    if (trick == WIRE_FORGET) flow_table_forget(wire->table, flow);
    if (trick == WIRE_STOP) flow_table_stop_reading(wire->table, flow, side);
}

static inline size_t wire_bytes(void *context, struct flow *flow, enum side side, int64_t time, const uint8_t *bytes,
                                size_t length) {
    struct wire *wire = context;
    size_t used = wire->unit == 0 ? length : length / wire->unit * wire->unit;
    ck_assert_uint_gt(length, 0);
    ck_assert_uint_le(wire->length[side] + used, WIRE_BYTES_CAP);
    ck_assert_int_ge(time, wire->last_time[side]);
    if (used > 0) memcpy(wire->bytes[side] + wire->length[side], bytes, used);
    wire->length[side] += used;
    wire->last_time[side] = time;
    wire->bytes_calls++;
    if (wire->stateful) {
        flow_table_set_state(wire->table, flow, FLOW_HANDSHAKE);
        flow->user = wire;
    }
    wire_play(wire, wire->in_bytes, flow, side);
    return used;
}

static inline void wire_gap(void *context, struct flow *flow, enum side side, int64_t time, uint64_t count,
                            uint64_t discarded) {
    struct wire *wire = context;
    ck_assert_uint_lt(wire->gap_count, WIRE_EVENTS_CAP);
    wire->gaps[wire->gap_count++] = (struct wire_gap){side, count, discarded, wire->length[side], time};
    wire_play(wire, wire->in_gap, flow, side);
}

static inline void wire_packet(void *context, struct flow *flow, enum side side, const struct packet *packet) {
    struct wire *wire = context;
    (void)packet;
    wire->packets++;
    wire->flow = flow;
    wire_play(wire, wire->in_packet, flow, side);
}

static inline void wire_ended(void *context, struct flow *flow, enum flow_end why, int64_t time) {
    struct wire *wire = context;
    if (wire->end_count < WIRE_EVENTS_CAP)
        wire->ends[wire->end_count] = (struct wire_end){why, flow->port[SIDE_CLIENT], time};
    wire->end_count++;
    if (wire->flow == flow) wire->flow = NULL;
}

static inline bool wire_worth(void *context, const struct packet *packet, enum side *sender) {
    struct wire *wire = context;
    (void)packet;
    *sender = wire->worth_side;
    return wire->worth;
}

/* A table of TABLE_BYTES with a pool of POOL_BYTES. */
static inline void wire_open_sized(struct wire *wire, size_t table_bytes, size_t pool_bytes) {
    const struct siphash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    const struct flow_timeouts timeouts = {{[FLOW_SYN_ONLY] = 20 * MOMENT_SECOND,
                                            [FLOW_IDLE] = 30 * MOMENT_SECOND,
                                            [FLOW_TALKING] = 40 * MOMENT_SECOND,
                                            [FLOW_HANDSHAKE] = 60 * MOMENT_SECOND,
                                            [FLOW_ENDING] = 2 * MOMENT_SECOND}};
    const struct flow_handler handler = {wire, wire_bytes, wire_gap, wire_packet, wire_ended, wire_worth};
    *wire = (struct wire){.time = WIRE_START, .ip_id = 1, .ttl = 64, .client_port = 40000};
    block_pool_init(&wire->pool, pool_bytes);
    for (unsigned side = 0; side < SIDE_COUNT; side++) {
        wire->bytes[side] = malloc(WIRE_BYTES_CAP);
        ck_assert_ptr_nonnull(wire->bytes[side]);
    }
    wire->table = flow_table_new(table_bytes, &wire->pool, &key, &timeouts, &handler);
    ck_assert_ptr_nonnull(wire->table);
}

static inline void wire_open(struct wire *wire) {
    wire_open_sized(wire, 64 * 1024, 1 << 20);
}

/* Ends all; every block must have come back to the pool. */
static inline void wire_close(struct wire *wire) {
    flow_table_free(wire->table);
    ck_assert_uint_eq(wire->pool.used, 0);
    block_pool_done(&wire->pool);
    for (unsigned side = 0; side < SIDE_COUNT; side++)
        free(wire->bytes[side]);
}

/* A packet of SIDE on the connection of the current client port. PAYLOAD is borrowed. */
static inline struct packet wire_tcp(const struct wire *wire, enum side side, unsigned flags, uint32_t sequence,
                                     uint32_t acknowledgement, const void *payload, size_t length) {
    static const struct packet_address ends[SIDE_COUNT] = {{{192, 0, 2, 1}}, {{198, 51, 100, 2}}};
    const uint16_t ports[SIDE_COUNT] = {wire->client_port, 443};
    return (struct packet){.time = wire->time,
                           .kind = PACKET_TCP,
                           .ip_version = 4,
                           .ttl = wire->ttl,
                           .tcp_flags = (uint8_t)flags,
                           .ip_id_valid = true,
                           .ip_id = wire->ip_id,
                           .source_port = ports[side],
                           .destination_port = ports[side_other(side)],
                           .sequence = sequence,
                           .acknowledgement = acknowledgement,
                           .window = 501,
                           .source = ends[side],
                           .destination = ends[side_other(side)],
                           .payload = cursor_over(payload, length),
                           .payload_on_wire = (uint32_t)length};
}

/* Puts a packet on the wire; the next one comes a tenth of a millisecond later. */
static inline void wire_put(struct wire *wire, const struct packet *packet) {
    flow_table_packet(wire->table, packet);
    wire->time += MOMENT_MILLISECOND / 10;
    wire->ip_id++;
}

/* The usual case: payload in an exact-size heap block, so that a read past its end is seen. */
static inline void wire_send(struct wire *wire, enum side side, unsigned flags, uint32_t sequence,
                             uint32_t acknowledgement, const void *payload, size_t length) {
    uint8_t *copy = exact_copy(payload, length);
    struct packet packet = wire_tcp(wire, side, flags, sequence, acknowledgement, copy, length);
    wire_put(wire, &packet);
    free(copy);
}

static inline void wire_syn(struct wire *wire, uint32_t sequence) {
    wire_send(wire, SIDE_CLIENT, SYN, sequence, 0, NULL, 0);
}

/* SYN, SYN-ACK, ACK: the next bytes are CLIENT + 1 and SERVER + 1. */
static inline void wire_handshake(struct wire *wire, uint32_t client, uint32_t server) {
    wire_syn(wire, client);
    wire_send(wire, SIDE_SERVER, SYN | ACK, server, client + 1, NULL, 0);
    wire_send(wire, SIDE_CLIENT, ACK, client + 1, server + 1, NULL, 0);
}

/* A SYN and its second try: what it takes to make a flow of FLOW_SYN_ONLY. */
static inline void wire_syn_twice(struct wire *wire, uint32_t sequence) {
    wire_syn(wire, sequence);
    wire_syn(wire, sequence);
}

/* Unanswered flows from COUNT ports, 20 ms from each other. */
static inline void wire_open_many(struct wire *wire, uint16_t first_port, size_t count) {
    for (size_t i = 0; i < count; i++) {
        wire->client_port = (uint16_t)(first_port + i);
        wire_syn_twice(wire, 1000);
        wire->time += 20 * MOMENT_MILLISECOND;
    }
}

static inline const struct flow_counters *wire_counters(const struct wire *wire) {
    return flow_table_counters(wire->table);
}

#endif
