/* In what exactly a ClientHello is unusual, and what in it is illegal. */
#include "scene.h"

#define LIST(...)                                                                                                      \
    (const uint16_t[]) {                                                                                               \
        __VA_ARGS__, 0                                                                                                 \
    }

/* Suites: TLS 1.3 (1301 AES_128_GCM, 1302 AES_256_GCM, 1303 CHACHA20, 1304 CCM), ECDHE_RSA GCM c02f c030, ECDHE_ECDSA
 * GCM c02b c02c, RSA AES_128_CBC 002f, RSA GCM 009c, RSA RC4 0005, 3DES 000a, EXPORT 0003, NULL 0002, anonymous 0034,
 * DHE_RSA GCM 009e 009f, PSK GCM 00a8, SRP c01d, ECDHE_RSA CBC c013 c014, ECDHE_ECDSA CBC c009. */
#define TLS13_SUITES     0x1301, 0x1302, 0x1303
#define USUAL_GROUPS     LIST(29, 23, 24)
#define USUAL_SIGNATURES LIST(0x0403, 0x0804, 0x0401)
#define BOTH_VERSIONS    LIST(0x0304, 0x0303)

struct offer_case {
    const char *name;
    struct scene_offer offer;
    const char *versions, *suites, *narrow, *groups, *signatures, *psk_only;
};

static const struct offer_case cases[] = {
    {"an ordinary hello is unusual in nothing",
     {.suites = LIST(0x0a0a, TLS13_SUITES, 0xc02b, 0xc02f, 0x009c, 0x002f),
      .versions = LIST(0x1a1a, 0x0304, 0x0303),
      .groups = LIST(0x2a2a, 29, 23),
      .signatures = USUAL_SIGNATURES},
     "-",
     "-",
     "no",
     "no",
     "no",
     "no"},
    {"TLS 1.0 at most is old; that its suites are CBC is natural there",
     {.legacy_version = 0x0301, .suites = LIST(0xc013, 0xc009, 0x002f, 0x000a)},
     "old",
     "-",
     "no",
     "-",
     "-",
     "no"},
    {"TLS 1.3 and nothing older",
     {.suites = LIST(TLS13_SUITES, 0x00ff),
      .versions = LIST(0x0304),
      .groups = USUAL_GROUPS,
      .signatures = USUAL_SIGNATURES},
     "only_tls13",
     "-",
     "no",
     "no",
     "no",
     "no"},
    {"only versions that do not exist: no part of the offer can be chosen from",
     {.suites = LIST(TLS13_SUITES), .versions = LIST(0x0305)},
     "unknown",
     "-",
     "no",
     "-",
     "-",
     "no"},
    {"nothing but signalling values", {.suites = LIST(0x00ff, 0x5600)}, "-", "none", "no", "-", "-", "no"},
    {"suites that the registry does not have",
     {.suites = LIST(0xfedc, 0xfedd, 0xfede)},
     "-",
     "unknown",
     "no",
     "-",
     "-",
     "no"},
    {"NULL and anonymous suites",
     {.suites = LIST(0x0002, 0x0034, 0x003b)},
     "-",
     "null_or_anonymous",
     "no",
     "-",
     "-",
     "no"},
    {"export suites, with NULL among them",
     {.suites = LIST(0x0003, 0x0008, 0x0002)},
     "-",
     "export",
     "no",
     "-",
     "-",
     "no"},
    {"RC4 and 3DES", {.suites = LIST(0x0005, 0x000a, 0xc012)}, "-", "obsolete", "no", "-", "-", "no"},
    {"one suite of another kind makes the offer ordinary in that respect",
     {.suites = LIST(0x0005, 0x000a, 0xc02b, 0xc02f)},
     "-",
     "-",
     "no",
     "-",
     "-",
     "no"},
    {"DHE only", {.suites = LIST(0x009e, 0x009f, 0x006b)}, "-", "dhe", "no", "-", "-", "no"},
    {"RSA key exchange only", {.suites = LIST(0x009c, 0x009d, 0x003c)}, "-", "rsa_key_exchange", "no", "-", "-", "no"},
    {"suites for ECDSA certificates only",
     {.suites = LIST(0xc02b, 0xc02c, 0xcca9)},
     "-",
     "ecdsa",
     "no",
     "-",
     "-",
     "no"},
    {"suites for RSA certificates only",
     {.suites = LIST(0xc02f, 0x009c, 0x009e)},
     "-",
     "rsa_authentication",
     "no",
     "-",
     "-",
     "no"},
    {"CBC only", {.suites = LIST(0xc013, 0xc009, 0x002f)}, "-", "cbc", "no", "-", "-", "no"},
    {"pre-shared keys only", {.suites = LIST(0x00a8, 0x00a9, 0x008c)}, "-", "psk", "no", "-", "-", "yes"},
    {"SRP only", {.suites = LIST(0xc01d, 0xc020, 0xc01a)}, "-", "srp", "no", "-", "-", "no"},
    {"one TLS 1.3 suite beside an ordinary offer for TLS 1.2",
     {.suites = LIST(0x1302, 0xc02b, 0xc02f, 0x009c),
      .versions = BOTH_VERSIONS,
      .groups = USUAL_GROUPS,
      .signatures = USUAL_SIGNATURES},
     "-",
     "tls13_single",
     "yes",
     "no",
     "no",
     "no"},
    {"CCM in TLS 1.3",
     {.suites = LIST(0x1304, 0x1305), .versions = LIST(0x0304), .groups = USUAL_GROUPS, .signatures = USUAL_SIGNATURES},
     "only_tls13",
     "ccm",
     "yes",
     "no",
     "no",
     "no"},
    {"an odd offer for TLS 1.2 beside an ordinary one for TLS 1.3: a server of TLS 1.2 has only that",
     {.suites = LIST(TLS13_SUITES, 0x0005, 0x000a),
      .versions = BOTH_VERSIONS,
      .groups = USUAL_GROUPS,
      .signatures = USUAL_SIGNATURES},
     "-",
     "obsolete",
     "no",
     "no",
     "no",
     "no"},
    {"suites for TLS 1.2 do not matter where only TLS 1.3 is offered",
     {.suites = LIST(TLS13_SUITES, 0x0005),
      .versions = LIST(0x0304),
      .groups = USUAL_GROUPS,
      .signatures = USUAL_SIGNATURES},
     "only_tls13",
     "-",
     "no",
     "no",
     "no",
     "no"},
    {"groups without one that nearly every server has",
     {.suites = LIST(0xc02b, 0xc02f, 0x009c), .groups = LIST(0x0a0a, 25, 30), .signatures = USUAL_SIGNATURES},
     "-",
     "-",
     "no",
     "yes",
     "no",
     "no"},
    {"signatures for ECDSA keys only",
     {.suites = LIST(0xc02b, 0xc02f, 0x009c), .groups = USUAL_GROUPS, .signatures = LIST(0x0403, 0x0503)},
     "-",
     "-",
     "no",
     "no",
     "yes",
     "no"},
    {"RSA with SHA-1 is no RSA of today",
     {.suites = LIST(0xc02b, 0xc02f, 0x009c), .groups = USUAL_GROUPS, .signatures = LIST(0x0403, 0x0201)},
     "-",
     "-",
     "no",
     "no",
     "yes",
     "no"},
};

