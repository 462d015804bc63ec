/* Bytes in order: each byte once, and none before its turn. A hole is given up as our loss, a gap, where the other
 * side has acknowledged what we never saw. A hole that the other side did not acknowledge is the network's loss:
 * nobody has read what lies behind it, so nobody is told of it. */
#include <string.h>

#include "private.h"

/* A mirror may show an acknowledgement before the bytes that it acknowledges: so long do we wait for them. */
#define PATIENCE_ACKNOWLEDGED (100 * MOMENT_MILLISECOND)
#define PATIENCE_PACKETS      8
/* No acknowledgement will tell where one direction only is captured: time for a retransmission. */
#define PATIENCE_ONE_SIDED (1 * MOMENT_SECOND)

static struct flow_stream *stream_of(const struct flow_reading *reading) {
    return &reading->flow->stream[reading->side];
}

static struct flow_half *half_of(const struct flow_reading *reading) {
    return &reading->flow->half[reading->side];
}

static bool is_alive(const struct flow_reading *reading) {
    return reading->table->current == reading->flow;
}

/* Takes the waiting bytes out of STREAM; the caller puts the block back. */
static struct flow_stream detach(struct flow_stream *stream) {
    struct flow_stream waiting = *stream;
    stream->bytes = NULL;
    stream->length = stream->room = 0;
    return waiting;
}

/* COUNT bytes from BEFORE on will never be handed out. */
static bool tell_gap(const struct flow_reading *reading, uint32_t count) {
    struct flow_half *half = half_of(reading);
    struct flow_stream waiting = detach(stream_of(reading));
    block_put(reading->table->pool, waiting.bytes, waiting.room);
    flow_count(&half->gaps, 1);
    flow_count(&half->missing_bytes, count);
    if (stream_of(reading)->stopped) return true;
    reading->table->handler.gap(reading->table->handler.context, reading->flow, reading->side, reading->time, count,
                                waiting.length);
    return is_alive(reading);
}

/* Keeps what the reader left over in a block that fits; what cannot be kept is a gap like any other. */
static bool keep_rest(const struct flow_reading *reading, const uint8_t *bytes, uint32_t length) {
    struct flow_stream *stream = stream_of(reading);
    uint32_t room;
    uint8_t *block = flow_block_get(reading->table, reading->flow, length, &room);
    if (block == NULL) {
        reading->table->counters.segments_dropped++;
        return tell_gap(reading, length);
    }
    memcpy(block, bytes, length);
    stream->bytes = block;
    stream->length = length;
    stream->room = room;
    return true;
}

/* Offers bytes to the reader and keeps what it leaves over. */
static bool offer(const struct flow_reading *reading, const uint8_t *bytes, uint32_t length) {
    const struct flow_handler *handler = &reading->table->handler;
    size_t used = handler->bytes(handler->context, reading->flow, reading->side, reading->time, bytes, length);
    if (!is_alive(reading)) return false;
    if (used >= length || stream_of(reading)->stopped) return true;
    return keep_rest(reading, bytes + used, length - (uint32_t)used);
}

/* Offers what waits; the reader may stop reading or forget the flow, so the block is nobody's meanwhile. */
static bool offer_waiting(const struct flow_reading *reading) {
    const struct flow_handler *handler = &reading->table->handler;
    struct flow_stream *stream = stream_of(reading), waiting = detach(stream);
    size_t used =
        handler->bytes(handler->context, reading->flow, reading->side, reading->time, waiting.bytes, waiting.length);
    bool alive = is_alive(reading);
    if (alive && used == 0 && !stream->stopped) {
        stream->bytes = waiting.bytes;
        stream->length = waiting.length;
        stream->room = waiting.room;
        return true;
    }
    if (alive && used < waiting.length && !stream->stopped)
        alive = keep_rest(reading, waiting.bytes + used, waiting.length - (uint32_t)used);
    block_put(reading->table->pool, waiting.bytes, waiting.room);
    return alive;
}

/* Makes the waiting block long enough for COUNT more bytes. */
static bool grow(const struct flow_reading *reading, uint32_t count) {
    struct flow_stream *stream = stream_of(reading);
    uint32_t room;
    if (stream->length + count <= stream->room) return true;
    uint8_t *block = flow_block_get(reading->table, reading->flow, stream->length + count, &room);
    if (block == NULL) return false;
    memcpy(block, stream->bytes, stream->length);
    block_put(reading->table->pool, stream->bytes, stream->room);
    stream->bytes = block;
    stream->room = room;
    return true;
}

