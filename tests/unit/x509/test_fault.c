/* Every fault, alone: a chain of three that is sound but for one thing. */
#include "chain_case.h"

#include <string.h>

/* root <- intermediate <- leaf; RECIPES may change each of them. */
struct hierarchy {
    struct made_certificate *root, *intermediate, *leaf;
    struct cursor chain[3]; /* leaf, intermediate, root */
};

static struct made_certificate *make(struct make_recipe recipe, const char *name, const struct made_certificate *issuer,
                                     bool ca) {
    if (recipe.common_name == NULL) recipe.common_name = name;
    recipe.issuer = issuer;
    recipe.ca = ca && recipe.extension[0].name == NULL ? true : recipe.ca;
    if (!ca && recipe.extension[0].name == NULL) {
        recipe.extension[0].name = "subjectAltName";
        recipe.extension[0].value = "DNS:api.example";
    }
    return make_certificate(&recipe);
}

static void hierarchy_make(struct hierarchy *hierarchy, struct make_recipe root, struct make_recipe intermediate,
                           struct make_recipe leaf) {
    hierarchy->root = make(root, "Test Root CA", NULL, true);
    hierarchy->intermediate = make(intermediate, "Test Issuing CA", hierarchy->root, true);
    hierarchy->leaf = make(leaf, "api.example", hierarchy->intermediate, false);
    hierarchy->chain[0] = made_cursor(hierarchy->leaf);
    hierarchy->chain[1] = made_cursor(hierarchy->intermediate);
    hierarchy->chain[2] = made_cursor(hierarchy->root);
}

static void hierarchy_free(struct hierarchy *hierarchy) {
    made_free(hierarchy->root);
    made_free(hierarchy->intermediate);
    made_free(hierarchy->leaf);
}

#define SAN                                                                                                            \
    { "subjectAltName", "DNS:api.example" }
#define CA                                                                                                             \
    { "basicConstraints", "critical,CA:TRUE" }
#define LAST_WEEK .not_before = NOW_SECONDS - 30 * DAY_SECONDS, .not_after = NOW_SECONDS - 7 * DAY_SECONDS
#define NEXT_WEEK .not_before = NOW_SECONDS + 7 * DAY_SECONDS, .not_after = NOW_SECONDS + 30 * DAY_SECONDS

