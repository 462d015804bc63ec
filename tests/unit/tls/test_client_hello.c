#include "tls/client_hello.h"

#include "run_suite.h"
#include "sweep.h"

/* The body of the ClientHello of RFC 8448 section 3, "Simple 1-RTT Handshake". */
static const uint8_t rfc8448_hello[] = {
    0x03, 0x03,                                                                                     /* legacy_version */
    0xcb, 0x34, 0xec, 0xb1, 0xe7, 0x81, 0x63, 0xba, 0x1c, 0x38, 0xc6, 0xda, 0xcb, 0x19, 0x6a, 0x6d, /* random */
    0xff, 0xa2, 0x1a, 0x8d, 0x99, 0x12, 0xec, 0x18, 0xa2, 0xef, 0x62, 0x83, 0x02, 0x4d, 0xec, 0xe7, /* random */
    0x00,                                                       /* legacy_session_id: empty */
    0x00, 0x06, 0x13, 0x01, 0x13, 0x03, 0x13, 0x02,             /* cipher_suites */
    0x01, 0x00,                                                 /* legacy_compression_methods: null */
    0x00, 0x91,                                                 /* extensions: 145 bytes */
    0x00, 0x00, 0x00, 0x0b, 0x00, 0x09, 0x00, 0x00, 0x06,       /* server_name: list of 9, host_name of 6 */
    's',  'e',  'r',  'v',  'e',  'r',                          /* HostName */
    0xff, 0x01, 0x00, 0x01, 0x00,                               /* renegotiation_info: empty */
    0x00, 0x0a, 0x00, 0x14, 0x00, 0x12,                         /* supported_groups: 9 of them */
    0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, 0x00, 0x19,             /* x25519, secp256r1, secp384r1, secp521r1 */
    0x01, 0x00, 0x01, 0x01, 0x01, 0x02, 0x01, 0x03, 0x01, 0x04, /* ffdhe2048 to ffdhe8192 */
    0x00, 0x23, 0x00, 0x00,                                     /* session_ticket: empty */
    0x00, 0x33, 0x00, 0x26, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20, /* key_share: x25519, 32 bytes */
    0x99, 0x38, 0x1d, 0xe5, 0x60, 0xe4, 0xbd, 0x43, 0xd2, 0x3d, 0x8e, 0x43, 0x5a, 0x7d, 0xba, 0xfe, /* key_exchange */
    0xb3, 0xc0, 0x6e, 0x51, 0xc1, 0x3c, 0xae, 0x4d, 0x54, 0x13, 0x69, 0x1e, 0x52, 0x9a, 0xaf, 0x2c, /* key_exchange */
    0x00, 0x2b, 0x00, 0x03, 0x02, 0x03, 0x04,       /* supported_versions: TLS 1.3 */
    0x00, 0x0d, 0x00, 0x20, 0x00, 0x1e,             /* signature_algorithms: 15 of them */
    0x04, 0x03, 0x05, 0x03, 0x06, 0x03, 0x02, 0x03, /* ECDSA */
    0x08, 0x04, 0x08, 0x05, 0x08, 0x06,             /* RSA-PSS */
    0x04, 0x01, 0x05, 0x01, 0x06, 0x01, 0x02, 0x01, /* RSA PKCS #1 */
    0x04, 0x02, 0x05, 0x02, 0x06, 0x02, 0x02, 0x02, /* DSA */
    0x00, 0x2d, 0x00, 0x02, 0x01, 0x01,             /* psk_key_exchange_modes: psk_dhe_ke */
    0x00, 0x1c, 0x00, 0x02, 0x40, 0x01,             /* record_size_limit: 16385 */
};

/* Where its extensions begin: without them, it is a whole hello of the time before extensions. */
#define RFC8448_FIXED_PART (2 + 32 + 1 + 8 + 2)

