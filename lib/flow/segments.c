/* Bytes that came before their turn, sorted, without overlap, in blocks of the pool. */
#include <string.h>

#include "private.h"

#define SEGMENT_BYTES_CAP (64U * 1024)
#define SEGMENT_COUNT_CAP 64
#define EVICTIONS_AT_MOST 4 /* flows that make room for one block */

_Static_assert(sizeof(struct flow_segment) < BLOCK_SMALLEST, "a segment of one byte fits into the smallest block");

void *flow_block_get(struct flow_table *table, const struct flow *flow, size_t size, uint32_t *room) {
    size_t got = 0;
    void *block = block_get(table->pool, size, &got);
    for (unsigned i = 0; block == NULL && size <= BLOCK_LARGEST && i < EVICTIONS_AT_MOST; i++) {
        if (!flow_evict_for_memory(table, flow, flow->state)) break;
        block = block_get(table->pool, size, &got);
    }
    *room = (uint32_t)got;
    return block;
}

bool flow_segments_full(const struct flow_stream *stream, uint32_t length) {
    if (stream->segments == NULL) return false;
    return stream->segment_count >= SEGMENT_COUNT_CAP || stream->segment_bytes + length > SEGMENT_BYTES_CAP;
}

static uint32_t end_of(const struct flow_segment *segment) {
    return segment->sequence + segment->length;
}

/* Small segments that follow each other share a block. False where PREVIOUS has no room. */
static bool extend(struct flow_segment *previous, uint32_t sequence, struct cursor *bytes, int64_t time) {
    size_t count = cursor_remaining(bytes);
    if (previous == NULL || end_of(previous) != sequence ||
        sizeof(*previous) + previous->length + count > previous->room)
        return false;
    if (!cursor_copy(bytes, previous->bytes + previous->length, count)) return false;
    previous->length += (uint32_t)count;
    if (time > previous->time) previous->time = time;
    return true;
}

/* Puts BYTES behind PREVIOUS (NULL: in front of all). False where memory is short. */
static bool insert(const struct flow_reading *reading, struct flow_segment **previous, uint32_t sequence,
                   struct cursor bytes) {
    struct flow_stream *stream = &reading->flow->stream[reading->side];
    uint32_t count = (uint32_t)cursor_remaining(&bytes), room;
    stream->segment_bytes += count;
    if (extend(*previous, sequence, &bytes, reading->time)) return true;

    struct flow_segment *segment = flow_block_get(reading->table, reading->flow, sizeof(*segment) + count, &room);
    if (segment == NULL || !cursor_copy(&bytes, segment->bytes, count)) {
        stream->segment_bytes -= count;
        return false;
    }
    struct flow_segment **link = *previous == NULL ? &stream->segments : &(*previous)->next;
    segment->next = *link;
    segment->time = reading->time;
    segment->sequence = sequence;
    segment->length = count;
    segment->room = room;
    *link = segment;
    *previous = segment;
    stream->segment_count++;
    return true;
}

/* The last segment that begins at SEQUENCE or before it; NULL for none. AFTER is where the search begins. */
static struct flow_segment *find_at(struct flow_stream *stream, struct flow_segment *after, uint32_t sequence) {
    struct flow_segment *found = after, *next = after == NULL ? stream->segments : after->next;
    for (; next != NULL && flow_distance(next->sequence, sequence) <= 0; next = next->next)
        found = next;
    return found;
}

void flow_segments_keep(const struct flow_reading *reading, struct flow_run run, bool *fresh) {
    struct flow_stream *stream = &reading->flow->stream[reading->side];
    struct flow_segment *at = NULL;
    uint32_t sequence = run.sequence;
    while (!cursor_is_empty(&run.bytes)) {
        size_t count = cursor_remaining(&run.bytes);
        struct cursor part;
        at = find_at(stream, at, sequence);
        int32_t covered = at == NULL ? 0 : flow_distance(end_of(at), sequence);
        if (covered > 0) { /* the first copy wins */
            if (!cursor_skip(&run.bytes, (size_t)covered)) return;
            sequence += (uint32_t)covered;
            continue;
        }
        const struct flow_segment *next = at == NULL ? stream->segments : at->next;
        if (next != NULL && next->sequence - sequence < count) count = next->sequence - sequence;
        if (!cursor_sub(&run.bytes, count, &part)) return;
        *fresh = true;
        if (!insert(reading, &at, sequence, part)) {
            reading->table->counters.segments_dropped++;
            return;
        }
        sequence += (uint32_t)count;
    }
}

struct flow_segment *flow_segments_shift(struct flow_stream *stream) {
    struct flow_segment *segment = stream->segments;
    stream->segments = segment->next;
    stream->segment_bytes -= segment->length;
    stream->segment_count--;
    return segment;
}

void flow_segments_put(struct flow_table *table, struct flow_segment *segment) {
    block_put(table->pool, segment, segment->room);
}

void flow_segments_release(struct flow_table *table, struct flow_stream *stream) {
    while (stream->segments != NULL)
        flow_segments_put(table, flow_segments_shift(stream));
}
