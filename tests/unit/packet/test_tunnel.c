/* Tunnels: each with its headers annotated, in each other, and what only looks like one. */
#include "base/compiler.h"
#include "frames.h"

#define INNER      IPV4_TCP_HELLO
#define INNER_SIZE IPV4_TCP_HELLO_SIZE

/* An Ethernet frame inside a tunnel. */
#define INNER_FRAME      ETHERNET(0x0800), IPV4_TCP_HELLO
#define INNER_FRAME_SIZE (ETHERNET_SIZE + IPV4_TCP_HELLO_SIZE)

/* The tunnel's own ends: 203.0.113.1 to 203.0.113.2, in IPv6 2001:db8:ffff::1 to ::2. */
#define ENDS_V4 203, 0, 113, 1, 203, 0, 113, 2
#define ENDS_V6                                                                                                        \
    0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0,  \
        0, 0, 0, 0, 0, 2
#define OUTER(protocol, inside) 0x45, 0x00, U16(20 + (inside)), U16(0x9999), U16(0), 255, protocol, 0, 0, ENDS_V4
#define OUTER_V6(next, inside)  0x60, 0, 0, 0, U16(inside), next, 255, ENDS_V6
#define OUTER_UDP(port, inside) OUTER(17, 8 + (inside)), UDP(54321, port, inside)

#define GRE(flags, type)     U16(flags), U16(type)
#define VXLAN(flags)         flags, 0, 0, 0, 0x00, 0x12, 0x34 /* network identifier */, 0
#define GENEVE(words, type)  words, 0, U16(type), 0x00, 0x12, 0x34 /* network identifier */, 0
#define GTP(flags, length)   flags, 255 /* G-PDU */, U16(length), U32(0xdeadbeef) /* tunnel */
#define LABEL(label, bottom) U32((uint32_t)(label) << 12 | (uint32_t)(bottom) << 8 | 64)
#define PPPOE(inside)        0x11, 0x00, U16(0x0042) /* session */, U16(inside)
#define ERSPAN_II            0x10, 0x64 /* version 1, VLAN */, U16(0x0001) /* session */, U32(7) /* index */
#define ERSPAN_III(flags)                                                                                              \
    0x20, 0x64 /* version 2, VLAN */, U16(0x0001), U32(1) /* time */, U16(0) /* group */, U16(flags)

#define TUNNEL(name, link, ...)                                                                                        \
    { name, link, PACKET_TCP, BYTES(__VA_ARGS__), true, false }
#define OVER_UDP(name, ...)                                                                                            \
    { name, LINK_RAW, PACKET_TCP, BYTES(__VA_ARGS__), true, true }

