/* SMTP (RFC 5321) and LMTP (RFC 2033) with STARTTLS (RFC 3207). */
#include "line.h"

enum { READY = 220, DONE = 250 };

/* "220 mail.example ESMTP", or "220-" where the greeting has several lines. FTP greets alike: the client's first
 * command tells. */
static enum starttls_recognition recognise_server(struct cursor bytes) {
    static const char *const greetings[] = {"220 ", "220-", NULL};
    return starttls_prefix_among(bytes, greetings);
}

/* A client that does not wait for the greeting, or of which alone the capture has the packets. */
static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const hellos[] = {"EHLO ", "LHLO ", NULL};
    return starttls_prefix_among(bytes, hellos);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    static const char *const of_ftp[] = {"AUTH TLS", "AUTH SSL",    "AUTH TLS-C", "AUTH TLS-P", "USER", "FEAT",
                                         "SYST",     "AUTH GSSAPI", "HOST",       "CLNT",       "OPTS", NULL};
    static const char *const plain[] = {"MAIL", "RCPT", "DATA", "BDAT", "AUTH", "VRFY", "EXPN", "ETRN", "TURN", NULL};
    static const char *const hello[] = {"EHLO", "LHLO", NULL};
    static const char *const asking[] = {"STARTTLS", NULL}, *const leaving[] = {"QUIT", NULL};
    if (starttls_begins_with_word(line, of_ftp)) {
        dialogue->protocol = STARTTLS_FTP;
        return starttls_ftp.hear[SIDE_CLIENT](dialogue, line);
    }
    if (starttls_begins_with_word(line, plain)) return STARTTLS_HEARD_PLAIN;
    if (starttls_begins_with_word(line, hello))
        starttls_ask_list(dialogue);
    else if (starttls_begins_with_word(line, asking))
        starttls_ask(dialogue);
    else if (starttls_begins_with_word(line, leaving))
        starttls_leave(dialogue);
    else
        starttls_say(dialogue);
    return STARTTLS_HEARD;
}

/* The end of a reply. */
static enum starttls_heard reply_hear(struct starttls_dialogue *dialogue, uint16_t code, struct cursor line) {
    bool list = starttls_reply_is_list(dialogue), answer = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (list && code == DONE) dialogue->listed = true;
    if (!answer) return STARTTLS_HEARD;
    starttls_set_code(dialogue, code);
    return code == READY ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

static enum starttls_heard hear_server(struct starttls_dialogue *dialogue, struct cursor line) {
    struct cursor text = line;
    uint16_t code;
    bool more;
    if (!starttls_code_get(&text, &code, &more)) return dialogue->greeted ? STARTTLS_HEARD_BAD : STARTTLS_HEARD;
    if (!dialogue->greeted) {
        dialogue->greeted = !more;
        return STARTTLS_HEARD;
    }
    bool keyword = starttls_reply_is_list(dialogue) && code == DONE && starttls_take_word(&text, "STARTTLS");
    if (keyword) dialogue->offered = true;
    return more ? STARTTLS_HEARD : reply_hear(dialogue, code, line);
}

const struct starttls_rules starttls_smtp = {
    .name = "smtp",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
