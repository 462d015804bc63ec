/* One captured frame, peeled: link and tunnel headers off, fragments joined, addresses, ports, TCP. */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"

/* An address as it stands in the packet. The unused tail of an IPv4 address is zero, so that addresses
 * compare and hash as 16 bytes. */
struct packet_address {
    uint8_t bytes[16];
};

enum packet_kind {
    PACKET_NOT_FOR_US, /* no IP, or IP that carries none of the below */
    PACKET_INCOMPLETE, /* a fragment that was kept; the rest is awaited */
    PACKET_CUT,        /* the capture cut the frame off inside its headers (snaplen) */
    PACKET_MALFORMED,  /* headers that contradict themselves */
    PACKET_TCP,
    PACKET_UDP,
    PACKET_ICMP_ERROR, /* ICMP or ICMPv6 error that quotes a TCP or UDP packet */
};

/* TCP flags, RFC 9293 section 3.1. */
enum {
    PACKET_TCP_FIN = 0x01,
    PACKET_TCP_SYN = 0x02,
    PACKET_TCP_RST = 0x04,
    PACKET_TCP_PSH = 0x08,
    PACKET_TCP_ACK = 0x10,
};

/* What an ICMP error says of the packet that it quotes (RFC 792, RFC 4443). */
struct packet_icmp {
    uint8_t type, code;
    uint16_t mtu;            /* next-hop MTU where the message has one, else 0 */
    uint8_t quoted_protocol; /* 6 TCP, 17 UDP */
    uint16_t quoted_source_port;
    uint16_t quoted_destination_port;
    uint32_t quoted_sequence; /* TCP only */
    bool has_sequence;        /* the quote was long enough for it */
    struct packet_address quoted_source, quoted_destination;
};

/* A view into the captured bytes; it dies with the next packet. Nothing is cleared between packets: time and kind
 * are always set, addresses and ports with PACKET_TCP and PACKET_UDP, addresses and icmp with PACKET_ICMP_ERROR,
 * sequence, acknowledgement, window and tcp_options with PACKET_TCP only. */
struct packet {
    int64_t time; /* nanoseconds since the epoch */
    enum packet_kind kind;
    uint8_t ip_version; /* 4 or 6 */
    uint8_t ttl;        /* TTL or hop limit */
    uint8_t tcp_flags;
    bool ip_id_valid; /* IPv4, or an IPv6 fragment */
    uint16_t ip_id;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgement;
    uint16_t window; /* as on the wire, unscaled */
    bool tunnelled;  /* peeled out of a tunnel */
    struct packet_address source, destination;
    struct cursor tcp_options; /* raw; see packet_tcp_options_read() */
    struct cursor payload;     /* what was captured of the TCP or UDP payload, padding of the link excluded */
    uint32_t payload_on_wire;  /* payload bytes that were on the wire; more than captured where the snaplen cut */
    struct packet_icmp icmp;   /* PACKET_ICMP_ERROR only */
};

/* TCP options that a diagnosis uses (RFC 9293 section 3.2, RFC 7323, RFC 2018). */
struct packet_tcp_options {
    bool has_timestamps, has_maximum_segment_size, has_window_scale, sack_permitted, has_sack, fast_open;
    uint32_t timestamp, timestamp_echo;
    uint16_t maximum_segment_size;
    uint8_t window_scale;
    uint8_t sack_count;  /* 0 to 4 */
    uint32_t sack[4][2]; /* left and right edges */
};

/* Reads the options of a TCP packet; malformed ones end the list. Cannot fail: what was not there is false. */
void packet_tcp_options_read(const struct packet *packet, struct packet_tcp_options *options);

/* Counts of what a decoder met, for metrics; they only grow. */
struct packet_counters {
    uint64_t packets, not_for_us, cut, malformed;
    uint64_t fragments;         /* seen */
    uint64_t fragments_joined;  /* datagrams made whole */
    uint64_t fragments_dropped; /* datagrams given up: overlaps, too late, pushed out by others */
    uint64_t tunnelled;         /* packets found in tunnels */
    uint64_t tunnels_too_deep;  /* packets left alone in tunnels within tunnels */
};

struct packet_decoder; /* link type, fragments under assembly, counters */

/* A decoder for frames of a link type (a LINKTYPE_/DLT_ number as libpcap gives it). NULL with *unknown set
 * where the link type is not known to us; NULL with *unknown clear where memory is short. */
MUST_USE struct packet_decoder *packet_decoder_new(int link_type, bool *unknown);

/* Frames are of LINK_TYPE from now on; fragments under assembly and counts stay. False where it is not known to us, and
 * then nothing has changed. */
MUST_USE bool packet_decoder_set_link_type(struct packet_decoder *decoder, int link_type);

/* Frees the decoder; NULL is fine. */
void packet_decoder_free(struct packet_decoder *decoder);

/* Peels one frame: CAPTURED bytes of the ON_WIRE that were sent. Fills *PACKET and returns its kind.
 * The views in *PACKET point into FRAME, or into the decoder where fragments were joined, and are good
 * until the next call. Allocates nothing but for fragments, which are capped. */
enum packet_kind packet_decode(struct packet_decoder *decoder, int64_t time, const uint8_t *frame, uint32_t captured,
                               uint32_t on_wire, struct packet *packet);

const struct packet_counters *packet_decoder_counters(const struct packet_decoder *decoder);

/* "DLT name" pairs for messages: the link types that packet_decoder_new() takes, as one comma-separated text. */
const char *packet_link_types(void);

#define PACKET_ADDRESS_TEXT_SIZE 46
/* "192.0.2.7" or "2001:db8::1" (RFC 5952). */
void packet_address_format(const struct packet_address *address, uint8_t ip_version,
                           char text[PACKET_ADDRESS_TEXT_SIZE]);

#endif
