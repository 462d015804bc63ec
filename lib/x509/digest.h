/* Digests that are asked for again and again: what libcrypto takes most time for is finding the algorithm and making a
 * context, so both are kept. Private. */
#ifndef X509_DIGEST_H
#define X509_DIGEST_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

struct x509_inspector;

enum x509_digest { X509_DIGEST_MD5, X509_DIGEST_SHA1, X509_DIGEST_SHA256, X509_DIGEST_COUNT };

/* One context for each algorithm, made when it is first asked for. All zero is empty. */
struct x509_digests {
    EVP_MD_CTX *context[X509_DIGEST_COUNT];
};

void x509_digests_done(struct x509_digests *digests);

/* The digest of LENGTH bytes, which has *SIZE bytes; with DIGESTS NULL a context is made and freed. False where
 * libcrypto refuses. */
bool x509_digest(struct x509_digests *digests, enum x509_digest algorithm, const void *bytes, size_t length,
                 unsigned char digest[EVP_MAX_MD_SIZE], unsigned *size);

/* The digests of INSPECTOR; NULL for NULL. */
struct x509_digests *x509_inspector_digests(struct x509_inspector *inspector);

#endif
