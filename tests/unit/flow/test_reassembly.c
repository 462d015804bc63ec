/* Reassembly: whatever the wire does to the segments, each byte is delivered once and in order, and a gap is told only
 * where the bytes were our loss. */
#include "streams.h"

static void setup(void) {
    wire_open(&wire);
}

static void teardown(void) {
    wire_close(&wire);
}

static void expect_whole(const char *what, unsigned parameter) {
    for (unsigned side = 0; side < SIDE_COUNT; side++) {
        ck_assert_msg(wire.length[side] == STREAM_LENGTH, "%s %u: %zu bytes of side %u", what, parameter,
                      wire.length[side], side);
        ck_assert_msg(memcmp(wire.bytes[side], stream[side], STREAM_LENGTH) == 0, "%s %u: side %u", what, parameter,
                      side);
    }
    ck_assert_msg(wire.gap_count == 0, "%s %u: gap", what, parameter);
    ck_assert_msg(wire_counters(&wire)->segments_dropped == 0, "%s %u: dropped", what, parameter);
}

/* Runs one arrangement on a fresh wire and starts the next one. */
static void run_segments(const char *what, unsigned parameter, uint32_t client, uint32_t server, size_t unit) {
    wire.unit = unit;
    begin(client, server);
    for (size_t i = 0; i < segment_count; i++)
        send_segment(&segments[i]);
    expect_whole(what, parameter);
    wire_close(&wire);
    wire_open(&wire);
}

START_TEST(every_segment_size_delivers_the_same_bytes) {
    for (uint32_t size = 1; size <= STREAM_LENGTH; size++) {
        cut(size);
        run_segments("size", size, 1000, NEAR_WRAP, 0);
        run_segments("size, in units of 60", size, NEAR_WRAP, 5000, 60);
    }
}
END_TEST

START_TEST(reordered_segments_deliver_the_same_bytes) {
    for (uint32_t size = 1; size <= STREAM_LENGTH; size += size < 20 ? 1 : 13) {
        for (size_t window = 2; window <= 32; window *= 2) {
            random_state = size * 100 + (uint32_t)window;
            cut(size);
            shuffle(window);
            run_segments("reordered", size, NEAR_WRAP, UINT32_MAX, 0);
            run_segments("reordered, in units of 20", size, UINT32_MAX, NEAR_WRAP, 20);
        }
    }
}
END_TEST

START_TEST(backwards_segments_deliver_the_same_bytes) {
    for (uint32_t size = 5; size <= STREAM_LENGTH; size++) {
        cut(size);
        for (size_t i = 0; i < segment_count / 2; i++) {
            struct segment swapped = segments[i];
            segments[i] = segments[segment_count - 1 - i];
            segments[segment_count - 1 - i] = swapped;
        }
        run_segments("backwards", size, NEAR_WRAP, 77, 0);
    }
}
END_TEST

START_TEST(duplicated_segments_deliver_the_same_bytes) {
    for (uint32_t size = 2; size <= STREAM_LENGTH; size += 3) {
        random_state = size;
        cut(size);
        size_t once = segment_count;
        for (size_t i = 0; i < once && segment_count < SEGMENTS_CAP; i++)
            segments[segment_count++] = segments[i];
        shuffle(segment_count < 60 ? segment_count : 32); /* small segments would go over the cap on what is held */
        run_segments("duplicated", size, 1, NEAR_WRAP, 0);
    }
}
END_TEST

START_TEST(overlapping_segments_deliver_the_same_bytes) {
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_state = seed;
        begin(NEAR_WRAP, 9);
        for (unsigned i = 0; i < 120; i++) {
            uint32_t from = random_below(STREAM_LENGTH), length = 1 + random_below(40);
            if (length > STREAM_LENGTH - from) length = STREAM_LENGTH - from;
            send_piece(random_below(2) == 0 ? SIDE_CLIENT : SIDE_SERVER, from, length);
        }
        for (unsigned side = 0; side < SIDE_COUNT; side++)
            send_piece((enum side)side, 0, STREAM_LENGTH);
        expect_whole("overlap", seed);
        wire_close(&wire);
        wire_open(&wire);
    }
}
END_TEST

START_TEST(the_first_copy_wins) {
    begin(0, 0);
    /* held: "BB" at 2; then 0..5 in one piece with other bytes: those at 2 and 3 have lost */
    wire_send(&wire, SIDE_CLIENT, ACK, 3, 1, "BB", 2);
    wire_send(&wire, SIDE_CLIENT, ACK, 1, 1, "aaaaaa", 6);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 6);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], "aaBBaa", 6);
    /* held: "CC" at 8; an overlapping held segment fills only what is around it */
    wire_send(&wire, SIDE_CLIENT, ACK, 9, 1, "CC", 2);
    wire_send(&wire, SIDE_CLIENT, ACK, 8, 1, "dddd", 4);
    wire_send(&wire, SIDE_CLIENT, ACK, 7, 1, "e", 1);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 11);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], "aaBBaaedCCd", 11);
}
END_TEST

/* --- where a stream starts --- */

START_TEST(the_capture_starts_late) {
    wire.worth = true;
    initial[SIDE_CLIENT] = 1000;
    initial[SIDE_SERVER] = 5000;
    send_piece(SIDE_CLIENT, 50, 50); /* acknowledges that nothing came from the server */
    send_piece(SIDE_SERVER, 100, 200);
    send_piece(SIDE_SERVER, 0, 100);
    send_piece(SIDE_CLIENT, 100, 200);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 250);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], stream[SIDE_CLIENT] + 50, 250);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 300);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER], stream[SIDE_SERVER], 300);
    ck_assert_uint_eq(wire.gap_count, 0);
}
END_TEST

