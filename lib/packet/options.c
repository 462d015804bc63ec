/* TCP options (RFC 9293 section 3.2): a kind, and for all but two of them a length that counts itself. */
#include "base/compiler.h"
#include "packet/packet.h"

enum { OPTION_END = 0, OPTION_NO_OPERATION = 1 };

#define WINDOW_SCALE_MAX     14     /* RFC 7323 section 2.3: more is taken as this */
#define FAST_OPEN_EXPERIMENT 0xf989 /* RFC 7413 section 4.1.1, in the experimental option of RFC 6994 */
#define SACK_BLOCK_SIZE      8
#define SACK_BLOCKS_MAX      4

typedef bool option_reader(struct cursor *body, struct packet_tcp_options *options);

/* RFC 9293 section 3.7.1 */
static bool maximum_segment_size_read(struct cursor *body, struct packet_tcp_options *options) {
    options->has_maximum_segment_size = cursor_get_u16(body, &options->maximum_segment_size);
    return options->has_maximum_segment_size;
}

/* RFC 7323 section 2.2 */
static bool window_scale_read(struct cursor *body, struct packet_tcp_options *options) {
    options->has_window_scale = cursor_get_u8(body, &options->window_scale);
    if (options->window_scale > WINDOW_SCALE_MAX) options->window_scale = WINDOW_SCALE_MAX;
    return options->has_window_scale;
}

/* RFC 2018 section 2 */
static bool sack_permitted_read(struct cursor *body, struct packet_tcp_options *options) {
    (void)body;
    options->sack_permitted = true;
    return true;
}

/* RFC 2018 section 3 */
static bool sack_read(struct cursor *body, struct packet_tcp_options *options) {
    uint8_t count = 0;
    while (count < SACK_BLOCKS_MAX && !cursor_is_empty(body)) {
        uint32_t *edges = options->sack[count];
        if (!cursor_get_u32(body, &edges[0]) || !cursor_get_u32(body, &edges[1])) return false;
        count++;
    }
    options->has_sack = true;
    options->sack_count = count;
    return true;
}

/* RFC 7323 section 3.2 */
static bool timestamps_read(struct cursor *body, struct packet_tcp_options *options) {
    options->has_timestamps =
        cursor_get_u32(body, &options->timestamp) && cursor_get_u32(body, &options->timestamp_echo);
    return options->has_timestamps;
}

/* RFC 7413 section 4.1.1 */
static bool fast_open_read(struct cursor *body, struct packet_tcp_options *options) {
    (void)body;
    options->fast_open = true;
    return true;
}

/* RFC 6994 section 3 */
static bool experiment_read(struct cursor *body, struct packet_tcp_options *options) {
    uint16_t experiment;
    if (cursor_get_u16(body, &experiment) && experiment == FAST_OPEN_EXPERIMENT) options->fast_open = true;
    return true;
}

/* By kind; those without a reader are passed over. STEP is a power of two. */
static const struct option_type {
    option_reader *read;
    uint8_t shortest, longest, step; /* of the body, without kind and length */
} option_types[UINT8_MAX + 1] = {
    [2] = {maximum_segment_size_read, 2, 2, 1},
    [3] = {window_scale_read, 1, 1, 1},
    [4] = {sack_permitted_read, 0, 0, 1},
    [5] = {sack_read, SACK_BLOCK_SIZE, SACK_BLOCKS_MAX *SACK_BLOCK_SIZE, SACK_BLOCK_SIZE},
    [8] = {timestamps_read, 8, 8, 1},
    [34] = {fast_open_read, 0, 16, 2},
    [253] = {experiment_read, 2, 38, 1},
    [254] = {experiment_read, 2, 38, 1},
};

static bool body_fits(const struct option_type *type, size_t size) {
    return size >= type->shortest && size <= type->longest && ((size - type->shortest) & (type->step - 1U)) == 0;
}

/* Reads the body of one option; options that we do not use are passed over. */
static bool option_read(uint8_t kind, struct cursor *body, struct packet_tcp_options *options) {
    const struct option_type *type = &option_types[kind];
    return type->read == NULL || (body_fits(type, cursor_remaining(body)) && type->read(body, options));
}

void packet_tcp_options_read(const struct packet *packet, struct packet_tcp_options *options) {
    struct cursor list = packet->tcp_options, body;
    uint8_t kind, length;
    *options = (struct packet_tcp_options){0};
    while (cursor_get_u8(&list, &kind) && kind != OPTION_END) {
        if (kind == OPTION_NO_OPERATION) continue;
        if (!cursor_get_u8(&list, &length) || length < 2 || !cursor_sub(&list, (size_t)length - 2, &body)) return;
        if (!option_read(kind, &body, options)) return;
    }
}
