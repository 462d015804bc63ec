#include "tls/names.h"

#include "../../../lib/tls/names_table.h"
#include "run_suite.h"

/* Hand-checked against the IANA registry and the RFCs. */
static const struct tls_suite known_suites[] = {
    /* RFC 2246: export grade, single DES */
    {0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_EXPORT, 0, 32,
     TLS_VERSION_SSL3},
    {0x0009, "TLS_RSA_WITH_DES_CBC_SHA", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_EXPORT, 0, 32,
     TLS_VERSION_SSL3},
    {0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_OBSOLETE, 0,
     32, TLS_VERSION_SSL3},
    {0x0010, "TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA", TLS_KEY_EXCHANGE_DH_STATIC, TLS_AUTHENTICATION_RSA,
     TLS_STRENGTH_OBSOLETE, 0, 32, TLS_VERSION_SSL3},
    {0x0018, "TLS_DH_anon_WITH_RC4_128_MD5", TLS_KEY_EXCHANGE_DHE, TLS_AUTHENTICATION_ANONYMOUS, TLS_STRENGTH_NONE, 0,
     32, TLS_VERSION_SSL3},
    /* RFC 2712 */
    {0x001f, "TLS_KRB5_WITH_3DES_EDE_CBC_SHA", TLS_KEY_EXCHANGE_KRB5, TLS_AUTHENTICATION_OTHER, TLS_STRENGTH_OBSOLETE,
     0, 32, TLS_VERSION_SSL3},
    {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_CBC, 0, 32,
     TLS_VERSION_SSL3},
    {0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", TLS_KEY_EXCHANGE_DHE, TLS_AUTHENTICATION_DSA, TLS_STRENGTH_CBC, 0, 32,
     TLS_VERSION_SSL3},
    {0x003b, "TLS_RSA_WITH_NULL_SHA256", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_NONE, 0, 32,
     TLS_VERSION_12},
    {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD, 16, 32,
     TLS_VERSION_12},
    {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", TLS_KEY_EXCHANGE_DHE, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD, 16,
     48, TLS_VERSION_12},
    /* RFC 5487: usable in any version of TLS */
    {0x00af, "TLS_PSK_WITH_AES_256_CBC_SHA384", TLS_KEY_EXCHANGE_PSK, TLS_AUTHENTICATION_PSK, TLS_STRENGTH_CBC, 0, 48,
     TLS_VERSION_10},
    {0x00ac, "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256", TLS_KEY_EXCHANGE_RSA_PSK, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD,
     16, 32, TLS_VERSION_12},
    /* RFC 8998 */
    {0x00c6, "TLS_SM4_GCM_SM3", TLS_KEY_EXCHANGE_TLS13, TLS_AUTHENTICATION_TLS13, TLS_STRENGTH_AEAD, 16, 32,
     TLS_VERSION_13},
    /* RFC 8446 appendix B.4 */
    {0x1301, "TLS_AES_128_GCM_SHA256", TLS_KEY_EXCHANGE_TLS13, TLS_AUTHENTICATION_TLS13, TLS_STRENGTH_AEAD, 16, 32,
     TLS_VERSION_13},
    {0x1302, "TLS_AES_256_GCM_SHA384", TLS_KEY_EXCHANGE_TLS13, TLS_AUTHENTICATION_TLS13, TLS_STRENGTH_AEAD, 16, 48,
     TLS_VERSION_13},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", TLS_KEY_EXCHANGE_TLS13, TLS_AUTHENTICATION_TLS13, TLS_STRENGTH_AEAD, 16,
     32, TLS_VERSION_13},
    {0x1305, "TLS_AES_128_CCM_8_SHA256", TLS_KEY_EXCHANGE_TLS13, TLS_AUTHENTICATION_TLS13, TLS_STRENGTH_AEAD, 8, 32,
     TLS_VERSION_13},
    /* RFC 8422, RFC 5289 */
    {0xc002, "TLS_ECDH_ECDSA_WITH_RC4_128_SHA", TLS_KEY_EXCHANGE_ECDH_STATIC, TLS_AUTHENTICATION_ECDSA,
     TLS_STRENGTH_OBSOLETE, 0, 32, TLS_VERSION_10},
    {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ECDSA, TLS_STRENGTH_CBC,
     0, 32, TLS_VERSION_10},
    {0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ANONYMOUS,
     TLS_STRENGTH_NONE, 0, 32, TLS_VERSION_10},
    {0xc01e, "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA", TLS_KEY_EXCHANGE_SRP, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_CBC, 0,
     32, TLS_VERSION_10},
    {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD,
     16, 32, TLS_VERSION_12},
    {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD,
     16, 48, TLS_VERSION_12},
    /* RFC 6209, RFC 6367, RFC 6655, RFC 7251 */
    {0xc050, "TLS_RSA_WITH_ARIA_128_GCM_SHA256", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD, 16,
     32, TLS_VERSION_12},
    {0xc073, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ECDSA,
     TLS_STRENGTH_CBC, 0, 48, TLS_VERSION_12},
    {0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8", TLS_KEY_EXCHANGE_RSA, TLS_AUTHENTICATION_RSA, TLS_STRENGTH_AEAD, 8, 32,
     TLS_VERSION_12},
    {0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ECDSA, TLS_STRENGTH_AEAD,
     16, 32, TLS_VERSION_12},
    /* RFC 9189 */
    {0xc100, "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC", TLS_KEY_EXCHANGE_GOST, TLS_AUTHENTICATION_OTHER,
     TLS_STRENGTH_CBC, 0, 32, TLS_VERSION_12},
    /* draft-agl-tls-chacha20poly1305 and RFC 7905 */
    {0xcc14, "OLD_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ECDSA,
     TLS_STRENGTH_AEAD, 16, 32, TLS_VERSION_12},
    {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", TLS_KEY_EXCHANGE_ECDHE, TLS_AUTHENTICATION_ECDSA,
     TLS_STRENGTH_AEAD, 16, 32, TLS_VERSION_12},
    {0xccad, "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256", TLS_KEY_EXCHANGE_DHE_PSK, TLS_AUTHENTICATION_PSK,
     TLS_STRENGTH_AEAD, 16, 32, TLS_VERSION_12},
    /* RFC 8442 */
    {0xd003, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", TLS_KEY_EXCHANGE_ECDHE_PSK, TLS_AUTHENTICATION_PSK,
     TLS_STRENGTH_AEAD, 8, 32, TLS_VERSION_12},
};

