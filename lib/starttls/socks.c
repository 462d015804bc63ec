/* SOCKS 5 (RFC 1928, RFC 1929) and SOCKS 4 and 4a: tunnels through a proxy. */
#include <stdio.h>

#include "protocol.h"

enum { SOCKS5 = 5, SOCKS4 = 4, COMMAND_CONNECT = 1, NO_ACCEPTABLE_METHOD = 0xff, METHOD_NONE = 0, METHOD_PASSWORD = 2 };
enum { ADDRESS_IPV4 = 1, ADDRESS_NAME = 3, ADDRESS_IPV6 = 4 };
enum { STATE_METHODS, STATE_PASSWORD, STATE_REQUEST };
enum { SOCKS4_GRANTED = 0x5a, USER_LONGEST = 255 };

/* RFC 1928 section 6; what has no words on the wire. */
static const char *const replies[] = {
    [1] = "general SOCKS server failure", [2] = "connection not allowed by ruleset",
    [3] = "network unreachable",          [4] = "host unreachable",
    [5] = "connection refused",           [6] = "TTL expired",
    [7] = "command not supported",        [8] = "address type not supported",
};

static enum starttls_heard refuse_with(struct starttls_dialogue *dialogue, uint16_t code, const char *words) {
    starttls_set_code(dialogue, code);
    return starttls_refuse(dialogue, cursor_over(words, strlen(words)));
}

/* VER, NMETHODS, METHODS: exactly these bytes, for a weak signature; or a request for a connection right behind them,
 * of a client that does not wait for the choice. */
static enum starttls_recognition recognise5(struct cursor bytes) {
    uint8_t version, count, method, command;
    if (!cursor_get_u8(&bytes, &version)) return STARTTLS_IS_UNDECIDED;
    if (version != SOCKS5) return STARTTLS_IS_NOT;
    if (!cursor_get_u8(&bytes, &count)) return STARTTLS_IS_UNDECIDED;
    if (count == 0 || count > 10) return STARTTLS_IS_NOT;
    for (; count > 0; count--) {
        if (!cursor_get_u8(&bytes, &method)) return STARTTLS_IS_UNDECIDED;
        if (method > 9 && method < 0x80) return STARTTLS_IS_NOT; /* IANA: SOCKS Methods */
    }
    if (cursor_is_empty(&bytes)) return STARTTLS_IS;
    bool request = cursor_get_u8(&bytes, &version) && version == SOCKS5 &&
                   (!cursor_get_u8(&bytes, &command) || command == COMMAND_CONNECT);
    return request ? STARTTLS_IS : STARTTLS_IS_NOT;
}

/* DST.ADDR behind its type; a name, or the length of an address. */
static bool address_get(struct cursor *input, uint8_t type, struct cursor *address) {
    if (type == ADDRESS_NAME) return cursor_get_u8_prefixed(input, address);
    return cursor_sub(input, type == ADDRESS_IPV4 ? 4 : 16, address);
}

static bool is_address_type(uint8_t type) {
    return type == ADDRESS_IPV4 || type == ADDRESS_NAME || type == ADDRESS_IPV6;
}

/* VER, CMD or REP, RSV, ATYP, address, port. */
static enum starttls_framed request_frame(struct cursor *at) {
    struct cursor address;
    uint8_t version, reserved, type;
    uint16_t port;
    if (!cursor_get_u8(at, &version)) return STARTTLS_FRAMED_NEED_MORE;
    if (version != SOCKS5) return STARTTLS_FRAMED_BAD;
    if (!cursor_skip(at, 1) || !cursor_get_u8(at, &reserved) || !cursor_get_u8(at, &type))
        return STARTTLS_FRAMED_NEED_MORE;
    if (!is_address_type(type)) return STARTTLS_FRAMED_BAD;
    return address_get(at, type, &address) && cursor_get_u16(at, &port) ? STARTTLS_FRAMED_READY
                                                                        : STARTTLS_FRAMED_NEED_MORE;
}

/* RFC 1929: VER 1, ULEN, UNAME, PLEN, PASSWD; the answer has two bytes, as that to the methods. */
static enum starttls_framed short_frame(enum side side, bool login, struct cursor *at) {
    struct cursor part;
    if (side == SIDE_SERVER) return cursor_skip(at, 2) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_NEED_MORE;
    if (!cursor_skip(at, 1) || !cursor_get_u8_prefixed(at, &part)) return STARTTLS_FRAMED_NEED_MORE;
    if (!login) return STARTTLS_FRAMED_READY;
    return cursor_get_u8_prefixed(at, &part) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_NEED_MORE;
}

