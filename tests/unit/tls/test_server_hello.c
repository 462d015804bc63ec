#include "tls/server_hello.h"

#include "run_suite.h"
#include "sweep.h"

/* The body of the ServerHello of RFC 8448 section 3. */
static const uint8_t rfc8448_hello[] = {
    0x03, 0x03,                                                                                     /* legacy_version */
    0xa6, 0xaf, 0x06, 0xa4, 0x12, 0x18, 0x60, 0xdc, 0x5e, 0x6e, 0x60, 0x24, 0x9c, 0xd3, 0x4c, 0x95, /* random */
    0x93, 0x0c, 0x8a, 0xc5, 0xcb, 0x14, 0x34, 0xda, 0xc1, 0x55, 0x77, 0x2e, 0xd3, 0xe2, 0x69, 0x28, /* random */
    0x00,                                           /* legacy_session_id_echo: empty */
    0x13, 0x01,                                     /* cipher_suite */
    0x00,                                           /* legacy_compression_method */
    0x00, 0x2e,                                     /* extensions: 46 bytes */
    0x00, 0x33, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20, /* key_share: x25519, 32 bytes */
    0xc9, 0x82, 0x88, 0x76, 0x11, 0x20, 0x95, 0xfe, 0x66, 0x76, 0x2b, 0xdb, 0xf7, 0xc6, 0x72, 0xe1, /* key_exchange */
    0x56, 0xd6, 0xcc, 0x25, 0x3b, 0x83, 0x3d, 0xf1, 0xdd, 0x69, 0xb1, 0xb0, 0x4e, 0x75, 0x1f, 0x0f, /* key_exchange */
    0x00, 0x2b, 0x00, 0x02, 0x03, 0x04, /* supported_versions: TLS 1.3 */
};

/* A HelloRetryRequest: RFC 8446 sections 4.1.3 and 4.1.4. */
static const uint8_t hello_retry_request[] = {
    0x03, 0x03,                                                                                     /* legacy_version */
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, /* special random */
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c, /* special random */
    0x04, 0x01, 0x02, 0x03, 0x04,                         /* legacy_session_id_echo */
    0x13, 0x02,                                           /* cipher_suite */
    0x00,                                                 /* legacy_compression_method */
    0x00, 0x15,                                           /* extensions: 21 bytes */
    0x00, 0x33, 0x00, 0x02, 0x00, 0x18,                   /* key_share: selected_group secp384r1 */
    0x00, 0x2c, 0x00, 0x05, 0x00, 0x03, 0xaa, 0xbb, 0xcc, /* cookie */
    0x00, 0x2b, 0x00, 0x02, 0x03, 0x04,                   /* supported_versions: TLS 1.3 */
};

/* A TLS 1.2 server that could speak 1.3, with all the extensions of its time. */
static const uint8_t tls12_hello[] = {
    0x03, 0x03,                                                                           /* server_version */
    0,    1,    2,    3,    4,    5,    6,    7,   8,   9,   10,  11,  12,  13,  14,  15, /* random */
    16,   17,   18,   19,   20,   21,   22,   23,  'D', 'O', 'W', 'N', 'G', 'R', 'D', 1,  /* downgrade mark */
    0x02, 0x77, 0x78,                                                                     /* session_id */
    0xc0, 0x2f,                                                                           /* cipher_suite */
    0x00,                                                                                 /* compression_method */
    0x00, 0x27,                                                                           /* extensions: 39 bytes */
    0x00, 0x00, 0x00, 0x00,                                                               /* server_name */
    0xff, 0x01, 0x00, 0x01, 0x00,                                                         /* renegotiation_info */
    0x00, 0x10, 0x00, 0x05, 0x00, 0x03, 0x02, 'h', '2',                                   /* ALPN: h2 */
    0x00, 0x17, 0x00, 0x00,                                                               /* extended_master_secret */
    0x00, 0x23, 0x00, 0x00,                                                               /* session_ticket */
    0x00, 0x05, 0x00, 0x00,                                                               /* status_request */
    0x00, 0x16, 0x00, 0x00,                                                               /* encrypt_then_mac */
    0x00, 0x0b, 0x00, 0x01, 0x00, /* not read: ec_point_formats */
};

