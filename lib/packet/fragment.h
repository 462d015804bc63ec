/* IP fragments under assembly: a capped number of datagrams, given up after a while of packet time. */
#ifndef PACKET_FRAGMENT_H
#define PACKET_FRAGMENT_H

#include "base/moment.h"
#include "packet/packet.h"

#define FRAGMENT_SLOTS   64
#define FRAGMENT_TIMEOUT (30 * MOMENT_SECOND) /* RFC 791 section 3.2 and Linux; RFC 8200 allows 60 */

struct fragment_store; /* the bytes of a datagram, and which of them are there */

enum fragment_state {
    FRAGMENT_FREE,
    FRAGMENT_GATHERING,
    FRAGMENT_SPOILED, /* its fragments contradict each other; kept so that the late ones are refused too */
    FRAGMENT_LENT,    /* joined: the packet's views point into it until the next frame */
};

struct fragment_slot {
    enum fragment_state state;
    uint8_t ip_version;
    uint8_t protocol;    /* IPv4 only: part of what identifies a datagram (RFC 791 section 3.2) */
    uint8_t ttl;         /* of the first fragment */
    uint8_t next_header; /* IPv6: of the first fragment (RFC 8200 section 4.5) */
    uint32_t identification;
    struct packet_address source, destination;
    int64_t started;
    uint32_t total;        /* bytes of the datagram; 0 while the last fragment is awaited */
    uint32_t highest;      /* end of the fragment that reaches furthest */
    uint32_t units;        /* units that are there */
    uint32_t captured_end; /* up to where the bytes were captured, where a fragment was cut */
    struct fragment_store *store;
};

struct fragment_cache {
    bool lent; /* some slot is FRAGMENT_LENT */
    struct fragment_slot slots[FRAGMENT_SLOTS];
};

/* One fragment as its IP header describes it. */
struct fragment_piece {
    uint32_t identification;
    uint32_t offset; /* bytes */
    bool more;
    uint8_t protocol; /* of the payload, as this fragment says */
};

struct peel;

/* Adds the fragment that is peel->data. True where that makes its datagram whole: peel->data is then the whole
 * payload and piece->protocol and the packet's TTL those of the first fragment. Otherwise false, and *KIND is what the
 * packet is. */
MUST_USE bool fragment_join(struct peel *peel, struct fragment_piece *piece, enum packet_kind *kind);

/* Takes back what was lent to the packet before. */
void fragment_cache_settle(struct fragment_cache *cache);

/* Frees what the cache holds. */
void fragment_cache_done(struct fragment_cache *cache);

#endif
