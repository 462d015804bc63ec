/* What TCP itself tells: who sent what, with which TTL, what was acknowledged, who ended it (RFC 9293). */
#include "private.h"

#define FLAGS_OF_BARE_ACK (PACKET_TCP_SYN | PACKET_TCP_FIN | PACKET_TCP_RST | PACKET_TCP_ACK)
#define OPTIONS_USUAL     12 /* bytes of TCP options in most segments: timestamps */
#define OPTIONS_AT_MOST   40 /* bytes of TCP options: what a full-size segment may be short of the MSS */
/* Packets that were sent together change places in the queues of network cards and on the path, but not by more. */
#define SWAPPED_AT_MOST (2 * MOMENT_MILLISECOND)

static bool has(const struct packet *packet, unsigned flags) {
    return (packet->tcp_flags & flags) != 0;
}

static bool is_over(const struct flow *flow) {
    return flow->first_end_valid || flow->state == FLOW_ENDING;
}

/* A SYN that comes late: of a half that was begun by the acknowledgement of it. */
static bool is_late_syn(const struct flow_half *half, const struct packet *packet) {
    return !half->syn_seen && half->started && packet->sequence + 1 == half->next_sequence;
}

bool flow_books_is_new_connection(const struct flow *flow, enum side side, const struct packet *packet) {
    const struct flow_half *half = &flow->half[side], *other = &flow->half[side_other(side)];
    if (!has(packet, PACKET_TCP_SYN) || has(packet, PACKET_TCP_RST | PACKET_TCP_FIN)) return false;
    if (half->syn_seen && half->initial_sequence == packet->sequence) return false;
    if (is_late_syn(half, packet)) return false;
    if (has(packet, PACKET_TCP_ACK)) {
        if (other->syn_seen && packet->acknowledgement == other->initial_sequence + 1) return false;
    } else if (half->started && other->packets == 0) {
        return true; /* the first try was never answered */
    }
    return is_over(flow) || (half->started && !flow_in_window(packet->sequence, half->next_sequence));
}

/* Whether anything of this half was read yet, or given up; before that, where it begins may still be corrected. */
static bool is_untouched(const struct flow_half *half) {
    return half->payload_packets == 0 && half->gaps == 0;
}

/* A half begins with the byte at SEQUENCE. */
static void start(struct flow_half *half, uint32_t sequence) {
    half->started = true;
    half->next_sequence = half->highest_sequence = sequence;
}

/* Before it is acknowledged, a SYN-ACK may be replaced by another: each one of a server that uses SYN cookies is new.
 */
static bool is_replaced_syn(struct flow_half *half, const struct packet *packet) {
    if (!half->syn_seen || half->initial_sequence == packet->sequence) return true;
    if (!has(packet, PACKET_TCP_ACK) || !is_untouched(half) || half->acknowledged_valid) return false;
    half->syn_seen = half->started = false;
    return true;
}

bool flow_books_accept(struct flow *flow, enum side side, const struct packet *packet) {
    struct flow_half *half = &flow->half[side];
    if (has(packet, PACKET_TCP_RST) || !half->started) return true;
    if (has(packet, PACKET_TCP_SYN) && !is_replaced_syn(half, packet)) return false;
    if (!half->started || flow_in_window(flow_payload_sequence(packet), half->next_sequence)) return true;
    if (half->syn_seen || !is_untouched(half)) return false;
    half->started = half->acknowledged_valid = false; /* it was begun on hearsay, by an acknowledgement */
    return true;
}

static void enter_first_end(struct flow *flow, enum side side, bool reset, int64_t now) {
    if (flow->first_end_valid) return;
    flow->first_end_valid = true;
    flow->first_end_side = (uint8_t)side;
    flow->first_end_reset = reset;
    flow->first_end_time = now;
}

static void enter_first_packet(struct flow_half *half, const struct packet *packet) {
    struct packet_tcp_options options;
    packet_tcp_options_read(packet, &options);
    half->timestamps = options.has_timestamps;
    half->first_window = packet->window;
    if (has(packet, PACKET_TCP_SYN) && options.has_maximum_segment_size)
        half->maximum_segment_size = options.maximum_segment_size;
}

