/* IPv4 and IPv6: options, extension headers, lengths that say less or more than the frame has. */
#include "base/compiler.h"
#include "frames.h"

/* Hop-by-hop options and destination options: next header, length, PadN of four bytes. */
#define PAD_OPTIONS(next) next, 0, 1, 4, 0, 0, 0, 0
/* Routing header of type 0 with one address (RFC 8200 section 4.4). */
#define ROUTING(next) next, 2, 0, 1, U32(0), SERVER_V6
/* Authentication header with a check value of 12 bytes (RFC 4302 section 2). */
#define AUTHENTICATION(next) next, 4, U16(0), U32(0x100), U32(1), U32(0), U32(0), U32(0)
/* Mobility header (RFC 6275 section 6.1.1): next, length, type, reserved, checksum, data. */
#define MOBILITY(next) next, 0, 0, 0, U16(0), U16(0)
/* Fragment header with nothing before or after it: an atomic fragment (RFC 6946). */
#define ATOMIC(next) next, 0, U16(0), U32(0xabcd1234)

/* An IPv4 header with other first bytes: version and length, total length. */
#define IPV4_ODD(first, total) first, 0x00, U16(total), U16(0x1234), U16(0x4000), 64, 6, 0, 0, CLIENT_V4, SERVER_V4
#define EIGHT_PADS                                                                                                     \
    PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60),              \
        PAD_OPTIONS(60), PAD_OPTIONS(60)

static const struct frame frames[] = {
    FRAME("IPv4, options", LINK_RAW, PACKET_TCP, IPV4_ODD(0x47, 28 + TCP_HELLO_SIZE), 0x94, 0x04, 0,
          0 /* router alert */, 1, 1, 1, 0, TCP_HELLO),
    FRAME("IPv4, 40 bytes of options", LINK_RAW, PACKET_TCP, IPV4_ODD(0x4f, 60 + TCP_HELLO_SIZE), U32(0), U32(0),
          U32(0), U32(0), U32(0), U32(0), U32(0), U32(0), U32(0), U32(0), TCP_HELLO),
    FRAME("IPv4, more in the frame than in the packet", LINK_RAW, PACKET_TCP, IPV4_TCP_HELLO, 0xde, 0xad),
    FRAME("IPv4, total length 0 of a large segment", LINK_RAW, PACKET_TCP, IPV4_ODD(0x45, 0), TCP_HELLO),
    FRAME("IPv4, authentication header", LINK_RAW, PACKET_TCP, IPV4(51, 24 + TCP_HELLO_SIZE), AUTHENTICATION(6),
          TCP_HELLO),
    FRAME("IPv4, header of 16 bytes", LINK_RAW, PACKET_MALFORMED, IPV4_ODD(0x44, 45), TCP_HELLO),
    FRAME("IPv4, total length inside the header", LINK_RAW, PACKET_MALFORMED, IPV4_ODD(0x45, 19), TCP_HELLO),
    FRAME("IPv4, total length leaves no TCP header", LINK_RAW, PACKET_MALFORMED, IPV4_ODD(0x45, 39), TCP_HELLO),
    FRAME("IPv4, options past the end", LINK_RAW, PACKET_MALFORMED, IPV4_ODD(0x4f, 60)),
    FRAME("IPv4, OSPF", LINK_RAW, PACKET_NOT_FOR_US, IPV4(89, 4), U32(0)),
    FRAME("IPv4, ESP", LINK_RAW, PACKET_NOT_FOR_US, IPV4(50, 8), U32(1), U32(1)),
    FRAME("IPv4, authentication header cut by the total length", LINK_RAW, PACKET_MALFORMED, IPV4(51, 8), 6, 4, U16(0),
          U32(1)),
    FRAME("IPv6, hop-by-hop options", LINK_RAW, PACKET_TCP, IPV6(0, 8 + TCP_HELLO_SIZE), PAD_OPTIONS(6), TCP_HELLO),
    FRAME("IPv6, routing", LINK_RAW, PACKET_TCP, IPV6(43, 24 + TCP_HELLO_SIZE), ROUTING(6), TCP_HELLO),
    FRAME("IPv6, destination options", LINK_RAW, PACKET_TCP, IPV6(60, 8 + TCP_HELLO_SIZE), PAD_OPTIONS(6), TCP_HELLO),
    FRAME("IPv6, authentication header", LINK_RAW, PACKET_TCP, IPV6(51, 24 + TCP_HELLO_SIZE), AUTHENTICATION(6),
          TCP_HELLO),
    FRAME("IPv6, mobility", LINK_RAW, PACKET_TCP, IPV6(135, 8 + TCP_HELLO_SIZE), MOBILITY(6), TCP_HELLO),
    FRAME("IPv6, atomic fragment", LINK_RAW, PACKET_TCP, IPV6(44, 8 + TCP_HELLO_SIZE), ATOMIC(6), TCP_HELLO),
    FRAME("IPv6, all of them", LINK_RAW, PACKET_TCP, IPV6(0, 80 + TCP_HELLO_SIZE), PAD_OPTIONS(60), PAD_OPTIONS(43),
          ROUTING(44), ATOMIC(51), AUTHENTICATION(60), PAD_OPTIONS(6), TCP_HELLO),
    FRAME("IPv6, payload length 0 of a large segment", LINK_RAW, PACKET_TCP, IPV6(6, 0), TCP_HELLO),
    FRAME("IPv6, jumbogram", LINK_RAW, PACKET_TCP, IPV6(0, 0), 6, 0, 0xc2, 4, U32(8 + TCP_HELLO_SIZE), TCP_HELLO),
    FRAME("IPv6, fifteen extension headers", LINK_RAW, PACKET_TCP, IPV6(60, 120 + TCP_HELLO_SIZE), EIGHT_PADS,
          PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60), PAD_OPTIONS(60),
          PAD_OPTIONS(6), TCP_HELLO),
    FRAME("IPv6, too many extension headers", LINK_RAW, PACKET_MALFORMED, IPV6(60, 128 + TCP_HELLO_SIZE), EIGHT_PADS,
          EIGHT_PADS, TCP_HELLO),
    FRAME("IPv6, no next header", LINK_RAW, PACKET_NOT_FOR_US, IPV6(59, 0)),
    FRAME("IPv6, no next header behind options", LINK_RAW, PACKET_NOT_FOR_US, IPV6(60, 8), PAD_OPTIONS(59)),
    FRAME("IPv6, options past the end", LINK_RAW, PACKET_MALFORMED, IPV6(60, 8), 6, 1, 1, 4, 0, 0, 0, 0),
    FRAME("IPv6, fragment header cut by the payload length", LINK_RAW, PACKET_MALFORMED, IPV6(44, 4), 6, 0, U16(0)),
    FRAME("nothing at all", LINK_RAW, PACKET_MALFORMED, 0x45),
};