START_TEST(a_missed_syn_ack_does_not_lose_the_start) {
    initial[SIDE_CLIENT] = 1000;
    initial[SIDE_SERVER] = 5000;
    wire_syn(&wire, 1000);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 5001, NULL, 0);
    send_piece(SIDE_SERVER, 100, 200); /* its first segment comes second */
    send_piece(SIDE_SERVER, 0, 100);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 300);
    ck_assert_mem_eq(wire.bytes[SIDE_SERVER], stream[SIDE_SERVER], 300);
}
END_TEST

START_TEST(data_in_the_syn_is_delivered_once) {
    initial[SIDE_CLIENT] = NEAR_WRAP;
    wire_send(&wire, SIDE_CLIENT, SYN, NEAR_WRAP, 0, stream[SIDE_CLIENT], 100);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 100);
    /* the server takes the SYN only: the client sends its data again (RFC 7413 section 4.2.1) */
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, NEAR_WRAP + 1, NULL, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, NEAR_WRAP + 1, 5001, stream[SIDE_CLIENT], 300);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 300);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], stream[SIDE_CLIENT], 300);
}
END_TEST

START_TEST(a_second_syn_ack_of_a_server_with_cookies_counts) {
    wire_syn(&wire, 1000);
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 5000, 1001, NULL, 0);
    wire_send(&wire, SIDE_SERVER, SYN | ACK, 0x90000000, 1001, NULL, 0);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 0x90000001, NULL, 0);
    wire_send(&wire, SIDE_SERVER, ACK, 0x90000001, 1001, "banner", 6);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 6);
    ck_assert_uint_eq(wire.flow->half[SIDE_SERVER].initial_sequence, 0x90000000);
    ck_assert_uint_eq(wire.end_count, 0);
}
END_TEST

/* --- what does not belong --- */

START_TEST(probes_deliver_nothing_twice) {
    begin(1000, 5000);
    send_piece(SIDE_CLIENT, 0, 100);
    acknowledge(SIDE_CLIENT, 100);
    wire.time += MOMENT_SECOND;
    wire_send(&wire, SIDE_CLIENT, ACK, 1001 + 99, 5001, "\0", 1); /* keep-alive with a byte of rubbish */
    wire_send(&wire, SIDE_CLIENT, ACK, 1001 + 99, 5001, NULL, 0); /* and without */
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 100);
    send_piece(SIDE_CLIENT, 100, 1); /* zero-window probe: a byte that is new, and sent again */
    wire.time += MOMENT_SECOND;
    send_piece(SIDE_CLIENT, 100, 200);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 300);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], stream[SIDE_CLIENT], 300);
}
END_TEST

START_TEST(segments_far_out_of_window_are_passed_over) {
    static const uint32_t far[] = {0x00200000, 0x40000000, 0x80000000, 0xc0000000, 0xffe00000};
    begin(1000, 5000);
    send_piece(SIDE_CLIENT, 0, 10);
    size_t packets = wire.packets;
    for (unsigned i = 0; i < ARRAY_LENGTH(far); i++)
        wire_send(&wire, SIDE_CLIENT, ACK | FIN, 1011 + far[i], 5001, "injected", 8);
    ck_assert_uint_eq(wire.packets, packets);
    ck_assert_uint_eq(wire_counters(&wire)->out_of_window, ARRAY_LENGTH(far));
    ck_assert(!wire.flow->first_end_valid);
    send_piece(SIDE_CLIENT, 10, 290);
    ck_assert_uint_eq(wire.length[SIDE_CLIENT], 300);
    ck_assert_mem_eq(wire.bytes[SIDE_CLIENT], stream[SIDE_CLIENT], 300);
}
END_TEST

START_TEST(an_acknowledgement_far_out_of_window_makes_no_gap) {
    begin(1000, 5000);
    wire_send(&wire, SIDE_CLIENT, ACK, 1001, 0x50000000, NULL, 0);
    send_piece(SIDE_SERVER, 0, 300);
    flow_table_finish(wire.table);
    ck_assert_uint_eq(wire.gap_count, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 300);
}
END_TEST

START_TEST(bytes_after_rst_and_fin_are_delivered) {
    begin(1000, 5000);
    wire_send(&wire, SIDE_SERVER, RST | ACK, 5001, 1001, "go away", 7); /* text for people: no bytes of the stream */
    wire_send(&wire, SIDE_SERVER, FIN | ACK, 5001, 1001, NULL, 0);
    ck_assert_uint_eq(wire.length[SIDE_SERVER], 0);
    send_piece(SIDE_SERVER, 0, 300);
    send_piece(SIDE_CLIENT, 0, 300);
    expect_whole("after the end", 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("flow/reassembly");
    TCase *tests = tcase_create("reassembly");
    fill_streams();
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_segment_size_delivers_the_same_bytes);
    tcase_add_test(tests, reordered_segments_deliver_the_same_bytes);
    tcase_add_test(tests, backwards_segments_deliver_the_same_bytes);
    tcase_add_test(tests, duplicated_segments_deliver_the_same_bytes);
    tcase_add_test(tests, overlapping_segments_deliver_the_same_bytes);
    tcase_add_test(tests, the_first_copy_wins);
    tcase_add_test(tests, the_capture_starts_late);
    tcase_add_test(tests, a_missed_syn_ack_does_not_lose_the_start);
    tcase_add_test(tests, data_in_the_syn_is_delivered_once);
    tcase_add_test(tests, a_second_syn_ack_of_a_server_with_cookies_counts);
    tcase_add_test(tests, probes_deliver_nothing_twice);
    tcase_add_test(tests, segments_far_out_of_window_are_passed_over);
    tcase_add_test(tests, an_acknowledgement_far_out_of_window_makes_no_gap);
    tcase_add_test(tests, bytes_after_rst_and_fin_are_delivered);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
