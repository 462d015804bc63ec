/* NNTP (RFC 3977) with STARTTLS (RFC 4642). */
#include "line.h"

enum { CAPABILITIES = 101, CONTINUE_WITH_TLS = 382 };

static enum starttls_recognition recognise(struct cursor bytes) {
    static const char *const greetings[] = {"200 ", "201 ", NULL};
    return starttls_prefix_among(bytes, greetings);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const plain[] = {"AUTHINFO", "GROUP",   "ARTICLE", "LISTGROUP", "IHAVE", "CHECK",
                                        "TAKETHIS", "NEWNEWS", "OVER",    "POST",      "XOVER", NULL};
    if (starttls_begins_with_word(line, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_take_word(&line, "STARTTLS"))
        starttls_ask(dialogue);
    else if (starttls_take_word(&line, "CAPABILITIES"))
        starttls_ask_list(dialogue);
    else if (starttls_take_word(&line, "QUIT"))
        starttls_leave(dialogue);
    else
        starttls_say(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard capability_hear(struct starttls_dialogue *dialogue, struct cursor line) {
    if (starttls_take_word(&line, "STARTTLS")) dialogue->offered = true;
    if (!starttls_take_word(&line, ".")) return STARTTLS_HEARD;
    dialogue->listing = false;
    dialogue->listed = true;
    starttls_reply_end(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor text = line;
    uint16_t code;
    bool more;
    if (dialogue->listing) return capability_hear(dialogue, line);
    if (!starttls_code_get(&text, &code, &more)) return STARTTLS_HEARD_BAD;
    if (!dialogue->greeted) {
        dialogue->greeted = true;
        return STARTTLS_HEARD;
    }
    if (starttls_reply_is_list(dialogue) && code == CAPABILITIES) {
        dialogue->listing = true;
        return STARTTLS_HEARD;
    }
    bool answer = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (!answer) return STARTTLS_HEARD;
    starttls_set_code(dialogue, code);
    return code == CONTINUE_WITH_TLS ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_nntp = {
    .name = "nntp",
    .recognise = {[SIDE_SERVER] = recognise},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
