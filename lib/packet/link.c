/* Link layers, down to the type of what they carry. */
#include "base/compiler.h"
#include "decoder.h"

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE_SESSION = 0x8864,
};

static const struct ethertype {
    uint16_t number;
    peel_function *peel;
} ethertypes[] = {
    {ETHERTYPE_IPV4, ipv4_peel},          {ETHERTYPE_IPV6, ipv6_peel},           {ETHERTYPE_MPLS, mpls_peel},
    {ETHERTYPE_MPLS_UPSTREAM, mpls_peel}, {ETHERTYPE_PPPOE_SESSION, pppoe_peel},
};

/* IEEE 802.1Q customer and service tags, and the two numbers that were used before 802.1ad. */
static const uint16_t vlan_tags[] = {0x8100, 0x88a8, 0x9100, 0x9200};

static bool is_vlan_tag(uint16_t type) {
    for (size_t i = 0; i < ARRAY_LENGTH(vlan_tags); i++)
        if (vlan_tags[i] == type) return true;
    return false;
}

/* What a frame carries, behind any number of VLAN tags. */
static enum packet_kind ethertype_peel(struct peel *peel, uint16_t type) {
    if (LIKELY(type == ETHERTYPE_IPV4)) return ipv4_peel(peel);
    while (is_vlan_tag(type))
        if (!cursor_skip(&peel->data, 2) || !cursor_get_u16(&peel->data, &type)) return peel_short(peel);
    for (size_t i = 0; i < ARRAY_LENGTH(ethertypes); i++)
        if (ethertypes[i].number == type) return ethertypes[i].peel(peel);
    return PACKET_NOT_FOR_US;
}

#define ETHERTYPE_LOWEST 0x0600      /* less is a length (IEEE 802.3 section 3.2.6) */
#define SNAP_HEADER      0xaaaa0300U /* both service points, unnumbered information, then the organisation: 0 */

/* A frame with a length carries LLC; RFC 1042 puts an Ethernet type behind it. */
static enum packet_kind length_peel(struct peel *peel, uint16_t length) {
    uint32_t header;
    uint16_t organisation, type;
    peel_trim(peel, peel->data, length);
    if (!cursor_get_u32(&peel->data, &header)) return peel->missing > 0 ? PACKET_CUT : PACKET_NOT_FOR_US;
    if (header != SNAP_HEADER) return PACKET_NOT_FOR_US;
    if (!cursor_get_u16(&peel->data, &organisation) || !cursor_get_u16(&peel->data, &type)) return peel_short(peel);
    return organisation == 0 ? ethertype_peel(peel, type) : PACKET_NOT_FOR_US;
}

/* IEEE 802.3 section 3.1.1: destination, source, type. */
enum packet_kind ethernet_peel(struct peel *peel) {
    struct cursor header;
    uint16_t type;
    if (!cursor_sub(&peel->data, 14, &header)) return peel_short(peel);
    if (!cursor_skip(&header, 12) || !cursor_get_u16(&header, &type)) return PACKET_MALFORMED;
    return LIKELY(type >= ETHERTYPE_LOWEST) ? ethertype_peel(peel, type) : length_peel(peel, type);
}

#define ARPHRD_NETLINK 824 /* messages of the kernel, with numbers of its own for a type */

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD type, address length, address, protocol. */
static enum packet_kind linux_cooked_peel(struct peel *peel) {
    uint16_t hardware, type;
    if (!cursor_skip(&peel->data, 2) || !cursor_get_u16(&peel->data, &hardware) || !cursor_skip(&peel->data, 10) ||
        !cursor_get_u16(&peel->data, &type))
        return peel_short(peel);
    return hardware == ARPHRD_NETLINK ? PACKET_NOT_FOR_US : ethertype_peel(peel, type);
}

/* LINKTYPE_LINUX_SLL2: protocol, reserved, interface, ARPHRD type, packet type, address length, address. */
static enum packet_kind linux_cooked_v2_peel(struct peel *peel) {
    uint16_t hardware, type;
    if (!cursor_get_u16(&peel->data, &type) || !cursor_skip(&peel->data, 6) ||
        !cursor_get_u16(&peel->data, &hardware) || !cursor_skip(&peel->data, 10))
        return peel_short(peel);
    return hardware == ARPHRD_NETLINK ? PACKET_NOT_FOR_US : ethertype_peel(peel, type);
}

/* AF_INET is 2 everywhere; AF_INET6 differs by system. */
static const struct address_family {
    uint32_t number;
    peel_function *peel;
} address_families[] = {
    {2, ipv4_peel},  {10, ipv6_peel}, /* Linux */
    {24, ipv6_peel},                  /* NetBSD, OpenBSD */
    {28, ipv6_peel},                  /* FreeBSD */
    {30, ipv6_peel},                  /* macOS */
};

/* LINKTYPE_NULL: the address family in the byte order of the machine that captured; LINKTYPE_LOOP: big-endian.
 * Families are small numbers, so that either order is recognised in either. */
static enum packet_kind loopback_peel(struct peel *peel) {
    struct cursor again = peel->data;
    uint32_t family;
    if (!cursor_get_u32(&peel->data, &family)) return peel_short(peel);
    if (family > UINT16_MAX && !cursor_get_u32_little(&again, &family)) return peel_short(peel);
    for (size_t i = 0; i < ARRAY_LENGTH(address_families); i++)
        if (address_families[i].number == family) return address_families[i].peel(peel);
    return PACKET_NOT_FOR_US;
}

static const struct ppp_protocol {
    uint16_t number;
    peel_function *peel;
} ppp_protocols[] = {
    {0x0021, ipv4_peel},
    {0x0057, ipv6_peel},
    {0x0281, mpls_peel},
};

