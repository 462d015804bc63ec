/* RFC 5424 messages, and the MESSAGE_IDs that never change. */
#include <ctype.h>
#include <stdio.h>

#include "base/moment.h"
#include "output/output.h"
#include "run_suite.h"

#define TIME (INT64_C(1795289400) * MOMENT_SECOND + 123456789)

static const struct {
    int severity;
    int64_t time;
    const char *hostname;
    uint64_t process;
    const char *message_id, *line, *wanted;
} messages[] = {
    /* section 6.2.1: 3 (daemon) times 8, and the severity */
    {3, TIME, "gateway", 42, "server_cert.expired", "{\"a\":1}",
     "<27>1 2026-11-21T19:30:00.123456Z gateway tlswhyd 42 server_cert.expired - {\"a\":1}"},
    {5, 0, NULL, 1, NULL, "{}", "<29>1 1970-01-01T00:00:00.000000Z - tlswhyd 1 - - {}"},
    {2, TIME, "", UINT64_MAX, "", "{}", "<26>1 2026-11-21T19:30:00.123456Z - tlswhyd 18446744073709551615 - - {}"},
    /* MSGID has 32 characters at most, and the longest cause just that many */
    {4, 0, "h", 1, "server_cert.missing_intermediate", "{}",
     "<28>1 1970-01-01T00:00:00.000000Z h tlswhyd 1 server_cert.missing_intermediate - {}"},
    {4, 0, "h", 1, "server_cert.missing_intermediates", "{}",
     "<28>1 1970-01-01T00:00:00.000000Z h tlswhyd 1 server_cert.missing_intermediate - {}"},
    /* the header is printable ASCII without blanks */
    {6, 0, "my host\n<0>1\xff", 1, "a b", "{}", "<30>1 1970-01-01T00:00:00.000000Z my_host_<0>1_ tlswhyd 1 a_b - {}"},
    /* MSG is UTF-8 */
    {6, 0, "h", 1, "x", "{\"m\":\"B\303\274cher\"}",
     "<30>1 1970-01-01T00:00:00.000000Z h tlswhyd 1 x - {\"m\":\"B\303\274cher\"}"},
    /* the earliest time there is still has a year of four digits */
    {6, INT64_MIN, "h", 1, "x", "{}", "<30>1 1677-09-21T00:12:43.145224Z h tlswhyd 1 x - {}"},
};

START_TEST(message_word_for_word) {
    char buffer[512];
    size_t length = strlen(messages[_i].line);
    char *line = (char *)exact_copy(messages[_i].line, length); /* no NUL behind it */
    struct text_writer writer = text_writer_over(buffer, sizeof buffer);
    output_syslog(messages[_i].severity, messages[_i].time, messages[_i].hostname, messages[_i].process,
                  messages[_i].message_id, line, length, &writer);
    ck_assert_str_eq(buffer, messages[_i].wanted);
    free(line);
}
END_TEST

START_TEST(long_host_names_are_cut) {
    char buffer[512], hostname[300];
    struct text_writer writer = text_writer_over(buffer, sizeof buffer);
    memset(hostname, 'h', sizeof hostname);
    hostname[sizeof hostname - 1] = '\0';
    output_syslog(6, 0, hostname, 1, NULL, "{}", 2, &writer);
    const char *begin = strchr(buffer, 'h'), *end = strrchr(buffer, 'h'); /* that of tlswhyd */
    ck_assert_ptr_nonnull(begin);
    ck_assert_uint_eq(strspn(begin, "h"), 255); /* section 6.2.4 */
    ck_assert_ptr_ne(begin, end);
}
END_TEST

/* Written once, these are in catalogues and filters: they may never change. */
static const struct {
    const char *name, *id;
} ids[] = {
    {"server_cert.expired", "474f5481c0134a6884680a7d671527c7"},
    {"hello.version_mismatch", "0e3146e3c2e24564911706c3f63452d3"},
    {"tcp.refused", "dc1e812d46504c0aa2fa5ca3d99ac304"},
    {"summary", "fe3133b9fe1146c7916987a203aab802"},
    {"started", "081e4890757d4a55b158099f04d514cc"},
    {"events_lost", "67b9ae9087b94640b138d6d4b86e7f41"},
};

START_TEST(message_ids_never_change) {
    char id[OUTPUT_MESSAGE_ID_SIZE];
    output_message_id(ids[_i].name, id);
    ck_assert_str_eq(id, ids[_i].id);
}
END_TEST

START_TEST(message_ids_are_random_uuids) {
    char seen[80][OUTPUT_MESSAGE_ID_SIZE];
    unsigned count = 0;
    for (; rule_causes[count] != NULL; count++) {
        char *id = seen[count];
        ck_assert_uint_lt(count, 80);
        output_message_id(rule_causes[count], id);
        ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 32);
        ck_assert_int_eq(id[12], '4');
        ck_assert_ptr_nonnull(strchr("89ab", id[16]));
        for (unsigned i = 0; i < count; i++)
            ck_assert_str_ne(seen[i], id);
    }
    ck_assert_uint_gt(count, 60);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output syslog");
    TCase *tests = tcase_create("syslog");
    tcase_add_loop_test(tests, message_word_for_word, 0, ARRAY_LENGTH(messages));
    tcase_add_test(tests, long_host_names_are_cut);
    tcase_add_loop_test(tests, message_ids_never_change, 0, ARRAY_LENGTH(ids));
    tcase_add_test(tests, message_ids_are_random_uuids);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