/* Hands out BYTES, the next ones in order. */
static bool hand_out(const struct flow_reading *reading, struct cursor bytes) {
    struct flow_stream *stream = stream_of(reading);
    uint32_t count = (uint32_t)cursor_remaining(&bytes);
    const uint8_t *data;
    if (!cursor_take(&bytes, count, &data) || count == 0) return true;
    half_of(reading)->next_sequence += count;
    half_of(reading)->payload_bytes += count;
    stream->delivered_time = reading->time;
    if (stream->stopped) return true;
    if (stream->length == 0) return offer(reading, data, count);
    if (!grow(reading, count)) {
        reading->table->counters.segments_dropped++;
        return tell_gap(reading, count);
    }
    memcpy(stream->bytes + stream->length, data, count);
    stream->length += count;
    return offer_waiting(reading);
}

/* Gives up COUNT bytes from the next one on; it is told with the time of what comes behind. */
static bool give_up(const struct flow_reading *reading, uint32_t count) {
    const struct flow_stream *stream = stream_of(reading);
    struct flow_reading gap = *reading;
    if (stream->segments != NULL) gap.time = stream->segments->time;
    if (gap.time < stream->delivered_time) gap.time = stream->delivered_time;
    half_of(reading)->next_sequence += count;
    return tell_gap(&gap, count);
}

/* Hands out the held segments that have become next in order. */
static bool drain(struct flow_reading reading) {
    struct flow_stream *stream = stream_of(&reading);
    bool alive = true;
    while (alive && stream->segments != NULL) {
        int32_t old = flow_distance(half_of(&reading)->next_sequence, stream->segments->sequence);
        if (old < 0) break;
        struct flow_segment *segment = flow_segments_shift(stream);
        struct cursor bytes = cursor_over(segment->bytes, segment->length);
        reading.time = segment->time > stream->delivered_time ? segment->time : stream->delivered_time;
        if (cursor_skip(&bytes, (size_t)old)) alive = hand_out(&reading, bytes);
        flow_segments_put(reading.table, segment);
    }
    return alive;
}

/* What this half sent and the other side acknowledged of it, its FIN left out. */
static uint32_t acknowledged_end(const struct flow_half *half) {
    bool fin = half->fin_seen && half->acknowledged == half->fin_sequence + 1;
    return half->acknowledged - (fin ? 1 : 0);
}

static bool is_one_sided(const struct flow *flow, enum side side) {
    return flow->half[side_other(side)].packets == 0;
}

/* How many bytes from the next one on are our loss, as far as is known by now. */
static uint32_t lost_by_us(const struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side];
    const struct flow_stream *stream = &flow->stream[side];
    uint32_t hole = stream->segments != NULL ? stream->segments->sequence - half->next_sequence : UINT32_MAX;
    if (!half->started || stream->stopped) return 0;
    if (is_one_sided(flow, side)) return stream->segments != NULL ? hole : 0;
    if (!half->acknowledged_valid) return 0;
    int32_t count = flow_distance(acknowledged_end(half), half->next_sequence);
    if (count <= 0) return 0;
    /* One more than all that we saw: the FIN, more likely than a byte, and one that we missed. */
    if (count == 1 && !half->fin_seen && stream->segments == NULL) return 0;
    return (uint32_t)count < hole ? (uint32_t)count : hole;
}

/* Drops what of RUN was handed out before. */
static void trim(struct flow_run *run, uint32_t next) {
    int32_t old = flow_distance(next, run->sequence);
    if (old <= 0) return;
    uint32_t skip = (uint32_t)old < run->length ? (uint32_t)old : run->length;
    if (!cursor_skip(&run->bytes, skip)) (void)cursor_rest(&run->bytes);
    run->sequence += skip;
    run->length -= skip;
}

/* Hands out the beginning of RUN, which is next in order, as far as no earlier copy is held; what the capture cut
 * off is a gap. */
static bool hand_out_run(const struct flow_reading *reading, const struct flow_run *run) {
    const struct flow_segment *held = stream_of(reading)->segments;
    struct cursor rest = run->bytes, bytes;
    uint32_t length = run->length;
    if (held != NULL && held->sequence - run->sequence < length) length = held->sequence - run->sequence;
    size_t captured = cursor_remaining(&rest) < length ? cursor_remaining(&rest) : length;
    if (!cursor_sub(&rest, captured, &bytes)) bytes = rest;
    if (!hand_out(reading, bytes)) return false;
    if (captured < length && !give_up(reading, length - (uint32_t)captured)) return false;
    return drain(*reading);
}

/* There is no room for what comes before its turn: a hole that may be our loss is given up sooner. False where
 * the segment has to be dropped. */
static bool make_way(const struct flow_reading *reading, bool *alive) {
    uint32_t lost = lost_by_us(reading->flow, reading->side);
    if (lost == 0) {
        reading->table->counters.segments_dropped++;
        return false;
    }
    *alive = give_up(reading, lost) && drain(*reading);
    return *alive;
}