START_TEST(a_tls13_hello_is_read) {
    uint8_t *copy = exact_copy(rfc8448_hello, sizeof(rfc8448_hello));
    struct tls_client_hello hello;
    ck_assert(tls_client_hello_parse(cursor_over(copy, sizeof(rfc8448_hello)), &hello));
    free(copy); /* nothing is borrowed */
    ck_assert_ptr_null(hello.error.field);
    ck_assert(!hello.ssl2_format);
    ck_assert_uint_eq(hello.legacy_version, 0x0303);
    ck_assert_mem_eq(hello.random, rfc8448_hello + 2, 32);
    ck_assert_uint_eq(hello.session_id_length, 0);
    ck_assert_uint_eq(hello.suite_count, 3);
    ck_assert_uint_eq(hello.suites[0], 0x1301);
    ck_assert_uint_eq(hello.suites[2], 0x1302);
    ck_assert_uint_eq(hello.compression_count, 1);
    ck_assert_uint_eq(hello.compression_methods[0], 0);
    ck_assert(hello.has_extensions);
    ck_assert(!hello.duplicate_extension);

    static const uint16_t extensions[] = {0, 0xff01, 10, 35, 51, 43, 13, 45, 28};
    ck_assert_uint_eq(hello.extension_count, ARRAY_LENGTH(extensions));
    ck_assert_mem_eq(hello.extensions, extensions, sizeof(extensions));
}
END_TEST

START_TEST(the_extensions_of_a_tls13_hello_are_read) {
    struct tls_client_hello hello;
    ck_assert(tls_client_hello_parse(cursor_over(rfc8448_hello, sizeof(rfc8448_hello)), &hello));
    ck_assert(hello.has_server_name && !hello.server_name_malformed);
    ck_assert_uint_eq(hello.server_name_length, 6);
    ck_assert_mem_eq(hello.server_name, "server", 6);
    ck_assert(hello.has_renegotiation_info);
    ck_assert_uint_eq(hello.groups.count, 9);
    ck_assert_uint_eq(hello.groups.codes[0], 0x001d);
    ck_assert_uint_eq(hello.groups.codes[8], 0x0104);
    ck_assert(hello.has_session_ticket);
    ck_assert_uint_eq(hello.session_ticket_length, 0);
    ck_assert_uint_eq(hello.key_shares.count, 1);
    ck_assert_uint_eq(hello.key_shares.codes[0], 0x001d);
    ck_assert_uint_eq(hello.versions.count, 1);
    ck_assert_uint_eq(hello.versions.codes[0], 0x0304);
    ck_assert_uint_eq(hello.signature_algorithms.count, 15);
    ck_assert_uint_eq(hello.signature_algorithms.codes[14], 0x0202);
    ck_assert(!hello.signature_algorithms_cert.present);
    ck_assert_uint_eq(hello.psk_mode_count, 1);
    ck_assert_uint_eq(hello.psk_modes[0], 1);
    ck_assert_uint_eq(hello.record_size_limit, 16385);
    ck_assert(!hello.has_protocols && !hello.has_psk && !hello.has_ech && !hello.has_early_data);
}
END_TEST

/* A hello of SSL 3.0: no extensions, 16 bytes of session id, five suites. */
static const uint8_t ssl3_hello[] = {
    0x03, 0x00,                                                                                 /* client_version */
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12, 13, 14, 15,     /* random */
    16,   17,   18,   19,   20,   21,   22,   23,   24,   25,   26,   27,   28, 29, 30, 31,     /* random */
    0x10, 1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12, 13, 14, 15, 16, /* session_id */
    0x00, 0x0a, 0x00, 0x05, 0x00, 0x04, 0x00, 0x0a, 0x00, 0x09, 0x00, 0x03,                     /* cipher_suites */
    0x02, 0x01, 0x00, /* compression_methods: DEFLATE, null */
};

START_TEST(a_hello_without_extensions_is_whole) {
    struct tls_client_hello hello;
    ck_assert(sizeof(ssl3_hello) == 2 + 32 + 17 + 12 + 3);
    uint8_t *copy = exact_copy(ssl3_hello, sizeof(ssl3_hello));
    ck_assert(tls_client_hello_parse(cursor_over(copy, sizeof(ssl3_hello)), &hello));
    free(copy);
    ck_assert_uint_eq(hello.legacy_version, 0x0300);
    ck_assert(!hello.has_extensions);
    ck_assert_uint_eq(hello.session_id_length, 16);
    ck_assert_uint_eq(hello.suite_count, 5);
    ck_assert_uint_eq(hello.suites[4], 0x0003);
    ck_assert_uint_eq(hello.compression_count, 2);
    ck_assert_uint_eq(hello.compression_methods[0], 1);
}
END_TEST

