/* The table: ranking, overriding, and what stays as it was when a file is refused. */
#include <stdio.h>

#include "base/compiler.h"
#include "rule_text.h"

static struct rule_table *table;

static void setup(void) {
    table = rule_table_new();
    ck_assert_ptr_nonnull(table);
}

static void teardown(void) {
    rule_table_free(table);
}

/* Adds a file of one rule that holds whenever end.by is client. */
static bool add(const char *file, const char *id, int rank, const char *message, bool override, char *error,
                size_t size) {
    static char rule[RULE_TEXT_CAP], text[RULE_TEXT_CAP];
    rule_text(rule, id, rank, "{\"end.by\":\"client\"}", message);
    file_text(text, rule);
    return table_add(table, file, text, override, error, size);
}

static void add_fine(const char *file, const char *id, int rank) {
    char error[512] = "";
    ck_assert_msg(add(file, id, rank, "\"m\"", false, error, sizeof(error)), "%s", error);
}

static unsigned match(const struct rule *matches[RULE_MATCHES_CAP]) {
    static struct facts facts;
    facts_reset(&facts);
    facts_set_name(&facts, FACT_END_BY, "client");
    return rule_table_match(table, &facts, matches);
}

START_TEST(an_empty_table_matches_nothing) {
    const struct rule *matches[RULE_MATCHES_CAP];
    ck_assert_uint_eq(rule_table_count(table), 0);
    ck_assert_uint_eq(match(matches), 0);
    rule_table_free(NULL);
}
END_TEST

START_TEST(matches_come_best_first) {
    static char text[RULE_TEXT_CAP], rule[RULE_TEXT_CAP];
    char error[512] = "";
    const struct rule *matches[RULE_MATCHES_CAP];
    add_fine("a.json", "b-low", 5);
    add_fine("b.json", "b-high", 9);
    add_fine("c.json", "a-low", 5);
    rule_text(rule, "z-sure", 5, "{\"end.by\":\"client\"}", "\"m\"");
    char *confidence = strstr(rule, "\"observed\"");
    ck_assert_ptr_nonnull(confidence);
    memcpy(confidence, "\"inferred\"", 10);
    file_text(text, rule);
    ck_assert_msg(table_add(table, "d.json", text, false, error, sizeof(error)), "%s", error);
    ck_assert_uint_eq(match(matches), 4);
    ck_assert_str_eq(matches[0]->id, "b-high"); /* rank */
    ck_assert_str_eq(matches[1]->id, "a-low");  /* observed, id */
    ck_assert_str_eq(matches[2]->id, "b-low");
    ck_assert_str_eq(matches[3]->id, "z-sure"); /* inferred */
}
END_TEST

START_TEST(matches_are_capped_at_the_best) {
    const struct rule *matches[RULE_MATCHES_CAP];
    for (int i = 0; i <= RULE_MATCHES_CAP; i++) {
        char id[16];
        snprintf(id, sizeof(id), "r-%d", i);
        add_fine(id, id, i);
    }
    ck_assert_uint_eq(rule_table_count(table), RULE_MATCHES_CAP + 1);
    ck_assert_uint_eq(match(matches), RULE_MATCHES_CAP);
    ck_assert_int_eq(matches[0]->rank, RULE_MATCHES_CAP);
    ck_assert_int_eq(matches[RULE_MATCHES_CAP - 1]->rank, 1); /* the lowest was left out */
}
END_TEST

START_TEST(an_id_of_another_file_is_an_error) {
    char error[512] = "";
    add_fine("a.json", "r", 5);
    ck_assert(!add("b.json", "r", 6, "\"m\"", false, error, sizeof(error)));
    ck_assert_str_eq(error, "b.json: rule r: id: a.json has a rule of that id already; give one of them another");
    ck_assert_uint_eq(rule_table_count(table), 1);
    ck_assert_int_eq(rule_table_get(table, 0)->rank, 5);
}
END_TEST

