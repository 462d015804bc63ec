/* TCP's books: who ended it, what was sent again, acknowledged, announced, and with which TTL. */
#include "wire.h"

static struct wire wire;
static struct flow_half *client, *server;

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

/* Client's first byte is 1001, server's 5001. */
static void begin(void) {
    wire_handshake(&wire, 1000, 5000);
    client = &wire.flow->half[SIDE_CLIENT];
    server = &wire.flow->half[SIDE_SERVER];
}

/* --- the three packets --- */

START_TEST(the_handshake_is_entered) {
    static const uint8_t options[] = {
        2, 4,  0x05, 0xb4,                  /* maximum segment size 1460 */
        1, 1,                               /* no-operation */
        8, 10, 0,    0,    0, 1, 0, 0, 0, 0 /* timestamps */
    };
    wire.ttl = 57;
    struct packet syn = wire_tcp(&wire, SIDE_CLIENT, SYN, 1000, 0, NULL, 0);
    syn.tcp_options = cursor_over(options, sizeof(options));
    syn.window = 64240;
    syn.ip_id = 77;
    wire_put(&wire, &syn);
    wire.ttl = 119;
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    client = &wire.flow->half[SIDE_CLIENT];
    server = &wire.flow->half[SIDE_SERVER];
    ck_assert_int_eq(wire.flow->state, FLOW_SYN_ONLY);
    wire.ttl = 57;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0);
    ck_assert_int_eq(wire.flow->state, FLOW_IDLE);

    ck_assert(client->syn_seen && server->syn_seen);
    ck_assert_uint_eq(client->initial_sequence, 1000);
    ck_assert_uint_eq(server->initial_sequence, 5000);
    ck_assert_int_eq(client->syn_time, WIRE_START);
    ck_assert_int_eq(server->syn_time, WIRE_START + MOMENT_MILLISECOND / 10);
    ck_assert_uint_eq(client->ttl_syn, 57);
    ck_assert_uint_eq(server->ttl_syn, 119);
    ck_assert_uint_eq(client->ttl_changes, 0);
    ck_assert_uint_eq(client->maximum_segment_size, 1460);
    ck_assert_uint_eq(server->maximum_segment_size, 0);
    ck_assert(client->timestamps && !server->timestamps);
    ck_assert_uint_eq(client->first_window, 64240);
    ck_assert_uint_eq(client->ip_id_first, 77);
    ck_assert_uint_eq(client->ip_id_last, 3);
    ck_assert(client->acknowledged_valid && server->acknowledged_valid);
    ck_assert_uint_eq(client->acknowledged, 1001);
    ck_assert_uint_eq(server->acknowledged, 5001);
    ck_assert_int_eq(wire.flow->start_time, WIRE_START);
    ck_assert(!wire.flow->first_end_valid);
}
END_TEST

START_TEST(payload_brings_a_flow_to_talking) {
    begin();
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, "220 ready", 9);
    ck_assert_int_eq(wire.flow->state, FLOW_TALKING);
    flow_table_set_state(wire.table, wire.flow, FLOW_HANDSHAKE);
    wire_send(&wire, SIDE_SERVER, ACK, 5010, 1001, "more", 4);
    ck_assert_int_eq(wire.flow->state, FLOW_HANDSHAKE); /* never back */
    ck_assert_int_eq(server->first_payload_time, WIRE_START + 3 * MOMENT_MILLISECOND / 10);
    ck_assert_int_eq(server->last_payload_time, WIRE_START + 4 * MOMENT_MILLISECOND / 10);
    ck_assert_uint_eq(server->payload_packets, 2);
    ck_assert_uint_eq(server->payload_bytes, 13);
    ck_assert_uint_eq(server->largest_payload, 9);
}
END_TEST

/* --- sent again --- */

