#include "decrypt/secrets_blocks.h"

#include <string.h>

#include "base/cursor.h"

enum {
    SECTION_HEADER = 0x0a0d0d0a, /* reads the same either way */
    DECRYPTION_SECRETS = 0x0000000a,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    TLS_KEY_LOG = 0x544c534b,
    SHORTEST_BLOCK = 12, /* type, total length, and the length once more */
    SHORTEST_SECRETS = 20,
};

void secrets_blocks_init(struct secrets_blocks *blocks, struct keylog *keylog) {
    *blocks = (struct secrets_blocks){.keylog = keylog};
}

static bool u32_get(struct cursor *cursor, bool little_endian, uint32_t *value) {
    return little_endian ? cursor_get_u32_little(cursor, value) : cursor_get_u32(cursor, value);
}

/* Block Type, Block Total Length, and what follows them: of a Section Header Block the byte order, of a Decryption
 * Secrets Block the secrets' type and length. */
struct block_head {
    uint32_t type, total_length, first, second;
};

static bool block_head_get(const struct secrets_blocks *blocks, struct block_head *head) {
    struct cursor at = cursor_over(blocks->head, blocks->head_length);
    *head = (struct block_head){0};
    return u32_get(&at, blocks->little_endian, &head->type) &&
           u32_get(&at, blocks->little_endian, &head->total_length) &&
           u32_get(&at, blocks->little_endian, &head->first) &&
           (cursor_remaining(&at) < sizeof head->second || u32_get(&at, blocks->little_endian, &head->second));
}

/* How many bytes must be there before a block can be told. */
static size_t head_wanted(const struct secrets_blocks *blocks) {
    struct block_head head;
    if (blocks->head_length < SHORTEST_BLOCK || !block_head_get(blocks, &head)) return SHORTEST_BLOCK;
    return head.type == DECRYPTION_SECRETS && blocks->in_section ? SECRETS_HEAD_LENGTH : SHORTEST_BLOCK;
}

/* Each section has its own byte order. */
static bool section_begin(struct secrets_blocks *blocks) {
    struct block_head head;
    for (int order = 0; order < 2; order++) {
        blocks->little_endian = order == 0;
        if (!block_head_get(blocks, &head) || head.first != BYTE_ORDER_MAGIC) continue;
        blocks->in_section = true;
        return true;
    }
    return false;
}

/* Decides what to do with the block whose head is there. Blocks are padded to 32 bits. */
static bool block_begin(struct secrets_blocks *blocks) {
    struct block_head head;
    if (!block_head_get(blocks, &head)) return false;
    if (head.type == SECTION_HEADER && (!section_begin(blocks) || !block_head_get(blocks, &head))) return false;
    if (!blocks->in_section || head.total_length < SHORTEST_BLOCK) return false;
    blocks->skip = (((uint64_t)head.total_length + 3) & ~UINT64_C(3)) - blocks->head_length;
    blocks->head_length = 0;
    if (head.type != DECRYPTION_SECRETS) return true;
    if (head.total_length < SHORTEST_SECRETS || head.second > head.total_length - SHORTEST_SECRETS) return false;
    if (head.first != TLS_KEY_LOG) return true;
    blocks->found = true;
    blocks->secrets_left = head.second;
    blocks->skip -= head.second;
    return true;
}

static bool head_gather(struct secrets_blocks *blocks, struct cursor *input) {
    size_t wanted;
    while ((wanted = head_wanted(blocks)) > blocks->head_length) {
        size_t count = wanted - blocks->head_length, here = cursor_remaining(input);
        if (count > here) count = here;
        if (count == 0) return true;
        if (!cursor_copy(input, blocks->head + blocks->head_length, count)) return false;
        blocks->head_length = (uint8_t)(blocks->head_length + count);
    }
    return block_begin(blocks);
}

/* Each block is a key log of its own: its last line may lack its end. */
static void secrets_take(struct secrets_blocks *blocks, struct cursor *input) {
    size_t count = cursor_remaining(input);
    const uint8_t *bytes;
    if (count > blocks->secrets_left) count = blocks->secrets_left;
    if (!cursor_take(input, count, &bytes)) return;
    keylog_append(blocks->keylog, (const char *)bytes, count);
    blocks->secrets_left -= (uint32_t)count;
    if (blocks->secrets_left == 0) keylog_end(blocks->keylog);
}

static void rest_skip(struct secrets_blocks *blocks, struct cursor *input) {
    size_t count = cursor_remaining(input);
    if (count > blocks->skip) count = (size_t)blocks->skip;
    if (cursor_skip(input, count)) blocks->skip -= count;
}

bool secrets_blocks_push(struct secrets_blocks *blocks, const void *bytes, size_t length) {
    struct cursor input = cursor_over(bytes, length);
    while (!cursor_is_empty(&input)) {
        if (blocks->secrets_left > 0)
            secrets_take(blocks, &input);
        else if (blocks->skip > 0)
            rest_skip(blocks, &input);
        else if (!head_gather(blocks, &input))
            return false;
    }
    return true;
}