static const struct frame frames[] = {
    TUNNEL("IPv4 in IPv4", LINK_RAW, OUTER(4, INNER_SIZE), INNER),
    TUNNEL("IPv6 in IPv4 (6in4)", LINK_RAW, OUTER(41, IPV6_TCP_HELLO_SIZE), IPV6_TCP_HELLO),
    TUNNEL("IPv4 in IPv6", LINK_RAW, OUTER_V6(4, INNER_SIZE), INNER),
    TUNNEL("IPv6 in IPv6, behind a tunnel encapsulation limit", LINK_RAW, OUTER_V6(60, 8 + IPV6_TCP_HELLO_SIZE), 41, 0,
           4, 1, 4, 1, 1, 0, IPV6_TCP_HELLO),
    TUNNEL("EtherIP", LINK_RAW, OUTER(97, 2 + INNER_FRAME_SIZE), U16(0x3000), INNER_FRAME),
    TUNNEL("GRE", LINK_RAW, OUTER(47, 4 + INNER_SIZE), GRE(0x0000, 0x0800), INNER),
    TUNNEL("GRE over IPv6 with IPv6", LINK_RAW, OUTER_V6(47, 4 + IPV6_TCP_HELLO_SIZE), GRE(0x0000, 0x86dd),
           IPV6_TCP_HELLO),
    TUNNEL("GRE, checksum", LINK_RAW, OUTER(47, 8 + INNER_SIZE), GRE(0x8000, 0x0800), U16(0xabcd), U16(0), INNER),
    TUNNEL("GRE, key", LINK_RAW, OUTER(47, 8 + INNER_SIZE), GRE(0x2000, 0x0800), U32(0x1234), INNER),
    TUNNEL("GRE, sequence number", LINK_RAW, OUTER(47, 8 + INNER_SIZE), GRE(0x1000, 0x0800), U32(1), INNER),
    TUNNEL("GRE, all three", LINK_RAW, OUTER(47, 16 + INNER_SIZE), GRE(0xb000, 0x0800), U16(0xabcd), U16(0),
           U32(0x1234), U32(1), INNER),
    TUNNEL("GRE, Ethernet", LINK_RAW, OUTER(47, 8 + INNER_FRAME_SIZE), GRE(0x2000, 0x6558), U32(0x1234), INNER_FRAME),
    TUNNEL("GRE, MPLS", LINK_RAW, OUTER(47, 8 + INNER_SIZE), GRE(0x0000, 0x8847), LABEL(16, 1), INNER),
    TUNNEL("GRE of PPTP", LINK_RAW, OUTER(47, 20 + INNER_SIZE), GRE(0x3081, 0x880b), U16(4 + INNER_SIZE),
           U16(9) /* call */, U32(1) /* sequence */, U32(2) /* acknowledgement */, 0xff, 0x03, U16(0x0021), INNER),
    TUNNEL("ERSPAN I", LINK_RAW, OUTER(47, 4 + INNER_FRAME_SIZE), GRE(0x0000, 0x88be), INNER_FRAME),
    TUNNEL("ERSPAN II", LINK_RAW, OUTER(47, 16 + INNER_FRAME_SIZE), GRE(0x1000, 0x88be), U32(1), ERSPAN_II,
           INNER_FRAME),
    TUNNEL("ERSPAN III", LINK_RAW, OUTER(47, 20 + INNER_FRAME_SIZE), GRE(0x1000, 0x22eb), U32(1), ERSPAN_III(0x0000),
           INNER_FRAME),
    TUNNEL("ERSPAN III, platform header", LINK_RAW, OUTER(47, 28 + INNER_FRAME_SIZE), GRE(0x1000, 0x22eb), U32(1),
           ERSPAN_III(0x0001), U32(0x0c000000), U32(0), INNER_FRAME),
    TUNNEL("ERSPAN III, an IP packet", LINK_RAW, OUTER(47, 20 + INNER_SIZE), GRE(0x1000, 0x22eb), U32(1),
           ERSPAN_III(2 << 10), INNER),
    OVER_UDP("VXLAN", OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), VXLAN(0x08), INNER_FRAME),
    OVER_UDP("VXLAN, Linux's first port", OUTER_UDP(8472, 8 + INNER_FRAME_SIZE), VXLAN(0x08), INNER_FRAME),
    OVER_UDP("VXLAN, group policy", OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), 0x88, 0x08, U16(0x0102), 0x00, 0x12, 0x34, 0,
             INNER_FRAME),
    OVER_UDP("VXLAN, VLAN tag inside", OUTER_UDP(4789, 12 + INNER_FRAME_SIZE), VXLAN(0x08), ETHERNET(0x8100), U16(5),
             U16(0x0800), INNER),
    OVER_UDP("Geneve, Ethernet", OUTER_UDP(6081, 8 + INNER_FRAME_SIZE), GENEVE(0, 0x6558), INNER_FRAME),
    OVER_UDP("Geneve, options", OUTER_UDP(6081, 16 + INNER_FRAME_SIZE), GENEVE(2, 0x6558), U16(0x0102), 0x80, 1,
             U32(0xcafe), INNER_FRAME),
    OVER_UDP("Geneve, IPv6", OUTER_UDP(6081, 8 + IPV6_TCP_HELLO_SIZE), GENEVE(0, 0x86dd), IPV6_TCP_HELLO),
    OVER_UDP("GTP-U", OUTER_UDP(2152, 8 + INNER_SIZE), GTP(0x30, INNER_SIZE), INNER),
    OVER_UDP("GTP-U, IPv6", OUTER_UDP(2152, 8 + IPV6_TCP_HELLO_SIZE), GTP(0x30, IPV6_TCP_HELLO_SIZE), IPV6_TCP_HELLO),
    OVER_UDP("GTP-U, sequence number", OUTER_UDP(2152, 12 + INNER_SIZE), GTP(0x32, 4 + INNER_SIZE), U16(1), 0, 0,
             INNER),
    OVER_UDP("GTP-U, PDU session container and a second extension", OUTER_UDP(2152, 24 + INNER_SIZE),
             GTP(0x34, 16 + INNER_SIZE), U16(0), 0, 0x85, 1, 0x10, 0x09, 0xc0, 2, 1, 2, 3, 4, 5, 6, 0, INNER),
    TUNNEL("MPLS, one label", LINK_ETHERNET, ETHERNET(0x8847), LABEL(16, 1), INNER),
    TUNNEL("MPLS, three labels, IPv6", LINK_ETHERNET, ETHERNET(0x8848), LABEL(16, 0), LABEL(17, 0), LABEL(2, 1),
           IPV6_TCP_HELLO),
    TUNNEL("MPLS, pseudowire with a control word", LINK_ETHERNET, ETHERNET(0x8847), LABEL(16, 1), U32(0), INNER_FRAME),
    TUNNEL("MPLS, pseudowire without", LINK_ETHERNET, ETHERNET(0x8847), LABEL(16, 1), 0xaa, 0, 0, 0, 0, 1, 2, 0, 0, 0,
           0, 2, U16(0x0800), INNER),
    TUNNEL("MPLS in IP", LINK_RAW, OUTER(137, 4 + INNER_SIZE), LABEL(16, 1), INNER),
    TUNNEL("PPPoE", LINK_ETHERNET, ETHERNET(0x8864), PPPOE(2 + INNER_SIZE), U16(0x0021), INNER),
    TUNNEL("PPPoE, IPv6, padding of the link", LINK_ETHERNET, ETHERNET(0x8864), PPPOE(2 + IPV6_TCP_HELLO_SIZE),
           U16(0x0057), IPV6_TCP_HELLO, 0, 0, 0),
    TUNNEL("PPPoE in QinQ", LINK_ETHERNET, ETHERNET(0x88a8), U16(1), U16(0x8100), U16(2), U16(0x8864),
           PPPOE(2 + INNER_SIZE), U16(0x0021), INNER),
    OVER_UDP("MPLS in GRE in IPv6 in VXLAN", OUTER_UDP(4789, 8 + ETHERNET_SIZE + 40 + 8 + INNER_SIZE), VXLAN(0x08),
             ETHERNET(0x86dd), OUTER_V6(47, 8 + INNER_SIZE), GRE(0x0000, 0x8847), LABEL(16, 1), INNER),
};

