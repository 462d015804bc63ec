/* The first RST: whom it claims to be from, and what speaks against that (TTL, time, options, what came after). */
#include <stdlib.h>

#include "reading.h"

/* How far the TTL is from that of the same side's SYN or SYN-ACK (a difference of one is enough on Linux); else from
 * its last packet. */
static void build_ttl_delta(struct facts *facts, const struct flow_half *half, const struct flow_reset *reset) {
    uint8_t known = half->ttl_syn != 0 ? half->ttl_syn : half->ttl_last;
    if (known != 0) facts_set_integer(facts, FACT_RST_TTL_DELTA, abs((int)reset->ttl - (int)known));
}

/* Time from the ClientHello to the RST against the round trip: the server cannot answer sooner than that. */
static void build_after_rtt(struct facts *facts, const struct reading *reading, const struct flow_reset *reset) {
    const struct flow_half *client = &reading->flow->half[SIDE_CLIENT], *server = &reading->flow->half[SIDE_SERVER];
    int64_t hello = reading->conversation->hello_time;
    int64_t rtt = server->syn_time - client->syn_time;
    if (hello == 0 || reset->side != SIDE_SERVER || reset->time < hello) return;
    if (!client->syn_seen || !server->syn_seen || client->syn_count != 1 || rtt <= 0) return;
    facts_set_integer(facts, FACT_RST_AFTER_RTT, (reset->time - hello) * 100 / rtt);
}

void build_reset(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    if (flow->reset_count == 0) return;
    const struct flow_reset *reset = &flow->resets[0];
    enum side side = reset->side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    const struct flow_half *half = &flow->half[side];
    facts_set_name(facts, FACT_RST_FROM, side_name(side));
    facts_set_integer(facts, FACT_RST_COUNT, flow->reset_count);
    build_ttl_delta(facts, half, reset);
    build_after_rtt(facts, reading, reset);
    facts_set_boolean(facts, FACT_RST_TIMESTAMPS_MISSING, half->timestamps && !reset->has_timestamps);
    facts_set_boolean(facts, FACT_RST_DATA_AFTER, half->packets_after_reset);
    facts_set_boolean(facts, FACT_RST_IN_WINDOW, reset->in_window);
}