/* The fixed part in front of each case below: version, random, then what the case says. */
static const uint8_t fixed_part[34] = {0x03, 0x03};

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *bytes; /* behind legacy_version and random */
    size_t length;
    const char *field, *reason;
    size_t offset; /* counted from legacy_session_id */
} contradictions[] = {
    /* legacy_session_id<0..32>: announces 4 bytes, 3 are there */
    {BYTES("\x04\x01\x02\x03"), "legacy_session_id", "runs past the end", 0},
    /* nothing behind the session id */
    {BYTES("\x00"), "cipher_suites", "runs past the end", 1},
    /* cipher_suites: announces 4 bytes, 2 are there */
    {BYTES("\x00\x00\x04\xc0\x2f"), "cipher_suites", "runs past the end", 1},
    /* cipher_suites of 3 bytes; the rest is in order */
    {BYTES("\x00\x00\x03\xc0\x2f\xc0\x01\x00"), "cipher_suites", "odd length", 5},
    /* no compression methods at all */
    {BYTES("\x00\x00\x02\xc0\x2f"), "legacy_compression_methods", "runs past the end", 5},
    {BYTES("\x00\x00\x02\xc0\x2f\x02\x00"), "legacy_compression_methods", "runs past the end", 5},
    /* half a length */
    {BYTES("\x00\x00\x02\xc0\x2f\x01\x00\x00"), "extensions", "runs past the end", 7},
    /* extensions: announces 5 bytes, 4 are there */
    {BYTES("\x00\x00\x02\xc0\x2f\x01\x00\x00\x05\x00\x17\x00\x00"), "extensions", "runs past the end", 7},
    /* a byte behind the extensions */
    {BYTES("\x00\x00\x02\xc0\x2f\x01\x00\x00\x04\x00\x17\x00\x00\x00"), "extensions", "has bytes left over", 13},
    /* half an extension type */
    {BYTES("\x00\x00\x02\xc0\x2f\x01\x00\x00\x05\x00\x17\x00\x00\x00"), "extension_type", "runs past the end", 13},
    /* extension_data: announces 3 bytes, 2 are there */
    {BYTES("\x00\x00\x02\xc0\x2f\x01\x00\x00\x06\x7a\x7a\x00\x03\x01\x02"), "extension_data", "runs past the end", 11},
};

START_TEST(contradictions_are_located) {
    uint8_t bytes[128];
    memcpy(bytes, fixed_part, sizeof(fixed_part));
    memcpy(bytes + sizeof(fixed_part), contradictions[_i].bytes, contradictions[_i].length);
    size_t length = sizeof(fixed_part) + contradictions[_i].length;
    uint8_t *copy = exact_copy(bytes, length);
    struct tls_client_hello hello;
    ck_assert(!tls_client_hello_parse(cursor_over(copy, length), &hello));
    free(copy);
    ck_assert_pstr_eq(hello.error.field, contradictions[_i].field);
    ck_assert_pstr_eq(hello.error.reason, contradictions[_i].reason);
    ck_assert_uint_eq(hello.error.offset, sizeof(fixed_part) + contradictions[_i].offset);
    ck_assert_uint_eq(hello.legacy_version, 0x0303); /* what was read before stands */
}
END_TEST

START_TEST(a_list_of_odd_length_does_not_hide_the_rest) {
    static const uint8_t bytes[] = {
        0x03, 0x03, [34] = 0x00,                         /* legacy_version, random, legacy_session_id */
        0x00, 0x03, 0xc0,        0x2f, 0xc0,             /* cipher_suites of 3 bytes */
        0x01, 0x00,                                      /* legacy_compression_methods */
        0x00, 0x07,                                      /* extensions */
        0x00, 0x2b, 0x00,        0x03, 0x02, 0x03, 0x04, /* supported_versions: TLS 1.3 */
    };
    struct tls_client_hello hello;
    ck_assert(!tls_client_hello_parse(cursor_over(bytes, sizeof(bytes)), &hello));
    ck_assert_str_eq(hello.error.field, "cipher_suites");
    ck_assert_uint_eq(hello.suite_count, 1);
    ck_assert_uint_eq(hello.suites[0], 0xc02f);
    ck_assert_uint_eq(hello.versions.count, 1);
}
END_TEST