static void offer_build(struct scene *scene, const struct scene_offer *offer) {
    scene_begin(scene);
    scene_hello(scene, offer);
    scene_event(scene, 20, SIDE_SERVER, TLS_EVENT_ALERT, 2, 40, 2);
    scene_build(scene);
}

#define expect(fact, want)                                                                                             \
    ck_assert_msg(strcmp(scene_word(&scene, fact), want) == 0, "%s: %s is %s, not %s", test->name,                     \
                  fact_describe(fact)->name, scene_word(&scene, fact), want)
#define expect_flag(fact, want)                                                                                        \
    ck_assert_msg(strcmp(scene_flag(&scene, fact), want) == 0, "%s: %s is %s, not %s", test->name,                     \
                  fact_describe(fact)->name, scene_flag(&scene, fact), want)

START_TEST(says_in_what_a_hello_is_unusual) {
    static struct scene scene;
    const struct offer_case *test = &cases[_i];
    offer_build(&scene, &test->offer);
    expect(FACT_CLIENT_HELLO_ERROR, "-");
    expect(FACT_CLIENT_VERSIONS_ODD, test->versions);
    expect(FACT_CLIENT_SUITES_ODD, test->suites);
    expect_flag(FACT_CLIENT_SUITES_NARROW, test->narrow);
    expect_flag(FACT_CLIENT_GROUPS_ODD, test->groups);
    expect_flag(FACT_CLIENT_SIGNATURES_ODD, test->signatures);
    expect_flag(FACT_CLIENT_PSK_ONLY, test->psk_only);
}
END_TEST

struct name_case {
    const char *name, *odd;
};

static const struct name_case names[] = {
    {"api.example", "-"},
    {"192.0.2.7", "address"},
    {"2001:db8::7", "address"},
    {"api example", "syntax"},
    {"api.example.", "trailing_dot"},
    {"intranet", "single_label"},
    {"1.2.3", "-"},
    {"xn--bcher-kva.example", "-"},
};

START_TEST(says_in_what_a_name_is_odd) {
    static struct scene scene;
    struct scene_offer offer = {.suites = LIST(0xc02f, 0xc02b, 0x009c), .name = names[_i].name};
    offer_build(&scene, &offer);
    ck_assert_str_eq(scene_word(&scene, FACT_CLIENT_SERVER_NAME), names[_i].name);
    ck_assert_msg(strcmp(scene_word(&scene, FACT_CLIENT_SERVER_NAME_ODD), names[_i].odd) == 0, "%s is %s",
                  names[_i].name, scene_word(&scene, FACT_CLIENT_SERVER_NAME_ODD));
}
END_TEST

