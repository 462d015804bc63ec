/* The registries: code points, their names, and what a diagnosis must know of them. All strings are static. */
#ifndef TLS_NAMES_H
#define TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tls/server_flight.h"

/* SSL 2.0 as it is written in an SSLv2-format hello. */
#define TLS_VERSION_SSL2 0x0002
#define TLS_VERSION_SSL3 0x0300
#define TLS_VERSION_10   0x0301
#define TLS_VERSION_11   0x0302
#define TLS_VERSION_12   0x0303
#define TLS_VERSION_13   0x0304

/* Signalling suites: RFC 5746 and RFC 7507. */
#define TLS_SUITE_EMPTY_RENEGOTIATION_INFO 0x00ff
#define TLS_SUITE_FALLBACK                 0x5600

enum tls_authentication {
    TLS_AUTHENTICATION_UNKNOWN,
    TLS_AUTHENTICATION_ANONYMOUS,
    TLS_AUTHENTICATION_RSA,
    TLS_AUTHENTICATION_DSA,
    TLS_AUTHENTICATION_ECDSA,
    TLS_AUTHENTICATION_PSK,
    TLS_AUTHENTICATION_OTHER,
    TLS_AUTHENTICATION_TLS13, /* not chosen by the suite */
};

enum tls_strength {
    TLS_STRENGTH_NONE,     /* NULL encryption, anonymous */
    TLS_STRENGTH_EXPORT,   /* export grade, single DES, RC2 */
    TLS_STRENGTH_OBSOLETE, /* RC4, 3DES, IDEA, SEED: dropped by most stacks (RFC 7465, RFC 9325) */
    TLS_STRENGTH_CBC,      /* AES or Camellia CBC */
    TLS_STRENGTH_AEAD,
};

/* One cipher suite of the IANA registry. */
struct tls_suite {
    uint16_t code;
    const char *name; /* "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" */
    enum tls_key_exchange key_exchange;
    enum tls_authentication authentication;
    enum tls_strength strength;
    uint8_t tag_length;       /* AEAD tag, bytes; 0 for others */
    uint8_t hash_length;      /* of the PRF/HKDF hash, bytes: 32 or 48 */
    uint16_t minimum_version; /* TLS_VERSION_* */
};

/* NULL where the registry does not have it. */
const struct tls_suite *tls_suite_find(uint16_t code);

/* 0x0a0a, 0x1a1a ...: reserved to keep stacks tolerant (RFC 8701); stands for nothing. */
bool tls_is_grease(uint16_t code);

/* Names; NULL for code points that are not assigned. */
const char *tls_suite_name(uint16_t code);
const char *tls_version_name(uint16_t version);       /* "TLS 1.2", "SSL 3.0" */
const char *tls_version_number(uint16_t version);     /* "1.2", "3.0" */
const char *tls_group_name(uint16_t code);            /* "x25519", "secp256r1", "X25519MLKEM768" */
const char *tls_signature_scheme_name(uint16_t code); /* "rsa_pss_rsae_sha256"; also the TLS 1.2 pairs */
const char *tls_extension_name(uint16_t code);
const char *tls_alert_name(uint8_t number);                        /* "certificate_expired" */
const char *tls_message_name(uint8_t type);                        /* "ClientHello" */
const char *tls_key_exchange_name(enum tls_key_exchange exchange); /* "RSA", "ECDHE" */
const char *tls_authentication_name(enum tls_authentication authentication);
const char *tls_client_certificate_type_name(uint8_t type); /* "rsa_sign" */

/* A version by "1.2", "TLS 1.2", "SSL 3.0": for rules. False where no such version exists. */
MUST_USE bool tls_version_by_name(const char *name, uint16_t *version);

/* A finite-field group (ffdhe2048 ...), RFC 7919. */
bool tls_group_is_finite_field(uint16_t code);
bool tls_group_is_hybrid(uint16_t code); /* post-quantum: its key share does not fit one segment beside the rest */

#endif
