/* Whether the first bytes of a direction are TLS. Never by the port number. */
#include "message.h"
#include "record.h"
#include "tls/names.h"

enum { MESSAGE_HEADER_LENGTH = 4, ALERT_LENGTH = 2, MINOR_LATEST = 4 };

static enum tls_recognition recognition_of(enum tls_framed framed) {
    switch (framed) {
    case TLS_FRAMED_READY:
        return TLS_IS;
    case TLS_FRAMED_NEED_MORE:
        return TLS_IS_UNDECIDED;
    default:
        return TLS_IS_NOT;
    }
}

/* A handshake record that begins with the first message of a side. Its header may be spread over tiny records; then
 * the type has to do. */
static enum tls_recognition recognise_hello(struct cursor body, const struct tls_record *record,
                                            enum tls_message_type hello, enum side side) {
    struct cursor at = body;
    uint8_t type;
    if (record->length == 0 || record->version < TLS_VERSION_SSL3) return TLS_IS_NOT;
    if (!cursor_get_u8(&at, &type)) return TLS_IS_UNDECIDED;
    if (type != hello) return TLS_IS_NOT;
    if (record->length < MESSAGE_HEADER_LENGTH) return TLS_IS;
    return recognition_of(tls_message_resume(body, side));
}

/* struct { AlertLevel level; AlertDescription description; }: RFC 8446 section 6. */
static enum tls_recognition recognise_alert(struct cursor body, const struct tls_record *record) {
    uint8_t level;
    if (record->length != ALERT_LENGTH) return TLS_IS_NOT;
    if (!cursor_get_u8(&body, &level)) return TLS_IS_UNDECIDED;
    return level == 1 || level == 2 ? TLS_IS : TLS_IS_NOT;
}

enum tls_recognition tls_recognise_client(const uint8_t *bytes, size_t length) {
    struct cursor input = cursor_over(bytes, length), at = input;
    struct tls_record record;
    uint16_t hello_length;
    enum tls_framed framed = tls_record_ssl2_header_get(&at, &hello_length);
    if (framed != TLS_FRAMED_BAD) return recognition_of(framed);
    framed = tls_record_header_get(&input, &record);
    if (framed != TLS_FRAMED_READY) return recognition_of(framed);
    if (record.type != TLS_CONTENT_HANDSHAKE || (record.version & 0xff) > MINOR_LATEST) return TLS_IS_NOT;
    return recognise_hello(input, &record, TLS_MESSAGE_CLIENT_HELLO, SIDE_CLIENT);
}

enum tls_recognition tls_recognise_server(const uint8_t *bytes, size_t length) {
    struct cursor input = cursor_over(bytes, length);
    struct tls_record record;
    enum tls_framed framed = tls_record_header_get(&input, &record);
    if (framed != TLS_FRAMED_READY) return recognition_of(framed);
    if ((record.version & 0xff) > MINOR_LATEST) return TLS_IS_NOT;
    if (record.type == TLS_CONTENT_ALERT) return recognise_alert(input, &record);
    if (record.type != TLS_CONTENT_HANDSHAKE) return TLS_IS_NOT;
    return recognise_hello(input, &record, TLS_MESSAGE_SERVER_HELLO, SIDE_SERVER);
}