START_TEST(frames_decode) {
    frame_check(&frames[_i]);
}
END_TEST

START_TEST(frames_stand_every_length) {
    frame_sweep_lengths(&frames[_i]);
}
END_TEST

START_TEST(frames_stand_flipped_bits) {
    frame_sweep_flips(&frames[_i]);
}
END_TEST

static const struct frame others[] = {
    FRAME("GRE, unknown type", LINK_RAW, PACKET_NOT_FOR_US, OUTER(47, 8), GRE(0x0000, 0x6559), U32(0)),
    FRAME("GRE, source routes of RFC 1701", LINK_RAW, PACKET_NOT_FOR_US, OUTER(47, 8), GRE(0x4000, 0x0800), U32(0)),
    FRAME("GRE, version 2", LINK_RAW, PACKET_NOT_FOR_US, OUTER(47, 4 + INNER_SIZE), GRE(0x0002, 0x0800), INNER),
    FRAME("GRE, key cut off", LINK_RAW, PACKET_MALFORMED, OUTER(47, 6), GRE(0x2000, 0x0800), U16(0)),
    FRAME("GRE of PPTP, an acknowledgement alone", LINK_RAW, PACKET_NOT_FOR_US, OUTER(47, 12), GRE(0x2081, 0x880b),
          U16(0), U16(9), U32(2)),
    FRAME("GRE keepalive: nothing inside", LINK_RAW, PACKET_NOT_FOR_US, OUTER(47, 4), GRE(0x0000, 0x0000)),
    FRAME("ERSPAN II, wrong version", LINK_RAW, PACKET_MALFORMED, OUTER(47, 16 + INNER_FRAME_SIZE), GRE(0x1000, 0x88be),
          U32(1), ERSPAN_III(0), INNER_FRAME),
    FRAME("EtherIP, version 4", LINK_RAW, PACKET_NOT_FOR_US, OUTER(97, 2 + INNER_FRAME_SIZE), U16(0x4000), INNER_FRAME),
    FRAME("PPPoE, not a session's data", LINK_ETHERNET, PACKET_NOT_FOR_US, ETHERNET(0x8864), 0x11, 0x09, U16(0),
          U16(0)),
    FRAME("MPLS without a bottom", LINK_ETHERNET, PACKET_MALFORMED, ETHERNET(0x8847), LABEL(16, 0), LABEL(17, 0)),
    FRAME("ARP inside VXLAN", LINK_RAW, PACKET_NOT_FOR_US, OUTER_UDP(4789, 8 + ETHERNET_SIZE + 2), VXLAN(0x08),
          ETHERNET(0x0806), U16(1)),
};

