/* Headers as bytes, to write frames with; and what every frame has to stand, whatever it is. */
#ifndef UNIT_PACKET_FRAMES_H
#define UNIT_PACKET_FRAMES_H

#include "packet/packet.h"
#include "run_suite.h"

#define LINK_NULL     0
#define LINK_ETHERNET 1
#define LINK_RAW      101

#define U16(value) (uint8_t)((value) >> 8), (uint8_t)(value)
#define U32(value) U16((uint32_t)(value) >> 16), U16((uint32_t)(value)&0xffff)

/* destination, source, type */
#define ETHERNET(type) 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, U16(type)
#define ETHERNET_SIZE  14

#define CLIENT_V4 192, 0, 2, 1
#define SERVER_V4 198, 51, 100, 2
#define CLIENT_V6 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01
#define SERVER_V6 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02

/* version and header length, type of service, total length, identification, flags and fragment offset, TTL,
 * protocol, checksum, source, destination */
#define IPV4_PIECE(id, flags_and_offset, protocol, inside)                                                             \
    0x45, 0x00, U16(20 + (inside)), U16(id), U16(flags_and_offset), 64, protocol, 0x00, 0x00, CLIENT_V4, SERVER_V4
#define IPV4(protocol, inside) IPV4_PIECE(0x1234, 0x4000, protocol, inside)
#define IPV4_SIZE              20

/* version, traffic class and flow label, payload length, next header, hop limit, source, destination */
#define IPV6(next, inside) 0x60, 0x00, 0x00, 0x00, U16(inside), next, 63, CLIENT_V6, SERVER_V6
#define IPV6_SIZE          40

/* ports, sequence, acknowledgement, data offset, flags, window, checksum, urgent pointer; payload "hello" */
#define TCP_HEADER(words, flags)                                                                                       \
    U16(50000), U16(443), U32(0x01020304), U32(0x05060708), (words) << 4, flags, U16(0x7210), 0x00, 0x00, 0x00, 0x00
#define HELLO          'h', 'e', 'l', 'l', 'o'
#define TCP_HELLO      TCP_HEADER(5, 0x18), HELLO
#define TCP_HELLO_SIZE 25

/* ports, length, checksum */
#define UDP(source, destination, inside) U16(source), U16(destination), U16(8 + (inside)), 0x00, 0x00
#define UDP_SIZE                         8

/* The innermost packet of most frames. */
#define IPV4_TCP_HELLO      IPV4(6, TCP_HELLO_SIZE), TCP_HELLO
#define IPV4_TCP_HELLO_SIZE 45
#define IPV6_TCP_HELLO      IPV6(6, TCP_HELLO_SIZE), TCP_HELLO
#define IPV6_TCP_HELLO_SIZE 65

struct frame {
    const char *name;
    int link;
    enum packet_kind kind;
    const uint8_t *bytes;
    uint32_t length;
    bool tunnelled;
    bool over_udp; /* a tunnel over UDP: cut inside the tunnel's header it is plain UDP */
};

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define FRAME(name, link, kind, ...)                                                                                   \
    { name, link, kind, BYTES(__VA_ARGS__), false, false }

static inline struct packet_decoder *decoder_of(int link) {
    bool unknown = true;
    struct packet_decoder *decoder = packet_decoder_new(link, &unknown);
    ck_assert_ptr_nonnull(decoder);
    ck_assert(!unknown);
    return decoder;
}

/* A decoder and the last frame that it saw, on the heap and exactly as long as it is. */
struct bench {
    struct packet_decoder *decoder;
    uint8_t *copy;
    struct packet packet;
};

static inline void bench_open(struct bench *bench, int link) {
    memset(bench, 0x5a, sizeof(*bench)); /* nothing may lean on a cleared packet */
    bench->decoder = decoder_of(link);
    bench->copy = NULL;
}

static inline void bench_close(struct bench *bench) {
    packet_decoder_free(bench->decoder);
    free(bench->copy);
}

/* What must hold of any result: views as long as they say, and never more than was on the wire. */
static inline void bench_check(const struct bench *bench, enum packet_kind kind) {
    const struct packet *packet = &bench->packet;
    bool sound = packet->kind == kind && kind <= PACKET_ICMP_ERROR;
    if (kind == PACKET_TCP || kind == PACKET_UDP) {
        sound &= packet->ip_version == 4 || packet->ip_version == 6;
        sound &= packet->payload_on_wire >= packet->payload.remaining;
        uint64_t sum = 0;
        for (size_t i = 0; i < packet->payload.remaining; i++)
            sum += packet->payload.position[i];
        sound &= sum <= packet->payload.remaining * UINT64_C(255); /* it was all there to be read */
    }
    if (kind == PACKET_TCP) {
        struct packet_tcp_options options;
        packet_tcp_options_read(packet, &options);
        sound &= options.sack_count <= 4;
    }
    if (!sound) ck_abort_msg("kind %d with views that cannot be", (int)kind); /* one assertion, for the sweeps' sake */
}

