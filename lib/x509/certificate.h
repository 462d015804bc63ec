/* One certificate: from DER to what a diagnosis must know of it. Private to the room. */
#ifndef X509_CERTIFICATE_H
#define X509_CERTIFICATE_H

#include <openssl/x509.h>

#include "x509/x509.h"

/* Parses DER; NULL where it is no certificate. *TRAILING: it is one, and bytes follow it. The caller frees. */
MUST_USE X509 *x509_certificate_parse(struct cursor der, bool *trailing);

/* Fills *CERTIFICATE out of a parsed one. What it does not have stays empty. */
void x509_certificate_describe(X509 *x509, struct x509_certificate *certificate);

/* Start and end of the validity in seconds since the epoch; 0 where the time cannot be read. */
int64_t x509_seconds(const ASN1_TIME *time);

/* The hash of a signature as a NID, NID_undef where the algorithm has none or is not known. */
int x509_signature_hash(X509 *x509);

/* Appends NAME in RFC 2253 form, cleaned. */
void x509_name_append(const X509_NAME *name, char text[X509_TEXT_KEPT]);

#endif
