/* What every part of the conversation needs at hand while one side speaks. */
#ifndef TLS_TURN_H
#define TLS_TURN_H

#include "tls/conversation.h"

/* Lives on the stack of tls_conversation_read() and tls_conversation_gap(). */
struct tls_turn {
    struct tls_conversation *conversation;
    struct tls_direction *direction; /* of side */
    enum side side;
    int64_t time; /* packet that brought the bytes */
};

/* Writes down an event; over TLS_EVENTS_KEPT it is only counted. LENGTH saturates. */
void tls_turn_note(const struct tls_turn *turn, enum tls_event_kind kind, uint8_t type, uint8_t code, uint64_t length,
                   uint16_t version);

/* True where bytes of either side were missed. */
static inline bool tls_turn_has_gaps(const struct tls_turn *turn) {
    return (turn->conversation->gaps[SIDE_CLIENT] | turn->conversation->gaps[SIDE_SERVER]) != 0;
}

#endif