/* One thing is wrong in each; FAULTY says in which certificate (2: the root, which is not sent). */
static const struct fault_case {
    const char *name;
    struct make_recipe root, intermediate, leaf;
    const char *asked;
    uint32_t faults;
    unsigned faulty;
    const char *detail;
} fault_cases[] = {
    {.name = "sound", .asked = "api.example"},
    {.name = "sound, no name asked for"},
    {.name = "leaf expired", .leaf = {LAST_WEEK}, .asked = "api.example", .faults = FAULT(EXPIRED)},
    {.name = "CA expired", .intermediate = {LAST_WEEK}, .faults = FAULT(EXPIRED), .faulty = 1},
    {.name = "root expired", .root = {LAST_WEEK}, .faults = FAULT(EXPIRED), .faulty = 2},
    {.name = "leaf not yet valid", .leaf = {NEXT_WEEK}, .faults = FAULT(NOT_YET_VALID)},
    {.name = "CA not yet valid", .intermediate = {NEXT_WEEK}, .faults = FAULT(NOT_YET_VALID), .faulty = 1},
    {.name = "other name", .asked = "www.example", .faults = FAULT(NAME_MISMATCH)},
    {.name = "two faults",
     .leaf = {LAST_WEEK},
     .asked = "www.example",
     .faults = FAULT(EXPIRED) | FAULT(NAME_MISMATCH)},
    {.name = "for clients only",
     .leaf = {.extension = {SAN, {"extendedKeyUsage", "clientAuth"}}},
     .faults = FAULT(WRONG_USAGE),
     .detail = "extended key usage lacks serverAuth"},
    {.name = "for servers and clients", .leaf = {.extension = {SAN, {"extendedKeyUsage", "serverAuth,clientAuth"}}}},
    {.name = "for anything", .leaf = {.extension = {SAN, {"extendedKeyUsage", "anyExtendedKeyUsage"}}}},
    {.name = "CA for clients only",
     .intermediate = {.extension = {CA, {"keyUsage", "keyCertSign"}, {"extendedKeyUsage", "clientAuth"}}},
     .faults = FAULT(WRONG_USAGE),
     .faulty = 1},
    {.name = "key usage for signing certificates only",
     .leaf = {.extension = {SAN, {"keyUsage", "critical,cRLSign"}}},
     .faults = FAULT(WRONG_USAGE),
     .detail = "key usage allows neither digitalSignature nor keyEncipherment"},
    {.name = "key usage with digitalSignature",
     .leaf = {.extension = {SAN, {"keyUsage", "critical,digitalSignature"}}}},
    {.name = "small RSA leaf",
     .leaf = {.key = MAKE_KEY_RSA_1024},
     .faults = FAULT(WEAK),
     .detail = "RSA key of 1024 bits"},
    {.name = "small RSA CA",
     .intermediate = {.key = MAKE_KEY_RSA_1024},
     .faults = FAULT(WEAK),
     .faulty = 1,
     .detail = "RSA key of 1024 bits"},
    {.name = "small RSA root",
     .root = {.key = MAKE_KEY_RSA_1024},
     .faults = FAULT(WEAK),
     .faulty = 2,
     .detail = "RSA key of 1024 bits"},
    {.name = "large enough RSA leaf", .leaf = {.key = MAKE_KEY_RSA_2048}},
    {.name = "small EC leaf", .leaf = {.key = MAKE_KEY_P192}, .faults = FAULT(WEAK), .detail = "EC key of 192 bits"},
    {.name = "Ed25519 leaf", .leaf = {.key = MAKE_KEY_ED25519}},
    {.name = "SHA-1 leaf", .leaf = {.hash = "SHA1"}, .faults = FAULT(WEAK), .detail = "signed with SHA-1"},
    {.name = "SHA-1 CA", .intermediate = {.hash = "SHA1"}, .faults = FAULT(WEAK), .faulty = 1},
    {.name = "SHA-1 root: nobody relies on that signature", .root = {.hash = "SHA1"}},
    {.name = "issuer is no CA",
     .intermediate = {.extension = {{"basicConstraints", "CA:FALSE"}}},
     .faults = FAULT(BAD_CHAIN),
     .faulty = 1,
     .detail = "issued a certificate, and is no CA (basicConstraints)"},
    {.name = "issuer may not sign certificates",
     .intermediate = {.extension = {CA, {"keyUsage", "cRLSign"}}},
     .faults = FAULT(BAD_CHAIN),
     .faulty = 1,
     .detail = "issued a certificate, and its key usage does not allow that"},
    {.name = "path too long",
     .root = {.extension = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}, {"keyUsage", "keyCertSign"}}},
     .faults = FAULT(BAD_CHAIN),
     .faulty = 2,
     .detail = "more CAs follow below it than its path length constraint allows"},
    {.name = "path just long enough",
     .root = {.extension = {{"basicConstraints", "critical,CA:TRUE,pathlen:1"}, {"keyUsage", "keyCertSign"}}}},
    {.name = "outside the name constraints",
     .intermediate = {.extension = {CA, {"keyUsage", "keyCertSign"}, {"nameConstraints", "permitted;DNS:.test"}}},
     .faults = FAULT(BAD_CHAIN),
     .detail = "its name is outside the name constraints of a CA above it"},
    {.name = "inside the name constraints",
     .intermediate = {.extension = {CA, {"keyUsage", "keyCertSign"}, {"nameConstraints", "permitted;DNS:example"}}}},
    {.name = "critical extension that nobody knows",
     .leaf = {.extension = {SAN, {"1.2.3.4.5", "critical,DER:0500"}}},
     .faults = FAULT(BAD_CHAIN),
     .detail = "critical extension 1.2.3.4.5 is not understood"},
    {.name = "other extension that nobody knows", .leaf = {.extension = {SAN, {"1.2.3.4.5", "DER:0500"}}}},
};

START_TEST(fault_is_found) {
    const struct fault_case *test = &fault_cases[_i];
    struct hierarchy hierarchy;
    struct x509_findings findings;
    hierarchy_make(&hierarchy, test->root, test->intermediate, test->leaf);
    struct x509_inspector *inspector = case_inspector(hierarchy.root);
    case_inspect(inspector, hierarchy.chain, 2, test->asked, &findings);
    ck_assert_msg(findings.faults == test->faults, "%s: faults %s", test->name, case_faults(&findings));
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        if ((test->faults >> fault & 1) != 0)
            ck_assert_msg(findings.faulty[fault] == test->faulty, "%s: %s", test->name, case_faults(&findings));
    if (test->detail != NULL) ck_assert_str_eq(findings.detail, test->detail);
    ck_assert_msg(findings.trusted == ((test->faults & FAULT(BAD_CHAIN)) == 0), "%s", test->name);
    ck_assert(findings.trust_known);
    ck_assert_uint_eq(findings.name_checked, test->asked != NULL);
    ck_assert_uint_eq(findings.chain_length, 2);
    ck_assert_uint_eq(findings.certificate_count, 2);
    x509_inspector_free(inspector);
    hierarchy_free(&hierarchy);
}
END_TEST

