#include "run_suite.h"
#include "sweep.h"
#include "tls/names.h"
#include "tls/server_flight.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

static const uint8_t request_12[] = {
    0x02, 0x01, 0x40,                   /* certificate_types: rsa_sign, ecdsa_sign */
    0x00, 0x04, 0x04, 0x01, 0x04, 0x03, /* supported_signature_algorithms */
    0x00, 0x09,                         /* certificate_authorities: 9 bytes */
    0x00, 0x02, 0x30, 0x00,             /* DistinguishedName */
    0x00, 0x03, 0x30, 0x01, 0x05,       /* DistinguishedName */
};

static const uint8_t request_10[] = {0x01, 0x01, 0x00, 0x00}; /* rsa_sign; any authority */

static const uint8_t request_13[] = {
    0x01, 0x77,                                                 /* certificate_request_context */
    0x00, 0x18,                                                 /* extensions: 24 bytes */
    0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x08, 0x04,             /* signature_algorithms */
    0x00, 0x2f, 0x00, 0x06, 0x00, 0x04, 0x00, 0x02, 0x30, 0x00, /* certificate_authorities */
    0x12, 0x34, 0x00, 0x02, 0xff, 0xff,                         /* unknown */
};

START_TEST(a_certificate_request_is_read) {
    struct tls_certificate_request request;
    ck_assert(tls_certificate_request_parse(cursor_over(request_12, sizeof(request_12)), TLS_VERSION_12, &request));
    ck_assert_uint_eq(request.type_count, 2);
    ck_assert_uint_eq(request.types[1], 64);
    ck_assert_uint_eq(request.signature_algorithms.count, 2);
    ck_assert_uint_eq(request.signature_algorithms.codes[1], 0x0403);
    ck_assert_uint_eq(request.authority_count, 2);
    ck_assert_uint_eq(request.authority_total, 2);
    ck_assert_mem_eq(request.authorities[1].position, "\x30\x01\x05", 3);

    ck_assert(tls_certificate_request_parse(cursor_over(request_10, sizeof(request_10)), TLS_VERSION_10, &request));
    ck_assert_uint_eq(request.type_count, 1);
    ck_assert(!request.signature_algorithms.present);
    ck_assert_uint_eq(request.authority_total, 0);
}
END_TEST

START_TEST(a_certificate_request_of_tls13_is_read) {
    struct tls_certificate_request request;
    ck_assert(tls_certificate_request_parse(cursor_over(request_13, sizeof(request_13)), TLS_VERSION_13, &request));
    ck_assert_uint_eq(request.type_count, 0);
    ck_assert_uint_eq(request.signature_algorithms.codes[0], 0x0804);
    ck_assert_uint_eq(request.authority_total, 1);
}
END_TEST

START_TEST(many_types_and_authorities_are_cut) {
    uint8_t bytes[1 + 20 + 2 + 3 * 40] = {20};
    for (size_t i = 0; i < 20; i++)
        bytes[1 + i] = (uint8_t)i;
    bytes[22] = 3 * 40;
    for (size_t i = 0; i < 40; i++)
        memcpy(bytes + 23 + 3 * i, (uint8_t[]){0, 1, (uint8_t)i}, 3);
    struct tls_certificate_request request;
    ck_assert(tls_certificate_request_parse(cursor_over(bytes, sizeof(bytes)), TLS_VERSION_10, &request));
    ck_assert_uint_eq(request.type_count, 16);
    ck_assert_uint_eq(request.types[15], 15);
    ck_assert_uint_eq(request.authority_count, TLS_AUTHORITIES_KEPT);
    ck_assert_uint_eq(request.authority_total, 40);
}
END_TEST

static const struct {
    uint16_t version;
    const uint8_t *bytes;
    size_t length;
    const char *field, *reason;
    size_t offset;
} bad_requests[] = {
    {TLS_VERSION_12, BYTES("\x02\x01"), "certificate_types", "runs past the end", 0},
    {TLS_VERSION_12, BYTES("\x01\x01\x00\x00"), "supported_signature_algorithms", "is empty", 4},
    {TLS_VERSION_12, BYTES("\x01\x01\x00\x01\x04"), "supported_signature_algorithms", "odd length", 4},
    {TLS_VERSION_12, BYTES("\x01\x01\x00\x02\x04\x01"), "certificate_authorities", "runs past the end", 6},
    {TLS_VERSION_10, BYTES("\x01\x01\x00\x02\x00\x01"), "DistinguishedName", "runs past the end", 4},
    {TLS_VERSION_10, BYTES("\x01\x01\x00\x02\x00\x00"), "DistinguishedName", "is empty", 6},
    {TLS_VERSION_10, BYTES("\x01\x01\x00\x00\x00"), "certificate_authorities", "has bytes left over", 4},
    {TLS_VERSION_13, BYTES("\x00"), "extensions", "runs past the end", 1},
    {TLS_VERSION_13, BYTES("\x00\x00\x05\x00\x0d\x00\x01\x00"), "supported_signature_algorithms", "runs past the end",
     7},
    {TLS_VERSION_13, BYTES("\x00\x00\x07\x00\x2f\x00\x03\x00\x00\x00"), "certificate_authorities",
     "has bytes left over", 9},
};

