/* The certificates that were sent, put in order: every path from the leaf to a trusted root, or to where it ends.
 * Independent of time and name. Private to the room. */
#ifndef X509_CHAIN_H
#define X509_CHAIN_H

#include "signature.h"
#include "store.h"
#include "verdict.h"

#define X509_PATHS_KEPT 6

/* One way from the leaf upwards. */
struct x509_path {
    uint8_t node[X509_CHAIN_KEPT]; /* positions in the chain sent, leaf first */
    uint8_t count;
    bool anchored;               /* ends at a trusted root */
    bool anchor_sent;            /* and that is the last node itself */
    unsigned root;               /* position in the roots, where anchored */
    bool root_sent;              /* the last node is a self-signed CA */
    bool unrelated;              /* other CAs were sent that have nothing to do with the leaf */
    bool misordered;             /* the nodes are not the first of the chain in this order */
    struct x509_verdict verdict; /* dates, name and trust left aside */
};

/* A chain under study; count, certificates (borrowed, NULL where one cannot be read) and self_signed are given, the
 * rest starts at zero. */
struct x509_chain {
    unsigned count;
    X509 *x509[X509_CHAIN_KEPT];
    bool self_signed[X509_CHAIN_KEPT];
    uint8_t link[X509_CHAIN_KEPT][X509_CHAIN_KEPT]; /* enum x509_link, [certificate][issuer] */
    unsigned verifications;                         /* done so far: they are capped */
};

/* Finds the paths from certificate 0 (which must be readable) and judges them. Returns how many, at least 1:
 * anchored ones, and the longest that ends nowhere. */
unsigned x509_chain_study(struct x509_chain *chain, const struct x509_roots *roots, enum x509_purpose purpose,
                          struct x509_path paths[X509_PATHS_KEPT]);

/* The certificate at POSITION of PATH: a node, or the root where POSITION is path->count. */
X509 *x509_path_certificate(const struct x509_chain *chain, const struct x509_roots *roots,
                            const struct x509_path *path, unsigned position);

#endif