START_TEST(what_brings_nothing_new_is_a_retransmission) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello world", 11);
    int64_t last = client->last_payload_time;
    wire.time += 200 * MOMENT_MILLISECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello world", 11);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_uint_eq(client->retransmissions, 2);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello world!", 12); /* a byte is new */
    ck_assert_uint_eq(client->retransmissions, 2);
    ck_assert_int_gt(client->last_payload_time, last);
    /* held out of order, and the same again */
    wire_send(&wire, SIDE_CLIENT, ACK, 1101, 5001, "later", 5);
    wire_send(&wire, SIDE_CLIENT, ACK, 1101, 5001, "later", 5);
    ck_assert_uint_eq(client->retransmissions, 3);
    ck_assert_uint_eq(client->payload_packets, 6);
    ck_assert_uint_eq(server->retransmissions, 0);
}
END_TEST

START_TEST(a_retransmission_is_not_the_last_payload) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    int64_t last = client->last_payload_time;
    wire.time += MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_int_eq(client->last_payload_time, last);
    ck_assert_int_gt(client->last_packet_time, last);
}
END_TEST

START_TEST(keep_alives_are_no_retransmissions) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1006, NULL, 0);
    wire.time += 10 * MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1005, 5001, "x", 1);
    wire_send(&wire, SIDE_CLIENT, ACK, 1005, 5001, NULL, 0);
    ck_assert_uint_eq(client->retransmissions, 0);
    ck_assert_uint_eq(client->highest_sequence, 1006);
}
END_TEST

START_TEST(a_byte_that_was_not_acknowledged_is_sent_again) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "x", 1);
    wire.time += MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "x", 1);
    ck_assert_uint_eq(client->retransmissions, 1);
}
END_TEST

/* The second copy of every packet, as a mirror of two ports shows it, leaves no trace in the books. */
START_TEST(second_copies_are_passed_over) {
    struct packet packets[] = {
        wire_tcp(&wire, SIDE_CLIENT, SYN, 1000, 0, NULL, 0),
        wire_tcp(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0),
        wire_tcp(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0),
        wire_tcp(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5),
        wire_tcp(&wire, SIDE_SERVER, ACK, 5001, 1006, NULL, 0),
        wire_tcp(&wire, SIDE_SERVER, RST, 5001, 0, NULL, 0),
    };
    for (unsigned i = 0; i < ARRAY_LENGTH(packets); i++) {
        for (unsigned copy = 0; copy < 2; copy++) {
            packets[i].time = wire.time;
            packets[i].ttl = (uint8_t)(64 - copy); /* a router between the two interfaces */
            packets[i].ip_id = (uint16_t)(100 + i);
            packets[i].ip_id_valid = _i == 0; /* IPv6 has none */
            wire_put(&wire, &packets[i]);
        }
        wire.time += 5 * MOMENT_MILLISECOND;
    }
    client = &wire.flow->half[SIDE_CLIENT];
    server = &wire.flow->half[SIDE_SERVER];
    ck_assert_uint_eq(wire.packets, 6);
    ck_assert_uint_eq(client->packets, 3);
    ck_assert_uint_eq(server->packets, 3);
    ck_assert_uint_eq(client->syn_count, 1);
    ck_assert_uint_eq(client->retransmissions, 0);
    ck_assert_uint_eq(client->ttl_changes, 0);
    ck_assert_uint_eq(server->duplicate_acknowledgements, 0);
    ck_assert_uint_eq(wire.flow->reset_count, 1);
    ck_assert_uint_eq(client->copies_seen + server->copies_seen, 6);
    ck_assert_uint_eq(wire_counters(&wire)->copies, 6);
}
END_TEST

