#include "run_suite.h"
#include "sweep.h"
#include "tls/server_flight.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* Two certificates; their contents are for others to read. */
static const uint8_t certificate[] = {
    0x00, 0x00, 0x0b,                   /* certificate_list: 11 bytes */
    0x00, 0x00, 0x03, 0x30, 0x01, 0xaa, /* the leaf */
    0x00, 0x00, 0x02, 0x30, 0x00,       /* its issuer */
};

/* The same for TLS 1.3, with a context and, at the leaf, an extension. */
static const uint8_t certificate_13[] = {
    0x02, 0x01, 0x02,                   /* certificate_request_context */
    0x00, 0x00, 0x13,                   /* certificate_list: 19 bytes */
    0x00, 0x00, 0x03, 0x30, 0x01, 0xaa, /* cert_data */
    0x00, 0x04, 0x00, 0x05, 0x00, 0x00, /* extensions: status_request */
    0x00, 0x00, 0x02, 0x30, 0x00,       /* cert_data */
    0x00, 0x00,                         /* extensions: none */
};

static void check_two_certificates(const struct tls_certificate_list *list) {
    ck_assert_uint_eq(list->count, 2);
    ck_assert_uint_eq(list->total, 2);
    ck_assert_uint_eq(cursor_remaining(&list->certificates[0]), 3);
    ck_assert_mem_eq(list->certificates[0].position, "\x30\x01\xaa", 3);
    ck_assert_uint_eq(cursor_remaining(&list->certificates[1]), 2);
    ck_assert_ptr_null(list->error.field);
}

START_TEST(a_chain_is_read) {
    struct tls_certificate_list list;
    ck_assert(tls_certificate_parse(cursor_over(certificate, sizeof(certificate)), &list));
    check_two_certificates(&list);
    ck_assert(tls_certificate_parse_13(cursor_over(certificate_13, sizeof(certificate_13)), &list));
    check_two_certificates(&list);
}
END_TEST

/* "I have none": RFC 5246 section 7.4.6. */
START_TEST(an_empty_chain_is_whole) {
    struct tls_certificate_list list;
    ck_assert(tls_certificate_parse(cursor_over("\0\0\0", 3), &list));
    ck_assert_uint_eq(list.total, 0);
    ck_assert(tls_certificate_parse_13(cursor_over("\0\0\0\0", 4), &list));
    ck_assert_uint_eq(list.total, 0);
}
END_TEST

START_TEST(a_long_chain_is_cut) {
    uint8_t bytes[3 + 4 * 20] = {0, 0, 4 * 20};
    for (size_t i = 0; i < 20; i++)
        memcpy(bytes + 3 + 4 * i, (uint8_t[]){0, 0, 1, (uint8_t)i}, 4);
    struct tls_certificate_list list;
    ck_assert(tls_certificate_parse(cursor_over(bytes, sizeof(bytes)), &list));
    ck_assert_uint_eq(list.count, TLS_CHAIN_KEPT);
    ck_assert_uint_eq(list.total, 20);
    ck_assert_uint_eq(list.certificates[TLS_CHAIN_KEPT - 1].position[0], TLS_CHAIN_KEPT - 1);
}
END_TEST

static const struct {
    bool (*parse)(struct cursor body, struct tls_certificate_list *list);
    const uint8_t *bytes;
    size_t length;
    const char *field, *reason;
    size_t offset;
    uint16_t total; /* read before the contradiction */
} bad_certificates[] = {
    {tls_certificate_parse, BYTES(""), "certificate_list", "runs past the end", 0, 0},
    {tls_certificate_parse, BYTES("\x00\x00\x01"), "certificate_list", "runs past the end", 0, 0},
    {tls_certificate_parse, BYTES("\x00\x00\x04\x00\x00\x02\x30"), "ASN.1Cert", "runs past the end", 3, 0},
    {tls_certificate_parse, BYTES("\x00\x00\x03\x00\x00\x00"), "ASN.1Cert", "is empty", 6, 0},
    {tls_certificate_parse, BYTES("\x00\x00\x06\x00\x00\x01\x30\x00\x00"), "ASN.1Cert", "runs past the end", 7, 1},
    {tls_certificate_parse, BYTES("\x00\x00\x04\x00\x00\x01\x30\x00"), "certificate_list", "has bytes left over", 7, 1},
    {tls_certificate_parse_13, BYTES(""), "certificate_request_context", "runs past the end", 0, 0},
    {tls_certificate_parse_13, BYTES("\x00\x00\x00"), "certificate_list", "runs past the end", 1, 0},
    {tls_certificate_parse_13, BYTES("\x00\x00\x00\x03\x00\x00\x00"), "cert_data", "is empty", 7, 0},
    {tls_certificate_parse_13, BYTES("\x00\x00\x00\x04\x00\x00\x01\x30"), "extensions", "runs past the end", 8, 1},
    {tls_certificate_parse_13, BYTES("\x00\x00\x00\x00\x00"), "certificate_list", "has bytes left over", 4, 0},
};

