/* Joins IP fragments. Fragments that overlap spoil their datagram, in IPv6 because RFC 5722 says so, in IPv4
 * because hosts have come to do the same and an evader gains nothing. Exact copies are passed over: mirror
 * ports make them. */
#include "fragment.h"

#include <stdlib.h>
#include <string.h>

#include "decoder.h"

#define DATAGRAM_MAX  65535 /* RFC 791 section 3.1, RFC 8200 section 4.5 */
#define FRAGMENT_UNIT 8     /* offsets count in these */
#define UNITS_MAX     ((DATAGRAM_MAX + FRAGMENT_UNIT) / FRAGMENT_UNIT)

struct fragment_store {
    uint8_t bytes[UNITS_MAX * FRAGMENT_UNIT];
    bool present[UNITS_MAX];
};

static uint32_t units_of(uint32_t length) {
    return (length + FRAGMENT_UNIT - 1) / FRAGMENT_UNIT;
}

static bool address_equal(const struct packet_address *one, const struct packet_address *other) {
    return memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

static bool slot_matches(const struct fragment_slot *slot, const struct packet *packet,
                         const struct fragment_piece *piece) {
    return (slot->state == FRAGMENT_GATHERING || slot->state == FRAGMENT_SPOILED) &&
           slot->identification == piece->identification && slot->ip_version == packet->ip_version &&
           (slot->ip_version == 6 || slot->protocol == piece->protocol) &&
           address_equal(&slot->source, &packet->source) && address_equal(&slot->destination, &packet->destination);
}

static bool slot_is_stale(const struct fragment_slot *slot, int64_t now) {
    if (slot->state != FRAGMENT_GATHERING && slot->state != FRAGMENT_SPOILED) return false;
    uint64_t one = (uint64_t)now, other = (uint64_t)slot->started; /* hostile times must not overflow */
    return (now > slot->started ? one - other : other - one) > (uint64_t)FRAGMENT_TIMEOUT;
}

/* Empties a slot; a datagram that was never joined is counted. Keeps the store for the next one. */
static void slot_clear(struct fragment_slot *slot, struct packet_counters *counters) {
    if (slot->state == FRAGMENT_GATHERING) counters->fragments_dropped++;
    *slot = (struct fragment_slot){.state = FRAGMENT_FREE, .store = slot->store};
}

static void slot_spoil(struct fragment_slot *slot, struct packet_counters *counters) {
    counters->fragments_dropped++;
    slot->state = FRAGMENT_SPOILED;
}

static bool slot_start(struct fragment_slot *slot, const struct packet *packet, const struct fragment_piece *piece) {
    if (slot->store == NULL) slot->store = malloc(sizeof(*slot->store));
    if (slot->store == NULL) return false;
    memset(slot->store->present, 0, sizeof(slot->store->present));
    slot->state = FRAGMENT_GATHERING;
    slot->ip_version = packet->ip_version;
    slot->protocol = slot->next_header = piece->protocol;
    slot->ttl = packet->ttl;
    slot->identification = piece->identification;
    slot->source = packet->source;
    slot->destination = packet->destination;
    slot->started = packet->time;
    slot->captured_end = DATAGRAM_MAX;
    return true;
}

/* True where SLOT should make room rather than OTHER: free before old before young. Lent ones never. */
static bool slot_is_better(const struct fragment_slot *slot, const struct fragment_slot *other) {
    if (slot->state == FRAGMENT_LENT) return false;
    if (other == NULL || other->state == FRAGMENT_FREE) return other == NULL;
    return slot->state == FRAGMENT_FREE || slot->started < other->started;
}

/* The slot of the packet's datagram, a new one if need be; NULL where memory is short. */
static struct fragment_slot *slot_find(struct packet_decoder *decoder, const struct packet *packet,
                                       const struct fragment_piece *piece) {
    struct fragment_slot *victim = NULL;
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        struct fragment_slot *slot = &decoder->fragments.slots[i];
        if (slot_is_stale(slot, packet->time)) slot_clear(slot, &decoder->counters);
        if (slot_matches(slot, packet, piece)) return slot;
        if (slot_is_better(slot, victim)) victim = slot;
    }
    if (victim == NULL) return NULL;
    slot_clear(victim, &decoder->counters);
    return slot_start(victim, packet, piece) ? victim : NULL;
}

/* How many of the units from OFFSET on, LENGTH bytes of them, are there already. */
static uint32_t units_present(const struct fragment_slot *slot, uint32_t offset, uint32_t length) {
    uint32_t count = 0;
    for (uint32_t unit = offset / FRAGMENT_UNIT; unit < units_of(offset + length); unit++)
        count += slot->store->present[unit];
    return count;
}

