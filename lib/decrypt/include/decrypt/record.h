/* Opening single records with keys out of a key log: RFC 8446 section 5.2, RFC 5246 section 6.2.3, RFC 2246. What does
 * not verify is not opened: nothing is ever guessed. */
#ifndef DECRYPT_RECORD_H
#define DECRYPT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/side.h"

#define RECORD_PLAIN_CAP (16384 + 2048) /* no record holds more */

struct record_cipher; /* private: what protects records in a cipher suite */

/* The keys of one direction and the number of its next record. Secret: wipe with record_keys_done(). */
struct record_keys {
    const struct record_cipher *cipher; /* NULL: there are none */
    uint16_t version;
    bool encrypt_then_mac; /* RFC 7366 */
    uint8_t key[32], iv[16], mac_key[48];
    uint64_t sequence;
};

/* A record as it was seen. */
struct record_sealed {
    uint8_t type;
    uint16_t version; /* of its header */
    struct cursor body;
};

/* The keys that come out of a TLS 1.3 traffic SECRET (RFC 8446 section 7.3) for SUITE. False where the suite is not
 * known here, or the secret is not of its length. */
MUST_USE bool record_keys_from_traffic(struct record_keys *keys, uint16_t suite, const uint8_t *secret, size_t length);

/* What the key block of TLS 1.0 to 1.2 is made from (RFC 5246 section 6.3). Borrowed. */
struct record_master {
    uint16_t version, suite;
    bool encrypt_then_mac;
    const uint8_t *secret;        /* 48 bytes */
    const uint8_t *client_random; /* 32 bytes */
    const uint8_t *server_random;
};
MUST_USE bool record_keys_from_master(struct record_keys keys[SIDE_COUNT], const struct record_master *master);

/* Wipes. */
void record_keys_done(struct record_keys *keys);

/* Opens RECORD: PLAIN, of RECORD_PLAIN_CAP bytes, takes the content, *LENGTH its size, *TYPE its real type. False where
 * the record does not verify under these keys, which then stay at the same record. */
MUST_USE bool record_open(struct record_keys *keys, const struct record_sealed *record, uint8_t *plain, size_t *length,
                          uint8_t *type);

#endif
