/* The RST that ended it: whom it claims to be from, and what speaks against that (TTL, time, options, what came after).
 * A sign is strong where nothing but something on the path explains it; a kernel's own RST for a socket that is gone
 * shows the weak ones too: no timestamps, window 0, no IP ID. */
#include <stdlib.h>

#include "base/moment.h"
#include "reading.h"

enum {
    EARLY_HUNDREDTHS = 75, /* of the round trip: sooner than that no answer can be here */
};
/* Beside the server the round trip is that of its kernel, and says nothing. */
#define RTT_AT_LEAST    (2 * MOMENT_MILLISECOND)
#define RESETS_TOGETHER (5 * MOMENT_MILLISECOND)

/* The first RST of the side that ended it, or the first of all. */
static const struct flow_reset *reset_find(const struct flow *flow) {
    unsigned kept = flow->reset_count < FLOW_RESETS_KEPT ? flow->reset_count : FLOW_RESETS_KEPT;
    for (unsigned i = 0; i < kept; i++)
        if (flow->first_end_valid && flow->first_end_reset && flow->resets[i].side == flow->first_end_side)
            return &flow->resets[i];
    return kept > 0 ? &flow->resets[0] : NULL;
}

/* TTL of the same side's SYN or SYN-ACK (a difference of one is enough on Linux); else that of its last packet. */
static uint8_t ttl_known(const struct flow_half *half) {
    return half->ttl_syn != 0 ? half->ttl_syn : half->ttl_last;
}

static void build_ttl_delta(struct facts *facts, const struct flow_half *half, const struct flow_reset *reset) {
    uint8_t known = ttl_known(half);
    if (known == 0) return;
    int delta = abs((int)reset->ttl - (int)known);
    facts_set_integer(facts, FACT_RST_TTL_DELTA, delta);
    if (delta != 0 && half->ttl_changes == 0 && half->packets > 1)
        facts_list_add_name(facts, FACT_RST_STRONG_SIGNS, "ttl");
}

/* Time from the ClientHello to the RST against the round trip: the server cannot answer sooner than that. */
static void build_after_rtt(struct facts *facts, const struct reading *reading, const struct flow_reset *reset) {
    const struct flow_half *client = &reading->flow->half[SIDE_CLIENT], *server = &reading->flow->half[SIDE_SERVER];
    int64_t hello = reading->conversation->hello_time;
    int64_t rtt = server->syn_time - client->syn_time;
    if (hello == 0 || reset->side != SIDE_SERVER || reset->time < hello) return;
    if (!client->syn_seen || !server->syn_seen || client->syn_count != 1 || rtt <= 0) return;
    int64_t hundredths = (reset->time - hello) * 100 / rtt;
    facts_set_integer(facts, FACT_RST_AFTER_RTT, hundredths);
    /* what answers the SYN and not the hello is early, but not too early */
    if (hundredths < EARLY_HUNDREDTHS && rtt >= RTT_AT_LEAST && reset->acknowledgement == client->highest_sequence)
        facts_list_add_name(facts, FACT_RST_STRONG_SIGNS, "early");
}

/* Several RSTs of one side that do not agree about its sequence number, within moments. A kernel answers each segment
 * with the number that this segment acknowledges. */
static bool is_disputed(const struct flow *flow, const struct flow_reset *reset) {
    for (unsigned i = 0; i < flow->reset_count && i < FLOW_RESETS_KEPT; i++) {
        const struct flow_reset *other = &flow->resets[i];
        if (other->side == reset->side && other->sequence != reset->sequence &&
            other->time - reset->time <= RESETS_TOGETHER && (other->flags & PACKET_TCP_ACK) != 0)
            return true;
    }
    return false;
}

static bool did_both_reset(const struct flow *flow, const struct flow_reset *reset) {
    for (unsigned i = 0; i < flow->reset_count && i < FLOW_RESETS_KEPT; i++)
        if (flow->resets[i].side != reset->side && llabs(flow->resets[i].time - reset->time) <= RESETS_TOGETHER)
            return true;
    return false;
}

static void build_weak_signs(struct facts *facts, const struct reading *reading, const struct flow_reset *reset) {
    const struct flow *flow = reading->flow;
    const struct flow_half *half = &flow->half[reset->side];
    bool bare = half->timestamps && !reset->has_timestamps;
    const struct {
        const char *name;
        bool holds;
    } signs[] = {
        {"no_timestamps", bare},
        {"odd_window", bare && reset->window != 0},
        {"out_of_window", !reset->in_window},
        {"several", is_disputed(flow, reset)},
        {"both_sides", did_both_reset(flow, reset)},
        {"other_names_pass",
         facts_is(facts, FACT_HISTORY_NAMED_ACCEPTED) && facts_integer(facts, FACT_HISTORY_NAME_ACCEPTED) == 0},
    };
    int64_t count = 0;
    facts_list_begin(facts, FACT_RST_WEAK_SIGNS);
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        if (!signs[i].holds) continue;
        facts_list_add_name(facts, FACT_RST_WEAK_SIGNS, signs[i].name);
        count++;
    }
    facts_set_integer(facts, FACT_RST_WEAK_COUNT, count);
}

/* How much of what the other side said it had heard. */
static void build_acknowledged(struct facts *facts, const struct flow *flow, const struct flow_reset *reset) {
    const struct flow_half *other = &flow->half[side_other((enum side)reset->side)];
    const char *name = "less";
    if ((reset->flags & PACKET_TCP_ACK) == 0 || !other->started)
        name = "nothing";
    else if (reset->acknowledgement == other->highest_sequence)
        name = "all";
    facts_set_name(facts, FACT_RST_ACK, name);
}

void build_reset(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    const struct flow_reset *reset = reset_find(flow);
    if (reset == NULL) return;
    enum side side = reset->side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    const struct flow_half *half = &flow->half[side];
    facts_set_name(facts, FACT_RST_FROM, side_name(side));
    facts_set_integer(facts, FACT_RST_COUNT, flow->reset_count);
    facts_list_begin(facts, FACT_RST_STRONG_SIGNS);
    build_ttl_delta(facts, half, reset);
    build_after_rtt(facts, reading, reset);
    if (half->packets_after_reset) facts_list_add_name(facts, FACT_RST_STRONG_SIGNS, "talks_on");
    build_weak_signs(facts, reading, reset);
    build_acknowledged(facts, flow, reset);
    int64_t answer = flow->half[SIDE_SERVER].first_payload_time;
    facts_set_boolean(facts, FACT_RST_BEFORE_ANSWER, answer == 0 || reset->time < answer);
    facts_set_boolean(facts, FACT_RST_TIMESTAMPS_MISSING, half->timestamps && !reset->has_timestamps);
    facts_set_boolean(facts, FACT_RST_DATA_AFTER, half->packets_after_reset);
    facts_set_boolean(facts, FACT_RST_IN_WINDOW, reset->in_window);
}
