/* Connections that came to nothing before a byte was sent, seen beside what their client did elsewhere. */
#include "attempt.h"

#include "base/moment.h"
#include "history/attempts.h"

static int64_t first_payload_time(const struct flow *flow) {
    int64_t client = flow->half[SIDE_CLIENT].first_payload_time, server = flow->half[SIDE_SERVER].first_payload_time;
    if (client == 0 || server == 0) return client + server;
    return client < server ? client : server;
}

static struct attempt attempt_of(const struct flow *flow, int64_t decided_at) {
    const struct flow_half *client = &flow->half[SIDE_CLIENT], *server = &flow->half[SIDE_SERVER];
    bool opened = server->syn_seen && client->first_payload_time > server->syn_time;
    return (struct attempt){
        .client = flow->address[SIDE_CLIENT].bytes,
        .server = flow->address[SIDE_SERVER].bytes,
        .port = flow->port[SIDE_SERVER],
        .ip_version = flow->ip_version,
        .ttl = client->ttl_syn,
        .timestamps = client->timestamps,
        .maximum_segment_size = client->maximum_segment_size,
        .start = flow->start_time,
        .last_try = client->last_packet_time,
        .decided_at = decided_at,
        .opened_at = first_payload_time(flow),
        .away = opened ? client->first_payload_time - server->syn_time : 0,
    };
}

void attempt_opened(struct engine *engine, const struct flow *flow) {
    struct attempt attempt = attempt_of(flow, flow->start_time);
    attempts_note_opened(engine->attempts, &attempt);
}

/* When it failed, as far as that was seen: a RST or an ICMP error. */
static int64_t failure_time(const struct flow *flow) {
    if (flow->first_end_valid) return flow->first_end_time;
    return flow->icmp_time != 0 ? flow->icmp_time : flow->start_time;
}

void attempt_watch(struct engine *engine, const struct flow *flow, enum side side, const struct packet *packet) {
    bool repeated = side == SIDE_CLIENT && (packet->tcp_flags & PACKET_TCP_SYN) != 0 &&
                    flow->half[SIDE_CLIENT].syn_count == 2 && !flow->half[SIDE_SERVER].syn_seen;
    bool ended = flow->reset_count == 1 || flow->icmp_time == packet->time;
    if (!repeated && !ended) return;
    struct attempt attempt = attempt_of(flow, failure_time(flow));
    attempts_note_failed(engine->attempts, &attempt);
}

void attempt_judge(const struct engine *engine, const struct flow *flow, bool unopened, struct facts_sources *sources) {
    struct attempt attempt = attempt_of(flow, failure_time(flow));
    sources->elsewhere = unopened && attempts_opened_elsewhere(engine->attempts, &attempt);
    sources->scanning = attempts_is_scan(engine->attempts, &attempt);
}

bool attempt_expects_tls(const struct engine *engine, const struct flow *flow, int64_t now) {
    struct history_server server = {.address = flow->address[SIDE_SERVER].bytes, .port = flow->port[SIDE_SERVER]};
    return engine_is_tls_port(engine, flow->port[SIDE_SERVER]) || history_recall(engine->history, &server, now) != NULL;
}
