/* Versions by number and by name; the numbers are those of RFC 6101 and RFC 8446 appendix D. */
#include "base/compiler.h"
#include "facts/version.h"
#include "run_suite.h"

static const struct {
    uint16_t number;
    const char *name, *other_name;
} versions[] = {
    {0x0002, "SSL 2.0", "SSL 2.0"}, {0x0300, "SSL 3.0", "SSL 3.0"}, {0x0301, "TLS 1.0", "1.0"},
    {0x0302, "TLS 1.1", "1.1"},     {0x0303, "TLS 1.2", "1.2"},     {0x0304, "TLS 1.3", "1.3"},
};

START_TEST(names_and_numbers_agree) {
    uint16_t version = 0;
    ck_assert_str_eq(fact_version_name(versions[_i].number), versions[_i].name);
    ck_assert(fact_version_by_name(versions[_i].name, &version));
    ck_assert_uint_eq(version, versions[_i].number);
    version = 0;
    ck_assert(fact_version_by_name(versions[_i].other_name, &version));
    ck_assert_uint_eq(version, versions[_i].number);
}
END_TEST

static const char *const nonsense[] = {"", "1", "1.4", "3.0", "2.0", "TLS", "TLS1.2", "tls 1.2", "1.2 ", "SSL 1.0"};

START_TEST(nonsense_is_no_version) {
    uint16_t version = 0xabcd;
    ck_assert_msg(!fact_version_by_name(nonsense[_i], &version), "%s", nonsense[_i]);
    ck_assert_uint_eq(version, 0xabcd);
}
END_TEST

START_TEST(other_numbers_have_no_name) {
    ck_assert_ptr_null(fact_version_name(0));
    ck_assert_ptr_null(fact_version_name(0x0305));
    ck_assert_ptr_null(fact_version_name(0xfefd));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("version");
    TCase *tests = tcase_create("version");
    tcase_add_loop_test(tests, names_and_numbers_agree, 0, ARRAY_LENGTH(versions));
    tcase_add_loop_test(tests, nonsense_is_no_version, 0, ARRAY_LENGTH(nonsense));
    tcase_add_test(tests, other_numbers_have_no_name);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
