/* Fingerprints. */
#include "digest.h"

#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "x509/x509.h"

static const char *const names[] = {
    [X509_DIGEST_MD5] = "MD5",
    [X509_DIGEST_SHA1] = "SHA1",
    [X509_DIGEST_SHA256] = "SHA256",
};

void x509_digests_done(struct x509_digests *digests) {
    for (unsigned i = 0; i < X509_DIGEST_COUNT; i++) {
        EVP_MD_CTX_free(digests->context[i]);
        digests->context[i] = NULL;
    }
}

/* A context that is set to ALGORITHM; NULL where libcrypto refuses. */
static EVP_MD_CTX *context_new(enum x509_digest algorithm) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_MD *fetched = EVP_MD_fetch(NULL, names[algorithm], NULL);
    bool good = context != NULL && fetched != NULL && EVP_DigestInit_ex2(context, fetched, NULL) == 1;
    EVP_MD_free(fetched); /* the context has its own reference */
    if (good) return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

static bool context_digest(EVP_MD_CTX **context, enum x509_digest algorithm, const void *bytes, size_t length,
                           unsigned char digest[EVP_MAX_MD_SIZE], unsigned *size) {
    if (*context == NULL) *context = context_new(algorithm);
    return *context != NULL && EVP_DigestInit_ex2(*context, NULL, NULL) == 1 &&
           EVP_DigestUpdate(*context, bytes, length) == 1 && EVP_DigestFinal_ex(*context, digest, size) == 1;
}

/* The place of a text that is known; NULL where it is not. */
static const struct x509_digest_text *text_find(const struct x509_digests *digests, enum x509_digest algorithm,
                                                const void *bytes, size_t length) {
    for (unsigned i = 0; i < X509_DIGEST_TEXTS_KEPT; i++) {
        const struct x509_digest_text *known = &digests->text[algorithm][i];
        if (known->size > 0 && known->length == length && memcmp(known->text, bytes, length) == 0) return known;
    }
    return NULL;
}

static void text_remember(struct x509_digests *digests, enum x509_digest algorithm, const void *bytes, size_t length,
                          const unsigned char *digest, unsigned size) {
    struct x509_digest_text *place = &digests->text[algorithm][digests->next[algorithm]++ % X509_DIGEST_TEXTS_KEPT];
    memcpy(place->text, bytes, length);
    memcpy(place->digest, digest, size);
    place->length = length;
    place->size = size;
}

bool x509_digest(struct x509_digests *digests, enum x509_digest algorithm, const void *bytes, size_t length,
                 unsigned char digest[EVP_MAX_MD_SIZE], unsigned *size) {
    if (digests == NULL) {
        EVP_MD_CTX *context = NULL;
        bool good = context_digest(&context, algorithm, bytes, length, digest, size);
        EVP_MD_CTX_free(context);
        return good;
    }
    bool small = length > 0 && length <= X509_DIGEST_TEXT_KEPT;
    const struct x509_digest_text *known = small ? text_find(digests, algorithm, bytes, length) : NULL;
    if (known != NULL) {
        memcpy(digest, known->digest, known->size);
        *size = known->size;
        return true;
    }
    if (!context_digest(&digests->context[algorithm], algorithm, bytes, length, digest, size)) return false;
    if (small) text_remember(digests, algorithm, bytes, length, digest, *size);
    return true;
}

/* Writes the hexadecimal digest of LENGTH bytes to TEXT, which has SIZE bytes: twice the digest and a NUL. */
static bool digest_hex(struct x509_inspector *inspector, enum x509_digest algorithm, const void *bytes, size_t length,
                       char *text, size_t size) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    if (!x509_digest(x509_inspector_digests(inspector), algorithm, bytes, length, digest, &digest_length)) return false;
    struct text_writer writer = text_writer_over(text, size);
    text_append_hex(&writer, digest, digest_length);
    return !writer.truncated;
}

bool x509_md5_hex(struct x509_inspector *inspector, const void *bytes, size_t length, char text[33]) {
    return digest_hex(inspector, X509_DIGEST_MD5, bytes, length, text, 33);
}

bool x509_sha256_hex(struct x509_inspector *inspector, const void *bytes, size_t length, char text[65]) {
    return digest_hex(inspector, X509_DIGEST_SHA256, bytes, length, text, 65);
}
