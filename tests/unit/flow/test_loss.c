/* Loss: a gap is told where bytes were our loss, once and with the right count; what the network lost is none. And
 * what happens where the caps are reached. */
#include "streams.h"

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

/* --- loss --- */

/* Segment LOST never reaches the tap; the receiver had it, as its acknowledgement of all says. */
static void lose_one(size_t lost, bool capture_ends) {
    begin(NEAR_WRAP, 5000);
    for (size_t i = 0; i < segment_count; i++)
        if (i != lost) send_segment(&segments[i]);
    ck_assert_uint_eq(wire.gap_count, 0); /* not before it is known that nobody waits for it */
    for (unsigned side = 0; side < SIDE_COUNT; side++)
        acknowledge((enum side)side, STREAM_LENGTH);
    if (capture_ends)
        flow_table_finish(wire.table);
    else
        flow_table_advance(wire.table, wire.time + MOMENT_SECOND);
}

static void expect_gap(const struct segment *lost) {
    enum side side = lost->side, other = side_other(side);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_int_eq(wire.gaps[0].side, side);
    ck_assert_uint_eq(wire.gaps[0].count, lost->length);
    ck_assert_uint_eq(wire.gaps[0].at, lost->from);
    ck_assert_uint_eq(wire.gaps[0].discarded, 0);
    ck_assert_uint_eq(wire.length[side], STREAM_LENGTH - lost->length);
    ck_assert_mem_eq(wire.bytes[side], stream[side], lost->from);
    ck_assert_mem_eq(wire.bytes[side] + lost->from, stream[side] + lost->from + lost->length,
                     STREAM_LENGTH - lost->from - lost->length);
    ck_assert_uint_eq(wire.length[other], STREAM_LENGTH);
}

START_TEST(each_segment_lost_by_us_is_one_gap) {
    for (uint32_t size = 5; size <= STREAM_LENGTH; size += 9) {
        if (STREAM_LENGTH % size == 1) continue; /* one byte at the very end cannot be told from a FIN */
        cut(size);
        size_t count = segment_count;
        for (size_t lost = 0; lost < 2 * count; lost++) {
            lose_one(lost / 2, lost % 2 != 0);
            expect_gap(&segments[lost / 2]);
            wire_close(&wire);
            wire_open(&wire);
        }
    }
}
END_TEST

START_TEST(a_hole_that_was_never_acknowledged_is_not_ours) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 100);
    send_piece(SIDE_SERVER, 200, 100); /* 100 to 199 are lost on the way to the client and to us */
    acknowledge(SIDE_SERVER, 100);
    acknowledge(SIDE_SERVER, 100);
    flow_table_advance(wire.table, wire.time + 10 * MOMENT_SECOND);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 100);
    ck_assert_uint_eq(wire.end_count, 1);
}
END_TEST

START_TEST(a_retransmission_fills_the_hole) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 100);
    send_piece(SIDE_SERVER, 200, 100);
    acknowledge(SIDE_SERVER, 100);
    wire.time += 2 * MOMENT_SECOND;
    send_piece(SIDE_SERVER, 100, 100);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], STREAM_LENGTH);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER], stream[SIDE_SERVER], STREAM_LENGTH);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].retransmissions, 0);
}
END_TEST

START_TEST(an_acknowledgement_seen_before_its_bytes_is_no_gap) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 100);
    acknowledge(SIDE_SERVER, 300); /* the mirror shows it first */
    acknowledge(SIDE_SERVER, 300);
    send_piece(SIDE_SERVER, 200, 100);
    wire.time += 50 * MOMENT_MILLISECOND;
    send_piece(SIDE_SERVER, 100, 100);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], STREAM_LENGTH);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].gaps, 0);
}
END_TEST

START_TEST(an_acknowledged_hole_is_given_up_after_100_ms_or_some_packets) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 200, 100);
    acknowledge(SIDE_SERVER, 300);
    int64_t since = wire.flow->last_time;
    if (_i == 0) {
        flow_table_advance(wire.table, since + 99 * MOMENT_MILLISECOND);
        ck_assert_uint_eq(wire.gap_count, 0);
        flow_table_advance(wire.table, since + 100 * MOMENT_MILLISECOND);
    } else {
        for (uint32_t i = 0; i < 7; i++)
            send_piece(SIDE_CLIENT, i, 1);
        ck_assert_uint_eq(wire.gap_count, 0);
        send_piece(SIDE_CLIENT, 7, 1);
    }
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 200);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 100);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].missing_bytes, 200);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].gaps, 1);
}
END_TEST