/* A PPP protocol number; odd numbers under 256 may be sent as one byte (RFC 1661 sections 2 and 6.5). */
MUST_USE static bool ppp_protocol_get(struct cursor *data, uint16_t *protocol) {
    struct cursor copy = *data;
    uint8_t first, second;
    if (!cursor_get_u8(&copy, &first)) return false;
    if (first % 2 == 1) {
        *protocol = first;
    } else {
        if (!cursor_get_u8(&copy, &second)) return false;
        *protocol = (uint16_t)(first << 8 | second);
    }
    *data = copy;
    return true;
}

/* RFC 1661 section 2, with or without the address and control bytes of RFC 1662 section 3.1. */
enum packet_kind ppp_peel(struct peel *peel) {
    struct cursor copy = peel->data;
    uint8_t address;
    uint16_t protocol;
    if (cursor_get_u8(&copy, &address) && address == 0xff && !cursor_skip(&peel->data, 2)) return peel_short(peel);
    if (!ppp_protocol_get(&peel->data, &protocol)) return peel_short(peel);
    for (size_t i = 0; i < ARRAY_LENGTH(ppp_protocols); i++)
        if (ppp_protocols[i].number == protocol) return ppp_protocols[i].peel(peel);
    return PACKET_NOT_FOR_US;
}

/* Cisco HDLC: address, control, then an Ethernet type (RFC 1547 section 4.3.1). */
static enum packet_kind cisco_hdlc_peel(struct peel *peel) {
    uint16_t type;
    if (!cursor_skip(&peel->data, 2) || !cursor_get_u16(&peel->data, &type)) return peel_short(peel);
    return ethertype_peel(peel, type);
}

/* LINKTYPE_PPP_HDLC: PPP where the address is 0xff, else Cisco HDLC. */
static enum packet_kind serial_peel(struct peel *peel) {
    struct cursor copy = peel->data;
    uint8_t address;
    if (!cursor_get_u8(&copy, &address)) return peel_short(peel);
    return address == 0xff ? ppp_peel(peel) : cisco_hdlc_peel(peel);
}

#define NFLOG_PAYLOAD 9 /* NFULA_PAYLOAD; the types that follow in the kernel's list are few */

/* The length and type of a value, in the byte order of the machine that captured: types are small numbers. */
MUST_USE static bool nflog_value_get(struct cursor *data, uint16_t *length, uint16_t *type) {
    if (!cursor_get_u16(data, length) || !cursor_get_u16(data, type)) return false;
    if (*type > UINT8_MAX) {
        *length = (uint16_t)(*length << 8 | *length >> 8);
        *type = (uint16_t)(*type << 8 | *type >> 8);
    }
    return true;
}

/* LINKTYPE_NFLOG: address family, version, resource, then values of which one is the packet. Each begins with its
 * length, which counts itself, and is padded to four bytes. */
static enum packet_kind nflog_peel(struct peel *peel) {
    uint16_t length, type;
    if (!cursor_skip(&peel->data, 4)) return peel_short(peel);
    while (nflog_value_get(&peel->data, &length, &type)) {
        if (length < 4) return PACKET_MALFORMED;
        if (type == NFLOG_PAYLOAD) {
            peel_trim(peel, peel->data, length - 4U);
            return ip_peel(peel);
        }
        if (!cursor_skip(&peel->data, ((length + 3U) & ~3U) - 4)) return peel_short(peel);
    }
    return cursor_is_empty(&peel->data) && peel->missing == 0 ? PACKET_NOT_FOR_US : peel_short(peel);
}

/* Number, name, and the function for the outermost header. Some systems' DLT_ numbers differ from LINKTYPE_. */
#define LINK_TYPES(TYPE)                                                                                               \
    TYPE(0, "NULL", loopback_peel)                                                                                     \
    TYPE(1, "EN10MB", ethernet_peel)                                                                                   \
    TYPE(9, "PPP", ppp_peel)                                                                                           \
    TYPE(12, "RAW", ip_peel)                                                                                           \
    TYPE(14, "RAW", ip_peel)                                                                                           \
    TYPE(50, "PPP_SERIAL", serial_peel)                                                                                \
    TYPE(51, "PPP_ETHER", pppoe_peel)                                                                                  \
    TYPE(101, "RAW", ip_peel)                                                                                          \
    TYPE(104, "C_HDLC", cisco_hdlc_peel)                                                                               \
    TYPE(108, "LOOP", loopback_peel)                                                                                   \
    TYPE(113, "LINUX_SLL", linux_cooked_peel)                                                                          \
    TYPE(219, "MPLS", mpls_peel)                                                                                       \
    TYPE(228, "IPV4", ipv4_peel)                                                                                       \
    TYPE(229, "IPV6", ipv6_peel)                                                                                       \
    TYPE(239, "NFLOG", nflog_peel)                                                                                     \
    TYPE(276, "LINUX_SLL2", linux_cooked_v2_peel)

#define LINK_TYPE_ROW(number, name, peel)  {number, name, peel},
#define LINK_TYPE_TEXT(number, name, peel) ", " #number " " name

static const struct link_type link_types[] = {LINK_TYPES(LINK_TYPE_ROW)};

const struct link_type *link_type_find(int number) {
    for (size_t i = 0; i < ARRAY_LENGTH(link_types); i++)
        if (link_types[i].number == number) return &link_types[i];
    return NULL;
}

const char *packet_link_types(void) {
    static const char text[] = LINK_TYPES(LINK_TYPE_TEXT);
    return text + sizeof(", ") - 1;
}
