/* Templates, and what each type of fact looks like in a sentence. */
#include <stdio.h>

#include "base/compiler.h"
#include "facts/connection.h"
#include "rule_text.h"

static struct facts facts;

static void setup(void) {
    struct facts_endpoint client = {.address = "10.0.0.5", .port = 51234}, server = {.address = "::1", .port = 443};
    facts_reset(&facts);
    facts_set_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example", 11);
    facts_set_connection(&facts, &client, &server, NULL);
    facts_set_name(&facts, FACT_END_BY, "client");
}

/* A table of one rule with this message, as JSON; fails the test where it does not load. */
static struct rule_table *table_of_message(const char *when, const char *message) {
    static char rule[RULE_TEXT_CAP], file[RULE_TEXT_CAP];
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    rule_text(rule, "r", 1, when, message);
    file_text(file, rule);
    ck_assert_msg(table_add(table, "x.json", file, false, error, sizeof(error)), "%s", error);
    return table;
}

static const struct {
    const char *message, *want;
} messages[] = {
    {"\"plain\"", "plain"},
    {"\"{end.by}\"", "client"},
    {"\"by {end.by}.\"", "by client."},
    {"\"{source} port {source_port} to {destination} port {destination_port}\"",
     "10.0.0.5 port 51234 to [::1]:443 port 443"},
    {"\"{connection.source}>{connection.destination}\"", "10.0.0.5>[::1]:443"},
    {"\"openssl s_client {connection.openssl_target}\"", "openssl s_client -connect [::1]:443 -servername api.example"},
    {"\"{client.server_name|the server}\"", "api.example"},
    {"\"{alert.name|an alert}\"", "an alert"},
    {"\"a{alert.name|}b\"", "ab"},
    {"\"{alert.name|one|two}\"", "one|two"}, /* only the first bar divides */
    {"\"{{{end.by}}} {{}}\"", "{client} {}"},
    {"\"}}{{\"", "}{"},
    {"\"\\u00e9 {end.by}\"", "\xc3\xa9 client"},
};

START_TEST(a_message_is_filled) {
    char buffer[256];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    struct rule_table *table = table_of_message("{\"end.by\":\"client\"}", messages[_i].message);
    ck_assert(rule_template_fill(rule_table_get(table, 0)->message, &facts, &writer));
    ck_assert_str_eq(buffer, messages[_i].want);
    rule_table_free(table);
}
END_TEST

/* Which conditions make sure that end.by is there: those that cannot hold without it. */
static const struct {
    const char *when;
    bool guaranteed;
} guarantees[] = {
    {"{\"end.by\":\"client\"}", true},
    {"{\"end.by\":{\"not\":\"client\"}}", true},
    {"{\"end.by\":{\"present\":true}}", true},
    {"{\"end.by\":{\"present\":false}}", false},
    {"{\"end.kind\":\"rst\"}", false},
    {"{\"all\":[{\"end.kind\":\"rst\"},{\"end.by\":\"client\"}]}", true},
    {"{\"any\":[{\"end.kind\":\"rst\"},{\"end.by\":\"client\"}]}", false},
    {"{\"any\":[{\"end.kind\":\"rst\",\"end.by\":\"server\"},{\"end.by\":\"client\"}]}", true},
    {"{\"not\":{\"end.by\":\"client\"}}", false},
    {"{\"not\":{\"end.by\":{\"present\":false}}}", false}, /* true of it, but not seen through */
};

START_TEST(a_place_needs_a_default_or_a_guarantee) {
    static char rule[RULE_TEXT_CAP], file[RULE_TEXT_CAP];
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    rule_text(rule, "r", 1, guarantees[_i].when, "\"{end.by}\"");
    file_text(file, rule);
    bool fine = table_add(table, "x.json", file, false, error, sizeof(error));
    ck_assert_msg(fine == guarantees[_i].guaranteed, "%s: %s", guarantees[_i].when, error);
    rule_table_free(table);
}
END_TEST

START_TEST(a_text_that_cannot_be_filled_leaves_no_trace) {
    char buffer[16] = "";
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    struct rule_table *table = table_of_message("{\"end.by\":\"client\"}", "\"abcdefghijklmnop {end.by}\"");
    text_append(&writer, "before");
    facts_set_name(&facts, FACT_END_BY, NULL);
    ck_assert(!rule_template_fill(rule_table_get(table, 0)->message, &facts, &writer));
    ck_assert_str_eq(buffer, "before");
    ck_assert_uint_eq(writer.length, 6);
    ck_assert(!writer.truncated);
    rule_table_free(table);
}
END_TEST

static void expect_format(enum fact fact, const char *want) {
    char buffer[1024];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    ck_assert(rule_fact_format(&facts, fact, &writer));
    ck_assert_str_eq(buffer, want);
}

START_TEST(an_absent_fact_writes_nothing) {
    char buffer[64];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    ck_assert(!rule_fact_format(&facts, FACT_ALERT_NAME, &writer));
    ck_assert_uint_eq(writer.length, 0);
}
END_TEST

