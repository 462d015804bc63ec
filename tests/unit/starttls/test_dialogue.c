/* What all protocols share: the PROXY header, caps, gaps; and the names of protocols. */
#include "dialogue_case.h"
#include "starttls/recognise.h"

/* Version 2: signature, PROXY over TCP/IPv4, 12 bytes of addresses. */
#define PROXY_V2                                                                                                       \
    "\r\n\r\n\0\r\nQUIT\n"                                                                                             \
    "\x21\x11\x00\x0c"                                                                                                 \
    "\x0a\x00\x00\x05\x0a\x00\x00\x07\xc8\x22\x01\xbb"
#define PROXY_V1 "PROXY TCP4 10.0.0.5 10.0.0.7 51234 443\r\n"

static const struct {
    const char *name;
    const char *bytes;
    size_t length, header; /* bytes of the header itself */
    unsigned version;
    enum starttls_step first;
} headers[] = {
    {"version 1", PROXY_V1 "\x16\x03\x01", sizeof(PROXY_V1) + 2, sizeof(PROXY_V1) - 1, 1, STARTTLS_ON},
    {"version 2", PROXY_V2 "\x16\x03\x01", sizeof(PROXY_V2) + 2, sizeof(PROXY_V2) - 1, 2, STARTTLS_ON},
    {"version 1, unknown", "PROXY UNKNOWN\r\n", 15, 15, 1, STARTTLS_ON},
    {"version 1, cut", PROXY_V1, 20, 0, 0, STARTTLS_WAIT},
    {"version 2, cut", PROXY_V2, 20, 0, 0, STARTTLS_WAIT},
    {"version 3", "\r\n\r\n\0\r\nQUIT\n\x31\x11\x00\x00", 16, 0, 0, STARTTLS_UNKNOWN},
    {"another word", "PROXIES\r\n", 9, 0, 0, STARTTLS_UNKNOWN},
};

START_TEST(proxy_header_is_passed_over) {
    struct starttls_dialogue dialogue;
    unsigned char *copy = exact_copy(headers[_i].bytes, headers[_i].length);
    struct cursor input = cursor_over(copy, headers[_i].length);
    starttls_dialogue_init(&dialogue);
    ck_assert_int_eq(starttls_dialogue_read(&dialogue, SIDE_CLIENT, 1, &input), headers[_i].first);
    ck_assert_uint_eq(cursor_offset(&input), headers[_i].header);
    ck_assert_uint_eq(dialogue.proxy_header, headers[_i].version);
    ck_assert_uint_eq(dialogue.opening_length[SIDE_CLIENT],
                      headers[_i].header < STARTTLS_OPENING_KEPT ? headers[_i].header : STARTTLS_OPENING_KEPT);
    free(copy);
}
END_TEST

static enum starttls_step say(struct starttls_dialogue *dialogue, enum side side, const char *text) {
    struct cursor input = cursor_over(text, strlen(text));
    return starttls_dialogue_read(dialogue, side, 1, &input);
}

/* A session that never comes to TLS is given up before it costs. */
START_TEST(a_long_session_is_given_up) {
    struct starttls_dialogue dialogue;
    starttls_dialogue_init(&dialogue);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n"), STARTTLS_ON);
    unsigned lines = 1;
    while (say(&dialogue, SIDE_CLIENT, "NOOP\r\n") == STARTTLS_ON)
        ck_assert_uint_le(++lines, STARTTLS_UNITS_CAP);
    ck_assert_uint_eq(lines, STARTTLS_UNITS_CAP);
}
END_TEST

/* Of a line that is too long the beginning is heard, the rest is passed over as it comes, and the next line is heard
 * again. */
