/* HTTP CONNECT (RFC 9110 section 9.3.6): a tunnel through a proxy. */
#include "line.h"

enum { STATE_START, STATE_HEAD, STATE_BODY };
enum { CLIENT_HEAD_BIT = 0x10, SERVER_MASK = 0x0f };

static enum starttls_recognition recognise(struct cursor bytes) {
    return starttls_prefix(bytes, "CONNECT ");
}

/* Lines of the head, of which some are long (cookies, Kerberos tickets). The body of a refusal is taken as it comes. */
static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    size_t remaining = cursor_remaining(input);
    if (side == SIDE_SERVER && (dialogue->state & SERVER_MASK) == STATE_BODY && dialogue->body_length > 0) {
        size_t taken = remaining < dialogue->body_length ? remaining : dialogue->body_length;
        return cursor_sub(input, taken, unit) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_BAD;
    }
    return starttls_line_frame(dialogue, side, input, unit);
}

/* The port behind the last colon of an authority; 0 where there is none. */
static uint16_t port_of(struct cursor authority) {
    uint32_t port = 0, number;
    uint8_t byte;
    while (cursor_get_u8(&authority, &byte)) {
        struct cursor at = authority;
        if (byte != ':') continue;
        port = starttls_number_get(&at, &number) && cursor_is_empty(&at) && number <= UINT16_MAX ? number : 0;
    }
    return (uint16_t)port;
}

static void client_state_set(struct starttls_dialogue *dialogue, bool head) {
    dialogue->state = (uint8_t)((dialogue->state & SERVER_MASK) | (head ? CLIENT_HEAD_BIT : 0));
}

static void server_state_set(struct starttls_dialogue *dialogue, uint8_t state) {
    dialogue->state = (uint8_t)((dialogue->state & ~SERVER_MASK) | state);
}

/* Request line, header lines, an empty line. */
static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor target;
    if ((dialogue->state & CLIENT_HEAD_BIT) != 0) {
        if (cursor_is_empty(&line)) client_state_set(dialogue, false);
        return STARTTLS_HEARD;
    }
    if (!starttls_take_word(&line, "CONNECT")) return STARTTLS_HEARD_PLAIN;
    starttls_take_token(&line, &target);
    starttls_set_target(dialogue, target, port_of(target));
    starttls_ask(dialogue);
    client_state_set(dialogue, true);
    return STARTTLS_HEARD;
}

/* "HTTP/1.1 200 Connection established"; every 2xx opens the tunnel. */
static enum starttls_heard status_hear(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor at = line, version;
    uint16_t code;
    bool more;
    if (!dialogue->asked || !starttls_take_prefix(&at, "HTTP/")) return STARTTLS_HEARD_BAD;
    starttls_take_token(&at, &version);
    if (!cursor_skip(&at, 1) || !starttls_code_get(&at, &code, &more)) return STARTTLS_HEARD_BAD;
    server_state_set(dialogue, STATE_HEAD);
    dialogue->body_length = 0;
    starttls_set_code(dialogue, code);
    return code / 100 == 2 || code / 100 == 1 ? STARTTLS_HEARD : starttls_refuse(dialogue, line);
}

/* The empty line behind a head. */
static enum starttls_heard head_end(struct starttls_dialogue *dialogue) {
    server_state_set(dialogue, dialogue->body_length > 0 ? STATE_BODY : STATE_START);
    if (dialogue->code / 100 == 2 && dialogue->answer == STARTTLS_UNANSWERED) return starttls_grant(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard body_hear(struct starttls_dialogue *dialogue, struct cursor part) {
    size_t length = cursor_remaining(&part);
    dialogue->body_length -= length < dialogue->body_length ? (uint32_t)length : dialogue->body_length;
    if (dialogue->body_length == 0) server_state_set(dialogue, STATE_START);
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    uint32_t length;
    switch (dialogue->state & SERVER_MASK) {
    case STATE_BODY:
        return body_hear(dialogue, line);
    case STATE_HEAD:
        if (cursor_is_empty(&line)) return head_end(dialogue);
        if (!starttls_take_prefix(&line, "Content-Length:")) return STARTTLS_HEARD;
        if (starttls_prefix(line, " ") == STARTTLS_IS && !cursor_skip(&line, 1)) return STARTTLS_HEARD;
        if (starttls_number_get(&line, &length)) dialogue->body_length = length;
        return STARTTLS_HEARD;
    default:
        /* behind a refusal without a length its body may follow */
        if (dialogue->answer == STARTTLS_REFUSED) return STARTTLS_HEARD;
        return status_hear(dialogue, line);
    }
}

const struct starttls_rules starttls_http = {
    .name = "http",
    .tunnel = true,
    .recognise = {recognise, NULL},
    .frame = frame,
    .hear = {hear_client, hear_server},
};