START_TEST(offsets_count_from_the_body) {
    struct tls_client_hello hello;
    struct cursor message = cursor_over("\x01\x00\x00\x02\x03\x03", 6);
    ck_assert(cursor_skip(&message, 4)); /* a body inside a larger buffer */
    ck_assert(!tls_client_hello_parse(message, &hello));
    ck_assert_str_eq(hello.error.field, "random");
    ck_assert_uint_eq(hello.error.offset, 2);
}
END_TEST

/* 300 suites, 100 extensions of which one has 100 groups. */
static size_t build_large_hello(uint8_t *bytes, size_t suites, size_t extensions, size_t groups) {
    size_t n = sizeof(fixed_part);
    memcpy(bytes, fixed_part, n);
    bytes[n++] = 0;
    bytes[n++] = (uint8_t)(suites * 2 >> 8);
    bytes[n++] = (uint8_t)(suites * 2);
    for (size_t i = 0; i < suites; i++) {
        bytes[n++] = (uint8_t)(i >> 8);
        bytes[n++] = (uint8_t)i;
    }
    bytes[n++] = 1;
    bytes[n++] = 0;
    size_t extensions_length = (extensions - 1) * 4 + 6 + groups * 2;
    bytes[n++] = (uint8_t)(extensions_length >> 8);
    bytes[n++] = (uint8_t)extensions_length;
    for (size_t i = 1; i < extensions; i++) { /* types 0x1001, 0x1002 ..., empty */
        memcpy(bytes + n, (uint8_t[]){0x10, (uint8_t)i, 0, 0}, 4);
        n += 4;
    }
    memcpy(bytes + n, (uint8_t[]){0, 10, 0, (uint8_t)(groups * 2 + 2), 0, (uint8_t)(groups * 2)}, 6);
    n += 6;
    for (size_t i = 0; i < groups; i++) {
        bytes[n++] = 0;
        bytes[n++] = (uint8_t)i;
    }
    return n;
}

START_TEST(caps_are_reached_and_told) {
    uint8_t bytes[2048];
    size_t length = build_large_hello(bytes, 300, 100, 100);
    uint8_t *copy = exact_copy(bytes, length);
    struct tls_client_hello hello;
    ck_assert(tls_client_hello_parse(cursor_over(copy, length), &hello));
    free(copy);
    ck_assert_uint_eq(hello.suite_count, TLS_SUITES_KEPT);
    ck_assert_uint_eq(hello.suites[TLS_SUITES_KEPT - 1], TLS_SUITES_KEPT - 1);
    ck_assert(hello.suites_truncated);
    ck_assert_uint_eq(hello.extension_count, TLS_EXTENSIONS_KEPT);
    ck_assert(hello.extensions_truncated);
    ck_assert_uint_eq(hello.groups.count, TLS_LIST_KEPT); /* read, although not among the extensions kept */
    ck_assert(hello.groups.truncated);
}
END_TEST

START_TEST(full_to_the_cap_is_not_truncated) {
    uint8_t bytes[2048];
    size_t length = build_large_hello(bytes, TLS_SUITES_KEPT, TLS_EXTENSIONS_KEPT, TLS_LIST_KEPT);
    struct tls_client_hello hello;
    ck_assert(tls_client_hello_parse(cursor_over(bytes, length), &hello));
    ck_assert_uint_eq(hello.suite_count, TLS_SUITES_KEPT);
    ck_assert_uint_eq(hello.extension_count, TLS_EXTENSIONS_KEPT);
    ck_assert_uint_eq(hello.groups.count, TLS_LIST_KEPT);
    ck_assert(!hello.suites_truncated && !hello.extensions_truncated && !hello.groups.truncated);
}
END_TEST

