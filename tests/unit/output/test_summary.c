/* Summaries: the line word for word, and the sentence of each kind. */
#include <stdio.h>

#include "run_suite.h"
#include "sample_diag.h"

static struct fold_summary summary;
static char line[OUTPUT_LINE_CAP + 1];

/* docs/events.md: failures that were folded. */
static const char wanted[] =
    "{\"@timestamp\":\"2026-11-21T19:30:59.000000Z\",\"log.level\":\"notice\","
    "\"message\":\"4711 more failures at api.example (192.0.2.7:443): server_cert.expired, from 12 clients within 59 "
    "seconds; the last: 10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago\","
    "\"ecs.version\":\"9.4.0\","
    "\"event\":{\"kind\":\"alert\",\"category\":[\"network\"],\"type\":[\"connection\",\"protocol\"],"
    "\"outcome\":\"failure\",\"code\":\"server_cert.expired\",\"severity\":5,\"sequence\":8,"
    "\"dataset\":\"tlswhy.summary\",\"start\":\"2026-11-21T19:30:00.000000Z\","
    "\"end\":\"2026-11-21T19:30:59.000000Z\",\"duration\":59000000000},"
    "\"network\":{\"type\":\"ipv4\",\"transport\":\"tcp\",\"protocol\":\"tls\"},"
    "\"destination\":{\"ip\":\"192.0.2.7\",\"port\":443},\"tls\":{\"client\":{\"server_name\":\"api.example\"}},"
    "\"tlswhy\":{\"schema\":1,\"cause\":\"server_cert.expired\",\"confidence\":\"observed\",\"at_fault\":\"server\","
    "\"count\":4711,\"clients\":12,\"clients_capped\":false,\"total\":9000,"
    "\"advice\":\"renew the certificate of api.example and reload the server\",\"truncated\":[]},"
    "\"rule\":{\"id\":\"server-cert-expired\"},"
    "\"observer\":{\"type\":\"sensor\",\"product\":\"tlswhyd\",\"version\":\"0.1.0\",\"hostname\":\"gateway\","
    "\"ingress\":{\"interface\":{\"name\":\"eth0\"}}}}";

START_TEST(word_for_word) {
    sample_summary(&summary);
    size_t length = output_json_summary(&summary, &sample_live, 8, line);
    ck_assert_str_eq(line, wanted);
    ck_assert_uint_eq(length, strlen(wanted));
}
END_TEST

START_TEST(no_name_is_no_key) {
    sample_summary(&summary);
    summary.server_name[0] = summary.advice[0] = '\0';
    ck_assert_uint_gt(output_json_summary(&summary, &sample_file, 1, line), 0);
    ck_assert_ptr_null(strstr(line, "\"tls\":"));
    ck_assert_ptr_null(strstr(line, "\"advice\""));
    ck_assert_ptr_null(strstr(line, "\"ingress\""));
    ck_assert_ptr_nonnull(strstr(line, "\"message\":\"4711 more failures at 192.0.2.7:443: "));
}
END_TEST

static const struct {
    uint64_t count, clients;
    bool capped;
    int64_t span; /* seconds */
    uint8_t ip_version;
    const char *address, *name, *sentence;
} sentences[] = {
    {1, 1, false, 0, 4, "192.0.2.7", "", "1 more failure at 192.0.2.7:443: hello.reset, from 1 client; the last: m"},
    {2, 1, false, 5, 4, "192.0.2.7", "a.example",
     "2 more failures at a.example (192.0.2.7:443): hello.reset, from 1 client within 5 seconds; the last: m"},
    {900, 256, true, 60, 6, "2001:db8::7", "",
     "900 more failures at [2001:db8::7]:443: hello.reset, from more than 256 clients within 60 seconds; the last: m"},
    {2, 2, false, 1, 6, "2001:db8::7", "a\nb\xff",
     "2 more failures at a\\x0ab\\xff ([2001:db8::7]:443): hello.reset, from 2 clients within 1 second; the last: m"},
};

START_TEST(sentence_of_each_kind) {
    char text[OUTPUT_SENTENCE_SIZE];
    struct text_writer writer = text_writer_over(text, sizeof text);
    memset(&summary, 0, sizeof summary);
    summary.cause = "hello.reset";
    summary.server_port = 443;
    summary.count = sentences[_i].count;
    summary.clients = sentences[_i].clients;
    summary.clients_capped = sentences[_i].capped;
    summary.last = sentences[_i].span * INT64_C(1000000000);
    summary.ip_version = sentences[_i].ip_version;
    snprintf(summary.server_address, sizeof summary.server_address, "%s", sentences[_i].address);
    snprintf(summary.server_name, sizeof summary.server_name, "%s", sentences[_i].name);
    snprintf(summary.message, sizeof summary.message, "m");
    output_summary_sentence(&summary, &writer);
    ck_assert_str_eq(text, sentences[_i].sentence);
}
END_TEST

/* Texts as long as they can be, also those that JSON or cleaning makes longer. */
START_TEST(monsters_fit) {
    static const char *const pieces[] = {"x", "\"", "\\", "\n", "\xff", "B\303\274cher ", "\xe2\x80\xae", "word "};
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        sample_summary_monster(&summary, pieces[i]);
        size_t length = output_json_summary(&summary, &sample_live, UINT64_C(1) << 62, line);
        ck_assert_uint_gt(length, 0);
        ck_assert_uint_eq(length, strlen(line));
        ck_assert_uint_le(length, OUTPUT_LINE_CAP);
        ck_assert(text_is_clean(line));
        ck_assert_ptr_nonnull(strstr(line, "\"count\":9223372036854775807,"));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output summary");
    TCase *tests = tcase_create("summary");
    tcase_add_test(tests, word_for_word);
    tcase_add_test(tests, no_name_is_no_key);
    tcase_add_loop_test(tests, sentence_of_each_kind, 0, ARRAY_LENGTH(sentences));
    tcase_add_test(tests, monsters_fit);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
