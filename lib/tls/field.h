/* Cursor getters that remember which field of a message could not be read, so that a parser is a list of fields in
 * the order of the RFC's struct. Private to the parsers.
 *
 * FIELD is the RFC's name of the field. On failure the error is filled, unless it already holds an earlier one:
 * the first contradiction is the one to report. Outputs stay untouched. */
#ifndef TLS_FIELD_H
#define TLS_FIELD_H

#include "base/cursor.h"
#include "tls/client_hello.h"
#include "tls/parse_error.h"

/* Records where and why, unless the error is filled already. */
void tls_field_error_record(struct tls_parse_error *error, const char *field, const char *reason, size_t offset);

/* The same as a result. Always false, to be returned. */
static inline bool tls_field_fail(struct tls_parse_error *error, const char *field, const char *reason, size_t offset) {
    tls_field_error_record(error, field, reason, offset);
    return false;
}

/* The reason that all getters share: FIELD is longer than what holds it. */
static inline bool tls_field_fail_short(struct tls_parse_error *error, const char *field, const struct cursor *in) {
    return tls_field_fail(error, field, "runs past the end", cursor_offset(in));
}

/* Fixed-size fields. */
MUST_USE static inline bool tls_field_u8(struct cursor *in, struct tls_parse_error *error, const char *field,
                                         uint8_t *value) {
    return LIKELY(cursor_get_u8(in, value)) || tls_field_fail_short(error, field, in);
}

MUST_USE static inline bool tls_field_u16(struct cursor *in, struct tls_parse_error *error, const char *field,
                                          uint16_t *value) {
    return LIKELY(cursor_get_u16(in, value)) || tls_field_fail_short(error, field, in);
}

MUST_USE static inline bool tls_field_copy(struct cursor *in, struct tls_parse_error *error, const char *field,
                                           void *target, size_t count) {
    return LIKELY(cursor_copy(in, target, count)) || tls_field_fail_short(error, field, in);
}

/* opaque<0..2^8-1>, <0..2^16-1> and <0..2^24-1>: *CHILD is the contents (RFC 8446 section 3.4). */
MUST_USE static inline bool tls_field_vector8(struct cursor *in, struct tls_parse_error *error, const char *field,
                                              struct cursor *child) {
    return LIKELY(cursor_get_u8_prefixed(in, child)) || tls_field_fail_short(error, field, in);
}

MUST_USE static inline bool tls_field_vector16(struct cursor *in, struct tls_parse_error *error, const char *field,
                                               struct cursor *child) {
    return LIKELY(cursor_get_u16_prefixed(in, child)) || tls_field_fail_short(error, field, in);
}

MUST_USE static inline bool tls_field_vector24(struct cursor *in, struct tls_parse_error *error, const char *field,
                                               struct cursor *child) {
    return LIKELY(cursor_get_u24_prefixed(in, child)) || tls_field_fail_short(error, field, in);
}

/* A field of exactly LENGTH bytes, whose length came earlier. */
MUST_USE static inline bool tls_field_sub(struct cursor *in, struct tls_parse_error *error, const char *field,
                                          size_t length, struct cursor *child) {
    return LIKELY(cursor_sub(in, length, child)) || tls_field_fail_short(error, field, in);
}

/* Nothing may be left of FIELD. */
MUST_USE static inline bool tls_field_end(const struct cursor *in, struct tls_parse_error *error, const char *field) {
    return LIKELY(cursor_is_empty(in)) || tls_field_fail(error, field, "has bytes left over", cursor_offset(in));
}

/* FIELD must have something in it: its RFC gives it a lower bound above 0. */
MUST_USE static inline bool tls_field_not_empty(const struct cursor *in, struct tls_parse_error *error,
                                                const char *field) {
    return LIKELY(!cursor_is_empty(in)) || tls_field_fail(error, field, "is empty", cursor_offset(in));
}

/* The next Extension of RFC 8446 section 4.2. */
MUST_USE static inline bool tls_field_extension(struct cursor *in, struct tls_parse_error *error, uint16_t *type,
                                                struct cursor *data) {
    return tls_field_u16(in, error, "extension_type", type) && tls_field_vector16(in, error, "extension_data", data);
}

/* The contents of a vector of 16-bit code points; what fits is kept. False where the length is odd or 0. */
MUST_USE bool tls_field_code_list(struct cursor codes, struct tls_parse_error *error, const char *field,
                                  struct tls_code_list *list);

/* The bytes of a vector of 8-bit code points, or of text: up to ROOM (at most 255) are kept in BYTES. Returns how
 * many are kept. */
uint8_t tls_field_byte_list(struct cursor values, uint8_t *bytes, size_t room);

/* The next ProtocolName of RFC 7301 section 3.1: what fits is kept. */
MUST_USE bool tls_field_protocol_name(struct cursor *in, struct tls_parse_error *error, struct tls_protocol_name *name);

#endif
