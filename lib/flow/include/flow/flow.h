/* One TCP connection under observation: what TCP itself tells, and each direction's bytes in order. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/block.h"
#include "base/compiler.h"
#include "base/side.h"
#include "base/siphash.h"
#include "packet/packet.h"

#define FLOW_RESETS_KEPT 4

/* How far a connection has come, in the order of what it is worth to keep when memory is short: the
 * lowest goes first, and within a state the one that was silent longest. */
enum flow_state {
    FLOW_SYN_ONLY,  /* a SYN, perhaps its answer, no byte of payload */
    FLOW_IDLE,      /* the TCP handshake is done, no payload yet */
    FLOW_TALKING,   /* payload that is not a TLS handshake yet: an upgrade protocol */
    FLOW_HANDSHAKE, /* a ClientHello was seen */
    FLOW_ENDING,    /* its end was seen; kept a moment for what comes after */
    FLOW_STATE_COUNT
};

/* Why a flow ended, as told to flow_handler.ended. */
enum flow_end {
    FLOW_END_CLOSED,  /* both sides closed, or a RST, and the moment to linger is over */
    FLOW_END_TIMEOUT, /* silent for longer than its state allows, in packet time */
    FLOW_END_CAPTURE, /* the capture ended */
    FLOW_END_EVICTED, /* memory was short */
    FLOW_END_REUSED,  /* a new SYN with the same addresses and ports */
};

/* One RST as it was seen. */
struct flow_reset {
    int64_t time;
    uint32_t sequence, acknowledgement;
    uint32_t payload; /* bytes of payload that it carried */
    uint16_t ip_id, window;
    uint8_t side; /* enum side: whom it claims to be from */
    uint8_t ttl;
    uint8_t flags;
    bool ip_id_valid, has_timestamps;
    bool in_window;    /* its sequence number is the next that this side would send; from a side that was never
                          heard: it acknowledges the SYN (RFC 9293 section 3.10.7.3) */
    bool answers;      /* its sequence number is what the other side acknowledged last: so a kernel answers for a socket
                          that is gone (RFC 9293 section 3.10.7.1) */
    bool heard_before; /* this side had acknowledged before what it acknowledges now */
};

/* The first FIN of a side as it was seen. */
struct flow_fin {
    uint32_t acknowledgement;
    uint16_t ip_id;
    uint8_t ttl;
    bool ip_id_valid, has_timestamps;
    bool heard_before; /* as of a RST */
};

/* What one side did. Sequence numbers are TCP's own; counts saturate. */
struct flow_half {
    uint32_t initial_sequence; /* of the SYN; only where syn_seen */
    uint32_t next_sequence;    /* the next byte to be delivered */
    uint32_t highest_sequence; /* one past the highest payload byte seen or announced (announced_sequence) */
    uint32_t
        acknowledged; /* highest acknowledgement seen from the other side for this side's bytes, its FIN included */
    uint32_t announced_sequence; /* highest sequence number that a pure ACK or FIN of this side carried */
    uint32_t fin_sequence;       /* of the FIN itself: one past the last byte */
    int64_t syn_time, first_payload_time, fin_time, last_packet_time;
    int64_t last_payload_time; /* of the last segment that brought something new */
    uint32_t packets, payload_packets;
    uint64_t payload_bytes;   /* in-order bytes delivered, or passed over after flow_table_stop_reading() */
    uint32_t retransmissions; /* segments and FINs that brought nothing new; keep-alives are none */
    uint32_t syn_count;
    uint32_t missing_bytes;   /* our loss: acknowledged and never seen, cut off by the capture, or not kept for want of
                                 memory */
    uint32_t gaps;            /* holes that these make */
    uint32_t largest_payload; /* largest segment seen */
    uint32_t full_size_lost;  /* full-size segments sent again since one of them was last acknowledged */
    uint32_t full_size_end;   /* one past the first of these */
    uint16_t maximum_segment_size;    /* from the SYN, 0 where unknown */
    uint16_t ip_id_first, ip_id_last; /* of packets that were not a RST */
    uint16_t first_window, last_window;
    uint8_t ttl_syn;                    /* TTL of the SYN or SYN-ACK, 0 where neither was seen */
    uint8_t ttl_last;                   /* TTL of the last packet that was not a RST, 0 where there was none */
    uint8_t ttl_changes;                /* how often it differed from the one before */
    uint8_t ttl_first_payload;          /* TTL of the first packet that brought payload, 0 where there was none */
    bool ttl_syn_again;                 /* a packet behind the SYN or SYN-ACK, not a RST, came with its TTL */
    uint8_t duplicate_acknowledgements; /* as RFC 5681 section 2 has them, since one that acknowledged more */
    bool syn_seen, fin_seen, started;   /* started: next_sequence is valid */
    bool acknowledged_valid, announced_valid;
    bool timestamps; /* its first packet (where seen, its SYN) carried TCP timestamps */
    bool window_zero_seen;
    bool sacked;     /* the other side acknowledged bytes beyond a hole (RFC 2018), and the hole is still there */
    bool truncated;  /* the capture cut payload off (snaplen) */
    bool reset_seen; /* a RST claims to be from this side */
    bool packets_after_reset;       /* this side went on after "its" RST: with new bytes, or with anything but a RST
                                       so much later that it cannot have changed places with it */
    bool bytes_after_fin;           /* this side sent bytes with numbers that "its" FIN had used up */
    uint8_t copies_kept, copy_next; /* private to the books: see struct flow_copies */
    uint32_t copies_seen;           /* second copies that were passed over; counted nowhere else */
};

