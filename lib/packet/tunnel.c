/* Tunnels: what is inside is a packet of its own, with its own addresses. */
#include "base/compiler.h"
#include "decoder.h"

enum {
    INSIDE_IPV4 = 0x0800,
    INSIDE_ERSPAN_III = 0x22eb,
    INSIDE_ETHERNET = 0x6558,
    INSIDE_IPV6 = 0x86dd,
    INSIDE_PPP = 0x880b,
    INSIDE_MPLS = 0x8847,
    INSIDE_MPLS_UPSTREAM = 0x8848,
    INSIDE_ERSPAN = 0x88be,
};

/* Goes one tunnel deeper and on with INSIDE, unless that is too deep. */
static enum packet_kind tunnel_enter(struct peel *peel, peel_function *inside) {
    if (peel->depth == TUNNEL_DEPTH_MAX) {
        peel->decoder->counters.tunnels_too_deep++;
        return PACKET_NOT_FOR_US;
    }
    peel->depth++;
    peel->packet->tunnelled = true;
    return inside(peel);
}

enum packet_kind ipv4_in_ip_peel(struct peel *peel) {
    return tunnel_enter(peel, ipv4_peel);
}

enum packet_kind ipv6_in_ip_peel(struct peel *peel) {
    return tunnel_enter(peel, ipv6_peel);
}

/* EtherIP, RFC 3378 section 3: version 3, reserved, a frame. */
enum packet_kind ethernet_in_ip_peel(struct peel *peel) {
    uint16_t version;
    if (!cursor_get_u16(&peel->data, &version)) return peel_short(peel);
    return version == 0x3000 ? tunnel_enter(peel, ethernet_peel) : PACKET_NOT_FOR_US;
}

/* Under the last label: IP, or an Ethernet frame, behind a control word where the first four bits are 0
 * (RFC 4385 section 3, RFC 4448 section 4.6). */
static enum packet_kind mpls_inside_peel(struct peel *peel) {
    struct cursor copy = peel->data;
    uint8_t first;
    if (!cursor_get_u8(&copy, &first)) return peel_short(peel);
    if (first >> 4 == 4 || first >> 4 == 6) return ip_peel(peel);
    if (first >> 4 == 0 && !cursor_skip(&peel->data, 4)) return peel_short(peel);
    return ethernet_peel(peel);
}

#define MPLS_BOTTOM_OF_STACK 0x100U

/* RFC 3032 section 2.1 */
static enum packet_kind mpls_labels_peel(struct peel *peel) {
    uint32_t label;
    do {
        if (!cursor_get_u32(&peel->data, &label)) return peel_short(peel);
    } while ((label & MPLS_BOTTOM_OF_STACK) == 0);
    return mpls_inside_peel(peel);
}

enum packet_kind mpls_peel(struct peel *peel) {
    return tunnel_enter(peel, mpls_labels_peel);
}

enum packet_kind mpls_in_ip_peel(struct peel *peel) {
    return tunnel_enter(peel, mpls_labels_peel);
}

/* RFC 2516 section 4: version and type 1, code 0, session, length, PPP. */
enum packet_kind pppoe_peel(struct peel *peel) {
    uint16_t version_type_code, length;
    if (!cursor_get_u16(&peel->data, &version_type_code) || !cursor_skip(&peel->data, 2) /* session */ ||
        !cursor_get_u16(&peel->data, &length))
        return peel_short(peel);
    if (version_type_code != 0x1100) return PACKET_NOT_FOR_US;
    peel_trim(peel, peel->data, length);
    return tunnel_enter(peel, ppp_peel);
}

/* ERSPAN types II and III (draft-foschiano-erspan-03 sections 4.2 and 4.3): version, then VLAN, session and the like.
 */
static enum packet_kind erspan_ii_peel(struct peel *peel) {
    struct cursor header;
    uint8_t version;
    if (!cursor_sub(&peel->data, 8, &header)) return peel_short(peel);
    if (!cursor_get_u8(&header, &version) || version >> 4 != 1) return PACKET_MALFORMED;
    return ethernet_peel(peel);
}

