/* LDAP with StartTLS (RFC 4511 section 4.14): LDAPMessage in BER. */
#include "line.h"

/* Tags: RFC 4511 appendix B. */
enum {
    INTEGER = 0x02,
    ENUMERATED = 0x0a,
    OCTET_STRING = 0x04,
    SEQUENCE = 0x30,
    UNBIND_REQUEST = 0x42,
    SEARCH_REQUEST = 0x63,
    EXTENDED_REQUEST = 0x77,
    EXTENDED_RESPONSE = 0x78,
    REQUEST_NAME = 0x80,
    LONG_FORM = 0x80,
    SEARCHES_CAP = 4 /* a client that asks for StartTLS does so before it works */
};

/* Length octets: X.690 section 8.1.3; up to four of the long form. */
static bool length_get(struct cursor *input, uint32_t *length) {
    struct cursor at = *input;
    uint32_t value = 0;
    uint8_t first, byte;
    if (!cursor_get_u8(&at, &first)) return false;
    if (first < LONG_FORM) value = first;
    for (int count = first >= LONG_FORM ? first - LONG_FORM : 0; count > 0; count--) {
        if (value > UINT32_MAX >> 8 || !cursor_get_u8(&at, &byte)) return false;
        value = value << 8 | byte;
    }
    *length = value;
    *input = at;
    return true;
}

/* An element of any tag. */
static bool element_get(struct cursor *input, uint8_t *tag, struct cursor *content) {
    struct cursor at = *input;
    uint32_t length;
    if (!cursor_get_u8(&at, tag) || !length_get(&at, &length) || !cursor_sub(&at, length, content)) return false;
    *input = at;
    return true;
}

static bool element_get_of(struct cursor *input, uint8_t wanted, struct cursor *content) {
    struct cursor at = *input;
    uint8_t tag;
    if (!element_get(&at, &tag, content) || tag != wanted) return false;
    *input = at;
    return true;
}

static bool integer_get(struct cursor *input, uint8_t tag, uint32_t *value) {
    struct cursor content;
    uint32_t sum = 0;
    uint8_t byte;
    if (!element_get_of(input, tag, &content) || cursor_remaining(&content) > sizeof sum) return false;
    while (cursor_get_u8(&content, &byte))
        sum = sum << 8 | byte;
    *value = sum;
    return true;
}

/* LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE ..., controls [0] OPTIONAL } */
static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    struct cursor at = *input;
    uint32_t length;
    uint8_t tag;
    (void)dialogue;
    (void)side;
    if (!cursor_get_u8(&at, &tag)) return STARTTLS_FRAMED_NEED_MORE;
    if (tag != SEQUENCE) return STARTTLS_FRAMED_BAD;
    if (!length_get(&at, &length)) return cursor_remaining(&at) < 5 ? STARTTLS_FRAMED_NEED_MORE : STARTTLS_FRAMED_BAD;
    if (length > STARTTLS_BYTES_CAP) return STARTTLS_FRAMED_BAD;
    if (!cursor_sub(&at, length, unit)) return STARTTLS_FRAMED_NEED_MORE;
    *input = at;
    return STARTTLS_FRAMED_READY;
}

/* A client's first message: a StartTLS request, or a search (of the root DSE) before it. */
static enum starttls_recognition recognise(struct cursor bytes) {
    uint32_t length;
    uint8_t tag, size, operation;
    if (!cursor_get_u8(&bytes, &tag)) return STARTTLS_IS_UNDECIDED;
    if (tag != SEQUENCE) return STARTTLS_IS_NOT;
    if (cursor_remaining(&bytes) < 5) return STARTTLS_IS_UNDECIDED;
    if (!length_get(&bytes, &length) || !cursor_get_u8(&bytes, &tag)) return STARTTLS_IS_NOT;
    if (tag != INTEGER || length > STARTTLS_BYTES_CAP) return STARTTLS_IS_NOT;
    if (!cursor_get_u8(&bytes, &size) || size == 0 || size > sizeof length) return STARTTLS_IS_NOT;
    if (!cursor_skip(&bytes, size) || !cursor_get_u8(&bytes, &operation)) return STARTTLS_IS_UNDECIDED;
    return operation == EXTENDED_REQUEST || operation == SEARCH_REQUEST ? STARTTLS_IS : STARTTLS_IS_NOT;
}

/* ExtendedRequest ::= [APPLICATION 23] SEQUENCE { requestName [0] LDAPOID, requestValue [1] OPTIONAL } */
static bool is_starttls(struct cursor request) {
    static const char oid[] = "1.3.6.1.4.1.1466.20037";
    struct cursor name;
    return element_get_of(&request, REQUEST_NAME, &name) && cursor_remaining(&name) == sizeof oid - 1 &&
           starttls_prefix(name, oid) == STARTTLS_IS;
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor message) {
    struct cursor operation;
    uint32_t id;
    uint8_t tag;
    if (!integer_get(&message, INTEGER, &id) || !element_get(&message, &tag, &operation)) return STARTTLS_HEARD_BAD;
    if (tag == EXTENDED_REQUEST && is_starttls(operation)) {
        starttls_ask(dialogue);
        dialogue->message_id = id;
        return STARTTLS_HEARD;
    }
    if (tag == UNBIND_REQUEST) return STARTTLS_HEARD;
    starttls_say(dialogue);
    bool goes_on = (tag == SEARCH_REQUEST || tag == EXTENDED_REQUEST) && dialogue->answer != STARTTLS_REFUSED &&
                   dialogue->commands <= SEARCHES_CAP;
    return goes_on ? STARTTLS_HEARD : STARTTLS_HEARD_PLAIN;
}

/* ExtendedResponse: resultCode ENUMERATED, matchedDN, diagnosticMessage: RFC 4511 section 4.1.9. */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor message) {
    struct cursor operation, matched, diagnostic;
    uint32_t id, result;
    uint8_t tag;
    if (!integer_get(&message, INTEGER, &id) || !element_get(&message, &tag, &operation)) return STARTTLS_HEARD_BAD;
    bool answer = dialogue->asked && dialogue->answer == STARTTLS_UNANSWERED;
    bool notice = id == 0; /* Notice of Disconnection, RFC 4511 section 4.4.1 */
    if (!answer || tag != EXTENDED_RESPONSE || (id != dialogue->message_id && !notice)) return STARTTLS_HEARD;
    if (!integer_get(&operation, ENUMERATED, &result) || !element_get_of(&operation, OCTET_STRING, &matched) ||
        !element_get_of(&operation, OCTET_STRING, &diagnostic))
        return STARTTLS_HEARD_BAD;
    starttls_set_code(dialogue, result <= UINT16_MAX ? (uint16_t)result : UINT16_MAX);
    return result == 0 && !notice ? starttls_grant(dialogue) : starttls_refuse(dialogue, diagnostic);
}

const struct starttls_rules starttls_ldap = {
    .name = "ldap",
    .recognise = {recognise, NULL},
    .frame = frame,
    .hear = {hear_client, hear_server},
};