struct flow_segment; /* out-of-order bytes, private to reassembly */

/* Bytes of one direction that wait: contiguous ones that the reader wanted more of, then loose segments. */
struct flow_stream {
    uint8_t *bytes; /* contiguous, not yet consumed; a block of the pool */
    uint32_t length;
    uint32_t room;
    struct flow_segment *segments; /* sorted by sequence number, without overlap */
    uint32_t segment_bytes;
    uint16_t segment_count;
    bool stopped;         /* nobody reads this direction any more */
    bool hole_open;       /* bytes at hole_sequence seem to be our loss, since hole_time */
    uint8_t hole_packets; /* packets of the flow since then */
    uint32_t hole_sequence;
    int64_t hole_time;
    int64_t delivered_time; /* as told to the reader last */
};

#define FLOW_COPIES_KEPT 8

/* A tap on two ports, or on all interfaces of a router, sees each packet twice: marks of the last packets of a
 * side and when they came, to know second copies. Private to the books. */
struct flow_copies {
    uint32_t marks[FLOW_COPIES_KEPT];
    uint16_t times[FLOW_COPIES_KEPT];
};

/* Neighbours in one of the table's lists. */
struct flow_link {
    struct flow *next, *previous;
};
enum flow_list_kind { FLOW_LIST_STATE, FLOW_LIST_WAITING, FLOW_LIST_COUNT };

struct flow {
    /* private to the table */
    struct flow_link link[FLOW_LIST_COUNT];
    uint64_t hash;
    int64_t listed_time; /* when it was put at the end of its state's list */
    int64_t review_time; /* when its holes are looked at again; only where waiting */

    int64_t start_time, last_time;
    struct packet_address address[SIDE_COUNT];
    uint16_t port[SIDE_COUNT];
    uint8_t ip_version;
    uint8_t state;  /* enum flow_state */
    bool waiting;   /* private: in the table's list of flows with holes */
    bool midstream; /* no SYN of the client was seen */
    bool tunnelled;
    uint8_t reset_count;          /* RSTs seen; the first FLOW_RESETS_KEPT are kept */
    uint8_t icmp_type, icmp_code; /* of the first ICMP error that quotes this flow; valid where icmp_time is not 0 */
    uint16_t icmp_mtu;
    bool first_end_valid;
    uint8_t first_end_side; /* who sent the first FIN, or the first RST that the other side heeded */
    bool first_end_reset;   /* it was a RST */
    int64_t first_end_time;
    int64_t icmp_time;
    void *user; /* the handler's; it frees it in ended() or before flow_table_forget() */
    struct flow_half half[SIDE_COUNT];
    struct flow_stream stream[SIDE_COUNT];

    /* What follows is not cleared for a new flow: what was not set is not valid. */
    struct packet_address icmp_from;            /* valid where icmp_time is not 0 */
    struct flow_copies copies[SIDE_COUNT];      /* private: as many as copies_kept of that half */
    struct flow_reset resets[FLOW_RESETS_KEPT]; /* as many as reset_count */
    struct flow_fin fins[SIDE_COUNT];           /* of halves with fin_seen */
};

#endif
