#include "field.h"

static const char past_the_end[] = "runs past the end";

bool tls_field_fail(struct tls_parse_error *error, const char *field, const char *reason, size_t offset) {
    if (error->field == NULL) *error = (struct tls_parse_error){.field = field, .reason = reason, .offset = offset};
    return false;
}

bool tls_field_u8(struct cursor *in, struct tls_parse_error *error, const char *field, uint8_t *value) {
    return cursor_get_u8(in, value) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_u16(struct cursor *in, struct tls_parse_error *error, const char *field, uint16_t *value) {
    return cursor_get_u16(in, value) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_copy(struct cursor *in, struct tls_parse_error *error, const char *field, void *target, size_t count) {
    return cursor_copy(in, target, count) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_vector8(struct cursor *in, struct tls_parse_error *error, const char *field, struct cursor *child) {
    return cursor_get_u8_prefixed(in, child) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_vector16(struct cursor *in, struct tls_parse_error *error, const char *field, struct cursor *child) {
    return cursor_get_u16_prefixed(in, child) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_vector24(struct cursor *in, struct tls_parse_error *error, const char *field, struct cursor *child) {
    return cursor_get_u24_prefixed(in, child) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_sub(struct cursor *in, struct tls_parse_error *error, const char *field, size_t length,
                   struct cursor *child) {
    return cursor_sub(in, length, child) || tls_field_fail(error, field, past_the_end, cursor_offset(in));
}

bool tls_field_end(const struct cursor *in, struct tls_parse_error *error, const char *field) {
    return cursor_is_empty(in) || tls_field_fail(error, field, "has bytes left over", cursor_offset(in));
}

bool tls_field_not_empty(const struct cursor *in, struct tls_parse_error *error, const char *field) {
    return !cursor_is_empty(in) || tls_field_fail(error, field, "is empty", cursor_offset(in));
}

bool tls_field_code_list(struct cursor codes, struct tls_parse_error *error, const char *field,
                         struct tls_code_list *list) {
    list->present = true;
    if (!tls_field_not_empty(&codes, error, field)) return false;
    uint16_t code;
    while (cursor_get_u16(&codes, &code)) {
        if (list->count < TLS_LIST_KEPT)
            list->codes[list->count++] = code;
        else
            list->truncated = true;
    }
    return cursor_is_empty(&codes) || tls_field_fail(error, field, "odd length", cursor_offset(&codes));
}

uint8_t tls_field_byte_list(struct cursor values, uint8_t *bytes, size_t room) {
    uint8_t count = 0;
    while (count < room && cursor_get_u8(&values, &bytes[count]))
        count++;
    return count;
}

bool tls_field_protocol_name(struct cursor *in, struct tls_parse_error *error, struct tls_protocol_name *name) {
    struct cursor bytes;
    if (!tls_field_vector8(in, error, "protocol_name", &bytes)) return false;
    name->truncated = cursor_remaining(&bytes) > TLS_PROTOCOL_KEPT;
    name->length = tls_field_byte_list(bytes, name->bytes, TLS_PROTOCOL_KEPT);
    return tls_field_not_empty(&bytes, error, "protocol_name");
}

bool tls_field_extension(struct cursor *in, struct tls_parse_error *error, uint16_t *type, struct cursor *data) {
    struct cursor copy = *in;
    uint16_t code;
    if (!tls_field_u16(&copy, error, "extension_type", &code)) return false;
    if (!tls_field_vector16(&copy, error, "extension_data", data)) return false;
    *type = code;
    *in = copy;
    return true;
}
