/* What TCP itself tells. */
#include "reading.h"

/* Bytes ahead of what was seen that are believed: a flight; more is another connection, or made up. */
enum { UNSEEN_AT_MOST = 1 << 20 };

/* True where sequence number A is at or past B, wrap-around minded (RFC 9293 section 3.4). */
static bool sequence_reaches(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) >= 0;
}

/* Whether the other side acknowledged every byte of SIDE's that was seen. Saying more proves it as well. */
static bool is_acknowledged(const struct flow_half *half) {
    return half->acknowledged_valid && sequence_reaches(half->acknowledged, half->highest_sequence);
}

/* ICMP and ICMPv6 errors by type and code: RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3. */
static const struct {
    uint8_t ip_version, type, first_code, last_code;
    const char *name;
} icmp_errors[] = {
    {4, 3, 0, 0, "network_unreachable"},    {4, 3, 1, 1, "host_unreachable"},
    {4, 3, 3, 3, "port_unreachable"},       {4, 3, 4, 4, "fragmentation_needed"},
    {4, 3, 5, 8, "host_unreachable"},       {4, 3, 9, 10, "prohibited"},
    {4, 3, 11, 11, "network_unreachable"},  {4, 3, 12, 12, "host_unreachable"},
    {4, 3, 13, 13, "prohibited"},           {4, 11, 0, 255, "time_exceeded"},
    {6, 1, 0, 0, "network_unreachable"},    {6, 1, 1, 1, "prohibited"},
    {6, 1, 2, 2, "network_unreachable"},    {6, 1, 3, 3, "host_unreachable"},
    {6, 1, 4, 4, "port_unreachable"},       {6, 1, 5, 6, "prohibited"},
    {6, 2, 0, 255, "fragmentation_needed"}, {6, 3, 0, 255, "time_exceeded"},
};

static const char *icmp_error_name(uint8_t ip_version, uint8_t type, uint8_t code) {
    for (size_t i = 0; i < ARRAY_LENGTH(icmp_errors); i++)
        if (icmp_errors[i].ip_version == ip_version && icmp_errors[i].type == type &&
            icmp_errors[i].first_code <= code && code <= icmp_errors[i].last_code)
            return icmp_errors[i].name;
    return "other";
}

static void build_icmp(struct facts *facts, const struct flow *flow) {
    char address[PACKET_ADDRESS_TEXT_SIZE];
    if (flow->icmp_time == 0) return;
    facts_set_name(facts, FACT_TCP_ICMP, icmp_error_name(flow->ip_version, flow->icmp_type, flow->icmp_code));
    packet_address_format(&flow->icmp_from, flow->ip_version, address);
    facts_set_clean_text(facts, FACT_TCP_ICMP_FROM, address);
    if (flow->icmp_mtu != 0) facts_set_integer(facts, FACT_TCP_ICMP_MTU, flow->icmp_mtu);
}

/* A RST carries the next sequence number of its sender; one that was forged may carry any, so only those of a side that
 * sent a single number count. */
static bool reset_claims(const struct flow *flow, enum side side, uint32_t *claimed) {
    bool found = false;
    if (flow->reset_count > FLOW_RESETS_KEPT) return false;
    for (unsigned i = 0; i < flow->reset_count; i++) {
        const struct flow_reset *reset = &flow->resets[i];
        if (reset->side != side) continue;
        if (found && reset->sequence != *claimed) return false;
        *claimed = reset->sequence;
        found = true;
    }
    return found;
}

/* Bytes that a side's own sequence numbers claim beyond what came by: lost before this tap, or by it. */
static uint32_t bytes_unseen(const struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side];
    uint32_t claimed = half->fin_seen ? half->fin_sequence : half->announced_sequence;
    if (!half->started) return 0;
    if (!half->fin_seen && !reset_claims(flow, side, &claimed) && !half->announced_valid) return 0;
    uint32_t unseen = sequence_reaches(claimed, half->next_sequence) ? claimed - half->next_sequence : 0;
    return unseen <= UNSEEN_AT_MOST ? unseen : 0;
}

/* Silence and closings mean something only where nothing that was said is missing. What the server claims to have sent
 * and nobody ever acknowledged is the path's loss, not ours, and left to the rules. */
static void build_clear_sight(struct facts *facts, const struct reading *reading) {
    bool clear = reading->conversation->phase >= TLS_PHASE_CLIENT_HELLO && !facts_is(facts, FACT_SIGHT_ONE_SIDED) &&
                 !facts_is(facts, FACT_SIGHT_TRUNCATED) && facts_integer(facts, FACT_SIGHT_GAPS) == 0 &&
                 bytes_unseen(reading->flow, SIDE_CLIENT) == 0;
    facts_set_boolean(facts, FACT_SIGHT_CLEAR, clear);
}

/* The server spoke before the ClientHello: that it did says nothing about the hello. */
static bool was_upgraded(const struct reading *reading) {
    const struct starttls_dialogue *upgrade = reading->sources->upgrade;
    return upgrade != NULL && upgrade->opening_length[SIDE_SERVER] > 0 &&
           !reading->conversation->direction[SIDE_SERVER].started;
}

