/* The store of facts: what is set is what is got, hostile text is cleaned, and every cap holds and is told. */
#include "base/compiler.h"
#include "base/text.h"
#include "facts/facts.h"
#include "run_suite.h"

static struct facts *facts;

static void setup(void) {
    facts = malloc(sizeof(*facts));
    ck_assert_ptr_nonnull(facts);
    memset(facts, 0xa5, sizeof(*facts)); /* a reset must not rely on what was there */
    facts_reset(facts);
}

static void teardown(void) {
    free(facts);
}

START_TEST(reset_forgets_everything) {
    facts_set_boolean(facts, FACT_COMPLETED, true);
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, "a.example", 9);
    facts->truncated = true;
    facts_reset(facts);
    for (unsigned i = 0; i < FACT_COUNT; i++)
        ck_assert_msg(!facts_has(facts, (enum fact)i), "%s", fact_describe((enum fact)i)->name);
    ck_assert(!facts->truncated);
    ck_assert_uint_eq(facts->used, 0);
    ck_assert_uint_eq(facts->text_used, 0);
}
END_TEST

START_TEST(absent_facts_read_as_nothing) {
    ck_assert(!facts_is(facts, FACT_COMPLETED));
    ck_assert_int_eq(facts_integer(facts, FACT_ALERT_NUMBER), 0);
    ck_assert_double_eq(facts_milliseconds(facts, FACT_END_MS), 0);
    ck_assert_ptr_null(facts_text(facts, FACT_ALERT_NAME));
    ck_assert_ptr_null(facts_list(facts, FACT_CLIENT_ALPN));
}
END_TEST

START_TEST(values_come_back) {
    facts_set_boolean(facts, FACT_COMPLETED, true);
    facts_set_boolean(facts, FACT_RESUMED, false);
    facts_set_integer(facts, FACT_ALERT_NUMBER, 45);
    facts_set_version(facts, FACT_HANDSHAKE_VERSION, 0x0303);
    facts_set_milliseconds(facts, FACT_END_MS, 2500000); /* nanoseconds */
    facts_set_moment(facts, FACT_SERVER_CERT_NOT_AFTER, -86400);
    facts_set_name(facts, FACT_ALERT_NAME, "certificate_expired");
    ck_assert(facts_is(facts, FACT_COMPLETED));
    ck_assert(facts_has(facts, FACT_RESUMED) && !facts_is(facts, FACT_RESUMED));
    ck_assert_int_eq(facts_integer(facts, FACT_ALERT_NUMBER), 45);
    ck_assert_int_eq(facts_integer(facts, FACT_HANDSHAKE_VERSION), 0x0303);
    ck_assert_double_eq(facts_milliseconds(facts, FACT_END_MS), 2.5);
    ck_assert_int_eq(facts_integer(facts, FACT_SERVER_CERT_NOT_AFTER), -86400);
    ck_assert_str_eq(facts_text(facts, FACT_ALERT_NAME), "certificate_expired");
}
END_TEST

START_TEST(setting_again_replaces) {
    facts_set_name(facts, FACT_ALERT_NAME, "unknown_ca");
    facts_set_name(facts, FACT_ALERT_NAME, "bad_certificate");
    ck_assert_str_eq(facts_text(facts, FACT_ALERT_NAME), "bad_certificate");
    facts_set_name(facts, FACT_ALERT_NAME, NULL);
    ck_assert(!facts_has(facts, FACT_ALERT_NAME));
    facts_set_clean_text(facts, FACT_SERVER_CERT_SUBJECT, "CN=a");
    facts_set_clean_text(facts, FACT_SERVER_CERT_SUBJECT, "");
    ck_assert(!facts_has(facts, FACT_SERVER_CERT_SUBJECT));
}
END_TEST

START_TEST(empty_texts_stay_absent) {
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, NULL, 0);
    facts_set_clean_text(facts, FACT_SERVER_CERT_SUBJECT, NULL);
    facts_set_clean_text(facts, FACT_SERVER_CERT_ISSUER, "");
    ck_assert(!facts_has(facts, FACT_CLIENT_SERVER_NAME));
    ck_assert(!facts_has(facts, FACT_SERVER_CERT_SUBJECT));
    ck_assert(!facts_has(facts, FACT_SERVER_CERT_ISSUER));
    ck_assert(!facts->truncated);
}
END_TEST

