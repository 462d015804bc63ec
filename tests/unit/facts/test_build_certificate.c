/* Certificates that were read: which fault explains, which one the alert fits, and what the server asked the client
 * for. */
#include "base/siphash.h"
#include "make_certificate.h"
#include "scene.h"
#include "tls_script.h"

enum { FATAL = 2, DAY = 86400 };

/* The day on which it all happens, and the CA that is trusted. */
static const int64_t today = SCENE_START / MOMENT_SECOND;
static struct made_certificate *root, *intermediate, *other_root;
static struct x509_inspector *inspector;

static struct made_certificate *leaf_make(const struct made_certificate *issuer, const char *name, int64_t from,
                                          int64_t until, enum make_key key) {
    struct make_recipe recipe = {
        .common_name = name, .issuer = issuer, .key = key, .not_before = from, .not_after = until};
    recipe.extension[0].name = "subjectAltName";
    recipe.extension[0].value = "DNS:api.example";
    return make_certificate(&recipe);
}

static void authorities_make(void) {
    static const struct siphash_key key;
    char error[256];
    unsigned added;
    root = make_certificate(&(struct make_recipe){.common_name = "Root", .ca = true});
    other_root = make_certificate(&(struct make_recipe){.common_name = "Other Root", .ca = true});
    intermediate = make_certificate(&(struct make_recipe){.common_name = "Intermediate", .issuer = root, .ca = true});
    inspector = x509_inspector_new(16, &key);
    char *pem = made_pem(root);
    ck_assert_ptr_nonnull(inspector);
    ck_assert(x509_inspector_trust_pem(inspector, pem, strlen(pem), &added, error, sizeof error));
    free(pem);
}

static void authorities_free(void) {
    x509_inspector_free(inspector);
    made_free(intermediate);
    made_free(other_root);
    made_free(root);
}

/* Certificate (RFC 5246 section 7.4.2). */
static void say_certificate(struct script *script, enum side side, const struct made_certificate *const *chain,
                            size_t count) {
    struct script_bytes *list = new_bytes(), *body = new_bytes();
    for (size_t i = 0; i < count; i++) {
        struct cursor der = made_cursor(chain[i]);
        put_u24(list, (unsigned)cursor_remaining(&der));
        put(list, der.position, cursor_remaining(&der));
    }
    put_u24(body, (unsigned)list->length);
    put(body, list->data, list->length);
    say_message(script, side, TLS_MESSAGE_CERTIFICATE, body->data, body->length);
    free(body);
    free(list);
}

/* CertificateRequest (RFC 5246 section 7.4.4) for one type of key and one signature algorithm, with one authority. */
static void say_request(struct script *script, unsigned type, unsigned algorithm,
                        const struct made_certificate *authority) {
    struct script_bytes *body = new_bytes();
    uint8_t *block = NULL;
    put_u8(body, 1);
    put_u8(body, type);
    put_u16(body, 2);
    put_u16(body, algorithm);
    if (authority == NULL) {
        put_u16(body, 0);
    } else {
        struct cursor name = made_subject(authority, &block);
        put_u16(body, (unsigned)cursor_remaining(&name) + 2);
        put_u16(body, (unsigned)cursor_remaining(&name));
        put(body, name.position, cursor_remaining(&name));
    }
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, body->data, body->length);
    free(block);
    free(body);
}

/* A ClientHello that asks for api.example: the scene's own, in a record of the script. */
static void say_named_hello(struct script *script) {
    static const uint16_t suites[] = {0xc02f, 0xc02b, 0x009c, 0};
    static struct scene writer;
    scene_begin(&writer);
    scene_hello(&writer, &(struct scene_offer){.suites = suites, .name = "api.example"});
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_HELLO, writer.hello, writer.hello_length);
}

/* Plays SCRIPT and builds the facts, all at the time of the scene. */
static struct scene *facts_of(struct script *script) {
    static struct scene scene;
    struct script_reader *reader = new_reader(1 << 20);
    scene_begin(&scene);
    for (unsigned i = 0; i < script->count; i++)
        reader_feed(reader, script->turns[i].side, SCENE_AT(i + 1), script->bytes + script->turns[i].offset,
                    script->turns[i].length);
    scene.sources.conversation = &reader->conversation;
    scene.sources.inspector = inspector;
    scene_build(&scene);
    scene.sources.conversation = NULL;
    free_reader(reader);
    return &scene;
}

/* The facts of a handshake whose CHAIN the client answers with ALERT (0: it leaves by RST). */
static struct scene *refusal_of(const struct made_certificate *const *chain, size_t count, unsigned alert) {
    struct script *script = new_script(TLS_VERSION_12);
    say_named_hello(script);
    say_server_hello(script, 0x0303, 0x009c, HELLO_PLAIN);
    say_certificate(script, SIDE_SERVER, chain, count);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, "", 0);
    say_alert(script, SIDE_CLIENT, FATAL, alert);
    struct scene *scene = facts_of(script);
    free(script);
    return scene;
}

