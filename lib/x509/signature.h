/* Did this key sign that certificate? Private to the room. */
#ifndef X509_SIGNATURE_H
#define X509_SIGNATURE_H

#include <openssl/x509.h>

/* What is known of a certificate and one that may be its issuer. */
enum x509_link {
    X509_LINK_UNTRIED,
    X509_LINK_NONE,     /* the names do not fit */
    X509_LINK_VERIFIED, /* the key verifies the signature */
    X509_LINK_REFUTED,  /* it does not */
    X509_LINK_UNKNOWN,  /* libcrypto does not know the algorithm: nobody is blamed */
};

/* Compares issuer and subject, then verifies (RFC 5280 section 6.1.3 (a) (1) and (4)). */
enum x509_link x509_link_check(X509 *certificate, X509 *issuer);

#endif