static void enter_syn(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    struct flow_half *half = &flow->half[side];
    half->syn_count += half->syn_count < UINT32_MAX;
    if (half->syn_seen) return;
    if (half->started && packet->sequence + 1 != half->next_sequence && !is_untouched(half)) return;
    half->syn_seen = true;
    half->initial_sequence = packet->sequence;
    half->syn_time = now;
    half->ttl_syn = packet->ttl;
    if (side == SIDE_CLIENT) flow->midstream = false;
    if (!half->started || is_untouched(half)) start(half, packet->sequence + 1);
}

/* A keep-alive, one byte below what its sender has said (RFC 9293 section 3.8.4), acknowledges nothing anew either. */
static bool is_keep_alive(const struct flow_half *sender, const struct packet *packet) {
    return sender->started && flow_distance(packet->sequence, sender->highest_sequence) < 0;
}

static bool is_duplicate_acknowledgement(const struct flow_half *sender, const struct flow_half *half,
                                         const struct packet *packet) {
    return packet->payload_on_wire == 0 && (packet->tcp_flags & FLAGS_OF_BARE_ACK) == PACKET_TCP_ACK &&
           packet->acknowledgement == half->acknowledged && packet->window == sender->last_window &&
           !is_keep_alive(sender, packet) && flow_distance(half->highest_sequence, half->acknowledged) > 0;
}

/* Blocks beyond what is acknowledged; one below it is a duplicate that is reported (RFC 2883). */
static bool has_selective(const struct packet *packet, uint32_t acknowledged) {
    struct packet_tcp_options options;
    if (cursor_remaining(&packet->tcp_options) <= OPTIONS_USUAL) return false;
    packet_tcp_options_read(packet, &options);
    for (unsigned i = 0; i < options.sack_count; i++)
        if (flow_distance(options.sack[i][0], acknowledged) > 0) return true;
    return false;
}

/* The first RST that SIDE seems to have sent; NULL where none was kept. */
static const struct flow_reset *reset_of(const struct flow *flow, enum side side) {
    for (unsigned i = 0; i < flow->reset_count && i < FLOW_RESETS_KEPT; i++)
        if (flow->resets[i].side == side) return &flow->resets[i];
    return NULL;
}

/* The other side acknowledges what SIDE sent behind "its" RST: it did not heed that (RFC 5961 section 3.2), and the
 * connection lives. */
static void revoke_reset(struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side];
    if (!flow->first_end_valid || !flow->first_end_reset || flow->first_end_side != side) return;
    const struct flow_reset *reset = reset_of(flow, side);
    if (reset == NULL || !half->packets_after_reset) return;
    if (reset->in_window && flow_distance(half->acknowledged, reset->sequence) <= 0) return;
    flow->first_end_valid = false;
}

/* What SIDE acknowledges concerns the other half. */
static void enter_acknowledgement(struct flow *flow, enum side side, const struct packet *packet) {
    struct flow_half *half = &flow->half[side_other(side)], *sender = &flow->half[side];
    uint32_t acknowledged = packet->acknowledgement;
    if (!half->started) start(half, acknowledged);
    if (!flow_in_window(acknowledged, half->next_sequence)) return;
    if (!half->acknowledged_valid || flow_distance(acknowledged, half->acknowledged) > 0) {
        half->acknowledged = acknowledged;
        half->acknowledged_valid = true;
        half->sacked = false;
        sender->duplicate_acknowledgements = 0;
        if (flow_distance(acknowledged, half->full_size_end) >= 0) half->full_size_lost = 0;
        if (half->reset_seen) revoke_reset(flow, side_other(side));
    } else if (is_duplicate_acknowledgement(sender, half, packet)) {
        flow_count_small(&sender->duplicate_acknowledgements);
    }
    if (acknowledged == half->acknowledged && has_selective(packet, acknowledged)) half->sacked = true;
}

/* The next sequence number that this half would send. */
static uint32_t next_to_send(const struct flow_half *half) {
    uint32_t next = half->highest_sequence;
    if (half->fin_seen && flow_distance(half->fin_sequence + 1, next) > 0) next = half->fin_sequence + 1;
    return next;
}

static bool is_reset_in_window(const struct flow *flow, enum side side, const struct packet *packet) {
    const struct flow_half *half = &flow->half[side], *other = &flow->half[side_other(side)];
    if (half->started) return packet->sequence == next_to_send(half);
    return has(packet, PACKET_TCP_ACK) && other->started && packet->acknowledgement == other->highest_sequence;
}

