/* Certificate and CertificateStatus. */
#include <string.h>

#include "field.h"
#include "tls/server_flight.h"

static void certificate_keep(struct tls_certificate_list *list, struct cursor certificate) {
    if (list->count < TLS_CHAIN_KEPT) list->certificates[list->count++] = certificate;
    list->total++;
}

/* RFC 5246 section 7.4.2 */
static bool read_certificate(struct cursor *body, struct tls_certificate_list *list) {
    struct tls_parse_error *error = &list->error;
    struct cursor certificate_list, certificate;

    if (!tls_field_vector24(body, error, "certificate_list", &certificate_list)) return false;
    while (!cursor_is_empty(&certificate_list)) {
        if (!tls_field_vector24(&certificate_list, error, "ASN.1Cert", &certificate)) return false;
        if (!tls_field_not_empty(&certificate, error, "ASN.1Cert")) return false;
        certificate_keep(list, certificate);
    }
    return tls_field_end(body, error, "certificate_list");
}

bool tls_certificate_parse(struct cursor body, struct tls_certificate_list *list) {
    memset(list, 0, sizeof(*list));
    body.offset = 0;
    return read_certificate(&body, list);
}

/* RFC 8446 section 4.4.2 */
static bool read_certificate_13(struct cursor *body, struct tls_certificate_list *list) {
    struct tls_parse_error *error = &list->error;
    struct cursor certificate_request_context, certificate_list, cert_data, extensions;

    if (!tls_field_vector8(body, error, "certificate_request_context", &certificate_request_context)) return false;
    if (!tls_field_vector24(body, error, "certificate_list", &certificate_list)) return false;
    while (!cursor_is_empty(&certificate_list)) {
        if (!tls_field_vector24(&certificate_list, error, "cert_data", &cert_data)) return false;
        if (!tls_field_not_empty(&cert_data, error, "cert_data")) return false;
        certificate_keep(list, cert_data);
        if (!tls_field_vector16(&certificate_list, error, "extensions", &extensions)) return false;
    }
    return tls_field_end(body, error, "certificate_list");
}

bool tls_certificate_parse_13(struct cursor body, struct tls_certificate_list *list) {
    memset(list, 0, sizeof(*list));
    body.offset = 0;
    return read_certificate_13(&body, list);
}

/* CertificateStatusType, RFC 6066 section 8 and RFC 6961 section 2.2. */
enum { STATUS_OCSP = 1, STATUS_OCSP_MULTI = 2 };

bool tls_certificate_status_parse(struct cursor body, struct cursor *response) {
    struct cursor first, list;
    uint8_t status_type;

    body.offset = 0;
    if (!cursor_get_u8(&body, &status_type)) return false;
    if (status_type != STATUS_OCSP && status_type != STATUS_OCSP_MULTI) return false;
    if (!cursor_get_u24_prefixed(&body, &first) || !cursor_is_empty(&body)) return false;
    if (status_type == STATUS_OCSP_MULTI) { /* a list, in the order of the chain: the leaf's comes first */
        list = first;
        if (!cursor_get_u24_prefixed(&list, &first)) return false;
    }
    *response = first;
    return true;
}
