/* The bodies of encrypted records, kept for who may have the keys; nothing is done unless the conversation asks. */
#ifndef TLS_ENCRYPTED_H
#define TLS_ENCRYPTED_H

#include "turn.h"

/* Appends PART to the body that is being read. */
void tls_encrypted_append(const struct tls_turn *turn, struct cursor part);

/* The body that was being read, LENGTH bytes by its header, is whole; the event of its record is noted next. */
void tls_encrypted_end(const struct tls_turn *turn, uint16_t length);

/* Bytes were missed: which record would be the next is not known any more. */
void tls_encrypted_lose(struct tls_direction *direction);

/* Gives the block back to POOL. */
void tls_encrypted_drop(struct block_pool *pool, struct tls_direction *direction);

#endif
