/* RDP: TPKT (RFC 1006), X.224 Connection Request and Confirm, and the negotiation in them ([MS-RDPBCGR] sections
 * 2.2.1.1 and 2.2.1.2). */
#include "protocol.h"

enum {
    TPKT_VERSION = 3,
    TPKT_HEADER = 4,
    CONNECTION_REQUEST = 0xe0,
    CONNECTION_CONFIRM = 0xd0,
    REFERENCES_AND_CLASS = 5,
    NEGOTIATION_REQUEST = 1,
    NEGOTIATION_RESPONSE = 2,
    NEGOTIATION_FAILURE = 3,
    NEGOTIATION_LENGTH = 8
};

static const char *const failures[] = {
    [0] = "standard RDP security, without TLS",
    [1] = "SSL_REQUIRED_BY_SERVER",
    [2] = "SSL_NOT_ALLOWED_BY_SERVER",
    [3] = "SSL_CERT_NOT_ON_SERVER",
    [4] = "INCONSISTENT_FLAGS",
    [5] = "HYBRID_REQUIRED_BY_SERVER",
    [6] = "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
};

/* TPKT: vrsn 3, reserved 0, packet length; X.224: LI, code CR, references, class. */
static enum starttls_recognition recognise(struct cursor bytes) {
    uint8_t version, reserved, indicator, code;
    uint16_t length;
    if (!cursor_get_u8(&bytes, &version)) return STARTTLS_IS_UNDECIDED;
    if (version != TPKT_VERSION) return STARTTLS_IS_NOT;
    if (!cursor_get_u8(&bytes, &reserved) || !cursor_get_u16(&bytes, &length) || !cursor_get_u8(&bytes, &indicator) ||
        !cursor_get_u8(&bytes, &code))
        return STARTTLS_IS_UNDECIDED;
    return reserved == 0 && code == CONNECTION_REQUEST && length == TPKT_HEADER + 1 + indicator ? STARTTLS_IS
                                                                                                : STARTTLS_IS_NOT;
}

static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    struct cursor at = *input;
    uint8_t version, reserved;
    uint16_t length;
    (void)dialogue;
    (void)side;
    if (!cursor_get_u8(&at, &version)) return STARTTLS_FRAMED_NEED_MORE;
    if (version != TPKT_VERSION) return STARTTLS_FRAMED_BAD;
    if (!cursor_get_u8(&at, &reserved) || !cursor_get_u16(&at, &length)) return STARTTLS_FRAMED_NEED_MORE;
    if (length < TPKT_HEADER || length > STARTTLS_LINE_LONGEST) return STARTTLS_FRAMED_BAD;
    if (!cursor_sub(&at, (size_t)length - TPKT_HEADER, unit)) return STARTTLS_FRAMED_NEED_MORE;
    *input = at;
    return STARTTLS_FRAMED_READY;
}

/* A cookie or a routing token, up to its CR LF: [MS-RDPBCGR] section 2.2.1.1. What begins with TYPE is none. */
static bool token_skip(struct cursor *unit, uint8_t type) {
    struct cursor at = *unit;
    uint8_t byte, before = 0;
    if (!cursor_get_u8(&at, &byte) || byte == type) return true;
    while (before != '\r' || byte != '\n') {
        before = byte;
        if (!cursor_get_u8(&at, &byte)) return false;
    }
    *unit = at;
    return true;
}

/* The negotiation: type, flags, uint16 length 8 and uint32 value, both little-endian. A request may have a cookie
 * before it and a correlation ID behind it. */
static bool negotiation_get(struct cursor unit, uint8_t wanted, uint8_t *type, uint32_t *value) {
    uint8_t indicator, code, flags, low, high;
    if (!cursor_get_u8(&unit, &indicator) || !cursor_get_u8(&unit, &code) || code != wanted) return false;
    *type = 0;
    *value = 0;
    if (!cursor_skip(&unit, REFERENCES_AND_CLASS)) return false;
    if (wanted == CONNECTION_REQUEST && !token_skip(&unit, NEGOTIATION_REQUEST)) return true;
    if (cursor_remaining(&unit) < NEGOTIATION_LENGTH) return true;
    return cursor_get_u8(&unit, type) && cursor_get_u8(&unit, &flags) && cursor_get_u8(&unit, &low) &&
           cursor_get_u8(&unit, &high) && cursor_get_u32_little(&unit, value);
}

/* requestedProtocols 0 is standard RDP security: this client does not want TLS. */
static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor unit) {
    uint8_t type;
    uint32_t wanted;
    if (!negotiation_get(unit, CONNECTION_REQUEST, &type, &wanted) || type != NEGOTIATION_REQUEST || wanted == 0)
        return STARTTLS_HEARD_PLAIN;
    starttls_ask(dialogue);
    return STARTTLS_HEARD;
}

/* selectedProtocol 1 (TLS), 2 and 8 (CredSSP) begin with TLS, 4 (RDSTLS) too. */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor unit) {
    uint8_t type;
    uint32_t value;
    if (!dialogue->asked || !negotiation_get(unit, CONNECTION_CONFIRM, &type, &value)) return STARTTLS_HEARD_BAD;
    if (type == NEGOTIATION_RESPONSE && value != 0) return starttls_grant(dialogue);
    uint32_t failure = type == NEGOTIATION_FAILURE ? value : 0;
    const char *words = failure < ARRAY_LENGTH(failures) ? failures[failure] : "";
    starttls_set_code(dialogue, failure < UINT16_MAX ? (uint16_t)failure : UINT16_MAX);
    return starttls_refuse(dialogue, cursor_over(words, strlen(words)));
}

const struct starttls_rules starttls_rdp = {
    .name = "rdp",
    .recognise = {recognise, NULL},
    .frame = frame,
    .hear = {hear_client, hear_server},
};