/* SSL 3.0: nothing behind the compression method. */
static const uint8_t ssl3_hello[38] = {0x03, 0x00, [35] = 0x00, [36] = 0x0a};

static bool parse(const uint8_t *bytes, size_t length, struct tls_server_hello *hello) {
    uint8_t *copy = exact_copy(bytes, length);
    bool whole = tls_server_hello_parse(cursor_over(copy, length), hello);
    free(copy); /* nothing is borrowed */
    return whole;
}

START_TEST(a_tls13_hello_is_read) {
    struct tls_server_hello hello;
    ck_assert(parse(rfc8448_hello, sizeof(rfc8448_hello), &hello));
    ck_assert_uint_eq(hello.legacy_version, 0x0303);
    ck_assert_uint_eq(hello.version, 0x0304);
    ck_assert_uint_eq(hello.cipher_suite, 0x1301);
    ck_assert(hello.has_key_share);
    ck_assert_uint_eq(hello.group, 0x001d);
    ck_assert(!hello.is_hello_retry_request && !hello.has_psk && !hello.has_cookie);
    ck_assert_int_eq(hello.downgrade, TLS_DOWNGRADE_NONE);
    ck_assert_uint_eq(hello.extension_count, 2);
    ck_assert_uint_eq(hello.extensions[0], 51);
    ck_assert_mem_eq(hello.random, rfc8448_hello + 2, 32);
    ck_assert_ptr_null(hello.error.field);
}
END_TEST

START_TEST(a_hello_retry_request_is_read) {
    struct tls_server_hello hello;
    ck_assert(parse(hello_retry_request, sizeof(hello_retry_request), &hello));
    ck_assert(hello.is_hello_retry_request);
    ck_assert_uint_eq(hello.version, 0x0304);
    ck_assert_uint_eq(hello.session_id_length, 4);
    ck_assert_uint_eq(hello.group, 0x0018);
    ck_assert(hello.has_cookie);
}
END_TEST

START_TEST(a_tls12_hello_is_read) {
    struct tls_server_hello hello;
    ck_assert(parse(tls12_hello, sizeof(tls12_hello), &hello));
    ck_assert_uint_eq(hello.version, 0x0303);
    ck_assert_uint_eq(hello.session_id_length, 2);
    ck_assert_uint_eq(hello.cipher_suite, 0xc02f);
    ck_assert_int_eq(hello.downgrade, TLS_DOWNGRADE_TO_12);
    ck_assert(hello.has_server_name && hello.has_renegotiation_info && hello.has_extended_master_secret);
    ck_assert(hello.has_session_ticket && hello.has_status_request && hello.has_encrypt_then_mac);
    ck_assert(hello.has_protocol);
    ck_assert_uint_eq(hello.protocol.length, 2);
    ck_assert_mem_eq(hello.protocol.bytes, "h2", 2);
    ck_assert(!hello.has_key_share);
    ck_assert_uint_eq(hello.extension_count, 8);
}
END_TEST

START_TEST(a_hello_without_extensions_is_whole) {
    struct tls_server_hello hello;
    ck_assert(parse(ssl3_hello, sizeof(ssl3_hello), &hello));
    ck_assert_uint_eq(hello.version, 0x0300);
    ck_assert_uint_eq(hello.cipher_suite, 0x000a);
    ck_assert(!hello.has_extensions);
}
END_TEST

/* Draft 18 (0x7f12): no session id, no compression method; key_share, then pre_shared_key with identity 1. */
static const uint8_t draft18_hello[] = {
    0x7f, 0x12, [34] = 0x13, 0x01, 0x00, 0x0f, 0x00, 0x33, 0x00, 0x05, 0x00,
    0x1d, 0x00, 0x01,        0x55, 0x00, 0x29, 0x00, 0x02, 0x00, 0x01,
};

START_TEST(a_hello_of_an_early_draft_is_read) {
    struct tls_server_hello hello;
    ck_assert(parse(draft18_hello, sizeof(draft18_hello), &hello));
    ck_assert_uint_eq(hello.version, 0x7f12);
    ck_assert_uint_eq(hello.cipher_suite, 0x1301);
    ck_assert_uint_eq(hello.group, 0x001d);
    ck_assert(hello.has_psk);
    ck_assert_uint_eq(hello.psk_identity, 1);
}
END_TEST

