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

static inline bool is_same(const struct packet_address *a, const struct packet_address *b) {
    struct end_words left = end_words_of(a), right = end_words_of(b);
    return left.first == right.first && left.second == right.second;
}

/* An order of ends that does not depend on the direction; which one is of no importance. */
static inline bool is_in_order(struct end_words a, struct end_words b, uint16_t port_a, uint16_t port_b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second != b.second) return a.second < b.second;
    return port_a < port_b;
}

__extension__ typedef unsigned __int128 wide; /* a product of two words */

static inline uint64_t fold(uint64_t a, uint64_t b) {
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Sums with secret words, multiplied (the family NH: Black and others, "UMAC", 1999), folded, and once more: which
 * ends collide cannot be told without the key, and nothing that we do shows it. SipHash, which stands even that,
 * costs each packet four times as much. The two versions differ in the number of words. */
static inline uint64_t ends_hash(const struct siphash_key *key, struct end_words low, struct end_words high,
                                 uint32_t ports, uint8_t ip_version) {
    uint64_t hash;
    if (ip_version == 4) {
        uint32_t addresses[2];
        memcpy(&addresses[0], &low.first, sizeof(addresses[0]));
        memcpy(&addresses[1], &high.first, sizeof(addresses[1]));
        hash = fold(((uint64_t)addresses[0] << 32 | addresses[1]) + key->k0, ports + key->k1);
    } else {
        hash = fold(low.first + key->k0, low.second + key->k1);
        hash = fold(high.first + key->k0 + hash, high.second + key->k1);
        hash = fold(ports + key->k0 + hash, key->k1);
    }
    return fold(hash + key->k1, key->k0 | 1);
}

uint64_t flow_index_hash(const struct siphash_key *key, const struct flow_ends *ends) {
    struct end_words source = end_words_of(ends->source), destination = end_words_of(ends->destination);
    uint32_t source_port = ends->source_port, destination_port = ends->destination_port;
    if (is_in_order(source, destination, ends->source_port, ends->destination_port))
        return ends_hash(key, source, destination, source_port << 16 | destination_port, ends->ip_version);
    return ends_hash(key, destination, source, destination_port << 16 | source_port, ends->ip_version);
}

static bool is_sent_by(const struct packet_address address[SIDE_COUNT], const uint16_t port[SIDE_COUNT], enum side side,
                       const struct flow_ends *ends) {
    enum side other = side_other(side);
    return port[side] == ends->source_port && port[other] == ends->destination_port &&
           is_same(&address[side], ends->source) && is_same(&address[other], ends->destination);
}

/* Whether a packet between ENDS is of these addresses and ports, and who of them sent it. */
static bool is_between(const struct packet_address address[SIDE_COUNT], const uint16_t port[SIDE_COUNT],
                       const struct flow_ends *ends, enum side *sender) {
    for (*sender = SIDE_CLIENT; *sender < SIDE_COUNT; (*sender)++)
        if (is_sent_by(address, port, *sender, ends)) return true;
    return false;
}

/* Whether entry NUMBER is the one that is looked for; if so, fills FOUND. */
static bool is_entry(const struct flow_index *index, uint32_t number, uint64_t hash, const struct flow_ends *ends,
                     struct flow_found *found) {
    if (number < index->flow_count) {
        struct flow *flow = &index->flows[number];
        if (flow->hash != hash || flow->ip_version != ends->ip_version) return false;
        if (!is_between(flow->address, flow->port, ends, &found->sender)) return false;
        found->flow = flow;
        return true;
    }
    struct flow_syn *syn = &index->syns[number - index->flow_count];
    if (syn->hash != hash || syn->ip_version != ends->ip_version) return false;
    if (!is_between(syn->address, syn->port, ends, &found->sender)) return false;
    found->syn = syn;
    return true;
}

struct flow_found flow_index_find(const struct flow_index *index, uint64_t hash, const struct flow_ends *ends) {
    struct flow_found found = {.sender = SIDE_CLIENT};
    uint32_t tag = flow_index_tag(hash);
    for (uint32_t at = tag & index->mask; index->slots[at].entry != 0; at = (at + 1) & index->mask)
        if (UNLIKELY(index->slots[at].tag == tag) && is_entry(index, index->slots[at].entry - 1, hash, ends, &found))
            break;
    return found;
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