START_TEST(an_override_replaces) {
    char error[512] = "";
    add_fine("a.json", "r", 5);
    add_fine("a2.json", "s", 4);
    ck_assert_msg(add("b.json", "r", 3, "\"mine\"", true, error, sizeof(error)), "%s", error);
    ck_assert_uint_eq(rule_table_count(table), 2);
    ck_assert_str_eq(rule_table_get(table, 0)->id, "s");
    ck_assert_str_eq(rule_table_get(table, 1)->id, "r");
    ck_assert_str_eq(rule_table_get(table, 1)->file, "b.json");
}
END_TEST

START_TEST(an_id_twice_in_a_file_is_an_error_even_when_overriding) {
    static char rule[RULE_TEXT_CAP], text[RULE_TEXT_CAP];
    char error[512] = "";
    add_fine("a.json", "r", 5);
    rule_text(rule, "r", 1, "{\"end.by\":\"client\"}", "\"m\"");
    struct text_writer writer = text_writer_over(text, sizeof(text));
    text_append(&writer, "{\"family\":\"f\",\"description\":\"d\",\"rules\":[");
    text_append(&writer, rule);
    text_append(&writer, ",");
    text_append(&writer, rule);
    text_append(&writer, "]}");
    ck_assert(!table_add(table, "b.json", text, true, error, sizeof(error)));
    ck_assert_str_eq(error, "b.json: rule r: id: this file has a rule of that id already; give one of them another");
    ck_assert_str_eq(rule_table_get(table, 0)->file, "a.json"); /* the first of the two did not stay */
}
END_TEST

START_TEST(a_refused_file_changes_nothing) {
    char error[512] = "";
    const struct rule *matches[RULE_MATCHES_CAP];
    add_fine("a.json", "r", 5);
    const struct rule *before = rule_table_get(table, 0);
    ck_assert(!add("b.json", "s", 6, "\"{no.fact}\"", false, error, sizeof(error)));
    ck_assert_uint_eq(rule_table_count(table), 1);
    ck_assert_ptr_eq(rule_table_get(table, 0), before);
    ck_assert_uint_eq(match(matches), 1);
}
END_TEST

START_TEST(a_complaint_is_cut_to_its_buffer) {
    char error[24] = "";
    ck_assert(!add("b.json", "s", 6, "\"{no.fact}\"", false, error, sizeof(error)));
    ck_assert_msg(strncmp(error, "b.json: rule s: message", sizeof(error) - 1) == 0, "%s", error);
}
END_TEST

/* The contract names 65 causes; each can be the cause of a rule. */
START_TEST(every_cause_is_known_once) {
    unsigned count = 0;
    for (; rule_causes[count] != NULL; count++) {
        ck_assert_ptr_nonnull(strchr(rule_causes[count], '.'));
        for (unsigned i = 0; i < count; i++)
            ck_assert_str_ne(rule_causes[i], rule_causes[count]);
    }
    ck_assert_uint_eq(count, 65);
}
END_TEST

START_TEST(names_are_those_of_events) {
    ck_assert_str_eq(rule_confidence_name(RULE_INFERRED), "inferred");
    ck_assert_str_eq(rule_confidence_name(RULE_OBSERVED), "observed");
    ck_assert_str_eq(rule_confidence_name(RULE_CONFIRMED), "confirmed");
    ck_assert_str_eq(rule_fault_name(RULE_FAULT_CLIENT), "client");
    ck_assert_str_eq(rule_fault_name(RULE_FAULT_SERVER), "server");
    ck_assert_str_eq(rule_fault_name(RULE_FAULT_PATH), "path");
    ck_assert_str_eq(rule_fault_name(RULE_FAULT_UNKNOWN), "unknown");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table");
    TCase *tests = tcase_create("table");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_empty_table_matches_nothing);
    tcase_add_test(tests, matches_come_best_first);
    tcase_add_test(tests, matches_are_capped_at_the_best);
    tcase_add_test(tests, an_id_of_another_file_is_an_error);
    tcase_add_test(tests, an_override_replaces);
    tcase_add_test(tests, an_id_twice_in_a_file_is_an_error_even_when_overriding);
    tcase_add_test(tests, a_refused_file_changes_nothing);
    tcase_add_test(tests, a_complaint_is_cut_to_its_buffer);
    tcase_add_test(tests, every_cause_is_known_once);
    tcase_add_test(tests, names_are_those_of_events);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
