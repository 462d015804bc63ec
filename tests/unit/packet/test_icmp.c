/* ICMP errors: the quoted packet, the MTU, and messages that are no errors or quote nothing of ours. */
#include "base/compiler.h"
#include "frames.h"

#define ROUTER_V4 203, 0, 113, 9
#define ROUTER_V6 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99

/* From a router to the client. */
#define FROM_ROUTER_V4(inside) 0x45, 0xc0, U16(20 + (inside)), U16(0x7777), U16(0), 250, 1, 0, 0, ROUTER_V4, CLIENT_V4
#define FROM_ROUTER_V6(inside) 0x60, 0, 0, 0, U16(inside), 58, 251, ROUTER_V6, CLIENT_V6

/* type, code, checksum, second word */
#define ICMP(type, code, word) type, code, 0, 0, U32(word)
/* The first eight bytes of a quoted segment: ports and sequence number. */
#define EIGHT U16(50000), U16(443), U32(0x01020304)

#define QUOTE_V4      IPV4(6, 1000), EIGHT
#define QUOTE_V4_SIZE 28
#define QUOTE_V6      IPV6(6, 1000), EIGHT
#define QUOTE_V6_SIZE 48

static const struct {
    struct frame frame;
    uint8_t type, code;
    uint16_t mtu;
    uint8_t protocol;
    bool has_sequence;
} errors[] = {
#define ERROR(name, type, code, mtu, protocol, has_sequence, ...)                                                      \
    { FRAME(name, LINK_RAW, PACKET_ICMP_ERROR, __VA_ARGS__), type, code, mtu, protocol, has_sequence }
    ERROR("host unreachable", 3, 1, 0, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE), ICMP(3, 1, 0xffff), QUOTE_V4),
    ERROR("administratively prohibited", 3, 13, 0, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE), ICMP(3, 13, 0),
          QUOTE_V4),
    ERROR("fragmentation needed", 3, 4, 1400, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE), ICMP(3, 4, 1400), QUOTE_V4),
    ERROR("fragmentation needed, unused half set", 3, 4, 1400, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE),
          ICMP(3, 4, 0x00050578), QUOTE_V4),
    ERROR("fragmentation needed, RFC 792 without an MTU", 3, 4, 0, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE),
          ICMP(3, 4, 0), QUOTE_V4),
    ERROR("port unreachable, UDP", 3, 3, 0, 17, false, FROM_ROUTER_V4(36), ICMP(3, 3, 0), IPV4(17, 100),
          UDP(50000, 443, 92)),
    ERROR("time exceeded", 11, 0, 0, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE), ICMP(11, 0, 0), QUOTE_V4),
    ERROR("parameter problem", 12, 0, 0, 6, true, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE), ICMP(12, 0, 0x14000000), QUOTE_V4),
    ERROR("quote with IPv4 options", 3, 1, 0, 6, true, FROM_ROUTER_V4(40), ICMP(3, 1, 0), 0x46, 0, U16(1000),
          U16(0x1234), U16(0x4000), 64, 6, 0, 0, CLIENT_V4, SERVER_V4, 1, 1, 1, 0, EIGHT),
    ERROR("quote of a first fragment", 3, 1, 0, 6, true, FROM_ROUTER_V4(36), ICMP(3, 1, 0),
          IPV4_PIECE(0x1234, 0x2000, 6, 1000), EIGHT),
    ERROR("quote with ports only", 3, 1, 0, 6, false, FROM_ROUTER_V4(32), ICMP(3, 1, 0), IPV4(6, 1000), U16(50000),
          U16(443)),
    ERROR("no route, IPv6", 1, 0, 0, 6, true, FROM_ROUTER_V6(8 + QUOTE_V6_SIZE), ICMP(1, 0, 0), QUOTE_V6),
    ERROR("packet too big", 2, 0, 1280, 6, true, FROM_ROUTER_V6(8 + QUOTE_V6_SIZE), ICMP(2, 0, 1280), QUOTE_V6),
    ERROR("packet too big, absurd", 2, 0, 65535, 6, true, FROM_ROUTER_V6(8 + QUOTE_V6_SIZE), ICMP(2, 0, 0x10000),
          QUOTE_V6),
    ERROR("hop limit exceeded", 3, 0, 0, 6, true, FROM_ROUTER_V6(8 + QUOTE_V6_SIZE), ICMP(3, 0, 0), QUOTE_V6),
    ERROR("parameter problem, IPv6", 4, 1, 0, 6, true, FROM_ROUTER_V6(8 + QUOTE_V6_SIZE), ICMP(4, 1, 40), QUOTE_V6),
    ERROR("quote with extension headers", 1, 0, 0, 17, false, FROM_ROUTER_V6(72), ICMP(1, 0, 0), IPV6(60, 1000), 44, 0,
          1, 4, 0, 0, 0, 0, 17, 0, U16(1) /* first of more */, U32(0xabcd), UDP(50000, 443, 92)),
};