START_TEST(others_are_not_for_us) {
    frame_check(&others[_i]);
}
END_TEST

START_TEST(others_stand_flipped_bits) {
    frame_sweep_flips(&others[_i]);
}
END_TEST

/* Payloads on a tunnel's port that are no such tunnel. */
static const struct frame plain[] = {
#define PLAIN(name, ...) FRAME(name, LINK_RAW, PACKET_UDP, __VA_ARGS__)
    PLAIN("VXLAN port, text", OUTER_UDP(4789, 5), HELLO),
    PLAIN("VXLAN port, empty", OUTER_UDP(4789, 0)),
    PLAIN("VXLAN without its flag", OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), VXLAN(0x00), INNER_FRAME),
    PLAIN("VXLAN with reserved bits", OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), VXLAN(0x0c), INNER_FRAME),
    PLAIN("VXLAN, what is inside is broken", OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), VXLAN(0x08), ETHERNET(0x86dd),
          INNER),
    PLAIN("Geneve, version 1", OUTER_UDP(6081, 8 + INNER_FRAME_SIZE), GENEVE(0x40, 0x6558), INNER_FRAME),
    PLAIN("Geneve, unknown type", OUTER_UDP(6081, 8 + INNER_FRAME_SIZE), GENEVE(0, 0x1234), INNER_FRAME),
    PLAIN("Geneve, options past the end", OUTER_UDP(6081, 12), GENEVE(2, 0x6558), U32(0)),
    PLAIN("GTP-U, echo request", OUTER_UDP(2152, 12), 0x32, 1, U16(4), U32(0), U16(1), 0, 0),
    PLAIN("GTP-U, length past the end", OUTER_UDP(2152, 8 + INNER_SIZE), GTP(0x30, INNER_SIZE + 1), INNER),
    PLAIN("GTP', version 1 without its type", OUTER_UDP(2152, 8 + INNER_SIZE), GTP(0x20, INNER_SIZE), INNER),
    PLAIN("GTP-U, extension of no length", OUTER_UDP(2152, 16 + INNER_SIZE), GTP(0x34, 8 + INNER_SIZE), U16(0), 0, 0x85,
          0, 0, 0, 0, INNER),
    PLAIN("GTP-U, neither IPv4 nor IPv6", OUTER_UDP(2152, 8 + INNER_FRAME_SIZE), GTP(0x30, INNER_FRAME_SIZE),
          INNER_FRAME),
    PLAIN("a tunnel's port as the source", OUTER(17, 8 + 8 + INNER_FRAME_SIZE), UDP(4789, 54321, 8 + INNER_FRAME_SIZE),
          VXLAN(0x08), INNER_FRAME),
};

