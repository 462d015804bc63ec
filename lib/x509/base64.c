/* Identifiers that prescribe SHA-1 and base64. */
#include <openssl/evp.h>

#include "x509/x509.h"

bool x509_sha1_base64(const void *bytes, size_t length, char text[29]) {
    unsigned char digest[20];
    unsigned int size = 0;
    if (EVP_Digest(bytes, length, digest, &size, EVP_sha1(), NULL) != 1 || size != sizeof digest) return false;
    return EVP_EncodeBlock((unsigned char *)text, digest, sizeof digest) == 28;
}
