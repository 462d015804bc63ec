#include "encrypted.h"

#include <string.h>

enum { SMALLEST_ROOM = 4096 };

static bool is_keeping(const struct tls_turn *turn) {
    return turn->conversation->keep_encrypted && !turn->direction->encrypted_lost;
}

/* Makes room for LENGTH bytes in all. */
static bool encrypted_reserve(const struct tls_turn *turn, size_t length) {
    struct tls_direction *direction = turn->direction;
    if (length <= direction->encrypted_room) return true;
    if (length > TLS_ENCRYPTED_KEPT) return false;
    size_t wanted = direction->encrypted_room * 2, room;
    if (wanted < SMALLEST_ROOM) wanted = SMALLEST_ROOM;
    if (wanted < length) wanted = length;
    uint8_t *block = block_get(turn->conversation->pool, wanted, &room);
    if (block == NULL) return false;
    size_t had = direction->encrypted_length + direction->encrypted_begun;
    if (had > 0) memcpy(block, direction->encrypted, had);
    block_put(turn->conversation->pool, direction->encrypted, direction->encrypted_room);
    direction->encrypted = block;
    direction->encrypted_room = room;
    return true;
}

void tls_encrypted_append(const struct tls_turn *turn, struct cursor part) {
    struct tls_direction *direction = turn->direction;
    size_t had = direction->encrypted_length + direction->encrypted_begun, length = cursor_remaining(&part);
    if (length == 0 || !is_keeping(turn)) return;
    if (!encrypted_reserve(turn, had + length) || !cursor_copy(&part, direction->encrypted + had, length))
        tls_encrypted_lose(direction);
    else
        direction->encrypted_begun += (uint32_t)length;
}

void tls_encrypted_end(const struct tls_turn *turn, uint16_t length) {
    struct tls_direction *direction = turn->direction;
    if (!is_keeping(turn)) return;
    bool noted = turn->conversation->event_count < TLS_EVENTS_KEPT;
    if (!noted || direction->encrypted_begun != length) {
        tls_encrypted_lose(direction);
        return;
    }
    direction->encrypted_length += length;
    direction->encrypted_begun = 0;
    direction->encrypted_kept++;
}

void tls_encrypted_lose(struct tls_direction *direction) {
    direction->encrypted_begun = 0;
    direction->encrypted_lost = true;
}

void tls_encrypted_drop(struct block_pool *pool, struct tls_direction *direction) {
    block_put(pool, direction->encrypted, direction->encrypted_room);
    direction->encrypted = NULL;
    direction->encrypted_room = 0;
    direction->encrypted_length = direction->encrypted_begun = 0;
    direction->encrypted_kept = 0;
}
