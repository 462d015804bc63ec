/* Digests that are asked for again and again: what libcrypto takes most time for is finding the algorithm and making a
 * context, so both are kept, and so are the last answers. Private. */
#ifndef X509_DIGEST_H
#define X509_DIGEST_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct x509_inspector;

enum x509_digest { X509_DIGEST_MD5, X509_DIGEST_SHA1, X509_DIGEST_SHA256, X509_DIGEST_COUNT };

/* Clients of one kind say the same again and again: texts of at most so many bytes are remembered with their digests.
 */
#define X509_DIGEST_TEXT_KEPT  512
#define X509_DIGEST_TEXTS_KEPT 8

struct x509_digest_text {
    char text[X509_DIGEST_TEXT_KEPT];
    size_t length;
    unsigned size; /* of the digest; 0: the place is free */
    unsigned char digest[EVP_MAX_MD_SIZE];
};

/* For each algorithm a context, made when it is first asked for, and the last texts. All zero is empty. */
struct x509_digests {
    EVP_MD_CTX *context[X509_DIGEST_COUNT];
    struct x509_digest_text text[X509_DIGEST_COUNT][X509_DIGEST_TEXTS_KEPT];
    unsigned next[X509_DIGEST_COUNT]; /* whose place the next text takes */
};

void x509_digests_done(struct x509_digests *digests);

/* The digest of LENGTH bytes, which has *SIZE bytes; with DIGESTS NULL a context is made and freed. False where
 * libcrypto refuses. */
bool x509_digest(struct x509_digests *digests, enum x509_digest algorithm, const void *bytes, size_t length,
                 unsigned char digest[EVP_MAX_MD_SIZE], unsigned *size);

/* The digests of INSPECTOR; NULL for NULL. */
struct x509_digests *x509_inspector_digests(struct x509_inspector *inspector);

#endif
