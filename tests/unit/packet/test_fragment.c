/* Fragments: any order, copies, overlaps, holes, limits of number and time, and captures that cut them. */
#include "base/compiler.h"
#include "base/moment.h"
#include "frames.h"

#define MORE 0x2000

/* The datagram of these tests: a TCP segment of 48 bytes, "abcdefghijklmnopqrstuvwxyz01" as its payload. */
#define DATAGRAM_SIZE 48
static const uint8_t datagram[DATAGRAM_SIZE] = {TCP_HEADER(5, 0x18),
                                                'a',
                                                'b',
                                                'c',
                                                'd',
                                                'e',
                                                'f',
                                                'g',
                                                'h',
                                                'i',
                                                'j',
                                                'k',
                                                'l',
                                                'm',
                                                'n',
                                                'o',
                                                'p',
                                                'q',
                                                'r',
                                                's',
                                                't',
                                                'u',
                                                'v',
                                                'w',
                                                'x',
                                                'y',
                                                'z',
                                                '0',
                                                '1'};

struct piece {
    uint32_t offset, length;
    bool more;
};

/* Builds the frame of one fragment; its bytes are those of the datagram, repeated past its end. */
static uint32_t piece_build(uint8_t version, uint16_t id, const struct piece *piece, uint8_t *frame) {
    const uint8_t four[] = {IPV4_PIECE(id, (piece->more ? MORE : 0) | piece->offset / 8, 6, piece->length)};
    const uint8_t six[] = {IPV6(44, 8 + piece->length), 6, 0, U16(piece->offset | piece->more), U32(0x50000U | id)};
    uint32_t header = version == 4 ? sizeof(four) : sizeof(six);
    memcpy(frame, version == 4 ? four : six, header);
    for (uint32_t i = 0; i < piece->length; i++)
        frame[header + i] = datagram[(piece->offset + i) % DATAGRAM_SIZE];
    return header + piece->length;
}

static enum packet_kind feed_piece(struct bench *bench, uint8_t version, uint16_t id, int64_t time,
                                   struct piece piece) {
    static uint8_t frame[48 + 65536];
    uint32_t length = piece_build(version, id, &piece, frame);
    return bench_feed_at(bench, time, frame, length, length);
}

static void check_joined(const struct bench *bench) {
    ck_assert_int_eq(bench->packet.kind, PACKET_TCP);
    ck_assert_uint_eq(bench->packet.source_port, 50000);
    ck_assert_uint_eq(bench->packet.payload.remaining, DATAGRAM_SIZE - 20);
    ck_assert_uint_eq(bench->packet.payload_on_wire, DATAGRAM_SIZE - 20);
    ck_assert_mem_eq(bench->packet.payload.position, datagram + 20, DATAGRAM_SIZE - 20);
    ck_assert(bench->packet.ip_id_valid);
}

static void check_counters(const struct bench *bench, uint64_t seen, uint64_t joined, uint64_t dropped) {
    const struct packet_counters *counters = packet_decoder_counters(bench->decoder);
    ck_assert_uint_eq(counters->fragments, seen);
    ck_assert_uint_eq(counters->fragments_joined, joined);
    ck_assert_uint_eq(counters->fragments_dropped, dropped);
}

static const uint8_t versions[] = {4, 6};

START_TEST(four_pieces_in_every_order) {
    static const struct piece pieces[4] = {{0, 8, true}, {8, 24, true}, {32, 8, true}, {40, 8, false}};
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    uint64_t orders = 0;
    for (unsigned order = 0; order < 256; order++) {
        const unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
        unsigned seen = 1U << at[0] | 1U << at[1] | 1U << at[2] | 1U << at[3];
        if (seen != 15) continue;
        for (unsigned i = 0; i < 4; i++) {
            enum packet_kind kind = feed_piece(&bench, versions[_i], (uint16_t)order, 0, pieces[at[i]]);
            ck_assert_int_eq(kind, i < 3 ? PACKET_INCOMPLETE : PACKET_TCP);
        }
        check_joined(&bench);
        ck_assert_uint_eq(bench.packet.ip_id, order);
        orders++;
    }
    ck_assert_uint_eq(orders, 24);
    check_counters(&bench, 24 * 4, 24, 0);
    bench_close(&bench);
}
END_TEST