START_TEST(what_waited_before_a_gap_is_discarded_and_said) {
    wire.unit = 80;
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 100); /* 80 are consumed, 20 wait */
    send_piece(SIDE_SERVER, 150, 150);
    acknowledge(SIDE_SERVER, 300);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 50);
    ck_assert_uint_eq(wire.gaps[0].discarded, 20);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 80 + 80);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER] + 80, stream[SIDE_SERVER] + 150, 80);
}
END_TEST

START_TEST(one_direction_alone_gives_up_after_a_second) {
    wire.worth = true;
    initial[SIDE_CLIENT] = 1000;
    send_piece(SIDE_CLIENT, 0, 100);
    send_piece(SIDE_CLIENT, 200, 100);
    int64_t since = wire.flow->last_time;
    flow_table_advance(wire.table, since + MOMENT_SECOND - 1);
    ck_assert_uint_eq(wire.gap_count, 0);
    flow_table_advance(wire.table, since + MOMENT_SECOND + 200 * MOMENT_MILLISECOND);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 100);
    ck_assert_int_eq(wire.gaps[0].time, since); /* that of the bytes behind it */
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 200);
    ck_assert_int_eq(wire.last_time[SIDE_CLIENT], since);
}
END_TEST

START_TEST(one_direction_alone_takes_a_late_segment) {
    initial[SIDE_CLIENT] = 1000;
    wire_syn(&wire, 1000);
    send_piece(SIDE_CLIENT, 100, 200);
    wire.time += 900 * MOMENT_MILLISECOND;
    send_piece(SIDE_CLIENT, 0, 100);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], STREAM_LENGTH);
}
END_TEST

START_TEST(after_a_gap_the_stream_does_not_begin_anew) {
    initial[SIDE_CLIENT] = 1000;
    initial[SIDE_SERVER] = 5000;
    wire_syn(&wire, 1000);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0); /* where the server's bytes begin is known by this only */
    wire_send(&wire, SIDE_SERVER, ACK, 5001, 1001, NULL, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5101, NULL, 0);
    flow_table_advance(wire.table, wire.time + MOMENT_SECOND);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 100);
    send_piece(SIDE_SERVER, 0, 100); /* too late */
    wire_send(&wire, SIDE_SERVER, ACK, 0x50000000, 1001, "injected", 8);
    send_piece(SIDE_SERVER, 100, 200);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 200);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER], stream[SIDE_SERVER] + 100, 200);
}
END_TEST

START_TEST(a_lost_fin_is_no_lost_byte) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 300);
    acknowledge(SIDE_SERVER, 301); /* and the FIN that we did not see */
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], STREAM_LENGTH);
}
END_TEST

START_TEST(bytes_before_a_fin_that_we_missed_are_a_gap) {
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 200);
    wire_send(&wire, SIDE_SERVER, FIN | ACK, 5001 + 300, 1001, NULL, 0);
    acknowledge(SIDE_SERVER, 301);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 100);
}
END_TEST

/* --- snaplen --- */

static void send_cut(uint32_t from, uint32_t length, uint32_t captured) {
    uint8_t *copy = exact_copy(stream[SIDE_SERVER] + from, captured);
    struct packet packet = wire_tcp(&wire, SIDE_SERVER, ACK, 5001 + from, 1001, copy, captured);
    packet.payload_on_wire = length;
    wire_put(&wire, &packet);
    free(copy);
}

START_TEST(bytes_that_the_capture_cut_off_are_a_gap) {
    for (uint32_t captured = 0; captured < 100; captured++) {
        begin(1000, 5000);
        send_cut(0, 100, captured);
        ck_assert_uint_eq(wire.gap_count, 1);
        ck_assert_uint_eq(wire.gaps[0].count, 100 - captured);
        ck_assert_uint_eq(wire.length[SIDE_SERVER], captured);
        ck_assert(wire.flow->half[SIDE_SERVER].truncated);
        ck_assert(!wire.flow->half[SIDE_CLIENT].truncated);
        send_cut(100, 200, 200);
        ck_assert_uint_eq(wire.gap_count, 1);
        ck_assert_uint_eq(wire.length[SIDE_SERVER], captured + 200);
        wire_close(&wire);
        wire_open(&wire);
    }
}
END_TEST

START_TEST(a_cut_segment_out_of_order_keeps_its_place) {
    begin(1000, 5000);
    send_cut(100, 100, 40);
    send_cut(200, 100, 100);
    send_cut(0, 100, 100);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 140);
    acknowledge(SIDE_SERVER, 300);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 60);
    ck_assert_uint_eq(wire.gaps[0].at, 140);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 240);
}
END_TEST

/* --- caps --- */

