/* The trusted roots. Private to the room. */
#ifndef X509_STORE_ROOM_H
#define X509_STORE_ROOM_H

#include <openssl/x509.h>

#include "x509/x509.h"

struct x509_root {
    X509 *x509;
    int64_t not_before, not_after; /* seconds since the epoch */
};

struct x509_roots {
    struct x509_root *root; /* owned; do not keep pointers while roots are added */
    unsigned count, room;
};

/* Adds every certificate of a PEM text; see x509_inspector_trust_pem(). */
MUST_USE bool x509_roots_add_pem(struct x509_roots *roots, const char *pem, size_t length, unsigned *added, char *error,
                                 size_t size);
void x509_roots_done(struct x509_roots *roots);

/* The root that is this very certificate; NULL where it is none. */
const struct x509_root *x509_roots_find(const struct x509_roots *roots, const X509 *x509);

#endif
