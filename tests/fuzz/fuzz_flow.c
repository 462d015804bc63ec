/* A handful of connections whose packets, flags, sequence numbers, times and the reader's moods come from the input.
 * Every byte of a stream is a function of its sequence number, so that each delivered byte can be held against its
 * place: never twice, never out of order, never one that was not sent. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "flow/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CONNECTIONS     24
#define FIRST_PORT      1000
#define PAYLOAD_CAP     4096
#define PACKETS_AT_MOST 4000

enum mood { MOOD_ALL, MOOD_NOTHING, MOOD_UNITS, MOOD_FORGET, MOOD_STOP, MOOD_PROMOTE, MOOD_ROOM, MOOD_COUNT };

/* What the reader knows of one direction. */
struct place {
    bool known;
    uint32_t next; /* the next byte that it has not consumed */
};

struct reader {
    struct flow_table *table;
    enum mood mood;
    bool worth;
    enum side worth_side;
    struct place places[2 * CONNECTIONS][SIDE_COUNT]; /* over IPv4, over IPv6 */
    uint64_t told_ends, told_forgotten;
};

static void check(bool holds) {
    if (!holds) abort();
}

static uint8_t byte_at(unsigned side, uint32_t sequence) {
    return (uint8_t)((sequence * 2654435761U >> 13) + side * 101);
}

static struct place *places_of(struct reader *reader, const struct flow *flow) {
    unsigned port = flow->port[SIDE_CLIENT] >= FIRST_PORT ? flow->port[SIDE_CLIENT] : flow->port[SIDE_SERVER];
    check(port >= FIRST_PORT && port < FIRST_PORT + CONNECTIONS);
    return reader->places[port - FIRST_PORT + (flow->ip_version == 6 ? CONNECTIONS : 0)];
}

/* The side in the eyes of the sender of the bytes: a flow that was opened in the middle may have its ends swapped. */
static unsigned true_side(const struct flow *flow, enum side side) {
    return flow->port[side] >= FIRST_PORT ? SIDE_CLIENT : SIDE_SERVER;
}

static void leave(struct reader *reader, const struct flow *flow) {
    memset(places_of(reader, flow), 0, SIDE_COUNT * sizeof(struct place));
}

static void act(struct reader *reader, struct flow *flow, enum side side) {
    if (reader->mood == MOOD_FORGET) {
        leave(reader, flow);
        reader->told_forgotten++;
        flow_table_forget(reader->table, flow);
    } else if (reader->mood == MOOD_STOP) {
        flow_table_stop_reading(reader->table, flow, side);
    } else if (reader->mood == MOOD_PROMOTE) {
        flow->user = reader;
        flow_table_set_state(reader->table, flow, flow->first_end_valid ? FLOW_ENDING : FLOW_HANDSHAKE);
    } else if (reader->mood == MOOD_ROOM) {
        (void)!flow_table_make_room(reader->table, flow);
    }
}

static size_t take_bytes(void *context, struct flow *flow, enum side side, int64_t time, const uint8_t *bytes,
                         size_t length) {
    struct reader *reader = context;
    struct place *place = &places_of(reader, flow)[side];
    uint32_t start = flow->half[side].next_sequence - (uint32_t)length;
    size_t used = reader->mood == MOOD_NOTHING ? 0 : reader->mood == MOOD_UNITS ? length / 37 * 37 : length;
    check(length > 0 && time >= 0);
    check(!place->known || place->next == start);
    for (size_t i = 0; i < length; i++)
        check(bytes[i] == byte_at(true_side(flow, side), start + (uint32_t)i));
    *place = (struct place){.known = true, .next = start + (uint32_t)used};
    act(reader, flow, side);
    return used;
}

static void take_gap(void *context, struct flow *flow, enum side side, int64_t time, uint64_t count,
                     uint64_t discarded) {
    struct reader *reader = context;
    struct place *place = &places_of(reader, flow)[side];
    uint32_t next = flow->half[side].next_sequence;
    check(count > 0 && time >= 0);
    check(!place->known || place->next + (uint32_t)(count + discarded) == next);
    *place = (struct place){.known = true, .next = next};
    act(reader, flow, side);
}

static void take_packet(void *context, struct flow *flow, enum side side, const struct packet *packet) {
    struct reader *reader = context;
    check(packet->kind == PACKET_TCP || packet->kind == PACKET_ICMP_ERROR);
    check(flow->state < FLOW_STATE_COUNT);
    act(reader, flow, side);
}

static void take_end(void *context, struct flow *flow, enum flow_end why, int64_t time) {
    struct reader *reader = context;
    check(why <= FLOW_END_REUSED && time >= flow->start_time);
    reader->told_ends++;
    leave(reader, flow);
}

static bool is_worth(void *context, const struct packet *packet, enum side *sender) {
    const struct reader *reader = context;
    check(!cursor_is_empty(&packet->payload));
    *sender = reader->worth_side;
    return reader->worth;
}

static void check_counters(const struct reader *reader) {
    const struct flow_counters *counters = flow_table_counters(reader->table);
    uint64_t ended = 0;
    size_t in_states = 0;
    for (unsigned i = 0; i < FLOW_STATE_COUNT; i++)
        in_states += counters->flows_in_state[i];
    for (unsigned i = 0; i <= FLOW_END_REUSED; i++)
        ended += counters->ended[i];
    check(counters->flows_now == in_states && in_states <= counters->flows_capacity + counters->syns_capacity);
    check(counters->flows_created == counters->flows_now + counters->flows_forgotten + ended);
    check(ended == reader->told_ends + counters->unheard && counters->flows_forgotten == reader->told_forgotten);
}