/* The datagram cut in two at each unit; the last unit of the datagram need not be whole. */
START_TEST(two_pieces_cut_anywhere) {
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    for (uint32_t cut = 8; cut < DATAGRAM_SIZE; cut += 8) {
        for (uint32_t total = cut + 1; total <= DATAGRAM_SIZE; total++) {
            uint16_t id = (uint16_t)(cut * 100 + total);
            ck_assert_int_eq(feed_piece(&bench, versions[_i], id, 0, (struct piece){cut, total - cut, false}),
                             PACKET_INCOMPLETE);
            enum packet_kind kind = feed_piece(&bench, versions[_i], id, 0, (struct piece){0, cut, true});
            ck_assert_int_eq(kind, total < 20 ? PACKET_MALFORMED : PACKET_TCP);
            if (kind == PACKET_TCP) ck_assert_uint_eq(bench.packet.payload_on_wire, total - 20);
        }
    }
    bench_close(&bench);
}
END_TEST

static const struct {
    const char *name;
    struct piece pieces[4];
    unsigned count;
    enum packet_kind last; /* what the last piece makes of it */
    unsigned dropped;
} stories[] = {
    {"a copy of a piece is passed over", {{0, 24, true}, {0, 24, true}, {24, 24, false}}, 3, PACKET_TCP, 0},
    {"a copy of a part is passed over", {{0, 24, true}, {8, 8, true}, {24, 24, false}}, 3, PACKET_TCP, 0},
    {"a copy of the last piece", {{24, 24, false}, {24, 24, false}, {0, 24, true}}, 3, PACKET_TCP, 0},
    {"an overlap spoils", {{0, 24, true}, {16, 16, true}, {32, 16, false}, {24, 24, false}}, 4, PACKET_MALFORMED, 1},
    {"a piece around another spoils", {{8, 8, true}, {0, 24, true}, {24, 24, false}}, 3, PACKET_MALFORMED, 1},
    {"two ends spoil", {{24, 24, false}, {24, 16, false}, {0, 24, true}}, 3, PACKET_MALFORMED, 1},
    {"a piece past the end spoils", {{24, 24, false}, {48, 8, true}, {0, 24, true}}, 3, PACKET_MALFORMED, 1},
    {"an end before what was seen spoils", {{24, 24, true}, {8, 8, false}, {0, 8, true}}, 3, PACKET_MALFORMED, 1},
    {"a hole stays", {{0, 16, true}, {24, 24, false}}, 2, PACKET_INCOMPLETE, 0},
    {"without an end nothing is whole", {{0, 24, true}, {24, 24, true}}, 2, PACKET_INCOMPLETE, 0},
    {"an empty piece is refused", {{8, 0, true}}, 1, PACKET_MALFORMED, 0},
    {"a piece that is no whole unit is refused", {{0, 20, true}}, 1, PACKET_MALFORMED, 0},
    {"a piece past the largest datagram is refused", {{65528, 16, true}}, 1, PACKET_MALFORMED, 0},
    {"the largest datagram's last bytes are not", {{65528, 7, false}}, 1, PACKET_INCOMPLETE, 0},
};

START_TEST(stories_end_as_they_should) {
    for (unsigned v = 0; v < 2; v++) {
        struct bench bench;
        enum packet_kind kind = PACKET_NOT_FOR_US;
        bench_open(&bench, LINK_RAW);
        for (unsigned i = 0; i < stories[_i].count; i++)
            kind = feed_piece(&bench, versions[v], 1, 0, stories[_i].pieces[i]);
        ck_assert_msg(kind == stories[_i].last, "%s: kind %d", stories[_i].name, (int)kind);
        if (kind == PACKET_TCP) check_joined(&bench);
        check_counters(&bench, stories[_i].count, kind == PACKET_TCP, stories[_i].dropped);
        bench_close(&bench);
    }
}
END_TEST

/* The same place, other bytes: an evader's second story is not believed, and neither is the first. */
START_TEST(a_copy_with_other_bytes_spoils) {
    uint8_t frame[128];
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 0, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
    uint32_t length = piece_build(versions[_i], 1, &(struct piece){0, 24, true}, frame);
    frame[length - 1] ^= 0x20;
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_MALFORMED);
    ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 0, (struct piece){24, 24, false}), PACKET_MALFORMED);
    check_counters(&bench, 3, 0, 1);
    bench_close(&bench);
}
END_TEST

/* What tells datagrams apart: identification, addresses, in IPv4 the protocol; not the order of arrival. */
START_TEST(datagrams_do_not_mix) {
    uint8_t frame[128];
    uint32_t length;
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(feed_piece(&bench, 4, 1, 0, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
    ck_assert_int_eq(feed_piece(&bench, 4, 2, 0, (struct piece){24, 24, false}), PACKET_INCOMPLETE);
    ck_assert_int_eq(feed_piece(&bench, 6, 1, 0, (struct piece){24, 24, false}), PACKET_INCOMPLETE);
    const uint32_t places[] = {9 /* protocol */, 15 /* source */, 19 /* destination */};
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        length = piece_build(4, 1, &(struct piece){24, 24, false}, frame);
        frame[places[i]] ^= 0x10;
        ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_INCOMPLETE);
    }
    ck_assert_int_eq(feed_piece(&bench, 4, 1, 0, (struct piece){24, 24, false}), PACKET_TCP);
    check_joined(&bench);
    bench_close(&bench);
}
END_TEST