/* RFC 5246 appendix E.2, as OpenSSL 0.9.8 sent it; the record header is gone. */
static const uint8_t ssl2_hello[] = {
    0x01,             /* msg_type: client_hello */
    0x03, 0x01,       /* version: TLS 1.0 */
    0x00, 0x0f,       /* cipher_spec_length: 5 of 3 bytes */
    0x00, 0x00,       /* session_id_length */
    0x00, 0x10,       /* challenge_length */
    0x00, 0x00, 0x39, /* TLS_DHE_RSA_WITH_AES_256_CBC_SHA */
    0x00, 0x00, 0x35, /* TLS_RSA_WITH_AES_256_CBC_SHA */
    0x07, 0x00, 0xc0, /* SSL_DES_192_EDE3_CBC_WITH_MD5 */
    0x01, 0x00, 0x80, /* SSL_RC4_128_WITH_MD5 */
    0x00, 0x00, 0xff, /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV */
    0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, /* challenge */
};

START_TEST(an_ssl2_hello_is_read) {
    static const uint8_t zeros[16];
    struct tls_client_hello hello;
    uint8_t *copy = exact_copy(ssl2_hello, sizeof(ssl2_hello));
    ck_assert(tls_client_hello_parse_ssl2(cursor_over(copy, sizeof(ssl2_hello)), &hello));
    free(copy);
    ck_assert(hello.ssl2_format);
    ck_assert_uint_eq(hello.legacy_version, 0x0301);
    ck_assert_uint_eq(hello.suite_count, 3);
    ck_assert_uint_eq(hello.suites[0], 0x0039);
    ck_assert_uint_eq(hello.suites[2], 0x00ff);
    ck_assert_uint_eq(hello.ssl2_spec_count, 2);
    ck_assert_mem_eq(hello.random, zeros, 16); /* filled up in front */
    ck_assert_mem_eq(hello.random + 16, ssl2_hello + sizeof(ssl2_hello) - 16, 16);
    ck_assert(!hello.has_extensions);
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
    const char *field, *reason;
    size_t offset;
} ssl2_contradictions[] = {
    {BYTES(""), "msg_type", "runs past the end", 0},
    {BYTES("\x01\x03"), "version", "runs past the end", 1},
    {BYTES("\x01\x03\x01\x00\x03\x00\x00\x00"), "challenge_length", "runs past the end", 7},
    /* two bytes of specs, three announced */
    {BYTES("\x01\x03\x01\x00\x03\x00\x00\x00\x00\x00\x00"), "cipher_specs", "runs past the end", 9},
    /* four bytes of specs */
    {BYTES("\x01\x03\x01\x00\x04\x00\x00\x00\x00\x00\x00\x39\x00"), "cipher_specs", "length is no multiple of 3", 12},
    {BYTES("\x01\x03\x01\x00\x00\x00\x10\x00\x00"), "session_id", "runs past the end", 9},
    {BYTES("\x01\x03\x01\x00\x00\x00\x00\x00\x01"), "challenge", "runs past the end", 9},
    {BYTES("\x01\x03\x01\x00\x00\x00\x00\x00\x00\x00"), "challenge", "has bytes left over", 9},
};

START_TEST(ssl2_contradictions_are_located) {
    uint8_t *copy = exact_copy(ssl2_contradictions[_i].bytes, ssl2_contradictions[_i].length);
    struct tls_client_hello hello;
    ck_assert(!tls_client_hello_parse_ssl2(cursor_over(copy, ssl2_contradictions[_i].length), &hello));
    free(copy);
    ck_assert(hello.ssl2_format);
    ck_assert_pstr_eq(hello.error.field, ssl2_contradictions[_i].field);
    ck_assert_pstr_eq(hello.error.reason, ssl2_contradictions[_i].reason);
    ck_assert_uint_eq(hello.error.offset, ssl2_contradictions[_i].offset);
}
END_TEST

