/* From addresses and ports to the entry: linear probing over slots of eight bytes that hold half of the hash,
 * so that a packet of a flow that is not followed costs the hash and, mostly, one line of cache. */
#include <string.h>

#include "private.h"

/* What is hashed: whole words, and of different lengths for the two kinds of addresses. */
struct ipv4_key {
    uint8_t low[4], high[4];
    uint64_t ports;
};

struct ipv6_key {
    struct packet_address low, high;
    uint64_t ports;
};

/* An order of ends that does not depend on the direction; which one is of no importance. */
static bool is_source_first(const struct flow_ends *ends) {
    uint64_t source[2], destination[2];
    memcpy(source, ends->source->bytes, sizeof(source));
    memcpy(destination, ends->destination->bytes, sizeof(destination));
    if (source[0] != destination[0]) return source[0] < destination[0];
    if (source[1] != destination[1]) return source[1] < destination[1];
    return ends->source_port < ends->destination_port;
}

uint64_t flow_index_hash(const struct siphash_key *key, const struct flow_ends *ends) {
    bool first = is_source_first(ends);
    const struct packet_address *low = first ? ends->source : ends->destination;
    const struct packet_address *high = first ? ends->destination : ends->source;
    uint32_t ports = first ? (uint32_t)ends->source_port << 16 | ends->destination_port
                           : (uint32_t)ends->destination_port << 16 | ends->source_port;
    if (ends->ip_version == 4) {
        struct ipv4_key bytes = {.ports = ports};
        memcpy(bytes.low, low->bytes, sizeof(bytes.low));
        memcpy(bytes.high, high->bytes, sizeof(bytes.high));
        return siphash(key, &bytes, sizeof(bytes));
    }
    struct ipv6_key bytes = {.low = *low, .high = *high, .ports = ports};
    return siphash(key, &bytes, sizeof(bytes));
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