START_TEST(contradictions_of_a_request_are_located) {
    uint8_t *copy = exact_copy(bad_requests[_i].bytes, bad_requests[_i].length);
    struct tls_certificate_request request;
    ck_assert(
        !tls_certificate_request_parse(cursor_over(copy, bad_requests[_i].length), bad_requests[_i].version, &request));
    free(copy);
    ck_assert_pstr_eq(request.error.field, bad_requests[_i].field);
    ck_assert_pstr_eq(request.error.reason, bad_requests[_i].reason);
    ck_assert_uint_eq(request.error.offset, bad_requests[_i].offset);
}
END_TEST

/* CertificateVerify */
static const struct {
    const uint8_t *bytes;
    size_t length;
    uint16_t version;
    bool whole;
    uint16_t want;
} verifies[] = {
    {BYTES("\x08\x04\x00\x02\x55\x66"), TLS_VERSION_12, true, 0x0804},
    {BYTES("\x04\x03\x00\x01\x55"), TLS_VERSION_13, true, 0x0403},
    {BYTES("\x00\x02\x55\x66"), TLS_VERSION_11, true, 0},
    {BYTES("\x08\x04\x00\x02\x55"), TLS_VERSION_12, false, 0},
    {BYTES("\x08\x04\x00\x02\x55\x66\x77"), TLS_VERSION_12, false, 0},
    {BYTES("\x08"), TLS_VERSION_12, false, 0},
};

START_TEST(a_certificate_verify_names_its_algorithm) {
    uint8_t *copy = exact_copy(verifies[_i].bytes, verifies[_i].length);
    uint16_t algorithm = 0xbeef;
    ck_assert_int_eq(
        tls_certificate_verify_parse(cursor_over(copy, verifies[_i].length), verifies[_i].version, &algorithm),
        verifies[_i].whole);
    ck_assert_uint_eq(algorithm, verifies[_i].whole ? verifies[_i].want : 0xbeef);
    free(copy);
}
END_TEST

static bool check_request_12(struct cursor body) {
    struct tls_certificate_request request;
    bool whole = tls_certificate_request_parse(body, TLS_VERSION_12, &request);
    sweep_error_is_sane(whole, &request.error, &body);
    return whole;
}

static bool check_request_13(struct cursor body) {
    struct tls_certificate_request request;
    bool whole = tls_certificate_request_parse(body, TLS_VERSION_13, &request);
    sweep_error_is_sane(whole, &request.error, &body);
    return whole;
}

static bool check_verify(struct cursor body) {
    uint16_t algorithm;
    return tls_certificate_verify_parse(body, TLS_VERSION_12, &algorithm);
}

/* VALUES: bytes that are neither a length nor a type, so that any value makes a whole message. */
static const struct {
    sweep_parse *parse;
    const uint8_t *bytes;
    size_t length, values;
} sweeps[] = {
    {check_request_12, request_12, sizeof(request_12), 2 + 4 + 5},
    {check_request_13, request_13, sizeof(request_13), 1 + 2 + 2 + 2 + 2},
    {check_verify, BYTES("\x08\x04\x00\x02\x55\x66"), 2 + 2},
};

START_TEST(messages_cut_short_are_never_whole) {
    ck_assert(sweep_once(sweeps[_i].bytes, sweeps[_i].length, sweeps[_i].parse));
    ck_assert_uint_eq(sweep_prefixes(sweeps[_i].bytes, sweeps[_i].length, sweeps[_i].parse), 0);
}
END_TEST

START_TEST(flipped_bytes_are_survived) {
    size_t whole = sweep_flips(sweeps[_i].bytes, sweeps[_i].length, sweeps[_i].parse);
    ck_assert_uint_ge(whole, 3 * sweeps[_i].values);
    ck_assert_uint_lt(whole, 3 * sweeps[_i].length);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls certificate_request");
    TCase *tcase = tcase_create("messages");
    tcase_add_test(tcase, a_certificate_request_is_read);
    tcase_add_test(tcase, a_certificate_request_of_tls13_is_read);
    tcase_add_test(tcase, many_types_and_authorities_are_cut);
    tcase_add_loop_test(tcase, contradictions_of_a_request_are_located, 0, ARRAY_LENGTH(bad_requests));
    tcase_add_loop_test(tcase, a_certificate_verify_names_its_algorithm, 0, ARRAY_LENGTH(verifies));
    tcase_add_loop_test(tcase, messages_cut_short_are_never_whole, 0, ARRAY_LENGTH(sweeps));
    tcase_add_loop_test(tcase, flipped_bytes_are_survived, 0, ARRAY_LENGTH(sweeps));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
