#include "field.h"

void tls_field_error_record(struct tls_parse_error *error, const char *field, const char *reason, size_t offset) {
    if (error->field == NULL) *error = (struct tls_parse_error){.field = field, .reason = reason, .offset = offset};
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
    size_t length = cursor_remaining(&values);
    size_t kept = length < room ? length : room;
    return cursor_copy(&values, bytes, kept) ? (uint8_t)kept : 0;
}

bool tls_field_protocol_name(struct cursor *in, struct tls_parse_error *error, struct tls_protocol_name *name) {
    struct cursor bytes;
    if (!tls_field_vector8(in, error, "protocol_name", &bytes)) return false;
    name->truncated = cursor_remaining(&bytes) > TLS_PROTOCOL_KEPT;
    name->length = tls_field_byte_list(bytes, name->bytes, TLS_PROTOCOL_KEPT);
    return tls_field_not_empty(&bytes, error, "protocol_name");
}
