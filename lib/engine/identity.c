/* Names for a connection that others compute alike: addresses as text, Community ID, our event id. */
#include <string.h>

#include "base/text.h"
#include "connection.h"

/* Bytes of a tuple for hashing; at most 2 x 16 of addresses, 2 x 2 of ports and 8 of time. */
struct tuple_bytes {
    uint8_t bytes[56];
    size_t length;
};

static void tuple_add(struct tuple_bytes *tuple, const void *bytes, size_t length) {
    memcpy(&tuple->bytes[tuple->length], bytes, length);
    tuple->length += length;
}

static void tuple_add_u16(struct tuple_bytes *tuple, uint16_t value) {
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)(value & 0xff)};
    tuple_add(tuple, bytes, sizeof bytes);
}

/* The end that Community ID puts first: the lower address, then the lower port. */
static enum side lower_end(const struct flow *flow) {
    int order = memcmp(flow->address[SIDE_CLIENT].bytes, flow->address[SIDE_SERVER].bytes, 16);
    if (order == 0) order = (int)flow->port[SIDE_CLIENT] - (int)flow->port[SIDE_SERVER];
    return order <= 0 ? SIDE_CLIENT : SIDE_SERVER;
}

/* Community ID version 1 (github.com/corelight/community-id-spec): base64 of SHA-1 over seed 0, the ordered
 * addresses, the protocol, a zero byte, the ordered ports. */
static void community_id_fill(char text[40], const struct flow *flow, struct x509_inspector *inspector) {
    static const uint8_t protocol[2] = {6, 0};
    size_t size = flow->ip_version == 4 ? 4 : 16;
    enum side first = lower_end(flow), second = side_other(first);
    struct tuple_bytes tuple = {.length = 0};
    char digest[29];
    tuple_add_u16(&tuple, 0);
    tuple_add(&tuple, flow->address[first].bytes, size);
    tuple_add(&tuple, flow->address[second].bytes, size);
    tuple_add(&tuple, protocol, sizeof protocol);
    tuple_add_u16(&tuple, flow->port[first]);
    tuple_add_u16(&tuple, flow->port[second]);
    struct text_writer writer = text_writer_over(text, 40);
    if (x509_sha1_base64(inspector, tuple.bytes, tuple.length, digest)) text_append_format(&writer, "1:%s", digest);
}

/* The id is derived from the flow alone, so that reading a capture twice gives the same: two hashes under fixed keys.
 */
static void event_id_fill(char text[33], const struct flow *flow) {
    static const struct siphash_key keys[2] = {{0x746c737768792031, 0x6576656e74206964},
                                               {0x746c737768792032, 0x6576656e74206964}};
    struct tuple_bytes tuple = {.length = 0};
    int64_t start = flow->start_time;
    tuple_add(&tuple, flow->address[SIDE_CLIENT].bytes, 16);
    tuple_add(&tuple, flow->address[SIDE_SERVER].bytes, 16);
    tuple_add_u16(&tuple, flow->port[SIDE_CLIENT]);
    tuple_add_u16(&tuple, flow->port[SIDE_SERVER]);
    for (int shift = 48; shift >= 0; shift -= 16)
        tuple_add_u16(&tuple, (uint16_t)((uint64_t)start >> shift & 0xffff));
    struct text_writer writer = text_writer_over(text, 33);
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        uint64_t hash = siphash(&keys[i], tuple.bytes, tuple.length);
        uint8_t digits[8];
        for (unsigned j = 0; j < sizeof digits; j++)
            digits[j] = (uint8_t)(hash >> (56 - 8 * j));
        text_append_hex(&writer, digits, sizeof digits);
    }
}

void identity_fill(struct diag_connection *identity, const struct flow *flow, int64_t end,
                   struct x509_inspector *inspector) {
    packet_address_format(&flow->address[SIDE_CLIENT], flow->ip_version, identity->source_address);
    packet_address_format(&flow->address[SIDE_SERVER], flow->ip_version, identity->destination_address);
    identity->source_port = flow->port[SIDE_CLIENT];
    identity->destination_port = flow->port[SIDE_SERVER];
    identity->ip_version = flow->ip_version;
    identity->application = NULL;
    identity->start = flow->start_time;
    identity->end = end;
    community_id_fill(identity->community_id, flow, inspector);
    event_id_fill(identity->id, flow);
}
