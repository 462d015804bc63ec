/* The framers and the conversation. The input is a sequence of steps, each a byte of flags, a 16-bit length, and, but
 * for gaps, as many bytes: what one side says, in one segment. Without gaps, the same bytes cut into small pieces have
 * to be heard as the same. */
#include <stdlib.h>
#include <string.h>

#include "tls/conversation.h"
#include "tls/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLAG_SERVER = 1, FLAG_GAP = 2, MEMORY = 256 * 1024, PIECE = 3 };

/* Like assert(), in every kind of build. */
static void must(bool holds) {
    if (!holds) abort();
}

/* What the flow table would have: the conversation, and what it left over of each side. */
struct listener {
    struct block_pool pool;
    struct tls_conversation conversation;
    uint8_t *left[SIDE_COUNT];
    size_t left_length[SIDE_COUNT];
};

static void listener_feed(struct listener *listener, enum side side, int64_t time, const uint8_t *bytes,
                          size_t length) {
    size_t had = listener->left_length[side], total = had + length;
    uint8_t *offer = malloc(total > 0 ? total : 1);
    if (offer == NULL) abort();
    if (had > 0) memcpy(offer, listener->left[side], had);
    if (length > 0) memcpy(offer + had, bytes, length);
    size_t consumed = tls_conversation_read(&listener->conversation, side, time, offer, total);
    must(consumed <= total && total - consumed < TLS_UNIT_LONGEST);
    free(listener->left[side]);
    listener->left_length[side] = total - consumed;
    listener->left[side] = malloc(total - consumed + 1);
    if (listener->left[side] == NULL) abort();
    memcpy(listener->left[side], offer + consumed, total - consumed);
    free(offer);
}

static void listener_gap(struct listener *listener, enum side side, int64_t time, uint16_t count) {
    size_t discarded = listener->left_length[side];
    listener->left_length[side] = 0;
    tls_conversation_gap(&listener->conversation, side, time, count, discarded);
}

/* Plays the input in pieces of at most PIECE bytes; true where it had gaps. */
static bool listener_play(struct listener *listener, const uint8_t *data, size_t size, size_t piece) {
    struct cursor input = cursor_over(data, size), bytes;
    uint8_t flags;
    uint16_t length;
    bool gaps = false;
    for (int64_t time = 1; cursor_get_u8(&input, &flags) && cursor_get_u16(&input, &length); time++) {
        enum side side = flags & FLAG_SERVER ? SIDE_SERVER : SIDE_CLIENT;
        if (flags & FLAG_GAP) {
            gaps = true;
            listener_gap(listener, side, time, length);
            continue;
        }
        if (!cursor_sub(&input, length, &bytes)) bytes = cursor_rest(&input);
        const uint8_t *part;
        for (size_t here; (here = cursor_remaining(&bytes) < piece ? cursor_remaining(&bytes) : piece) > 0;)
            if (cursor_take(&bytes, here, &part)) listener_feed(listener, side, time, part, here);
    }
    return gaps;
}

static void listener_begin(struct listener *listener) {
    memset(listener, 0, sizeof *listener);
    block_pool_init(&listener->pool, MEMORY);
    memset(&listener->conversation, 0xa5, sizeof listener->conversation);
    tls_conversation_init(&listener->conversation, &listener->pool);
}

static void listener_end(struct listener *listener) {
    free(listener->left[SIDE_CLIENT]);
    free(listener->left[SIDE_SERVER]);
    tls_conversation_done(&listener->conversation);
    must(listener->pool.used == 0);
    block_pool_done(&listener->pool);
}

static void check_index(const struct tls_conversation *conversation, int index) {
    must(index >= -1 && index < conversation->event_count);
}

static void check_sense(const struct tls_conversation *conversation) {
    struct tls_shape shape;
    struct cursor body;
    must(conversation->event_count <= TLS_EVENTS_KEPT);
    bool both = conversation->direction[SIDE_CLIENT].finished && conversation->direction[SIDE_SERVER].finished;
    must(conversation->phase != TLS_PHASE_DONE || conversation->version != 0 || both);
    must((conversation->done_time != 0) == (conversation->phase == TLS_PHASE_DONE));
    tls_shape_read(conversation, &shape);
    check_index(conversation, shape.answer_event);
    check_index(conversation, shape.finished_event);
    check_index(conversation, shape.server_word_event);
    check_index(conversation, shape.client_word_event);
    check_index(conversation, shape.client_closing);
    check_index(conversation, shape.server_alert);
    for (int closing = TLS_CLOSING_NONE; closing <= TLS_CLOSING_SERVER; closing++)
        must(conversation->phase != TLS_PHASE_DONE ||
             tls_shape_completion(conversation, (enum tls_closing)closing) == TLS_COMPLETION_PROVEN);
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++)
        if (tls_conversation_message(conversation, (enum tls_slot)slot, &body))
            must(cursor_remaining(&body) <= TLS_MESSAGE_KEPT);
}

static void check_same(const struct tls_conversation *whole, const struct tls_conversation *cut) {
    must(whole->event_count == cut->event_count && whole->events_dropped == cut->events_dropped);
    for (unsigned i = 0; i < whole->event_count; i++)
        must(memcmp(&whole->events[i], &cut->events[i], sizeof whole->events[i]) == 0);
    must(whole->phase == cut->phase && whole->done_time == cut->done_time);
    must(whole->version == cut->version && whole->resumed == cut->resumed);
    must(whole->out_of_order == cut->out_of_order && whole->alerted == cut->alerted);
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++) {
        must(whole->kept[slot].seen == cut->kept[slot].seen);
        must(whole->kept[slot].full_length == cut->kept[slot].full_length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct listener whole, cut;
    listener_begin(&whole);
    bool gaps = listener_play(&whole, data, size, SIZE_MAX);
    check_sense(&whole.conversation);
    if (!gaps) {
        listener_begin(&cut);
        (void)listener_play(&cut, data, size, PIECE);
        check_same(&whole.conversation, &cut.conversation);
        listener_end(&cut);
    }
    listener_end(&whole);
    return 0;
}
