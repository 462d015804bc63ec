/* Paths from the leaf to a root: which certificates were sent, in which order, and what is missing. */
#include "chain_case.h"

/* Everybody who takes part. Two hierarchies, and the second one's root cross-signed by an old one. */
static struct made_certificate *root, *intermediate, *lower, *leaf, *low_leaf, *direct_leaf;
static struct made_certificate *other_root, *other_intermediate;
static struct made_certificate *old_root, *cross; /* root's name and key, signed by the old root */
static struct made_certificate *self_signed, *private_root, *private_leaf;

static struct made_certificate *make_ca(const char *name, const struct made_certificate *issuer) {
    struct make_recipe recipe = {.common_name = name, .issuer = issuer, .ca = true};
    recipe.extension[0].name = issuer != NULL ? "authorityInfoAccess" : NULL;
    recipe.extension[0].value = "caIssuers;URI:http://ca.example/issuer.der";
    return make_certificate(&recipe);
}

static struct made_certificate *make_leaf(const struct made_certificate *issuer, bool url) {
    struct make_recipe recipe = {
        .common_name = "api.example", .issuer = issuer, .extension = {{"subjectAltName", "DNS:api.example"}}};
    if (url) {
        recipe.extension[1].name = "authorityInfoAccess";
        recipe.extension[1].value = "OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/issuing.der";
    }
    return make_certificate(&recipe);
}

static void setup(void) {
    root = make_ca("Test Root CA", NULL);
    intermediate = make_ca("Issuing CA", root);
    lower = make_ca("Lower CA", intermediate);
    leaf = make_leaf(intermediate, true);
    low_leaf = make_leaf(lower, true);
    direct_leaf = make_leaf(root, false);
    other_root = make_ca("Other Authority", NULL);
    other_intermediate = make_ca("Other Issuing CA", other_root);
    old_root = make_ca("Old Root CA", NULL);
    cross = make_certificate(
        &(struct make_recipe){.common_name = "Test Root CA", .issuer = old_root, .same_key = root, .ca = true});
    self_signed = make_leaf(NULL, false);
    private_root = make_ca("Acme Root CA", NULL);
    private_leaf = make_leaf(private_root, false);
}

static void teardown(void) {
    struct made_certificate *all[] = {root,        intermediate,       lower,    leaf,  low_leaf,    direct_leaf,
                                      other_root,  other_intermediate, old_root, cross, self_signed, private_root,
                                      private_leaf};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        made_free(all[i]);
}

#define SENT_MAX 6

