/* What is read out of one certificate, and that hostile ones do no harm. */
#include "chain_case.h"

#include "base/text.h"

static void look(struct x509_inspector *inspector, const struct made_certificate *made,
                 struct x509_findings *findings) {
    struct cursor chain[] = {made_cursor(made)};
    case_inspect(inspector, chain, 1, NULL, findings);
    ck_assert_uint_eq(findings->certificate_count, 1);
}

START_TEST(fields_are_read) {
    struct x509_inspector *inspector = case_inspector(NULL);
    struct x509_findings findings;
    struct made_certificate *ca =
        make_certificate(&(struct make_recipe){.common_name = "Test CA",
                                               .attribute = {{.type = "O", .value = "Example, Inc."}},
                                               .ca = true,
                                               .hash = "SHA384"});
    struct made_certificate *made = make_certificate(
        &(struct make_recipe){.common_name = "api.example",
                              .issuer = ca,
                              .not_before = NOW_SECONDS - 5,
                              .not_after = NOW_SECONDS + 7,
                              .hash = "SHA512",
                              .extension = {{"subjectAltName", "DNS:api.example,IP:192.0.2.7,IP:2001:db8::7,"
                                                               "email:root@api.example,DNS:b.example"},
                                            {"authorityInfoAccess", "caIssuers;URI:http://ca.example/ca.der"},
                                            {"tlsfeature", "status_request"}}});
    look(inspector, made, &findings);
    const struct x509_certificate *certificate = &findings.certificate[0];
    ck_assert(certificate->readable);
    ck_assert_str_eq(certificate->subject, "CN=api.example");
    ck_assert_str_eq(certificate->subject_common_name, "api.example");
    ck_assert_str_eq(certificate->issuer, "O=Example\\, Inc.,CN=Test CA"); /* last attribute first, comma escaped */
    ck_assert_str_eq(certificate->issuer_common_name, "Test CA");
    ck_assert_uint_eq(strlen(certificate->serial), 4); /* 4096 and a bit: two bytes */
    ck_assert_int_eq(certificate->serial[0], '1');
    ck_assert_int_eq(certificate->not_before, NOW_SECONDS - 5);
    ck_assert_int_eq(certificate->not_after, NOW_SECONDS + 7);
    ck_assert_str_eq(certificate->key_type, "EC");
    ck_assert_str_eq(certificate->key_curve, "P-256");
    ck_assert_uint_eq(certificate->key_bits, 256);
    ck_assert_str_eq(certificate->signature_hash, "SHA-512");
    ck_assert(!certificate->is_ca && !certificate->self_issued && !certificate->self_signed);
    ck_assert(certificate->must_staple);
    ck_assert_str_eq(certificate->issuer_url, "http://ca.example/ca.der");
    ck_assert_uint_eq(certificate->name_count, 4);
    ck_assert_str_eq(certificate->names[0], "api.example");
    ck_assert_str_eq(certificate->names[1], "192.0.2.7");
    ck_assert_str_eq(certificate->names[2], "2001:db8::7");
    ck_assert_str_eq(certificate->names[3], "b.example");

    look(inspector, ca, &findings);
    certificate = &findings.certificate[0];
    ck_assert(certificate->is_ca && certificate->self_issued && certificate->self_signed);
    ck_assert(!certificate->must_staple);
    ck_assert_str_eq(certificate->issuer_url, "");
    ck_assert_str_eq(certificate->signature_hash, "SHA-384");
    ck_assert_uint_eq(certificate->name_total, 0);
    made_free(made);
    made_free(ca);
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(kinds_of_key) {
    static const struct {
        enum make_key key;
        const char *type, *curve, *hash;
        unsigned bits;
    } keys[] = {{MAKE_KEY_P256, "EC", "P-256", "SHA-256", 256},
                {MAKE_KEY_P192, "EC", "P-192", "SHA-256", 192},
                {MAKE_KEY_ED25519, "Ed25519", NULL, NULL, 256},
                {MAKE_KEY_RSA_1024, "RSA", NULL, "SHA-256", 1024}};
    struct x509_inspector *inspector = case_inspector(NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        struct made_certificate *made = make_certificate(&(struct make_recipe){.common_name = "x", .key = keys[i].key});
        struct x509_findings findings;
        look(inspector, made, &findings);
        const struct x509_certificate *certificate = &findings.certificate[0];
        ck_assert_str_eq(certificate->key_type, keys[i].type);
        ck_assert_pstr_eq(certificate->key_curve, keys[i].curve);
        ck_assert_pstr_eq(certificate->signature_hash, keys[i].hash);
        ck_assert_uint_eq(certificate->key_bits, keys[i].bits);
        made_free(made);
    }
    x509_inspector_free(inspector);
}
END_TEST

/* Names that want to write on somebody's terminal, or to be read backwards. */
START_TEST(hostile_subjects) {
    static const struct {
        const char *name;
        struct make_attribute attribute;
        const char *common_name;
    } subjects[] = {
        {"escape sequence", {"CN", "a\033[31mb", 0, MAKE_UTF8}, "a\\x1b[31mb"},
        {"line feed", {"CN", "a\nb", 0, MAKE_UTF8}, "a\\x0ab"},
        {"NUL", {"CN", "a\0b", 3, MAKE_UTF8}, "a\\x00b"},
        {"right-to-left override",
         {"CN",
          "a\xe2\x80\xae"
          "b",
          0, MAKE_UTF8},
         "a\\u{202E}b"},
        {"umlaut",
         {"CN",
          "B\xc3\xbc"
          "cher",
          0, MAKE_UTF8},
         "B\xc3\xbc"
         "cher"},
        {"BMPString",
         {"CN", "\0B\0\xfc\0c\0h\0e\0r", 12, MAKE_BMP},
         "B\xc3\xbc"
         "cher"},
        {"BMPString with an override", {"CN", "\0a\x20\x2e\0b", 6, MAKE_BMP}, "a\\u{202E}b"},
    };
    struct x509_inspector *inspector = case_inspector(NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(subjects); i++) {
        struct made_certificate *made = make_certificate(&(struct make_recipe){.attribute = {subjects[i].attribute}});
        struct x509_findings findings;
        look(inspector, made, &findings);
        const struct x509_certificate *certificate = &findings.certificate[0];
        ck_assert_msg(strcasecmp(certificate->subject_common_name, subjects[i].common_name) == 0, "%s: %s",
                      subjects[i].name, certificate->subject_common_name);
        ck_assert_msg(text_is_clean(certificate->subject), "%s: %s", subjects[i].name, certificate->subject);
        ck_assert_int_eq(strncmp(certificate->subject, "CN=", 3), 0);
        made_free(made);
    }
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(long_names_are_cut) {
    char long_text[4000], url[4100], names[4100];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    (void)snprintf(url, sizeof url, "caIssuers;URI:http://%s/", long_text);
    (void)snprintf(names, sizeof names, "DNS:%s.example", long_text);
    struct made_certificate *made =
        make_certificate(&(struct make_recipe){.attribute = {{.type = "dnQualifier", .value = long_text}},
                                               .extension = {{"subjectAltName", names}, {"authorityInfoAccess", url}}});
    struct x509_inspector *inspector = case_inspector(NULL);
    struct x509_findings findings;
    look(inspector, made, &findings);
    const struct x509_certificate *certificate = &findings.certificate[0];
    ck_assert_uint_eq(strlen(certificate->subject), X509_TEXT_KEPT - 1);
    ck_assert_uint_eq(strlen(certificate->issuer_url), X509_TEXT_KEPT - 1);
    ck_assert_uint_eq(strlen(certificate->names[0]), sizeof certificate->names[0] - 1);
    ck_assert_str_eq(certificate->subject_common_name, "");
    made_free(made);
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(distinguished_names) {
    /* Name ::= SEQUENCE OF SET OF { OBJECT IDENTIFIER, string }: CN=ab */
    static const uint8_t name[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                   0x55, 0x04, 0x03, 0x0c, 0x02, 'a',  'b'};
    char text[X509_TEXT_KEPT];
    x509_name_format(cursor_over(name, sizeof name), text);
    ck_assert_str_eq(text, "CN=ab");
    for (size_t length = 0; length < sizeof name; length++) {
        uint8_t *cut = exact_copy(name, length);
        x509_name_format(cursor_over(cut, length), text);
        ck_assert_str_eq(text, "");
        free(cut);
    }
    x509_name_format(cursor_over((const uint8_t[]){0x30, 0x00, 0x00}, 3), text); /* a byte behind the end */
    ck_assert_str_eq(text, "");
}
END_TEST

/* Cut off anywhere it is unreadable; with any one byte changed, whatever it is, it is looked at without harm, and it
 * is never taken for sound: the signature covers all of it, or is what was changed. */
START_TEST(every_prefix_and_every_flip) {
    struct made_certificate *root = make_certificate(&(struct make_recipe){.common_name = "Root", .ca = true});
    struct made_certificate *made =
        make_certificate(&(struct make_recipe){.common_name = "api.example",
                                               .issuer = root,
                                               .extension = {{"subjectAltName", "DNS:api.example,IP:192.0.2.7"},
                                                             {"authorityInfoAccess", "caIssuers;URI:http://a/"},
                                                             {"extendedKeyUsage", "serverAuth"},
                                                             {"tlsfeature", "status_request"}}});
    struct x509_inspector *inspector = case_inspector(root);
    struct cursor whole = made_cursor(made);
    struct x509_findings findings;
    for (size_t length = 0; length < whole.remaining; length++) {
        uint8_t *cut = exact_copy(whole.position, length);
        struct cursor chain[] = {cursor_over(cut, length)};
        case_inspect(inspector, chain, 1, "api.example", &findings);
        ck_assert(findings.faults & FAULT(BAD_CHAIN));
        ck_assert(!findings.certificate[0].readable);
        free(cut);
    }
    for (size_t place = 0; place < whole.remaining; place++) {
        uint8_t *flipped = exact_copy(whole.position, whole.remaining);
        struct cursor chain[] = {cursor_over(flipped, whole.remaining)};
        flipped[place] ^= 0xff;
        case_inspect(inspector, chain, 1, "api.example", &findings);
        ck_assert_msg(findings.faults != 0, "byte %zu", place);
        ck_assert(text_is_clean(findings.certificate[0].subject));
        ck_assert(text_is_clean(findings.certificate[0].issuer));
        free(flipped);
    }
    made_free(made);
    made_free(root);
    x509_inspector_free(inspector);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 certificate");
    TCase *reading = tcase_create("reading");
    tcase_set_timeout(reading, 120);
    tcase_add_test(reading, fields_are_read);
    tcase_add_test(reading, kinds_of_key);
    tcase_add_test(reading, hostile_subjects);
    tcase_add_test(reading, long_names_are_cut);
    tcase_add_test(reading, distinguished_names);
    tcase_add_test(reading, every_prefix_and_every_flip);
    suite_add_tcase(suite, reading);
    return run_suite(suite);
}
