/* The names that a certificate is for, and whether the name asked for is among them (RFC 6125, RFC 9525). Private. */
#ifndef X509_NAMES_H
#define X509_NAMES_H

#include <openssl/x509.h>

#include "x509/x509.h"

/* All DNS names and addresses of a certificate, packed: type, length, bytes. Owned; x509_names_done() frees. */
struct x509_names {
    uint8_t *bytes;
    size_t length;
    bool has_address;
};

/* Packs the names of subjectAltName; where it has no dNSName, the common names too, as OpenSSL and GnuTLS take them.
 * False where memory is short; NAMES is empty then. */
MUST_USE bool x509_names_collect(X509 *x509, struct x509_names *names);
void x509_names_done(struct x509_names *names);

/* True where NAME (hostile; a DNS name or an address in text form) is one of NAMES. */
MUST_USE bool x509_names_match(const struct x509_names *names, const uint8_t *name, size_t length);
MUST_USE bool x509_names_match_address(const struct x509_names *names, const uint8_t *address, size_t length);

/* Fills names, name_count and name_total of *CERTIFICATE. */
void x509_names_describe(X509 *x509, struct x509_certificate *certificate);

#endif
