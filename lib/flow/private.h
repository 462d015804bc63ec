/* What the files of this room share; nobody else includes it.
 *
 * index.c      addresses and ports to entry          lists.c     lists by worth and by patience
 * decided.c    flows that were decided a moment ago  books.c     what TCP itself tells
 * copies.c     packets that the tap saw twice        stream.c    bytes in order, gaps
 * segments.c   bytes out of order                    timers.c    what packet time brings about
 * evict.c      who has to go when memory is short    syns.c      SYNs that nothing has followed yet
 * table.c      the public calls */
#ifndef FLOW_PRIVATE_H
#define FLOW_PRIVATE_H

#include "base/moment.h"
#include "flow/table.h"

/* How far a sequence or acknowledgement number may be from the next expected byte and still belong to the flow. */
#define FLOW_WINDOW (1 << 20)

/* So much of a new flow has to be cleared. */
#define FLOW_BYTES_CLEARED offsetof(struct flow, icmp_from)

/* --- syns.c --- */

#define FLOW_SYN_OPTIONS 40 /* bytes of options that a TCP header has room for */

/* A SYN without payload that nothing has followed yet: as much of it as makes the packet again. A flow takes many
 * times that, and under a flood, or of a scan, most SYNs are never followed by anything. */
struct flow_syn {
    uint64_t hash;
    int64_t time;                              /* packet time of the table when it came */
    struct packet_address address[SIDE_COUNT]; /* as of a flow */
    uint16_t port[SIDE_COUNT];
    uint32_t sequence, acknowledgement;
    uint16_t window, ip_id;
    uint8_t ip_version, ttl, tcp_flags;
    bool ip_id_valid : 1, tunnelled : 1;
    bool waits : 1; /* nothing has followed it, and it was not given up */
    uint8_t options_length;
    uint8_t options[FLOW_SYN_OPTIONS];
};

/* A ring in the order in which they came: whatever was there longest goes first. */
struct flow_syns {
    struct flow_syn *ring;
    uint32_t capacity;
    uint32_t oldest, count; /* places from the oldest one on, those that wait no more included */
};

/* --- index.c --- */

/* One place of the open-addressed index: half of the hash, so that a miss touches no entry. */
struct flow_slot {
    uint32_t tag;
    uint32_t entry; /* 1 + its number, 0 for none */
};

/* Numbers below FLOW_COUNT are those of flows, FLOW_COUNT and up those of places in the ring of SYNs. */
struct flow_index {
    struct flow_slot *slots;
    uint32_t mask;
    uint32_t flow_count;
    struct flow *flows;
    struct flow_syn *syns;
};

/* What the ends of a packet lead to: one of both, or none. */
struct flow_found {
    struct flow *flow;
    struct flow_syn *syn;
    enum side sender; /* who of the two sent the packet */
};

/* That half of the hash, and where the search for a hash begins. */
static inline uint32_t flow_index_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static inline const struct flow_slot *flow_index_home(const struct flow_index *index, uint64_t hash) {
    return &index->slots[flow_index_tag(hash) & index->mask];
}

/* The ends of a packet as the index needs them: who sent it to whom. */
struct flow_ends {
    const struct packet_address *source, *destination;
    uint16_t source_port, destination_port;
    uint8_t ip_version;
};

/* The keyed hash of both ends, the same for either direction. */
uint64_t flow_index_hash(const struct siphash_key *key, const struct flow_ends *ends);

/* The flow, or the SYN that waits, of these ends. */
struct flow_found flow_index_find(const struct flow_index *index, uint64_t hash, const struct flow_ends *ends);

/* Enters the flow or SYN of NUMBER; there is always a free slot, the index is at most half full. */
void flow_index_insert(struct flow_index *index, uint64_t hash, uint32_t number);
void flow_index_remove(struct flow_index *index, uint64_t hash, uint32_t number);

/* --- lists.c --- */

struct flow_list {
    struct flow *head, *tail;
};

void flow_list_append(struct flow_list *list, enum flow_list_kind kind, struct flow *flow);
void flow_list_remove(struct flow_list *list, enum flow_list_kind kind, struct flow *flow);

/* --- decided.c --- */

/* A flow that was decided; one place for each low end of the hash, the newer one wins. */
struct flow_decided {
    uint64_t hash;
    int64_t time;
    uint32_t initial_sequence; /* of its client */
    bool has_initial;
};

