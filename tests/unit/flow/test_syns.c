/* SYNs that nothing has followed: they wait in entries of their own, and no flow is missed for it. */
#include "wire.h"

static struct wire wire;

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

/* SYNs alone from COUNT ports, a tenth of a millisecond from each other. */
static void flood(uint16_t first_port, size_t count) {
    for (size_t i = 0; i < count; i++) {
        wire.client_port = (uint16_t)(first_port + i);
        wire_syn(&wire, 1000);
    }
}

static void answer(uint16_t port) {
    wire.client_port = port;
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
}

START_TEST(a_syn_alone_is_counted_and_not_told) {
    wire_syn(&wire, 1000);
    ck_assert_uint_eq(wire.packets, 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_created, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_in_state[FLOW_SYN_ONLY], 1);
    ck_assert_uint_eq(wire_counters(&wire)->lookups_missed, 0);
}
END_TEST

/* --- what follows finds a flow as if the SYN had opened it when it came --- */

static const uint8_t options[] = {
    2, 4,  0x05, 0xb4,                  /* maximum segment size: 1460 */
    4, 2,                               /* SACK permitted */
    8, 10, 0,    0,    0, 1, 0, 0, 0, 0 /* timestamps */
};

static struct packet syn_with_options(const uint8_t *copy) {
    struct packet syn = wire_tcp(&wire, SIDE_CLIENT, SYN, 1000, 0, NULL, 0);
    syn.ip_id = 77;
    syn.window = 64240;
    syn.tunnelled = true;
    syn.tcp_options = cursor_over(copy, sizeof(options));
    return syn;
}

START_TEST(nothing_of_the_syn_is_lost) {
    uint8_t *copy = exact_copy(options, sizeof(options));
    struct packet syn = syn_with_options(copy);
    wire_put(&wire, &syn);
    free(copy); /* the frame is gone by the time that the answer comes */
    wire.time += 30 * MOMENT_MILLISECOND;
    answer(wire.client_port);
    const struct flow *flow = wire.flow;
    const struct flow_half *client = &flow->half[SIDE_CLIENT];
    ck_assert_uint_eq(wire.packets, 2);
    ck_assert_int_eq(flow->start_time, WIRE_START);
    ck_assert_int_gt(flow->last_time, WIRE_START + 30 * MOMENT_MILLISECOND);
    ck_assert(flow->tunnelled);
    ck_assert(!flow->midstream);
    ck_assert(client->syn_seen);
    ck_assert_int_eq(client->syn_time, WIRE_START);
    ck_assert_int_eq(client->last_packet_time, WIRE_START);
    ck_assert_uint_eq(client->initial_sequence, 1000);
    ck_assert_uint_eq(client->next_sequence, 1001);
    ck_assert_uint_eq(client->acknowledged, 1001);
    ck_assert_uint_eq(client->maximum_segment_size, 1460);
    ck_assert(client->timestamps);
    ck_assert_uint_eq(client->ttl_syn, 64);
    ck_assert_uint_eq(client->ip_id_first, 77);
    ck_assert_uint_eq(client->first_window, 64240);
    ck_assert_uint_eq(client->packets, 1);
    ck_assert_uint_eq(flow->half[SIDE_SERVER].packets, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_created, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

START_TEST(ipv6_is_found_by_either_side) {
    struct packet syn = wire_tcp(&wire, SIDE_CLIENT, SYN, 1000, 0, NULL, 0);
    syn.ip_version = 6;
    syn.source.bytes[15] = 1;
    wire_put(&wire, &syn);
    struct packet answered = wire_tcp(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    answered.ip_version = 6;
    answered.destination.bytes[15] = 1;
    wire_put(&wire, &answered);
    ck_assert(wire.flow->half[SIDE_CLIENT].syn_seen && wire.flow->half[SIDE_SERVER].syn_seen);
    ck_assert_uint_eq(wire.flow->ip_version, 6);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
}
END_TEST

START_TEST(a_second_copy_is_known) {
    struct packet syn = wire_tcp(&wire, SIDE_CLIENT, SYN, 1000, 0, NULL, 0);
    wire_put(&wire, &syn);
    syn.ttl--; /* the tap sees it again behind a router */
    syn.time = wire.time;
    wire_put(&wire, &syn);
    ck_assert_uint_eq(wire_counters(&wire)->copies, 1);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].syn_count, 1);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].copies_seen, 1);
}
END_TEST