START_TEST(errors_quote_the_packet) {
    struct bench bench;
    const struct packet_icmp *icmp = &bench.packet.icmp;
    bench_open(&bench, LINK_RAW);
    enum packet_kind kind = bench_feed(&bench, errors[_i].frame.bytes, errors[_i].frame.length);
    ck_assert_msg(kind == PACKET_ICMP_ERROR, "%s: kind %d", errors[_i].frame.name, (int)kind);
    ck_assert_uint_eq(icmp->type, errors[_i].type);
    ck_assert_uint_eq(icmp->code, errors[_i].code);
    ck_assert_uint_eq(icmp->mtu, errors[_i].mtu);
    ck_assert_uint_eq(icmp->quoted_protocol, errors[_i].protocol);
    ck_assert_uint_eq(icmp->quoted_source_port, 50000);
    ck_assert_uint_eq(icmp->quoted_destination_port, 443);
    ck_assert_int_eq(icmp->has_sequence, errors[_i].has_sequence);
    ck_assert_uint_eq(icmp->quoted_sequence, errors[_i].has_sequence ? 0x01020304 : 0);

    uint8_t version = bench.packet.ip_version;
    ck_assert_address(&bench.packet.source, version, version == 4 ? "203.0.113.9" : "2001:db8::99");
    ck_assert_address(&icmp->quoted_source, version, version == 4 ? "192.0.2.1" : "2001:db8::1");
    ck_assert_address(&icmp->quoted_destination, version, version == 4 ? "198.51.100.2" : "2001:db8::2");
    if (version == 4) { /* the tails are zero, as in an address of the packet itself */
        static const struct packet_address want = {{SERVER_V4}};
        ck_assert_mem_eq(&icmp->quoted_destination, &want, sizeof(want));
    }
    ck_assert_uint_eq(bench.packet.ttl, version == 4 ? 250 : 251);
    bench_close(&bench);
}
END_TEST

START_TEST(errors_stand_every_length) {
    frame_sweep_lengths(&errors[_i].frame);
}
END_TEST

START_TEST(errors_stand_flipped_bits) {
    frame_sweep_flips(&errors[_i].frame);
}
END_TEST

static const struct frame others[] = {
    FRAME("echo request", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(8), ICMP(8, 0, 0x00010001)),
    FRAME("redirect: advice, no error", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(8 + QUOTE_V4_SIZE),
          ICMP(5, 1, 0xcb007109), QUOTE_V4),
    FRAME("neighbour solicitation", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V6(24), ICMP(135, 0, 0), SERVER_V6),
    FRAME("quote of an echo request", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(36), ICMP(3, 1, 0), IPV4(1, 8),
          ICMP(8, 0, 0)),
    FRAME("quote of a later fragment", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(36), ICMP(3, 1, 0),
          IPV4_PIECE(0x1234, 0x2001, 6, 1000), EIGHT),
    FRAME("quote of a later fragment, IPv6", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V6(64), ICMP(1, 0, 0),
          IPV6(44, 1000), 6, 0, U16(8), U32(0xabcd), EIGHT),
    FRAME("quote of IPv6 in an ICMP of IPv4", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(8 + QUOTE_V6_SIZE),
          ICMP(3, 1, 0), QUOTE_V6),
    FRAME("quote of IPv4 in an ICMPv6", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V6(60), ICMP(1, 0, 0), QUOTE_V4,
          U32(0), U32(0), U32(0), U32(0), U32(0), U32(0)),
    FRAME("no quote", LINK_RAW, PACKET_NOT_FOR_US, FROM_ROUTER_V4(8), ICMP(3, 1, 0)),
    FRAME("half a header", LINK_RAW, PACKET_MALFORMED, FROM_ROUTER_V4(7), 3, 1, 0, 0, 0, 0, 0),
};

START_TEST(others_are_not_for_us) {
    frame_check(&others[_i]);
}
END_TEST

START_TEST(others_stand_flipped_bits) {
    frame_sweep_flips(&others[_i]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("icmp");
    TCase *cases = tcase_create("icmp");
    tcase_add_loop_test(cases, errors_quote_the_packet, 0, ARRAY_LENGTH(errors));
    tcase_add_loop_test(cases, errors_stand_every_length, 0, ARRAY_LENGTH(errors));
    tcase_add_loop_test(cases, errors_stand_flipped_bits, 0, ARRAY_LENGTH(errors));
    tcase_add_loop_test(cases, others_are_not_for_us, 0, ARRAY_LENGTH(others));
    tcase_add_loop_test(cases, others_stand_flipped_bits, 0, ARRAY_LENGTH(others));
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
