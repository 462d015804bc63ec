/* CA certificates seen in any chain: they tell a missing intermediate from a root that nobody trusts. Private. */
#ifndef X509_LEARNED_H
#define X509_LEARNED_H

#include <openssl/x509.h>

#include "store.h"

#define X509_LEARNED_KEPT 256

struct x509_learned {
    struct {
        X509 *x509; /* owned */
        unsigned long subject_hash;
        uint64_t stamp; /* counts what was ever learned: newer is higher */
        uint64_t used;
        bool self_signed;
        char sha256[65]; /* of its DER */
    } item[X509_LEARNED_KEPT];
    unsigned count;
    uint64_t stamp, clock;
};

/* What the certificates seen say about an issuer that was not sent. */
enum x509_lesson {
    X509_LESSON_NONE,         /* no certificate of that name and key was seen */
    X509_LESSON_INTERMEDIATE, /* it is issued by another CA */
    X509_LESSON_ROOT,         /* it is self-signed */
};

/* Remembers a CA certificate (its reference count is raised); the one that was of no use for longest makes room.
 * DESCRIBED is what x509_certificate_describe() made of it, and its SHA-256. */
void x509_learned_add(struct x509_learned *learned, X509 *x509, const struct x509_certificate *described);

/* The certificate whose DER has this SHA-256; NULL where it was not learned. Borrowed. Reading a key anew costs
 * libcrypto 3.0 some 300 microseconds, and many chains share their CAs. */
X509 *x509_learned_find(struct x509_learned *learned, const char *sha256);

void x509_learned_done(struct x509_learned *learned);

/* A hash of a Name for x509_learned_stamp(). */
unsigned long x509_learned_hash(const X509_NAME *name);

/* The stamp of the newest certificate learned whose subject has HASH, 0 where there is none: as long as it stays the
 * same, so does the lesson. */
uint64_t x509_learned_stamp(const struct x509_learned *learned, unsigned long hash);

/* Looks for the issuer of CERTIFICATE. One that leads to a trusted root outweighs one that is self-signed. */
enum x509_lesson x509_learned_ask(struct x509_learned *learned, const struct x509_roots *roots, X509 *certificate);

#endif
