#include "run_suite.h"
#include "sweep.h"
#include "tls/names.h"
#include "tls/server_flight.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* ECDHE: named_curve x25519, a public key of 4 bytes, signed with rsa_pss_rsae_sha256 */
static const uint8_t ecdhe[] = {0x03, 0x00, 0x1d, 0x04, 1, 2, 3, 4, 0x08, 0x04, 0x00, 0x02, 0x55, 0x66};

/* The same before TLS 1.2: the algorithm is not named */
static const uint8_t ecdhe_11[] = {0x03, 0x00, 0x17, 0x01, 1, 0x00, 0x02, 0x55, 0x66};

/* DHE: dh_p of 2 bytes, of which the first is 0x01: 9 bits; g, Ys; signed with rsa_pkcs1_sha256 */
static const uint8_t dhe[] = {0x00, 0x02, 0x01, 0xff, 0x00, 0x01, 0x02, 0x00, 0x01, 0x07, 0x04, 0x01, 0x00, 0x01, 0x55};

/* explicit_prime: prime_p, a, b, base, order, cofactor, then the public key */
static const uint8_t explicit_prime[] = {0x01, 0x01, 0x17, 0x01, 0x01, 0x01, 0x01, 0x01,
                                         0x04, 0x01, 0x13, 0x01, 0x01, 0x01, 0x09};

/* explicit_char2: m 163, a pentanomial with three exponents, a, b, base, order, cofactor, public key */
static const uint8_t explicit_char2[] = {0x02, 0x00, 0xa3, 0x02, 0x01, 0x03, 0x01, 0x06, 0x01, 0x07, 0x01,
                                         0x01, 0x01, 0x01, 0x01, 0x04, 0x01, 0x13, 0x01, 0x01, 0x01, 0x09};

/* a trinomial has one exponent */
static const uint8_t explicit_trinomial[] = {0x02, 0x00, 0xa3, 0x01, 0x01, 0x03, 0x01, 0x01, 0x01,
                                             0x01, 0x01, 0x04, 0x01, 0x13, 0x01, 0x01, 0x01, 0x09};

/* psk_identity_hint "hint", alone and in front of other parameters */
static const uint8_t psk[] = {0x00, 0x04, 'h', 'i', 'n', 't'};
static const uint8_t dhe_psk[] = {0x00, 0x00, 0x00, 0x01, 0x80, 0x00, 0x01, 0x02, 0x00, 0x01, 0x07};
static const uint8_t ecdhe_psk[] = {0x00, 0x00, 0x03, 0x00, 0x18, 0x01, 0x04};

/* N, g, s, B; signed with rsa_pkcs1_sha1 */
static const uint8_t srp[] = {0x00, 0x01, 0x17, 0x00, 0x01, 0x02, 0x01, 0x55,
                              0x00, 0x01, 0x09, 0x02, 0x01, 0x00, 0x01, 0x77};

/* export grade: modulus, exponent, signature without a name */
static const uint8_t rsa_export[] = {0x00, 0x02, 0x80, 0x01, 0x00, 0x01, 0x03, 0x00, 0x01, 0x77};

/* a prime of nothing but zeros */
static const uint8_t dhe_zero[] = {0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x01, 0x07};

