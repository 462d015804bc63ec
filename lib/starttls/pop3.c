/* POP3 (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595 section 4). */
#include "line.h"

static enum starttls_recognition recognise_server(struct cursor bytes) {
    return starttls_prefix(bytes, "+OK");
}

/* A client that does not wait for the greeting, or of which alone the capture has the packets. */
static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const commands[] = {"CAPA\r\n", "STLS\r\n", NULL};
    return starttls_prefix_among(bytes, commands);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const plain[] = {"USER", "PASS", "APOP", "AUTH", "STAT", "LIST", NULL};
    if (starttls_begins_with_word(line, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_take_word(&line, "STLS"))
        starttls_ask(dialogue);
    else if (starttls_take_word(&line, "CAPA"))
        starttls_ask_list(dialogue);
    else if (starttls_take_word(&line, "QUIT"))
        starttls_leave(dialogue);
    else
        starttls_say(dialogue);
    return STARTTLS_HEARD;
}

/* A capability; a dot alone ends the list. */
static enum starttls_heard capability_hear(struct starttls_dialogue *dialogue, struct cursor line) {
    if (starttls_take_word(&line, "STLS")) dialogue->offered = true;
    if (!starttls_take_word(&line, ".")) return STARTTLS_HEARD;
    dialogue->listing = false;
    dialogue->listed = true;
    starttls_reply_end(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor rest = line;
    if (dialogue->listing) return capability_hear(dialogue, line);
    bool positive = starttls_take_word(&rest, "+OK");
    if (!positive && !starttls_take_word(&rest, "-ERR")) return STARTTLS_HEARD_BAD;
    if (!dialogue->greeted) {
        dialogue->greeted = true;
        return STARTTLS_HEARD;
    }
    if (starttls_reply_is_list(dialogue) && positive) {
        dialogue->listing = true;
        return STARTTLS_HEARD;
    }
    bool answer = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (!answer) return STARTTLS_HEARD;
    return positive ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_pop3 = {
    .name = "pop3",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