START_TEST(what_does_not_parse_stays_udp) {
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    enum packet_kind kind = bench_feed(&bench, plain[_i].bytes, plain[_i].length);
    ck_assert_msg(kind == PACKET_UDP, "%s: kind %d", plain[_i].name, (int)kind);
    ck_assert(!bench.packet.tunnelled);
    ck_assert_uint_eq(packet_decoder_counters(bench.decoder)->tunnelled, 0);
    ck_assert_address(&bench.packet.source, 4, "203.0.113.1");
    ck_assert_address(&bench.packet.destination, 4, "203.0.113.2");
    ck_assert(bench.packet.source_port == 54321 || bench.packet.destination_port == 54321);
    ck_assert_uint_eq(bench.packet.ttl, 255);
    ck_assert_uint_eq(bench.packet.payload.remaining, plain[_i].length - 28);
    ck_assert_uint_eq(bench.packet.payload_on_wire, plain[_i].length - 28);
    bench_close(&bench);
}
END_TEST

START_TEST(plain_stands_flipped_bits) {
    frame_sweep_flips(&plain[_i]);
}
END_TEST

/* The inner packet is cut by the snaplen, not the outer one. */
START_TEST(snaplen_counts_inside) {
    static const uint8_t frame[] = {OUTER_UDP(4789, 8 + INNER_FRAME_SIZE), VXLAN(0x08), INNER_FRAME};
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, sizeof(frame) - 2, sizeof(frame)), PACKET_TCP);
    ck_assert_uint_eq(bench.packet.payload.remaining, 3);
    ck_assert_uint_eq(bench.packet.payload_on_wire, 5);
    ck_assert(bench.packet.tunnelled);
    bench_close(&bench);
}
END_TEST

/* IP in IP in IP …: eight are followed, nine are counted and left alone. */
START_TEST(depth_is_capped) {
    for (uint32_t depth = 0; depth < 20; depth++) {
        static const uint8_t inner[] = {INNER};
        uint8_t frame[20 * 20 + INNER_SIZE];
        uint32_t length = 0;
        for (uint32_t i = 0; i < depth; i++) {
            const uint8_t outer[] = {OUTER(4, (depth - i - 1) * 20 + INNER_SIZE)};
            memcpy(frame + length, outer, sizeof(outer));
            length += sizeof(outer);
        }
        memcpy(frame + length, inner, sizeof(inner));
        length += sizeof(inner);
        struct bench bench;
        bench_open(&bench, LINK_RAW);
        ck_assert_int_eq(bench_feed(&bench, frame, length), depth <= 8 ? PACKET_TCP : PACKET_NOT_FOR_US);
        ck_assert_uint_eq(packet_decoder_counters(bench.decoder)->tunnels_too_deep, depth > 8);
        if (depth <= 8) ck_assert_hello(&bench.packet);
        bench_close(&bench);
    }
}
END_TEST

/* 64 KiB of labels, tags or extension headers cost time, not stack. */
START_TEST(long_stacks_are_walked) {
    const uint32_t length = 65536;
    uint8_t *frame = calloc(1, length);
    ck_assert_ptr_nonnull(frame);
    struct bench bench;
    bench_open(&bench, LINK_ETHERNET);
    frame[12] = 0x88;
    frame[13] = 0x47;
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_MALFORMED);
    for (uint32_t at = 12; at + 1 < length; at += 4) {
        frame[at] = 0x81;
        frame[at + 1] = 0x00;
    }
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_MALFORMED);
    bench_close(&bench);
    free(frame);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tunnel");
    TCase *cases = tcase_create("tunnel");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, frames_decode, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_every_length, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_flipped_bits, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, others_are_not_for_us, 0, ARRAY_LENGTH(others));
    tcase_add_loop_test(cases, others_stand_flipped_bits, 0, ARRAY_LENGTH(others));
    tcase_add_loop_test(cases, what_does_not_parse_stays_udp, 0, ARRAY_LENGTH(plain));
    tcase_add_loop_test(cases, plain_stands_flipped_bits, 0, ARRAY_LENGTH(plain));
    tcase_add_test(cases, snaplen_counts_inside);
    tcase_add_test(cases, depth_is_capped);
    tcase_add_test(cases, long_stacks_are_walked);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
