/* The only way to touch untrusted bytes.
 *
 * A cursor borrows a run of bytes and walks over it once, from front to back. cursor_take() is the one
 * function that moves; every getter is built on it. A nested field is a new, shorter cursor, so that a
 * child cannot see past its parent. A getter that fails changes neither the cursor nor the output.
 * A cursor dies with its buffer and is never stored. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

struct cursor {
    const uint8_t *position; /* the next byte; borrowed */
    size_t remaining;        /* bytes left */
    size_t offset;           /* how far position is from the start of the outermost buffer */
};

/* A cursor over LENGTH borrowed bytes. BYTES may be NULL where LENGTH is 0. */
static inline struct cursor cursor_over(const void *bytes, size_t length) {
    return (struct cursor){.position = bytes, .remaining = length, .offset = 0};
}

/* Takes COUNT bytes: *BYTES points at them in the borrowed buffer. */
MUST_USE static inline bool cursor_take(struct cursor *cursor, size_t count, const uint8_t **bytes) {
    if (count > cursor->remaining) return false;
    *bytes = cursor->position;
    if (count == 0) return true; /* position may be NULL, and NULL + 0 is not C */
    cursor->position += count;
    cursor->remaining -= count;
    cursor->offset += count;
    return true;
}

static inline size_t cursor_remaining(const struct cursor *cursor) {
    return cursor->remaining;
}

static inline bool cursor_is_empty(const struct cursor *cursor) {
    return cursor->remaining == 0;
}

/* How far the next byte is from the start of the outermost buffer: for saying where bytes are wrong. */
static inline size_t cursor_offset(const struct cursor *cursor) {
    return cursor->offset;
}

MUST_USE static inline bool cursor_get_u8(struct cursor *cursor, uint8_t *value) {
    const uint8_t *b;
    if (!cursor_take(cursor, 1, &b)) return false;
    *value = b[0];
    return true;
}

MUST_USE static inline bool cursor_get_u16(struct cursor *cursor, uint16_t *value) {
    const uint8_t *b;
    if (!cursor_take(cursor, 2, &b)) return false;
    *value = (uint16_t)((unsigned)b[0] << 8 | b[1]);
    return true;
}

MUST_USE static inline bool cursor_get_u24(struct cursor *cursor, uint32_t *value) {
    const uint8_t *b;
    if (!cursor_take(cursor, 3, &b)) return false;
    *value = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
    return true;
}

MUST_USE static inline bool cursor_get_u32(struct cursor *cursor, uint32_t *value) {
    const uint8_t *b;
    if (!cursor_take(cursor, 4, &b)) return false;
    *value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

/* Little-endian, for the few link layers (null/loopback of the other kind of machine) that need it. */
MUST_USE static inline bool cursor_get_u32_little(struct cursor *cursor, uint32_t *value) {
    const uint8_t *b;
    if (!cursor_take(cursor, 4, &b)) return false;
    *value = (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
    return true;
}

MUST_USE static inline bool cursor_get_u64(struct cursor *cursor, uint64_t *value) {
    struct cursor copy = *cursor;
    uint32_t high, low;
    if (!cursor_get_u32(&copy, &high) || !cursor_get_u32(&copy, &low)) return false;
    *value = (uint64_t)high << 32 | low;
    *cursor = copy;
    return true;
}

/* Passes over COUNT bytes. */
MUST_USE static inline bool cursor_skip(struct cursor *cursor, size_t count) {
    const uint8_t *ignored;
    return cursor_take(cursor, count, &ignored);
}

/* Copies COUNT bytes into TARGET, which must have room for them. */
MUST_USE static inline bool cursor_copy(struct cursor *cursor, void *target, size_t count) {
    const uint8_t *b;
    if (!cursor_take(cursor, count, &b)) return false;
    if (count > 0) memcpy(target, b, count);
    return true;
}

/* A child of exactly COUNT bytes; the parent moves past them. */
MUST_USE static inline bool cursor_sub(struct cursor *cursor, size_t count, struct cursor *child) {
    size_t offset = cursor->offset;
    const uint8_t *b;
    if (!cursor_take(cursor, count, &b)) return false;
    *child = (struct cursor){.position = b, .remaining = count, .offset = offset};
    return true;
}

/* All that is left, as a child; the parent is empty afterwards. Cannot fail. */
static inline struct cursor cursor_rest(struct cursor *cursor) {
    struct cursor child = *cursor;
    if (cursor->remaining > 0) cursor->position += cursor->remaining;
    cursor->offset += cursor->remaining;
    cursor->remaining = 0;
    return child;
}

/* opaque<0..2^8-1>: a one-byte length, then as many bytes (RFC 8446 section 3.4). */
MUST_USE static inline bool cursor_get_u8_prefixed(struct cursor *cursor, struct cursor *child) {
    struct cursor copy = *cursor;
    uint8_t length;
    if (!cursor_get_u8(&copy, &length) || !cursor_sub(&copy, length, child)) return false;
    *cursor = copy;
    return true;
}

/* opaque<0..2^16-1> */
MUST_USE static inline bool cursor_get_u16_prefixed(struct cursor *cursor, struct cursor *child) {
    struct cursor copy = *cursor;
    uint16_t length;
    if (!cursor_get_u16(&copy, &length) || !cursor_sub(&copy, length, child)) return false;
    *cursor = copy;
    return true;
}

/* opaque<0..2^24-1> */
MUST_USE static inline bool cursor_get_u24_prefixed(struct cursor *cursor, struct cursor *child) {
    struct cursor copy = *cursor;
    uint32_t length;
    if (!cursor_get_u24(&copy, &length) || !cursor_sub(&copy, length, child)) return false;
    *cursor = copy;
    return true;
}

#endif