START_TEST(downgrade_marks_are_told_apart) {
    uint8_t bytes[sizeof(tls12_hello)];
    struct tls_server_hello hello;
    memcpy(bytes, tls12_hello, sizeof(bytes));
    bytes[33] = 0;
    ck_assert(parse(bytes, sizeof(bytes), &hello));
    ck_assert_int_eq(hello.downgrade, TLS_DOWNGRADE_TO_11);
    bytes[33] = 2;
    ck_assert(parse(bytes, sizeof(bytes), &hello));
    ck_assert_int_eq(hello.downgrade, TLS_DOWNGRADE_NONE);
}
END_TEST

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Behind version and random; the offset counts from the session id. */
static const struct {
    const char *bytes;
    size_t length;
    const char *field, *reason;
    size_t offset;
} contradictions[] = {
    {BYTES(""), "legacy_session_id_echo", "runs past the end", 0},
    {BYTES("\x01"), "legacy_session_id_echo", "runs past the end", 0},
    {BYTES("\x00\xc0"), "cipher_suite", "runs past the end", 1},
    {BYTES("\x00\xc0\x2f"), "legacy_compression_method", "runs past the end", 3},
    {BYTES("\x00\xc0\x2f\x00\x00"), "extensions", "runs past the end", 4},
    {BYTES("\x00\xc0\x2f\x00\x00\x05\x00\x17\x00\x00"), "extensions", "runs past the end", 4},
    {BYTES("\x00\xc0\x2f\x00\x00\x04\x00\x17\x00\x00\x00"), "extensions", "has bytes left over", 10},
    {BYTES("\x00\xc0\x2f\x00\x00\x05\x00\x17\x00\x01\x00"), "extended_master_secret", "has bytes left over", 10},
    /* supported_versions in the client's form */
    {BYTES("\x00\xc0\x2f\x00\x00\x07\x00\x2b\x00\x03\x02\x03\x04"), "supported_versions", "has bytes left over", 12},
    {BYTES("\x00\xc0\x2f\x00\x00\x05\x00\x2b\x00\x01\x03"), "selected_version", "runs past the end", 10},
    /* ALPN: two names, an empty name */
    {BYTES("\x00\xc0\x2f\x00\x00\x0a\x00\x10\x00\x06\x00\x04\x01"
           "a\x01"
           "b"),
     "protocol_name_list", "has bytes left over", 14},
    {BYTES("\x00\xc0\x2f\x00\x00\x07\x00\x10\x00\x03\x00\x01\x00"), "protocol_name", "is empty", 13},
    /* a group and no key */
    {BYTES("\x00\xc0\x2f\x00\x00\x06\x00\x33\x00\x02\x00\x1d"), "key_exchange", "runs past the end", 12},
    {BYTES("\x00\xc0\x2f\x00\x00\x05\x00\x29\x00\x01\x00"), "selected_identity", "runs past the end", 10},
    {BYTES("\x00\xc0\x2f\x00\x00\x05\xff\x01\x00\x01\x01"), "renegotiated_connection", "runs past the end", 10},
};

START_TEST(contradictions_are_located) {
    uint8_t bytes[34 + 64] = {0x03, 0x03};
    memcpy(bytes + 34, contradictions[_i].bytes, contradictions[_i].length);
    struct tls_server_hello hello;
    ck_assert(!parse(bytes, 34 + contradictions[_i].length, &hello));
    ck_assert_pstr_eq(hello.error.field, contradictions[_i].field);
    ck_assert_pstr_eq(hello.error.reason, contradictions[_i].reason);
    ck_assert_uint_eq(hello.error.offset, 34 + contradictions[_i].offset);
    ck_assert_uint_eq(hello.legacy_version, 0x0303);
}
END_TEST

