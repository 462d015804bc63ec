/* The table: which packets open a flow, what time does, and what the handler may do meanwhile. */
#include "wire.h"

static struct wire wire;

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

/* --- what opens a flow --- */

struct opening {
    const char *name;
    size_t payload;
    unsigned flags;
    enum side sender, worth_side;
    enum flow_state state;
    bool worth, opens, midstream;
};

static const struct opening openings[] = {
    {"SYN with data (RFC 7413)", 5, SYN, SIDE_CLIENT, SIDE_CLIENT, FLOW_TALKING, false, true, false},
    {"SYN-ACK: the sender is the server", 0, SYN | ACK, SIDE_SERVER, SIDE_SERVER, FLOW_SYN_ONLY, false, true, true},
    {"data worth following", 5, ACK | PSH, SIDE_CLIENT, SIDE_CLIENT, FLOW_TALKING, true, true, true},
    {"data of a server worth following", 5, ACK, SIDE_SERVER, SIDE_SERVER, FLOW_TALKING, true, true, true},
    {"data and FIN worth following", 5, ACK | FIN, SIDE_CLIENT, SIDE_CLIENT, FLOW_TALKING, true, true, true},
    {"data not worth following", 5, ACK, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, false, false, false},
    {"pure ACK", 0, ACK, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
    {"FIN", 0, FIN | ACK, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
    {"RST", 0, RST, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
    {"RST with text", 5, RST | ACK, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
    {"SYN and FIN", 0, SYN | FIN, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
    {"SYN and RST", 0, SYN | RST, SIDE_CLIENT, SIDE_CLIENT, FLOW_SYN_ONLY, true, false, false},
};

START_TEST(flow_is_opened_by_what_starts_one) {
    const struct opening *want = &openings[_i];
    wire.worth = want->worth;
    wire.worth_side = want->worth_side;
    wire_send(&wire, want->sender, want->flags, 100, 200, "hello", want->payload);
    ck_assert_msg(wire_counters(&wire)->flows_now == (want->opens ? 1 : 0), "%s", want->name);
    ck_assert_msg(wire_counters(&wire)->lookups_missed == (want->opens ? 0 : 1), "%s", want->name);
    ck_assert_msg(wire.packets == (want->opens ? 1 : 0), "%s", want->name);
    if (!want->opens) return;
    ck_assert_msg(wire.flow->state == want->state, "%s", want->name);
    ck_assert_msg(wire.flow->midstream == want->midstream, "%s", want->name);
    ck_assert_msg(wire.flow->port[SIDE_CLIENT] == 40000 && wire.flow->port[SIDE_SERVER] == 443, "%s", want->name);
    ck_assert_msg(wire.length[want->sender] == want->payload, "%s", want->name);
}
END_TEST

START_TEST(both_directions_find_the_same_flow) {
    wire_handshake(&wire, 1000, 5000);
    struct flow *flow = wire.flow;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_ptr_eq(wire.flow, flow);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1006, "world", 5);
    ck_assert_ptr_eq(wire.flow, flow);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
    ck_assert_uint_eq(flow->half[SIDE_CLIENT].packets, 3);
    ck_assert_uint_eq(flow->half[SIDE_SERVER].packets, 2);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], "hello", 5);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER], "world", 5);
}
END_TEST

START_TEST(ipv6_flows_and_ipv4_flows_with_the_same_bytes_are_two) {
    struct packet packet = wire_tcp(&wire, SIDE_CLIENT, SYN, 1, 0, NULL, 0);
    wire_put(&wire, &packet);
    packet.ip_version = 6;
    wire_put(&wire, &packet);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 2);
    /* the last byte of an address tells IPv6 flows apart */
    packet.source.bytes[15] = 1;
    wire_put(&wire, &packet);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 3);
}
END_TEST

START_TEST(a_syn_behind_its_syn_ack_is_taken_in) {
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    ck_assert(wire.flow->midstream);
    wire_syn(&wire, 1000);
    ck_assert(!wire.flow->midstream);
    ck_assert(wire.flow->half[SIDE_CLIENT].syn_seen);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].next_sequence, 1001);
    ck_assert_uint_eq(wire.end_count, 0);
}
END_TEST

/* --- ports used again --- */

