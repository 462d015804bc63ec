#include "turn.h"

void tls_turn_note(const struct tls_turn *turn, enum tls_event_kind kind, uint8_t type, uint8_t code, uint64_t length,
                   uint16_t version) {
    struct tls_conversation *conversation = turn->conversation;
    if (conversation->event_count == TLS_EVENTS_KEPT) {
        conversation->events_dropped++;
        return;
    }
    conversation->events[conversation->event_count++] = (struct tls_event){
        .time = turn->time,
        .side = (uint8_t)turn->side,
        .kind = (uint8_t)kind,
        .type = type,
        .code = code,
        .length = length > UINT16_MAX ? UINT16_MAX : (uint16_t)length,
        .version = version,
    };
}
