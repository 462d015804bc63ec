/* What the layers of the decoder share: one frame on its way, and the functions that each peel one header.
 *
 * A peel function reads its header off the front of peel->data, writes into peel->packet what it learned, and
 * returns what the layer inside returns. Nothing is reset between packets: a field is set by the layer that
 * knows it, and only the fields of the kind that comes out are read. */
#ifndef PACKET_DECODER_H
#define PACKET_DECODER_H

#include "fragment.h"
#include "packet/packet.h"

#define TUNNEL_DEPTH_MAX 8 /* tunnels in tunnels; real networks have two or three */

struct peel {
    struct packet_decoder *decoder;
    struct packet *packet; /* being filled */
    struct cursor data;    /* what was captured of the layers inside */
    uint32_t missing;      /* bytes that follow data on the wire and were not captured */
    unsigned depth;        /* tunnels so far */
};

typedef enum packet_kind peel_function(struct peel *peel);

struct packet_decoder {
    peel_function *link;
    struct packet_counters counters;
    struct fragment_cache fragments;
};

/* The kind of a packet whose header does not fit into what is there: cut by the capture, or never whole. */
static inline enum packet_kind peel_short(const struct peel *peel) {
    return peel->missing > 0 ? PACKET_CUT : PACKET_MALFORMED;
}

/* Goes on with DATA, ended after LENGTH bytes as a header says. What it promises and is not there, is missing. */
static inline void peel_trim(struct peel *peel, struct cursor data, uint32_t length) {
    if (LIKELY(cursor_sub(&data, length, &peel->data))) {
        peel->missing = 0;
    } else {
        peel->data = data;
        peel->missing = length - (uint32_t)cursor_remaining(&data);
    }
}

/* Bytes of the data on the wire, captured or not. */
static inline uint32_t peel_on_wire(const struct peel *peel) {
    return (uint32_t)cursor_remaining(&peel->data) + peel->missing;
}

/* link.c */
struct link_type {
    int number; /* LINKTYPE_ and, where it differs, DLT_ */
    const char *name;
    peel_function *peel;
};
const struct link_type *link_type_find(int number); /* NULL where it is not known */
peel_function ethernet_peel, ppp_peel;

/* ip.c */
peel_function ipv4_peel, ipv6_peel;
peel_function ip_peel; /* IPv4 or IPv6, as the first four bits say */

/* Takes one IPv6 extension header that is neither the fragment header nor unknown; false where *PROTOCOL is no such
 * header. *SHORT_OF_BYTES is set where there are not enough. */
MUST_USE bool ipv6_extension_take(struct cursor *data, uint8_t *protocol, bool *short_of_bytes);

/* The fragment header (RFC 8200 section 4.5). */
struct ipv6_fragment {
    uint8_t next_header;
    uint32_t offset; /* bytes */
    bool more;
    uint32_t identification;
};
#define IPV6_FRAGMENT_HEADER 44
MUST_USE bool ipv6_fragment_get(struct cursor *data, struct ipv6_fragment *fragment);

/* What lies inside IP. */
enum packet_kind ip_protocol_peel(struct peel *peel, uint8_t protocol);

/* transport.c, icmp.c */
peel_function tcp_peel, udp_peel, icmp_peel, icmpv6_peel;

/* tunnel.c */
peel_function gre_peel, ipv4_in_ip_peel, ipv6_in_ip_peel, ethernet_in_ip_peel, mpls_in_ip_peel;
peel_function mpls_peel, pppoe_peel;

/* Looks for a tunnel in a UDP datagram by its destination port; false where there is none, and then neither
 * the peel nor its packet has changed. */
bool udp_tunnel_peel(struct peel *peel, enum packet_kind *kind);

#endif
