/* From addresses and ports to the entry: linear probing over slots of eight bytes that hold half of the hash,
 * so that a packet of a flow that is not followed costs the hash and, mostly, one line of cache. */
#include <string.h>

#include "private.h"

/* Both ends as words: the first eight bytes of an address, all there is of an IPv4 one, and the other eight. */
struct end_words {
    uint64_t first, second;
};

static inline struct end_words end_words_of(const struct packet_address *address) {
    struct end_words words;
    memcpy(&words.first, address->bytes, sizeof(words.first));
    memcpy(&words.second, address->bytes + sizeof(words.first), sizeof(words.second));
    return words;
}

/* An order of ends that does not depend on the direction; which one is of no importance. */
static inline bool is_in_order(struct end_words a, struct end_words b, uint16_t port_a, uint16_t port_b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second != b.second) return a.second < b.second;
    return port_a < port_b;
}

/* The two versions differ in the length that is hashed: 12 bytes are addresses and ports of IPv4. */
static inline uint64_t ends_hash(const struct siphash_key *key, struct end_words low, struct end_words high,
                                 uint32_t ports, uint8_t ip_version) {
    struct siphash_state state = siphash_begin(key);
    if (ip_version == 4) {
        uint32_t addresses[2];
        memcpy(&addresses[0], &low.first, sizeof(addresses[0]));
        memcpy(&addresses[1], &high.first, sizeof(addresses[1]));
        siphash_compress(&state, (uint64_t)addresses[0] << 32 | addresses[1]);
        return siphash_finish(&state, ports, 12);
    }
    siphash_compress(&state, low.first);
    siphash_compress(&state, low.second);
    siphash_compress(&state, high.first);
    siphash_compress(&state, high.second);
    return siphash_finish(&state, ports, 36);
}

uint64_t flow_index_hash(const struct siphash_key *key, const struct flow_ends *ends) {
    struct end_words source = end_words_of(ends->source), destination = end_words_of(ends->destination);
    uint32_t source_port = ends->source_port, destination_port = ends->destination_port;
    if (is_in_order(source, destination, ends->source_port, ends->destination_port))
        return ends_hash(key, source, destination, source_port << 16 | destination_port, ends->ip_version);
    return ends_hash(key, destination, source, destination_port << 16 | source_port, ends->ip_version);
}

static bool is_sent_by(const struct flow *flow, enum side side, const struct flow_ends *ends) {
    enum side other = side_other(side);
    return flow->port[side] == ends->source_port && flow->port[other] == ends->destination_port &&
           memcmp(&flow->address[side], ends->source, sizeof(*ends->source)) == 0 &&
           memcmp(&flow->address[other], ends->destination, sizeof(*ends->destination)) == 0;
}

struct flow *flow_index_find(const struct flow_index *index, struct flow *entries, uint64_t hash,
                             const struct flow_ends *ends, enum side *sender) {
    uint32_t tag = flow_index_tag(hash);
    for (uint32_t at = tag & index->mask; index->slots[at].entry != 0; at = (at + 1) & index->mask) {
        if (LIKELY(index->slots[at].tag != tag)) continue;
        struct flow *flow = &entries[index->slots[at].entry - 1];
        if (flow->hash != hash || flow->ip_version != ends->ip_version) continue;
        for (*sender = SIDE_CLIENT; *sender < SIDE_COUNT; (*sender)++)
            if (is_sent_by(flow, *sender, ends)) return flow;
    }
    return NULL;
}

void flow_index_insert(struct flow_index *index, uint64_t hash, uint32_t number) {
    uint32_t at = flow_index_tag(hash) & index->mask;
    while (index->slots[at].entry != 0)
        at = (at + 1) & index->mask;
    index->slots[at] = (struct flow_slot){.tag = flow_index_tag(hash), .entry = number + 1};
}

/* Moves later slots of the same run into the hole, so that no search stops short of them. */
static void close_hole(struct flow_index *index, uint32_t hole) {
    for (uint32_t at = (hole + 1) & index->mask; index->slots[at].entry != 0; at = (at + 1) & index->mask) {
        uint32_t home = index->slots[at].tag & index->mask;
        if (((at - home) & index->mask) < ((at - hole) & index->mask)) continue;
        index->slots[hole] = index->slots[at];
        hole = at;
    }
    index->slots[hole] = (struct flow_slot){.entry = 0};
}

void flow_index_remove(struct flow_index *index, uint64_t hash, uint32_t number) {
    uint32_t at = flow_index_tag(hash) & index->mask;
    while (index->slots[at].entry != number + 1)
        at = (at + 1) & index->mask;
    close_hole(index, at);
}
