/* NNTP (RFC 3977) with STARTTLS (RFC 4642). */
#include "reply.h"

enum { CAPABILITIES = 101 };

static const struct starttls_command commands[] = {
    {"CAPABILITIES", STARTTLS_LISTS}, {"STARTTLS", STARTTLS_ASKS}, {"QUIT", STARTTLS_LEAVES},
    {"AUTHINFO", STARTTLS_WORKS},     {"GROUP", STARTTLS_WORKS},   {"ARTICLE", STARTTLS_WORKS},
    {"LISTGROUP", STARTTLS_WORKS},    {"IHAVE", STARTTLS_WORKS},   {"CHECK", STARTTLS_WORKS},
    {"TAKETHIS", STARTTLS_WORKS},     {"NEWNEWS", STARTTLS_WORKS}, {"OVER", STARTTLS_WORKS},
    {"POST", STARTTLS_WORKS},         {"XOVER", STARTTLS_WORKS},   {NULL, STARTTLS_SAYS},
};

/* RFC 4642 section 2.2.1: 382, or 580, which no other command has. RFC 3977 section 3.2: 500 for one that is not known.
 */
static const struct starttls_reply replies[] = {
    {382, .grants = true, .says = ""}, {580, .says = ""}, {500, .ends_list = true}, {0}};

static enum starttls_recognition recognise(struct cursor bytes) {
    static const char *const greetings[] = {"200 ", "201 ", NULL};
    return starttls_prefix_among(bytes, greetings);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    return starttls_command_hear(dialogue, line, commands);
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor text = line;
    uint16_t code;
    bool more;
    if (dialogue->listing) return starttls_dotted_hear(dialogue, line, "STARTTLS");
    if (!starttls_code_get(&text, &code, &more)) return STARTTLS_HEARD_BAD;
    if (!dialogue->greeted) {
        dialogue->greeted = true;
        return STARTTLS_HEARD;
    }
    dialogue->listing = starttls_reply_is_list(dialogue) && code == CAPABILITIES;
    return dialogue->listing ? STARTTLS_HEARD : starttls_code_hear(dialogue, code, line, replies);
}

const struct starttls_rules starttls_nntp = {
    .name = "nntp",
    .recognise = {[SIDE_SERVER] = recognise},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
