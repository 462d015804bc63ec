/* The name asked for and the names that a certificate is for (RFC 6125 section 6.4). */
#include "chain_case.h"

#include <arpa/inet.h>

/* One certificate per row; it is its own trusted root, so that only the name can be at fault. */
struct name_case {
    const char *common_name, *alternative; /* subjectAltName as in a configuration; NULL: none */
    const char *asked;
    bool matches;
};

static const struct name_case name_cases[] = {
    /* plain names */
    {"x", "DNS:api.example", "api.example", true},
    {"x", "DNS:api.example", "API.Example", true},
    {"x", "DNS:API.EXAMPLE", "api.example", true},
    {"x", "DNS:api.example", "api.example.", true},
    {"x", "DNS:api.example", "www.api.example", false},
    {"x", "DNS:api.example", "example", false},
    {"x", "DNS:api.example", "api.examplf", false},
    {"x", "DNS:api.example", "api.exampl", false},
    {"x", "DNS:a.example,DNS:b.example,DNS:c.example", "c.example", true},
    {"x", "DNS:a.example,DNS:b.example,DNS:c.example", "d.example", false},
    {"x", "DNS:localhost", "localhost", true},
    {"x", "DNS:api.example", "", false},
    {"x", "DNS:api.example", ".", false},
    /* wildcards: the whole left-most label, for exactly one label, above at least two */
    {"x", "DNS:*.api.example", "www.api.example", true},
    {"x", "DNS:*.api.example", "WWW.API.EXAMPLE", true},
    {"x", "DNS:*.api.example", "api.example", false},
    {"x", "DNS:*.api.example", ".api.example", false},
    {"x", "DNS:*.api.example", "a.b.api.example", false},
    {"x", "DNS:*.api.example", "xn--bcher-kva.api.example", true},
    {"x", "DNS:*.example", "api.example", false},
    {"x", "DNS:*", "example", false},
    {"x", "DNS:*.", "example.", false},
    {"x", "DNS:*.*.example", "a.b.example", false},
    {"x", "DNS:w*.api.example", "www.api.example", false},
    {"x", "DNS:*w.api.example", "www.api.example", false},
    {"x", "DNS:www.*.example", "www.api.example", false},
    {"x", "DNS:*.api.example", "*.api.example", true},
    /* internationalised names are compared as they are on the wire */
    {"x", "DNS:xn--bcher-kva.example", "xn--bcher-kva.example", true},
    {"x", "DNS:xn--bcher-kva.example", "XN--BCHER-KVA.example", true},
    {"x", "DNS:xn--bcher-kva.example",
     "b\xc3\xbc"
     "cher.example",
     false},
    /* the common name counts only where there is no DNS name */
    {"api.example", NULL, "api.example", true},
    {"*.api.example", NULL, "www.api.example", true},
    {"api.example", NULL, "www.example", false},
    {"api.example", "DNS:www.example", "api.example", false},
    {"api.example", "IP:192.0.2.7", "api.example", true},
    {"api.example", "email:root@api.example", "api.example", true},
    /* an address where a name belongs */
    {"x", "IP:192.0.2.7", "192.0.2.7", true},
    {"x", "IP:192.0.2.7", "192.0.2.8", false},
    {"x", "IP:2001:db8::7", "2001:db8::7", true},
    {"x", "IP:2001:db8::7", "2001:0db8:0::7", true},
    {"x", "DNS:192.0.2.7", "192.0.2.7", true},
    {"x", "DNS:*.0.2.7", "192.0.2.7", false},
};

static struct made_certificate *named(const char *common_name, const char *alternative) {
    struct make_recipe recipe = {.common_name = common_name};
    if (alternative != NULL) {
        recipe.extension[0].name = "subjectAltName";
        recipe.extension[0].value = alternative;
    }
    return make_certificate(&recipe);
}

START_TEST(name_is_compared) {
    const struct name_case *test = &name_cases[_i];
    struct made_certificate *made = named(test->common_name, test->alternative);
    struct x509_inspector *inspector = case_inspector(made);
    struct cursor chain[] = {made_cursor(made)};
    struct x509_findings findings;
    uint8_t *asked = exact_copy(test->asked, strlen(test->asked));
    x509_inspect(inspector, X509_FOR_SERVER, chain, 1, asked, strlen(test->asked), NULL, 0, NOW_SECONDS * SECOND,
                 &findings);
    ck_assert_msg((findings.faults == 0) == test->matches, "%s for %s: %s", test->asked,
                  test->alternative != NULL ? test->alternative : test->common_name, case_faults(&findings));
    if (!test->matches) ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    ck_assert(findings.name_checked);
    free(asked);
    x509_inspector_free(inspector);
    made_free(made);
}
END_TEST

