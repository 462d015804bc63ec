/* PostgreSQL: SSLRequest and GSSENCRequest (PostgreSQL documentation, "Message Formats"). */
#include "protocol.h"

enum { REQUEST_LENGTH = 8, ERROR_RESPONSE = 'E' };

#define SSL_REQUEST UINT32_C(80877103)
#define GSS_REQUEST UINT32_C(80877104)

/* Int32(8), then the request's code. */
static enum starttls_recognition recognise(struct cursor bytes) {
    uint32_t length, code;
    uint8_t first;
    struct cursor at = bytes;
    if (!cursor_get_u8(&at, &first)) return STARTTLS_IS_UNDECIDED;
    if (first != 0) return STARTTLS_IS_NOT;
    if (!cursor_get_u32(&bytes, &length)) return STARTTLS_IS_UNDECIDED;
    if (length != REQUEST_LENGTH) return STARTTLS_IS_NOT;
    if (!cursor_get_u32(&bytes, &code)) return STARTTLS_IS_UNDECIDED;
    return code == SSL_REQUEST || code == GSS_REQUEST ? STARTTLS_IS : STARTTLS_IS_NOT;
}

/* The byte that answers a request which nobody saw: alone, after as many bytes as a request has. */
static enum starttls_recognition recognise_hidden(const struct starttls_dialogue *dialogue, struct cursor bytes) {
    uint8_t answer;
    bool one = cursor_remaining(&bytes) == 1 && cursor_get_u8(&bytes, &answer) && (answer == 'S' || answer == 'N');
    return one && dialogue->unheard == REQUEST_LENGTH ? STARTTLS_IS : STARTTLS_IS_NOT;
}

/* The client: requests of eight bytes, anything else is plain text. The server: one byte, or an ErrorResponse of an
 * old one, of which all that is there is taken. */
static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    struct cursor at = *input;
    uint8_t first;
    (void)dialogue;
    if (cursor_is_empty(input)) return STARTTLS_FRAMED_NEED_MORE;
    if (side == SIDE_CLIENT && cursor_remaining(input) < REQUEST_LENGTH) return STARTTLS_FRAMED_NEED_MORE;
    bool error = side == SIDE_SERVER && cursor_get_u8(&at, &first) && first == ERROR_RESPONSE;
    if (error) {
        *unit = cursor_rest(input);
        return STARTTLS_FRAMED_READY;
    }
    return cursor_sub(input, side == SIDE_CLIENT ? REQUEST_LENGTH : 1, unit) ? STARTTLS_FRAMED_READY
                                                                             : STARTTLS_FRAMED_BAD;
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor request) {
    uint32_t length, code;
    if (!cursor_get_u32(&request, &length) || !cursor_get_u32(&request, &code)) return STARTTLS_HEARD_BAD;
    if (length == REQUEST_LENGTH && code == SSL_REQUEST) {
        starttls_ask(dialogue);
        return STARTTLS_HEARD;
    }
    if (length != REQUEST_LENGTH || code != GSS_REQUEST) return STARTTLS_HEARD_PLAIN;
    starttls_say(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor answer) {
    struct cursor words = answer;
    uint8_t byte;
    if (dialogue->hidden && !dialogue->asked) starttls_ask(dialogue);
    bool mine = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (!cursor_get_u8(&answer, &byte)) return STARTTLS_HEARD_BAD;
    if (byte == 'G') return STARTTLS_HEARD_PLAIN; /* GSSAPI encrypts, and there will be no TLS */
    if (!mine) return STARTTLS_HEARD;
    if (byte == 'S') return starttls_grant(dialogue);
    if (byte != 'N' && byte != ERROR_RESPONSE) return STARTTLS_HEARD_BAD;
    return starttls_refuse(dialogue, words);
}

const struct starttls_rules starttls_postgres = {
    .name = "postgres",
    .recognise = {recognise, NULL},
    .recognise_hidden = recognise_hidden,
    .frame = frame,
    .hear = {hear_client, hear_server},
};
