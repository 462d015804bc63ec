/* IRC (RFC 2812) with STARTTLS (ircv3.net/specs/extensions/tls): numerics 670 and 691. */
#include "reply.h"

static const struct starttls_command commands[] = {
    {"STARTTLS", STARTTLS_ASKS}, {"JOIN", STARTTLS_WORKS}, {"PRIVMSG", STARTTLS_WORKS},      {"PONG", STARTTLS_WORKS},
    {"MODE", STARTTLS_WORKS},    {"WHO", STARTTLS_WORKS},  {"AUTHENTICATE", STARTTLS_WORKS}, {NULL, STARTTLS_SAYS},
};

enum { UNKNOWN_COMMAND = 421, NOT_REGISTERED = 451, GRANTED = 670, REFUSED = 691, WELCOME = 1 };

static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const openings[] = {"CAP LS", "CAP REQ", "NICK ", "STARTTLS\n", "STARTTLS\r\n", NULL};
    return starttls_prefix_among(bytes, openings);
}

static enum starttls_recognition recognise_server(struct cursor bytes) {
    return starttls_prefix(bytes, "NOTICE AUTH");
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    return starttls_command_hear(dialogue, line, commands);
}

/* ":server 670 nick :STARTTLS successful": the prefix may be left out. */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor at = line, prefix;
    uint16_t code;
    bool more;
    if (starttls_prefix(at, ":") == STARTTLS_IS) {
        starttls_take_token(&at, &prefix);
        if (!cursor_skip(&at, 1)) return STARTTLS_HEARD;
    }
    if (!starttls_code_get(&at, &code, &more)) return STARTTLS_HEARD;
    if (code == WELCOME) return STARTTLS_HEARD_PLAIN;
    if (!dialogue->asked || dialogue->answer != STARTTLS_UNANSWERED) return STARTTLS_HEARD;
    if (code == GRANTED) return starttls_grant(dialogue);
    bool refused =
        code == REFUSED || code == NOT_REGISTERED || (code == UNKNOWN_COMMAND && starttls_has_word(at, "STARTTLS"));
    if (!refused) return STARTTLS_HEARD;
    starttls_set_code(dialogue, code);
    return starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_irc = {
    .name = "irc",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
