/* How much of the handshake this tap saw. */
#include "reading.h"

/* Whether SIDE must have sent something that was never captured: the other side answers it. */
static bool is_proven_to_speak(const struct flow *flow, enum side side) {
    const struct flow_half *other = &flow->half[side_other(side)];
    return flow->half[side].acknowledged_valid || other->payload_packets > 0;
}

static bool is_one_sided(const struct flow *flow) {
    for (int side = 0; side < SIDE_COUNT; side++)
        if (flow->half[side].packets == 0 && is_proven_to_speak(flow, side)) return true;
    return false;
}

static int64_t gaps_of(const struct reading *reading, enum side side) {
    int64_t of_flow = reading->flow->half[side].gaps, of_conversation = reading->conversation->gaps[side];
    return of_flow > of_conversation ? of_flow : of_conversation;
}

void build_sight(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    int64_t client_gaps = gaps_of(reading, SIDE_CLIENT), server_gaps = gaps_of(reading, SIDE_SERVER);
    bool one_sided = is_one_sided(flow);
    bool truncated = flow->half[SIDE_CLIENT].truncated || flow->half[SIDE_SERVER].truncated;
    bool midstream = flow->midstream || !flow->half[SIDE_CLIENT].syn_seen;
    bool whole = client_gaps + server_gaps == 0 && !one_sided && !truncated && !midstream;
    facts_set_boolean(facts, FACT_SIGHT_COMPLETE, whole && reading->end.kind != FACTS_END_CAPTURE);
    facts_set_boolean(facts, FACT_SIGHT_CONTINUOUS, reading->sources->continuous);
    facts_set_boolean(facts, FACT_SIGHT_ONE_SIDED, one_sided);
    facts_set_boolean(facts, FACT_SIGHT_MIDSTREAM, midstream);
    facts_set_integer(facts, FACT_SIGHT_GAPS, client_gaps + server_gaps);
    facts_set_integer(facts, FACT_SIGHT_CLIENT_GAPS, client_gaps);
    facts_set_integer(facts, FACT_SIGHT_SERVER_GAPS, server_gaps);
    facts_set_boolean(facts, FACT_SIGHT_TRUNCATED, truncated);
    facts_set_boolean(facts, FACT_SIGHT_DECRYPTED, reading->conversation->decrypted);
    facts_set_boolean(facts, FACT_SIGHT_HELLO_WHOLE, reading->has_hello);
    facts_set_boolean(facts, FACT_SIGHT_SERVER_SEEN, flow->half[SIDE_SERVER].packets > 0);
}