START_TEST(a_repeated_syn_is_counted_not_a_new_flow) {
    wire_syn(&wire, 1000);
    wire.time += MOMENT_SECOND;
    wire_syn(&wire, 1000);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].syn_count, 2);
    ck_assert_uint_eq(wire.end_count, 0);
    ck_assert_int_eq(wire.flow->half[SIDE_CLIENT].syn_time, WIRE_START);
}
END_TEST

START_TEST(another_syn_for_an_unanswered_one_is_a_new_flow) {
    wire_syn(&wire, 1000);
    wire_syn(&wire, 1010);
    wire_syn(&wire, 1010);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, FLOW_END_REUSED);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].initial_sequence, 1010);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

START_TEST(a_syn_after_the_end_is_a_new_flow) {
    wire_handshake(&wire, 1000, 5000);
    wire_send(&wire, SIDE_CLIENT, FIN | ACK, 1001, 5001, NULL, 0);
    wire_syn_twice(&wire, 2000); /* in window: the end alone makes it new */
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, FLOW_END_REUSED);
    ck_assert(!wire.flow->first_end_valid);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].packets, 0);
}
END_TEST

START_TEST(a_syn_out_of_window_is_a_new_flow) {
    wire_handshake(&wire, 1000, 5000);
    wire_syn(&wire, 0x40000000);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, FLOW_END_REUSED);
}
END_TEST

START_TEST(a_syn_in_window_of_a_living_flow_is_not_believed) {
    wire_handshake(&wire, 1000, 5000);
    struct flow *flow = wire.flow;
    wire_syn(&wire, 1500);
    ck_assert_uint_eq(wire.end_count, 0);
    ck_assert_uint_eq(flow->half[SIDE_CLIENT].syn_count, 1);
    ck_assert_uint_eq(wire_counters(&wire)->out_of_window, 1);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "still here", 10);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 10);
}
END_TEST

START_TEST(a_hello_out_of_window_after_the_end_is_a_new_flow) {
    wire.worth = true; /* the new connection's SYN and SYN-ACK were missed */
    wire_handshake(&wire, 1000, 5000);
    wire_send(&wire, SIDE_SERVER, RST, 5001, 0, NULL, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 0x70000000, 0x60000000, "hello", 5);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, FLOW_END_REUSED);
    ck_assert(wire.flow->midstream);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 5);
}
END_TEST

/* --- time --- */

static void be_in_state(enum flow_state state) {
    wire_syn(&wire, 1000);
    wire.time = WIRE_START;
    wire_syn(&wire, 1000);
    flow_table_set_state(wire.table, wire.flow, state);
}

START_TEST(silence_ends_a_flow_after_what_its_state_allows) {
    static const int64_t allowed[FLOW_STATE_COUNT] = {20, 30, 40, 60, 2};
    be_in_state((enum flow_state)_i);
    flow_table_advance(wire.table, WIRE_START + allowed[_i] * MOMENT_SECOND - 1);
    ck_assert_uint_eq(wire.end_count, 0);
    flow_table_advance(wire.table, WIRE_START + allowed[_i] * MOMENT_SECOND);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, _i == FLOW_ENDING ? FLOW_END_CLOSED : FLOW_END_TIMEOUT);
    ck_assert_int_eq(wire.ends[0].time, WIRE_START + allowed[_i] * MOMENT_SECOND);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire_counters(&wire)->ended[wire.ends[0].why], 1);
}
END_TEST

START_TEST(packets_of_others_move_time_too) {
    wire_syn_twice(&wire, 1000);
    wire.client_port++;
    wire.time += 20 * MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1, 1, NULL, 0); /* of no flow */
    ck_assert_uint_eq(wire.end_count, 1);
}
END_TEST

START_TEST(a_packet_renews_patience) {
    wire_syn(&wire, 1000);
    wire.time = WIRE_START + 19 * MOMENT_SECOND;
    wire_syn(&wire, 1000);
    flow_table_advance(wire.table, WIRE_START + 38 * MOMENT_SECOND);
    ck_assert_uint_eq(wire.end_count, 0);
    flow_table_advance(wire.table, WIRE_START + 39 * MOMENT_SECOND);
    ck_assert_uint_eq(wire.end_count, 1);
}
END_TEST

