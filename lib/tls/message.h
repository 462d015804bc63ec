/* The handshake message framer: RFC 8446 section 4, RFC 5246 section 7.4. Messages may be spread over records and
 * several may share one; those that a diagnosis needs are kept, the others only noted. */
#ifndef TLS_MESSAGE_H
#define TLS_MESSAGE_H

#include "record.h"
#include "turn.h"

/* Whether a message that SIDE may send in plain text begins at BODY: READY, NEED_MORE or GAP. For use right behind
 * a gap; takes nothing. */
enum tls_framed tls_message_resume(struct cursor body, enum side side);

/* Whether BODY, that of a whole handshake record, consists of messages that SIDE may send in plain text (the last
 * one may run on into the next record). Where encryption may have begun unseen, this tells. */
bool tls_message_body_is_plain(struct cursor body, enum side side);

/* Reads the BODY of a whole handshake record in plain text: completes the message in progress, then begins others. */
void tls_message_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body);

/* Reads the body of an SSLv2-format ClientHello, which starts at msg_type. */
void tls_message_read_ssl2(const struct tls_turn *turn, struct cursor body);

/* Gives up the message in progress, if there is one: its rest will not come. */
void tls_message_drop(const struct tls_turn *turn);

#endif
