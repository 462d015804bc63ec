#include "tls/client_hello.h"

#include <string.h>

#include "client_hello_extensions.h"
#include "field.h"

/* CipherSuite cipher_suites<2..2^16-2>. An empty list is for the judges: it is readable. */
static bool read_cipher_suites(struct cursor suites, struct tls_client_hello *hello) {
    uint16_t suite;
    while (cursor_get_u16(&suites, &suite)) {
        if (hello->suite_count < TLS_SUITES_KEPT)
            hello->suites[hello->suite_count++] = suite;
        else
            hello->suites_truncated = true;
    }
    return cursor_is_empty(&suites) ||
           tls_field_fail(&hello->error, "cipher_suites", "odd length", cursor_offset(&suites));
}

static void read_compression_methods(struct cursor methods, struct tls_client_hello *hello) {
    hello->compression_count = (uint8_t)cursor_remaining(&methods);
    (void)tls_field_byte_list(methods, hello->compression_methods, sizeof(hello->compression_methods));
}

/* RFC 8446 section 4.1.2 and RFC 5246 section 7.4.1.2; before extensions were invented a hello ended with
 * compression_methods, and may still do so. A list of odd length does not keep what follows it from being read. */
static bool read_client_hello(struct cursor *body, struct tls_client_hello *hello) {
    struct tls_parse_error *error = &hello->error;
    struct cursor session_id, suites, methods, extensions;

    if (!tls_field_u16(body, error, "legacy_version", &hello->legacy_version)) return false;
    if (!tls_field_copy(body, error, "random", hello->random, sizeof(hello->random))) return false;
    if (!tls_field_vector8(body, error, "legacy_session_id", &session_id)) return false;
    hello->session_id_length = (uint8_t)cursor_remaining(&session_id);
    if (!tls_field_vector16(body, error, "cipher_suites", &suites)) return false;
    bool whole = read_cipher_suites(suites, hello);
    if (!tls_field_vector8(body, error, "legacy_compression_methods", &methods)) return false;
    read_compression_methods(methods, hello);
    if (cursor_is_empty(body)) return whole;

    hello->has_extensions = true;
    if (!tls_field_vector16(body, error, "extensions", &extensions)) return false;
    whole = tls_client_hello_extensions_read(extensions, hello) && whole;
    return tls_field_end(body, error, "extensions") && whole;
}

bool tls_client_hello_parse(struct cursor body, struct tls_client_hello *hello) {
    memset(hello, 0, sizeof(*hello));
    body.offset = 0;
    return read_client_hello(&body, hello);
}

/* V2CipherSpec cipher_specs: three bytes each; those of SSL 3.0 and later begin with a zero. */
static bool read_cipher_specs(struct cursor specs, struct tls_client_hello *hello) {
    uint32_t spec;
    while (cursor_get_u24(&specs, &spec)) {
        if (spec > UINT16_MAX)
            hello->ssl2_spec_count++;
        else if (hello->suite_count < TLS_SUITES_KEPT)
            hello->suites[hello->suite_count++] = (uint16_t)spec;
        else
            hello->suites_truncated = true;
    }
    return cursor_is_empty(&specs) ||
           tls_field_fail(&hello->error, "cipher_specs", "length is no multiple of 3", cursor_offset(&specs));
}

/* Random is the challenge with zeros in front; of a challenge that is too long, its end. */
static bool read_challenge(struct cursor challenge, struct tls_client_hello *hello) {
    size_t room = sizeof(hello->random), length = cursor_remaining(&challenge);
    size_t kept = length < room ? length : room;
    return cursor_skip(&challenge, length - kept) && cursor_copy(&challenge, &hello->random[room - kept], kept);
}

/* RFC 5246 appendix E.2: V2ClientHello. */
static bool read_ssl2_hello(struct cursor *body, struct tls_client_hello *hello) {
    struct tls_parse_error *error = &hello->error;
    uint16_t cipher_spec_length, session_id_length, challenge_length;
    struct cursor cipher_specs, session_id, challenge;
    uint8_t msg_type;

    if (!tls_field_u8(body, error, "msg_type", &msg_type)) return false;
    if (!tls_field_u16(body, error, "version", &hello->legacy_version)) return false;
    if (!tls_field_u16(body, error, "cipher_spec_length", &cipher_spec_length)) return false;
    if (!tls_field_u16(body, error, "session_id_length", &session_id_length)) return false;
    if (!tls_field_u16(body, error, "challenge_length", &challenge_length)) return false;
    if (!tls_field_sub(body, error, "cipher_specs", cipher_spec_length, &cipher_specs)) return false;
    bool whole = read_cipher_specs(cipher_specs, hello);
    if (!tls_field_sub(body, error, "session_id", session_id_length, &session_id)) return false;
    hello->session_id_length = session_id_length < UINT8_MAX ? (uint8_t)session_id_length : UINT8_MAX;
    if (!tls_field_sub(body, error, "challenge", challenge_length, &challenge)) return false;
    return read_challenge(challenge, hello) && tls_field_end(body, error, "challenge") && whole;
}

bool tls_client_hello_parse_ssl2(struct cursor body, struct tls_client_hello *hello) {
    memset(hello, 0, sizeof(*hello));
    hello->ssl2_format = true;
    body.offset = 0;
    return read_ssl2_hello(&body, hello);
}