/* RFC 4291 section 2.5.6, RFC 3927 section 2.1. */
static bool is_link_local(const struct packet_address *address, uint8_t ip_version) {
    if (ip_version == 4) return address->bytes[0] == 169 && address->bytes[1] == 254;
    return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

static bool is_link_local_only(const struct flow *flow) {
    return is_link_local(&flow->address[SIDE_CLIENT], flow->ip_version) &&
           !is_link_local(&flow->address[SIDE_SERVER], flow->ip_version);
}

/* The client claimed bytes that never came by, by its FIN or by what it sent behind them; the server was heard after
 * that, and had none of them. That they were lost before this tap is then certain, and not our loss. */
static bool is_client_unheard(const struct flow *flow) {
    const struct flow_half *client = &flow->half[SIDE_CLIENT], *server = &flow->half[SIDE_SERVER];
    bool held = flow->stream[SIDE_CLIENT].segments != NULL;
    if (!held && bytes_unseen(flow, SIDE_CLIENT) == 0) return false;
    int64_t claimed = held ? client->first_payload_time : client->fin_time;
    return claimed != 0 && server->last_packet_time > claimed && client->acknowledged_valid &&
           client->acknowledged == client->next_sequence;
}

/* How long both sides were heard of behind the last words. */
static void build_alive(struct facts *facts, const struct reading *reading) {
    const struct flow_half *client = &reading->flow->half[SIDE_CLIENT], *server = &reading->flow->half[SIDE_SERVER];
    int64_t heard =
        client->last_packet_time < server->last_packet_time ? client->last_packet_time : server->last_packet_time;
    int64_t words = reading_last_progress(reading->sources);
    if (heard > words) facts_set_milliseconds(facts, FACT_SIGHT_ALIVE_MS, heard - words);
}

/* Payload of SIDE, without what it said in plain text before TLS: the rules ask what came in the place of TLS. */
static int64_t bytes_of(const struct reading *reading, enum side side) {
    const struct starttls_dialogue *upgrade = reading->sources->upgrade;
    int64_t spoken = upgrade != NULL && upgrade->tls[side] ? upgrade->spoken[side] : 0;
    return (int64_t)reading->flow->half[side].payload_bytes - spoken;
}

void build_tcp(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    const struct flow_half *client = &flow->half[SIDE_CLIENT], *server = &flow->half[SIDE_SERVER];
    facts_set_boolean(facts, FACT_TCP_SYN_SEEN, client->syn_seen);
    facts_set_boolean(facts, FACT_TCP_SYN_ACK_SEEN, server->syn_seen);
    facts_set_integer(facts, FACT_TCP_SYN_COUNT, client->syn_count);
    if (client->syn_count > 1 && server->packets == 0)
        facts_set_milliseconds(facts, FACT_TCP_TRIED_MS, client->last_packet_time - client->syn_time);
    facts_set_boolean(facts, FACT_TCP_TLS_PORT, reading->sources->tls_port);
    facts_set_boolean(facts, FACT_TCP_ELSEWHERE, reading->sources->elsewhere);
    facts_set_boolean(facts, FACT_TCP_SCAN, reading->sources->scanning);
    facts_set_boolean(facts, FACT_TCP_LINK_LOCAL, is_link_local_only(flow));
    /* A SYN that was sent twice makes the time to its answer ambiguous (Karn's algorithm, RFC 6298 section 3). */
    if (client->syn_count == 1 && server->syn_seen && server->syn_time >= client->syn_time)
        facts_set_milliseconds(facts, FACT_TCP_RTT_MS, server->syn_time - client->syn_time);
    facts_set_integer(facts, FACT_TCP_CLIENT_RETRANSMISSIONS, client->retransmissions);
    facts_set_integer(facts, FACT_TCP_SERVER_RETRANSMISSIONS, server->retransmissions);
    facts_set_integer(facts, FACT_TCP_CLIENT_BYTES, bytes_of(reading, SIDE_CLIENT));
    facts_set_integer(facts, FACT_TCP_SERVER_BYTES, bytes_of(reading, SIDE_SERVER));
    facts_set_integer(facts, FACT_TCP_SERVER_UNSEEN, bytes_unseen(flow, SIDE_SERVER));
    facts_set_integer(facts, FACT_TCP_CLIENT_UNSEEN, bytes_unseen(flow, SIDE_CLIENT));
    if (client->payload_packets > 0)
        facts_set_boolean(facts, FACT_TCP_CLIENT_FLIGHT_ACKNOWLEDGED, is_acknowledged(client));
    if (reading->conversation->hello_time != 0) {
        bool answered = server->payload_packets > 0 && !was_upgraded(reading);
        facts_set_boolean(facts, FACT_TCP_HELLO_ACKNOWLEDGED, answered || is_acknowledged(client));
        facts_set_integer(facts, FACT_TCP_HELLO_SEGMENTS, reading->conversation->hello_segments);
    }
    if (server->payload_packets > 0)
        facts_set_boolean(facts, FACT_TCP_SERVER_FLIGHT_ACKNOWLEDGED, is_acknowledged(server));
    facts_set_boolean(facts, FACT_TCP_CLIENT_WINDOW_CLOSED, client->window_zero_seen && client->last_window == 0);
    facts_set_boolean(facts, FACT_TCP_CLIENT_UNHEARD, is_client_unheard(flow));
    build_alive(facts, reading);
    build_icmp(facts, flow);
    build_clear_sight(facts, reading);
}
