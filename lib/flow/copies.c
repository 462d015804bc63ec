/* Packets that the tap saw twice: a mirror of two ports, or all interfaces of a router, show each packet once when
 * it comes in and once when it leaves. The second copy is the same but for TTL and link header and follows at
 * once; it must not count as a retransmission, as a second RST or as a duplicate acknowledgement. */
#include "private.h"

#define COPY_TIME_SHIFT  16 /* times are kept in units of 65.536 microseconds */
#define IDENTIFIED_UNITS 30 /* 2 ms: same IP ID, same numbers */
#define ANONYMOUS_UNITS  15 /* 1 ms: no IP ID, but a retransmission would take longer */

/* A mark of what a second copy has in common with the first. TTL is 0 where it must not matter. */
static uint32_t mark_of(const struct packet *packet, uint32_t ttl) {
    uint64_t mark = ((uint64_t)packet->sequence << 32 | packet->acknowledgement) * UINT64_C(0x9e3779b97f4a7c15);
    mark ^= mark >> 29;
    mark += (uint64_t)(packet->ip_id_valid ? packet->ip_id : 0) << 48 | (uint64_t)packet->window << 32 |
            (uint64_t)(packet->payload_on_wire & 0xffff) << 16 | packet->tcp_flags;
    mark = (mark ^ ttl) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mark >> 32);
}

static bool is_marked(const struct flow_copies *copies, unsigned kept, uint32_t mark, uint16_t time,
                      uint16_t patience) {
    for (unsigned i = 0; i < kept; i++)
        if (copies->marks[i] == mark && (uint16_t)(time - copies->times[i]) <= patience) return true;
    return false;
}

bool flow_copy_seen(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    struct flow_half *half = &flow->half[side];
    struct flow_copies *copies = &flow->copies[side];
    bool identified = packet->ip_id_valid && packet->ip_id != 0;
    bool carries = packet->payload_on_wire > 0 || (packet->tcp_flags & (PACKET_TCP_SYN | PACKET_TCP_FIN)) != 0;
    /* Bare ACKs and RSTs without an ID repeat themselves in earnest: only a copy that was forwarded is known. */
    bool by_ttl = !identified && !carries;
    uint32_t mark = mark_of(packet, by_ttl ? packet->ttl : 0);
    uint32_t first = by_ttl ? mark_of(packet, packet->ttl + 1U) : mark;
    uint16_t time = (uint16_t)((uint64_t)now >> COPY_TIME_SHIFT);

    if (is_marked(copies, half->copies_kept, first, time, identified ? IDENTIFIED_UNITS : ANONYMOUS_UNITS)) {
        flow_count(&half->copies_seen, 1);
        return true;
    }
    copies->marks[half->copy_next] = mark;
    copies->times[half->copy_next] = time;
    half->copy_next = (uint8_t)((half->copy_next + 1) % FLOW_COPIES_KEPT);
    if (half->copies_kept < FLOW_COPIES_KEPT) half->copies_kept++;
    return false;
}
