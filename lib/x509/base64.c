/* Identifiers that prescribe SHA-1 and base64. */
#include "digest.h"
#include "x509/x509.h"

bool x509_sha1_base64(struct x509_inspector *inspector, const void *bytes, size_t length, char text[29]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!x509_digest(x509_inspector_digests(inspector), X509_DIGEST_SHA1, bytes, length, digest, &size)) return false;
    return size == 20 && EVP_EncodeBlock((unsigned char *)text, digest, (int)size) == 28;
}