START_TEST(time_never_goes_backwards) {
    wire_handshake(&wire, 1000, 5000);
    int64_t now = wire.flow->last_time;
    wire.time = WIRE_START - 100 * MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "x", 1);
    ck_assert_int_eq(wire.flow->last_time, now);
    ck_assert_int_eq(wire.last_time[SIDE_CLIENT], now);
    flow_table_advance(wire.table, 0);
    ck_assert_uint_eq(wire.end_count, 0);
}
END_TEST

START_TEST(a_time_that_cannot_be_does_not_overflow) {
    wire_handshake(&wire, 1000, 5000);
    wire.time = INT64_MAX - MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "x", 1);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_int_eq(wire.ends[0].why, FLOW_END_TIMEOUT);
    flow_table_advance(wire.table, INT64_MAX);
    wire.time = INT64_MIN;
    wire_syn(&wire, 7);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

/* --- decided --- */

START_TEST(a_decided_flow_is_not_opened_by_a_straggler) {
    wire.worth = true;
    wire_handshake(&wire, 1000, 5000);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    flow_table_forget(wire.table, wire.flow);
    ck_assert_uint_eq(wire_counters(&wire)->flows_forgotten, 1);
    ck_assert_uint_eq(wire.end_count, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire_counters(&wire)->recently_decided, 2);
    /* another connection is not meant */
    wire.client_port++;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
    /* a SYN opens it at any time */
    wire.client_port--;
    wire_syn(&wire, 9000);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 2);
}
END_TEST

START_TEST(decided_is_forgotten_after_a_while) {
    wire.worth = true;
    wire_syn_twice(&wire, 1000);
    flow_table_forget(wire.table, wire.flow);
    wire.time += 11 * MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

/* --- the handler meanwhile --- */

START_TEST(forgotten_in_bytes_there_is_no_packet) {
    wire_handshake(&wire, 1000, 5000);
    size_t packets = wire.packets;
    wire.in_bytes = WIRE_FORGET;
    wire.unit = _i == 0 ? 0 : 1000; /* consumed, or left over */
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_uint_eq(wire.packets, packets);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire.pool.used, 0);
}
END_TEST

START_TEST(forgotten_in_bytes_that_waited) {
    wire_handshake(&wire, 1000, 5000);
    wire.unit = 8;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    wire_send(&wire, SIDE_CLIENT, ACK, 1016, 5001, "later", 5); /* held behind a hole */
    ck_assert_uint_gt(wire.pool.used, 0);
    wire.in_bytes = WIRE_FORGET;
    wire_send(&wire, SIDE_CLIENT, ACK, 1006, 5001, "0123456789", 10);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 8);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire.pool.used, 0);
}
END_TEST

START_TEST(forgotten_in_gap_or_packet) {
    wire_handshake(&wire, 1000, 5000);
    if (_i == 0)
        wire.in_gap = WIRE_FORGET;
    else
        wire.in_packet = WIRE_FORGET;
    struct packet packet = wire_tcp(&wire, SIDE_CLIENT, ACK, 1001, 5001, "abc", 3);
    packet.payload_on_wire = 10; /* cut by the capture */
    size_t packets = wire.packets;
    wire_put(&wire, &packet);
    ck_assert_uint_eq(wire.packets, packets + (_i == 0 ? 0 : 1));
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_forgotten, 1);
}
END_TEST

START_TEST(forgotten_while_it_ends_it_is_not_told_twice) {
    wire_handshake(&wire, 1000, 5000);
    wire_send(&wire, SIDE_CLIENT, ACK, 1011, 5001, "later", 5);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1016, NULL, 0); /* ten bytes are our loss */
    wire.in_gap = WIRE_FORGET;
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.end_count, 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
}
END_TEST

START_TEST(stopped_reading_counts_and_keeps_nothing) {
    wire_handshake(&wire, 1000, 5000);
    wire.unit = 100;
    wire.in_bytes = WIRE_STOP;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "hello", 5);
    ck_assert_uint_eq(wire.pool.used, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 1016, 5001, "later", 5);
    wire_send(&wire, SIDE_CLIENT, ACK, 1016, 5001, "later", 5);
    ck_assert_uint_eq(wire.pool.used, 0);
    ck_assert_uint_eq(wire.bytes_calls, 1);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].payload_bytes, 10);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].payload_packets, 3);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].retransmissions, 1);
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1021, "other side", 10); /* still read */
    ck_assert_uint_eq(wire.bytes_calls, 2);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 0);
}
END_TEST

