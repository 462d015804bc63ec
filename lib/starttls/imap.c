/* IMAP with STARTTLS (RFC 9051 section 6.2.1). */
#include "reply.h"

static const struct starttls_command commands[] = {
    {"CAPABILITY", STARTTLS_LISTS},   {"STARTTLS", STARTTLS_ASKS},
    {"LOGOUT", STARTTLS_LEAVES},      {"LOGIN", STARTTLS_WORKS},
    {"AUTHENTICATE", STARTTLS_WORKS}, {"SELECT", STARTTLS_WORKS},
    {"EXAMINE", STARTTLS_WORKS},      {NULL, STARTTLS_SAYS},
};

enum { FIRST_TAG_LONGEST = 8 }; /* of a client that speaks first; what is longer is no tag that anybody uses */

static enum starttls_recognition recognise_server(struct cursor bytes) {
    return starttls_prefix(bytes, "* OK");
}

/* "a CAPABILITY": some clients (gnutls-cli) do not wait for the greeting, and a capture may have one side only. */
static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const openings[] = {" CAPABILITY\r\n", " STARTTLS\r\n", NULL};
    struct cursor tag;
    uint8_t byte;
    starttls_take_token(&bytes, &tag);
    if (cursor_is_empty(&tag) || cursor_remaining(&tag) > FIRST_TAG_LONGEST) return STARTTLS_IS_NOT;
    while (cursor_get_u8(&tag, &byte))
        if (!starttls_is_word_byte(byte) && byte != '.') return STARTTLS_IS_NOT;
    return cursor_is_empty(&bytes) ? STARTTLS_IS_UNDECIDED : starttls_prefix_among(bytes, openings);
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
    struct cursor tag;
    starttls_take_token(&line, &tag);
    if (!cursor_skip(&line, 1)) return STARTTLS_HEARD;
    uint16_t asked_at = dialogue->asked_at;
    enum starttls_heard heard = starttls_command_hear(dialogue, line, commands);
    if (dialogue->asked_at != asked_at) tag_keep(dialogue, tag);
    return heard;
}

static bool is_awaiting(const struct starttls_dialogue *dialogue) {
    return dialogue->asked && dialogue->answer == STARTTLS_UNANSWERED;
}

/* "* CAPABILITY IMAP4rev1 STARTTLS ...": the list is known when its one line is. "* BYE": the server is about to close,
 * and will answer nothing any more (RFC 9051 section 7.1.5). */
static enum starttls_heard untagged_hear(struct starttls_dialogue *dialogue, struct cursor line, struct cursor words) {
    if (starttls_take_word(&line, "BYE") && is_awaiting(dialogue)) return starttls_refuse(dialogue, words);
    if (!starttls_take_word(&line, "CAPABILITY") || dialogue->list_at == 0) return STARTTLS_HEARD;
    dialogue->listed = !dialogue->cut[SIDE_SERVER];
    dialogue->offered = starttls_has_word(line, "STARTTLS");
    return STARTTLS_HEARD;
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor rest = line, tag;
    starttls_take_token(&rest, &tag);
    if (!cursor_skip(&rest, 1)) return STARTTLS_HEARD;
    if (starttls_prefix(tag, "*") == STARTTLS_IS) return untagged_hear(dialogue, rest, line);
    if (!tag_is(dialogue, tag) || !is_awaiting(dialogue)) return STARTTLS_HEARD;
    return starttls_take_word(&rest, "OK") ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

const struct starttls_rules starttls_imap = {
    .name = "imap",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
