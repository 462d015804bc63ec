/* ManageSieve (RFC 5804): the server greets with its capabilities and OK. */
#include "line.h"

static enum starttls_recognition recognise(struct cursor bytes) {
    return starttls_prefix(bytes, "\"IMPLEMENTATION\"");
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    if (starttls_take_word(&line, "AUTHENTICATE")) return STARTTLS_HEARD_PLAIN;
    if (starttls_take_word(&line, "STARTTLS"))
        starttls_ask(dialogue);
    else if (starttls_take_word(&line, "CAPABILITY"))
        starttls_ask_list(dialogue);
    else if (starttls_take_word(&line, "LOGOUT"))
        starttls_leave(dialogue);
    else
        starttls_say(dialogue);
    return STARTTLS_HEARD;
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
    bool greeting = !dialogue->greeted, answer = !greeting && starttls_reply_is_answer(dialogue);
    if (positive && (greeting || starttls_reply_is_list(dialogue))) dialogue->listed = true;
    dialogue->greeted = true;
    if (!greeting) starttls_reply_end(dialogue);
    if (!answer) return STARTTLS_HEARD;
    return positive ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_sieve = {
    .name = "sieve",
    .recognise = {[SIDE_SERVER] = recognise},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