START_TEST(the_same_packet_later_is_no_copy) {
    begin();
    struct packet packet = wire_tcp(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_put(&wire, &packet);
    packet.time += 3 * MOMENT_MILLISECOND;
    wire_put(&wire, &packet);
    ck_assert_uint_eq(client->retransmissions, 1);
    packet.time += MOMENT_MILLISECOND / 10;
    packet.ip_id++; /* sent again at once */
    wire_put(&wire, &packet);
    ck_assert_uint_eq(client->retransmissions, 2);
    ck_assert_uint_eq(client->copies_seen, 0);
}
END_TEST

START_TEST(full_size_segments_that_never_pass_are_counted) {
    static uint8_t full[1448];
    begin();
    client->maximum_segment_size = server->maximum_segment_size = 1460;
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, full, 1448);
    wire_send(&wire, SIDE_SERVER, ACK, 6449, 1001, full, 1200);
    for (unsigned i = 0; i < 3; i++) {
        wire.time += 200 * MOMENT_MILLISECOND;
        wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, full, 1448);
        wire_send(&wire, SIDE_SERVER, ACK, 6449, 1001, full, 1200); /* not full-size */
    }
    ck_assert_uint_eq(server->retransmissions, 6);
    ck_assert_uint_eq(server->full_size_lost, 3);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 6449, NULL, 0); /* it got through */
    ck_assert_uint_eq(server->full_size_lost, 0);
}
END_TEST

/* --- acknowledgements and announcements --- */

START_TEST(acknowledgements_only_grow) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1006, NULL, 0);
    ck_assert_uint_eq(client->acknowledged, 1006);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1003, NULL, 0);
    ck_assert_uint_eq(client->acknowledged, 1006);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1006 + 0x10000000, NULL, 0); /* of nothing that can be */
    ck_assert_uint_eq(client->acknowledged, 1006);
}
END_TEST

START_TEST(duplicate_acknowledgements_are_as_rfc_5681_has_them) {
    begin();
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, "first", 5);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0); /* 1: data is outstanding, nothing else has changed */
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0); /* 2 */
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "x", 1);  /* carries data */
    ck_assert_uint_eq(client->duplicate_acknowledgements, 2);
    struct packet packet = wire_tcp(&wire, SIDE_CLIENT, ACK, 1002, 5001, NULL, 0);
    packet.window = 400; /* a window update */
    wire_put(&wire, &packet);
    ck_assert_uint_eq(client->duplicate_acknowledgements, 2);
    wire_send(&wire, SIDE_CLIENT, ACK, 1002, 5001, NULL, 0); /* another */
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0); /* a keep-alive: one byte below */
    ck_assert_uint_eq(client->duplicate_acknowledgements, 2);
    wire_send(&wire, SIDE_CLIENT, ACK, 1002, 5006, NULL, 0); /* something new */
    ck_assert_uint_eq(client->duplicate_acknowledgements, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 1002, 5006, NULL, 0); /* nothing outstanding */
    ck_assert_uint_eq(client->duplicate_acknowledgements, 0);
}
END_TEST

START_TEST(a_pure_ack_announces_bytes_that_never_arrived) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert(server->next_sequence == 5001 && server->highest_sequence == 5001);
    wire_send(&wire, SIDE_SERVER, ACK, 5001 + 5872, 1006, NULL, 0);
    ck_assert(server->announced_valid);
    ck_assert_uint_eq(server->announced_sequence, 5001 + 5872);
    ck_assert_uint_eq(server->highest_sequence, 5001 + 5872);
    ck_assert_uint_eq(server->next_sequence, 5001);
    wire_send(&wire, SIDE_SERVER, ACK, 5000, 1006, NULL, 0); /* a keep-alive announces less */
    ck_assert_uint_eq(server->announced_sequence, 5001 + 5872);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 0); /* nobody acknowledged them */
}
END_TEST

START_TEST(a_closed_window_is_noted) {
    begin();
    struct packet packet = wire_tcp(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0);
    packet.window = 0;
    wire_put(&wire, &packet);
    ck_assert(client->window_zero_seen);
    ck_assert(!server->window_zero_seen);
}
END_TEST

