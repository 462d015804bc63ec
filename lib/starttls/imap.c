/* IMAP with STARTTLS (RFC 9051 section 6.2.1). */
#include "line.h"

enum { FIRST_TAG_LONGEST = 8 }; /* of a client that speaks first; what is longer is no tag that anybody uses */

static enum starttls_recognition recognise_server(struct cursor bytes) {
    return starttls_prefix(bytes, "* OK");
}

/* "a CAPABILITY": some clients (gnutls-cli) do not wait for the greeting, and a capture may have one side only. */
static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const commands[] = {" CAPABILITY\r\n", " STARTTLS\r\n", NULL};
    struct cursor tag;
    uint8_t byte;
    starttls_take_token(&bytes, &tag);
    if (cursor_is_empty(&tag) || cursor_remaining(&tag) > FIRST_TAG_LONGEST) return STARTTLS_IS_NOT;
    while (cursor_get_u8(&tag, &byte))
        if (!starttls_is_word_byte(byte) && byte != '.') return STARTTLS_IS_NOT;
    return cursor_is_empty(&bytes) ? STARTTLS_IS_UNDECIDED : starttls_prefix_among(bytes, commands);
}

/* The tag by which the answer will be known. */
static void tag_keep(struct starttls_dialogue *dialogue, struct cursor tag) {
    size_t length = cursor_remaining(&tag);
    dialogue->tag_length =
        length <= STARTTLS_TAG_KEPT && cursor_copy(&tag, dialogue->tag, length) ? (uint8_t)length : 0;
}

static bool tag_is(const struct starttls_dialogue *dialogue, struct cursor tag) {
    const uint8_t *bytes;
    size_t length = cursor_remaining(&tag);
    return dialogue->tag_length > 0 && length == dialogue->tag_length && cursor_take(&tag, length, &bytes) &&
           memcmp(bytes, dialogue->tag, length) == 0;
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const plain[] = {"LOGIN", "AUTHENTICATE", "SELECT", "EXAMINE", NULL};
    struct cursor tag;
    starttls_take_token(&line, &tag);
    if (!cursor_skip(&line, 1)) return STARTTLS_HEARD;
    if (starttls_begins_with_word(line, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_take_word(&line, "STARTTLS")) {
        starttls_ask(dialogue);
        tag_keep(dialogue, tag);
    } else if (starttls_take_word(&line, "CAPABILITY")) {
        starttls_ask_list(dialogue);
    } else if (starttls_take_word(&line, "LOGOUT")) {
        starttls_leave(dialogue);
    } else {
        starttls_say(dialogue);
    }
    return STARTTLS_HEARD;
}

/* "* CAPABILITY IMAP4rev1 STARTTLS ...": the list is known when its one line is. */
static void untagged_hear(struct starttls_dialogue *dialogue, struct cursor line) {
    if (!starttls_take_word(&line, "CAPABILITY") || dialogue->list_at == 0) return;
    dialogue->listed = true;
    dialogue->offered = starttls_has_word(line, "STARTTLS");
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor rest = line, tag;
    starttls_take_token(&rest, &tag);
    if (!cursor_skip(&rest, 1)) return STARTTLS_HEARD;
    if (starttls_prefix(tag, "*") == STARTTLS_IS) untagged_hear(dialogue, rest);
    if (!tag_is(dialogue, tag) || dialogue->answer != STARTTLS_UNANSWERED) return STARTTLS_HEARD;
    return starttls_take_word(&rest, "OK") ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_imap = {
    .name = "imap",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
