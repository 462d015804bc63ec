/* The key log that a capture file brings along: Decryption Secrets Blocks of pcapng (draft-ietf-opsawg-pcapng section
 * 4.7), as Wireshark and "editcap --inject-secrets" write them. The file is pushed through in pieces of any size; all
 * other blocks are passed over. */
#ifndef DECRYPT_SECRETS_BLOCKS_H
#define DECRYPT_SECRETS_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decrypt/keylog.h"

#define SECRETS_HEAD_LENGTH 16

struct secrets_blocks {
    struct keylog *keylog; /* borrowed; takes what is found */
    bool little_endian;    /* of the section that is being read */
    bool in_section;       /* a Section Header Block was read */
    bool found;            /* a block with TLS secrets was seen */
    uint8_t head[SECRETS_HEAD_LENGTH];
    uint8_t head_length;
    uint32_t secrets_left; /* bytes of key log that follow, */
    uint64_t skip;         /* and then bytes of no interest */
};

/* Begins at the front of a file. */
void secrets_blocks_init(struct secrets_blocks *blocks, struct keylog *keylog);

/* Reads the next LENGTH bytes. False where this is no pcapng, or a block contradicts itself: what comes behind it has
 * no borders, and nothing more must be pushed. */
MUST_USE bool secrets_blocks_push(struct secrets_blocks *blocks, const void *bytes, size_t length);

#endif