#define ERSPAN_FRAME_TYPE(flags) ((flags) >> 10 & 0x1fU)
#define ERSPAN_OPTIONAL_HEADER   0x01U

static enum packet_kind erspan_iii_peel(struct peel *peel) {
    struct cursor header;
    uint8_t version;
    uint16_t flags;
    if (!cursor_sub(&peel->data, 12, &header)) return peel_short(peel);
    if (!cursor_get_u8(&header, &version) || !cursor_skip(&header, 9) /* VLAN, session, time, group */ ||
        !cursor_get_u16(&header, &flags) || version >> 4 != 2)
        return PACKET_MALFORMED;
    if ((flags & ERSPAN_OPTIONAL_HEADER) != 0 && !cursor_skip(&peel->data, 8)) return peel_short(peel);
    return ERSPAN_FRAME_TYPE(flags) == 2 ? ip_peel(peel) : ethernet_peel(peel);
}

/* What GRE and Geneve carry, by Ethernet type. */
static const struct inside {
    uint16_t type;
    peel_function *peel;
} insides[] = {
    {INSIDE_IPV4, ipv4_peel},
    {INSIDE_IPV6, ipv6_peel},
    {INSIDE_ETHERNET, ethernet_peel},
    {INSIDE_MPLS, mpls_labels_peel},
    {INSIDE_MPLS_UPSTREAM, mpls_labels_peel},
    {INSIDE_PPP, ppp_peel},
    {INSIDE_ERSPAN, erspan_ii_peel},
    {INSIDE_ERSPAN_III, erspan_iii_peel},
};

static peel_function *inside_find(uint16_t type) {
    for (size_t i = 0; i < ARRAY_LENGTH(insides); i++)
        if (insides[i].type == type) return insides[i].peel;
    return NULL;
}

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGEMENT = 0x0080, /* version 1 only */
    GRE_VERSION = 0x0007,
};

/* The optional fields, four bytes each: RFC 2784 section 2.1, RFC 2890 section 2, RFC 2637 section 4.1. */
static size_t gre_options_length(uint16_t flags) {
    static const uint16_t fields[] = {GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE, GRE_ACKNOWLEDGEMENT};
    size_t length = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        if ((flags & fields[i]) != 0) length += 4;
    return length;
}

enum packet_kind gre_peel(struct peel *peel) {
    uint16_t flags, type;
    if (!cursor_get_u16(&peel->data, &flags) || !cursor_get_u16(&peel->data, &type)) return peel_short(peel);
    if ((flags & GRE_VERSION) > 1 || (flags & GRE_ROUTING) != 0) return PACKET_NOT_FOR_US;
    if ((flags & GRE_VERSION) == 0) flags &= (uint16_t)~GRE_ACKNOWLEDGEMENT;
    if ((flags & GRE_VERSION) == 1 && (flags & GRE_SEQUENCE) == 0) return PACKET_NOT_FOR_US; /* nothing inside */
    if (!cursor_skip(&peel->data, gre_options_length(flags))) return peel_short(peel);
    peel_function *inside = inside_find(type);
    if (inside == NULL) return PACKET_NOT_FOR_US;
    /* ERSPAN type I has no header of its own and, unlike type II, no sequence number. */
    if (type == INSIDE_ERSPAN && (flags & GRE_SEQUENCE) == 0) inside = ethernet_peel;
    return tunnel_enter(peel, inside);
}

/* Takes the header of a tunnel over UDP and finds what is inside; false where it is no such header. */
typedef bool udp_tunnel_reader(struct peel *peel, peel_function **inside);

#define VXLAN_INSTANCE     0x08000000U
#define VXLAN_GROUP_POLICY 0x80000000U
#define VXLAN_GROUP_FIELDS 0x0048ffffU /* draft-smith-vxlan-group-policy section 2.1 */