START_TEST(suites_are_as_their_rfc_defines_them) {
    const struct tls_suite *want = &known_suites[_i];
    const struct tls_suite *got = tls_suite_find(want->code);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got->name, want->name);
    ck_assert_str_eq(tls_suite_name(want->code), want->name);
    ck_assert_int_eq(got->key_exchange, want->key_exchange);
    ck_assert_int_eq(got->authentication, want->authentication);
    ck_assert_int_eq(got->strength, want->strength);
    ck_assert_uint_eq(got->tag_length, want->tag_length);
    ck_assert_uint_eq(got->hash_length, want->hash_length);
    ck_assert_uint_eq(got->minimum_version, want->minimum_version);
}
END_TEST

/* What a suite's name says must agree with its columns, for every suite. */
START_TEST(suite_names_agree_with_their_columns) {
    const struct tls_suite *suite = &tls_suites[_i];
    if (strstr(suite->name, "_anon_") != NULL)
        ck_assert_msg(suite->authentication == TLS_AUTHENTICATION_ANONYMOUS, "%s", suite->name);
    if (strstr(suite->name, "_NULL_") != NULL || strstr(suite->name, "_anon_") != NULL)
        ck_assert_msg(suite->strength == TLS_STRENGTH_NONE, "%s", suite->name);
    else if (strstr(suite->name, "_EXPORT") != NULL)
        ck_assert_msg(suite->strength == TLS_STRENGTH_EXPORT, "%s", suite->name);
    else if (strstr(suite->name, "_RC4_") != NULL || strstr(suite->name, "_3DES_") != NULL)
        ck_assert_msg(suite->strength == TLS_STRENGTH_OBSOLETE, "%s", suite->name);
    else if (strstr(suite->name, "_GCM_") != NULL || strstr(suite->name, "POLY1305") != NULL)
        ck_assert_msg(suite->strength == TLS_STRENGTH_AEAD && suite->tag_length == 16, "%s", suite->name);
    if (strstr(suite->name, "_CCM_8") != NULL) ck_assert_msg(suite->tag_length == 8, "%s", suite->name);
    if (strstr(suite->name, "SHA384") != NULL) ck_assert_msg(suite->hash_length == 48, "%s", suite->name);
    if (suite->strength == TLS_STRENGTH_AEAD)
        ck_assert_msg(suite->minimum_version >= TLS_VERSION_11 && suite->tag_length > 0, "%s", suite->name);
    ck_assert_msg((suite->key_exchange == TLS_KEY_EXCHANGE_TLS13) == (suite->minimum_version == TLS_VERSION_13), "%s",
                  suite->name);
}
END_TEST

