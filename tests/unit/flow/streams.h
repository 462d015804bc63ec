/* A conversation of two streams and what the wire makes of it: cut into segments, shuffled, sent in pieces. */
#ifndef UNIT_FLOW_STREAMS_H
#define UNIT_FLOW_STREAMS_H

#include "wire.h"

static struct wire wire;

#define STREAM_LENGTH 300
#define SEGMENTS_CAP  700

/* Both streams wrap around within the first third, in the middle of segments. */
#define NEAR_WRAP (UINT32_MAX - 70)

static uint8_t stream[SIDE_COUNT][STREAM_LENGTH];

struct segment {
    enum side side;
    uint32_t from, length; /* place in the stream */
};

static struct segment segments[SEGMENTS_CAP];
static size_t segment_count;
static uint32_t initial[SIDE_COUNT];

static uint32_t random_state;

static inline uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static inline void fill_streams(void) {
    for (unsigned i = 0; i < STREAM_LENGTH; i++) {
        stream[SIDE_CLIENT][i] = (uint8_t)(i * 7 + 1);
        stream[SIDE_SERVER][i] = (uint8_t)(i * 11 + 5);
    }
}

/* Cuts both streams into segments of SIZE, one of each side in turn. */
static inline void cut(uint32_t size) {
    segment_count = 0;
    for (uint32_t from = 0; from < STREAM_LENGTH; from += size) {
        uint32_t length = STREAM_LENGTH - from < size ? STREAM_LENGTH - from : size;
        segments[segment_count++] = (struct segment){SIDE_CLIENT, from, length};
        segments[segment_count++] = (struct segment){SIDE_SERVER, from, length};
    }
}

/* Shuffles within windows, so that no segment moves further than the window is wide. */
static inline void shuffle(size_t window) {
    for (size_t start = 0; start < segment_count; start += window) {
        size_t here = segment_count - start < window ? segment_count - start : window;
        for (size_t i = here; i > 1; i--) {
            size_t other = random_below((uint32_t)i);
            struct segment swapped = segments[start + i - 1];
            segments[start + i - 1] = segments[start + other];
            segments[start + other] = swapped;
        }
    }
}

static inline void begin(uint32_t client, uint32_t server) {
    initial[SIDE_CLIENT] = client;
    initial[SIDE_SERVER] = server;
    wire_handshake(&wire, client, server);
}

/* Sends a piece of a side's stream; acknowledges nothing new. */
static inline void send_piece(enum side side, uint32_t from, uint32_t length) {
    uint32_t acknowledgement = initial[side_other(side)] + 1;
    wire_send(&wire, side, ACK, initial[side] + 1 + from, acknowledgement, stream[side] + from, length);
}

static inline void send_segment(const struct segment *segment) {
    send_piece(segment->side, segment->from, segment->length);
}

static inline void acknowledge(enum side sender, uint32_t up_to) {
    enum side acknowledger = side_other(sender);
    wire_send(&wire, acknowledger, ACK, wire.flow->half[acknowledger].next_sequence, initial[sender] + 1 + up_to, NULL,
              0);
}

#endif
