/* The decoder: picks the link layer, counts what comes out. */
#include "decoder.h"

#include <stdlib.h>

struct packet_decoder *packet_decoder_new(int link_type, bool *unknown) {
    const struct link_type *link = link_type_find(link_type);
    *unknown = link == NULL;
    if (link == NULL) return NULL;
    struct packet_decoder *decoder = calloc(1, sizeof(*decoder));
    if (decoder == NULL) return NULL;
    decoder->link = link->peel;
    return decoder;
}

bool packet_decoder_set_link_type(struct packet_decoder *decoder, int link_type) {
    const struct link_type *link = link_type_find(link_type);
    if (link == NULL) return false;
    decoder->link = link->peel;
    return true;
}

void packet_decoder_free(struct packet_decoder *decoder) {
    if (decoder == NULL) return;
    fragment_cache_done(&decoder->fragments);
    free(decoder);
}

const struct packet_counters *packet_decoder_counters(const struct packet_decoder *decoder) {
    return &decoder->counters;
}

/* Counts the kinds that are not handed on. */
static void count_kind(struct packet_counters *counters, enum packet_kind kind) {
    if (kind == PACKET_NOT_FOR_US) counters->not_for_us++;
    if (kind == PACKET_CUT) counters->cut++;
    if (kind == PACKET_MALFORMED) counters->malformed++;
}

enum packet_kind packet_decode(struct packet_decoder *decoder, int64_t time, const uint8_t *frame, uint32_t captured,
                               uint32_t on_wire, struct packet *packet) {
    if (UNLIKELY(decoder->fragments.lent)) fragment_cache_settle(&decoder->fragments);
    struct peel peel = {
        .decoder = decoder,
        .packet = packet,
        .data = cursor_over(frame, captured),
        .missing = on_wire > captured ? on_wire - captured : 0,
    };
    packet->time = time;
    packet->tunnelled = false;
    packet->kind = decoder->link(&peel);
    decoder->counters.packets++;
    if (UNLIKELY(packet->kind < PACKET_TCP)) count_kind(&decoder->counters, packet->kind);
    if (UNLIKELY(packet->tunnelled)) decoder->counters.tunnelled++;
    return packet->kind;
}
