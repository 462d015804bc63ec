/* Key logs and conversations out of hostile hands. The input: the key log behind a two-byte length, then bytes of
 * either side: one byte (low bit the side, next bit: a gap instead, as long as the bytes) and a two-byte length before
 * them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decrypt/replay.h"
#include "tls/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUFFER = 65536 };

static void check(bool holds) {
    if (!holds) abort();
}

/* What the flow table would do: what was left over is offered again, followed by what comes next. */
struct side_bytes {
    uint8_t bytes[BUFFER];
    size_t length;
};

static void bytes_say(struct tls_conversation *conversation, enum side side, struct side_bytes *left,
                      struct cursor bytes) {
    size_t length = cursor_remaining(&bytes);
    if (length > BUFFER - left->length || !cursor_copy(&bytes, left->bytes + left->length, length)) return;
    left->length += length;
    size_t consumed = tls_conversation_read(conversation, side, 1, left->bytes, left->length);
    check(consumed <= left->length);
    left->length -= consumed;
    memmove(left->bytes, left->bytes + consumed, left->length);
}

static void conversation_play(struct tls_conversation *conversation, struct cursor input) {
    static struct side_bytes left[SIDE_COUNT];
    struct cursor bytes;
    uint8_t choice;
    left[SIDE_CLIENT].length = left[SIDE_SERVER].length = 0;
    while (cursor_get_u8(&input, &choice) && cursor_get_u16_prefixed(&input, &bytes)) {
        enum side side = (choice & 1) != 0 ? SIDE_SERVER : SIDE_CLIENT;
        if ((choice & 2) == 0) {
            bytes_say(conversation, side, &left[side], bytes);
            continue;
        }
        tls_conversation_gap(conversation, side, 1, cursor_remaining(&bytes), left[side].length);
        left[side].length = 0;
    }
}

static void check_replay(const struct decrypt_replay *replay) {
    const struct tls_conversation *conversation = &replay->conversation;
    struct tls_shape shape;
    struct cursor body;
    check(conversation->decrypted && conversation->event_count <= TLS_EVENTS_KEPT);
    tls_shape_read(conversation, &shape);
    check(shape.answer_event < conversation->event_count && shape.server_word_event < conversation->event_count);
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++)
        if (tls_conversation_message(conversation, (enum tls_slot)slot, &body))
            check(cursor_remaining(&body) == conversation->kept[slot].full_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct siphash_key key = {1, 2};
    struct cursor input = cursor_over(data, size), log;
    static struct tls_conversation conversation;
    static struct decrypt_replay replay;
    struct block_pool pool;
    if (!cursor_get_u16_prefixed(&input, &log)) return 0;
    struct keylog *keylog = keylog_new(8, &key);
    check(keylog != NULL);
    keylog_append(keylog, (const char *)log.position, cursor_remaining(&log));
    keylog_end(keylog);
    check(keylog_counters(keylog)->connections <= 8);
    block_pool_init(&pool, (size_t)1 << 20);
    tls_conversation_init(&conversation, &pool);
    conversation.keep_encrypted = true;
    conversation_play(&conversation, input);
    size_t used = pool.used;
    if (decrypt_replay_begin(&replay, &conversation, keylog)) {
        check_replay(&replay);
        decrypt_replay_done(&replay);
    }
    check(pool.used == used);
    tls_conversation_done(&conversation);
    check(pool.used == 0);
    block_pool_done(&pool);
    keylog_free(keylog);
    return 0;
}
