/* CompressedCertificate (RFC 8879) made into the Certificate that it stands for. Private to the room. */
#ifndef DECRYPT_CERTIFICATE_EXPAND_H
#define DECRYPT_CERTIFICATE_EXPAND_H

#include "tls/conversation.h"

/* Where KEPT is compressed, the Certificate takes its place, in a block of POOL. A Certificate over TLS_MESSAGE_KEPT,
 * an algorithm that is not known here, or bytes that do not expand to exactly the length that is announced leave KEPT
 * as it is, marked as truncated: not to be parsed. */
void certificate_expand(struct tls_kept *kept, struct block_pool *pool);

#endif
