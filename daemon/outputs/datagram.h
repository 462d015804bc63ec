/* A UNIX datagram socket to a consumer that may be slow, restart, or not be there yet. */
#ifndef DAEMON_OUTPUTS_DATAGRAM_H
#define DAEMON_OUTPUTS_DATAGRAM_H

#include "outlet.h"

/* An outlet_kind's open: where nobody listens yet, the first entry tries again. */
MUST_USE bool datagram_open(struct outlet *outlet);

/* Sends one datagram, with the descriptor ATTACHED unless that is negative; connects anew where the consumer was
 * restarted. errno says why not: EMSGSIZE where the datagram is too large. */
MUST_USE enum outlet_result datagram_send(struct outlet *outlet, const void *bytes, size_t length, int attached);

/* An outlet_kind's settle: waits at most MILLISECONDS until the consumer has read what was sent. */
void datagram_settle(struct outlet *outlet, unsigned milliseconds);

void datagram_close(struct outlet *outlet);

#endif