/* RFC 8200 section 4.5: the first fragment says what the datagram carries; and its TTL is the packet's. */
START_TEST(the_first_fragment_speaks_for_all) {
    uint8_t frame[128];
    uint32_t length;
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    length = piece_build(6, 1, &(struct piece){24, 24, false}, frame);
    frame[7] = 11; /* hop limit */
    frame[40] = 17;
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_INCOMPLETE);
    length = piece_build(6, 1, &(struct piece){0, 16, true}, frame);
    frame[7] = 22;
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_INCOMPLETE);
    length = piece_build(6, 1, &(struct piece){16, 8, true}, frame);
    frame[7] = 33;
    frame[40] = 58;
    ck_assert_int_eq(bench_feed(&bench, frame, length), PACKET_TCP);
    check_joined(&bench);
    ck_assert_uint_eq(bench.packet.ttl, 22);
    bench_close(&bench);
}
END_TEST

/* Fragments of more than 30 seconds apart, by the packets' own time, are strangers. Time may also jump back. */
START_TEST(old_fragments_are_given_up) {
    static const int64_t gaps[] = {31 * MOMENT_SECOND, -31 * MOMENT_SECOND, INT64_MAX, INT64_MIN};
    struct bench bench;
    for (size_t i = 0; i < ARRAY_LENGTH(gaps); i++) {
        bench_open(&bench, LINK_RAW);
        int64_t start = gaps[i] == INT64_MIN ? INT64_MAX : gaps[i] == INT64_MAX ? INT64_MIN : 0;
        ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, start, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
        ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, gaps[i], (struct piece){24, 24, false}),
                         PACKET_INCOMPLETE);
        check_counters(&bench, 2, 0, 1);
        bench_close(&bench);
    }
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 0, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
    ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 29 * MOMENT_SECOND, (struct piece){24, 24, false}),
                     PACKET_TCP);
    bench_close(&bench);
}
END_TEST

/* More datagrams than there is room for: the oldest go, the youngest is joined. */
START_TEST(the_oldest_make_room) {
    const uint16_t datagrams = 1000;
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    for (uint16_t id = 0; id < datagrams; id++)
        ck_assert_int_eq(feed_piece(&bench, versions[_i], id, id, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
    uint64_t dropped = packet_decoder_counters(bench.decoder)->fragments_dropped;
    ck_assert_uint_ge(dropped, datagrams - 512);
    ck_assert_uint_lt(dropped, datagrams);
    uint16_t kept = (uint16_t)(datagrams - dropped);
    for (uint16_t id = datagrams - kept; id < datagrams; id++) {
        ck_assert_int_eq(feed_piece(&bench, versions[_i], id, datagrams, (struct piece){24, 24, false}), PACKET_TCP);
        check_joined(&bench);
    }
    check_counters(&bench, datagrams + kept, kept, dropped);
    bench_close(&bench);
}
END_TEST

/* A snaplen inside one fragment: the packet is whole on the wire, and seen up to there. */
START_TEST(a_cut_fragment_cuts_the_packet) {
    uint8_t frame[128];
    for (uint32_t left = 0; left < 24; left++) {
        struct bench bench;
        bench_open(&bench, LINK_RAW);
        ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 0, (struct piece){40, 8, false}), PACKET_INCOMPLETE);
        uint32_t length = piece_build(versions[_i], 1, &(struct piece){16, 24, true}, frame);
        ck_assert_int_eq(bench_feed_at(&bench, 0, frame, length - 24 + left, length), PACKET_INCOMPLETE);
        enum packet_kind kind = feed_piece(&bench, versions[_i], 1, 0, (struct piece){0, 16, true});
        ck_assert_int_eq(kind, left < 4 ? PACKET_CUT : PACKET_TCP);
        if (kind == PACKET_TCP) {
            ck_assert_uint_eq(bench.packet.payload.remaining, left - 4);
            ck_assert_uint_eq(bench.packet.payload_on_wire, DATAGRAM_SIZE - 20);
            ck_assert_mem_eq(bench.packet.payload.position, datagram + 20, left - 4);
        }
        bench_close(&bench);
    }
}
END_TEST

