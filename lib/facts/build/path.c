/* Where a flight got lost, and whether size decided. Two places to look from: beside the sender its segments are seen,
 * again and again, and not acknowledged; beside the receiver they never come by, and only the sequence numbers of what
 * does tell that they were sent. */
#include <string.h>

#include "reading.h"

enum {
    OPTIONS_AT_MOST = 40,  /* bytes of TCP options that a full-size segment may be short of the MSS */
    TRIES_AT_LEAST = 2,    /* retransmissions before a segment counts as lost */
    LOST_AT_MOST = 1 << 20 /* bytes ahead of what was seen that are believed */
};

/* One side's flight, as far as it was lost. */
struct loss {
    const struct flow_half *half;
    uint32_t passed; /* bytes that the other side acknowledged */
    uint32_t held;   /* bytes that came by behind a hole */
    uint32_t unseen; /* bytes that never came by */
    uint32_t full;   /* what a full-size segment carries at least; 0 where not known */
    bool beyond;     /* the other side holds bytes behind a hole: it says so, or acknowledges the same again (RFC 5681
                        section 3.2) */
};

static uint32_t full_size(const struct flow *flow) {
    uint32_t own = flow->half[SIDE_CLIENT].maximum_segment_size, peer = flow->half[SIDE_SERVER].maximum_segment_size;
    uint32_t limit = own != 0 && (peer == 0 || own < peer) ? own : peer;
    return limit > OPTIONS_AT_MOST ? limit - OPTIONS_AT_MOST : 0;
}

static void loss_fill(struct loss *loss, const struct facts *facts, const struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side], *other = &flow->half[side_other(side)];
    uint32_t claimed =
        (uint32_t)facts_integer(facts, side == SIDE_SERVER ? FACT_TCP_SERVER_UNSEEN : FACT_TCP_CLIENT_UNSEEN);
    uint32_t seen = half->started ? half->highest_sequence - half->next_sequence : 0;
    uint32_t beyond = claimed > seen ? claimed : seen;
    *loss = (struct loss){.half = half, .held = flow->stream[side].segment_bytes, .full = full_size(flow)};
    loss->beyond = half->sacked || other->duplicate_acknowledgements > 0;
    if (beyond <= LOST_AT_MOST && beyond > loss->held) loss->unseen = beyond - loss->held;
    if (half->acknowledged_valid && half->syn_seen) loss->passed = half->acknowledged - half->initial_sequence - 1;
}

/* Beside the receiver: short segments came by, of full-size ones nothing but the hole that they left. */
static const char *pattern_unseen(const struct loss *loss) {
    bool short_passed = loss->held > 0 || loss->half->payload_packets > 0;
    if (!short_passed) return "all";
    if (loss->full == 0 || loss->unseen < loss->full || loss->half->largest_payload >= loss->full) return "some";
    return "full_size";
}

/* Beside the sender: full-size segments are sent again and again, and what is shorter was acknowledged before or beyond
 * them. A side that was heard in full size before is reached by that. */
static const char *pattern_unacknowledged(const struct loss *loss, bool told) {
    if (loss->half->full_size_lost < TRIES_AT_LEAST && !told) return loss->beyond ? "some" : "all";
    if (told || loss->beyond) return "full_size";
    return loss->passed > 0 && loss->passed < loss->full ? "full_size" : "all";
}

static bool is_unacknowledged(const struct flow_half *half) {
    return half->started && half->payload_packets > 0 && half->retransmissions >= TRIES_AT_LEAST &&
           (!half->acknowledged_valid || (int32_t)(half->highest_sequence - half->acknowledged) > 0);
}

/* The client's first flight is its hello: that its few bytes were acknowledged says nothing of the next. */
static bool is_next_flight(const struct reading *reading, enum side side) {
    return side == SIDE_CLIENT && reading->flow->half[SIDE_SERVER].payload_packets > 0;
}

static bool was_told(const struct facts *facts, const struct loss *loss) {
    const char *icmp = facts_text(facts, FACT_TCP_ICMP);
    return icmp != NULL && strcmp(icmp, "fragmentation_needed") == 0 && loss->half->full_size_lost > 0;
}

static void build_side(struct facts *facts, const struct reading *reading, enum side side, enum fact lost,
                       enum fact bytes) {
    struct loss loss;
    loss_fill(&loss, facts, reading->flow, side);
    const struct flow_half *half = loss.half;
    if (loss.unseen > 0) {
        facts_set_name(facts, lost, pattern_unseen(&loss));
        facts_set_integer(facts, bytes, loss.unseen);
    } else if (is_unacknowledged(half)) {
        if (is_next_flight(reading, side)) loss.passed = 0;
        facts_set_name(facts, lost, pattern_unacknowledged(&loss, was_told(facts, &loss)));
        facts_set_integer(facts, bytes, half->highest_sequence - half->acknowledged);
    } else {
        return;
    }
    int64_t since = half->last_payload_time != 0 ? half->last_payload_time : reading->conversation->hello_time;
    if (since == 0) since = reading->flow->start_time;
    const struct facts_end *end = &reading->end;
    bool by_side = end->kind == FACTS_END_RST || end->kind == FACTS_END_FIN || end->kind == FACTS_END_ALERT;
    int64_t until = by_side ? end->time : reading->sources->now;
    if (since != 0 && until >= since) facts_set_milliseconds(facts, FACT_PATH_WAITED_MS, until - since);
}

void build_path(struct facts *facts, const struct reading *reading) {
    build_side(facts, reading, SIDE_CLIENT, FACT_PATH_CLIENT_LOST, FACT_PATH_CLIENT_LOST_BYTES);
    build_side(facts, reading, SIDE_SERVER, FACT_PATH_SERVER_LOST, FACT_PATH_SERVER_LOST_BYTES);
}
