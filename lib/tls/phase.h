/* The order of a handshake as a table: RFC 5246 section 7.3 (full and abbreviated), RFC 8446 section 2. We are a
 * witness, not a peer: the unexpected is marked and never refused. */
#ifndef TLS_PHASE_H
#define TLS_PHASE_H

#include "turn.h"

/* What can be heard: a message type, or one of these. */
enum tls_heard {
    TLS_HEARD_HELLO_RETRY_REQUEST = 0x100,
    TLS_HEARD_CHANGE_CIPHER_SPEC,
    TLS_HEARD_FINISHED, /* an encrypted handshake record where Finished belongs */
};

/* Moves the conversation on by what the turn's side has said: a message type or enum tls_heard. */
void tls_phase_hear(const struct tls_turn *turn, unsigned heard);

/* TLS 1.2 and older: an encrypted handshake record came where this side's Finished belongs. */
void tls_phase_finished(const struct tls_turn *turn);

/* TLS 1.2 and older: application data. Where a Finished was missed, the server's data is its word that the handshake
 * is done, and so is the client's behind the server's Finished (before that it may be a false start, RFC 7918). */
void tls_phase_data(const struct tls_turn *turn);

/* TLS 1.3: an encrypted record was heard; looks at sizes and order (tls/shape.h). */
void tls_phase_encrypted_13(const struct tls_turn *turn);

/* An alert was heard that ends the connection, or may (it is encrypted): from now on the handshake cannot be done,
 * unless it was. */
void tls_phase_alerted(const struct tls_turn *turn);

#endif