START_TEST(hostile_text_is_cleaned_and_copied) {
    unsigned char *bytes = exact_copy("a\x1b[31m\xff.example", 15);
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, bytes, 15);
    free(bytes);
    ck_assert_str_eq(facts_text(facts, FACT_CLIENT_SERVER_NAME), "a\\x1b[31m\\xff.example");
}
END_TEST

START_TEST(long_text_is_cut) {
    char text[2 * FACTS_TEXT_CAP];
    memset(text, 'x', sizeof(text));
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, text, FACTS_TEXT_CAP - 1);
    ck_assert_uint_eq(strlen(facts_text(facts, FACT_CLIENT_SERVER_NAME)), FACTS_TEXT_CAP - 1);
    ck_assert(!facts->truncated);
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, text, FACTS_TEXT_CAP);
    ck_assert_uint_lt(strlen(facts_text(facts, FACT_CLIENT_SERVER_NAME)), FACTS_TEXT_CAP);
    ck_assert(facts->truncated);
    facts->truncated = false;
    text[sizeof(text) - 1] = '\0';
    facts_set_clean_text(facts, FACT_SERVER_CERT_SUBJECT, text);
    ck_assert_uint_lt(strlen(facts_text(facts, FACT_SERVER_CERT_SUBJECT)), FACTS_TEXT_CAP);
    ck_assert(facts->truncated);
}
END_TEST

START_TEST(a_list_keeps_its_order) {
    facts_list_begin(facts, FACT_CLIENT_GROUPS);
    ck_assert_uint_eq(facts_list(facts, FACT_CLIENT_GROUPS)->count, 0);
    facts_list_add_name(facts, FACT_CLIENT_GROUPS, "x25519");
    facts_list_add_name(facts, FACT_CLIENT_GROUPS, NULL);
    facts_list_add_name(facts, FACT_CLIENT_GROUPS, "secp256r1");
    const struct fact_list *list = facts_list(facts, FACT_CLIENT_GROUPS);
    ck_assert_uint_eq(list->count, 2);
    ck_assert_str_eq(list->items[0], "x25519");
    ck_assert_str_eq(list->items[1], "secp256r1");
    ck_assert(!list->truncated);
}
END_TEST

START_TEST(a_list_of_texts_is_cleaned_and_passes_over_empty_ones) {
    facts_list_begin(facts, FACT_CLIENT_ALPN);
    facts_list_add_text(facts, FACT_CLIENT_ALPN, "h2", 2);
    facts_list_add_text(facts, FACT_CLIENT_ALPN, "", 0);
    facts_list_add_text(facts, FACT_CLIENT_ALPN, "\n", 1);
    const struct fact_list *list = facts_list(facts, FACT_CLIENT_ALPN);
    ck_assert_uint_eq(list->count, 2);
    ck_assert_str_eq(list->items[0], "h2");
    ck_assert_str_eq(list->items[1], "\\x0a");
}
END_TEST

START_TEST(two_lists_can_grow_in_turn) {
    static const char *const left[] = {"x25519", "secp256r1", "secp384r1"};
    static const char *const right[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_RSA_WITH_NULL_MD5"};
    facts_list_begin(facts, FACT_CLIENT_GROUPS);
    facts_list_begin(facts, FACT_CLIENT_SUITES);
    for (unsigned i = 0; i < ARRAY_LENGTH(left); i++) {
        facts_list_add_name(facts, FACT_CLIENT_GROUPS, left[i]);
        facts_list_add_name(facts, FACT_CLIENT_SUITES, right[i]);
    }
    for (unsigned i = 0; i < ARRAY_LENGTH(left); i++) {
        ck_assert_str_eq(facts_list(facts, FACT_CLIENT_GROUPS)->items[i], left[i]);
        ck_assert_str_eq(facts_list(facts, FACT_CLIENT_SUITES)->items[i], right[i]);
    }
}
END_TEST

START_TEST(a_list_grows_in_place) {
    facts_list_begin(facts, FACT_CLIENT_SUITES);
    for (unsigned i = 0; i < FACTS_LIST_CAP; i++)
        facts_list_add_name(facts, FACT_CLIENT_SUITES, "TLS_AES_128_GCM_SHA256");
    ck_assert_uint_eq(facts->used, FACTS_LIST_CAP * sizeof(char *));
}
END_TEST

START_TEST(a_list_is_capped) {
    facts_list_begin(facts, FACT_SERVER_CERT_NAMES);
    for (unsigned i = 0; i < FACTS_LIST_CAP; i++)
        facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, "a.example", 9);
    ck_assert(!facts_list(facts, FACT_SERVER_CERT_NAMES)->truncated);
    size_t used = facts->text_used;
    facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, "b.example", 9);
    ck_assert_uint_eq(facts_list(facts, FACT_SERVER_CERT_NAMES)->count, FACTS_LIST_CAP);
    ck_assert(facts_list(facts, FACT_SERVER_CERT_NAMES)->truncated);
    ck_assert(facts->truncated);
    ck_assert_uint_eq(facts->text_used, used); /* what is dropped takes no room */
}
END_TEST

