/* ICMP and ICMPv6 errors, and the packet that they quote. */
#include "base/compiler.h"
#include "decoder.h"

#define QUOTED_TCP            6
#define QUOTED_UDP            17
#define QUOTED_EXTENSIONS_MAX 16

/* Errors that quote the packet they are about, and where they say an MTU. */
struct icmp_error {
    uint8_t type;
    bool quotes_mtu;  /* in the low 16 bits of the second word (RFC 1191 section 4) or in all of it (RFC 4443 3.2) */
    uint8_t mtu_code; /* with this code only */
};

static const struct icmp_error icmp_errors[] = {
    {3, true, 4},   /* destination unreachable; code 4 is "fragmentation needed" */
    {4, false, 0},  /* source quench */
    {11, false, 0}, /* time exceeded */
    {12, false, 0}, /* parameter problem */
};

static const struct icmp_error icmpv6_errors[] = {
    {1, false, 0}, /* destination unreachable */
    {2, true, 0},  /* packet too big */
    {3, false, 0}, /* time exceeded */
    {4, false, 0}, /* parameter problem */
};

/* A quoted IPv4 header, as far as it is needed (RFC 791 section 3.1). */
MUST_USE static bool ipv4_quote_get(struct cursor *quote, struct packet_icmp *icmp) {
    uint8_t version_and_length;
    uint16_t flags_and_offset;
    icmp->quoted_source = icmp->quoted_destination = (struct packet_address){{0}};
    if (!cursor_get_u8(quote, &version_and_length) || !cursor_skip(quote, 5) ||
        !cursor_get_u16(quote, &flags_and_offset) || !cursor_skip(quote, 1) /* TTL */ ||
        !cursor_get_u8(quote, &icmp->quoted_protocol) || !cursor_skip(quote, 2) ||
        !cursor_copy(quote, icmp->quoted_source.bytes, 4) || !cursor_copy(quote, icmp->quoted_destination.bytes, 4))
        return false;
    uint32_t header_length = (version_and_length & 0x0fU) * 4;
    bool first_fragment = (flags_and_offset & 0x1fff) == 0;
    return version_and_length >> 4 == 4 && header_length >= 20 && first_fragment &&
           cursor_skip(quote, header_length - 20);
}

/* A quoted IPv6 header with its extension headers (RFC 8200 sections 3 and 4). */
MUST_USE static bool ipv6_quote_get(struct cursor *quote, struct packet_icmp *icmp) {
    uint8_t version, protocol;
    if (!cursor_get_u8(quote, &version) || !cursor_skip(quote, 5) || !cursor_get_u8(quote, &protocol) ||
        !cursor_skip(quote, 1) /* hop limit */ || !cursor_copy(quote, icmp->quoted_source.bytes, 16) ||
        !cursor_copy(quote, icmp->quoted_destination.bytes, 16) || version >> 4 != 6)
        return false;
    for (unsigned count = 0; count < QUOTED_EXTENSIONS_MAX; count++) {
        struct ipv6_fragment fragment;
        bool short_of_bytes;
        if (ipv6_extension_take(quote, &protocol, &short_of_bytes)) continue;
        if (short_of_bytes) return false;
        if (protocol != IPV6_FRAGMENT_HEADER) break;
        if (!ipv6_fragment_get(quote, &fragment) || fragment.offset != 0) return false;
        protocol = fragment.next_header;
    }
    icmp->quoted_protocol = protocol;
    return true;
}

/* The ports, and of TCP the sequence number where the quote is long enough; RFC 792 promises 8 bytes. */
MUST_USE static bool quoted_ports_get(struct cursor *quote, struct packet_icmp *icmp) {
    if (icmp->quoted_protocol != QUOTED_TCP && icmp->quoted_protocol != QUOTED_UDP) return false;
    if (!cursor_get_u16(quote, &icmp->quoted_source_port) || !cursor_get_u16(quote, &icmp->quoted_destination_port))
        return false;
    icmp->quoted_sequence = 0;
    icmp->has_sequence = icmp->quoted_protocol == QUOTED_TCP && cursor_get_u32(quote, &icmp->quoted_sequence);
    return true;
}

static uint16_t mtu_of(const struct icmp_error *error, const struct packet_icmp *icmp, uint32_t second_word) {
    if (!error->quotes_mtu || icmp->code != error->mtu_code) return 0;
    if (error->type == 3) return (uint16_t)second_word; /* the high half is unused, RFC 1191 section 4 */
    return second_word > UINT16_MAX ? UINT16_MAX : (uint16_t)second_word;
}

/* Type, code, checksum, a word that depends on the type, the quoted packet (RFC 792, RFC 4443 section 2.1). */
static enum packet_kind error_peel(struct peel *peel, const struct icmp_error *errors, size_t count,
                                   bool (*quote_get)(struct cursor *quote, struct packet_icmp *icmp)) {
    struct packet_icmp *icmp = &peel->packet->icmp;
    uint32_t second_word;
    if (!cursor_get_u8(&peel->data, &icmp->type) || !cursor_get_u8(&peel->data, &icmp->code) ||
        !cursor_skip(&peel->data, 2) /* checksum */ || !cursor_get_u32(&peel->data, &second_word))
        return peel_short(peel);
    for (size_t i = 0; i < count; i++) {
        if (errors[i].type != icmp->type) continue;
        if (!quote_get(&peel->data, icmp) || !quoted_ports_get(&peel->data, icmp))
            return peel->missing > 0 ? PACKET_CUT : PACKET_NOT_FOR_US;
        icmp->mtu = mtu_of(&errors[i], icmp, second_word);
        return PACKET_ICMP_ERROR;
    }
    return PACKET_NOT_FOR_US;
}

enum packet_kind icmp_peel(struct peel *peel) {
    return error_peel(peel, icmp_errors, ARRAY_LENGTH(icmp_errors), ipv4_quote_get);
}

enum packet_kind icmpv6_peel(struct peel *peel) {
    return error_peel(peel, icmpv6_errors, ARRAY_LENGTH(icmpv6_errors), ipv6_quote_get);
}
