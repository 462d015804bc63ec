/* Fingerprints. */
#include <openssl/evp.h>

#include "base/text.h"
#include "x509/x509.h"

/* Writes the hexadecimal digest of LENGTH bytes to TEXT, which has SIZE bytes: twice the digest and a NUL. */
static bool digest_hex(const EVP_MD *algorithm, const void *bytes, size_t length, char *text, size_t size) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    if (EVP_Digest(bytes, length, digest, &digest_length, algorithm, NULL) != 1) return false;
    struct text_writer writer = text_writer_over(text, size);
    text_append_hex(&writer, digest, digest_length);
    return !writer.truncated;
}

bool x509_md5_hex(const void *bytes, size_t length, char text[33]) {
    return digest_hex(EVP_md5(), bytes, length, text, 33);
}

bool x509_sha256_hex(const void *bytes, size_t length, char text[65]) {
    return digest_hex(EVP_sha256(), bytes, length, text, 65);
}
