/* FTP (RFC 959) with AUTH TLS (RFC 4217). Its greeting is that of SMTP, which hands over to here; some clients
 * (gnutls-cli) do not wait for it. */
#include "line.h"

enum { PRELIMINARY_LAST = 199, FEATURES = 211, SECURITY_DONE = 234 };

static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const commands[] = {"FEAT\r\n", "AUTH TLS\r\n", "AUTH SSL\r\n", NULL};
    return starttls_prefix_among(bytes, commands);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const asking[] = {"AUTH TLS", "AUTH SSL", "AUTH TLS-C", "AUTH TLS-P", NULL};
    static const char *const leaving[] = {"QUIT", NULL}, *const list[] = {"FEAT", NULL};
    static const char *const plain[] = {"USER", "PASS", "ACCT", NULL};
    if (starttls_begins_with_word(line, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_begins_with_word(line, asking))
        starttls_ask(dialogue);
    else if (starttls_begins_with_word(line, list))
        starttls_ask_list(dialogue);
    else if (starttls_begins_with_word(line, leaving))
        starttls_leave(dialogue);
    else
        starttls_say(dialogue);
    return STARTTLS_HEARD;
}

static enum starttls_heard reply_hear(struct starttls_dialogue *dialogue, uint16_t code, struct cursor line) {
    bool list = starttls_reply_is_list(dialogue), answer = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (list && code == FEATURES) dialogue->listed = true;
    if (!answer) return STARTTLS_HEARD;
    starttls_set_code(dialogue, code);
    return code == SECURITY_DONE ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

/* Lines within a reply need no code in front (RFC 959 section 4.2): " AUTH TLS;TLS-C;" of FEAT (RFC 2389). */
static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor text = line;
    uint16_t code;
    bool more = true, coded = starttls_code_get(&text, &code, &more);
    if (starttls_reply_is_list(dialogue) && starttls_has_word(text, "AUTH") &&
        (starttls_has_word(text, "TLS") || starttls_has_word(text, "SSL")))
        dialogue->offered = true;
    if (!coded || more || code <= PRELIMINARY_LAST) return STARTTLS_HEARD;
    if (dialogue->greeted) return reply_hear(dialogue, code, line);
    dialogue->greeted = true;
    return STARTTLS_HEARD;
}

const struct starttls_rules starttls_ftp = {
    .name = "ftp",
    .recognise = {[SIDE_CLIENT] = recognise_client},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