/* Whether SIDE had acknowledged before what PACKET acknowledges. */
static bool was_heard_before(const struct flow *flow, enum side side, const struct packet *packet) {
    const struct flow_half *other = &flow->half[side_other(side)];
    return has(packet, PACKET_TCP_ACK) && other->acknowledged_valid && packet->acknowledgement == other->acknowledged;
}

static void enter_reset(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    struct flow_half *half = &flow->half[side];
    bool in_window = is_reset_in_window(flow, side, packet);
    struct packet_tcp_options options;
    packet_tcp_options_read(packet, &options);
    if (flow->reset_count < FLOW_RESETS_KEPT)
        flow->resets[flow->reset_count] =
            (struct flow_reset){.time = now,
                                .sequence = packet->sequence,
                                .acknowledgement = packet->acknowledgement,
                                .payload = flow_payload_length(packet),
                                .ip_id = packet->ip_id,
                                .window = packet->window,
                                .side = (uint8_t)side,
                                .ttl = packet->ttl,
                                .flags = packet->tcp_flags,
                                .ip_id_valid = packet->ip_id_valid,
                                .has_timestamps = options.has_timestamps,
                                .in_window = in_window,
                                .answers = half->acknowledged_valid && packet->sequence == half->acknowledged,
                                .heard_before = was_heard_before(flow, side, packet)};
    flow_count_small(&flow->reset_count);
    half->reset_seen = true;
    /* One that no stack would heed is no end; one that is exact also tells what was received. */
    if (!half->started || flow_in_window(packet->sequence, half->next_sequence)) enter_first_end(flow, side, true, now);
    if (in_window && half->started && has(packet, PACKET_TCP_ACK)) enter_acknowledgement(flow, side, packet);
}

static void raise_announced(struct flow_half *half, uint32_t sequence) {
    if (!half->announced_valid || flow_distance(sequence, half->announced_sequence) > 0)
        half->announced_sequence = sequence;
    half->announced_valid = true;
    if (half->fin_seen && sequence == half->fin_sequence + 1) return; /* the FIN is no byte */
    if (flow_distance(sequence, half->highest_sequence) > 0) half->highest_sequence = sequence;
}

static void enter_fin(struct flow *flow, enum side side, const struct packet *packet, bool heard_before, int64_t now) {
    struct flow_half *half = &flow->half[side];
    uint32_t sequence = flow_payload_sequence(packet) + flow_payload_length(packet);
    if (half->fin_seen) {
        if (sequence == half->fin_sequence && packet->payload_on_wire == 0) flow_count(&half->retransmissions, 1);
        return;
    }
    struct packet_tcp_options options;
    packet_tcp_options_read(packet, &options);
    flow->fins[side] = (struct flow_fin){.acknowledgement = packet->acknowledgement,
                                         .ip_id = packet->ip_id,
                                         .ttl = packet->ttl,
                                         .ip_id_valid = packet->ip_id_valid,
                                         .has_timestamps = options.has_timestamps,
                                         .heard_before = heard_before};
    half->fin_seen = true;
    half->fin_sequence = sequence;
    half->fin_time = now;
    raise_announced(half, sequence);
    enter_first_end(flow, side, false, now);
}

static void enter_header(struct flow_half *half, const struct packet *packet) {
    bool first = half->ttl_last == 0;
    if (first) half->ip_id_first = packet->ip_id;
    if (!first && packet->ttl != half->ttl_last) flow_count_small(&half->ttl_changes);
    half->ttl_last = packet->ttl;
    if (half->ttl_first_payload == 0 && packet->payload_on_wire > 0) half->ttl_first_payload = packet->ttl;
    if (packet->ttl == half->ttl_syn && !has(packet, PACKET_TCP_SYN)) half->ttl_syn_again = true;
    half->ip_id_last = packet->ip_id;
    if (packet->window == 0 && !has(packet, PACKET_TCP_SYN)) half->window_zero_seen = true;
}

static void enter_payload(struct flow_half *half, const struct packet *packet, int64_t now) {
    uint32_t length = flow_payload_length(packet), end = flow_payload_sequence(packet) + length;
    if (half->payload_packets == 0) half->first_payload_time = now;
    flow_count(&half->payload_packets, 1);
    if (length > half->largest_payload) half->largest_payload = length;
    if (cursor_remaining(&packet->payload) < length) half->truncated = true;
    if (half->fin_seen && flow_distance(end, half->fin_sequence) > 0) half->bytes_after_fin = true;
    if (flow_distance(end, half->highest_sequence) > 0) half->highest_sequence = end;
}

