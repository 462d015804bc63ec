/* Reading trusted roots out of PEM. */
#include "chain_case.h"

static struct made_certificate *one, *two;
static char *pem_one, *pem_two;

static void setup(void) {
    one = make_certificate(&(struct make_recipe){.common_name = "One", .ca = true});
    two = make_certificate(&(struct make_recipe){.common_name = "Two", .ca = true});
    pem_one = made_pem(one);
    pem_two = made_pem(two);
}

static void teardown(void) {
    made_free(one);
    made_free(two);
    free(pem_one);
    free(pem_two);
}

static const char broken[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
static const char other_block[] = "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n";

#define PARTS_MAX 4

static const struct {
    const char *name;
    const char *const *part[PARTS_MAX];
    bool fine;
    unsigned added;
    const char *error;
} texts[] = {
    {"one", {(const char *const *)&pem_one}, true, 1, ""},
    {"two", {(const char *const *)&pem_one, (const char *const *)&pem_two}, true, 2, ""},
    {"one twice", {(const char *const *)&pem_one, (const char *const *)&pem_one}, true, 2, ""},
    {"comments around it",
     {&(const char *const){"# our roots\n\n"}, (const char *const *)&pem_one, &(const char *const){"\nend\n"}},
     true,
     1,
     ""},
    {"another kind of block", {&(const char *const){other_block}, (const char *const *)&pem_one}, true, 1, ""},
    {"nothing", {&(const char *const){""}}, false, 0, "the PEM text holds no certificate"},
    {"no certificate", {&(const char *const){other_block}}, false, 0, "the PEM text holds no certificate"},
    {"broken one", {&(const char *const){broken}}, false, 0, "certificate 1 of the PEM text cannot be read"},
    {"broken second",
     {(const char *const *)&pem_one, &(const char *const){broken}, (const char *const *)&pem_two},
     false,
     1,
     "certificate 2 of the PEM text cannot be read"},
};

START_TEST(pem_is_read) {
    char text[8192] = "", error[200] = "";
    unsigned added = 99;
    for (size_t i = 0; i < PARTS_MAX && texts[_i].part[i] != NULL; i++)
        strcat(text, *texts[_i].part[i]);
    struct x509_inspector *inspector = x509_inspector_new(4, &test_key);
    char *exact = (char *)exact_copy(text, strlen(text));
    ck_assert_msg(x509_inspector_trust_pem(inspector, exact, strlen(text), &added, error, sizeof error) ==
                      texts[_i].fine,
                  "%s", texts[_i].name);
    ck_assert_msg(added == texts[_i].added, "%s: %u", texts[_i].name, added);
    ck_assert_str_eq(error, texts[_i].error);
    struct cursor chain[] = {made_cursor(one)};
    struct x509_findings findings;
    case_inspect(inspector, chain, 1, NULL, &findings);
    ck_assert_msg(findings.trusted == (added > 0), "%s", texts[_i].name);
    ck_assert_msg(findings.trust_known == (added > 0), "%s", texts[_i].name);
    free(exact);
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(nothing_to_inspect) {
    struct x509_inspector *inspector = case_inspector(one);
    struct x509_findings findings;
    case_inspect(inspector, NULL, 0, "api.example", &findings);
    ck_assert_uint_eq(findings.certificate_count, 0);
    ck_assert_uint_eq(findings.chain_length, 0);
    ck_assert_uint_eq(findings.faults, 0);
    ck_assert(findings.trust_known);
    x509_inspector_free(inspector);
    x509_inspector_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 store");
    TCase *roots = tcase_create("roots");
    tcase_add_unchecked_fixture(roots, setup, teardown);
    tcase_add_loop_test(roots, pem_is_read, 0, ARRAY_LENGTH(texts));
    tcase_add_test(roots, nothing_to_inspect);
    suite_add_tcase(suite, roots);
    return run_suite(suite);
}