/* A challenge longer than the random, which the RFC forbids, is cut to its end. */
START_TEST(a_long_ssl2_challenge_is_cut) {
    uint8_t bytes[9 + 40] = {0x01, 0x03, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 40};
    for (uint8_t i = 0; i < 40; i++)
        bytes[9 + i] = i;
    struct tls_client_hello hello;
    ck_assert(tls_client_hello_parse_ssl2(cursor_over(bytes, sizeof(bytes)), &hello));
    ck_assert_uint_eq(hello.random[0], 8);
    ck_assert_uint_eq(hello.random[31], 39);
}
END_TEST

/* What must hold whatever the bytes are. */
static bool parse_and_check(struct cursor body, bool (*parse)(struct cursor body, struct tls_client_hello *hello)) {
    struct tls_client_hello hello;
    bool whole = parse(body, &hello);
    sweep_error_is_sane(whole, &hello.error, &body);
    ck_assert(hello.suite_count <= TLS_SUITES_KEPT);
    ck_assert(hello.extension_count <= TLS_EXTENSIONS_KEPT);
    ck_assert(hello.groups.count <= TLS_LIST_KEPT);
    ck_assert(hello.server_name_length <= TLS_NAME_KEPT);
    ck_assert(hello.protocol_count <= TLS_PROTOCOLS_KEPT);
    ck_assert(hello.has_extensions || hello.extension_count == 0);
    return whole;
}

static bool parse_client_hello(struct cursor body) {
    return parse_and_check(body, tls_client_hello_parse);
}

static bool parse_ssl2_hello(struct cursor body) {
    return parse_and_check(body, tls_client_hello_parse_ssl2);
}

START_TEST(a_hello_cut_short_is_never_whole) {
    /* but for one place: before the extensions, as hellos were before extensions were invented */
    ck_assert(sweep_once(rfc8448_hello, RFC8448_FIXED_PART, parse_client_hello));
    ck_assert_uint_eq(sweep_prefixes(rfc8448_hello, sizeof(rfc8448_hello), parse_client_hello), 1);
    ck_assert_uint_eq(sweep_prefixes(ssl3_hello, sizeof(ssl3_hello), parse_client_hello), 0);
    ck_assert_uint_eq(sweep_prefixes(ssl2_hello, sizeof(ssl2_hello), parse_ssl2_hello), 0);
}
END_TEST

START_TEST(flipped_bytes_are_survived) {
    /* bytes that are only values (random, names, keys, codes) may be anything; lengths may not */
    size_t whole = sweep_flips(rfc8448_hello, sizeof(rfc8448_hello), parse_client_hello);
    ck_assert_uint_ge(whole, 3 * (2 + 32 + 6 + 32));
    ck_assert_uint_lt(whole, 3 * sizeof(rfc8448_hello) - 3 * 20);
    ck_assert_uint_ge(sweep_flips(ssl3_hello, sizeof(ssl3_hello), parse_client_hello), 3 * (2 + 32 + 16));
    ck_assert_uint_ge(sweep_flips(ssl2_hello, sizeof(ssl2_hello), parse_ssl2_hello), 3 * (2 + 15 + 16));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls client_hello");
    TCase *tcase = tcase_create("messages");
    tcase_add_test(tcase, a_tls13_hello_is_read);
    tcase_add_test(tcase, the_extensions_of_a_tls13_hello_are_read);
    tcase_add_test(tcase, a_hello_without_extensions_is_whole);
    tcase_add_loop_test(tcase, contradictions_are_located, 0, ARRAY_LENGTH(contradictions));
    tcase_add_test(tcase, a_list_of_odd_length_does_not_hide_the_rest);
    tcase_add_test(tcase, offsets_count_from_the_body);
    tcase_add_test(tcase, caps_are_reached_and_told);
    tcase_add_test(tcase, full_to_the_cap_is_not_truncated);
    tcase_add_test(tcase, an_ssl2_hello_is_read);
    tcase_add_loop_test(tcase, ssl2_contradictions_are_located, 0, ARRAY_LENGTH(ssl2_contradictions));
    tcase_add_test(tcase, a_long_ssl2_challenge_is_cut);
    tcase_add_test(tcase, a_hello_cut_short_is_never_whole);
    tcase_add_test(tcase, flipped_bytes_are_survived);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
