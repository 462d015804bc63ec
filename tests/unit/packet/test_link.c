/* Link layers: each type that packet_decoder_new() takes, VLAN tags, and frames that are none of ours. */
#include "base/compiler.h"
#include "frames.h"

#define TUNNELLED(name, link, ...)                                                                                     \
    { name, link, PACKET_TCP, BYTES(__VA_ARGS__), true, false }

static const struct frame frames[] = {
    FRAME("Ethernet, IPv4", 1, PACKET_TCP, ETHERNET(0x0800), IPV4_TCP_HELLO),
    FRAME("Ethernet, IPv6", 1, PACKET_TCP, ETHERNET(0x86dd), IPV6_TCP_HELLO),
    FRAME("Ethernet with padding to 60 bytes and more", 1, PACKET_TCP, ETHERNET(0x0800), IPV4_TCP_HELLO, 0, 0, 0, 0, 0),
    FRAME("VLAN 802.1Q", 1, PACKET_TCP, ETHERNET(0x8100), U16(0x0064), U16(0x0800), IPV4_TCP_HELLO),
    FRAME("QinQ 802.1ad", 1, PACKET_TCP, ETHERNET(0x88a8), U16(0x2001), U16(0x8100), U16(0x0064), U16(0x86dd),
          IPV6_TCP_HELLO),
    FRAME("QinQ, old numbers", 1, PACKET_TCP, ETHERNET(0x9100), U16(0x2001), U16(0x9200), U16(0x0064), U16(0x0800),
          IPV4_TCP_HELLO),
    FRAME("ARP", 1, PACKET_NOT_FOR_US, ETHERNET(0x0806), U16(1), U16(0x0800), 6, 4, U16(1)),
    FRAME("VLAN with ARP", 1, PACKET_NOT_FOR_US, ETHERNET(0x8100), U16(0x0064), U16(0x0806), U16(1)),
    FRAME("802.3 length instead of a type", 1, PACKET_NOT_FOR_US, ETHERNET(0x0026), 0x42, 0x42, 0x03, 0),
    FRAME("Linux cooked v1", 113, PACKET_TCP, U16(4) /* outgoing */, U16(1) /* ARPHRD_ETHER */, U16(6), 2, 0, 0, 0, 0,
          1, 0, 0, U16(0x0800), IPV4_TCP_HELLO),
    FRAME("Linux cooked v1, VLAN", 113, PACKET_TCP, U16(0), U16(1), U16(6), 2, 0, 0, 0, 0, 1, 0, 0, U16(0x8100),
          U16(0x0064), U16(0x86dd), IPV6_TCP_HELLO),
    FRAME("Linux cooked v1, netlink", 113, PACKET_NOT_FOR_US, U16(4), U16(824) /* ARPHRD_NETLINK */, U16(0), 0, 0, 0, 0,
          0, 0, 0, 0, U16(0x0800), IPV4_TCP_HELLO),
    FRAME("Linux cooked v2", 276, PACKET_TCP, U16(0x0800), U16(0) /* reserved */, U32(3) /* interface */, U16(1), 4, 6,
          2, 0, 0, 0, 0, 1, 0, 0, IPV4_TCP_HELLO),
    FRAME("Linux cooked v2, netlink", 276, PACKET_NOT_FOR_US, U16(0x0800), U16(0), U32(3), U16(824), 4, 6, 2, 0, 0, 0,
          0, 1, 0, 0, IPV4_TCP_HELLO),
    FRAME("raw IPv4", 101, PACKET_TCP, IPV4_TCP_HELLO),
    FRAME("raw IPv6", 101, PACKET_TCP, IPV6_TCP_HELLO),
    FRAME("raw, DLT_RAW of Linux", 12, PACKET_TCP, IPV4_TCP_HELLO),
    FRAME("raw, DLT_RAW of OpenBSD", 14, PACKET_TCP, IPV6_TCP_HELLO),
    FRAME("raw, neither 4 nor 6", 101, PACKET_MALFORMED, 0x55, IPV4_TCP_HELLO),
    FRAME("IPV4", 228, PACKET_TCP, IPV4_TCP_HELLO),
    FRAME("IPV4 that is not", 228, PACKET_MALFORMED, IPV6_TCP_HELLO),
    FRAME("IPV6", 229, PACKET_TCP, IPV6_TCP_HELLO),
    FRAME("IPV6 that is not", 229, PACKET_MALFORMED, IPV4_TCP_HELLO),
    FRAME("null, big-endian, AF_INET", 0, PACKET_TCP, U32(2), IPV4_TCP_HELLO),
    FRAME("null, little-endian, AF_INET", 0, PACKET_TCP, 2, 0, 0, 0, IPV4_TCP_HELLO),
    FRAME("null, AF_INET6 of Linux", 0, PACKET_TCP, 10, 0, 0, 0, IPV6_TCP_HELLO),
    FRAME("null, AF_INET6 of OpenBSD", 0, PACKET_TCP, 24, 0, 0, 0, IPV6_TCP_HELLO),
    FRAME("null, AF_INET6 of FreeBSD", 0, PACKET_TCP, 28, 0, 0, 0, IPV6_TCP_HELLO),
    FRAME("null, AF_INET6 of macOS", 0, PACKET_TCP, 30, 0, 0, 0, IPV6_TCP_HELLO),
    FRAME("null, another family", 0, PACKET_NOT_FOR_US, 7, 0, 0, 0, IPV4_TCP_HELLO),
    FRAME("loop", 108, PACKET_TCP, U32(24), IPV6_TCP_HELLO),
    FRAME("loop, little-endian", 108, PACKET_TCP, 2, 0, 0, 0, IPV4_TCP_HELLO),
    FRAME("PPP with address and control", 9, PACKET_TCP, 0xff, 0x03, U16(0x0021), IPV4_TCP_HELLO),
    FRAME("PPP without", 9, PACKET_TCP, U16(0x0057), IPV6_TCP_HELLO),
    FRAME("PPP, protocol of one byte", 9, PACKET_TCP, 0x21, IPV4_TCP_HELLO),
    FRAME("PPP, LCP", 9, PACKET_NOT_FOR_US, 0xff, 0x03, U16(0xc021), 1, 1, U16(4)),
    FRAME("PPP serial, PPP", 50, PACKET_TCP, 0xff, 0x03, U16(0x0021), IPV4_TCP_HELLO),
    FRAME("PPP serial, Cisco HDLC", 50, PACKET_TCP, 0x0f, 0x00, U16(0x0800), IPV4_TCP_HELLO),
    FRAME("Cisco HDLC", 104, PACKET_TCP, 0x0f, 0x00, U16(0x86dd), IPV6_TCP_HELLO),
    FRAME("SNAP, padding of the link", 1, PACKET_TCP, ETHERNET(8 + IPV4_TCP_HELLO_SIZE), 0xaa, 0xaa, 0x03, 0, 0, 0,
          U16(0x0800), IPV4_TCP_HELLO, 0, 0),
    FRAME("SNAP of another organisation", 1, PACKET_NOT_FOR_US, ETHERNET(8 + IPV4_TCP_HELLO_SIZE), 0xaa, 0xaa, 0x03, 0,
          0, 0x0c, U16(0x0800), IPV4_TCP_HELLO),
    FRAME("SNAP with a length for a type", 1, PACKET_NOT_FOR_US, ETHERNET(16), 0xaa, 0xaa, 0x03, 0, 0, 0, U16(8), 0xaa,
          0xaa, 0x03, 0, 0, 0, U16(0x0800)),
    FRAME("NFLOG, little-endian", 239, PACKET_TCP, 2, 0, U16(5) /* group */, 8, 0, 1, 0, U32(0x08000300), 5, 0, 10, 0,
          0, 0, 0, 0 /* an empty prefix, padded */, 4 + IPV4_TCP_HELLO_SIZE, 0, 9, 0, IPV4_TCP_HELLO, 0, 0, 0),
    FRAME("NFLOG, big-endian", 239, PACKET_TCP, 10, 0, U16(5), U16(8), U16(1), U32(0x86dd0300),
          U16(4 + IPV6_TCP_HELLO_SIZE), U16(9), IPV6_TCP_HELLO),
    FRAME("NFLOG, no packet", 239, PACKET_NOT_FOR_US, 2, 0, U16(5), U16(8), U16(1), U32(0x08000300)),
    FRAME("NFLOG, a value of no length", 239, PACKET_MALFORMED, 2, 0, U16(5), U16(3), U16(1), U32(0)),
    TUNNELLED("PPP_ETHER", 51, 0x11, 0x00, U16(7), U16(2 + IPV4_TCP_HELLO_SIZE), U16(0x0021), IPV4_TCP_HELLO),
    TUNNELLED("MPLS", 219, 0x00, 0x01, 0x01, 0x40, IPV4_TCP_HELLO),
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

START_TEST(unknown_link_types_are_said) {
    static const int numbers[] = {-1, 2, 105 /* IEEE 802.11 */, 147, 65536};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        bool unknown = false;
        ck_assert_ptr_null(packet_decoder_new(numbers[i], &unknown));
        ck_assert(unknown);
    }
    packet_decoder_free(NULL);
}
END_TEST

