/* Where messages are kept for whoever wants to parse them later: blocks of the pool, one slot per message. */
#ifndef TLS_KEEP_H
#define TLS_KEEP_H

#include "turn.h"

/* The slot for a message of SIDE, TLS_SLOT_COUNT where it is not kept: its type has no slot, or it came before.
 * RETRY: it is a HelloRetryRequest. */
enum tls_slot tls_keep_slot(const struct tls_conversation *conversation, enum side side, uint8_t type, bool retry);

/* Copies a whole message into its slot; truncated where it is over the cap or memory is short. */
void tls_keep_copy(const struct tls_turn *turn, enum tls_slot slot, struct cursor body);

/* Appends PART to the message in progress; gives it up where that is over the cap or memory is short. */
void tls_keep_gather(const struct tls_turn *turn, struct cursor part);

/* Hands the block of the message in progress, now whole, over to its slot. */
void tls_keep_gathered(const struct tls_turn *turn, enum tls_slot slot, uint32_t full_length);

/* Gives back the block of the message in progress. */
void tls_keep_drop(const struct tls_turn *turn);

#endif