/* Where the root of the store is at fault it is described behind the chain. */
START_TEST(expired_root_is_described) {
    struct hierarchy hierarchy;
    struct x509_findings findings;
    hierarchy_make(&hierarchy, (struct make_recipe){LAST_WEEK}, (struct make_recipe){0}, (struct make_recipe){0});
    struct x509_inspector *inspector = case_inspector(hierarchy.root);
    case_inspect(inspector, hierarchy.chain, 2, NULL, &findings);
    ck_assert_uint_eq(findings.faulty[X509_FAULT_EXPIRED], findings.certificate_count);
    ck_assert_str_eq(findings.certificate[findings.certificate_count].subject, "CN=Test Root CA");
    ck_assert_int_eq(findings.certificate[2].not_after, NOW_SECONDS - 7 * DAY_SECONDS);
    x509_inspector_free(inspector);
    hierarchy_free(&hierarchy);
}
END_TEST

/* RFC 5280 section 4.1.2.5: the validity runs from notBefore through notAfter, both included. */
static const struct {
    int64_t nanoseconds;
    uint32_t faults;
} borders[] = {
    {(NOW_SECONDS - DAY_SECONDS) * SECOND - 1, FAULT(NOT_YET_VALID)},
    {(NOW_SECONDS - DAY_SECONDS) * SECOND, 0},
    {(NOW_SECONDS + DAY_SECONDS) * SECOND, 0},
    {(NOW_SECONDS + DAY_SECONDS) * SECOND + SECOND - 1, 0},
    {(NOW_SECONDS + DAY_SECONDS + 1) * SECOND, FAULT(EXPIRED)},
    {-1, FAULT(NOT_YET_VALID)}, /* a packet of 1969: the second before the epoch */
};

START_TEST(validity_ends_with_the_second) {
    struct hierarchy hierarchy;
    struct x509_findings findings;
    struct make_recipe leaf = {.not_before = NOW_SECONDS - DAY_SECONDS, .not_after = NOW_SECONDS + DAY_SECONDS};
    struct make_recipe ca = {.not_before = 1, .not_after = NOW_SECONDS + 1000 * DAY_SECONDS};
    hierarchy_make(&hierarchy, ca, ca, leaf);
    struct x509_inspector *inspector = case_inspector(hierarchy.root);
    for (size_t i = 0; i < ARRAY_LENGTH(borders); i++) {
        x509_inspect(inspector, X509_FOR_SERVER, hierarchy.chain, 2, NULL, 0, NULL, 0, borders[i].nanoseconds,
                     &findings);
        ck_assert_msg(findings.faults == borders[i].faults, "border %zu: %s", i, case_faults(&findings));
        ck_assert_uint_eq(findings.faulty[X509_FAULT_EXPIRED], 0);
    }
    x509_inspector_free(inspector);
    hierarchy_free(&hierarchy);
}
END_TEST

/* The same chain for a client: clientAuth counts, names do not. */
START_TEST(purpose_of_a_client) {
    static const struct {
        const char *usage;
        uint32_t for_server, for_client;
    } usages[] = {{"serverAuth", 0, FAULT(WRONG_USAGE)},
                  {"clientAuth", FAULT(WRONG_USAGE), 0},
                  {"serverAuth,clientAuth", 0, 0},
                  {"emailProtection", FAULT(WRONG_USAGE), FAULT(WRONG_USAGE)}};
    for (size_t i = 0; i < ARRAY_LENGTH(usages); i++) {
        struct hierarchy hierarchy;
        struct x509_findings findings;
        struct make_recipe leaf = {.extension = {SAN, {"extendedKeyUsage", usages[i].usage}}};
        hierarchy_make(&hierarchy, (struct make_recipe){0}, (struct make_recipe){0}, leaf);
        struct x509_inspector *inspector = case_inspector(hierarchy.root);
        case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
        ck_assert_faults(&findings, usages[i].for_server);
        x509_inspect(inspector, X509_FOR_CLIENT, hierarchy.chain, 2, (const uint8_t *)"other", 5, NULL, 0,
                     NOW_SECONDS * SECOND, &findings);
        ck_assert_faults(&findings, usages[i].for_client);
        ck_assert(!findings.name_checked);
        x509_inspector_free(inspector);
        hierarchy_free(&hierarchy);
    }
}
END_TEST

