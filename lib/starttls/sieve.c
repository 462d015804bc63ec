/* ManageSieve (RFC 5804): the server greets with its capabilities and OK. */
#include "reply.h"

static const struct starttls_command commands[] = {
    {"CAPABILITY", STARTTLS_LISTS},   {"STARTTLS", STARTTLS_ASKS}, {"LOGOUT", STARTTLS_LEAVES},
    {"AUTHENTICATE", STARTTLS_WORKS}, {NULL, STARTTLS_SAYS},
};

static const struct starttls_reply yes = {.ends_list = true, .grants = true}, no = {0};

/* Section 1.7: the capabilities come in any order. */
static enum starttls_recognition recognise(struct cursor bytes) {
    static const char *const capabilities[] = {"\"IMPLEMENTATION\"", "\"SIEVE\"",  "\"SASL\"",   "\"STARTTLS\"",
                                               "\"VERSION\"",        "\"MAXREDIR", "\"NOTIFY\"", NULL};
    return starttls_prefix_among(bytes, capabilities);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    return starttls_command_hear(dialogue, line, commands);
}

/* OK, NO or BYE end a reply; what comes before is a capability. */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const negative[] = {"NO", "BYE", NULL};
    struct cursor rest = line;
    bool positive = starttls_take_word(&rest, "OK");
    if (!positive && !starttls_begins_with_word(line, negative)) {
        if (starttls_take_word(&rest, "\"STARTTLS\"")) dialogue->offered = true;
        return STARTTLS_HEARD;
    }
    if (dialogue->greeted) return starttls_reply_hear(dialogue, positive ? &yes : &no, line);
    dialogue->greeted = true;
    dialogue->listed = positive && !dialogue->cut[SIDE_SERVER];
    return STARTTLS_HEARD;
}

const struct starttls_rules starttls_sieve = {
    .name = "sieve",
    .recognise = {[SIDE_SERVER] = recognise},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