/* Without a name, the address is compared with the addresses that the certificate names, if any. */
START_TEST(address_is_compared) {
    static const struct {
        const char *alternative, *address;
        bool checked, matches;
    } cases[] = {
        {"IP:192.0.2.7", "192.0.2.7", true, true},
        {"IP:192.0.2.7", "192.0.2.8", true, false},
        {"IP:192.0.2.7,IP:192.0.2.8", "192.0.2.8", true, true},
        {"IP:2001:db8::7", "2001:db8::7", true, true},
        {"IP:2001:db8::7", "192.0.2.7", true, false},
        {"DNS:192.0.2.7", "192.0.2.7", false, false},
        {"DNS:api.example", "192.0.2.7", false, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct made_certificate *made = named("x", cases[i].alternative);
        struct x509_inspector *inspector = case_inspector(made);
        struct cursor chain[] = {made_cursor(made)};
        struct x509_findings findings;
        uint8_t address[16];
        bool six = strchr(cases[i].address, ':') != NULL;
        ck_assert_int_eq(inet_pton(six ? AF_INET6 : AF_INET, cases[i].address, address), 1);
        x509_inspect(inspector, X509_FOR_SERVER, chain, 1, NULL, 0, address, six ? 16 : 4, NOW_SECONDS * SECOND,
                     &findings);
        ck_assert_msg(findings.name_checked == cases[i].checked, "case %zu", i);
        ck_assert_faults(&findings, cases[i].checked && !cases[i].matches ? FAULT(NAME_MISMATCH) : 0);
        x509_inspector_free(inspector);
        made_free(made);
    }
}
END_TEST

/* A NUL in a dNSName: "api.example\0.evil.example" is not api.example, and nothing else either. */
START_TEST(name_with_a_nul) {
    static const uint8_t alternative[] = {
        0x30, 0x1b,                                                        /* SEQUENCE OF GeneralName */
        0x82, 0x19,                                                        /* [2] dNSName */
        'a',  'p',  'i', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0x00,     /* up to the NUL */
        '.',  'e',  'v', 'i', 'l', '.', 'e', 'x', 'a', 'm', 'p', 'l',  'e' /* and behind it */
    };
    struct made_certificate *made = make_certificate(
        &(struct make_recipe){.common_name = "x", .alternative_names = {alternative, sizeof alternative}});
    struct x509_inspector *inspector = case_inspector(made);
    struct cursor chain[] = {made_cursor(made)};
    struct x509_findings findings;
    case_inspect(inspector, chain, 1, "api.example", &findings);
    ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    x509_inspect(inspector, X509_FOR_SERVER, chain, 1, alternative + 4, 25, NULL, 0, NOW_SECONDS * SECOND, &findings);
    ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    ck_assert_uint_eq(findings.certificate[0].name_count, 1);
    ck_assert_str_eq(findings.certificate[0].names[0], "api.example\\x00.evil.example");
    x509_inspector_free(inspector);
    made_free(made);
}
END_TEST

/* The same chain is asked for one name after the other: the answer that is remembered is that for this name. */
START_TEST(names_in_turn) {
    struct made_certificate *made = named("x", "DNS:a.example,IP:97.0.0.1");
    struct x509_inspector *inspector = case_inspector(made);
    struct cursor chain[] = {made_cursor(made)};
    struct x509_findings findings;
    for (unsigned i = 0; i < 3; i++) {
        case_inspect(inspector, chain, 1, "a.example", &findings);
        ck_assert_faults(&findings, 0);
        case_inspect(inspector, chain, 1, "b.example", &findings);
        ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
        case_inspect(inspector, chain, 1, NULL, &findings);
        ck_assert(!findings.name_checked);
    }
    /* four bytes as an address and the same four as a name are two questions */
    static const uint8_t bytes[] = {97, 0, 0, 1};
    x509_inspect(inspector, X509_FOR_SERVER, chain, 1, NULL, 0, bytes, 4, NOW_SECONDS * SECOND, &findings);
    ck_assert_faults(&findings, 0);
    x509_inspect(inspector, X509_FOR_SERVER, chain, 1, bytes, 4, NULL, 0, NOW_SECONDS * SECOND, &findings);
    ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    x509_inspector_free(inspector);
    made_free(made);
}
END_TEST

/* Cut to what is kept for people, but compared with all of them. */
START_TEST(thousand_names) {
    char alternative[32 * 1000], *end = alternative;
    for (unsigned i = 0; i < 1000; i++)
        end += snprintf(end, 32, "%sDNS:host%u.example", i > 0 ? "," : "", i);
    struct made_certificate *made = named("x", alternative);
    struct x509_inspector *inspector = case_inspector(made);
    struct cursor chain[] = {made_cursor(made)};
    struct x509_findings findings;
    case_inspect(inspector, chain, 1, "host999.example", &findings);
    ck_assert_faults(&findings, 0);
    ck_assert_uint_eq(findings.certificate[0].name_count, X509_NAMES_KEPT);
    ck_assert_uint_eq(findings.certificate[0].name_total, 1000);
    case_inspect(inspector, chain, 1, "host1000.example", &findings);
    ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    x509_inspector_free(inspector);
    made_free(made);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 names");
    TCase *names = tcase_create("names");
    tcase_set_timeout(names, 60);
    tcase_add_loop_test(names, name_is_compared, 0, ARRAY_LENGTH(name_cases));
    tcase_add_test(names, address_is_compared);
    tcase_add_test(names, name_with_a_nul);
    tcase_add_test(names, names_in_turn);
    tcase_add_test(names, thousand_names);
    suite_add_tcase(suite, names);
    return run_suite(suite);
}