START_TEST(a_sound_chain) {
    authorities_make();
    struct made_certificate *leaf = leaf_make(intermediate, "api.example", today - DAY, today + DAY, MAKE_KEY_RSA_2048);
    const struct made_certificate *chain[] = {leaf, intermediate};
    struct scene *scene = refusal_of(chain, 2, 42);
    ck_assert_str_eq(scene_flag(scene, FACT_SERVER_CERT_SEEN), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_SERVER_CERT_SOUND), "yes");
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_FAULT), "-");
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_KEY), "RSA 2048");
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_KEY_KIND), "rsa");
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_ODD_KEY), "-");
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_OFF_BY), "-");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_SERVER_CERT_CHAIN_LENGTH), 2);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_SERVER_CERT_NOT_AFTER), today + DAY);
    made_free(leaf);
    authorities_free();
}
END_TEST

/* Expired and sent alone: two faults. The alert chooses the one that it fits; without one that fits, the first of
 * causes.md explains and nothing fits. */
START_TEST(of_several_faults_the_alert_chooses) {
    static const struct {
        unsigned alert;
        const char *fitting;
    } cases[] = {{45, "expired"}, {48, "missing_intermediate"}, {42, "expired"}, {71, "-"}, {44, "-"}};
    authorities_make();
    struct made_certificate *leaf =
        leaf_make(intermediate, "api.example", today - 9 * DAY, today - 3 * DAY, MAKE_KEY_RSA_2048);
    const struct made_certificate *chain[] = {leaf};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene *scene = refusal_of(chain, 1, cases[i].alert);
        ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_FAULT), "expired");
        ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_FITTING), cases[i].fitting);
        ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_OFF_BY), "3 days");
        ck_assert_str_eq(scene_flag(scene, FACT_SERVER_CERT_SOUND), "no");
    }
    made_free(leaf);
    authorities_free();
}
END_TEST

START_TEST(the_faulty_certificate_is_the_one_described) {
    authorities_make();
    struct made_certificate *old = make_certificate(&(struct make_recipe){.common_name = "Old Intermediate",
                                                                          .issuer = root,
                                                                          .ca = true,
                                                                          .not_before = today - 900 * DAY,
                                                                          .not_after = today - 2 * DAY});
    struct made_certificate *leaf = leaf_make(old, "api.example", today - DAY, today + DAY, MAKE_KEY_P256);
    const struct made_certificate *chain[] = {leaf, old};
    struct scene *scene = refusal_of(chain, 2, 45);
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_FITTING), "expired");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_SERVER_CERT_FAULTY_POSITION), 1);
    ck_assert_ptr_nonnull(strstr(scene_word(scene, FACT_SERVER_CERT_FAULTY), "Old Intermediate"));
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_SERVER_CERT_NOT_AFTER), today - 2 * DAY);
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_KEY), "EC P-256");
    made_free(leaf);
    made_free(old);
    authorities_free();
}
END_TEST

START_TEST(keys_that_not_everybody_takes) {
    authorities_make();
    struct made_certificate *leaf = leaf_make(root, "api.example", today - DAY, today + DAY, MAKE_KEY_P192);
    const struct made_certificate *chain[] = {leaf};
    struct scene *scene = refusal_of(chain, 1, 47);
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_CERT_ODD_KEY), "EC P-192");
    made_free(leaf);
    authorities_free();
}
END_TEST

START_TEST(an_empty_chain) {
    authorities_make();
    struct scene *scene = refusal_of(NULL, 0, 42);
    ck_assert_str_eq(scene_flag(scene, FACT_SERVER_CERT_EMPTY), "yes");
    ck_assert(!facts_has(&scene->facts, FACT_SERVER_CERT_SOUND));
    authorities_free();
}
END_TEST

/* The facts of a handshake in which the server asks and the client sends CHAIN. */
static struct scene *client_chain_of(const struct made_certificate *const *chain, size_t count, unsigned type,
                                     unsigned algorithm, const struct made_certificate *authority) {
    struct made_certificate *server = leaf_make(intermediate, "api.example", today - DAY, today + DAY, MAKE_KEY_P256);
    const struct made_certificate *servers[] = {server, intermediate};
    struct script *script = new_script(TLS_VERSION_12);
    say_named_hello(script);
    say_server_hello(script, 0x0303, 0x009c, HELLO_PLAIN);
    say_certificate(script, SIDE_SERVER, servers, 2);
    say_request(script, type, algorithm, authority);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, "", 0);
    say_certificate(script, SIDE_CLIENT, chain, count);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    say_alert(script, SIDE_SERVER, FATAL, 48);
    struct scene *scene = facts_of(script);
    free(script);
    made_free(server);
    return scene;
}

enum { TYPE_RSA = 1, TYPE_ECDSA = 64, RSA_SHA256 = 0x0401, ECDSA_SHA256 = 0x0403 };