START_TEST(a_handler_may_forget_the_syn) {
    wire_syn(&wire, 1000);
    wire.in_packet = WIRE_FORGET;
    answer(wire.client_port);
    ck_assert_uint_eq(wire.packets, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_forgotten, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
}
END_TEST

START_TEST(without_an_entry_it_is_refused) {
    size_t capacity = wire_counters(&wire)->flows_capacity;
    for (size_t i = 0; i < capacity; i++) {
        wire_open_many(&wire, (uint16_t)(2000 + i), 1);
        flow_table_set_state(wire.table, wire.flow, FLOW_HANDSHAKE);
    }
    size_t packets = wire.packets;
    wire.client_port = 1000;
    wire_syn(&wire, 1000);
    answer(1000); /* an answer does not push out a handshake */
    ck_assert_uint_eq(wire.packets, packets);
    ck_assert_uint_eq(wire_counters(&wire)->refused, 1);
    ck_assert_uint_eq(wire_counters(&wire)->unheard, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, capacity);
}
END_TEST

/* --- where nothing follows --- */

START_TEST(it_is_given_up_in_time) {
    wire_syn(&wire, 1000);
    flow_table_advance(wire.table, WIRE_START + 20 * MOMENT_SECOND - 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 1);
    flow_table_advance(wire.table, WIRE_START + 20 * MOMENT_SECOND);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
    ck_assert_uint_eq(wire_counters(&wire)->ended[FLOW_END_TIMEOUT], 1);
    ck_assert_uint_eq(wire_counters(&wire)->unheard, 1);
    ck_assert_uint_eq(wire.end_count, 0);
    wire.time = WIRE_START + 31 * MOMENT_SECOND;
    wire_syn(&wire, 1000); /* one more try of what was decided */
    ck_assert_uint_eq(wire_counters(&wire)->recently_decided, 1);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
}
END_TEST

START_TEST(the_end_of_the_capture_ends_all) {
    flood(1000, 3);
    answer(1001);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire_counters(&wire)->ended[FLOW_END_CAPTURE], 3);
    ck_assert_uint_eq(wire_counters(&wire)->unheard, 2);
    ck_assert_uint_eq(wire.end_count, 1);
    ck_assert_uint_eq(wire.ends[0].client_port, 1001);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
}
END_TEST

START_TEST(in_a_flood_the_oldest_go_and_flows_stay) {
    size_t room = wire_counters(&wire)->syns_capacity;
    ck_assert_uint_gt(room, 16);
    wire_open_many(&wire, 900, 1); /* tried twice */
    flood(1000, 3 * room);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, room + 1);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_SYN_ONLY], 2 * room);
    ck_assert_uint_eq(wire.end_count, 0);
    size_t packets = wire.packets;
    answer((uint16_t)(1000 + 2 * room - 1)); /* the youngest of those that had to go: the answer opens another flow */
    ck_assert_uint_eq(wire.packets, packets + 1);
    ck_assert(wire.flow->midstream);
    answer((uint16_t)(1000 + 2 * room)); /* the oldest of those that are there */
    ck_assert_uint_eq(wire.packets, packets + 3);
    ck_assert(!wire.flow->midstream);
    wire.client_port = 900;
    wire_syn(&wire, 1000);
    ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].syn_count, 3);
}
END_TEST

START_TEST(answers_come_in_any_order) {
    static const uint16_t answered[] = {1003, 1001, 1004, 1000, 1005, 1002};
    flood(1000, 4);
    for (unsigned i = 0; i < ARRAY_LENGTH(answered); i++) {
        answer(answered[i]);
        ck_assert_msg(wire.flow->half[SIDE_CLIENT].syn_seen, "%u", answered[i]);
        ck_assert_uint_eq(wire.flow->port[SIDE_CLIENT], answered[i]);
        if (i < 2) flood((uint16_t)(1004 + i), 1);
    }
    ck_assert_uint_eq(wire_counters(&wire)->flows_created, ARRAY_LENGTH(answered));
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, ARRAY_LENGTH(answered));
}
END_TEST

START_TEST(places_of_those_that_were_followed_are_used_again) {
    size_t room = wire_counters(&wire)->syns_capacity;
    for (size_t i = 0; i < 5 * room; i++) {
        wire.client_port = (uint16_t)(1000 + i);
        wire_handshake(&wire, 1000, 5000);
        flow_table_forget(wire.table, wire.flow);
    }
    ck_assert_uint_eq(wire_counters(&wire)->ended[FLOW_END_EVICTED], 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/syns");
    TCase *tests = tcase_create("syns");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_syn_alone_is_counted_and_not_told);
    tcase_add_test(tests, nothing_of_the_syn_is_lost);
    tcase_add_test(tests, ipv6_is_found_by_either_side);
    tcase_add_test(tests, a_second_copy_is_known);
    tcase_add_test(tests, a_handler_may_forget_the_syn);
    tcase_add_test(tests, without_an_entry_it_is_refused);
    tcase_add_test(tests, it_is_given_up_in_time);
    tcase_add_test(tests, the_end_of_the_capture_ends_all);
    tcase_add_test(tests, in_a_flood_the_oldest_go_and_flows_stay);
    tcase_add_test(tests, answers_come_in_any_order);
    tcase_add_test(tests, places_of_those_that_were_followed_are_used_again);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