/* What is sent to whom, and what that must be called. */
static const struct path_case {
    const char *name;
    struct made_certificate **trusted;
    struct made_certificate **sent[SENT_MAX];
    uint32_t faults;
    unsigned faulty;
    bool trusted_path, misordered, root_sent;
    const char *issuer, *url;
} path_cases[] = {
    {.name = "as it should be", .trusted = &root, .sent = {&leaf, &intermediate}, .trusted_path = true},
    {.name = "with its root",
     .trusted = &root,
     .sent = {&leaf, &intermediate, &root},
     .trusted_path = true,
     .root_sent = false}, /* the path ends at the store before it comes to the copy that was sent */
    {.name = "four of them", .trusted = &root, .sent = {&low_leaf, &lower, &intermediate}, .trusted_path = true},
    {.name = "reversed",
     .trusted = &root,
     .sent = {&low_leaf, &intermediate, &lower},
     .trusted_path = true,
     .misordered = true},
    {.name = "the leaf twice",
     .trusted = &root,
     .sent = {&leaf, &leaf, &intermediate},
     .trusted_path = true,
     .misordered = true},
    {.name = "something unrelated behind",
     .trusted = &root,
     .sent = {&leaf, &intermediate, &other_intermediate},
     .trusted_path = true},
    {.name = "something unrelated between",
     .trusted = &root,
     .sent = {&leaf, &other_intermediate, &intermediate},
     .trusted_path = true,
     .misordered = true},
    {.name = "an intermediate in the store is enough", .trusted = &intermediate, .sent = {&leaf}, .trusted_path = true},
    {.name = "issued by the root itself", .trusted = &root, .sent = {&direct_leaf}, .trusted_path = true},
    {.name = "self-signed and trusted", .trusted = &self_signed, .sent = {&self_signed}, .trusted_path = true},
    {.name = "self-signed", .trusted = &root, .sent = {&self_signed}, .faults = FAULT(SELF_SIGNED)},
    {.name = "self-signed, with the CA of somebody else",
     .trusted = &root,
     .sent = {&self_signed, &intermediate},
     .faults = FAULT(SELF_SIGNED)},
    {.name = "cross-signed, old root trusted",
     .trusted = &old_root,
     .sent = {&leaf, &intermediate, &cross},
     .trusted_path = true},
    {.name = "cross-signed, new root trusted",
     .trusted = &root,
     .sent = {&leaf, &intermediate, &cross},
     .trusted_path = true},
    {.name = "the leaf alone",
     .trusted = &root,
     .sent = {&leaf},
     .faults = FAULT(MISSING_INTERMEDIATE),
     .issuer = "CN=Issuing CA",
     .url = "http://ca.example/issuing.der"},
    {.name = "the upper intermediate is missing, nothing tells it from a root",
     .trusted = &root,
     .sent = {&low_leaf, &lower},
     .faults = FAULT(UNKNOWN_CA),
     .faulty = 1,
     .issuer = "CN=Issuing CA",
     .url = "http://ca.example/issuer.der"},
    {.name = "the root instead of the intermediate",
     .trusted = &root,
     .sent = {&leaf, &root},
     .faults = FAULT(MISSING_INTERMEDIATE),
     .issuer = "CN=Issuing CA",
     .url = "http://ca.example/issuing.der"},
    {.name = "whole, root left out",
     .trusted = &other_root,
     .sent = {&leaf, &intermediate},
     .faults = FAULT(UNKNOWN_CA),
     .faulty = 1,
     .issuer = "CN=Test Root CA",
     .url = "http://ca.example/issuer.der"},
    {.name = "whole, root sent",
     .trusted = &other_root,
     .sent = {&leaf, &intermediate, &root},
     .faults = FAULT(UNKNOWN_CA),
     .faulty = 2,
     .root_sent = true,
     .issuer = "CN=Test Root CA",
     .url = ""},
    {.name = "issued by a private root that was sent",
     .trusted = &root,
     .sent = {&private_leaf, &private_root},
     .faults = FAULT(UNKNOWN_CA),
     .faulty = 1,
     .root_sent = true,
     .issuer = "CN=Acme Root CA"},
    {.name = "issued by a private root that calls itself one",
     .trusted = &root,
     .sent = {&private_leaf},
     .faults = FAULT(UNKNOWN_CA),
     .issuer = "CN=Acme Root CA",
     .url = ""},
    {.name = "the CAs of somebody else",
     .trusted = &root,
     .sent = {&leaf, &other_intermediate},
     .faults = FAULT(BAD_CHAIN) | FAULT(MISSING_INTERMEDIATE),
     .issuer = "CN=Issuing CA"},
    {.name = "no roots, whole", .sent = {&leaf, &intermediate}},
    {.name = "no roots, the leaf alone", .sent = {&leaf}},
    {.name = "no roots, self-signed", .sent = {&self_signed}, .faults = FAULT(SELF_SIGNED)},
    {.name = "no roots, the CAs of somebody else", .sent = {&leaf, &other_intermediate}, .faults = FAULT(BAD_CHAIN)},
};