/* SIDE sends something else than a RST behind "its" RST. What it had sent before may come late. */
static void enter_after_reset(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    const struct flow_reset *reset = reset_of(flow, side);
    uint32_t end = flow_payload_sequence(packet) + flow_payload_length(packet);
    if (reset == NULL) return;
    bool beyond =
        has(packet, PACKET_TCP_SYN) || (packet->payload_on_wire > 0 && flow_distance(end, reset->sequence) > 0);
    bool later = packet->payload_on_wire == 0 && now - reset->time > SWAPPED_AT_MOST;
    if (beyond || later) flow->half[side].packets_after_reset = true;
}

/* A bare FIN may be forged: it is kept apart, and judged by the packets that are beyond doubt. */
static bool is_bare_fin(const struct packet *packet) {
    return has(packet, PACKET_TCP_FIN) && packet->payload_on_wire == 0;
}

void flow_books_enter(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    struct flow_half *half = &flow->half[side];
    if (half->packets == 0) enter_first_packet(half, packet);
    flow_count(&half->packets, 1);
    half->last_packet_time = now;
    if (has(packet, PACKET_TCP_RST)) {
        enter_reset(flow, side, packet, now);
        return;
    }
    if (half->reset_seen) enter_after_reset(flow, side, packet, now);
    if (!is_bare_fin(packet)) enter_header(half, packet);
    bool heard_before = was_heard_before(flow, side, packet);
    if (has(packet, PACKET_TCP_SYN))
        enter_syn(flow, side, packet, now);
    else if (!half->started)
        start(half, packet->sequence);
    if (has(packet, PACKET_TCP_ACK)) enter_acknowledgement(flow, side, packet);
    half->last_window = packet->window;
    if (packet->payload_on_wire > 0) enter_payload(half, packet, now);
    if (has(packet, PACKET_TCP_FIN))
        enter_fin(flow, side, packet, heard_before, now);
    else if (packet->payload_on_wire == 0 && !has(packet, PACKET_TCP_SYN))
        raise_announced(half, packet->sequence);
}

/* What a full-size segment of SIDE carries at least: both MSS bound it, options may take their part of it. */
static uint32_t full_size(const struct flow *flow, enum side side) {
    uint32_t own = flow->half[side].maximum_segment_size, peer = flow->half[side_other(side)].maximum_segment_size;
    uint32_t limit = own != 0 && (peer == 0 || own < peer) ? own : peer;
    uint32_t largest = flow->half[side].largest_payload;
    if (limit <= OPTIONS_AT_MOST || limit - OPTIONS_AT_MOST > largest) return largest;
    return limit - OPTIONS_AT_MOST;
}

void flow_books_repeated(struct flow *flow, enum side side, uint32_t end, uint32_t length) {
    struct flow_half *half = &flow->half[side];
    bool acknowledged = half->acknowledged_valid && flow_distance(half->acknowledged, end) >= 0;
    /* RFC 9293 section 3.8.4: a keep-alive may repeat the last byte that was acknowledged. */
    if (length == 1 && flow_distance(end, half->highest_sequence) >= 0 && (acknowledged || !half->acknowledged_valid))
        return;
    flow_count(&half->retransmissions, 1);
    if (acknowledged || length < full_size(flow, side)) return;
    if (half->full_size_lost == 0) half->full_size_end = end;
    flow_count(&half->full_size_lost, 1);
}

bool flow_books_unreachable(struct flow *flow, enum side side, const struct packet *packet, int64_t now) {
    const struct packet_icmp *icmp = &packet->icmp;
    const struct flow_half *half = &flow->half[side];
    if (icmp->has_sequence && half->started && !flow_in_window(icmp->quoted_sequence, half->next_sequence))
        return false;
    if (flow->icmp_time != 0) return true;
    flow->icmp_time = now;
    flow->icmp_type = icmp->type;
    flow->icmp_code = icmp->code;
    flow->icmp_mtu = icmp->mtu;
    flow->icmp_from = packet->source;
    return true;
}
