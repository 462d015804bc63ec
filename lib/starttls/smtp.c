/* SMTP (RFC 5321) and LMTP (RFC 2033) with STARTTLS (RFC 3207). */
#include "reply.h"

enum { DONE = 250 };

/* A firewall that inspects SMTP (Cisco's "inspect esmtp") writes X over a word that it does not let pass. */
static const struct starttls_command commands[] = {
    {"EHLO", STARTTLS_LISTS},  {"LHLO", STARTTLS_LISTS}, {"STARTTLS", STARTTLS_ASKS}, {"XXXXXXXX", STARTTLS_ASKS},
    {"QUIT", STARTTLS_LEAVES}, {"MAIL", STARTTLS_WORKS}, {"RCPT", STARTTLS_WORKS},    {"DATA", STARTTLS_WORKS},
    {"BDAT", STARTTLS_WORKS},  {"AUTH", STARTTLS_WORKS}, {"VRFY", STARTTLS_WORKS},    {"EXPN", STARTTLS_WORKS},
    {"ETRN", STARTTLS_WORKS},  {"TURN", STARTTLS_WORKS}, {NULL, STARTTLS_SAYS},
};

/* RFC 3207 section 4: 220 or 454. RFC 5321 section 4.2.4: a server without EHLO says 500 or 502. */
static const struct starttls_reply replies[] = {
    {220, .grants = true, .says = ""}, {454, .says = "TLS"},     {250, .ends_list = true},
    {500, .ends_list = true},          {502, .ends_list = true}, {0},
};

/* "220 mail.example ESMTP", or "220-" where the greeting has several lines. FTP greets alike: the client's first
 * command tells, or, where the capture does not have the client, a reply. */
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
    static const char *const masked[] = {"XXXXXXXX", NULL};
    static const char *const of_ftp[] = {"AUTH TLS", "AUTH SSL",    "AUTH TLS-C", "AUTH TLS-P", "USER", "FEAT",
                                         "SYST",     "AUTH GSSAPI", "HOST",       "CLNT",       "OPTS", NULL};
    if (starttls_begins_with_word(line, masked)) dialogue->masked[SIDE_CLIENT] = true;
    if (!starttls_begins_with_word(line, of_ftp)) return starttls_command_hear(dialogue, line, commands);
    dialogue->protocol = STARTTLS_FTP;
    return starttls_ftp.hear[SIDE_CLIENT](dialogue, line);
}

/* One of the keywords of EHLO. Cisco's inspection makes "XXXXXXXA" of STARTTLS, so that the client does not know it. */
static void keyword_hear(struct starttls_dialogue *dialogue, struct cursor text) {
    if (starttls_take_word(&text, "STARTTLS")) dialogue->offered = true;
    if (starttls_take_word(&text, "XXXXXXXA") || starttls_take_word(&text, "XXXXXXXX"))
        dialogue->masked[SIDE_SERVER] = true;
}

/* RFC 959 section 4.2.2 and RFC 4217 section 4: replies that SMTP does not have. */
static bool is_reply_of_ftp(uint16_t code) {
    return code == 215 || code == 230 || code == 234 || code == 331;
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
    if (dialogue->hidden && is_reply_of_ftp(code)) {
        dialogue->protocol = STARTTLS_FTP;
        return starttls_ftp.hear[SIDE_SERVER](dialogue, line);
    }
    if (starttls_reply_is_list(dialogue) && code == DONE) keyword_hear(dialogue, text);
    return more ? STARTTLS_HEARD : starttls_code_hear(dialogue, code, line, replies);
}

const struct starttls_rules starttls_smtp = {
    .name = "smtp",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