/* How a packet is written in the input. */
struct script {
    uint8_t kind, connection, flags, wait, length, cut, ttl;
    uint16_t sequence, acknowledgement;
};

static bool read_script(struct cursor *input, struct script *script) {
    return cursor_get_u8(input, &script->kind) && cursor_get_u8(input, &script->connection) &&
           cursor_get_u8(input, &script->flags) && cursor_get_u8(input, &script->wait) &&
           cursor_get_u8(input, &script->length) && cursor_get_u8(input, &script->cut) &&
           cursor_get_u8(input, &script->ttl) && cursor_get_u16(input, &script->sequence) &&
           cursor_get_u16(input, &script->acknowledgement);
}

/* Mostly near the beginning of the stream; the highest values jump far. */
static uint32_t spread(uint16_t value, uint32_t base) {
    return value < 0xf000 ? base + value / 4 - 16 : base + (uint32_t)value * 0x11111;
}

/* Waits are short, long, or seconds. */
static int64_t wait_of(uint8_t wait) {
    if (wait < 128) return wait * MOMENT_MILLISECOND / 10;
    return wait < 240 ? (wait - 128) * 5 * MOMENT_MILLISECOND : (wait - 239) * 4 * MOMENT_SECOND;
}

static void fill_packet(struct packet *packet, const struct script *script, uint8_t payload[PAYLOAD_CAP]) {
    static const struct packet_address ends[SIDE_COUNT] = {{{10, 0, 0, 1}}, {{10, 0, 0, 2}}};
    unsigned side = script->kind & 1, other = 1 - side;
    uint16_t ports[SIDE_COUNT] = {(uint16_t)(FIRST_PORT + script->connection % CONNECTIONS), 443};
    uint32_t base = script->connection & 0x80 ? UINT32_MAX - 200 : 5000; /* some wrap around */
    uint32_t length = script->length < 192 ? script->length : (script->length - 191U) * 64;
    packet->kind = PACKET_TCP;
    packet->ip_version = (script->connection & 0x40) != 0 ? 6 : 4;
    packet->ttl = script->ttl;
    packet->ip_id_valid = packet->ip_version == 4;
    packet->ip_id = script->ttl;
    packet->tcp_flags = script->flags & 0x1f;
    packet->sequence = spread(script->sequence, base);
    packet->acknowledgement = spread(script->acknowledgement, base);
    packet->window = script->cut;
    packet->source = ends[side];
    packet->destination = ends[other];
    packet->source_port = ports[side];
    packet->destination_port = ports[other];
    packet->payload_on_wire = length;
    uint32_t first = packet->sequence + ((packet->tcp_flags & PACKET_TCP_SYN) != 0 ? 1 : 0);
    for (uint32_t i = 0; i < length; i++)
        payload[i] = byte_at(side, first + i);
    bool cut = (script->flags & 0x20) != 0 && script->cut < length;
    packet->payload = cursor_over(payload, cut ? script->cut : length);
}

static void make_icmp(struct packet *packet) {
    packet->kind = PACKET_ICMP_ERROR;
    packet->icmp.type = 3;
    packet->icmp.quoted_protocol = 6;
    packet->icmp.quoted_source = packet->source;
    packet->icmp.quoted_destination = packet->destination;
    packet->icmp.quoted_source_port = packet->source_port;
    packet->icmp.quoted_destination_port = packet->destination_port;
    packet->icmp.quoted_sequence = packet->sequence;
    packet->icmp.has_sequence = true;
}

/* One line of the script; the high bits of its kind say what it is, the ones of its flags how the reader feels. */
static void play(struct reader *reader, int64_t *time, const struct script *script) {
    static uint8_t payload[PAYLOAD_CAP];
    struct packet packet = {.tcp_options = cursor_over(NULL, 0)};
    reader->mood = (enum mood)((script->kind >> 1 & 0x0f) % MOOD_COUNT);
    reader->worth = (script->flags & 0x40) != 0;
    reader->worth_side = (script->flags & 0x80) != 0 ? SIDE_SERVER : SIDE_CLIENT;
    *time += wait_of(script->wait);
    packet.time = *time;
    if (script->kind >> 5 == 7) {
        flow_table_advance(reader->table, *time);
        return;
    }
    fill_packet(&packet, script, payload);
    if (script->kind >> 5 == 6) make_icmp(&packet);
    flow_table_packet(reader->table, &packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct siphash_key key = {1, 2};
    const struct flow_timeouts timeouts = {
        {5 * MOMENT_SECOND, 10 * MOMENT_SECOND, 10 * MOMENT_SECOND, 20 * MOMENT_SECOND, MOMENT_SECOND}};
    static struct reader reader;
    const struct flow_handler handler = {&reader, take_bytes, take_gap, take_packet, take_end, is_worth};
    struct cursor input = cursor_over(data, size);
    struct script script;
    struct block_pool pool;
    int64_t time = MOMENT_SECOND;
    uint8_t memory;
    if (!cursor_get_u8(&input, &memory)) return 0;
    memset(&reader, 0, sizeof(reader));
    block_pool_init(&pool, (size_t)(memory >> 4) * 2048 + (memory >> 4 == 15 ? 400000 : 0));
    reader.table = flow_table_new(4096 + (size_t)(memory & 15) * 2048, &pool, &key, &timeouts, &handler);
    check(reader.table != NULL);
    for (unsigned i = 0; i < PACKETS_AT_MOST && read_script(&input, &script); i++) {
        play(&reader, &time, &script);
        check_counters(&reader);
    }
    flow_table_finish(reader.table);
    check_counters(&reader);
    check(flow_table_counters(reader.table)->flows_now == 0 && pool.used == 0);
    flow_table_free(reader.table);
    block_pool_done(&pool);
    return 0;
}
