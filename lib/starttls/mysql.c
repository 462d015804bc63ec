/* MySQL and MariaDB: the server's greeting says whether it can, the client's SSLRequest is followed by TLS at once
 * (MySQL internals, "Connection Phase Packets"). */
#include "protocol.h"

enum { PROTOCOL_10 = 10, CLIENT_SSL = 0x0800, SSL_REQUEST_LENGTH = 32, GREETING_LONGEST = 512, SCRAMBLE_LENGTH = 8 };

/* int<3> payload_length, little-endian; int<1> sequence_id. */
static bool header_get(struct cursor *input, uint32_t *length, uint8_t *sequence) {
    struct cursor at = *input;
    uint8_t low, middle, high;
    if (!cursor_get_u8(&at, &low) || !cursor_get_u8(&at, &middle) || !cursor_get_u8(&at, &high) ||
        !cursor_get_u8(&at, sequence))
        return false;
    *length = (uint32_t)high << 16 | (uint32_t)middle << 8 | low;
    *input = at;
    return true;
}

/* A NUL-terminated text. */
static bool text_skip(struct cursor *input) {
    uint8_t byte = 1;
    while (byte != 0)
        if (!cursor_get_u8(input, &byte)) return false;
    return true;
}

/* Protocol::HandshakeV10: server version, thread id, scramble and filler, then the lower capability flags. */
static bool capabilities_get(struct cursor greeting, uint16_t *flags) {
    uint8_t version, low, high;
    if (!cursor_get_u8(&greeting, &version) || version != PROTOCOL_10 || !text_skip(&greeting) ||
        !cursor_skip(&greeting, 4 + SCRAMBLE_LENGTH + 1) || !cursor_get_u8(&greeting, &low) ||
        !cursor_get_u8(&greeting, &high))
        return false;
    *flags = (uint16_t)((unsigned)high << 8 | low);
    return true;
}

static enum starttls_recognition recognise(struct cursor bytes) {
    uint32_t length;
    uint8_t sequence;
    uint16_t flags;
    struct cursor greeting;
    if (!header_get(&bytes, &length, &sequence)) return STARTTLS_IS_UNDECIDED;
    if (length > GREETING_LONGEST || length < SSL_REQUEST_LENGTH || sequence != 0) return STARTTLS_IS_NOT;
    if (cursor_is_empty(&bytes)) return STARTTLS_IS_UNDECIDED;
    if (!cursor_sub(&bytes, length, &greeting)) {
        uint8_t version;
        return cursor_get_u8(&bytes, &version) && version == PROTOCOL_10 ? STARTTLS_IS_UNDECIDED : STARTTLS_IS_NOT;
    }
    return capabilities_get(greeting, &flags) ? STARTTLS_IS : STARTTLS_IS_NOT;
}

static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    struct cursor at = *input;
    uint32_t length;
    uint8_t sequence;
    (void)dialogue;
    (void)side;
    if (!header_get(&at, &length, &sequence)) return STARTTLS_FRAMED_NEED_MORE;
    if (length > STARTTLS_LINE_LONGEST) return STARTTLS_FRAMED_BAD;
    if (!cursor_sub(&at, length, unit)) return STARTTLS_FRAMED_NEED_MORE;
    *input = at;
    return STARTTLS_FRAMED_READY;
}

/* SSLRequest: int<4> capability flags, int<4> packet size, character set, filler: 32 bytes and no more. */
static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor packet) {
    bool whole = cursor_remaining(&packet) == SSL_REQUEST_LENGTH;
    uint32_t flags;
    if (!cursor_get_u32_little(&packet, &flags)) return STARTTLS_HEARD_BAD;
    if (!whole || (flags & CLIENT_SSL) == 0) return STARTTLS_HEARD_PLAIN;
    starttls_ask(dialogue);
    return starttls_grant(dialogue);
}

/* Only the greeting comes before TLS. */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor packet) {
    uint16_t flags;
    if (dialogue->greeted || !capabilities_get(packet, &flags)) return STARTTLS_HEARD_PLAIN;
    dialogue->greeted = dialogue->listed = true;
    dialogue->offered = (flags & CLIENT_SSL) != 0;
    return STARTTLS_HEARD;
}

const struct starttls_rules starttls_mysql = {
    .name = "mysql",
    .recognise = {[SIDE_SERVER] = recognise},
    .frame = frame,
    .hear = {hear_client, hear_server},
};