/* A signature that does not verify, wherever the issuer comes from. */
START_TEST(corrupt_signature) {
    struct hierarchy hierarchy;
    struct x509_findings findings;
    uint8_t *block;
    hierarchy_make(&hierarchy, (struct make_recipe){0}, (struct make_recipe){0}, (struct make_recipe){0});
    struct x509_inspector *inspector = case_inspector(hierarchy.root);
    hierarchy.chain[0] = made_corrupt(hierarchy.leaf, &block);
    case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
    ck_assert_faults(&findings, FAULT(BAD_CHAIN));
    ck_assert_uint_eq(findings.faulty[X509_FAULT_BAD_CHAIN], 0);
    ck_assert_str_eq(findings.detail, "its signature does not verify with the key of the issuer that was sent");
    ck_assert(!findings.trusted);
    free(block);

    hierarchy.chain[0] = made_cursor(hierarchy.leaf);
    hierarchy.chain[1] = made_corrupt(hierarchy.intermediate, &block);
    case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
    ck_assert_faults(&findings, FAULT(BAD_CHAIN));
    ck_assert_uint_eq(findings.faulty[X509_FAULT_BAD_CHAIN], 1);
    ck_assert_str_eq(findings.detail, "its signature does not verify with the key of the trusted root that it names");
    free(block);
    x509_inspector_free(inspector);
    hierarchy_free(&hierarchy);
}
END_TEST

/* Cut off, followed by something, or no certificate at all: each place of the chain. */
START_TEST(unreadable_certificate) {
    struct hierarchy hierarchy;
    struct x509_findings findings;
    hierarchy_make(&hierarchy, (struct make_recipe){0}, (struct make_recipe){0}, (struct make_recipe){0});
    struct x509_inspector *inspector = case_inspector(hierarchy.root);
    for (unsigned place = 0; place < 2; place++) {
        struct cursor whole = hierarchy.chain[place], copy;
        uint8_t *block;
        copy = made_longer(place == 0 ? hierarchy.leaf : hierarchy.intermediate, 1, &block);
        hierarchy.chain[place] = copy;
        case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
        ck_assert_faults(&findings, FAULT(BAD_CHAIN));
        ck_assert_uint_eq(findings.faulty[X509_FAULT_BAD_CHAIN], place);
        ck_assert_str_eq(findings.detail, "bytes follow its end");
        ck_assert(findings.certificate[place].readable);
        free(block);

        struct cursor cut = whole;
        ck_assert(cursor_sub(&cut, whole.remaining - 1, &hierarchy.chain[place]));
        case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
        ck_assert(findings.faults & FAULT(BAD_CHAIN));
        ck_assert_uint_eq(findings.faulty[X509_FAULT_BAD_CHAIN], place);
        ck_assert_str_eq(findings.detail, "it cannot be read");
        ck_assert(!findings.certificate[place].readable);
        ck_assert_uint_eq(strlen(findings.certificate[place].sha256), 64);

        hierarchy.chain[place] = cursor_over(NULL, 0);
        case_inspect(inspector, hierarchy.chain, 2, "api.example", &findings);
        ck_assert(findings.faults & FAULT(BAD_CHAIN));
        hierarchy.chain[place] = whole;
    }
    x509_inspector_free(inspector);
    hierarchy_free(&hierarchy);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 faults");
    TCase *faults = tcase_create("faults");
    tcase_set_timeout(faults, 120);
    tcase_add_loop_test(faults, fault_is_found, 0, ARRAY_LENGTH(fault_cases));
    tcase_add_test(faults, expired_root_is_described);
    tcase_add_test(faults, validity_ends_with_the_second);
    tcase_add_test(faults, purpose_of_a_client);
    tcase_add_test(faults, corrupt_signature);
    tcase_add_test(faults, unreadable_certificate);
    suite_add_tcase(suite, faults);
    return run_suite(suite);
}