START_TEST(single_values_are_formatted) {
    facts_set_boolean(&facts, FACT_TCP_SYN_SEEN, true);
    facts_set_boolean(&facts, FACT_RESUMED, false);
    facts_set_integer(&facts, FACT_CLIENT_HELLO_LENGTH, -1700);
    facts_set_version(&facts, FACT_CLIENT_MAX_VERSION, 0x0303);
    facts_set_version(&facts, FACT_CLIENT_MIN_VERSION, 0x0300);
    facts_set_version(&facts, FACT_HANDSHAKE_VERSION, 0x0305); /* no such version, but a server may say so */
    facts_set_moment(&facts, FACT_SERVER_CERT_NOT_AFTER, 0);
    expect_format(FACT_TCP_SYN_SEEN, "yes");
    expect_format(FACT_RESUMED, "no");
    expect_format(FACT_CLIENT_HELLO_LENGTH, "-1700");
    expect_format(FACT_CLIENT_MAX_VERSION, "TLS 1.2");
    expect_format(FACT_CLIENT_MIN_VERSION, "SSL 3.0");
    expect_format(FACT_HANDSHAKE_VERSION, "version 0x0305");
    expect_format(FACT_END_BY, "client");
    expect_format(FACT_SERVER_CERT_NOT_AFTER, "1970-01-01T00:00:00Z");
}
END_TEST

static const struct {
    int64_t nanoseconds;
    const char *want;
} spans[] = {
    {0, "0.0 ms"},
    {400 * INT64_C(1000), "0.4 ms"},
    {9900 * INT64_C(1000), "9.9 ms"},
    {41 * INT64_C(1000000), "41 ms"},
    {999 * INT64_C(1000000), "999 ms"},
    {3200 * INT64_C(1000000), "3.2 seconds"},
    {59 * INT64_C(1000000000), "59.0 seconds"},
    {300 * INT64_C(1000000000), "5 minutes"},
};

START_TEST(lengths_of_time_are_formatted) {
    facts_set_milliseconds(&facts, FACT_END_MS, spans[_i].nanoseconds);
    expect_format(FACT_END_MS, spans[_i].want);
}
END_TEST

START_TEST(lists_are_formatted) {
    facts_list_begin(&facts, FACT_CLIENT_ALPN);
    expect_format(FACT_CLIENT_ALPN, "none");
    facts_list_add_text(&facts, FACT_CLIENT_ALPN, "h2", 2);
    expect_format(FACT_CLIENT_ALPN, "h2");
    for (char letter = 'a'; letter <= 'e'; letter++)
        facts_list_add_text(&facts, FACT_CLIENT_ALPN, &letter, 1);
    expect_format(FACT_CLIENT_ALPN, "h2, a, b, c, d, e");
    facts_list_add_text(&facts, FACT_CLIENT_ALPN, "f", 1);
    expect_format(FACT_CLIENT_ALPN, "h2, a, b, c, d, e and 1 more");
    for (unsigned i = 7; i < FACTS_LIST_CAP; i++)
        facts_list_add_text(&facts, FACT_CLIENT_ALPN, "x", 1);
    expect_format(FACT_CLIENT_ALPN, "h2, a, b, c, d, e and 58 more");
    facts_list_add_text(&facts, FACT_CLIENT_ALPN, "x", 1); /* one more than are kept */
    expect_format(FACT_CLIENT_ALPN, "h2, a, b, c, d, e and more");
}
END_TEST

/* Every twentieth of a tenth: half-way between two tenths it is printf() that knows. */
START_TEST(tenths_are_rounded_as_printf_does) {
    char want[32];
    for (int64_t microseconds = -9999; microseconds < 10000; microseconds += 5) {
        facts_set_milliseconds(&facts, FACT_END_MS, microseconds * 1000);
        snprintf(want, sizeof want, "%.1f ms", facts_milliseconds(&facts, FACT_END_MS));
        expect_format(FACT_END_MS, want);
        facts_set_milliseconds(&facts, FACT_END_MS, (microseconds + 11000) * 1000000); /* 1.001 to 20.995 seconds */
        snprintf(want, sizeof want, "%.1f seconds", facts_milliseconds(&facts, FACT_END_MS) / 1000);
        expect_format(FACT_END_MS, want);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("template");
    TCase *tests = tcase_create("template");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, a_message_is_filled, 0, ARRAY_LENGTH(messages));
    tcase_add_loop_test(tests, a_place_needs_a_default_or_a_guarantee, 0, ARRAY_LENGTH(guarantees));
    tcase_add_test(tests, a_text_that_cannot_be_filled_leaves_no_trace);
    tcase_add_test(tests, an_absent_fact_writes_nothing);
    tcase_add_test(tests, single_values_are_formatted);
    tcase_add_loop_test(tests, lengths_of_time_are_formatted, 0, ARRAY_LENGTH(spans));
    tcase_add_test(tests, tenths_are_rounded_as_printf_does);
    tcase_add_test(tests, lists_are_formatted);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