/* Whether the client's next unit is its request: it need not have waited for the server's choice of a method. */
static bool is_request5(const struct starttls_dialogue *dialogue, struct cursor unit) {
    uint8_t version;
    return dialogue->commands > 0 && cursor_get_u8(&unit, &version) && version == SOCKS5;
}

static enum starttls_framed frame5(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                   struct cursor *unit) {
    struct cursor at = *input;
    bool request = side == SIDE_CLIENT ? is_request5(dialogue, at) : dialogue->state == STATE_REQUEST;
    enum starttls_framed framed = request ? request_frame(&at) : short_frame(side, dialogue->commands > 0, &at);
    if (framed != STARTTLS_FRAMED_READY) return framed;
    return cursor_sub(input, cursor_remaining(input) - cursor_remaining(&at), unit) ? STARTTLS_FRAMED_READY
                                                                                    : STARTTLS_FRAMED_BAD;
}

/* "192.0.2.7" or "2001:db8:0:0:0:0:0:7" of an address, a name as it is. */
static void target_keep(struct starttls_dialogue *dialogue, uint8_t type, struct cursor address, uint16_t port) {
    char text[STARTTLS_TARGET_KEPT] = "";
    size_t length = 0;
    uint16_t group;
    uint8_t byte;
    if (type == ADDRESS_IPV4)
        while (cursor_get_u8(&address, &byte))
            length += (size_t)snprintf(&text[length], sizeof text - length, length > 0 ? ".%u" : "%u", (unsigned)byte);
    if (type == ADDRESS_IPV6)
        while (cursor_get_u16(&address, &group))
            length += (size_t)snprintf(&text[length], sizeof text - length, length > 0 ? ":%x" : "%x", (unsigned)group);
    starttls_set_target(dialogue, type == ADDRESS_NAME ? address : cursor_over(text, length), port);
}

static enum starttls_heard hear5_client(struct starttls_dialogue *dialogue, struct cursor unit) {
    struct cursor address;
    uint8_t command, type;
    uint16_t port;
    if (!is_request5(dialogue, unit)) {
        starttls_ask(dialogue);
        return STARTTLS_HEARD;
    }
    if (!cursor_skip(&unit, 1) || !cursor_get_u8(&unit, &command) || !cursor_skip(&unit, 1) ||
        !cursor_get_u8(&unit, &type) || !address_get(&unit, type, &address) || !cursor_get_u16(&unit, &port))
        return STARTTLS_HEARD_BAD;
    if (command != COMMAND_CONNECT) {
        dialogue->asked = false; /* BIND and UDP ASSOCIATE are no tunnels for TLS */
        dialogue->answer = STARTTLS_UNANSWERED;
        return STARTTLS_HEARD_PLAIN;
    }
    starttls_ask(dialogue);
    target_keep(dialogue, type, address, port);
    return STARTTLS_HEARD;
}

/* The method that the server chose. */
static enum starttls_heard method_hear(struct starttls_dialogue *dialogue, uint8_t version, uint8_t method) {
    if (version != SOCKS5) return STARTTLS_HEARD_BAD;
    if (method == NO_ACCEPTABLE_METHOD)
        return refuse_with(dialogue, NO_ACCEPTABLE_METHOD, "no acceptable authentication method");
    dialogue->state = method == METHOD_PASSWORD ? STATE_PASSWORD : STATE_REQUEST;
    return method == METHOD_PASSWORD || method == METHOD_NONE ? STARTTLS_HEARD : STARTTLS_HEARD_PLAIN;
}

static enum starttls_heard hear5_server(struct starttls_dialogue *dialogue, struct cursor unit) {
    uint8_t version, reply;
    if (!cursor_get_u8(&unit, &version) || !cursor_get_u8(&unit, &reply)) return STARTTLS_HEARD_BAD;
    switch (dialogue->state) {
    case STATE_METHODS:
        return method_hear(dialogue, version, reply);
    case STATE_PASSWORD:
        dialogue->state = STATE_REQUEST;
        return reply == 0 ? STARTTLS_HEARD : refuse_with(dialogue, reply, "authentication failed");
    default:
        if (reply == 0) return starttls_grant(dialogue);
        return refuse_with(dialogue, reply, reply < ARRAY_LENGTH(replies) ? replies[reply] : "unassigned reply");
    }
}

const struct starttls_rules starttls_socks5 = {
    .name = "socks",
    .tunnel = true,
    .recognise = {recognise5, NULL},
    .frame = frame5,
    .hear = {hear5_client, hear5_server},
};

