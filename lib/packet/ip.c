/* IPv4 and IPv6, and the table of what they carry. */
#include "decoder.h"

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_GRE = 47,
    PROTOCOL_AUTHENTICATION = 51,
    PROTOCOL_ICMPV6 = 58,
    PROTOCOL_NO_NEXT_HEADER = 59,
    PROTOCOL_ETHERIP = 97,
    PROTOCOL_MPLS = 137,
};

#define EXTENSIONS_MAX 16 /* IPv6 extension headers in one packet; more are nobody's honest traffic */

static peel_function authentication_peel;

/* By IANA's "Assigned Internet Protocol Numbers". */
static peel_function *const ip_protocols[256] = {
    [PROTOCOL_ICMP] = icmp_peel,
    [PROTOCOL_IPV4] = ipv4_in_ip_peel,
    [PROTOCOL_TCP] = tcp_peel,
    [PROTOCOL_UDP] = udp_peel,
    [PROTOCOL_IPV6] = ipv6_in_ip_peel,
    [PROTOCOL_GRE] = gre_peel,
    [PROTOCOL_AUTHENTICATION] = authentication_peel,
    [PROTOCOL_ICMPV6] = icmpv6_peel,
    [PROTOCOL_ETHERIP] = ethernet_in_ip_peel,
    [PROTOCOL_MPLS] = mpls_in_ip_peel,
};

enum packet_kind ip_protocol_peel(struct peel *peel, uint8_t protocol) {
    if (LIKELY(protocol == PROTOCOL_TCP)) return tcp_peel(peel);
    peel_function *peel_inside = ip_protocols[protocol];
    return peel_inside != NULL ? peel_inside(peel) : PACKET_NOT_FOR_US;
}

/* An IPv4 address; the tail is zero. */
MUST_USE static inline bool ipv4_address_get(struct cursor *data, struct packet_address *address) {
    *address = (struct packet_address){{0}};
    return cursor_copy(data, address->bytes, 4);
}

#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff

static enum packet_kind ipv4_fragment_peel(struct peel *peel, uint16_t flags_and_offset, uint8_t protocol) {
    struct fragment_piece piece = {
        .identification = peel->packet->ip_id,
        .offset = (uint32_t)(flags_and_offset & IPV4_FRAGMENT_OFFSET) * 8,
        .more = (flags_and_offset & IPV4_MORE_FRAGMENTS) != 0,
        .protocol = protocol,
    };
    enum packet_kind kind;
    return fragment_join(peel, &piece, &kind) ? ip_protocol_peel(peel, piece.protocol) : kind;
}

/* RFC 791 section 3.1 */
enum packet_kind ipv4_peel(struct peel *peel) {
    struct packet *packet = peel->packet;
    struct cursor data = peel->data, header; /* a copy that lives in registers */
    uint8_t version_and_length, protocol;
    uint16_t total_length, flags_and_offset;
    if (!cursor_sub(&data, 20, &header)) return peel_short(peel);
    if (!cursor_get_u8(&header, &version_and_length) || !cursor_skip(&header, 1) /* type of service */ ||
        !cursor_get_u16(&header, &total_length) || !cursor_get_u16(&header, &packet->ip_id) ||
        !cursor_get_u16(&header, &flags_and_offset) || !cursor_get_u8(&header, &packet->ttl) ||
        !cursor_get_u8(&header, &protocol) || !cursor_skip(&header, 2) /* checksum */ ||
        !ipv4_address_get(&header, &packet->source) || !ipv4_address_get(&header, &packet->destination))
        return PACKET_MALFORMED;

    uint32_t header_length = (version_and_length & 0x0fU) * 4;
    if (version_and_length >> 4 != 4 || header_length < 20) return PACKET_MALFORMED;
    if (!cursor_skip(&data, header_length - 20)) return peel_short(peel);
    if (LIKELY(total_length != 0)) {
        if (total_length < header_length) return PACKET_MALFORMED;
        peel_trim(peel, data, total_length - header_length);
    } else { /* the network card was to cut a segment over 64 KiB */
        peel->data = data;
    }
    packet->ip_version = 4;
    packet->ip_id_valid = true;
    if (UNLIKELY((flags_and_offset & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) != 0))
        return ipv4_fragment_peel(peel, flags_and_offset, protocol);
    return ip_protocol_peel(peel, protocol);
}

/* RFC 4302 section 2: next header, length in words less two, the rest. */
MUST_USE static bool authentication_take(struct cursor *data, uint8_t *protocol) {
    struct cursor copy = *data;
    uint8_t next, length;
    if (!cursor_get_u8(&copy, &next) || !cursor_get_u8(&copy, &length) || !cursor_skip(&copy, (length + 2U) * 4 - 2))
        return false;
    *protocol = next;
    *data = copy;
    return true;
}

static enum packet_kind authentication_peel(struct peel *peel) {
    uint8_t protocol;
    for (unsigned count = 0; count < EXTENSIONS_MAX; count++) {
        if (!authentication_take(&peel->data, &protocol)) return peel_short(peel);
        if (protocol != PROTOCOL_AUTHENTICATION) return ip_protocol_peel(peel, protocol);
    }
    return PACKET_MALFORMED;
}