struct illegal_case {
    const char *name;
    struct scene_offer offer;
    const char *illegal;
};

static const struct illegal_case illegals[] = {
    {"an ordinary hello", {.suites = LIST(0xc02f)}, "-"},
    {"no suite but signals", {.suites = LIST(0x00ff)}, "no_suites"},
    {"TLS 1.3 without signature algorithms",
     {.suites = LIST(TLS13_SUITES), .versions = LIST(0x0304), .groups = USUAL_GROUPS},
     "missing_signature_algorithms"},
    {"TLS 1.3 without groups",
     {.suites = LIST(TLS13_SUITES), .versions = LIST(0x0304), .signatures = USUAL_SIGNATURES},
     "missing_groups"},
    {"TLS 1.3 by pre-shared key needs neither",
     {.suites = LIST(TLS13_SUITES), .versions = LIST(0x0304), .psk = true},
     "-"},
    {"TLS 1.2 needs neither", {.suites = LIST(0xc02f), .versions = LIST(0x0303)}, "-"},
};

START_TEST(says_what_is_illegal) {
    static struct scene scene;
    const struct illegal_case *test = &illegals[_i];
    offer_build(&scene, &test->offer);
    expect(FACT_CLIENT_HELLO_ERROR, "-");
    expect(FACT_CLIENT_HELLO_ILLEGAL, test->illegal);
}
END_TEST

START_TEST(signals_are_no_suites) {
    static struct scene scene;
    struct scene_offer offer = {.suites = LIST(0x0a0a, 0xc02f, 0xc02b, 0x00ff, 0x5600)};
    offer_build(&scene, &offer);
    ck_assert_int_eq(facts_integer(&scene.facts, FACT_CLIENT_SUITE_COUNT), 2);
    ck_assert_uint_eq(facts_list(&scene.facts, FACT_CLIENT_SUITES)->count, 2);
    ck_assert_str_eq(scene_flag(&scene, FACT_CLIENT_FALLBACK), "yes");
    ck_assert_str_eq(scene_flag(&scene, FACT_CLIENT_RENEGOTIATION_INFO), "yes");
}
END_TEST

START_TEST(a_cut_hello_is_not_judged) {
    static struct scene scene;
    struct scene_offer offer = {.suites = LIST(0x0005), .name = "api.example"};
    scene_begin(&scene);
    scene_hello(&scene, &offer);
    scene.conversation.kept[TLS_SLOT_CLIENT_HELLO].length -= 3; /* inside the server name */
    scene_build(&scene);
    ck_assert_str_ne(scene_word(&scene, FACT_CLIENT_HELLO_ERROR), "-");
    ck_assert_str_eq(scene_word(&scene, FACT_CLIENT_SUITES_ODD), "-");
    ck_assert_str_eq(scene_word(&scene, FACT_CLIENT_HELLO_ILLEGAL), "-");
}
END_TEST

START_TEST(protocols_and_fingerprints) {
    static struct scene scene;
    struct scene_offer offer = {.suites = LIST(TLS13_SUITES),
                                .versions = LIST(0x0304),
                                .groups = USUAL_GROUPS,
                                .signatures = USUAL_SIGNATURES,
                                .name = "api.example",
                                .protocol = "h2"};
    offer_build(&scene, &offer);
    const struct fact_list *protocols = facts_list(&scene.facts, FACT_CLIENT_ALPN);
    ck_assert_uint_eq(protocols->count, 1);
    ck_assert_str_eq(protocols->items[0], "h2");
    ck_assert_uint_eq(strlen(scene_word(&scene, FACT_CLIENT_JA3)), 32);
    /* t: TCP, 13: TLS 1.3, d: by name, 3 suites, 5 extensions, h2; then two hashes of 12 digits. */
    ck_assert_msg(strncmp(scene_word(&scene, FACT_CLIENT_JA4), "t13d0305h2_", 11) == 0, "JA4 is %s",
                  scene_word(&scene, FACT_CLIENT_JA4));
    ck_assert_uint_eq(strlen(scene_word(&scene, FACT_CLIENT_JA4)), 10 + 1 + 12 + 1 + 12);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_offer");
    TCase *tcase = tcase_create("offer");
    tcase_add_loop_test(tcase, says_in_what_a_hello_is_unusual, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tcase, says_in_what_a_name_is_odd, 0, (int)ARRAY_LENGTH(names));
    tcase_add_loop_test(tcase, says_what_is_illegal, 0, (int)ARRAY_LENGTH(illegals));
    tcase_add_test(tcase, signals_are_no_suites);
    tcase_add_test(tcase, a_cut_hello_is_not_judged);
    tcase_add_test(tcase, protocols_and_fingerprints);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