/* Binary search needs the order; the same code twice would hide the second. */
START_TEST(tables_are_sorted_by_code) {
    for (size_t i = 1; i < tls_suites_count; i++)
        ck_assert_msg(tls_suites[i - 1].code < tls_suites[i].code, "suite 0x%04x", tls_suites[i].code);
    for (size_t i = 1; i < tls_groups_count; i++)
        ck_assert_msg(tls_groups[i - 1].code < tls_groups[i].code, "group 0x%04x", tls_groups[i].code);
    for (size_t i = 1; i < tls_versions_count; i++)
        ck_assert_msg(tls_versions[i - 1].code < tls_versions[i].code, "version 0x%04x", tls_versions[i].code);
}
END_TEST

static const struct {
    const char *what;
    const struct tls_code_name *table;
    const size_t *count;
} name_tables[] = {
    {"signature scheme", tls_signature_schemes, &tls_signature_schemes_count},
    {"extension", tls_extensions, &tls_extensions_count},
    {"alert", tls_alerts, &tls_alerts_count},
    {"message", tls_messages, &tls_messages_count},
    {"client certificate type", tls_client_certificate_types, &tls_client_certificate_types_count},
};

START_TEST(name_tables_are_sorted_by_code) {
    for (size_t i = 1; i < *name_tables[_i].count; i++)
        ck_assert_msg(name_tables[_i].table[i - 1].code < name_tables[_i].table[i].code, "%s %u", name_tables[_i].what,
                      name_tables[_i].table[i].code);
}
END_TEST