START_TEST(path_is_found) {
    const struct path_case *test = &path_cases[_i];
    struct cursor chain[SENT_MAX];
    struct x509_findings findings;
    unsigned count = 0;
    while (count < SENT_MAX && test->sent[count] != NULL) {
        chain[count] = made_cursor(*test->sent[count]);
        count++;
    }
    struct x509_inspector *inspector = case_inspector(test->trusted != NULL ? *test->trusted : NULL);
    for (unsigned time = 0; time < 2; time++) { /* studied, then remembered */
        case_inspect(inspector, chain, count, "api.example", &findings);
        ck_assert_msg(findings.faults == test->faults, "%s: faults %s", test->name, case_faults(&findings));
        ck_assert_msg(findings.trusted == test->trusted_path, "%s", test->name);
        ck_assert_msg(findings.misordered == test->misordered, "%s", test->name);
        ck_assert_msg(findings.root_sent == test->root_sent, "%s", test->name);
        ck_assert_uint_eq(findings.trust_known, test->trusted != NULL);
        if ((test->faults & FAULT(UNKNOWN_CA)) != 0)
            ck_assert_msg(findings.faulty[X509_FAULT_UNKNOWN_CA] == test->faulty, "%s", test->name);
        if ((test->faults & FAULT(MISSING_INTERMEDIATE)) != 0)
            ck_assert_msg(findings.faulty[X509_FAULT_MISSING_INTERMEDIATE] == test->faulty, "%s", test->name);
        ck_assert_str_eq(findings.missing_issuer, test->issuer != NULL ? test->issuer : "");
        if (test->url != NULL) ck_assert_str_eq(findings.missing_issuer_url, test->url);
    }
    x509_inspector_free(inspector);
}
END_TEST

/* What one server sends teaches about another: the upper intermediate is no root after all, and a CA that nobody
 * sends is one. */
START_TEST(chains_teach) {
    struct x509_inspector *inspector = case_inspector(other_root);
    struct cursor low[] = {made_cursor(low_leaf), made_cursor(lower)};
    struct cursor upper[] = {made_cursor(leaf), made_cursor(intermediate)};
    struct cursor alone[] = {made_cursor(direct_leaf)};
    struct cursor whole[] = {made_cursor(leaf), made_cursor(intermediate), made_cursor(root)};
    struct x509_findings findings;

    case_inspect(inspector, low, 2, NULL, &findings);
    ck_assert_faults(&findings, FAULT(UNKNOWN_CA));
    case_inspect(inspector, upper, 2, NULL, &findings); /* shows that "Issuing CA" has an issuer */
    case_inspect(inspector, low, 2, NULL, &findings);
    ck_assert_faults(&findings, FAULT(MISSING_INTERMEDIATE));
    ck_assert_str_eq(findings.missing_issuer, "CN=Issuing CA");

    case_inspect(inspector, whole, 3, NULL, &findings); /* shows that "Test Root CA" is self-signed */
    case_inspect(inspector, alone, 1, NULL, &findings);
    ck_assert_faults(&findings, FAULT(UNKNOWN_CA));
    x509_inspector_free(inspector);
}
END_TEST

/* A CA of the same name and another key teaches nothing. */
START_TEST(impostors_do_not_teach) {
    struct x509_inspector *inspector = case_inspector(other_root);
    struct made_certificate *impostor = make_ca("Issuing CA", NULL);
    struct cursor taught[] = {made_cursor(leaf)}, lie[] = {made_cursor(impostor)};
    struct x509_findings findings;
    case_inspect(inspector, lie, 1, NULL, &findings);
    /* a CA whose key may only sign certificates is no server either */
    ck_assert_faults(&findings, FAULT(SELF_SIGNED) | FAULT(WRONG_USAGE));
    case_inspect(inspector, taught, 1, NULL, &findings);
    ck_assert_faults(&findings, FAULT(MISSING_INTERMEDIATE));
    made_free(impostor);
    x509_inspector_free(inspector);
}
END_TEST