START_TEST(ttl_changes_are_counted) {
    begin();
    wire.ttl = 60;
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, "a", 1);
    wire.ttl = 64;
    wire_send(&wire, SIDE_SERVER, ACK, 5002, 1001, "b", 1);
    ck_assert_uint_eq(server->ttl_syn, 64);
    ck_assert_uint_eq(server->ttl_changes, 2);
    wire.ttl = 11;
    wire_send(&wire, SIDE_SERVER, RST, 5003, 0, NULL, 0); /* a RST stands for itself */
    ck_assert_uint_eq(server->ttl_changes, 2);
    ck_assert_uint_eq(server->ttl_last, 64);
    ck_assert_uint_eq(wire.flow->resets[0].ttl, 11);
}
END_TEST

/* --- the end --- */

START_TEST(a_fin_is_entered) {
    begin();
    wire_send(&wire, SIDE_CLIENT, FIN | ACK, 1001, 5001, "bye", 3);
    ck_assert(client->fin_seen);
    ck_assert_uint_eq(client->fin_sequence, 1004);
    ck_assert_int_eq(client->fin_time, WIRE_START + 3 * MOMENT_MILLISECOND / 10);
    ck_assert(wire.flow->first_end_valid && !wire.flow->first_end_reset);
    ck_assert_int_eq(wire.flow->first_end_side, SIDE_CLIENT);
    ck_assert_int_eq(wire.flow->first_end_time, client->fin_time);
    wire_send(&wire, SIDE_SERVER, FIN | ACK, 5001, 1005, NULL, 0);
    ck_assert(server->fin_seen);
    ck_assert_int_eq(wire.flow->first_end_side, SIDE_CLIENT);
    ck_assert_uint_eq(client->acknowledged, 1005);
    wire_send(&wire, SIDE_CLIENT, ACK, 1005, 5002, NULL, 0);
    ck_assert_uint_eq(client->highest_sequence, 1004); /* the FIN is no byte */
    wire.time += MOMENT_SECOND;
    wire_send(&wire, SIDE_SERVER, FIN | ACK, 5001, 1005, NULL, 0);
    ck_assert_uint_eq(server->retransmissions, 1);
    ck_assert_uint_eq(wire.gap_count, 0);
}
END_TEST

START_TEST(a_reset_is_kept_as_it_was_seen) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    struct packet packet = wire_tcp(&wire, SIDE_SERVER, RST | ACK, 5001, 1006, "why", 3);
    packet.window = 2079;
    packet.ttl = 61;
    packet.ip_id = 4711;
    wire_put(&wire, &packet);
    const struct flow_reset *reset = &wire.flow->resets[0];
    ck_assert_uint_eq(wire.flow->reset_count, 1);
    ck_assert_int_eq(reset->side, SIDE_SERVER);
    ck_assert_int_eq(reset->time, packet.time);
    ck_assert_uint_eq(reset->sequence, 5001);
    ck_assert_uint_eq(reset->acknowledgement, 1006);
    ck_assert_uint_eq(reset->window, 2079);
    ck_assert_uint_eq(reset->ttl, 61);
    ck_assert_uint_eq(reset->ip_id, 4711);
    ck_assert_uint_eq(reset->payload, 3);
    ck_assert_uint_eq(reset->flags, RST | ACK);
    ck_assert(reset->ip_id_valid && reset->in_window && !reset->has_timestamps);
    ck_assert(wire.flow->first_end_valid && wire.flow->first_end_reset);
    ck_assert_int_eq(wire.flow->first_end_side, SIDE_SERVER);
    ck_assert_uint_eq(client->acknowledged, 1006); /* an exact one tells what was received */
    ck_assert(server->reset_seen && !server->packets_after_reset);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1); /* still followed */
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1006, "server hello", 12);
    ck_assert(server->packets_after_reset);
    ck_assert(!client->packets_after_reset);
}
END_TEST

struct reset_case {
    const char *name;
    uint32_t sequence;
    bool in_window, is_end;
};