START_TEST(suite_names_are_unique) {
    for (size_t i = 0; i < tls_suites_count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(tls_suites[i].name, tls_suites[j].name);
}
END_TEST

/* Every code point: found exactly where a table has it. */
START_TEST(every_suite_is_found) {
    size_t found = 0;
    for (uint32_t code = 0; code <= UINT16_MAX; code++) {
        const struct tls_suite *suite = tls_suite_find((uint16_t)code);
        if (suite == NULL) continue;
        ck_assert_uint_eq(suite->code, code);
        found++;
    }
    ck_assert_uint_eq(found, tls_suites_count);
    ck_assert_uint_gt(found, 350);
}
END_TEST

/* RFC 8701 section 2 lists sixteen values. */
START_TEST(grease_is_sixteen_values) {
    unsigned count = 0;
    for (uint32_t code = 0; code <= UINT16_MAX; code++)
        count += tls_is_grease((uint16_t)code);
    ck_assert_uint_eq(count, 16);
    ck_assert(tls_is_grease(0x0a0a));
    ck_assert(tls_is_grease(0x5a5a));
    ck_assert(tls_is_grease(0xfafa));
    ck_assert(!tls_is_grease(0x0a1a));
    ck_assert(!tls_is_grease(0x0b0b));
    ck_assert(!tls_is_grease(0x0000));
}
END_TEST

static const char *alert_name(uint16_t code) {
    return tls_alert_name((uint8_t)code);
}

static const char *message_name(uint16_t code) {
    return tls_message_name((uint8_t)code);
}

static const char *client_certificate_type_name(uint16_t code) {
    return tls_client_certificate_type_name((uint8_t)code);
}

static const char *key_exchange_name(uint16_t code) {
    return tls_key_exchange_name((enum tls_key_exchange)code);
}

static const char *authentication_name(uint16_t code) {
    return tls_authentication_name((enum tls_authentication)code);
}

/* WANT is NULL where the registry has nothing. */
static const struct {
    const char *(*name)(uint16_t code);
    uint16_t code;
    const char *want;
} known_names[] = {
    {tls_suite_name, 0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
    {tls_suite_name, 0x5600, "TLS_FALLBACK_SCSV"},
    {tls_suite_name, 0x0a0a, NULL},
    {tls_suite_name, 0xffff, NULL},
    {tls_version_name, 0x0002, "SSL 2.0"},
    {tls_version_name, 0x0300, "SSL 3.0"},
    {tls_version_name, 0x0301, "TLS 1.0"},
    {tls_version_name, 0x0303, "TLS 1.2"},
    {tls_version_name, 0x0304, "TLS 1.3"},
    {tls_version_name, 0x7f12, "TLS 1.3 draft 18"},
    {tls_version_name, 0x7f1c, "TLS 1.3 draft 28"},
    {tls_version_name, 0xfefd, "DTLS 1.2"},
    {tls_version_name, 0x0305, NULL},
    {tls_version_number, 0x0300, "3.0"},
    {tls_version_number, 0x0302, "1.1"},
    {tls_version_number, 0x7f1c, "1.3"},
    {tls_version_number, 0x1a1a, NULL},
    {tls_group_name, 23, "secp256r1"},
    {tls_group_name, 29, "x25519"},
    {tls_group_name, 30, "x448"},
    {tls_group_name, 26, "brainpoolP256r1"},
    {tls_group_name, 31, "brainpoolP256r1tls13"},
    {tls_group_name, 0x0100, "ffdhe2048"},
    {tls_group_name, 0x0201, "MLKEM768"},
    {tls_group_name, 0x11eb, "SecP256r1MLKEM768"},
    {tls_group_name, 0x11ec, "X25519MLKEM768"},
    {tls_group_name, 0x11ed, "SecP384r1MLKEM1024"},
    {tls_group_name, 0x6399, "X25519Kyber768Draft00"},
    {tls_group_name, 0x0000, NULL},
    {tls_signature_scheme_name, 0x0804, "rsa_pss_rsae_sha256"},
    {tls_signature_scheme_name, 0x0403, "ecdsa_secp256r1_sha256"},
    {tls_signature_scheme_name, 0x0401, "rsa_pkcs1_sha256"},
    {tls_signature_scheme_name, 0x0101, "rsa_md5"},
    {tls_signature_scheme_name, 0x0202, "dsa_sha1"},
    {tls_signature_scheme_name, 0x0303, "ecdsa_sha224"},
    {tls_signature_scheme_name, 0x0807, "ed25519"},
    {tls_signature_scheme_name, 0x0708, "sm2sig_sm3"},
    {tls_signature_scheme_name, 0x0905, "mldsa65"},
    {tls_signature_scheme_name, 0x0000, NULL},
    {tls_extension_name, 0, "server_name"},
    {tls_extension_name, 16, "application_layer_protocol_negotiation"},
    {tls_extension_name, 0xff01, "renegotiation_info"},
    {tls_extension_name, 0xfe0d, "encrypted_client_hello"},
    {tls_extension_name, 0x44cd, "application_settings"},
    {tls_extension_name, 57, "quic_transport_parameters"},
    {tls_extension_name, 0x0a0a, NULL},
    {alert_name, 0, "close_notify"},
    {alert_name, 40, "handshake_failure"},
    {alert_name, 42, "bad_certificate"},
    {alert_name, 45, "certificate_expired"},
    {alert_name, 48, "unknown_ca"},
    {alert_name, 70, "protocol_version"},
    {alert_name, 86, "inappropriate_fallback"},
    {alert_name, 112, "unrecognized_name"},
    {alert_name, 116, "certificate_required"},
    {alert_name, 120, "no_application_protocol"},
    {alert_name, 121, "ech_required"},
    {alert_name, 1, NULL},
    {alert_name, 255, NULL},
    {message_name, 1, "ClientHello"},
    {message_name, 11, "Certificate"},
    {message_name, 20, "Finished"},
    {message_name, 25, "CompressedCertificate"},
    {message_name, 7, NULL},
    {client_certificate_type_name, 1, "rsa_sign"},
    {client_certificate_type_name, 64, "ecdsa_sign"},
    {client_certificate_type_name, 0, NULL},
    {key_exchange_name, TLS_KEY_EXCHANGE_RSA, "RSA"},
    {key_exchange_name, TLS_KEY_EXCHANGE_ECDHE, "ECDHE"},
    {key_exchange_name, TLS_KEY_EXCHANGE_TLS13, "TLS13"},
    {key_exchange_name, TLS_KEY_EXCHANGE_TLS13 + 1, NULL},
    {authentication_name, TLS_AUTHENTICATION_ECDSA, "ECDSA"},
    {authentication_name, TLS_AUTHENTICATION_TLS13, "TLS13"},
    {authentication_name, TLS_AUTHENTICATION_TLS13 + 1, NULL},
};

START_TEST(names_are_those_of_the_registry) {
    ck_assert_pstr_eq(known_names[_i].name(known_names[_i].code), known_names[_i].want);
}
END_TEST

static const struct {
    const char *name;
    bool known;
    uint16_t version;
} version_names[] = {
    {"1.0", true, TLS_VERSION_10},
    {"1.1", true, TLS_VERSION_11},
    {"1.2", true, TLS_VERSION_12},
    {"1.3", true, TLS_VERSION_13},
    {"TLS 1.2", true, TLS_VERSION_12},
    {"tls 1.3", true, TLS_VERSION_13},
    {"TLSv1.2", true, TLS_VERSION_12},
    {"SSL 3.0", true, TLS_VERSION_SSL3},
    {"ssl3", true, TLS_VERSION_SSL3},
    {"3.0", true, TLS_VERSION_SSL3},
    {"SSL 2.0", true, TLS_VERSION_SSL2},
    {"DTLS 1.2", true, 0xfefd},
    {"TLS 1.3 draft 28", true, 0x7f1c},
    {"1.4", false, 0},
    {"", false, 0},
    {"TLS", false, 0},
};

START_TEST(versions_are_found_by_name) {
    uint16_t version = 0xbeef;
    ck_assert_int_eq(tls_version_by_name(version_names[_i].name, &version), version_names[_i].known);
    ck_assert_uint_eq(version, version_names[_i].known ? version_names[_i].version : 0xbeef);
}
END_TEST

START_TEST(groups_have_kinds) {
    ck_assert(tls_group_is_finite_field(0x0100));
    ck_assert(tls_group_is_finite_field(0x0104));
    ck_assert(!tls_group_is_finite_field(0x0105));
    ck_assert(!tls_group_is_finite_field(29));
    ck_assert(tls_group_is_hybrid(0x11ec));
    ck_assert(tls_group_is_hybrid(0x6399));
    ck_assert(!tls_group_is_hybrid(23));
    ck_assert(!tls_group_is_hybrid(0x0100));
    ck_assert(!tls_group_is_hybrid(0x0a0a));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls names");
    TCase *tcase = tcase_create("registries");
    tcase_add_loop_test(tcase, suites_are_as_their_rfc_defines_them, 0, ARRAY_LENGTH(known_suites));
    tcase_add_loop_test(tcase, suite_names_agree_with_their_columns, 0, (int)tls_suites_count);
    tcase_add_test(tcase, tables_are_sorted_by_code);
    tcase_add_loop_test(tcase, name_tables_are_sorted_by_code, 0, ARRAY_LENGTH(name_tables));
    tcase_add_test(tcase, suite_names_are_unique);
    tcase_add_test(tcase, every_suite_is_found);
    tcase_add_test(tcase, grease_is_sixteen_values);
    tcase_add_loop_test(tcase, names_are_those_of_the_registry, 0, ARRAY_LENGTH(known_names));
    tcase_add_loop_test(tcase, versions_are_found_by_name, 0, ARRAY_LENGTH(version_names));
    tcase_add_test(tcase, groups_have_kinds);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