/* The list for people names each type that a decoder can be made for, and no other. */
START_TEST(the_list_is_the_table) {
    char *list = strdup(packet_link_types()), *rest = NULL;
    bool named[300] = {false};
    ck_assert_ptr_nonnull(list);
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        char *name = NULL;
        long number = strtol(pair, &name, 10);
        ck_assert(number >= 0 && number < 300 && !named[number]);
        ck_assert(name[0] == ' ' && name[1] >= 'A' && name[1] <= 'Z');
        named[number] = true;
    }
    free(list);
    for (int number = 0; number < 300; number++) {
        bool unknown = false;
        struct packet_decoder *decoder = packet_decoder_new(number, &unknown);
        ck_assert_msg((decoder != NULL) == named[number], "link type %d", number);
        packet_decoder_free(decoder);
    }
    ck_assert(named[0] && named[1] && named[101] && named[113] && named[276]);
}
END_TEST

/* Fields that come from the headers as they are. */
START_TEST(fields_of_a_plain_frame) {
    static const uint8_t frame[] = {ETHERNET(0x0800), IPV4_TCP_HELLO};
    struct bench bench;
    bench_open(&bench, LINK_ETHERNET);
    ck_assert_int_eq(bench_feed_at(&bench, 1234567890123456789, frame, sizeof(frame), sizeof(frame)), PACKET_TCP);
    ck_assert_int_eq(bench.packet.time, 1234567890123456789);
    ck_assert_uint_eq(bench.packet.ip_version, 4);
    ck_assert_uint_eq(bench.packet.ttl, 64);
    ck_assert(bench.packet.ip_id_valid);
    ck_assert_uint_eq(bench.packet.ip_id, 0x1234);
    ck_assert_uint_eq(bench.packet.tcp_flags, PACKET_TCP_PSH | PACKET_TCP_ACK);
    ck_assert_uint_eq(bench.packet.sequence, 0x01020304);
    ck_assert_uint_eq(bench.packet.acknowledgement, 0x05060708);
    ck_assert_uint_eq(bench.packet.window, 0x7210);
    static const struct packet_address want = {{CLIENT_V4}}; /* the tail is zero */
    ck_assert_mem_eq(&bench.packet.source, &want, sizeof(want));
    bench_close(&bench);
}
END_TEST

/* A capture that claims to have more than was on the wire is believed for what it has. */
START_TEST(on_wire_less_than_captured) {
    static const uint8_t frame[] = {ETHERNET(0x0800), IPV4_TCP_HELLO};
    struct bench bench;
    bench_open(&bench, LINK_ETHERNET);
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, sizeof(frame), 10), PACKET_TCP);
    ck_assert_hello(&bench.packet);
    bench_close(&bench);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("link");
    TCase *cases = tcase_create("link");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, frames_decode, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_every_length, 0, ARRAY_LENGTH(frames));
    tcase_add_loop_test(cases, frames_stand_flipped_bits, 0, ARRAY_LENGTH(frames));
    tcase_add_test(cases, unknown_link_types_are_said);
    tcase_add_test(cases, the_list_is_the_table);
    tcase_add_test(cases, fields_of_a_plain_frame);
    tcase_add_test(cases, on_wire_less_than_captured);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
