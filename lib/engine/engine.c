#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "connection.h"
#include "history/attempts.h"

/* Where TLS is to be expected: causes.md, "Where tcp.* applies". */
static const uint16_t default_tls_ports[] = {
    443,  465,  563,  636,  853,  989,  990,  992,  993,  994,  995,  2376, 4433,
    4443, 5061, 5223, 5269, 5671, 6443, 6514, 6697, 8443, 8531, 8883, 9443, 10250,
};

/* Silence that a state may last. A SYN is sent again after 1, 3, 7 and 15 s by most systems, so the longest pause
 * within the first four is 8 s. A client that waits for an answer gives up after two minutes at most (browsers,
 * libraries, proxies), and its giving up is what tells a stall from a capture that ended: wait for it. */
static const struct flow_timeouts default_timeouts = {
    .allowed =
        {
            [FLOW_SYN_ONLY] = 20 * MOMENT_SECOND,
            [FLOW_IDLE] = 60 * MOMENT_SECOND,
            [FLOW_TALKING] = 120 * MOMENT_SECOND,
            [FLOW_HANDSHAKE] = 300 * MOMENT_SECOND,
            [FLOW_ENDING] = 2 * MOMENT_SECOND,
        },
};

/* Servers and names that are remembered, and bytes of their chains. */
enum { HISTORY_CAPACITY = 4096, HISTORY_CHAIN_BYTES = 4 << 20, ATTEMPTS_CAPACITY = 1024 };

/* A fifth of the memory holds the flow entries, the rest what is being put together. */
enum { ENGINE_TABLE_SHARE = 5 };

/* Packets change places by much less. A clock that goes so far back was set, or one capture was put behind another; and
 * live, where time is told every moment, one that goes so far ahead was set too, or the machine slept. */
#define CLOCK_LEAP (30 * MOMENT_SECOND)

/* A file in which nothing at all is heard for so long was not captured in one piece. */
#define FILE_LEAP (3600 * MOMENT_SECOND)

/* A capture file may claim any time; sums of times must not overflow. */
#define TIME_AT_MOST (INT64_MAX / 2)

void engine_options_default(struct engine_options *options) {
    memset(options, 0, sizeof *options);
    options->memory = (size_t)64 << 20;
    memcpy(options->tls_ports, default_tls_ports, sizeof default_tls_ports);
    options->tls_port_count = ARRAY_LENGTH(default_tls_ports);
    options->timeouts = default_timeouts;
}

struct engine *engine_new(const struct engine_options *options, engine_sink sink, void *context, bool *unknown_link) {
    *unknown_link = false;
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) return NULL;
    engine->options = *options;
    engine->sink = sink;
    engine->sink_context = context;
    size_t table_bytes = options->memory / ENGINE_TABLE_SHARE;
    block_pool_init(&engine->pool, options->memory - table_bytes);
    struct flow_handler handler = connection_handler(engine);
    engine->decoder = packet_decoder_new(options->link_type, unknown_link);
    engine->table = flow_table_new(table_bytes, &engine->pool, &options->key, &options->timeouts, &handler);
    engine->history = history_new(HISTORY_CAPACITY, HISTORY_CHAIN_BYTES, &options->key);
    engine->attempts = attempts_new(ATTEMPTS_CAPACITY);
    if (engine->attempts == NULL || engine->decoder == NULL || engine->table == NULL || engine->history == NULL) {
        engine_free(engine);
        return NULL;
    }
    return engine;
}

void engine_free(struct engine *engine) {
    if (engine == NULL) return;
    flow_table_free(engine->table);
    packet_decoder_free(engine->decoder);
    history_free(engine->history);
    attempts_free(engine->attempts);
    block_pool_done(&engine->pool);
    free(engine);
}

/* Follows TIME, and says what of it to go on with. Over a leap no silence can be measured, and no flow be followed. */
static int64_t time_follow(struct engine *engine, int64_t time) {
    int64_t last = engine->last_time;
    if (time < 0) time = 0;
    if (time > TIME_AT_MOST) time = TIME_AT_MOST;
    bool back = last - time > CLOCK_LEAP;
    bool ahead = last != 0 && time - last > (engine->options.continuous ? CLOCK_LEAP : FILE_LEAP);
    if (UNLIKELY(back || ahead)) {
        flow_table_restart(engine->table);
        attempts_forget(engine->attempts);
        engine->counters.clock_leaps++;
    }
    if (time > last || back) engine->last_time = time;
    return time;
}

void engine_packet(struct engine *engine, int64_t time, const uint8_t *frame, uint32_t captured, uint32_t on_wire) {
    struct packet packet;
    time = time_follow(engine, time);
    engine->counters.packets++;
    engine->counters.bytes += on_wire;
    enum packet_kind kind = packet_decode(engine->decoder, time, frame, captured, on_wire, &packet);
    if (kind == PACKET_TCP || kind == PACKET_ICMP_ERROR) flow_table_packet(engine->table, &packet);
}

void engine_advance(struct engine *engine, int64_t time) {
    flow_table_advance(engine->table, time_follow(engine, time));
}

void engine_finish(struct engine *engine) {
    flow_table_finish(engine->table);
}

void engine_set_rules(struct engine *engine, const struct rule_table *rules) {
    engine->options.rules = rules;
}

void engine_set_options(struct engine *engine, const struct engine_options *options) {
    struct engine_options *own = &engine->options;
    own->rules = options->rules;
    own->inspector = options->inspector;
    own->keylog = options->keylog;
    own->keylog_refresh = options->keylog_refresh;
    own->keylog_context = options->keylog_context;
    own->suspects = options->suspects;
    own->successes = options->successes;
    memcpy(own->tls_ports, options->tls_ports, sizeof own->tls_ports);
    own->tls_port_count = options->tls_port_count;
}

bool engine_set_link_type(struct engine *engine, int link_type) {
    if (!packet_decoder_set_link_type(engine->decoder, link_type)) return false;
    engine->options.link_type = link_type;
    return true;
}

void engine_memory_read(const struct engine *engine, struct engine_memory *memory) {
    *memory = (struct engine_memory){
        .table = engine->options.memory / ENGINE_TABLE_SHARE,
        .used = engine->pool.used,
        .held = engine->pool.held,
        .limit = engine->pool.limit,
        .refused = engine->pool.refused,
    };
}

bool engine_is_tls_port(const struct engine *engine, uint16_t port) {
    for (unsigned i = 0; i < engine->options.tls_port_count; i++)
        if (engine->options.tls_ports[i] == port) return true;
    return false;
}

const struct engine_counters *engine_counters(const struct engine *engine) {
    return &engine->counters;
}

const struct history_counters *engine_history_counters(const struct engine *engine) {
    return history_counters(engine->history);
}

const struct flow_counters *engine_flow_counters(const struct engine *engine) {
    return flow_table_counters(engine->table);
}

const struct packet_counters *engine_packet_counters(const struct engine *engine) {
    return packet_decoder_counters(engine->decoder);
}