/* The server has sent "banner", 5001 to 5006. */
static const struct reset_case reset_cases[] = {
    {"exact", 5007, true, true},
    {"in the receiver's window, but not what the server would send", 5300, false, true},
    {"before it", 5001, false, true},
    {"blind", 0x80000000, false, false},
    {"zero", 0xff000000, false, false},
};

START_TEST(a_reset_is_judged_by_its_sequence_number) {
    const struct reset_case *want = &reset_cases[_i];
    begin();
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, "banner", 6);
    wire_send(&wire, SIDE_SERVER, RST, want->sequence, 0, NULL, 0);
    ck_assert_uint_eq(wire.flow->reset_count, 1);
    ck_assert_msg(wire.flow->resets[0].in_window == want->in_window, "%s", want->name);
    ck_assert_msg(wire.flow->first_end_valid == want->is_end, "%s", want->name);
}
END_TEST

START_TEST(a_refused_syn_is_in_window) {
    wire_syn(&wire, 1000);
    wire_send(&wire, SIDE_SERVER, RST | ACK, 0, 1001, NULL, 0);
    ck_assert(wire.flow->resets[0].in_window);
    ck_assert(wire.flow->first_end_reset);
    ck_assert_int_eq(wire.flow->state, FLOW_SYN_ONLY);
    ck_assert_uint_eq(wire.end_count, 0);
}
END_TEST

START_TEST(a_reset_tells_nothing_of_the_other_packets) {
    wire_syn(&wire, 1000);
    wire.ttl = 11;
    wire_send(&wire, SIDE_SERVER, RST | ACK, 0, 1001, NULL, 0); /* by something on the path */
    server = &wire.flow->half[SIDE_SERVER];
    ck_assert_uint_eq(server->ttl_last, 0);
    ck_assert_uint_eq(server->ip_id_last, 0);
    wire.ttl = 57;
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    ck_assert_uint_eq(server->ttl_last, 57);
    ck_assert_uint_eq(server->ttl_changes, 0);
    ck_assert_uint_eq(server->ip_id_first, 3);
    ck_assert(server->packets_after_reset);
}
END_TEST

START_TEST(a_refusal_that_acknowledges_something_else_is_not) {
    wire_syn(&wire, 1000);
    wire_send(&wire, SIDE_SERVER, RST | ACK, 0, 77, NULL, 0);
    ck_assert(!wire.flow->resets[0].in_window);
}
END_TEST

START_TEST(an_inexact_reset_acknowledges_nothing) {
    begin();
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_send(&wire, SIDE_SERVER, RST | ACK, 5100, 1006, NULL, 0);
    ck_assert_uint_eq(client->acknowledged, 1001);
}
END_TEST

START_TEST(many_resets_are_counted_and_four_are_kept) {
    begin();
    for (uint32_t i = 0; i < 300; i++)
        wire_send(&wire, SIDE_CLIENT, RST, 1001 + i, 0, NULL, 0);
    ck_assert_uint_eq(wire.flow->reset_count, UINT8_MAX);
    for (uint32_t i = 0; i < FLOW_RESETS_KEPT; i++)
        ck_assert_uint_eq(wire.flow->resets[i].sequence, 1001 + i);
}
END_TEST

/* --- ICMP --- */

static struct packet icmp_error(uint8_t type, uint8_t code, uint32_t quoted_sequence) {
    struct packet tcp = wire_tcp(&wire, SIDE_CLIENT, SYN, quoted_sequence, 0, NULL, 0);
    return (struct packet){.time = wire.time,
                           .kind = PACKET_ICMP_ERROR,
                           .ip_version = 4,
                           .source = {{203, 0, 113, 9}},
                           .destination = tcp.source,
                           .icmp = {.type = type,
                                    .code = code,
                                    .mtu = 1280,
                                    .quoted_protocol = 6,
                                    .quoted_source_port = tcp.source_port,
                                    .quoted_destination_port = tcp.destination_port,
                                    .quoted_sequence = quoted_sequence,
                                    .has_sequence = true,
                                    .quoted_source = tcp.source,
                                    .quoted_destination = tcp.destination}};
}

