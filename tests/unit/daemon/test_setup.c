/* The rules that are in force: the shipped ones, and local ones over them. */
#include "setup.h"

#include "config_folder.h"
#include "report.h"
#include "run_suite.h"

/* A file of one rule called ID, ranked so that the tests can tell whose it is. */
static void rule_put(const char *path, const char *id, int rank) {
    char text[1024];
    snprintf(text, sizeof text,
             "{\"family\": \"test\", \"description\": \"d\", \"rules\": [{\"id\": \"%s\", \"name\": \"n\", "
             "\"description\": \"d\", \"cause\": \"hello.rejected\", \"confidence\": \"observed\", \"at_fault\": "
             "\"unknown\", \"rank\": %d, \"narrows\": true, \"when\": {\"end.kind\": \"alert\"}, \"message\": \"m\", "
             "\"advice\": \"a\", \"evidence\": [\"e\"]}]}",
             id, rank);
    config_folder_put(path, text);
}

static const struct rule *rule_called(const struct rule_table *table, const char *id) {
    for (unsigned i = 0; i < rule_table_count(table); i++)
        if (strcmp(rule_table_get(table, i)->id, id) == 0) return rule_table_get(table, i);
    return NULL;
}

static void shipped_put(void) {
    rule_put("shipped/a.json", "one", 1);
    rule_put("shipped/b.json", "two", 2);
    config_folder_put("shipped/README", "no rules");
}

START_TEST(test_shipped_alone) {
    static const char *const locals[] = {NULL, "not-there"};
    shipped_put();
    for (size_t i = 0; i < 2; i++) {
        struct rule_table *table = setup_rules("shipped", locals[i]);
        ck_assert_ptr_nonnull(table);
        ck_assert_uint_eq(rule_table_count(table), 2);
        rule_table_free(table);
    }
}
END_TEST

START_TEST(test_local_overrides) {
    shipped_put();
    rule_put("local/site.json", "two", 20);
    rule_put("local/more.json", "three", 3);
    struct rule_table *table = setup_rules("shipped", "local");
    ck_assert_ptr_nonnull(table);
    ck_assert_uint_eq(rule_table_count(table), 3);
    ck_assert_int_eq(rule_called(table, "one")->rank, 1);
    ck_assert_int_eq(rule_called(table, "two")->rank, 20);
    ck_assert_int_eq(rule_called(table, "three")->rank, 3);
    rule_table_free(table);
}
END_TEST

/* Later names win among the local files, too. */
START_TEST(test_later_local_wins) {
    shipped_put();
    rule_put("local/10.json", "one", 10);
    rule_put("local/20.json", "one", 20);
    struct rule_table *table = setup_rules("shipped", "local");
    ck_assert_ptr_nonnull(table);
    ck_assert_int_eq(rule_called(table, "one")->rank, 20);
    rule_table_free(table);
}
END_TEST

static void refuse(const char *shipped, const char *local, const char *says) {
    ck_assert_ptr_null(setup_rules(shipped, local));
    ck_assert_msg(strstr(report_last(), says) != NULL, "\"%s\" does not say \"%s\"", report_last(), says);
}

START_TEST(test_refusals) {
    shipped_put();
    refuse("not-there", NULL, "the rule folder not-there: No such file");
    config_folder_put("empty/README", "no rules");
    refuse("empty", NULL, "there is no rule in empty");
    config_folder_put("local/broken.json", "{\"family\": \"test\",\n");
    refuse("shipped", "local", "local/broken.json");
    refuse("shipped", "shipped/README", "the rule folder shipped/README: Not a directory");
    refuse("shipped", "shipped/README", "--local-rules");
    rule_put("shipped/c.json", "one", 3); /* the shipped ones do not override each other */
    refuse("shipped", NULL, "shipped/c.json");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("setup");
    TCase *rules = tcase_create("rules");
    tcase_add_checked_fixture(rules, config_folder_enter, config_folder_leave);
    tcase_add_test(rules, test_shipped_alone);
    tcase_add_test(rules, test_local_overrides);
    tcase_add_test(rules, test_later_local_wins);
    tcase_add_test(rules, test_refusals);
    suite_add_tcase(suite, rules);
    return run_suite(suite);
}