START_TEST(a_long_line_is_cut) {
    struct starttls_dialogue dialogue;
    char line[3 * STARTTLS_LINE_LONGEST];
    starttls_dialogue_init(&dialogue);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n"), STARTTLS_ON);
    ck_assert_int_eq(say(&dialogue, SIDE_CLIENT, "STARTTLS\r\n"), STARTTLS_ON);
    memset(line, 'a', sizeof line);
    memcpy(line, "454 ", 4);
    line[STARTTLS_LINE_LONGEST - 1] = '\0';
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, line), STARTTLS_WAIT);
    line[STARTTLS_LINE_LONGEST - 1] = 'a';
    struct cursor input = cursor_over(line, sizeof line);
    ck_assert_int_eq(starttls_dialogue_read(&dialogue, SIDE_SERVER, 1, &input), STARTTLS_ON);
    ck_assert_uint_eq(cursor_offset(&input), STARTTLS_LINE_LONGEST);
    ck_assert_int_eq(dialogue.answer, STARTTLS_REFUSED);
    ck_assert_int_eq(starttls_dialogue_read(&dialogue, SIDE_SERVER, 1, &input), STARTTLS_ON);
    ck_assert(cursor_is_empty(&input));
    ck_assert_int_eq(say(&dialogue, SIDE_CLIENT, "STARTTLS\r\n"), STARTTLS_ON);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "aa\r\n"), STARTTLS_ON); /* the end of the long line */
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 go on\r\n"), STARTTLS_TLS);
    ck_assert_uint_eq(dialogue.spoken[SIDE_SERVER], 24 + sizeof line + 4 + 11);
}
END_TEST

/* One without an end is given up at the cap of bytes. */
START_TEST(an_endless_line_is_given_up) {
    struct starttls_dialogue dialogue;
    char line[STARTTLS_LINE_LONGEST + 1];
    unsigned pieces = 0;
    starttls_dialogue_init(&dialogue);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n"), STARTTLS_ON);
    memset(line, 'a', sizeof line);
    line[sizeof line - 1] = '\0';
    while (say(&dialogue, SIDE_CLIENT, line) == STARTTLS_ON)
        ck_assert_uint_le(++pieces, STARTTLS_BYTES_CAP / STARTTLS_LINE_LONGEST);
    ck_assert_uint_eq(dialogue.units, 2);
}
END_TEST

/* A client whose packets come after all has said things that nobody heard. */
START_TEST(a_client_that_was_hidden_makes_blind) {
    struct starttls_dialogue dialogue;
    starttls_dialogue_init(&dialogue);
    starttls_dialogue_hide_client(&dialogue, 0);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n"), STARTTLS_ON);
    starttls_dialogue_gap(&dialogue, SIDE_CLIENT);
    ck_assert_int_eq(say(&dialogue, SIDE_CLIENT, "DATA\r\n"), STARTTLS_ON);
    ck_assert(dialogue.blind);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "454 no TLS\r\n"), STARTTLS_ON);
    ck_assert_int_eq(dialogue.answer, STARTTLS_UNANSWERED);
}
END_TEST

/* The two sides are counted apart, and what was passed over behind a gap counts too. */
START_TEST(what_was_spoken_is_counted) {
    struct starttls_dialogue dialogue;
    starttls_dialogue_init(&dialogue);
    (void)say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n");
    (void)say(&dialogue, SIDE_CLIENT, "EHLO client\r\n");
    (void)say(&dialogue, SIDE_CLIENT, "STARTTLS\r\nrest");
    ck_assert_uint_eq(dialogue.spoken[SIDE_SERVER], 24);
    ck_assert_uint_eq(dialogue.spoken[SIDE_CLIENT], 13 + 10);
    starttls_dialogue_gap(&dialogue, SIDE_SERVER);
    (void)say(&dialogue, SIDE_SERVER, "220 go on\r\n");
    ck_assert_uint_eq(dialogue.spoken[SIDE_SERVER], 24 + 11);
}
END_TEST