START_TEST(frames_decode) {
    frame_check(&frames[_i]);
}
END_TEST

START_TEST(frames_stand_every_length) {
    if (frames[_i].kind == PACKET_TCP) frame_sweep_lengths(&frames[_i]);
}
END_TEST

START_TEST(frames_stand_flipped_bits) {
    frame_sweep_flips(&frames[_i]);
}
END_TEST

/* The header promises more than the frame brought: that is missing, not the sender's doing. */
START_TEST(what_ip_promises_is_on_the_wire) {
    static const uint8_t four[] = {IPV4(6, 20 + 1000), TCP_HELLO};
    static const uint8_t six[] = {IPV6(6, 20 + 1000), TCP_HELLO};
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(bench_feed(&bench, four, sizeof(four)), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, 5);
    ck_assert_uint_eq(bench.packet.payload_on_wire, 1000);
    ck_assert_int_eq(bench_feed(&bench, six, sizeof(six)), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, 5);
    ck_assert_uint_eq(bench.packet.payload_on_wire, 1000);
    bench_close(&bench);
}
END_TEST

/* A snaplen inside the payload, with padding of the link on the wire behind it. */
START_TEST(snaplen_leaves_what_was_on_the_wire) {
    static const uint8_t frame[] = {ETHERNET(0x0800), IPV4_TCP_HELLO};
    struct bench bench;
    bench_open(&bench, LINK_ETHERNET);
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, sizeof(frame) - 3, sizeof(frame) + 1), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, 2);
    ck_assert_uint_eq(bench.packet.payload_on_wire, 5);
    bench_close(&bench);
}
END_TEST

/* GRO hands over segments of up to 64 KiB; with a length field of 0 the frame says how long. */
START_TEST(large_segments_are_whole) {
    static const uint8_t head[] = {ETHERNET(0x0800), IPV4_ODD(0x45, 0), TCP_HEADER(5, 0x10)};
    const uint32_t length = 200000;
    uint8_t *frame = calloc(1, length);
    ck_assert_ptr_nonnull(frame);
    memcpy(frame, head, sizeof(head));
    struct bench bench;
    bench_open(&bench, LINK_ETHERNET);
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, length - sizeof(head));
    ck_assert_uint_eq(bench.packet.payload_on_wire, length - sizeof(head));
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, 1000, length), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, 1000 - sizeof(head));
    ck_assert_uint_eq(bench.packet.payload_on_wire, length - sizeof(head));
    bench_close(&bench);
    free(frame);
}
END_TEST

START_TEST(ip_id_is_known_where_there_is_one) {
    static const uint8_t plain[] = {IPV6_TCP_HELLO};
    static const uint8_t atomic[] = {IPV6(44, 8 + TCP_HELLO_SIZE), ATOMIC(6), TCP_HELLO};
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(bench_feed(&bench, plain, sizeof(plain)), PACKET_TCP);
    ck_assert(!bench.packet.ip_id_valid);
    ck_assert_uint_eq(bench.packet.ttl, 63);
    ck_assert_int_eq(bench_feed(&bench, atomic, sizeof(atomic)), PACKET_TCP);
    ck_assert(bench.packet.ip_id_valid);
    ck_assert_uint_eq(bench.packet.ip_id, 0x1234);
    bench_close(&bench);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ip");
    TCase *cases = tcase_create("ip");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, frames_decode, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_every_length, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_flipped_bits, 0, ARRAY_LENGTH(frames));
    tcase_add_test(cases, what_ip_promises_is_on_the_wire);
    tcase_add_test(cases, snaplen_leaves_what_was_on_the_wire);
    tcase_add_test(cases, large_segments_are_whole);
    tcase_add_test(cases, ip_id_is_known_where_there_is_one);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