/* A frame length that only a broken capture can claim does not wrap around the limits. */
START_TEST(absurd_lengths_are_refused) {
    uint8_t frame[128];
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    uint32_t length = piece_build(4, 1, &(struct piece){65528, 0, false}, frame);
    memset(frame + 2, 0, 2); /* total length 0: the frame's length counts */
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, length + 64, UINT32_MAX), PACKET_MALFORMED);
    ck_assert_int_eq(bench_feed_at(&bench, 0, frame, length + 64, UINT32_MAX - 65507), PACKET_MALFORMED);
    bench_close(&bench);
}
END_TEST

/* The largest datagram, in pieces of an Ethernet's size. */
START_TEST(the_largest_datagram_is_joined) {
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    for (uint32_t offset = 0; offset < 65535; offset += 1480) {
        bool more = offset + 1480 < 65535;
        uint32_t length = more ? 1480 : 65535 - offset;
        ck_assert_int_eq(feed_piece(&bench, versions[_i], 1, 0, (struct piece){offset, length, more}),
                         more ? PACKET_INCOMPLETE : PACKET_TCP);
    }
    ck_assert_uint_eq(bench.packet.payload.remaining, 65535 - 20);
    uint32_t same = 0;
    while (same < 65535 - 20 && bench.packet.payload.position[same] == datagram[(20 + same) % DATAGRAM_SIZE])
        same++;
    ck_assert_uint_eq(same, 65535 - 20);
    bench_close(&bench);
}
END_TEST

/* Fragments inside a tunnel whose outer packet is in fragments itself: two joins within one frame. */
START_TEST(fragments_inside_fragments) {
    const uint8_t inner_last[] = {IPV4_PIECE(9, 24 / 8, 6, 24)};
    uint8_t outer[44], frame[20 + 44];
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    ck_assert_int_eq(feed_piece(&bench, 4, 9, 0, (struct piece){0, 24, true}), PACKET_INCOMPLETE);
    memcpy(outer, inner_last, 20);
    memcpy(outer + 20, datagram + 24, 24);
    const uint8_t first[] = {IPV4_PIECE(7, MORE, 4, 24)}, last[] = {IPV4_PIECE(7, 24 / 8, 4, 20)};
    memcpy(frame, first, 20);
    memcpy(frame + 20, outer, 24);
    ck_assert_int_eq(bench_feed(&bench, frame, 44), PACKET_INCOMPLETE);
    memcpy(frame, last, 20);
    memcpy(frame + 20, outer + 24, 20);
    ck_assert_int_eq(bench_feed(&bench, frame, 40), PACKET_TCP);
    check_joined(&bench);
    ck_assert(bench.packet.tunnelled);
    check_counters(&bench, 4, 2, 0);
    bench_close(&bench);
}
END_TEST

/* Every bit of a fragment's header flipped, between a first and a last that fit. */
START_TEST(flipped_bits) {
    uint8_t frame[128];
    struct bench bench;
    bench_open(&bench, LINK_RAW);
    uint32_t length = piece_build(versions[_i], 1, &(struct piece){16, 16, true}, frame);
    uint64_t joined = 0;
    for (uint32_t bit = 0; bit < (length - 16) * 8; bit++) {
        feed_piece(&bench, versions[_i], 1, 0, (struct piece){0, 16, true});
        frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
        bench_feed(&bench, frame, length);
        frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum packet_kind kind = feed_piece(&bench, versions[_i], 1, 0, (struct piece){32, 16, false});
        joined += kind == PACKET_TCP;
        bench_close(&bench);
        bench_open(&bench, LINK_RAW);
    }
    ck_assert_uint_gt(joined, 0); /* bits that do not matter: type of service, TTL */
    ck_assert_uint_lt(joined, (length - 16) * 8);
    bench_close(&bench);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fragment");
    TCase *cases = tcase_create("fragment");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, four_pieces_in_every_order, 0, 2);
    tcase_add_loop_test(cases, two_pieces_cut_anywhere, 0, 2);
    tcase_add_loop_test(cases, stories_end_as_they_should, 0, ARRAY_LENGTH(stories));
    tcase_add_loop_test(cases, a_copy_with_other_bytes_spoils, 0, 2);
    tcase_add_test(cases, datagrams_do_not_mix);
    tcase_add_test(cases, the_first_fragment_speaks_for_all);
    tcase_add_loop_test(cases, old_fragments_are_given_up, 0, 2);
    tcase_add_loop_test(cases, the_oldest_make_room, 0, 2);
    tcase_add_loop_test(cases, a_cut_fragment_cuts_the_packet, 0, 2);
    tcase_add_test(cases, absurd_lengths_are_refused);
    tcase_add_loop_test(cases, the_largest_datagram_is_joined, 0, 2);
    tcase_add_test(cases, fragments_inside_fragments);
    tcase_add_loop_test(cases, flipped_bits, 0, 2);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