START_TEST(issuers_are_held_against_the_authorities) {
    authorities_make();
    struct made_certificate *direct = leaf_make(root, "device", today - DAY, today + DAY, MAKE_KEY_P256);
    struct made_certificate *below = leaf_make(intermediate, "device", today - DAY, today + DAY, MAKE_KEY_P256);
    struct made_certificate *foreign = leaf_make(other_root, "device", today - DAY, today + DAY, MAKE_KEY_P256);
    const struct {
        const char *name;
        const struct made_certificate *chain[2], *authority;
        size_t count;
        const char *listed, *breaks;
    } cases[] = {
        {"issued by the authority itself", {direct}, root, 1, "yes", "no"},
        {"through an intermediate that was sent", {below, intermediate}, root, 2, "yes", "no"},
        {"the intermediate was not sent, and the server's own chain shows where it leads",
         {below},
         root,
         1,
         "no",
         "yes"},
        {"another authority", {foreign}, root, 1, "no", "no"},
        {"no authority was named", {foreign}, NULL, 1, "-", "no"},
        {"no authority was named, and the server's own chain has the intermediate", {below}, NULL, 1, "-", "yes"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene *scene =
            client_chain_of(cases[i].chain, cases[i].count, TYPE_ECDSA, ECDSA_SHA256, cases[i].authority);
        ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_SENT), "yes");
        ck_assert_msg(strcmp(scene_flag(scene, FACT_CLIENT_CERT_LISTED), cases[i].listed) == 0, "%s: listed is %s",
                      cases[i].name, scene_flag(scene, FACT_CLIENT_CERT_LISTED));
        ck_assert_msg(strcmp(scene_flag(scene, FACT_CLIENT_CERT_CHAIN_BREAKS), cases[i].breaks) == 0,
                      "%s: chain breaks is %s", cases[i].name, scene_flag(scene, FACT_CLIENT_CERT_CHAIN_BREAKS));
    }
    made_free(foreign);
    made_free(below);
    made_free(direct);
    authorities_free();
}
END_TEST

START_TEST(kinds_of_key_are_held_against_the_request) {
    authorities_make();
    struct made_certificate *leaf = leaf_make(root, "device", today - DAY, today + DAY, MAKE_KEY_P256);
    const struct made_certificate *chain[] = {leaf};
    struct scene *scene = client_chain_of(chain, 1, TYPE_ECDSA, ECDSA_SHA256, root);
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_KEY_REQUESTED), "yes");
    scene = client_chain_of(chain, 1, TYPE_RSA, RSA_SHA256, root);
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_KEY_REQUESTED), "no");
    scene = client_chain_of(chain, 1, TYPE_ECDSA, RSA_SHA256, root);
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_KEY_REQUESTED), "no");
    made_free(leaf);
    authorities_free();
}
END_TEST

/* The server's roots are not known here: a private CA is no fault of a client certificate; its dates are. */
START_TEST(trust_is_no_fault_of_a_client) {
    authorities_make();
    struct made_certificate *leaf = leaf_make(other_root, "device", today - 9 * DAY, today - DAY, MAKE_KEY_P256);
    const struct made_certificate *chain[] = {leaf};
    struct scene *scene = client_chain_of(chain, 1, TYPE_ECDSA, ECDSA_SHA256, NULL);
    const struct fact_list *faults = facts_list(&scene->facts, FACT_CLIENT_CERT_FAULTS);
    ck_assert_uint_eq(faults->count, 1);
    ck_assert_str_eq(faults->items[0], "expired");
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_SELF_SIGNED), "no");
    made_free(leaf);
    authorities_free();
}
END_TEST

START_TEST(a_client_without_a_certificate) {
    authorities_make();
    struct scene *scene = client_chain_of(NULL, 0, TYPE_ECDSA, ECDSA_SHA256, root);
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_REQUESTED), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_EMPTY), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_CERT_SENT), "no");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_CLIENT_CERT_AUTHORITY_COUNT), 1);
    ck_assert_ptr_nonnull(strstr(facts_list(&scene->facts, FACT_CLIENT_CERT_AUTHORITIES)->items[0], "Root"));
    authorities_free();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_certificate");
    TCase *tcase = tcase_create("certificate");
    tcase_set_timeout(tcase, 60); /* keys are made */
    tcase_add_test(tcase, a_sound_chain);
    tcase_add_test(tcase, of_several_faults_the_alert_chooses);
    tcase_add_test(tcase, the_faulty_certificate_is_the_one_described);
    tcase_add_test(tcase, keys_that_not_everybody_takes);
    tcase_add_test(tcase, an_empty_chain);
    tcase_add_test(tcase, issuers_are_held_against_the_authorities);
    tcase_add_test(tcase, kinds_of_key_are_held_against_the_request);
    tcase_add_test(tcase, trust_is_no_fault_of_a_client);
    tcase_add_test(tcase, a_client_without_a_certificate);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