static const struct {
    const uint8_t *bytes;
    size_t length;
    enum tls_key_exchange exchange;
    bool anonymous;
    uint16_t version;
    struct tls_server_key_exchange want;
} key_exchanges[] = {
    {ecdhe,
     sizeof(ecdhe),
     TLS_KEY_EXCHANGE_ECDHE,
     false,
     TLS_VERSION_12,
     {.group = 0x001d, .has_signature = true, .signature_algorithm = 0x0804}},
    {ecdhe, 8, TLS_KEY_EXCHANGE_ECDHE, true, TLS_VERSION_12, {.group = 0x001d}},
    {ecdhe_11,
     sizeof(ecdhe_11),
     TLS_KEY_EXCHANGE_ECDHE,
     false,
     TLS_VERSION_11,
     {.group = 0x0017, .has_signature = true}},
    {dhe,
     sizeof(dhe),
     TLS_KEY_EXCHANGE_DHE,
     false,
     TLS_VERSION_12,
     {.dh_bits = 9, .has_signature = true, .signature_algorithm = 0x0401}},
    {dhe, 10, TLS_KEY_EXCHANGE_DHE, true, TLS_VERSION_10, {.dh_bits = 9}},
    {dhe_zero, sizeof(dhe_zero), TLS_KEY_EXCHANGE_DHE, true, TLS_VERSION_12, {.dh_bits = 0}},
    {explicit_prime, sizeof(explicit_prime), TLS_KEY_EXCHANGE_ECDHE, true, TLS_VERSION_12, {.explicit_curve = true}},
    {explicit_char2, sizeof(explicit_char2), TLS_KEY_EXCHANGE_ECDHE, true, TLS_VERSION_12, {.explicit_curve = true}},
    {explicit_trinomial,
     sizeof(explicit_trinomial),
     TLS_KEY_EXCHANGE_ECDHE,
     true,
     TLS_VERSION_12,
     {.explicit_curve = true}},
    {psk, sizeof(psk), TLS_KEY_EXCHANGE_PSK, false, TLS_VERSION_12, {0}},
    {psk, sizeof(psk), TLS_KEY_EXCHANGE_RSA_PSK, false, TLS_VERSION_12, {0}},
    {dhe_psk, sizeof(dhe_psk), TLS_KEY_EXCHANGE_DHE_PSK, false, TLS_VERSION_12, {.dh_bits = 8}},
    {ecdhe_psk, sizeof(ecdhe_psk), TLS_KEY_EXCHANGE_ECDHE_PSK, false, TLS_VERSION_12, {.group = 0x0018}},
    {srp,
     sizeof(srp),
     TLS_KEY_EXCHANGE_SRP,
     false,
     TLS_VERSION_12,
     {.has_signature = true, .signature_algorithm = 0x0201}},
    {srp, 11, TLS_KEY_EXCHANGE_SRP, true, TLS_VERSION_12, {0}},
    {rsa_export, sizeof(rsa_export), TLS_KEY_EXCHANGE_RSA, false, TLS_VERSION_10, {.has_signature = true}},
    /* forms that are not known contradict nothing */
    {psk, sizeof(psk), TLS_KEY_EXCHANGE_UNKNOWN, false, TLS_VERSION_12, {0}},
    {psk, sizeof(psk), TLS_KEY_EXCHANGE_GOST, false, TLS_VERSION_12, {0}},
};

START_TEST(key_exchanges_are_read) {
    uint8_t *copy = exact_copy(key_exchanges[_i].bytes, key_exchanges[_i].length);
    struct tls_server_key_exchange message;
    const struct tls_server_key_exchange *want = &key_exchanges[_i].want;
    bool whole = tls_server_key_exchange_parse(cursor_over(copy, key_exchanges[_i].length), key_exchanges[_i].exchange,
                                               key_exchanges[_i].anonymous, key_exchanges[_i].version, &message);
    free(copy);
    ck_assert_msg(whole, "%s %s", message.error.field, message.error.reason);
    ck_assert_uint_eq(message.group, want->group);
    ck_assert_uint_eq(message.dh_bits, want->dh_bits);
    ck_assert_int_eq(message.explicit_curve, want->explicit_curve);
    ck_assert_int_eq(message.has_signature, want->has_signature);
    ck_assert_uint_eq(message.signature_algorithm, want->signature_algorithm);
}
END_TEST

/* A prime of 2048 bits, as most servers send it, with a leading zero as some do. */
START_TEST(the_size_of_a_prime_is_counted) {
    uint8_t bytes[2 + 257 + 6] = {0x01, 0x01, 0x00, 0xff};
    memcpy(bytes + 2 + 257, "\x00\x01\x02\x00\x01\x07", 6);
    struct tls_server_key_exchange message;
    ck_assert(tls_server_key_exchange_parse(cursor_over(bytes, sizeof(bytes)), TLS_KEY_EXCHANGE_DHE, true,
                                            TLS_VERSION_12, &message));
    ck_assert_uint_eq(message.dh_bits, 2048);
}
END_TEST