/* What comes behind more extensions than are kept still counts. */
START_TEST(extensions_past_the_cap_are_read_and_not_kept) {
    uint8_t bytes[512] = {0x03, 0x03, [36] = 0x2f};
    size_t n = 40, extensions = TLS_EXTENSIONS_KEPT + 6;
    for (size_t i = 0; i < extensions; i++, n += 4)
        memcpy(bytes + n, (uint8_t[]){0x20, (uint8_t)i, 0, 0}, 4);
    memcpy(bytes + n, (uint8_t[]){0x00, 0x2b, 0x00, 0x02, 0x03, 0x04}, 6);
    n += 6;
    bytes[38] = (uint8_t)((n - 40) >> 8);
    bytes[39] = (uint8_t)(n - 40);
    struct tls_server_hello hello;
    ck_assert(parse(bytes, n, &hello));
    ck_assert_uint_eq(hello.extension_count, TLS_EXTENSIONS_KEPT);
    ck_assert(hello.extensions_truncated);
    ck_assert_uint_eq(hello.version, 0x0304);
}
END_TEST

START_TEST(of_an_extension_that_comes_twice_the_first_counts) {
    static const uint8_t twice[] = {0x00, 0x2b, 0x00, 0x02, 0x03, 0x04, 0x00, 0x2b, 0x00, 0x02, 0x03, 0x03};
    uint8_t bytes[40 + sizeof(twice)] = {0x03, 0x03, [39] = sizeof(twice)};
    memcpy(bytes + 40, twice, sizeof(twice));
    struct tls_server_hello hello;
    ck_assert(parse(bytes, sizeof(bytes), &hello));
    ck_assert_uint_eq(hello.version, 0x0304);
    ck_assert_uint_eq(hello.extension_count, 2);
}
END_TEST

/* What must hold whatever the bytes are. */
static bool parse_and_check(struct cursor body) {
    struct tls_server_hello hello;
    bool whole = tls_server_hello_parse(body, &hello);
    sweep_error_is_sane(whole, &hello.error, &body);
    ck_assert(hello.extension_count <= TLS_EXTENSIONS_KEPT);
    ck_assert(hello.protocol.length <= TLS_PROTOCOL_KEPT);
    ck_assert(hello.has_extensions || hello.version == hello.legacy_version);
    return whole;
}

START_TEST(a_hello_cut_short_is_never_whole) {
    /* but before the extensions */
    ck_assert_uint_eq(sweep_prefixes(rfc8448_hello, sizeof(rfc8448_hello), parse_and_check), 1);
    ck_assert_uint_eq(sweep_prefixes(hello_retry_request, sizeof(hello_retry_request), parse_and_check), 1);
    ck_assert_uint_eq(sweep_prefixes(tls12_hello, sizeof(tls12_hello), parse_and_check), 1);
    ck_assert_uint_eq(sweep_prefixes(ssl3_hello, sizeof(ssl3_hello), parse_and_check), 0);
}
END_TEST

START_TEST(flipped_bytes_are_survived) {
    /* random, suite and key may be anything; lengths may not */
    ck_assert_uint_ge(sweep_flips(rfc8448_hello, sizeof(rfc8448_hello), parse_and_check), 3 * (32 + 2 + 32));
    ck_assert_uint_lt(sweep_flips(rfc8448_hello, sizeof(rfc8448_hello), parse_and_check),
                      3 * (sizeof(rfc8448_hello) - 6));
    ck_assert_uint_ge(sweep_flips(tls12_hello, sizeof(tls12_hello), parse_and_check), 3 * (32 + 2 + 2));
    ck_assert_uint_ge(sweep_flips(hello_retry_request, sizeof(hello_retry_request), parse_and_check), 3 * (2 + 3));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls server_hello");
    TCase *tcase = tcase_create("messages");
    tcase_add_test(tcase, a_tls13_hello_is_read);
    tcase_add_test(tcase, a_hello_retry_request_is_read);
    tcase_add_test(tcase, a_tls12_hello_is_read);
    tcase_add_test(tcase, a_hello_without_extensions_is_whole);
    tcase_add_test(tcase, a_hello_of_an_early_draft_is_read);
    tcase_add_test(tcase, downgrade_marks_are_told_apart);
    tcase_add_loop_test(tcase, contradictions_are_located, 0, ARRAY_LENGTH(contradictions));
    tcase_add_test(tcase, extensions_past_the_cap_are_read_and_not_kept);
    tcase_add_test(tcase, of_an_extension_that_comes_twice_the_first_counts);
    tcase_add_test(tcase, a_hello_cut_short_is_never_whole);
    tcase_add_test(tcase, flipped_bytes_are_survived);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
