/* The same as tls/shape.h, out of a conversation whose records were opened: nothing is guessed from sizes. */
#ifndef TLS_SHAPE_PLAIN_H
#define TLS_SHAPE_PLAIN_H

#include "tls/shape.h"

/* Fills SHAPE, whose indexes are -1 already, from the messages of CONVERSATION. */
void tls_shape_read_plain(const struct tls_conversation *conversation, struct tls_shape *shape);

#endif
