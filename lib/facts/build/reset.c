/* The RST or FIN that ended it: whom it claims to be from, and what speaks against that (TTL, time, options, what came
 * after). A sign is strong where nothing but something on the path explains it; a kernel's own RST for a socket that is
 * gone shows the weak ones too: no timestamps, window 0, no IP ID. */
#include <stdlib.h>

#include "base/moment.h"
#include "reading.h"

enum {
    EARLY_HUNDREDTHS = 75,      /* of the round trip: sooner than that no answer can be here */
    IP_ID_AHEAD_AT_MOST = 1024, /* packets that a host with one counter for all may send elsewhere meanwhile */
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

/* Where a list of signs goes, and the facts beside it. */
struct sign_facts {
    enum fact strong, ttl_delta, after_rtt;
};

/* One packet alone has nothing to compare with. */
static void build_ttl(struct facts *facts, const struct sign_facts *names, const struct flow_half *half, uint8_t ttl) {
    uint8_t known = ttl_known(half);
    if (known == 0) return;
    int delta = abs((int)ttl - (int)known);
    facts_set_integer(facts, names->ttl_delta, delta);
    if (delta != 0 && half->ttl_changes == 0 && half->packets > 1) facts_list_add_name(facts, names->strong, "ttl");
}

/* What is measured against the round trip: an end in the server's name at TIME that acknowledges ACKNOWLEDGEMENT. */
struct timed_end {
    int64_t time;
    uint32_t acknowledgement;
    bool heard_before; /* the server had acknowledged as much before: its answer was here already, so the way is as
                          short as that, and the SYN's answer took long for a reason of its own */
};

/* Time from the ClientHello to the end against the round trip: the server cannot answer sooner than that. */
static void build_after_rtt(struct facts *facts, const struct sign_facts *names, const struct reading *reading,
                            const struct timed_end *end) {
    const struct flow_half *client = &reading->flow->half[SIDE_CLIENT], *server = &reading->flow->half[SIDE_SERVER];
    int64_t hello = reading->conversation->hello_time;
    int64_t rtt = server->syn_time - client->syn_time;
    if (hello == 0 || end->time < hello) return;
    if (!client->syn_seen || !server->syn_seen || client->syn_count != 1 || rtt <= 0) return;
    int64_t hundredths = (end->time - hello) * 100 / rtt;
    facts_set_integer(facts, names->after_rtt, hundredths);
    if (hundredths >= EARLY_HUNDREDTHS || rtt < RTT_AT_LEAST || end->heard_before) return;
    /* what answers the SYN and not the hello is early, but not too early */
    if (end->acknowledgement == client->highest_sequence) facts_list_add_name(facts, names->strong, "early");
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

/* A bare RST with the number that the segment before it acknowledged: nothing is wrong with that. */
static bool is_kernels_answer(const struct flow_reset *reset) {
    return (reset->flags & PACKET_TCP_ACK) == 0 && reset->answers;
}

static bool did_both_reset(const struct flow *flow, const struct flow_reset *reset) {
    for (unsigned i = 0; i < flow->reset_count && i < FLOW_RESETS_KEPT; i++)
        if (flow->resets[i].side != reset->side && llabs(flow->resets[i].time - reset->time) <= RESETS_TOGETHER)
            return true;
    return false;
}

/* The same server lets another name pass, and never this one. */
static bool do_other_names_pass(const struct facts *facts) {
    return facts_is(facts, FACT_HISTORY_NAMED_ACCEPTED) && facts_integer(facts, FACT_HISTORY_NAME_ACCEPTED) == 0;
}

struct weak_sign {
    const char *name;
    bool holds;
};

static void set_weak_signs(struct facts *facts, enum fact list, enum fact number, const struct weak_sign *signs,
                           size_t length) {
    int64_t count = 0;
    facts_list_begin(facts, list);
    for (size_t i = 0; i < length; i++) {
        if (!signs[i].holds) continue;
        facts_list_add_name(facts, list, signs[i].name);
        count++;
    }
    facts_set_integer(facts, number, count);
}

/* Far from the last of that side, where it counts its packets. */
static bool is_ip_id_odd(const struct flow_half *half, bool valid, uint16_t ip_id) {
    return valid && half->ip_id_last != 0 && (uint16_t)(ip_id - half->ip_id_last) > IP_ID_AHEAD_AT_MOST;
}

static void build_weak_signs(struct facts *facts, const struct reading *reading, const struct flow_reset *reset) {
    const struct flow *flow = reading->flow;
    const struct flow_half *half = &flow->half[reset->side];
    bool bare = half->timestamps && !reset->has_timestamps;
    bool numbered = reset->ip_id_valid && reset->ip_id != 0; /* a kernel's answer for a socket that is gone has 0 */
    const struct weak_sign signs[] = {
        {"no_timestamps", bare},
        {"odd_window", bare && reset->window != 0},
        {"odd_ip_id", is_ip_id_odd(half, numbered, reset->ip_id)},
        {"out_of_window", !reset->in_window && !is_kernels_answer(reset)},
        {"several", is_disputed(flow, reset)},
        {"both_sides", did_both_reset(flow, reset)},
        {"other_names_pass", do_other_names_pass(facts)},
    };
    set_weak_signs(facts, FACT_RST_WEAK_SIGNS, FACT_RST_WEAK_COUNT, signs, ARRAY_LENGTH(signs));
}

static void build_weak_signs_of_fin(struct facts *facts, const struct flow_half *half, const struct flow_fin *fin) {
    const struct weak_sign signs[] = {
        {"no_timestamps", half->timestamps && !fin->has_timestamps},
        {"odd_ip_id", is_ip_id_odd(half, fin->ip_id_valid, fin->ip_id)},
        {"other_names_pass", do_other_names_pass(facts)},
    };
    set_weak_signs(facts, FACT_FIN_WEAK_SIGNS, FACT_FIN_WEAK_COUNT, signs, ARRAY_LENGTH(signs));
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

static const struct sign_facts reset_facts = {FACT_RST_STRONG_SIGNS, FACT_RST_TTL_DELTA, FACT_RST_AFTER_RTT};
static const struct sign_facts fin_facts = {FACT_FIN_STRONG_SIGNS, FACT_FIN_TTL_DELTA, FACT_FIN_AFTER_RTT};

static void build_one_reset(struct facts *facts, const struct reading *reading, const struct flow_reset *reset) {
    const struct flow *flow = reading->flow;
    enum side side = reset->side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    const struct flow_half *half = &flow->half[side];
    const struct timed_end end = {reset->time, reset->acknowledgement, reset->heard_before};
    facts_set_name(facts, FACT_RST_FROM, side_name(side));
    facts_set_integer(facts, FACT_RST_COUNT, flow->reset_count);
    facts_list_begin(facts, FACT_RST_STRONG_SIGNS);
    build_ttl(facts, &reset_facts, half, reset->ttl);
    if (side == SIDE_SERVER) build_after_rtt(facts, &reset_facts, reading, &end);
    if (half->packets_after_reset) facts_list_add_name(facts, FACT_RST_STRONG_SIGNS, "talks_on");
    build_weak_signs(facts, reading, reset);
    build_acknowledged(facts, flow, reset);
    int64_t answer = flow->half[SIDE_SERVER].first_payload_time;
    facts_set_boolean(facts, FACT_RST_BEFORE_ANSWER, answer == 0 || reset->time < answer);
    facts_set_boolean(facts, FACT_RST_TIMESTAMPS_MISSING, half->timestamps && !reset->has_timestamps);
    facts_set_boolean(facts, FACT_RST_DATA_AFTER, half->packets_after_reset);
    facts_set_boolean(facts, FACT_RST_IN_WINDOW, reset->in_window);
}

/* The FIN that was the first end. Bytes with numbers that it had used up are none of its alleged sender's. */
static void build_fin(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    if (!flow->first_end_valid || flow->first_end_reset) return;
    enum side side = flow->first_end_side == SIDE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    const struct flow_half *half = &flow->half[side];
    const struct flow_fin *fin = &flow->fins[side];
    const struct timed_end end = {half->fin_time, fin->acknowledgement, fin->heard_before};
    facts_set_name(facts, FACT_FIN_FROM, side_name(side));
    facts_list_begin(facts, FACT_FIN_STRONG_SIGNS);
    build_ttl(facts, &fin_facts, half, fin->ttl);
    if (side == SIDE_SERVER) build_after_rtt(facts, &fin_facts, reading, &end);
    if (half->bytes_after_fin) facts_list_add_name(facts, FACT_FIN_STRONG_SIGNS, "talks_on");
    build_weak_signs_of_fin(facts, half, fin);
    int64_t answer = flow->half[SIDE_SERVER].first_payload_time;
    facts_set_boolean(facts, FACT_FIN_BEFORE_ANSWER, answer == 0 || half->fin_time < answer);
}

void build_reset(struct facts *facts, const struct reading *reading) {
    const struct flow_reset *reset = reset_find(reading->flow);
    if (reset != NULL) build_one_reset(facts, reading, reset);
    build_fin(facts, reading);
}
