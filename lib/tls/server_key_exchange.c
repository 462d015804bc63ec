/* ServerKeyExchange: the group or prime that the server chose, and how it signed. */
#include <string.h>

#include "field.h"
#include "tls/names.h"
#include "tls/server_flight.h"

/* Reads the parameters of one key exchange; false where they contradict themselves. */
typedef bool params_read(struct cursor *body, struct tls_server_key_exchange *message);

/* Passes over COUNT vectors with a one-byte length. */
static bool skip_vectors8(struct cursor *body, struct tls_parse_error *error, const char *field, unsigned count) {
    struct cursor ignored;
    for (unsigned i = 0; i < count; i++)
        if (!tls_field_vector8(body, error, field, &ignored)) return false;
    return true;
}

/* Bits of a big-endian number, leading zeros not counted. */
static uint32_t number_bits(struct cursor number) {
    uint8_t byte = 0;
    while (byte == 0)
        if (!cursor_get_u8(&number, &byte)) return 0;
    uint32_t bits = (uint32_t)cursor_remaining(&number) * 8;
    for (; byte != 0; byte >>= 1)
        bits++;
    return bits;
}

/* RFC 5246 section 7.4.3: ServerDHParams */
static bool read_dh_params(struct cursor *body, struct tls_server_key_exchange *message) {
    struct tls_parse_error *error = &message->error;
    struct cursor dh_p, dh_g, dh_ys;

    if (!tls_field_vector16(body, error, "dh_p", &dh_p)) return false;
    message->dh_bits = number_bits(dh_p);
    return tls_field_vector16(body, error, "dh_g", &dh_g) && tls_field_vector16(body, error, "dh_Ys", &dh_ys);
}

/* RFC 4492 section 5.4: explicit_prime: a, b, base, order and cofactor follow the prime */
static bool read_explicit_prime(struct cursor *body, struct tls_server_key_exchange *message) {
    return skip_vectors8(body, &message->error, "prime_p", 1) && skip_vectors8(body, &message->error, "curve", 2) &&
           skip_vectors8(body, &message->error, "base", 3);
}

/* RFC 4492 section 5.4: explicit_char2: a trinomial has one exponent, a pentanomial three */
static bool read_explicit_char2(struct cursor *body, struct tls_server_key_exchange *message) {
    struct tls_parse_error *error = &message->error;
    uint16_t m;
    uint8_t basis;
    if (!tls_field_u16(body, error, "m", &m)) return false;
    if (!tls_field_u8(body, error, "basis", &basis)) return false;
    return skip_vectors8(body, error, "k", basis == 2 ? 3 : 1) && skip_vectors8(body, error, "curve", 2) &&
           skip_vectors8(body, error, "base", 3);
}

/* ECCurveType, RFC 8422 section 5.4. */
enum { CURVE_EXPLICIT_PRIME = 1, CURVE_EXPLICIT_CHAR2 = 2, CURVE_NAMED = 3 };

static bool read_ec_parameters(struct cursor *body, struct tls_server_key_exchange *message) {
    struct tls_parse_error *error = &message->error;
    size_t offset = cursor_offset(body);
    uint8_t curve_type;
    if (!tls_field_u8(body, error, "curve_type", &curve_type)) return false;
    message->explicit_curve = curve_type == CURVE_EXPLICIT_PRIME || curve_type == CURVE_EXPLICIT_CHAR2;
    switch (curve_type) {
    case CURVE_NAMED:
        return tls_field_u16(body, error, "namedcurve", &message->group);
    case CURVE_EXPLICIT_PRIME:
        return read_explicit_prime(body, message);
    case CURVE_EXPLICIT_CHAR2:
        return read_explicit_char2(body, message);
    default:
        return tls_field_fail(error, "curve_type", "does not exist", offset);
    }
}

