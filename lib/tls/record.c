#include "record.h"

#include "message.h"
#include "tls/names.h"

enum {
    MAJOR_VERSION = 3, /* of SSL 3.0 and every TLS */
    MINOR_LATEST = 4,
    ALERT_LENGTH = 2,
    SHORTEST_ENCRYPTED = 16, /* nothing that encrypts adds less than a MAC or a tag and a nonce */
};

static bool is_content_type(uint8_t type) {
    return type >= TLS_CONTENT_CHANGE_CIPHER_SPEC && type <= TLS_CONTENT_HEARTBEAT;
}

/* RFC 8446 section 5.1: ContentType type; ProtocolVersion legacy_record_version; uint16 length. */
enum tls_framed tls_record_header_get(struct cursor *input, struct tls_record *record) {
    struct cursor at = *input;
    uint8_t type, major, minor;
    uint16_t length;
    if (!cursor_get_u8(&at, &type)) return TLS_FRAMED_NEED_MORE;
    if (!is_content_type(type)) return TLS_FRAMED_BAD;
    if (!cursor_get_u8(&at, &major)) return TLS_FRAMED_NEED_MORE;
    bool versionless = type == TLS_CONTENT_ALERT && major == 0;
    if (major != MAJOR_VERSION && !versionless) return TLS_FRAMED_BAD;
    if (!cursor_get_u8(&at, &minor)) return TLS_FRAMED_NEED_MORE;
    if (versionless && minor != 0) return TLS_FRAMED_BAD;
    if (!cursor_get_u16(&at, &length)) return TLS_FRAMED_NEED_MORE;
    if (versionless && length != ALERT_LENGTH) return TLS_FRAMED_BAD;
    *record = (struct tls_record){.type = type, .version = (uint16_t)(major << 8 | minor), .length = length};
    *input = at;
    return TLS_FRAMED_READY;
}

/* After a gap the header of a record is not evidence enough: what it announces must begin as it has to. */
static enum tls_framed body_resume(struct cursor body, const struct tls_record *record, enum side side) {
    uint8_t first;
    switch (record->type) {
    case TLS_CONTENT_HANDSHAKE:
        return tls_message_resume(body, side);
    case TLS_CONTENT_ALERT: /* AlertLevel warning(1), fatal(2) */
        if (record->length != ALERT_LENGTH) return TLS_FRAMED_GAP;
        if (!cursor_get_u8(&body, &first)) return TLS_FRAMED_NEED_MORE;
        return first == 1 || first == 2 ? TLS_FRAMED_READY : TLS_FRAMED_GAP;
    case TLS_CONTENT_CHANGE_CIPHER_SPEC: /* enum { change_cipher_spec(1) } */
        if (record->length != 1) return TLS_FRAMED_GAP;
        if (!cursor_get_u8(&body, &first)) return TLS_FRAMED_NEED_MORE;
        return first == 1 ? TLS_FRAMED_READY : TLS_FRAMED_GAP;
    default:
        return TLS_FRAMED_READY;
    }
}

enum tls_framed tls_record_resume(struct cursor input, enum side side, bool encrypted) {
    struct tls_record record;
    enum tls_framed framed = tls_record_header_get(&input, &record);
    if (framed == TLS_FRAMED_NEED_MORE) return framed;
    if (framed == TLS_FRAMED_BAD || record.version < TLS_VERSION_SSL3 || (record.version & 0xff) > MINOR_LATEST ||
        record.length == 0 || record.length > TLS_RECORD_LONGEST)
        return TLS_FRAMED_GAP;
    framed = body_resume(input, &record, side);
    /* encryption may have begun inside the gap */
    bool may_be_encrypted = encrypted || record.type != TLS_CONTENT_CHANGE_CIPHER_SPEC;
    if (framed == TLS_FRAMED_GAP && may_be_encrypted && record.length >= SHORTEST_ENCRYPTED) return TLS_FRAMED_READY;
    return framed;
}

/* RFC 5246 appendix E.2: uint16 msg_length (high bit set); uint8 msg_type; Version version; uint16
 * cipher_spec_length, session_id_length, challenge_length. A session id has 0 or 16 bytes, a challenge 16 to 32. */
enum tls_framed tls_record_ssl2_header_get(struct cursor *input, uint16_t *length) {
    enum { HIGH_BIT = 0x80, CLIENT_HELLO = 1, FIXED_LENGTH = 9, SUITE_LENGTH = 3 };
    struct cursor at = *input, body;
    uint8_t high, low, type;
    uint16_t version, suites, session_id, challenge;
    if (!cursor_get_u8(&at, &high)) return TLS_FRAMED_NEED_MORE;
    if ((high & HIGH_BIT) == 0) return TLS_FRAMED_BAD;
    if (!cursor_get_u8(&at, &low)) return TLS_FRAMED_NEED_MORE;
    body = at;
    if (!cursor_get_u8(&at, &type)) return TLS_FRAMED_NEED_MORE;
    if (type != CLIENT_HELLO) return TLS_FRAMED_BAD;
    if (!cursor_get_u16(&at, &version)) return TLS_FRAMED_NEED_MORE;
    if (version != TLS_VERSION_SSL2 && (version < TLS_VERSION_SSL3 || version > TLS_VERSION_13)) return TLS_FRAMED_BAD;
    if (!cursor_get_u16(&at, &suites) || !cursor_get_u16(&at, &session_id) || !cursor_get_u16(&at, &challenge))
        return TLS_FRAMED_NEED_MORE;
    unsigned announced = (unsigned)(high & ~HIGH_BIT) << 8 | low;
    if (suites == 0 || suites % SUITE_LENGTH != 0 || (session_id != 0 && session_id != 16) || challenge < 16 ||
        challenge > 32 || announced != (unsigned)FIXED_LENGTH + suites + session_id + challenge ||
        announced > TLS_PLAINTEXT_LONGEST)
        return TLS_FRAMED_BAD;
    *length = (uint16_t)announced;
    *input = body;
    return TLS_FRAMED_READY;
}
