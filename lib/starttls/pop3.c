/* POP3 (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595 section 4). */
#include "reply.h"

static const struct starttls_command commands[] = {
    {"CAPA", STARTTLS_LISTS}, {"STLS", STARTTLS_ASKS},  {"QUIT", STARTTLS_LEAVES}, {"USER", STARTTLS_WORKS},
    {"PASS", STARTTLS_WORKS}, {"APOP", STARTTLS_WORKS}, {"AUTH", STARTTLS_WORKS},  {"STAT", STARTTLS_WORKS},
    {"LIST", STARTTLS_WORKS}, {NULL, STARTTLS_SAYS},
};

static const struct starttls_reply yes = {.grants = true}, no = {.ends_list = true};

static enum starttls_recognition recognise_server(struct cursor bytes) {
    return starttls_prefix(bytes, "+OK");
}

/* A client that does not wait for the greeting, or of which alone the capture has the packets. */
static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const openings[] = {"CAPA\r\n", "STLS\r\n", NULL};
    return starttls_prefix_among(bytes, openings);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    return starttls_command_hear(dialogue, line, commands);
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor rest = line;
    if (dialogue->listing) return starttls_dotted_hear(dialogue, line, "STLS");
    bool positive = starttls_take_word(&rest, "+OK");
    if (!positive && !starttls_take_word(&rest, "-ERR")) return STARTTLS_HEARD_BAD;
    if (!dialogue->greeted) {
        dialogue->greeted = true;
        return STARTTLS_HEARD;
    }
    dialogue->listing = starttls_reply_is_list(dialogue) && positive;
    return dialogue->listing ? STARTTLS_HEARD : starttls_reply_hear(dialogue, positive ? &yes : &no, line);
}

const struct starttls_rules starttls_pop3 = {
    .name = "pop3",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