/* Copies DATA to its place. Units whose bytes the capture has cut off count as there: nobody will send them again. */
static void slot_store(struct fragment_slot *slot, uint32_t offset, uint32_t length, struct cursor data) {
    uint32_t captured = (uint32_t)cursor_remaining(&data);
    if (!cursor_copy(&data, slot->store->bytes + offset, captured)) return;
    uint32_t first = offset / FRAGMENT_UNIT, count = units_of(offset + length) - first;
    memset(slot->store->present + first, true, count);
    slot->units += count;
    if (captured < length && offset + captured < slot->captured_end) slot->captured_end = offset + captured;
    if (offset + length > slot->highest) slot->highest = offset + length;
}

/* True where the bytes at hand are the ones that came before. */
static bool slot_has_same(const struct fragment_slot *slot, uint32_t offset, struct cursor data) {
    const uint8_t *bytes;
    size_t length = cursor_remaining(&data);
    return cursor_take(&data, length, &bytes) && memcmp(slot->store->bytes + offset, bytes, length) == 0;
}

/* Adds a fragment of LENGTH bytes on the wire; false where it contradicts what is there. */
MUST_USE static bool slot_add(struct fragment_slot *slot, const struct fragment_piece *piece, uint32_t length,
                              struct cursor data) {
    uint32_t end = piece->offset + length;
    uint32_t present = units_present(slot, piece->offset, length);
    if (!piece->more) {
        if (slot->highest > end || (slot->total != 0 && slot->total != end)) return false;
        slot->total = end;
    } else if (slot->total != 0 && end > slot->total) {
        return false;
    }
    if (present == 0) {
        slot_store(slot, piece->offset, length, data);
        return true;
    }
    bool whole = present == units_of(end) - piece->offset / FRAGMENT_UNIT;
    return whole && (slot->captured_end != DATAGRAM_MAX || slot_has_same(slot, piece->offset, data));
}

static bool slot_is_whole(const struct fragment_slot *slot) {
    return slot->total != 0 && slot->units == units_of(slot->total);
}

/* Hands the datagram over to the packet; the slot is taken back with the next frame. */
static void slot_lend(struct fragment_slot *slot, struct peel *peel, struct fragment_piece *piece) {
    uint32_t captured = slot->captured_end < slot->total ? slot->captured_end : slot->total;
    peel->data = cursor_over(slot->store->bytes, captured);
    peel->missing = slot->total - captured;
    peel->packet->ttl = slot->ttl;
    piece->protocol = slot->next_header;
    slot->state = FRAGMENT_LENT;
    peel->decoder->fragments.lent = true;
    peel->decoder->counters.fragments_joined++;
}

/* All but the last fragment are whole units, none is empty, and none reaches past the largest datagram. */
static bool piece_is_sound(const struct fragment_piece *piece, uint32_t length) {
    if (length == 0 || piece->offset > DATAGRAM_MAX || length > DATAGRAM_MAX - piece->offset) return false;
    return !piece->more || length % FRAGMENT_UNIT == 0;
}

bool fragment_join(struct peel *peel, struct fragment_piece *piece, enum packet_kind *kind) {
    struct packet_counters *counters = &peel->decoder->counters;
    uint32_t length = peel_on_wire(peel);
    counters->fragments++;
    *kind = PACKET_MALFORMED;
    if (!piece_is_sound(piece, length)) return false;
    struct fragment_slot *slot = slot_find(peel->decoder, peel->packet, piece);
    if (slot == NULL) {
        *kind = PACKET_NOT_FOR_US;
        counters->fragments_dropped++;
        return false;
    }
    if (slot->state == FRAGMENT_SPOILED) return false;
    if (!slot_add(slot, piece, length, peel->data)) {
        slot_spoil(slot, counters);
        return false;
    }
    if (piece->offset == 0) {
        slot->ttl = peel->packet->ttl;
        slot->next_header = piece->protocol;
    }
    if (slot_is_whole(slot)) {
        slot_lend(slot, peel, piece);
        return true;
    }
    *kind = PACKET_INCOMPLETE;
    return false;
}

void fragment_cache_settle(struct fragment_cache *cache) {
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++)
        if (cache->slots[i].state == FRAGMENT_LENT) cache->slots[i].state = FRAGMENT_FREE;
    cache->lent = false;
}

void fragment_cache_done(struct fragment_cache *cache) {
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++)
        free(cache->slots[i].store);
}