START_TEST(the_capture_ends_with_the_longest_silent_first) {
    wire_open_many(&wire, 1000, 3);
    wire.client_port = 1000;
    wire_syn(&wire, 1000);
    flow_table_set_state(wire.table, wire.flow, FLOW_HANDSHAKE);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.end_count, 3);
    static const uint16_t order[] = {1001, 1002, 1000};
    for (unsigned i = 0; i < ARRAY_LENGTH(order); i++) {
        ck_assert_uint_eq(wire.ends[i].client_port, order[i]);
        ck_assert_int_eq(wire.ends[i].why, FLOW_END_CAPTURE);
    }
}
END_TEST

/* Flows come and go in every order; each stays findable, which a hole in the index would prevent. */
START_TEST(the_index_survives_coming_and_going) {
    struct flow *flows[40] = {NULL};
    uint32_t initial[40], random = 12345;
    for (unsigned round = 0; round < 20000; round++) {
        random = random * 1664525 + 1013904223;
        unsigned i = random >> 16 & 63;
        if (i >= ARRAY_LENGTH(flows)) continue;
        wire.client_port = (uint16_t)(3000 + i);
        if (flows[i] == NULL) {
            initial[i] = 1000 + round;
            wire_syn_twice(&wire, initial[i]);
            flows[i] = wire.flow;
        } else if ((random >> 28) < 8) {
            flow_table_forget(wire.table, flows[i]);
            flows[i] = NULL;
        } else {
            wire_send(&wire, SIDE_SERVER, SYN | ACK, 77, initial[i] + 1, NULL, 0);
            ck_assert_ptr_eq(wire.flow, flows[i]);
        }
    }
    size_t alive = 0;
    for (unsigned i = 0; i < ARRAY_LENGTH(flows); i++)
        alive += flows[i] != NULL;
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, alive);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_SYN_ONLY], 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/table");
    TCase *tests = tcase_create("table");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, flow_is_opened_by_what_starts_one, 0, (int)ARRAY_LENGTH(openings));
    tcase_add_test(tests, both_directions_find_the_same_flow);
    tcase_add_test(tests, ipv6_flows_and_ipv4_flows_with_the_same_bytes_are_two);
    tcase_add_test(tests, a_syn_behind_its_syn_ack_is_taken_in);
    tcase_add_test(tests, a_repeated_syn_is_counted_not_a_new_flow);
    tcase_add_test(tests, another_syn_for_an_unanswered_one_is_a_new_flow);
    tcase_add_test(tests, a_syn_after_the_end_is_a_new_flow);
    tcase_add_test(tests, a_syn_out_of_window_is_a_new_flow);
    tcase_add_test(tests, a_syn_in_window_of_a_living_flow_is_not_believed);
    tcase_add_test(tests, a_hello_out_of_window_after_the_end_is_a_new_flow);
    tcase_add_loop_test(tests, silence_ends_a_flow_after_what_its_state_allows, 0, FLOW_STATE_COUNT);
    tcase_add_test(tests, packets_of_others_move_time_too);
    tcase_add_test(tests, a_packet_renews_patience);
    tcase_add_test(tests, time_never_goes_backwards);
    tcase_add_test(tests, a_time_that_cannot_be_does_not_overflow);
    tcase_add_test(tests, a_decided_flow_is_not_opened_by_a_straggler);
    tcase_add_test(tests, decided_is_forgotten_after_a_while);
    tcase_add_loop_test(tests, forgotten_in_bytes_there_is_no_packet, 0, 2);
    tcase_add_test(tests, forgotten_in_bytes_that_waited);
    tcase_add_loop_test(tests, forgotten_in_gap_or_packet, 0, 2);
    tcase_add_test(tests, forgotten_while_it_ends_it_is_not_told_twice);
    tcase_add_test(tests, stopped_reading_counts_and_keeps_nothing);
    tcase_add_test(tests, the_capture_ends_with_the_longest_silent_first);
    tcase_add_test(tests, the_index_survives_coming_and_going);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