/* An authority key identifier that names the issuer's issuer tells a root from an intermediate. */
START_TEST(key_identifier_names_the_issuer) {
    struct x509_inspector *inspector = case_inspector(other_root);
    struct make_recipe recipe = {.common_name = "api.example",
                                 .issuer = intermediate,
                                 .extension = {{"authorityKeyIdentifier", "keyid,issuer:always"}}};
    struct made_certificate *below_intermediate = make_certificate(&recipe);
    struct made_certificate *bare_authority = make_ca("Bare Authority", NULL);
    recipe.issuer = bare_authority;
    struct made_certificate *below_root = make_certificate(&recipe);
    struct cursor first[] = {made_cursor(below_intermediate)}, second[] = {made_cursor(below_root)};
    struct x509_findings findings;
    case_inspect(inspector, first, 1, NULL, &findings);
    ck_assert_faults(&findings, FAULT(MISSING_INTERMEDIATE));
    case_inspect(inspector, second, 1, NULL, &findings);
    ck_assert_faults(&findings, FAULT(UNKNOWN_CA));
    made_free(below_intermediate);
    made_free(below_root);
    made_free(bare_authority);
    x509_inspector_free(inspector);
}
END_TEST

/* Roots that expire: as long as one way is valid at that time the chain is; then the expired one is named. */
START_TEST(expired_cross_signature_has_a_way_round) {
    const int64_t end = NOW_SECONDS - 100 * DAY_SECONDS;
    struct made_certificate *dying = make_certificate(
        &(struct make_recipe){.common_name = "Dying Root", .ca = true, .not_before = 1, .not_after = end});
    struct made_certificate *bridge = make_certificate(&(struct make_recipe){.common_name = "Test Root CA",
                                                                             .issuer = dying,
                                                                             .same_key = root,
                                                                             .ca = true,
                                                                             .not_before = 1,
                                                                             .not_after = end});
    struct cursor chain[] = {made_cursor(leaf), made_cursor(intermediate), made_cursor(bridge)};
    struct x509_findings findings;
    struct x509_inspector *inspector = case_inspector(dying);
    case_inspect_at(inspector, chain, 3, NULL, end, &findings);
    ck_assert_faults(&findings, 0);
    case_inspect(inspector, chain, 3, NULL, &findings);
    ck_assert_faults(&findings, FAULT(EXPIRED));
    ck_assert_uint_eq(findings.faulty[X509_FAULT_EXPIRED], 2);
    ck_assert(findings.trusted);
    case_trust(inspector, root); /* the new root comes to the store: what was remembered no longer holds */
    case_inspect(inspector, chain, 3, NULL, &findings);
    ck_assert_faults(&findings, 0);
    x509_inspector_free(inspector);
    made_free(dying);
    made_free(bridge);
}
END_TEST

/* The issuer was sent by name, with another key: by identifiers that agree, and without any. */
START_TEST(issuer_with_another_key) {
    struct made_certificate *renewed = make_ca("Issuing CA", root);
    struct cursor chain[] = {made_cursor(leaf), made_cursor(renewed)};
    struct x509_inspector *inspector = case_inspector(root);
    struct x509_findings findings;
    case_inspect(inspector, chain, 2, NULL, &findings);
    ck_assert_faults(&findings, FAULT(BAD_CHAIN));
    ck_assert_str_eq(findings.detail, "its signature does not verify with the key of the issuer that was sent");

    /* a root of that name whose key identifier differs from the one that the leaf names is another root */
    struct made_certificate *namesake = make_ca("Test Root CA", NULL);
    struct cursor direct[] = {made_cursor(direct_leaf)};
    struct x509_inspector *strangers = case_inspector(namesake);
    case_inspect(strangers, direct, 1, NULL, &findings);
    ck_assert_faults(&findings, FAULT(UNKNOWN_CA));
    x509_inspector_free(strangers);
    x509_inspector_free(inspector);
    made_free(namesake);
    made_free(renewed);
}
END_TEST

