/* TCP and UDP headers. */
#include "base/compiler.h"
#include "frames.h"

static const struct frame frames[] = {
    FRAME("TCP, no payload", LINK_RAW, PACKET_TCP, IPV4(6, 20), TCP_HEADER(5, 0x02)),
    FRAME("TCP, options", LINK_RAW, PACKET_TCP, IPV4(6, 29), TCP_HEADER(6, 0x12), 2, 4, U16(1460), HELLO),
    FRAME("TCP, data offset 4", LINK_RAW, PACKET_MALFORMED, IPV4(6, 25), TCP_HEADER(4, 0x02), HELLO),
    FRAME("TCP, options past the end", LINK_RAW, PACKET_MALFORMED, IPV4(6, 25), TCP_HEADER(7, 0x02), HELLO),
    FRAME("TCP, 19 bytes", LINK_RAW, PACKET_MALFORMED, IPV4(6, 19), U16(50000), U16(443), U32(1), U32(2), 0x50, 0x10,
          U16(0), U16(0), 0),
    FRAME("UDP", LINK_RAW, PACKET_UDP, IPV4(17, 13), UDP(50000, 443, 5), HELLO),
    FRAME("UDP, empty", LINK_RAW, PACKET_UDP, IPV6(17, 8), UDP(50000, 443, 0)),
    FRAME("UDP, shorter than IP says", LINK_RAW, PACKET_UDP, IPV4(17, 15), UDP(50000, 443, 5), HELLO, 0, 0),
    FRAME("UDP, length 0", LINK_RAW, PACKET_UDP, IPV6(17, 13), U16(50000), U16(443), U16(0), U16(0), HELLO),
    FRAME("UDP, length inside its header", LINK_RAW, PACKET_MALFORMED, IPV4(17, 13), U16(50000), U16(443), U16(7),
          U16(0), HELLO),
    FRAME("UDP, longer than IP says", LINK_RAW, PACKET_MALFORMED, IPV4(17, 13), UDP(50000, 443, 6), HELLO),
    FRAME("UDP, 7 bytes", LINK_RAW, PACKET_MALFORMED, IPV4(17, 7), U16(50000), U16(443), U16(7), 0),
};

START_TEST(kinds) {
    struct bench bench;
    bench_open(&bench, frames[_i].link);
    enum packet_kind kind = bench_feed(&bench, frames[_i].bytes, frames[_i].length);
    ck_assert_msg(kind == frames[_i].kind, "%s: kind %d", frames[_i].name, (int)kind);
    bench_close(&bench);
}
END_TEST

START_TEST(every_length) {
    if (frames[_i].kind != PACKET_MALFORMED) frame_sweep_lengths(&frames[_i]);
}
END_TEST

START_TEST(flipped_bits) {
    frame_sweep_flips(&frames[_i]);
}
END_TEST

START_TEST(tcp_options_are_not_payload) {
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(bench_feed(&bench, frames[1].bytes, frames[1].length), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.tcp_flags, PACKET_TCP_SYN | PACKET_TCP_ACK);
    ck_assert_uint_eq(bench.packet.tcp_options.remaining, 4);
    ck_assert_uint_eq(bench.packet.tcp_options.position[0], 2);
    ck_assert_hello(&bench.packet);
    bench_close(&bench);
}
END_TEST

/* All data offsets: the payload is what they leave. */
START_TEST(every_data_offset) {
    uint8_t frame[20 + 20 + 40 + 5] = {IPV4(6, 65), TCP_HEADER(5, 0x10)};
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    for (uint32_t words = 0; words < 16; words++) {
        frame[32] = (uint8_t)(words << 4);
        enum packet_kind kind = bench_feed(&bench, frame, sizeof(frame));
        ck_assert_int_eq(kind, words < 5 ? PACKET_MALFORMED : PACKET_TCP);
        if (kind == PACKET_TCP) ck_assert_uint_eq(bench.packet.payload.remaining, 65 - words * 4);
    }
    bench_close(&bench);
}
END_TEST

START_TEST(udp_fields) {
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    for (size_t i = 5; i < 9; i++) {
        ck_assert_int_eq(bench_feed(&bench, frames[i].bytes, frames[i].length), PACKET_UDP);
        ck_assert_uint_eq(bench.packet.source_port, 50000);
        ck_assert_uint_eq(bench.packet.destination_port, 443);
        ck_assert_uint_eq(bench.packet.tcp_flags, 0);
        if (i == 6)
            ck_assert_uint_eq(bench.packet.payload_on_wire, 0);
        else
            ck_assert_hello(&bench.packet);
    }
    bench_close(&bench);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("transport");
    TCase *cases = tcase_create("transport");
    tcase_add_loop_test(cases, kinds, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, every_length, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, flipped_bits, 0, ARRAY_LENGTH(frames));
    tcase_add_test(cases, tcp_options_are_not_payload);
    tcase_add_test(cases, every_data_offset);
    tcase_add_test(cases, udp_fields);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
