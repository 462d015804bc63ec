/* What the two sides' certificates have in common: which fact takes what. */
#ifndef FACTS_BUILD_CERTIFICATE_H
#define FACTS_BUILD_CERTIFICATE_H

#include "reading.h"

/* The facts of one role. */
struct certificate_facts {
    enum fact fault, faults, fitting, chain_length, subject, issuer, not_before, not_after, off_by, key, odd_key,
        detail;
    uint32_t mask; /* bit per enum x509_fault: the faults that can be judged in this role */
};

/* Sets the facts of ROLE out of FINDINGS as of TIME (nanoseconds); the alert's facts must be set already. Returns the
 * fault that explains most (X509_FAULT_COUNT for none): the first that the alert fits, else the first. */
enum x509_fault certificate_build(struct facts *facts, const struct certificate_facts *role,
                                  const struct x509_findings *findings, int64_t time);

/* The certificate of the chain that has FAULT; the leaf where it is X509_FAULT_COUNT. */
const struct x509_certificate *certificate_faulty(const struct x509_findings *findings, enum x509_fault fault);

/* "rsa", "ecdsa", "eddsa" or "dsa"; NULL for other keys. */
const char *certificate_key_kind(const struct x509_certificate *certificate);

#endif