/* RFC 8200 section 4.2 and RFC 6564: next header, length in units of eight bytes less one, the rest. */
MUST_USE static bool options_header_take(struct cursor *data, uint8_t *protocol) {
    struct cursor copy = *data;
    uint8_t next, length;
    if (!cursor_get_u8(&copy, &next) || !cursor_get_u8(&copy, &length) || !cursor_skip(&copy, (length + 1U) * 8 - 2))
        return false;
    *protocol = next;
    *data = copy;
    return true;
}

/* By IANA's "IPv6 Extension Header Types". */
static bool (*const extensions[256])(struct cursor *data, uint8_t *protocol) = {
    [0] = options_header_take,   /* hop-by-hop options */
    [43] = options_header_take,  /* routing */
    [60] = options_header_take,  /* destination options */
    [135] = options_header_take, /* mobility */
    [139] = options_header_take, /* host identity */
    [140] = options_header_take, /* shim6 */
    [PROTOCOL_AUTHENTICATION] = authentication_take,
};

bool ipv6_extension_take(struct cursor *data, uint8_t *protocol, bool *short_of_bytes) {
    *short_of_bytes = false;
    if (LIKELY(extensions[*protocol] == NULL)) return false;
    *short_of_bytes = !extensions[*protocol](data, protocol);
    return !*short_of_bytes;
}

bool ipv6_fragment_get(struct cursor *data, struct ipv6_fragment *fragment) {
    struct cursor header;
    uint16_t offset_and_more;
    if (!cursor_sub(data, 8, &header) || !cursor_get_u8(&header, &fragment->next_header) ||
        !cursor_skip(&header, 1) /* reserved */ || !cursor_get_u16(&header, &offset_and_more) ||
        !cursor_get_u32(&header, &fragment->identification))
        return false;
    fragment->offset = offset_and_more & 0xfff8U;
    fragment->more = (offset_and_more & 1) != 0;
    return true;
}

/* The fragment header and what it makes of the data: true where the whole payload is at hand. */
MUST_USE static bool ipv6_fragment_join(struct peel *peel, uint8_t *protocol, enum packet_kind *kind) {
    struct ipv6_fragment fragment;
    if (!ipv6_fragment_get(&peel->data, &fragment)) {
        *kind = peel_short(peel);
        return false;
    }
    peel->packet->ip_id_valid = true;
    peel->packet->ip_id = (uint16_t)fragment.identification;
    *protocol = fragment.next_header;
    if (fragment.offset == 0 && !fragment.more) return true; /* an atomic fragment, RFC 6946 */
    struct fragment_piece piece = {
        .identification = fragment.identification,
        .offset = fragment.offset,
        .more = fragment.more,
        .protocol = fragment.next_header,
    };
    if (!fragment_join(peel, &piece, kind)) return false;
    *protocol = piece.protocol;
    return true;
}

/* Extension headers in any order, then what they lead to. */
static enum packet_kind ipv6_next_header_peel(struct peel *peel, uint8_t protocol) {
    enum packet_kind kind;
    for (unsigned count = 0; count < EXTENSIONS_MAX; count++) {
        bool short_of_bytes;
        if (ipv6_extension_take(&peel->data, &protocol, &short_of_bytes)) continue;
        if (short_of_bytes) return peel_short(peel);
        if (protocol != IPV6_FRAGMENT_HEADER) return ip_protocol_peel(peel, protocol);
        if (!ipv6_fragment_join(peel, &protocol, &kind)) return kind;
    }
    return PACKET_MALFORMED;
}

/* RFC 8200 section 3 */
enum packet_kind ipv6_peel(struct peel *peel) {
    struct packet *packet = peel->packet;
    struct cursor header;
    uint8_t version, next_header;
    uint16_t payload_length;
    if (!cursor_sub(&peel->data, 40, &header)) return peel_short(peel);
    if (!cursor_get_u8(&header, &version) || !cursor_skip(&header, 3) /* traffic class, flow label */ ||
        !cursor_get_u16(&header, &payload_length) || !cursor_get_u8(&header, &next_header) ||
        !cursor_get_u8(&header, &packet->ttl) || !cursor_copy(&header, packet->source.bytes, 16) ||
        !cursor_copy(&header, packet->destination.bytes, 16))
        return PACKET_MALFORMED;
    if (version >> 4 != 6) return PACKET_MALFORMED;
    packet->ip_version = 6;
    packet->ip_id_valid = false;
    if (next_header == PROTOCOL_NO_NEXT_HEADER) return PACKET_NOT_FOR_US;
    /* 0 in a jumbogram (RFC 2675), and where the network card was to cut a segment over 64 KiB */
    if (LIKELY(payload_length != 0)) peel_trim(peel, peel->data, payload_length);
    return ipv6_next_header_peel(peel, next_header);
}

enum packet_kind ip_peel(struct peel *peel) {
    struct cursor copy = peel->data;
    uint8_t first;
    if (!cursor_get_u8(&copy, &first)) return peel_short(peel);
    return first >> 4 == 6 ? ipv6_peel(peel) : ipv4_peel(peel);
}
