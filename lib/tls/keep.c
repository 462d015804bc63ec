#include "keep.h"

#include <string.h>

enum {
    HEADER_LENGTH = 4,
    SMALLEST_ROOM = 2048, /* most messages that span records do so because they are long */
};

/* Which slot a message type has, by sender. A slot is written once. */
struct keep_rule {
    uint8_t side, type;
    enum tls_slot slot;
};

static const struct keep_rule rules[] = {
    {SIDE_CLIENT, TLS_MESSAGE_CLIENT_HELLO, TLS_SLOT_CLIENT_HELLO},
    {SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO, TLS_SLOT_SERVER_HELLO},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, TLS_SLOT_SERVER_CERTIFICATE},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_STATUS, TLS_SLOT_CERTIFICATE_STATUS},
    {SIDE_SERVER, TLS_MESSAGE_SERVER_KEY_EXCHANGE, TLS_SLOT_SERVER_KEY_EXCHANGE},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, TLS_SLOT_CERTIFICATE_REQUEST},
    {SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE, TLS_SLOT_CLIENT_CERTIFICATE},
    {SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, TLS_SLOT_CLIENT_KEY_EXCHANGE},
    {SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE_VERIFY, TLS_SLOT_CERTIFICATE_VERIFY},
    {SIDE_SERVER, TLS_MESSAGE_ENCRYPTED_EXTENSIONS, TLS_SLOT_ENCRYPTED_EXTENSIONS},
    {SIDE_SERVER, TLS_MESSAGE_COMPRESSED_CERTIFICATE, TLS_SLOT_SERVER_CERTIFICATE},
    {SIDE_CLIENT, TLS_MESSAGE_COMPRESSED_CERTIFICATE, TLS_SLOT_CLIENT_CERTIFICATE},
};

enum tls_slot tls_keep_slot(const struct tls_conversation *conversation, enum side side, uint8_t type, bool retry) {
    enum tls_slot slot = TLS_SLOT_COUNT;
    /* RFC 8879 section 4: of TLS 1.3 alone, so never in plain text */
    if (type == TLS_MESSAGE_COMPRESSED_CERTIFICATE && !conversation->decrypted) return slot;
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        if (rules[i].side == side && rules[i].type == type) slot = rules[i].slot;
    if (retry) slot = TLS_SLOT_HELLO_RETRY_REQUEST;
    if (slot == TLS_SLOT_CLIENT_HELLO && conversation->kept[slot].seen && conversation->hello_retry)
        slot = TLS_SLOT_CLIENT_HELLO_RETRIED;
    return slot < TLS_SLOT_COUNT && !conversation->kept[slot].seen ? slot : TLS_SLOT_COUNT;
}

static struct tls_kept *slot_open(const struct tls_turn *turn, enum tls_slot slot, uint32_t full_length) {
    struct tls_kept *kept = &turn->conversation->kept[slot];
    *kept = (struct tls_kept){.full_length = full_length, .time = turn->time, .seen = true};
    return kept;
}

void tls_keep_copy(const struct tls_turn *turn, enum tls_slot slot, struct cursor body) {
    size_t length = cursor_remaining(&body);
    struct tls_kept *kept = slot_open(turn, slot, (uint32_t)length);
    if (length == 0) return;
    kept->truncated = true;
    if (length > TLS_MESSAGE_KEPT) return;
    uint8_t *block = block_get(turn->conversation->pool, length, &kept->room);
    if (block == NULL) return;
    if (cursor_copy(&body, block, length)) kept->truncated = false;
    kept->bytes = block;
    kept->length = (uint32_t)length;
}

/* Makes room for LENGTH bytes of the message in progress: twice what there is, but never what a header merely
 * promises. */
static bool message_reserve(const struct tls_turn *turn, size_t length) {
    struct tls_direction *direction = turn->direction;
    if (length <= direction->message_room) return true;
    size_t wanted = direction->message_room * 2, room;
    if (wanted < SMALLEST_ROOM) wanted = SMALLEST_ROOM;
    if (wanted < length) wanted = length;
    uint8_t *block = block_get(turn->conversation->pool, wanted, &room);
    if (block == NULL) return false;
    size_t had = direction->message_length - HEADER_LENGTH;
    if (direction->message != NULL && had > 0) memcpy(block, direction->message, had);
    block_put(turn->conversation->pool, direction->message, direction->message_room);
    direction->message = block;
    direction->message_room = room;
    return true;
}

void tls_keep_gather(const struct tls_turn *turn, struct cursor part) {
    struct tls_direction *direction = turn->direction;
    size_t had = direction->message_length - HEADER_LENGTH, length = cursor_remaining(&part);
    bool lost = had > 0 && direction->message == NULL;
    if (length == 0 || lost) return;
    if (direction->message_wanted - HEADER_LENGTH > TLS_MESSAGE_KEPT || !message_reserve(turn, had + length) ||
        !cursor_copy(&part, direction->message + had, length))
        tls_keep_drop(turn);
}

void tls_keep_gathered(const struct tls_turn *turn, enum tls_slot slot, uint32_t full_length) {
    struct tls_direction *direction = turn->direction;
    struct tls_kept *kept = slot_open(turn, slot, full_length);
    kept->truncated = full_length > 0 && direction->message == NULL;
    kept->bytes = direction->message;
    kept->room = direction->message_room;
    kept->length = kept->bytes != NULL ? full_length : 0;
    direction->message = NULL;
    direction->message_room = 0;
}

void tls_keep_drop(const struct tls_turn *turn) {
    struct tls_direction *direction = turn->direction;
    block_put(turn->conversation->pool, direction->message, direction->message_room);
    direction->message = NULL;
    direction->message_room = 0;
}

bool tls_conversation_message(const struct tls_conversation *conversation, enum tls_slot slot, struct cursor *body) {
    const struct tls_kept *kept = &conversation->kept[slot];
    *body = cursor_over(kept->bytes, kept->length);
    return kept->seen && !kept->truncated;
}