struct flow_table {
    int64_t now, next_tick; /* packet time; when timers are looked at again */
    struct flow_index index;
    struct flow *entries;
    struct flow *free_entry;       /* chained by link[FLOW_LIST_STATE].next */
    uint32_t capacity, used_entry; /* entries from used_entry on were never touched */
    size_t
        bytes_cleared; /* FLOW_BYTES_CLEARED, as no constant: compilers make slow code of so long a constant memset */
    struct siphash_key key;
    struct flow *current; /* whose bytes are being handed out; cleared when that flow is freed meanwhile */
    bool evicting;
    struct block_pool *pool; /* borrowed */
    struct flow_handler handler;
    struct flow_timeouts timeouts;
    struct flow_list states[FLOW_STATE_COUNT]; /* each ordered by the last packet, the longest silent first */
    struct flow_list waiting;                  /* flows with holes, ordered by review_time */
    struct flow_syns syns;
    struct flow_decided *decided;
    uint32_t decided_mask;
    struct flow_counters counters;
};

/* Remembers that FLOW was decided now; or that SYN was, which nothing has followed. */
void flow_decided_remember(struct flow_table *table, const struct flow *flow);
void flow_decided_remember_syn(struct flow_table *table, const struct flow_syn *syn);

/* Whether the flow of HASH was decided a moment ago. */
bool flow_decided_lately(const struct flow_table *table, uint64_t hash);

/* Whether SYN, of the flow of HASH, is one more try of a connection that was decided already: systems go on trying for
 * up to two minutes. */
bool flow_decided_repeats(const struct flow_table *table, uint64_t hash, const struct packet *syn);

/* --- syns.c, again --- */

/* Whether SYN can wait: it carries nothing that a reader is owed. */
bool flow_syns_may_wait(const struct packet *syn);

/* A SYN of a new flow, of HASH, waits for what follows it; where the ring is full, the oldest goes. */
void flow_syns_keep(struct flow_table *table, const struct packet *syn, uint64_t hash);

/* SYN waits no more: it was followed, and is made a packet again (its options stay in the ring until the next
 * flow_syns_keep()). */
struct packet flow_syns_take(struct flow_table *table, struct flow_syn *syn);

/* Gives up what has waited for as long as a flow in FLOW_SYN_ONLY may be silent. */
void flow_syns_expire(struct flow_table *table);

/* The capture ended: nothing waits any more. */
void flow_syns_finish(struct flow_table *table);

/* --- lists.c, again --- */

/* FLOW had a packet: it becomes the least silent one of its state. */
void flow_state_touch(struct flow_table *table, struct flow *flow);

/* Puts a new FLOW into the list of STATE. */
void flow_state_enter(struct flow_table *table, struct flow *flow, enum flow_state state);
void flow_state_leave(struct flow_table *table, struct flow *flow);

/* A payload, or the end of TCP's handshake, brings FLOW forward to STATE, never back. */
void flow_state_raise(struct flow_table *table, struct flow *flow, enum flow_state state);

/* --- evict.c --- */

/* Evicts the least worthy flow of states up to HIGHEST for a new one. False: none. */
MUST_USE bool flow_evict_for_entry(struct flow_table *table, enum flow_state highest);

/* Evicts the least worthy flow that holds memory of the pool, of states up to HIGHEST and not KEEP. False: none. */
MUST_USE bool flow_evict_for_memory(struct flow_table *table, const struct flow *keep, enum flow_state highest);

/* --- table.c --- */

/* Ends FLOW: hands out what still waits (unless evicted), tells the handler, frees the entry. */
void flow_end(struct flow_table *table, struct flow *flow, enum flow_end why);

/* --- timers.c --- */

/* Moves packet time to TIME unless that is in the past; expires and reviews what has become due. */
void flow_time_move(struct flow_table *table, int64_t time);

/* --- copies.c --- */

/* Whether PACKET, at NOW, is a second copy of one that SIDE has just sent; if not, remembers it. */
bool flow_copy_seen(struct flow *flow, enum side side, const struct packet *packet, int64_t now);

/* --- books.c --- */

/* How far SEQUENCE is ahead of FROM, in the circle of sequence numbers; negative: behind. */
static inline int32_t flow_distance(uint32_t sequence, uint32_t from) {
    return (int32_t)(sequence - from);
}

