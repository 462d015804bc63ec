/* The account for people: what is in it, how wide it is, and that nothing colours it unasked. */
#include "run_suite.h"
#include "sample_diag.h"

static struct sample_store store;
static char page[65536];

static const char *account(bool colour) {
    struct text_writer writer = text_writer_over(page, sizeof page);
    output_text(&store.diag, colour, &writer);
    ck_assert(!writer.truncated);
    return page;
}

/* Columns of a line: characters, ANSI sequences not counted. */
static size_t columns(const char *line, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '\033')
            while (i < length && line[i] != 'm')
                i++;
        else if (((unsigned char)line[i] & 0xc0) != 0x80)
            count++;
    }
    return count;
}

static const char expired[] =
    "server_cert.expired  (observed, at fault: server)  2026-11-21T19:30:00.041000Z\n"
    "  what     10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago\n"
    "  between  10.0.0.5:51234 to 192.0.2.7:443, smtp, TLS 1.2\n"
    "  because  leaf CN=api.example notAfter 2026-11-18T00:00:00Z is 3 days before the capture\n"
    "           client alert certificate_expired 2 ms after Certificate\n"
    "  or       server_cert.rejected: the alert may mean more\n"
    "  advice   renew the certificate of api.example and reload the server\n"
    "               client                                                                        server\n"
    "     0.000 ms  │ SYN ────────────────────────────────────────────────────────────────────────────►│\n"
    "     0.400 ms  │◄──────────────────────────────────────────────────────────────────────── SYN-ACK │\n"
    "     0.900 ms  │ ClientHello TLS 1.2, 30 ciphers, SNI api.example ───────────────────────────────►│\n"
    "    12.346 ms  │◄──────────────────────────────────────────────────────────── ServerHello TLS 1.2 │\n"
    "    12.346 ms  │◄───────────────────────────────────── Certificate CN=api.example, 2 certificates │\n"
    "    41.000 ms  │ alert fatal certificate_expired ────────────────────────────────────────────────►│\n"
    "\n";

START_TEST(account_word_for_word) {
    sample_make(&store, SAMPLE_EXPIRED);
    ck_assert_str_eq(account(false), expired);
}
END_TEST

/* Colour adds ANSI sequences and nothing else, and ends what it begins. */
START_TEST(colour_only_where_asked) {
    char plain[sizeof page];
    size_t length = 0;
    sample_make(&store, SAMPLE_EXPIRED);
    const char *text = account(true);
    ck_assert_ptr_nonnull(strstr(text, "\033[1;31mserver_cert.expired\033[0m"));
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\033')
            while (text[i] != 'm')
                i++;
        else
            plain[length++] = text[i];
    }
    plain[length] = '\0';
    ck_assert_str_eq(plain, expired);
    for (unsigned sample = 0; sample < SAMPLE_COUNT; sample++) {
        sample_make(&store, (enum sample)sample);
        ck_assert_ptr_null(strchr(account(false), '\033'));
    }
}
END_TEST

/* No line is wider than 100 columns, whatever is in it; those that can be broken are broken at spaces. */
START_TEST(width) {
    static const char *const pieces[] = {"x", "word ", "\xf0\x9f\x94\x92", "B\303\274cher "};
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++)
        for (int colour = 0; colour < 2; colour++) {
            sample_monster(&store, pieces[i]);
            store.diag.timeline[1].offset = INT64_C(5000000) * 1000000000; /* two months */
            const char *line = account(colour != 0);
            while (*line != '\0') {
                size_t length = strcspn(line, "\n");
                ck_assert_msg(columns(line, length) <= 100, "%zu: %.*s", columns(line, length), (int)length, line);
                line += length + 1;
            }
        }
}
END_TEST

/* A long handshake is drawn with its middle left out, and says how much. */
START_TEST(long_ladder) {
    sample_monster(&store, "x");
    const char *text = account(false);
    ck_assert_ptr_nonnull(strstr(text, "... 16 more ..."));
    ck_assert_ptr_nonnull(strstr(text, "     0.000 ms"));
    ck_assert_ptr_nonnull(strstr(text, " 39000.000 ms"));
    ck_assert_ptr_null(strstr(text, " 20000.000 ms"));
}
END_TEST

START_TEST(little_is_known) {
    sample_make(&store, SAMPLE_UNKNOWN);
    ck_assert_str_eq(account(false), "unknown  2026-11-21T19:30:00.041000Z\n"
                                     "  what     the capture started too late\n"
                                     "  between  10.0.0.5:51234 to 192.0.2.7:443\n\n");
    sample_make(&store, SAMPLE_CLIENT_CERT);
    ck_assert_ptr_nonnull(strstr(account(false), "[2001:db8::5]:51234 to [2001:db8::7]:443, imap\n"));
}
END_TEST

static const char summed_up[] =
    "server_cert.expired  2026-11-21T19:30:59.000000Z\n"
    "  what     4711 more failures at api.example (192.0.2.7:443): server_cert.expired, from 12 clients\n"
    "           within 59 seconds; the last: 10.0.0.5 refused api.example (192.0.2.7:443): the server's\n"
    "           certificate expired 3 days ago\n"
    "  advice   renew the certificate of api.example and reload the server\n\n";

START_TEST(summary_and_notice) {
    struct fold_summary summary;
    struct text_writer writer = text_writer_over(page, sizeof page);
    sample_summary(&summary);
    output_text_summary(&summary, false, &writer);
    ck_assert_str_eq(page, summed_up);
    writer = text_writer_over(page, sizeof page);
    const struct output_notice notice = {.code = "interface_lost", .severity = 2, .message = "eth0 is gone"};
    output_text_notice(&notice, false, &writer);
    ck_assert_str_eq(page, "interface_lost  1970-01-01T00:00:00.000000Z\n  what     eth0 is gone\n\n");
    output_text_notice(&notice, true, &writer);
    ck_assert_ptr_nonnull(strstr(page, "\033[33minterface_lost\033[0m"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output text");
    TCase *text = tcase_create("text");
    tcase_add_test(text, account_word_for_word);
    tcase_add_test(text, colour_only_where_asked);
    tcase_add_test(text, width);
    tcase_add_test(text, long_ladder);
    tcase_add_test(text, little_is_known);
    tcase_add_test(text, summary_and_notice);
    suite_add_tcase(suite, text);
    return run_suite(suite);
}