static const struct {
    const uint8_t *bytes;
    size_t length;
    enum tls_key_exchange exchange;
    const char *field, *reason;
    size_t offset;
} bad_key_exchanges[] = {
    {BYTES(""), TLS_KEY_EXCHANGE_ECDHE, "curve_type", "runs past the end", 0},
    {BYTES("\x04\x00\x17"), TLS_KEY_EXCHANGE_ECDHE, "curve_type", "does not exist", 0},
    {BYTES("\x03\x00"), TLS_KEY_EXCHANGE_ECDHE, "namedcurve", "runs past the end", 1},
    {BYTES("\x03\x00\x17\x00\x08\x04\x00\x01\x55"), TLS_KEY_EXCHANGE_ECDHE, "public", "is empty", 4},
    {BYTES("\x03\x00\x17\x02\x01"), TLS_KEY_EXCHANGE_ECDHE, "public", "runs past the end", 3},
    {BYTES("\x03\x00\x17\x01\x01\x08"), TLS_KEY_EXCHANGE_ECDHE, "algorithm", "runs past the end", 5},
    {BYTES("\x03\x00\x17\x01\x01\x08\x04\x00\x01"), TLS_KEY_EXCHANGE_ECDHE, "signature", "runs past the end", 7},
    {BYTES("\x03\x00\x17\x01\x01\x08\x04\x00\x01\x55\x66"), TLS_KEY_EXCHANGE_ECDHE, "ServerKeyExchange",
     "has bytes left over", 10},
    {BYTES("\x01\x01"), TLS_KEY_EXCHANGE_ECDHE, "prime_p", "runs past the end", 1},
    {BYTES("\x02\x00\xa3\x02\x01\x03\x01\x06"), TLS_KEY_EXCHANGE_ECDHE, "k", "runs past the end", 8},
    {BYTES("\x00\x03\x01\x02"), TLS_KEY_EXCHANGE_DHE, "dh_p", "runs past the end", 0},
    {BYTES("\x00\x01\x01\x00"), TLS_KEY_EXCHANGE_DHE, "dh_g", "runs past the end", 3},
    {BYTES("\x00\x01\x01\x00\x01\x02"), TLS_KEY_EXCHANGE_DHE, "dh_Ys", "runs past the end", 6},
    {BYTES("\x00"), TLS_KEY_EXCHANGE_PSK, "psk_identity_hint", "runs past the end", 0},
    {BYTES("\x00\x00\x00"), TLS_KEY_EXCHANGE_PSK, "ServerKeyExchange", "has bytes left over", 2},
    {BYTES("\x00\x01\x17\x00\x01\x02\x01"), TLS_KEY_EXCHANGE_SRP, "srp_s", "runs past the end", 6},
    {BYTES("\x00\x01\x80"), TLS_KEY_EXCHANGE_RSA, "rsa_exponent", "runs past the end", 3},
};

START_TEST(contradictions_of_a_key_exchange_are_located) {
    uint8_t *copy = exact_copy(bad_key_exchanges[_i].bytes, bad_key_exchanges[_i].length);
    struct tls_server_key_exchange message;
    ck_assert(!tls_server_key_exchange_parse(cursor_over(copy, bad_key_exchanges[_i].length),
                                             bad_key_exchanges[_i].exchange, false, TLS_VERSION_12, &message));
    free(copy);
    ck_assert_pstr_eq(message.error.field, bad_key_exchanges[_i].field);
    ck_assert_pstr_eq(message.error.reason, bad_key_exchanges[_i].reason);
    ck_assert_uint_eq(message.error.offset, bad_key_exchanges[_i].offset);
}
END_TEST

static bool check_key_exchange(struct cursor body, enum tls_key_exchange exchange) {
    struct tls_server_key_exchange message;
    bool whole = tls_server_key_exchange_parse(body, exchange, false, TLS_VERSION_12, &message);
    sweep_error_is_sane(whole, &message.error, &body);
    return whole;
}

static bool check_ecdhe(struct cursor body) {
    return check_key_exchange(body, TLS_KEY_EXCHANGE_ECDHE);
}

static bool check_dhe(struct cursor body) {
    return check_key_exchange(body, TLS_KEY_EXCHANGE_DHE);
}

static bool check_srp(struct cursor body) {
    return check_key_exchange(body, TLS_KEY_EXCHANGE_SRP);
}

static bool check_ecdhe_psk(struct cursor body) {
    return check_key_exchange(body, TLS_KEY_EXCHANGE_ECDHE_PSK);
}

/* VALUES: bytes that are neither a length nor a type, so that any value makes a whole message. */
static const struct {
    sweep_parse *parse;
    const uint8_t *bytes;
    size_t length, values;
} sweeps[] = {
    {check_ecdhe, ecdhe, sizeof(ecdhe), 2 + 4 + 2 + 2},
    {check_dhe, dhe, sizeof(dhe), 2 + 1 + 1 + 2 + 1},
    {check_srp, srp, sizeof(srp), 1 + 1 + 1 + 1 + 2 + 1},
    {check_ecdhe_psk, ecdhe_psk, sizeof(ecdhe_psk), 2 + 1},
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
    Suite *suite = suite_create("tls server_key_exchange");
    TCase *tcase = tcase_create("messages");
    tcase_add_loop_test(tcase, key_exchanges_are_read, 0, ARRAY_LENGTH(key_exchanges));
    tcase_add_test(tcase, the_size_of_a_prime_is_counted);
    tcase_add_loop_test(tcase, contradictions_of_a_key_exchange_are_located, 0, ARRAY_LENGTH(bad_key_exchanges));
    tcase_add_loop_test(tcase, messages_cut_short_are_never_whole, 0, ARRAY_LENGTH(sweeps));
    tcase_add_loop_test(tcase, flipped_bytes_are_survived, 0, ARRAY_LENGTH(sweeps));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
