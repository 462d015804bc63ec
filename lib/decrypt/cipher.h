/* What protects records, by cipher suite. Private to the room. */
#ifndef DECRYPT_CIPHER_H
#define DECRYPT_CIPHER_H

#include <openssl/evp.h>

#include "decrypt/record.h"

enum cipher_kind {
    CIPHER_GCM,    /* RFC 5288 */
    CIPHER_CCM,    /* RFC 6655 */
    CIPHER_CHACHA, /* RFC 7905 */
    CIPHER_CBC,    /* RFC 5246 section 6.2.3.2 */
};

struct record_cipher {
    const char *name;                  /* as the names of cipher suites end, behind "_WITH_", or "TLS_" in TLS 1.3 */
    const EVP_CIPHER *(*cipher)(void); /* static */
    const EVP_MD *(*mac)(void);        /* of CBC; NULL for the others */
    const char *prf;                   /* hash of PRF and HKDF */
    enum cipher_kind kind;
    uint8_t key_length, iv_length; /* iv_length: what the key block of TLS 1.2 holds of the nonce */
    uint8_t tag_length;            /* of the MAC for CBC */
};

/* The row of SUITE, NULL where it is not known here. */
const struct record_cipher *cipher_find(uint16_t suite);

#endif
