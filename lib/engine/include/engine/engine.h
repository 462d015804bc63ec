/* The engine: packets in, verdicts out. Ties packet, flow, tls, facts, rule and diag together; no I/O, no clock,
 * no global state. Live capture and a capture file are two sources for the same engine. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/siphash.h"
#include "decrypt/keylog.h"
#include "diag/diag.h"
#include "flow/table.h"
#include "history/history.h"
#include "packet/packet.h"
#include "rule/rule.h"
#include "x509/x509.h"

#define ENGINE_PORTS_CAP 128

struct engine_options {
    int link_type;                        /* of the frames, as libpcap numbers it */
    size_t memory;                        /* bytes for flows and reassembly together */
    struct siphash_key key;               /* random, or fixed for tests */
    uint16_t tls_ports[ENGINE_PORTS_CAP]; /* where TLS is to be expected */
    unsigned tls_port_count;
    struct flow_timeouts timeouts;
    bool continuous;                  /* frames come from a live interface, not from a file */
    bool suspects;                    /* wait for what a client does behind a completed handshake, and say so */
    bool successes;                   /* judge and hand over successes and unknowns too */
    const struct rule_table *rules;   /* borrowed; engine_set_rules() changes it */
    struct x509_inspector *inspector; /* borrowed */
    struct keylog *keylog;            /* borrowed; NULL: nothing is decrypted */
    /* called before the key log is asked, for a log that grows: append what is new; NULL: the log is whole */
    void (*keylog_refresh)(void *context);
    void *keylog_context;
};

/* The defaults: 64 MiB, the ports of causes.md, timeouts. The key is zero: set it. */
void engine_options_default(struct engine_options *options);

/* Counts for metrics; they only grow. */
struct engine_counters {
    uint64_t packets, bytes;
    uint64_t handshakes, successes, failures, unknowns,
        suspects;            /* handshakes: a ClientHello was seen; suspects are successes too */
    uint64_t decrypted;      /* handshakes that the key log opened */
    uint64_t memory_refused; /* flows dropped because memory was short */
    uint64_t clock_leaps;    /* how often time leapt, and what was open was given up */
};

/* Called with each verdict; DIAG is valid during the call. Never called re-entrantly. */
typedef void (*engine_sink)(void *context, const struct diag *diag);

struct engine;

/* A new engine; NULL where memory is short or the link type is unknown (*UNKNOWN_LINK then set). */
MUST_USE struct engine *engine_new(const struct engine_options *options, engine_sink sink, void *context,
                                   bool *unknown_link);
void engine_free(struct engine *engine);

/* One captured frame: CAPTURED bytes of ON_WIRE, at TIME (nanoseconds since the epoch). Where TIME leaps back, or of a
 * live interface ahead, by more than half a minute, or in a file ahead by more than an hour, what is open ends as if
 * the capture did, and time begins anew. */
void engine_packet(struct engine *engine, int64_t time, const uint8_t *frame, uint32_t captured, uint32_t on_wire);

/* Time goes on without packets. */
void engine_advance(struct engine *engine, int64_t time);

/* The capture ended: what is unfinished is judged as such. */
void engine_finish(struct engine *engine);

/* Changes the rules between two packets; the old table is the caller's to free. */
void engine_set_rules(struct engine *engine, const struct rule_table *rules);

/* Takes over between two packets what OPTIONS say of rules, inspector, key log, ports, suspects and successes; link
 * type, memory, key and timeouts stay as they were. What was borrowed before is the caller's to free. */
void engine_set_options(struct engine *engine, const struct engine_options *options);

/* From the next packet on frames are of LINK_TYPE: an interface that was made anew may have another one. False where it
 * is unknown, and then nothing has changed. */
MUST_USE bool engine_set_link_type(struct engine *engine, int link_type);

/* How much of the memory is used, bytes. */
struct engine_memory {
    size_t table;             /* entries of flows, all told */
    size_t used, held, limit; /* what is kept of flows: in use, taken from the system so far, at most */
    uint64_t refused;         /* requests that found it used up */
};
void engine_memory_read(const struct engine *engine, struct engine_memory *memory);

const struct engine_counters *engine_counters(const struct engine *engine);
const struct history_counters *engine_history_counters(const struct engine *engine);
const struct flow_counters *engine_flow_counters(const struct engine *engine);
const struct packet_counters *engine_packet_counters(const struct engine *engine);

#endif
