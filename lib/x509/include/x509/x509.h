/* What is wrong with a certificate chain at the time of a packet. The only user of libcrypto's X.509. */
#ifndef X509_X509_H
#define X509_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/siphash.h"

#define X509_CHAIN_KEPT 10
#define X509_TEXT_KEPT  256
#define X509_NAMES_KEPT 32

/* Faults in the order of causes.md: of several, the first one explains where the alert does not say. */
enum x509_fault {
    X509_FAULT_BAD_CHAIN, /* unreadable, misordered beyond use, a signature that does not verify */
    X509_FAULT_EXPIRED,
    X509_FAULT_NOT_YET_VALID,
    X509_FAULT_SELF_SIGNED, /* the leaf is, and is not trusted itself */
    X509_FAULT_MISSING_INTERMEDIATE,
    X509_FAULT_UNKNOWN_CA,
    X509_FAULT_WRONG_USAGE,
    X509_FAULT_NAME_MISMATCH,
    X509_FAULT_WEAK,
    X509_FAULT_COUNT
};

/* "expired", "missing_intermediate" ...: the part of a cause id behind the dot. Static. */
const char *x509_fault_name(enum x509_fault fault);

enum x509_purpose { X509_FOR_SERVER, X509_FOR_CLIENT };

/* One certificate, read. Texts come from the wire, already cleaned (base/text.h), cut to fit. */
struct x509_certificate {
    bool readable;
    char subject[X509_TEXT_KEPT];             /* RFC 2253 form */
    char subject_common_name[X509_TEXT_KEPT]; /* "" where absent */
    char issuer[X509_TEXT_KEPT];
    char issuer_common_name[X509_TEXT_KEPT];
    char serial[68];               /* hexadecimal */
    char sha256[65];               /* of the DER, hexadecimal */
    int64_t not_before, not_after; /* seconds since the epoch */
    const char *key_type;          /* "RSA", "EC", "Ed25519" ...; static */
    const char *key_curve;         /* "P-256" ...; NULL */
    unsigned key_bits;
    const char *signature_hash; /* "SHA-256" ...; static; NULL where the algorithm has none */
    bool is_ca, self_issued, self_signed, must_staple;
    char issuer_url[X509_TEXT_KEPT];                 /* AIA caIssuers, "" where absent */
    char names[X509_NAMES_KEPT][X509_TEXT_KEPT / 2]; /* DNS names and addresses of subjectAltName */
    unsigned name_count, name_total;
};

/* What was found about a chain. */
struct x509_findings {
    unsigned chain_length;                      /* certificates sent */
    unsigned certificate_count;                 /* read into certificate[] */
    const struct x509_certificate *certificate; /* [0] is the leaf; owned by the inspector's cache */
    uint32_t faults;                            /* bit per enum x509_fault */
    uint8_t faulty[X509_FAULT_COUNT];           /* which of certificate[] has it, where the bit is set; it may be
                                                   number certificate_count: the root in the store, behind the others */
    bool misordered;                            /* sent out of order, though a path could be built */
    bool trusted;                               /* a path to a trusted root exists, dates, name and usage left aside */
    bool trust_known;  /* a trust store was given: unknown_ca and missing_intermediate mean something */
    bool name_checked; /* there was a name or an address to check against */
    bool root_sent;    /* the chain includes its own root */
    char missing_issuer[X509_TEXT_KEPT]; /* of the certificate that is missing or the root that is not trusted; "" */
    char missing_issuer_url[X509_TEXT_KEPT]; /* where the AIA says it can be fetched; "" */
    char detail[X509_TEXT_KEPT]; /* more about bad_chain, wrong_usage or weak: "RSA key of 1024 bits"; trusted text */
};

struct x509_inspector; /* trust store and a bounded cache of chains by fingerprint */

/* An inspector without roots. CACHE_LIMIT chains are remembered (about 25 KB for a chain of three); KEY hashes them.
 * Beside them, up to 256 CA certificates seen in any chain are kept, to tell a missing intermediate from an unknown
 * root. NULL where memory is short. */
MUST_USE struct x509_inspector *x509_inspector_new(size_t cache_limit, const struct siphash_key *key);
void x509_inspector_free(struct x509_inspector *inspector);

/* Adds every certificate of a PEM text (borrowed) to the roots; *ADDED says how many. False where the text holds
 * none or one that cannot be read; ERROR (of SIZE bytes) then says which. */
MUST_USE bool x509_inspector_trust_pem(struct x509_inspector *inspector, const char *pem, size_t length,
                                       unsigned *added, char *error, size_t size);

/* Inspects a chain of COUNT certificates (DER, borrowed) as of TIME (nanoseconds). NAME (hostile, NAME_LENGTH bytes)
 * is the server name asked for; where it is NULL, ADDRESS (4 or 16 bytes, or NULL) is compared with the
 * addresses that the certificate names, if it names any. Findings stay valid until the next call.
 * Out of memory or no certificate: certificate_count is 0. */
void x509_inspect(struct x509_inspector *inspector, enum x509_purpose purpose, const struct cursor *certificates,
                  unsigned count, const uint8_t *name, size_t name_length, const uint8_t *address,
                  size_t address_length, int64_t time, struct x509_findings *findings);

/* Cleans a DER Name into RFC 2253 form ("" where unreadable). */
void x509_name_format(struct cursor der, char text[X509_TEXT_KEPT]);

/* True where the chain's leaf or one of its issuers was issued by the DER Name. */
MUST_USE bool x509_issued_by(const struct cursor *certificates, unsigned count, struct cursor authority);

/* MD5 and SHA-256 for fingerprints, as lower-case hexadecimal; false where libcrypto refuses (MD5 under FIPS).
 * INSPECTOR remembers how it is done, which takes longer than doing it; it may be NULL. */
MUST_USE bool x509_md5_hex(struct x509_inspector *inspector, const void *bytes, size_t length, char text[33]);
MUST_USE bool x509_sha256_hex(struct x509_inspector *inspector, const void *bytes, size_t length, char text[65]);

/* SHA-1 as base64, for identifiers that prescribe it (Community ID), never for trust; otherwise as
 * above. */
MUST_USE bool x509_sha1_base64(struct x509_inspector *inspector, const void *bytes, size_t length, char text[29]);

#endif