/* A text up to its NUL. */
static enum starttls_framed text_get(struct cursor *input, struct cursor *text) {
    struct cursor at = *input, whole = *input;
    uint8_t byte;
    for (size_t length = 0; length <= USER_LONGEST; length++) {
        if (!cursor_get_u8(&at, &byte)) return STARTTLS_FRAMED_NEED_MORE;
        if (byte != 0) continue;
        *input = at;
        return cursor_sub(&whole, length, text) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_BAD;
    }
    return STARTTLS_FRAMED_BAD;
}

/* What a SOCKS 4 request holds: VN, CD, DSTPORT, DSTIP, USERID NUL; in 4a, where DSTIP is 0.0.0.x, a name and NUL. */
struct request4 {
    uint8_t command;
    uint16_t port;
    bool named;
    struct cursor address, name;
};

static enum starttls_framed request4_get(struct cursor *input, struct request4 *request) {
    struct cursor at = *input, user;
    uint8_t version;
    uint32_t address;
    if (!cursor_get_u8(&at, &version)) return STARTTLS_FRAMED_NEED_MORE;
    if (version != SOCKS4) return STARTTLS_FRAMED_BAD;
    if (!cursor_get_u8(&at, &request->command)) return STARTTLS_FRAMED_NEED_MORE;
    if (request->command != COMMAND_CONNECT) return STARTTLS_FRAMED_BAD;
    if (!cursor_get_u16(&at, &request->port) || !cursor_sub(&at, 4, &request->address))
        return STARTTLS_FRAMED_NEED_MORE;
    enum starttls_framed framed = text_get(&at, &user);
    if (framed != STARTTLS_FRAMED_READY) return framed;
    struct cursor number = request->address;
    request->named = cursor_get_u32(&number, &address) && address >> 8 == 0 && address != 0;
    if (request->named) framed = text_get(&at, &request->name);
    if (framed == STARTTLS_FRAMED_READY) *input = at;
    return framed;
}

/* A weak signature: the request must be all that there is. */
static enum starttls_recognition recognise4(struct cursor bytes) {
    struct request4 request;
    switch (request4_get(&bytes, &request)) {
    case STARTTLS_FRAMED_NEED_MORE:
        return STARTTLS_IS_UNDECIDED;
    case STARTTLS_FRAMED_READY:
        return cursor_is_empty(&bytes) && request.port != 0 ? STARTTLS_IS : STARTTLS_IS_NOT;
    default:
        return STARTTLS_IS_NOT;
    }
}

static enum starttls_framed frame4(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                   struct cursor *unit) {
    enum { REPLY_LENGTH = 8 };
    struct cursor at = *input;
    struct request4 request;
    (void)dialogue;
    if (side == SIDE_SERVER)
        return cursor_sub(input, REPLY_LENGTH, unit) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_NEED_MORE;
    enum starttls_framed framed = request4_get(&at, &request);
    if (framed != STARTTLS_FRAMED_READY) return framed;
    return cursor_sub(input, cursor_remaining(input) - cursor_remaining(&at), unit) ? STARTTLS_FRAMED_READY
                                                                                    : STARTTLS_FRAMED_BAD;
}

static enum starttls_heard hear4_client(struct starttls_dialogue *dialogue, struct cursor unit) {
    struct request4 request;
    if (request4_get(&unit, &request) != STARTTLS_FRAMED_READY) return STARTTLS_HEARD_BAD;
    starttls_ask(dialogue);
    target_keep(dialogue, request.named ? ADDRESS_NAME : ADDRESS_IPV4, request.named ? request.name : request.address,
                request.port);
    return STARTTLS_HEARD;
}

/* VN 0, CD, and six bytes of no meaning. */
static enum starttls_heard hear4_server(struct starttls_dialogue *dialogue, struct cursor unit) {
    static const char *const words[] = {"request rejected or failed", "no identd at the client",
                                        "identd names another user"};
    uint8_t version, reply;
    if (!cursor_get_u8(&unit, &version) || version != 0 || !cursor_get_u8(&unit, &reply)) return STARTTLS_HEARD_BAD;
    if (reply == SOCKS4_GRANTED) return starttls_grant(dialogue);
    size_t which = (size_t)reply - SOCKS4_GRANTED - 1;
    if (reply < SOCKS4_GRANTED || which >= ARRAY_LENGTH(words)) return STARTTLS_HEARD_BAD;
    return refuse_with(dialogue, reply, words[which]);
}

const struct starttls_rules starttls_socks4 = {
    .name = "socks",
    .tunnel = true,
    .recognise = {recognise4, NULL},
    .frame = frame4,
    .hear = {hear4_client, hear4_server},
};