/* Nobody reads: the bytes are counted and passed over. */
static bool pass_over(const struct flow_reading *reading, const struct flow_run *run) {
    struct flow_half *half = half_of(reading);
    uint32_t end = run->sequence + run->length;
    int32_t ahead = flow_distance(end, half->next_sequence);
    if (ahead <= 0) return false;
    half->payload_bytes += (uint32_t)ahead < run->length ? (uint32_t)ahead : run->length;
    half->next_sequence = end;
    return true;
}

bool flow_stream_take(const struct flow_reading *reading, struct flow_run run) {
    const struct flow_run whole = run;
    struct flow_half *half = half_of(reading);
    struct flow_stream *stream = stream_of(reading);
    bool fresh = false, alive = true;
    while (!stream->stopped) {
        trim(&run, half->next_sequence);
        if (run.length == 0) break;
        if (run.sequence == half->next_sequence) {
            if (!fresh) half->last_payload_time = reading->time;
            fresh = true;
            if (!hand_out_run(reading, &run)) return false;
            continue;
        }
        if (!flow_segments_full(stream, run.length)) {
            flow_segments_keep(reading, run, &fresh);
            break;
        }
        fresh = true; /* dropped, but not sent a second time as far as we know */
        if (!make_way(reading, &alive)) break;
    }
    if (!alive) return false;
    if (stream->stopped && pass_over(reading, &run)) fresh = true;
    if (fresh || cursor_is_empty(&whole.bytes))
        half->last_payload_time = reading->time;
    else
        flow_books_repeated(reading->flow, reading->side, whole.sequence + whole.length, whole.length);
    return true;
}

/* Looks at the hole of one direction, and at the one behind it where that is given up; true as long as the flow lives.
 */
static bool review_side(const struct flow_reading *reading, bool packet) {
    const struct flow_half *half = half_of(reading);
    struct flow_stream *stream = stream_of(reading);
    bool one_sided = is_one_sided(reading->flow, reading->side);
    int64_t now = reading->table->now;
    uint32_t lost = lost_by_us(reading->flow, reading->side);
    if (lost == 0) {
        stream->hole_open = false;
        return true;
    }
    if (!stream->hole_open || stream->hole_sequence != half->next_sequence) {
        stream->hole_open = true;
        stream->hole_packets = 0;
        stream->hole_sequence = half->next_sequence;
        stream->hole_time = now;
        return true;
    }
    if (packet) flow_count_small(&stream->hole_packets);
    bool due = now - stream->hole_time >= (one_sided ? PATIENCE_ONE_SIDED : PATIENCE_ACKNOWLEDGED) ||
               (!one_sided && stream->hole_packets >= PATIENCE_PACKETS);
    if (!due) return true;
    stream->hole_open = false;
    return give_up(reading, lost) && drain(*reading) && review_side(reading, false);
}

/* What nearly every packet can be asked cheaply: nothing held, nothing acknowledged that is not here. */
static bool is_whole(const struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side];
    return flow->stream[side].segments == NULL &&
           (!half->acknowledged_valid || flow_distance(half->acknowledged, half->next_sequence) <= 0);
}

bool flow_stream_review(struct flow_table *table, struct flow *flow, bool packet) {
    if (LIKELY(!flow->waiting && is_whole(flow, SIDE_CLIENT) && is_whole(flow, SIDE_SERVER))) return true;
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++) {
        struct flow_reading reading = {.table = table, .flow = flow, .side = side, .time = table->now};
        if (!review_side(&reading, packet)) return false;
    }
    bool waits = flow->stream[SIDE_CLIENT].hole_open || flow->stream[SIDE_SERVER].hole_open;
    if (LIKELY(waits == flow->waiting)) return true;
    flow->waiting = waits;
    flow->review_time = table->now + PATIENCE_ACKNOWLEDGED;
    if (waits)
        flow_list_append(&table->waiting, FLOW_LIST_WAITING, flow);
    else
        flow_list_remove(&table->waiting, FLOW_LIST_WAITING, flow);
    return true;
}

bool flow_stream_settle(struct flow_table *table, struct flow *flow) {
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++) {
        struct flow_reading reading = {.table = table, .flow = flow, .side = side, .time = table->now};
        for (uint32_t lost = lost_by_us(flow, side); lost > 0; lost = lost_by_us(flow, side))
            if (!give_up(&reading, lost) || !drain(reading)) return false;
    }
    return true;
}

void flow_stream_release(struct flow_table *table, struct flow_stream *stream) {
    struct flow_stream waiting = detach(stream);
    block_put(table->pool, waiting.bytes, waiting.room);
    flow_segments_release(table, stream);
}