START_TEST(a_full_arena_leaves_facts_absent_and_lists_cut) {
    char text[FACTS_TEXT_CAP];
    memset(text, 'x', sizeof(text));
    facts_list_begin(facts, FACT_SERVER_CERT_NAMES);
    facts_list_begin(facts, FACT_CLIENT_CERT_AUTHORITIES);
    for (unsigned i = 0; i < FACTS_LIST_CAP; i++) {
        facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, text, FACTS_TEXT_CAP - 1);
        facts_list_add_text(facts, FACT_CLIENT_CERT_AUTHORITIES, text, FACTS_TEXT_CAP - 1);
    }
    const struct fact_list *names = facts_list(facts, FACT_SERVER_CERT_NAMES);
    ck_assert(names->truncated && names->count > 0 && names->count < FACTS_LIST_CAP);
    ck_assert_uint_eq(strlen(names->items[names->count - 1]), FACTS_TEXT_CAP - 1);
    ck_assert(facts->truncated);
    ck_assert_uint_le(facts->used + facts->text_used, FACTS_ARENA_SIZE);
    facts_set_text(facts, FACT_CLIENT_SERVER_NAME, text, FACTS_TEXT_CAP - 1);
    ck_assert(!facts_has(facts, FACT_CLIENT_SERVER_NAME));
}
END_TEST

START_TEST(every_fact_is_described_once) {
    for (unsigned i = 0; i < FACT_COUNT; i++) {
        const struct fact_description *description = fact_describe((enum fact)i);
        enum fact found;
        ck_assert_msg(strchr(description->name, '.') != NULL, "%s has no group", description->name);
        ck_assert_uint_gt(strlen(description->description), 0);
        ck_assert(fact_by_name(description->name, &found));
        ck_assert_msg(found == (enum fact)i, "%s is there twice", description->name);
    }
}
END_TEST

START_TEST(an_unknown_name_is_no_fact) {
    enum fact found = FACT_COMPLETED;
    ck_assert(!fact_by_name("alert.nam", &found));
    ck_assert(!fact_by_name("alert.names", &found));
    ck_assert(!fact_by_name("", &found));
    ck_assert_int_eq(found, FACT_COMPLETED);
}
END_TEST

START_TEST(types_are_named) {
    ck_assert_str_eq(fact_type_name(FACT_TYPE_BOOLEAN), "BOOLEAN");
    ck_assert_str_eq(fact_type_name(FACT_TYPE_MOMENT), "MOMENT");
    ck_assert(fact_type_is_list(FACT_TYPE_NAMES) && fact_type_is_list(FACT_TYPE_TEXTS));
    ck_assert(!fact_type_is_list(FACT_TYPE_NAME) && !fact_type_is_list(FACT_TYPE_TEXT));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("facts");
    TCase *tests = tcase_create("store");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, reset_forgets_everything);
    tcase_add_test(tests, absent_facts_read_as_nothing);
    tcase_add_test(tests, values_come_back);
    tcase_add_test(tests, setting_again_replaces);
    tcase_add_test(tests, empty_texts_stay_absent);
    tcase_add_test(tests, hostile_text_is_cleaned_and_copied);
    tcase_add_test(tests, long_text_is_cut);
    tcase_add_test(tests, a_list_keeps_its_order);
    tcase_add_test(tests, a_list_of_texts_is_cleaned_and_passes_over_empty_ones);
    tcase_add_test(tests, two_lists_can_grow_in_turn);
    tcase_add_test(tests, a_list_grows_in_place);
    tcase_add_test(tests, a_list_is_capped);
    tcase_add_test(tests, a_full_arena_leaves_facts_absent_and_lists_cut);
    tcase_add_test(tests, every_fact_is_described_once);
    tcase_add_test(tests, an_unknown_name_is_no_fact);
    tcase_add_test(tests, types_are_named);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