/* RFC 7348 section 5: flags, reserved, network identifier, reserved. */
MUST_USE static bool vxlan_get(struct peel *peel, peel_function **inside) {
    uint32_t flags;
    if (!cursor_get_u32(&peel->data, &flags) || !cursor_skip(&peel->data, 4)) return false;
    if ((flags & VXLAN_GROUP_POLICY) != 0) flags &= ~(VXLAN_GROUP_POLICY | VXLAN_GROUP_FIELDS);
    *inside = ethernet_peel;
    return flags == VXLAN_INSTANCE;
}

/* RFC 8926 section 3.4: version and option length, flags, protocol type, network identifier, options. */
MUST_USE static bool geneve_get(struct peel *peel, peel_function **inside) {
    uint8_t version_and_length, flags;
    uint16_t type;
    if (!cursor_get_u8(&peel->data, &version_and_length) || !cursor_get_u8(&peel->data, &flags) ||
        !cursor_get_u16(&peel->data, &type) || !cursor_skip(&peel->data, 4) ||
        !cursor_skip(&peel->data, (version_and_length & 0x3fU) * 4))
        return false;
    *inside = inside_find(type);
    return version_and_length >> 6 == 0 && (flags & 0x3f) == 0 && *inside != NULL;
}

#define GTP_VERSION_AND_TYPE 0xf0U /* the fifth bit is spare */
#define GTP_ANY_OPTION       0x07U
#define GTP_EXTENSION        0x04U
#define GTP_USER_DATA        255

/* Extension headers: length in words, contents, type of the next (3GPP TS 29.281 section 5.2.1). */
MUST_USE static bool gtp_extensions_skip(struct cursor *data, uint8_t next) {
    uint8_t words;
    while (next != 0)
        if (!cursor_get_u8(data, &words) || words == 0 || !cursor_skip(data, words * 4U - 2) ||
            !cursor_get_u8(data, &next))
            return false;
    return true;
}

/* 3GPP TS 29.281 section 5.1: flags, message type, length, tunnel, and where a flag is set the options. */
MUST_USE static bool gtp_get(struct peel *peel, peel_function **inside) {
    struct cursor *data = &peel->data;
    uint8_t flags, type, next = 0;
    uint16_t length;
    if (!cursor_get_u8(data, &flags) || !cursor_get_u8(data, &type) || !cursor_get_u16(data, &length) ||
        !cursor_skip(data, 4) || (flags & GTP_VERSION_AND_TYPE) != 0x30 || type != GTP_USER_DATA ||
        length > peel_on_wire(peel))
        return false;
    peel_trim(peel, peel->data, length);
    if ((flags & GTP_ANY_OPTION) != 0) {
        if (!cursor_skip(data, 3) /* sequence number, N-PDU number */ || !cursor_get_u8(data, &next)) return false;
        if ((flags & GTP_EXTENSION) != 0 && !gtp_extensions_skip(data, next)) return false;
    }
    *inside = ip_peel;
    return true;
}

static const struct udp_tunnel {
    uint16_t port; /* the destination's; the source port spreads the load */
    udp_tunnel_reader *get;
} udp_tunnels[] = {
    {4789, vxlan_get},
    {8472, vxlan_get},
    {6081, geneve_get},
    {2152, gtp_get},
};

/* Tries TUNNEL on a copy, because a port proves nothing: what does not parse stays plain UDP. */
static bool udp_tunnel_try(struct peel *peel, const struct udp_tunnel *tunnel, enum packet_kind *kind) {
    struct peel before = *peel;
    struct packet outside = *peel->packet;
    peel_function *inside;
    if (tunnel->get(peel, &inside)) {
        *kind = tunnel_enter(peel, inside);
        if (*kind != PACKET_MALFORMED) return true;
    }
    *peel = before;
    *peel->packet = outside;
    return false;
}

bool udp_tunnel_peel(struct peel *peel, enum packet_kind *kind) {
    for (size_t i = 0; i < ARRAY_LENGTH(udp_tunnels); i++)
        if (udp_tunnels[i].port == peel->packet->destination_port) return udp_tunnel_try(peel, &udp_tunnels[i], kind);
    return false;
}