START_TEST(held_bytes_have_a_cap) {
    static uint8_t large[1400];
    begin(1000, 5000);
    for (uint32_t i = 1; i <= 100; i++)
        wire_send(&wire, SIDE_SERVER, ACK, 5001 + i * 1400, 1001, large, sizeof(large));
    ck_assert_uint_eq(wire_counters(&wire)->segments_dropped, 100 - 65536 / 1400);
    ck_assert_uint_le(wire.flow->stream[SIDE_SERVER].segment_bytes, 65536);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].retransmissions, 0);
}
END_TEST

START_TEST(held_segments_have_a_cap) {
    begin(1000, 5000);
    for (uint32_t i = 1; i <= 100; i++)
        send_piece(SIDE_SERVER, 2 * i, 1);
    ck_assert_uint_eq(wire.flow->stream[SIDE_SERVER].segment_count, 64);
    ck_assert_uint_eq(wire_counters(&wire)->segments_dropped, 36);
}
END_TEST

START_TEST(over_the_cap_a_hole_of_ours_is_given_up_at_once) {
    begin(1000, 5000);
    acknowledge(SIDE_SERVER, 250);
    for (uint32_t i = 1; i <= 65; i++)
        send_piece(SIDE_SERVER, 2 * i, 1);
    ck_assert_uint_eq(wire_counters(&wire)->segments_dropped, 0);
    ck_assert_uint_ge(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 2);
}
END_TEST

START_TEST(a_whole_record_fits_and_more_than_the_cap_is_a_gap) {
    static uint8_t piece[1460];
    const uint32_t count = (1 << 17) / sizeof(piece) + 1;
    wire_close(&wire);
    wire_open_sized(&wire, 64 * 1024, 1 << 20);
    wire.unit = 16 * 1024 + 5;
    begin(1000, 5000);
    for (uint32_t i = 0; i < 12; i++)
        wire_send(&wire, SIDE_SERVER, ACK, 5001 + i * 1460, 1001, piece, sizeof(piece));
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 16 * 1024 + 5);
    ck_assert_uint_eq(wire.gap_count, 0);
    wire_close(&wire);
    wire_open(&wire);
    wire.unit = 1 << 20; /* a reader that is never content */
    begin(1000, 5000);
    for (uint32_t i = 0; i < count; i++)
        wire_send(&wire, SIDE_SERVER, ACK, 5001 + i * 1460, 1001, piece, sizeof(piece));
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 1460);
    ck_assert_uint_eq(wire.gaps[0].discarded, (count - 1) * 1460);
    ck_assert_uint_eq(wire.pool.used, 0);
    ck_assert_uint_eq(wire_counters(&wire)->segments_dropped, 1);
}
END_TEST

START_TEST(without_memory_bytes_are_lost_and_said) {
    wire_close(&wire);
    wire_open_sized(&wire, 64 * 1024, 0);
    wire.unit = 80;
    begin(1000, 5000);
    send_piece(SIDE_SERVER, 0, 100); /* 20 cannot be kept */
    ck_assert_uint_eq(wire.gap_count, 1);
    ck_assert_uint_eq(wire.gaps[0].count, 20);
    send_piece(SIDE_SERVER, 180, 100); /* nor this */
    send_piece(SIDE_SERVER, 100, 80);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 160);
    ck_assert_uint_eq(wire_counters(&wire)->segments_dropped, 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/loss");
    TCase *tests = tcase_create("loss");
    fill_streams();
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, each_segment_lost_by_us_is_one_gap);
    tcase_add_test(tests, a_hole_that_was_never_acknowledged_is_not_ours);
    tcase_add_test(tests, a_retransmission_fills_the_hole);
    tcase_add_test(tests, an_acknowledgement_seen_before_its_bytes_is_no_gap);
    tcase_add_loop_test(tests, an_acknowledged_hole_is_given_up_after_100_ms_or_some_packets, 0, 2);
    tcase_add_test(tests, what_waited_before_a_gap_is_discarded_and_said);
    tcase_add_test(tests, one_direction_alone_gives_up_after_a_second);
    tcase_add_test(tests, one_direction_alone_takes_a_late_segment);
    tcase_add_test(tests, after_a_gap_the_stream_does_not_begin_anew);
    tcase_add_test(tests, a_lost_fin_is_no_lost_byte);
    tcase_add_test(tests, bytes_before_a_fin_that_we_missed_are_a_gap);
    tcase_add_test(tests, bytes_that_the_capture_cut_off_are_a_gap);
    tcase_add_test(tests, a_cut_segment_out_of_order_keeps_its_place);
    tcase_add_test(tests, held_bytes_have_a_cap);
    tcase_add_test(tests, held_segments_have_a_cap);
    tcase_add_test(tests, over_the_cap_a_hole_of_ours_is_given_up_at_once);
    tcase_add_test(tests, a_whole_record_fits_and_more_than_the_cap_is_a_gap);
    tcase_add_test(tests, without_memory_bytes_are_lost_and_said);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
