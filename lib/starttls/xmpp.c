/* XMPP with STARTTLS (RFC 6120 section 5): a unit is what ends in '>', one XML tag with the text before it. */
#include "line.h"

static enum starttls_recognition recognise(struct cursor bytes) {
    static const char *const openings[] = {"<?xml ", "<stream:stream", NULL};
    return starttls_prefix_among(bytes, openings);
}

/* Takes what comes before the next BYTE. */
static bool take_until(struct cursor *input, uint8_t wanted, struct cursor *before) {
    struct cursor at = *input, whole = *input;
    uint8_t byte;
    size_t length = 0;
    for (; cursor_get_u8(&at, &byte); length++) {
        if (byte != wanted) continue;
        *input = at;
        return cursor_sub(&whole, length, before);
    }
    return false;
}

/* The text before the next tag, where it is too long to wait for that one's end. */
static enum starttls_framed text_pass(struct cursor *input) {
    struct cursor at = *input, text;
    uint8_t first;
    if (cursor_get_u8(&at, &first) && first == '<') return STARTTLS_FRAMED_BAD;
    at = *input;
    if (!take_until(&at, '<', &text)) text = at;
    return cursor_skip(input, cursor_remaining(&text)) ? STARTTLS_FRAMED_PASSED : STARTTLS_FRAMED_BAD;
}

/* The unit begins behind '<'; before it may stand text or white space. */
static enum starttls_framed frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit) {
    struct cursor at = *input, tag, text;
    (void)dialogue;
    (void)side;
    if (!take_until(&at, '>', &tag))
        return cursor_remaining(input) < STARTTLS_LINE_LONGEST ? STARTTLS_FRAMED_NEED_MORE : text_pass(input);
    if (!take_until(&tag, '<', &text)) return STARTTLS_FRAMED_BAD;
    *unit = tag;
    *input = at;
    return STARTTLS_FRAMED_READY;
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor tag) {
    static const char *const plain[] = {"auth", "iq", "iq:", "message", "presence", "db:result", "handshake>", NULL};
    static const char *const header[] = {"?xml", "stream:stream", "stream", NULL};
    if (starttls_begins_with_word(tag, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_prefix(tag, "starttls") == STARTTLS_IS)
        starttls_ask(dialogue);
    else if (starttls_prefix(tag, "/stream:stream") == STARTTLS_IS)
        starttls_leave(dialogue);
    else if (!starttls_begins_with_word(tag, header) && dialogue->commands == 0 && !dialogue->greeted)
        return STARTTLS_HEARD_BAD;
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor tag) {
    static const char *const negative[] = {"failure", "stream:error", NULL};
    dialogue->greeted = true;
    if (starttls_prefix(tag, "starttls") == STARTTLS_IS) dialogue->offered = true;
    if (starttls_prefix(tag, "/stream:features") == STARTTLS_IS) dialogue->listed = true;
    if (!dialogue->asked || dialogue->answer != STARTTLS_UNANSWERED) return STARTTLS_HEARD;
    if (starttls_prefix(tag, "proceed") == STARTTLS_IS) return starttls_grant(dialogue);
    bool refused = starttls_begins_with_word(tag, negative) || starttls_prefix(tag, "failure/") == STARTTLS_IS ||
                   starttls_prefix(tag, "stream:error") == STARTTLS_IS;
    return refused ? starttls_refuse(dialogue, tag) : STARTTLS_HEARD;
}

const struct starttls_rules starttls_xmpp = {
    .name = "xmpp",
    .recognise = {recognise, NULL},
    .frame = frame,
    .hear = {hear_client, hear_server},
};
