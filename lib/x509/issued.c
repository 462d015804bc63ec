/* Who issued a chain, by name alone: for the authorities of a CertificateRequest (RFC 8446 section 4.2.4). */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "certificate.h"

static X509_NAME *name_parse(struct cursor der) {
    size_t length = der.remaining;
    const uint8_t *start, *end;
    if (length == 0 || length > INT32_MAX || !cursor_take(&der, length, &start)) return NULL;
    end = start;
    return d2i_X509_NAME(NULL, &end, (long)length);
}

bool x509_issued_by(const struct cursor *certificates, unsigned count, struct cursor authority) {
    X509 *chain[X509_CHAIN_KEPT] = {NULL};
    X509_NAME *wanted = name_parse(authority);
    bool trailing, found = false, used[X509_CHAIN_KEPT] = {false};
    if (count > X509_CHAIN_KEPT) count = X509_CHAIN_KEPT;
    for (unsigned i = 0; i < count; i++)
        chain[i] = x509_certificate_parse(certificates[i], &trailing);
    X509 *top = count > 0 && wanted != NULL ? chain[0] : NULL;
    while (top != NULL && !found) {
        X509 *issuer = NULL;
        found = X509_NAME_cmp(X509_get_issuer_name(top), wanted) == 0;
        for (unsigned i = 1; i < count && issuer == NULL; i++) {
            if (chain[i] == NULL || used[i]) continue;
            used[i] = X509_NAME_cmp(X509_get_issuer_name(top), X509_get_subject_name(chain[i])) == 0;
            if (used[i]) issuer = chain[i];
        }
        top = issuer;
    }
    for (unsigned i = 0; i < count; i++)
        X509_free(chain[i]);
    X509_NAME_free(wanted);
    ERR_clear_error();
    return found;
}