START_TEST(contradictions_of_a_chain_are_located) {
    uint8_t *copy = exact_copy(bad_certificates[_i].bytes, bad_certificates[_i].length);
    struct tls_certificate_list list;
    ck_assert(!bad_certificates[_i].parse(cursor_over(copy, bad_certificates[_i].length), &list));
    free(copy);
    ck_assert_pstr_eq(list.error.field, bad_certificates[_i].field);
    ck_assert_pstr_eq(list.error.reason, bad_certificates[_i].reason);
    ck_assert_uint_eq(list.error.offset, bad_certificates[_i].offset);
    ck_assert_uint_eq(list.total, bad_certificates[_i].total);
}
END_TEST

/* CertificateStatus */
static const struct {
    const uint8_t *bytes;
    size_t length;
    bool whole;
    const char *response;
} statuses[] = {
    {BYTES("\x01\x00\x00\x02\x30\x00"), true, "\x30\x00"},
    /* ocsp_multi: the leaf's, then its issuer's */
    {BYTES("\x02\x00\x00\x09\x00\x00\x02\x30\x00\x00\x00\x01\x55"), true, "\x30\x00"},
    {BYTES("\x03\x00\x00\x02\x30\x00"), false, NULL},
    {BYTES("\x01\x00\x00\x03\x30\x00"), false, NULL},
    {BYTES("\x01\x00\x00\x01\x30\x00"), false, NULL},
    {BYTES("\x02\x00\x00\x00"), false, NULL},
    {BYTES(""), false, NULL},
};

START_TEST(a_certificate_status_holds_a_response) {
    uint8_t *copy = exact_copy(statuses[_i].bytes, statuses[_i].length);
    struct cursor response = cursor_over("untouched", 9);
    ck_assert_int_eq(tls_certificate_status_parse(cursor_over(copy, statuses[_i].length), &response),
                     statuses[_i].whole);
    ck_assert_uint_eq(cursor_remaining(&response), statuses[_i].whole ? 2 : 9);
    if (statuses[_i].whole) ck_assert_mem_eq(response.position, statuses[_i].response, 2);
    free(copy);
}
END_TEST

static bool check_certificate(struct cursor body) {
    struct tls_certificate_list list;
    bool whole = tls_certificate_parse(body, &list);
    sweep_error_is_sane(whole, &list.error, &body);
    ck_assert(list.count <= TLS_CHAIN_KEPT && list.count <= list.total);
    return whole;
}

static bool check_certificate_13(struct cursor body) {
    struct tls_certificate_list list;
    bool whole = tls_certificate_parse_13(body, &list);
    sweep_error_is_sane(whole, &list.error, &body);
    return whole;
}

static bool check_status(struct cursor body) {
    struct cursor response;
    return tls_certificate_status_parse(body, &response);
}

/* VALUES: bytes that are neither a length nor a type, so that any value makes a whole message. */
static const struct {
    sweep_parse *parse;
    const uint8_t *bytes;
    size_t length, values;
} sweeps[] = {
    {check_certificate, certificate, sizeof(certificate), 5},
    {check_certificate_13, certificate_13, sizeof(certificate_13), 2 + 5 + 4},
    {check_status, BYTES("\x02\x00\x00\x09\x00\x00\x02\x30\x00\x00\x00\x01\x55"), 2 + 1},
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
    Suite *suite = suite_create("tls certificate");
    TCase *tcase = tcase_create("messages");
    tcase_add_test(tcase, a_chain_is_read);
    tcase_add_test(tcase, an_empty_chain_is_whole);
    tcase_add_test(tcase, a_long_chain_is_cut);
    tcase_add_loop_test(tcase, contradictions_of_a_chain_are_located, 0, ARRAY_LENGTH(bad_certificates));
    tcase_add_loop_test(tcase, a_certificate_status_holds_a_response, 0, ARRAY_LENGTH(statuses));
    tcase_add_loop_test(tcase, messages_cut_short_are_never_whole, 0, ARRAY_LENGTH(sweeps));
    tcase_add_loop_test(tcase, flipped_bytes_are_survived, 0, ARRAY_LENGTH(sweeps));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
