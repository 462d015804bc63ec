/* FTP (RFC 959) with AUTH TLS (RFC 4217). Its greeting is that of SMTP, which hands over to here; some clients
 * (gnutls-cli) do not wait for it. */
#include "reply.h"

enum { PRELIMINARY_LAST = 199 };

static const struct starttls_command commands[] = {
    {"AUTH TLS", STARTTLS_ASKS},   {"AUTH SSL", STARTTLS_ASKS}, {"AUTH TLS-C", STARTTLS_ASKS},
    {"AUTH TLS-P", STARTTLS_ASKS}, {"FEAT", STARTTLS_LISTS},    {"QUIT", STARTTLS_LEAVES},
    {"USER", STARTTLS_WORKS},      {"PASS", STARTTLS_WORKS},    {"ACCT", STARTTLS_WORKS},
    {NULL, STARTTLS_SAYS},
};

/* RFC 4217 section 4: 234. Servers older than it say 334 (RFC 2228 section 3), and clients take that. RFC 2389 section
 * 3.2: 211 lists the features, 500 or 502 says that there is no FEAT. */
static const struct starttls_reply replies[] = {
    {234, .grants = true, .says = ""}, {334, .grants = true},    {211, .ends_list = true},
    {500, .ends_list = true},          {502, .ends_list = true}, {0},
};

/* RFC 959 section 5.4: "120 Service ready in nnn minutes" before the greeting proper. */
static enum starttls_recognition recognise_server(struct cursor bytes) {
    static const char *const greetings[] = {"120 ", "120-", NULL};
    return starttls_prefix_among(bytes, greetings);
}

static enum starttls_recognition recognise_client(struct cursor bytes) {
    static const char *const openings[] = {"FEAT\r\n", "AUTH TLS\r\n", "AUTH SSL\r\n", NULL};
    return starttls_prefix_among(bytes, openings);
}

static enum starttls_heard hear_client(struct starttls_dialogue *dialogue, struct cursor line) {
    return starttls_command_hear(dialogue, line, commands);
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
    if (dialogue->greeted) return starttls_code_hear(dialogue, code, line, replies);
    dialogue->greeted = true;
    return STARTTLS_HEARD;
}

const struct starttls_rules starttls_ftp = {
    .name = "ftp",
    .recognise = {recognise_client, recognise_server},
    .frame = starttls_line_frame,
    .hear = {hear_client, hear_server},
};