static inline bool flow_in_window(uint32_t sequence, uint32_t expected) {
    int32_t distance = flow_distance(sequence, expected);
    return distance >= -FLOW_WINDOW && distance <= FLOW_WINDOW;
}

static inline void flow_count(uint32_t *count, uint32_t more) {
    *count = more > UINT32_MAX - *count ? UINT32_MAX : *count + more;
}

static inline void flow_count_small(uint8_t *count) {
    if (*count < UINT8_MAX) (*count)++;
}

/* The first sequence number of PACKET's payload: a SYN takes one for itself. */
static inline uint32_t flow_payload_sequence(const struct packet *packet) {
    return packet->sequence + ((packet->tcp_flags & PACKET_TCP_SYN) != 0 ? 1 : 0);
}

/* The payload's length on the wire; a length that cannot be is held to what was captured. */
static inline uint32_t flow_payload_length(const struct packet *packet) {
    uint32_t captured = (uint32_t)cursor_remaining(&packet->payload), wire = packet->payload_on_wire;
    return wire < captured || wire > FLOW_WINDOW ? captured : wire;
}

/* Whether a SYN or SYN-ACK that found FLOW opens another connection with the same ends. */
bool flow_books_is_new_connection(const struct flow *flow, enum side side, const struct packet *packet);

/* Whether the packet's sequence number can belong to FLOW. */
bool flow_books_accept(struct flow *flow, enum side side, const struct packet *packet);

/* Enters a packet of SIDE that was accepted. */
void flow_books_enter(struct flow *flow, enum side side, const struct packet *packet, int64_t now);

/* A segment of SIDE, LENGTH bytes that end before END, brought nothing new. */
void flow_books_repeated(struct flow *flow, enum side side, uint32_t end, uint32_t length);

/* Enters an ICMP error that quotes a packet of SIDE; false where the quote cannot be of this flow. */
bool flow_books_unreachable(struct flow *flow, enum side side, const struct packet *packet, int64_t now);

/* --- stream.c; false: the flow was forgotten meanwhile, touch it no more --- */

/* What is read and by whom; every step of reassembly needs it. */
struct flow_reading {
    struct flow_table *table;
    struct flow *flow;
    enum side side;
    int64_t time; /* of the packet that brought the bytes */
};

/* A run of one direction: LENGTH bytes from SEQUENCE on, of which the first ones were captured. */
struct flow_run {
    uint32_t sequence, length;
    struct cursor bytes;
};

/* Takes a segment's payload, hands out what is in order. */
MUST_USE bool flow_stream_take(const struct flow_reading *reading, struct flow_run run);

/* Looks at the holes of both directions, after a packet of the flow (PACKET) or because time has passed, and
 * gives up those that are ours. */
MUST_USE bool flow_stream_review(struct flow_table *table, struct flow *flow, bool packet);

/* FLOW ends: gives up every hole that is ours and hands out what waits behind. */
MUST_USE bool flow_stream_settle(struct flow_table *table, struct flow *flow);

/* Gives the buffers of one direction back. */
void flow_stream_release(struct flow_table *table, struct flow_stream *stream);

/* --- segments.c --- */

/* Bytes that came before their turn. */
struct flow_segment {
    struct flow_segment *next;
    int64_t time; /* of the packet that brought the last */
    uint32_t sequence, length;
    uint32_t room; /* of the whole block */
    uint8_t bytes[];
};

/* Whether LENGTH more bytes go over the cap of one direction. */
bool flow_segments_full(const struct flow_stream *stream, uint32_t length);

/* Keeps what of RUN is not yet there: the first copy wins. *FRESH: there was something new. */
void flow_segments_keep(const struct flow_reading *reading, struct flow_run run, bool *fresh);

/* Takes the first segment off; the caller puts its block back with flow_segments_put(). */
struct flow_segment *flow_segments_shift(struct flow_stream *stream);
void flow_segments_put(struct flow_table *table, struct flow_segment *segment);
void flow_segments_release(struct flow_table *table, struct flow_stream *stream);

/* A block for FLOW of at least SIZE bytes; less worthy flows make room. NULL where that was not enough. */
MUST_USE void *flow_block_get(struct flow_table *table, const struct flow *flow, size_t size, uint32_t *room);

#endif
