/* The fixed sets of words are those that the readers of bytes use: a word missing here could not be used in a rule. */
#include "base/compiler.h"
#include "facts/facts.h"
#include "run_suite.h"
#include "tls/names.h"
#include "x509/x509.h"

START_TEST(every_alert_is_a_word) {
    unsigned named = 0;
    for (unsigned number = 0; number < 256; number++) {
        const char *name = tls_alert_name((uint8_t)number);
        if (name == NULL) continue;
        named++;
        ck_assert_msg(fact_word_is_known(FACT_ALERT_NAME, name), "%s", name);
    }
    unsigned words = 0;
    while (fact_words(FACT_ALERT_NAME)[words] != NULL)
        words++;
    ck_assert_uint_eq(words, named); /* and no word is one that no alert has */
}
END_TEST

START_TEST(every_fault_is_a_word) {
    static const enum fact facts[] = {FACT_SERVER_CERT_FAULT, FACT_CLIENT_CERT_FAULT, FACT_ALERT_SUGGESTS};
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        for (unsigned i = 0; i < ARRAY_LENGTH(facts); i++)
            ck_assert_msg(fact_word_is_known(facts[i], x509_fault_name((enum x509_fault)fault)), "%s",
                          x509_fault_name((enum x509_fault)fault));
}
END_TEST

START_TEST(only_facts_of_words_have_words) {
    for (unsigned i = 0; i < FACT_COUNT; i++) {
        enum fact_type type = fact_describe((enum fact)i)->type;
        if (type == FACT_TYPE_NAME || type == FACT_TYPE_NAMES) continue;
        ck_assert_ptr_null(fact_words((enum fact)i));
    }
}
END_TEST

START_TEST(a_fixed_set_knows_its_words_and_no_other) {
    ck_assert(fact_word_is_known(FACT_END_KIND, "rst"));
    ck_assert(!fact_word_is_known(FACT_END_KIND, "reset"));
    ck_assert(!fact_word_is_known(FACT_END_KIND, ""));
    ck_assert(fact_word_is_known(FACT_HANDSHAKE_CIPHER, "TLS_NEVER_HEARD_OF")); /* an open set */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("words");
    TCase *tests = tcase_create("words");
    tcase_add_test(tests, every_alert_is_a_word);
    tcase_add_test(tests, every_fault_is_a_word);
    tcase_add_test(tests, only_facts_of_words_have_words);
    tcase_add_test(tests, a_fixed_set_knows_its_words_and_no_other);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
