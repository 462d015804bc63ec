/* TCP and UDP. */
#include "decoder.h"

/* What is left is the payload. */
static inline void payload_set(struct peel *peel, struct cursor data) {
    peel->packet->payload_on_wire = (uint32_t)cursor_remaining(&data) + peel->missing;
    peel->packet->payload = data;
}

/* RFC 9293 section 3.1 */
enum packet_kind tcp_peel(struct peel *peel) {
    struct packet *packet = peel->packet;
    struct cursor data = peel->data, header; /* a copy that lives in registers */
    uint8_t data_offset;
    if (!cursor_sub(&data, 20, &header)) return peel_short(peel);
    if (!cursor_get_u16(&header, &packet->source_port) || !cursor_get_u16(&header, &packet->destination_port) ||
        !cursor_get_u32(&header, &packet->sequence) || !cursor_get_u32(&header, &packet->acknowledgement) ||
        !cursor_get_u8(&header, &data_offset) || !cursor_get_u8(&header, &packet->tcp_flags) ||
        !cursor_get_u16(&header, &packet->window))
        return PACKET_MALFORMED;
    uint32_t header_length = (data_offset >> 4) * 4U;
    if (header_length < 20) return PACKET_MALFORMED;
    if (!cursor_sub(&data, header_length - 20, &packet->tcp_options)) return peel_short(peel);
    payload_set(peel, data);
    return PACKET_TCP;
}

/* RFC 768 */
enum packet_kind udp_peel(struct peel *peel) {
    struct packet *packet = peel->packet;
    struct cursor header;
    uint16_t length;
    if (!cursor_sub(&peel->data, 8, &header)) return peel_short(peel);
    if (!cursor_get_u16(&header, &packet->source_port) || !cursor_get_u16(&header, &packet->destination_port) ||
        !cursor_get_u16(&header, &length))
        return PACKET_MALFORMED;
    if (length != 0) { /* 0 in a jumbogram, RFC 2675 section 4 */
        if (length < 8 || length - 8U > peel_on_wire(peel)) return PACKET_MALFORMED;
        peel_trim(peel, peel->data, length - 8U);
    }
    enum packet_kind kind;
    if (udp_tunnel_peel(peel, &kind)) return kind;
    packet->tcp_flags = 0;
    payload_set(peel, peel->data);
    return PACKET_UDP;
}