/* Ten CAs of one name and ten of another that all sign each other: the search ends. */
START_TEST(search_is_bounded) {
    struct made_certificate *made[X509_CHAIN_KEPT];
    struct cursor chain[X509_CHAIN_KEPT];
    struct x509_findings findings;
    struct make_recipe recipe = {.ca = true, .no_key_identifiers = true};
    struct made_certificate *even = make_ca("Even", NULL), *odd = make_ca("Odd", NULL);
    for (unsigned i = 0; i < X509_CHAIN_KEPT; i++) {
        recipe.common_name = i % 2 == 0 ? "Even" : "Odd";
        recipe.same_key = NULL;
        recipe.issuer = i % 2 == 0 ? odd : even;
        made[i] = make_certificate(&recipe);
        chain[i] = made_cursor(made[i]);
    }
    struct x509_inspector *inspector = case_inspector(root);
    case_inspect(inspector, chain, X509_CHAIN_KEPT, NULL, &findings);
    ck_assert(findings.faults != 0);
    ck_assert(!findings.trusted);
    ck_assert_uint_eq(findings.certificate_count, X509_CHAIN_KEPT);
    x509_inspector_free(inspector);
    for (unsigned i = 0; i < X509_CHAIN_KEPT; i++)
        made_free(made[i]);
    made_free(even);
    made_free(odd);
}
END_TEST

/* More than we keep: counted, and no claim about what we did not look at. */
START_TEST(chain_longer_than_kept) {
    struct cursor chain[X509_CHAIN_KEPT + 2];
    struct x509_findings findings;
    chain[0] = made_cursor(leaf);
    for (unsigned i = 1; i < ARRAY_LENGTH(chain); i++)
        chain[i] = made_cursor(i == ARRAY_LENGTH(chain) - 1 ? intermediate : root);
    struct x509_inspector *inspector = case_inspector(root);
    case_inspect(inspector, chain, ARRAY_LENGTH(chain), NULL, &findings);
    ck_assert_uint_eq(findings.chain_length, X509_CHAIN_KEPT + 2);
    ck_assert_uint_eq(findings.certificate_count, X509_CHAIN_KEPT);
    ck_assert_faults(&findings, 0);
    x509_inspector_free(inspector);
}
END_TEST

/* By name alone: the leaf's issuer, an issuer further up, and nobody. */
START_TEST(issued_by_an_authority) {
    static const struct {
        struct made_certificate **authority;
        bool issued;
    } authorities[] = {{&lower, true}, {&intermediate, true}, {&root, true}, {&other_root, false}, {&low_leaf, false}};
    struct cursor chain[] = {made_cursor(low_leaf), made_cursor(intermediate), made_cursor(lower)};
    for (size_t i = 0; i < ARRAY_LENGTH(authorities); i++) {
        uint8_t *block;
        struct cursor name = made_subject(*authorities[i].authority, &block);
        ck_assert_msg(x509_issued_by(chain, 3, name) == authorities[i].issued, "authority %zu", i);
        ck_assert(!x509_issued_by(chain, 0, name));
        free(block);
    }
    ck_assert(!x509_issued_by(chain, 3, cursor_over("\x30\x05", 2)));
    ck_assert(!x509_issued_by(chain, 3, cursor_over(NULL, 0)));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 paths");
    TCase *paths = tcase_create("paths");
    tcase_add_unchecked_fixture(paths, setup, teardown);
    tcase_set_timeout(paths, 120);
    tcase_add_loop_test(paths, path_is_found, 0, ARRAY_LENGTH(path_cases));
    tcase_add_test(paths, chains_teach);
    tcase_add_test(paths, impostors_do_not_teach);
    tcase_add_test(paths, key_identifier_names_the_issuer);
    tcase_add_test(paths, expired_cross_signature_has_a_way_round);
    tcase_add_test(paths, issuer_with_another_key);
    tcase_add_test(paths, search_is_bounded);
    tcase_add_test(paths, chain_longer_than_kept);
    tcase_add_test(paths, issued_by_an_authority);
    suite_add_tcase(suite, paths);
    return run_suite(suite);
}