/* Behind a gap nobody knows what answers what. */
START_TEST(a_gap_makes_blind) {
    struct starttls_dialogue dialogue;
    starttls_dialogue_init(&dialogue);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "220 mail.example ESMTP\r\n"), STARTTLS_ON);
    ck_assert_int_eq(say(&dialogue, SIDE_CLIENT, "STARTTLS\r\n"), STARTTLS_ON);
    starttls_dialogue_gap(&dialogue, SIDE_SERVER);
    ck_assert_int_eq(say(&dialogue, SIDE_SERVER, "454 no\r\n"), STARTTLS_ON);
    ck_assert_int_eq(dialogue.answer, STARTTLS_UNANSWERED);
}
END_TEST

static const struct {
    enum side side;
    const char *bytes;
    size_t length;
    const char *name;
} speeches[] = {
    {SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n", 26, "HTTP"},
    {SIDE_CLIENT, "GET / HTTP/1.1\r\n", 16, "HTTP"},
    {SIDE_CLIENT, "PROPFIND /dav/ HTTP/1.1\r\n", 25, "HTTP"},
    {SIDE_CLIENT, "PRI * HTTP/2.0\r\n", 16, "HTTP/2"},
    {SIDE_SERVER, "SSH-2.0-OpenSSH_9.2\r\n", 21, "SSH"},
    {SIDE_SERVER, "220 mail.example ESMTP Exim\r\n", 29, "SMTP"},
    {SIDE_SERVER, "220 (vsFTPd 3.0.3)\r\n", 20, "FTP"},
    {SIDE_SERVER, "220 ready\r\n", 11, "SMTP or FTP"},
    {SIDE_SERVER, "* OK Dovecot ready.\r\n", 21, "IMAP"},
    {SIDE_SERVER, "-ERR Unknown command.\r\n", 23, "POP3"},
    {SIDE_SERVER, "-ERR unknown command '\x16\x03', with args\r\n", 38, "Redis"},
    {SIDE_SERVER, "ERROR\r\n", 7, "memcached"},
    {SIDE_SERVER,
     "\x59\x00\x00\x00\x0a"
     "8.0.33\0",
     12, "MySQL"},
    {SIDE_SERVER, "E\0\0\0\x63SFATAL\0", 12, "PostgreSQL"},
    {SIDE_CLIENT, "\0\0\0\x08\x04\xd2\x16\x2f", 8, "PostgreSQL"},
    {SIDE_SERVER, "<?xml version='1.0'?><stream:stream>", 36, "XMPP"},
    {SIDE_CLIENT, "\x05\x01\x00", 3, "SOCKS"},
    {SIDE_CLIENT, "\x03\x00\x00\x13\x0e\xe0", 6, "RDP"},
    {SIDE_CLIENT, "\r\n\r\n\0\r\nQUIT\n\x21", 13, "PROXY protocol"},
    {SIDE_SERVER, "hello, world\r\n", 14, NULL},
    {SIDE_SERVER, "", 0, NULL},
};

START_TEST(speech_is_named) {
    unsigned char *copy = exact_copy(speeches[_i].bytes, speeches[_i].length);
    const char *name = starttls_speech_name(speeches[_i].side, cursor_over(copy, speeches[_i].length));
    if (speeches[_i].name == NULL)
        ck_assert_ptr_null(name);
    else
        ck_assert_pstr_eq(name, speeches[_i].name);
    for (size_t length = 0; length < speeches[_i].length; length++) {
        unsigned char *part = exact_copy(speeches[_i].bytes, length);
        (void)starttls_speech_name(speeches[_i].side, cursor_over(part, length));
        free(part);
    }
    free(copy);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dialogue");
    TCase *tests = tcase_create("dialogue");
    tcase_add_loop_test(tests, proxy_header_is_passed_over, 0, (int)ARRAY_LENGTH(headers));
    tcase_add_test(tests, a_long_session_is_given_up);
    tcase_add_test(tests, a_long_line_is_cut);
    tcase_add_test(tests, an_endless_line_is_given_up);
    tcase_add_test(tests, a_client_that_was_hidden_makes_blind);
    tcase_add_test(tests, a_gap_makes_blind);
    tcase_add_test(tests, what_was_spoken_is_counted);
    tcase_add_loop_test(tests, speech_is_named, 0, (int)ARRAY_LENGTH(speeches));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
