/* CertificateRequest and CertificateVerify. */
#include <string.h>

#include "field.h"
#include "tls/extension_type.h"
#include "tls/names.h"
#include "tls/server_flight.h"

/* DistinguishedName certificate_authorities<0..2^16-1> */
static bool read_authorities(struct cursor authorities, struct tls_certificate_request *request) {
    struct cursor name;
    while (!cursor_is_empty(&authorities)) {
        if (!tls_field_vector16(&authorities, &request->error, "DistinguishedName", &name)) return false;
        if (!tls_field_not_empty(&name, &request->error, "DistinguishedName")) return false;
        if (request->authority_count < TLS_AUTHORITIES_KEPT) request->authorities[request->authority_count++] = name;
        request->authority_total++;
    }
    return true;
}

static bool read_signature_algorithms(struct cursor *in, struct tls_certificate_request *request) {
    static const char field[] = "supported_signature_algorithms";
    struct cursor algorithms;
    return tls_field_vector16(in, &request->error, field, &algorithms) &&
           tls_field_code_list(algorithms, &request->error, field, &request->signature_algorithms);
}

/* RFC 5246 section 7.4.4; signature algorithms came with TLS 1.2 (RFC 2246 section 7.4.4) */
static bool read_certificate_request(struct cursor *body, uint16_t version, struct tls_certificate_request *request) {
    struct tls_parse_error *error = &request->error;
    struct cursor certificate_types, authorities;

    if (!tls_field_vector8(body, error, "certificate_types", &certificate_types)) return false;
    request->type_count = tls_field_byte_list(certificate_types, request->types, sizeof(request->types));
    if (version >= TLS_VERSION_12 && !read_signature_algorithms(body, request)) return false;
    if (!tls_field_vector16(body, error, "certificate_authorities", &authorities)) return false;
    return read_authorities(authorities, request) && tls_field_end(body, error, "certificate_authorities");
}

/* RFC 8446 section 4.3.2: the extensions that say the same as the fields of old */
static bool read_extension_13(uint16_t type, struct cursor data, struct tls_certificate_request *request) {
    struct cursor authorities;
    switch (type) {
    case TLS_EXTENSION_SIGNATURE_ALGORITHMS:
        return read_signature_algorithms(&data, request) &&
               tls_field_end(&data, &request->error, "signature_algorithms");
    case TLS_EXTENSION_CERTIFICATE_AUTHORITIES:
        return tls_field_vector16(&data, &request->error, "authorities", &authorities) &&
               read_authorities(authorities, request) &&
               tls_field_end(&data, &request->error, "certificate_authorities");
    default:
        return true;
    }
}

/* RFC 8446 section 4.3.2 */
static bool read_certificate_request_13(struct cursor *body, struct tls_certificate_request *request) {
    struct tls_parse_error *error = &request->error;
    struct cursor certificate_request_context, extensions, data;
    uint16_t type;

    if (!tls_field_vector8(body, error, "certificate_request_context", &certificate_request_context)) return false;
    if (!tls_field_vector16(body, error, "extensions", &extensions)) return false;
    while (!cursor_is_empty(&extensions)) {
        if (!tls_field_extension(&extensions, error, &type, &data)) return false;
        if (!read_extension_13(type, data, request)) return false;
    }
    return tls_field_end(body, error, "extensions");
}

bool tls_certificate_request_parse(struct cursor body, uint16_t version, struct tls_certificate_request *request) {
    memset(request, 0, sizeof(*request));
    body.offset = 0;
    if (version >= TLS_VERSION_13) return read_certificate_request_13(&body, request);
    return read_certificate_request(&body, version, request);
}

bool tls_certificate_verify_parse(struct cursor body, uint16_t version, uint16_t *signature_algorithm) {
    struct cursor signature;
    uint16_t algorithm = 0;
    if (version >= TLS_VERSION_12 && !cursor_get_u16(&body, &algorithm)) return false;
    if (!cursor_get_u16_prefixed(&body, &signature) || !cursor_is_empty(&body)) return false;
    *signature_algorithm = algorithm;
    return true;
}