/* RFC 8422 section 5.4: ServerECDHParams */
static bool read_ecdh_params(struct cursor *body, struct tls_server_key_exchange *message) {
    struct cursor public;
    return read_ec_parameters(body, message) && tls_field_vector8(body, &message->error, "public", &public) &&
           tls_field_not_empty(&public, &message->error, "public");
}

/* RFC 2246 section 7.4.3: ServerRSAParams, which only export-grade suites send */
static bool read_rsa_params(struct cursor *body, struct tls_server_key_exchange *message) {
    struct cursor rsa_modulus, rsa_exponent;
    return tls_field_vector16(body, &message->error, "rsa_modulus", &rsa_modulus) &&
           tls_field_vector16(body, &message->error, "rsa_exponent", &rsa_exponent);
}

/* RFC 4279 section 2: psk_identity_hint, alone or before the parameters of the other key exchange */
static bool read_psk_hint(struct cursor *body, struct tls_server_key_exchange *message) {
    struct cursor psk_identity_hint;
    return tls_field_vector16(body, &message->error, "psk_identity_hint", &psk_identity_hint);
}

static bool read_dhe_psk(struct cursor *body, struct tls_server_key_exchange *message) {
    return read_psk_hint(body, message) && read_dh_params(body, message);
}

static bool read_ecdhe_psk(struct cursor *body, struct tls_server_key_exchange *message) {
    return read_psk_hint(body, message) && read_ecdh_params(body, message);
}

/* RFC 5054 section 2.8.2: ServerSRPParams */
static bool read_srp_params(struct cursor *body, struct tls_server_key_exchange *message) {
    struct tls_parse_error *error = &message->error;
    struct cursor srp_n, srp_g, srp_s, srp_b;
    return tls_field_vector16(body, error, "srp_N", &srp_n) && tls_field_vector16(body, error, "srp_g", &srp_g) &&
           tls_field_vector8(body, error, "srp_s", &srp_s) && tls_field_vector16(body, error, "srp_B", &srp_b);
}

/* Key exchanges that have this message; SIGNED: unless the suite is anonymous. */
static const struct params_row {
    params_read *read;
    bool is_signed;
} rows[] = {
    [TLS_KEY_EXCHANGE_RSA] = {read_rsa_params, true},    [TLS_KEY_EXCHANGE_DHE] = {read_dh_params, true},
    [TLS_KEY_EXCHANGE_ECDHE] = {read_ecdh_params, true}, [TLS_KEY_EXCHANGE_PSK] = {read_psk_hint, false},
    [TLS_KEY_EXCHANGE_DHE_PSK] = {read_dhe_psk, false},  [TLS_KEY_EXCHANGE_ECDHE_PSK] = {read_ecdhe_psk, false},
    [TLS_KEY_EXCHANGE_RSA_PSK] = {read_psk_hint, false}, [TLS_KEY_EXCHANGE_SRP] = {read_srp_params, true},
};

/* RFC 5246 section 4.7: digitally-signed; the algorithm is named since TLS 1.2 */
static bool read_signature(struct cursor *body, uint16_t version, struct tls_server_key_exchange *message) {
    struct cursor signature;
    if (version >= TLS_VERSION_12 && !tls_field_u16(body, &message->error, "algorithm", &message->signature_algorithm))
        return false;
    if (!tls_field_vector16(body, &message->error, "signature", &signature)) return false;
    message->has_signature = true;
    return true;
}

bool tls_server_key_exchange_parse(struct cursor body, enum tls_key_exchange exchange, bool anonymous, uint16_t version,
                                   struct tls_server_key_exchange *message) {
    memset(message, 0, sizeof(*message));
    body.offset = 0;
    const struct params_row *row = (size_t)exchange < ARRAY_LENGTH(rows) ? &rows[exchange] : NULL;
    if (row == NULL || row->read == NULL) return true; /* of a form that is not known: nothing to contradict */
    if (!row->read(&body, message)) return false;
    if (row->is_signed && !anonymous && !read_signature(&body, version, message)) return false;
    return tls_field_end(&body, &message->error, "ServerKeyExchange");
}
