/* Who has to go when the table or the pool is full. */
#include "wire.h"

static struct wire wire;

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

START_TEST(the_table_stays_within_its_bytes) {
    size_t capacity = wire_counters(&wire)->flows_capacity;
    ck_assert_uint_gt(capacity, 16);
    ck_assert_uint_le(capacity * sizeof(struct flow), 64 * 1024);
    wire_open_many(&wire, 1000, 3 * capacity);
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, capacity);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_SYN_ONLY], 2 * capacity);
    ck_assert_uint_eq(wire_counters(&wire)->ended[FLOW_END_EVICTED], 2 * capacity);
    /* the last ones are there, each under its own ports */
    for (size_t i = 2 * capacity; i < 3 * capacity; i++) {
        wire.client_port = (uint16_t)(1000 + i);
        wire_syn(&wire, 1000);
        ck_assert_uint_eq(wire.flow->half[SIDE_CLIENT].syn_count, 3);
    }
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_SYN_ONLY], 2 * capacity);
}
END_TEST

START_TEST(the_longest_silent_goes_first) {
    size_t capacity = wire_counters(&wire)->flows_capacity;
    wire_open_many(&wire, 1000, capacity);
    wire.client_port = 1000; /* the oldest speaks again */
    wire_syn(&wire, 1000);
    wire_open_many(&wire, 5000, 2);
    ck_assert_uint_eq(wire.end_count, 2);
    ck_assert_uint_eq(wire.ends[0].client_port, 1001);
    ck_assert_uint_eq(wire.ends[1].client_port, 1002);
}
END_TEST

START_TEST(the_lowest_state_goes_first) {
    size_t capacity = wire_counters(&wire)->flows_capacity;
    static const enum flow_state states[] = {FLOW_HANDSHAKE, FLOW_TALKING, FLOW_IDLE};
    for (unsigned i = 0; i < ARRAY_LENGTH(states); i++) {
        wire_open_many(&wire, (uint16_t)(100 + i), 1);
        flow_table_set_state(wire.table, wire.flow, states[i]);
    }
    wire_open_many(&wire, 1000, capacity - 3);
    /* each newcomer becomes a handshake, so that the next one has to look further */
    for (size_t i = 0; i < capacity - 1; i++) {
        wire_open_many(&wire, (uint16_t)(5000 + i), 1);
        flow_table_set_state(wire.table, wire.flow, FLOW_HANDSHAKE);
    }
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_SYN_ONLY], capacity - 3);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_IDLE], 1);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_TALKING], 1);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_HANDSHAKE], 0);
    ck_assert_uint_eq(wire_counters(&wire)->flows_in_state[FLOW_HANDSHAKE], capacity);
    /* a SYN does not push out a handshake */
    wire_open_many(&wire, 20000, 1);
    ck_assert_uint_eq(wire_counters(&wire)->refused, 1);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_HANDSHAKE], 0);
    /* another hello does: the one that was silent longest */
    wire.worth = true;
    wire.end_count = 0;
    wire_send(&wire, SIDE_CLIENT, ACK, 1, 1, "hello", 5);
    ck_assert_uint_eq(wire_counters(&wire)->evicted[FLOW_HANDSHAKE], 1);
    ck_assert_uint_eq(wire.ends[0].client_port, 100);
}
END_TEST

START_TEST(room_is_made_by_flows_that_hold_memory) {
    wire_open_many(&wire, 1000, 3); /* nothing to gain from these */
    wire.unit = 100;                /* leaves all of it waiting */
    for (uint16_t port = 2000; port < 2003; port++) {
        wire.client_port = port;
        wire_handshake(&wire, 1000, 5000);
        wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, "waiting", 7);
    }
    struct flow *last = wire.flow;
    ck_assert(flow_table_make_room(wire.table, last));
    ck_assert(flow_table_make_room(wire.table, last));
    ck_assert(!flow_table_make_room(wire.table, last));
    ck_assert_uint_eq(wire.end_count, 2);
    ck_assert_uint_eq(wire.ends[0].client_port, 2000);
    ck_assert_uint_eq(wire.ends[1].client_port, 2001);
    ck_assert(flow_table_make_room(wire.table, NULL));
    ck_assert_uint_eq(wire_counters(&wire)->flows_now, 3);
}
END_TEST

START_TEST(a_pool_used_up_takes_from_the_longest_silent) {
    uint8_t bytes[1000] = {0};
    wire_close(&wire);
    wire_open_sized(&wire, 64 * 1024, 8 * 1024); /* room for 8 blocks of 1 KiB */
    wire.unit = 2000;
    for (uint16_t port = 2000; port < 2010; port++) {
        wire.client_port = port;
        wire_handshake(&wire, 1000, 5000);
        wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, bytes, sizeof(bytes));
        wire.time += 20 * MOMENT_MILLISECOND;
    }
    ck_assert_uint_eq(wire.end_count, 2);
    ck_assert_uint_eq(wire.ends[0].client_port, 2000);
    ck_assert_uint_eq(wire.ends[1].client_port, 2001);
    ck_assert_uint_eq(wire.gap_count, 0);
}
END_TEST

START_TEST(too_small_a_budget_is_no_table) {
    const struct siphash_key key = {1, 2};
    const struct flow_timeouts timeouts = {{0}};
    const struct flow_handler handler = {NULL, wire_bytes, wire_gap, wire_packet, wire_ended, wire_worth};
    ck_assert_ptr_null(flow_table_new(100, &wire.pool, &key, &timeouts, &handler));
    flow_table_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/eviction");
    TCase *tests = tcase_create("eviction");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_table_stays_within_its_bytes);
    tcase_add_test(tests, the_longest_silent_goes_first);
    tcase_add_test(tests, the_lowest_state_goes_first);
    tcase_add_test(tests, room_is_made_by_flows_that_hold_memory);
    tcase_add_test(tests, a_pool_used_up_takes_from_the_longest_silent);
    tcase_add_test(tests, too_small_a_budget_is_no_table);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