START_TEST(the_first_icmp_error_that_quotes_the_flow_is_kept) {
    wire_syn(&wire, 1000);
    ck_assert_uint_eq(wire.packets, 0);
    struct packet packet = icmp_error(3, 1, 1000);
    wire_put(&wire, &packet);
    ck_assert_uint_eq(wire.packets, 2); /* the SYN, as now something has followed it, and the error */
    ck_assert_int_eq(wire.flow->icmp_time, packet.time);
    ck_assert_uint_eq(wire.flow->icmp_type, 3);
    ck_assert_uint_eq(wire.flow->icmp_code, 1);
    ck_assert_uint_eq(wire.flow->icmp_mtu, 1280);
    ck_assert_mem_eq(&wire.flow->icmp_from, &packet.source, sizeof(packet.source));
    packet = icmp_error(3, 13, 1000);
    wire_put(&wire, &packet);
    ck_assert_uint_eq(wire.flow->icmp_code, 1);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].packets, 1);
}
END_TEST

START_TEST(an_icmp_error_that_quotes_something_else_is_not) {
    wire_syn(&wire, 1000);
    struct packet packet = icmp_error(3, 1, 0x70000000); /* a blind one */
    wire_put(&wire, &packet);
    ck_assert_int_eq(wire.flow->icmp_time, 0);
    ck_assert_uint_eq(wire_counters(&wire)->out_of_window, 1);
    packet = icmp_error(3, 1, 1000);
    packet.icmp.quoted_source_port++;
    wire_put(&wire, &packet);
    packet = icmp_error(3, 3, 1000);
    packet.icmp.quoted_protocol = 17;
    wire_put(&wire, &packet);
    ck_assert_int_eq(wire.flow->icmp_time, 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/books");
    TCase *tests = tcase_create("books");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_handshake_is_entered);
    tcase_add_test(tests, payload_brings_a_flow_to_talking);
    tcase_add_test(tests, what_brings_nothing_new_is_a_retransmission);
    tcase_add_test(tests, a_retransmission_is_not_the_last_payload);
    tcase_add_test(tests, keep_alives_are_no_retransmissions);
    tcase_add_test(tests, a_byte_that_was_not_acknowledged_is_sent_again);
    tcase_add_loop_test(tests, second_copies_are_passed_over, 0, 2);
    tcase_add_test(tests, the_same_packet_later_is_no_copy);
    tcase_add_test(tests, full_size_segments_that_never_pass_are_counted);
    tcase_add_test(tests, acknowledgements_only_grow);
    tcase_add_test(tests, duplicate_acknowledgements_are_as_rfc_5681_has_them);
    tcase_add_test(tests, a_pure_ack_announces_bytes_that_never_arrived);
    tcase_add_test(tests, a_closed_window_is_noted);
    tcase_add_test(tests, ttl_changes_are_counted);
    tcase_add_test(tests, a_fin_is_entered);
    tcase_add_test(tests, a_reset_is_kept_as_it_was_seen);
    tcase_add_loop_test(tests, a_reset_is_judged_by_its_sequence_number, 0, (int)ARRAY_LENGTH(reset_cases));
    tcase_add_test(tests, a_refused_syn_is_in_window);
    tcase_add_test(tests, a_reset_tells_nothing_of_the_other_packets);
    tcase_add_test(tests, a_refusal_that_acknowledges_something_else_is_not);
    tcase_add_test(tests, an_inexact_reset_acknowledges_nothing);
    tcase_add_test(tests, many_resets_are_counted_and_four_are_kept);
    tcase_add_test(tests, the_first_icmp_error_that_quotes_the_flow_is_kept);
    tcase_add_test(tests, an_icmp_error_that_quotes_something_else_is_not);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