static inline enum packet_kind bench_feed_at(struct bench *bench, int64_t time, const uint8_t *bytes, uint32_t captured,
                                             uint32_t on_wire) {
    free(bench->copy);
    bench->copy = exact_copy(bytes, captured);
    /* bench_close() frees the copy. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    enum packet_kind kind = packet_decode(bench->decoder, time, bench->copy, captured, on_wire, &bench->packet);
    bench_check(bench, kind);
    return kind;
}

static inline enum packet_kind bench_feed(struct bench *bench, const uint8_t *bytes, uint32_t length) {
    return bench_feed_at(bench, 0, bytes, length, length);
}

#define ck_assert_hello(packet)                                                                                        \
    do {                                                                                                               \
        ck_assert_uint_eq((packet)->payload.remaining, 5);                                                             \
        ck_assert_uint_eq((packet)->payload_on_wire, 5);                                                               \
        ck_assert_mem_eq((packet)->payload.position, "hello", 5);                                                      \
    } while (0)

#define ck_assert_address(address, version, want)                                                                      \
    do {                                                                                                               \
        char text[PACKET_ADDRESS_TEXT_SIZE];                                                                           \
        packet_address_format(address, version, text);                                                                 \
        ck_assert_str_eq(text, want);                                                                                  \
    } while (0)

/* Decodes a frame and holds the result against the usual inner packet. */
static inline void frame_check(const struct frame *frame) {
    struct bench bench;
    bench_open(&bench, frame->link);
    enum packet_kind kind = bench_feed(&bench, frame->bytes, frame->length);
    ck_assert_msg(kind == frame->kind, "%s: kind %d", frame->name, (int)kind);
    const struct packet_counters *counters = packet_decoder_counters(bench.decoder);
    ck_assert_uint_eq(counters->packets, 1);
    ck_assert_uint_eq(counters->not_for_us, kind == PACKET_NOT_FOR_US);
    ck_assert_uint_eq(counters->cut, kind == PACKET_CUT);
    ck_assert_uint_eq(counters->malformed, kind == PACKET_MALFORMED);
    if (kind == PACKET_TCP) {
        bool six = bench.packet.ip_version == 6;
        ck_assert_address(&bench.packet.source, bench.packet.ip_version, six ? "2001:db8::1" : "192.0.2.1");
        ck_assert_address(&bench.packet.destination, bench.packet.ip_version, six ? "2001:db8::2" : "198.51.100.2");
        ck_assert_uint_eq(bench.packet.source_port, 50000);
        ck_assert_uint_eq(bench.packet.destination_port, 443);
        ck_assert_hello(&bench.packet);
        ck_assert_msg(bench.packet.tunnelled == frame->tunnelled, "%s: tunnelled", frame->name);
        ck_assert_uint_eq(counters->tunnelled, frame->tunnelled);
    }
    bench_close(&bench);
}

/* A capture that cut the frame anywhere gives either nothing or the same packet with less of its payload. */
static inline void frame_sweep_lengths(const struct frame *frame) {
    struct bench whole, cut;
    bench_open(&whole, frame->link);
    ck_assert_int_eq(bench_feed(&whole, frame->bytes, frame->length), frame->kind);
    for (uint32_t length = 0; length < frame->length; length++) {
        bench_open(&cut, frame->link);
        enum packet_kind kind = bench_feed_at(&cut, 0, frame->bytes, length, frame->length);
        bool outer = frame->over_udp && kind == PACKET_UDP && !cut.packet.tunnelled;
        ck_assert_msg(kind == PACKET_CUT || kind == frame->kind || outer, "%s cut to %u: kind %d", frame->name, length,
                      (int)kind);
        if (kind == frame->kind && (kind == PACKET_TCP || kind == PACKET_UDP) && !outer) {
            ck_assert_uint_eq(cut.packet.payload_on_wire, whole.packet.payload_on_wire);
            ck_assert_uint_eq(cut.packet.source_port, whole.packet.source_port);
            ck_assert_mem_eq(&cut.packet.destination, &whole.packet.destination, sizeof(struct packet_address));
            ck_assert_mem_eq(cut.packet.payload.position, whole.packet.payload.position, cut.packet.payload.remaining);
        }
        bench_close(&cut);

        bench_open(&cut, frame->link); /* and truly that short */
        kind = bench_feed(&cut, frame->bytes, length);
        if (kind == PACKET_TCP && frame->kind == PACKET_TCP)
            ck_assert_uint_le(cut.packet.payload_on_wire, whole.packet.payload_on_wire);
        bench_close(&cut);
    }
    bench_close(&whole);
}

/* Any one byte changed, in nine ways, is survived with a sound result. */
static inline void frame_sweep_flips(const struct frame *frame) {
    struct bench bench;
    bench_open(&bench, frame->link);
    uint8_t *changed = exact_copy(frame->bytes, frame->length);
    for (uint32_t at = 0; at < frame->length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            changed[at] = frame->bytes[at] ^ (uint8_t)(1U << bit);
            bench_feed(&bench, changed, frame->length);
        }
        changed[at] = (uint8_t)~frame->bytes[at];
        bench_feed(&bench, changed, frame->length);
        changed[at] = frame->bytes[at];
    }
    ck_assert_uint_eq(packet_decoder_counters(bench.decoder)->packets, (uint64_t)frame->length * 9);
    free(changed);
    bench_close(&bench);
}

#endif
