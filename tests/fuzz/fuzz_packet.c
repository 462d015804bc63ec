/* A link type and a few frames that follow each other, so that fragments meet. Each frame: how many bytes of it were
 * captured (two bytes), how many more were on the wire, how many seconds after the frame before. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "packet/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int link_types[] = {0, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 219, 228, 229, 276, 239};

static void check(bool holds) {
    if (!holds) abort();
}

/* Touches every byte of a view, so that a sanitizer sees where it points. */
static void check_view(struct cursor view) {
    uint64_t sum = 0;
    uint8_t byte;
    size_t length = cursor_remaining(&view);
    while (cursor_get_u8(&view, &byte))
        sum += byte;
    check(sum <= UINT64_C(255) * length);
}

static void check_addresses(const struct packet *packet) {
    static const uint8_t zeros[12];
    char text[PACKET_ADDRESS_TEXT_SIZE];
    check(packet->ip_version == 4 || packet->ip_version == 6);
    packet_address_format(&packet->source, packet->ip_version, text);
    check(strlen(text) >= 2 && strlen(text) < sizeof(text));
    if (packet->ip_version == 6) return;
    check(memcmp(packet->source.bytes + 4, zeros, sizeof(zeros)) == 0);
    check(memcmp(packet->destination.bytes + 4, zeros, sizeof(zeros)) == 0);
}

static void check_packet(const struct packet *packet) {
    struct packet_tcp_options options;
    if (packet->kind < PACKET_TCP) return;
    check_addresses(packet);
    if (packet->kind == PACKET_ICMP_ERROR) {
        check(packet->icmp.quoted_protocol == 6 || packet->icmp.quoted_protocol == 17);
        check(packet->icmp.quoted_protocol == 6 || !packet->icmp.has_sequence);
        return;
    }
    check(packet->payload_on_wire >= cursor_remaining(&packet->payload));
    check_view(packet->payload);
    if (packet->kind == PACKET_UDP) return;
    check(cursor_remaining(&packet->tcp_options) <= 40 && cursor_remaining(&packet->tcp_options) % 4 == 0);
    check_view(packet->tcp_options);
    packet_tcp_options_read(packet, &options);
    check(options.sack_count <= 4 && options.has_sack == (options.sack_count > 0));
    check(options.window_scale <= 14);
}

/* Decodes a copy that is exactly as long as the frame. */
static void decode(struct packet_decoder *decoder, int64_t time, struct cursor frame, uint32_t beyond) {
    static struct packet packet;
    size_t captured = cursor_remaining(&frame);
    uint8_t *copy = malloc(captured > 0 ? captured : 1);
    if (copy == NULL || !cursor_copy(&frame, copy, captured)) abort();
    enum packet_kind kind =
        packet_decode(decoder, time, copy, (uint32_t)captured, (uint32_t)captured + beyond, &packet);
    check(kind == packet.kind && kind <= PACKET_ICMP_ERROR);
    check(packet.time == time);
    check_packet(&packet);
    free(copy);
}

static void check_counters(const struct packet_counters *counters, uint64_t frames) {
    check(counters->packets == frames);
    check(counters->not_for_us + counters->cut + counters->malformed <= frames);
    check(counters->fragments_joined + counters->fragments_dropped <= counters->fragments);
    check(counters->tunnelled <= frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cursor input = cursor_over(data, size), frame;
    uint8_t link, beyond, seconds;
    uint16_t captured;
    int64_t time = 0;
    uint64_t frames = 0;
    bool unknown;
    if (!cursor_get_u8(&input, &link)) return 0;
    struct packet_decoder *decoder = packet_decoder_new(link_types[link % ARRAY_LENGTH(link_types)], &unknown);
    if (decoder == NULL) abort();
    while (cursor_get_u16(&input, &captured) && cursor_get_u8(&input, &beyond) && cursor_get_u8(&input, &seconds)) {
        if (!cursor_sub(&input, captured, &frame)) frame = cursor_rest(&input);
        time += seconds * INT64_C(1000000000);
        decode(decoder, time, frame, beyond);
        frames++;
    }
    check_counters(packet_decoder_counters(decoder), frames);
    packet_decoder_free(decoder);
    return 0;
}
