/* What other connections taught about a server: which versions, suites, groups and protocols it has ever accepted,
 * whether hellos without a name or longer than one segment passed, which chain it showed. Bounded and aging; reports
 * what was seen, never judges. */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/siphash.h"

#define HISTORY_CODES_KEPT     12
#define HISTORY_PROTOCOLS_KEPT 4
#define HISTORY_PROTOCOL_SIZE  16
#define HISTORY_CHAIN_CAP      16384       /* bytes of a Certificate message kept */
#define HISTORY_AGE            (24 * 3600) /* seconds after which an observation counts for nothing */

/* Where a server is. NAME is the server name asked for, NULL (length 0) for the address and port as a whole. */
struct history_server {
    const uint8_t *address; /* 16 bytes, borrowed */
    uint16_t port;
    const uint8_t *name;
    size_t name_length;
};

/* Code points that were accepted, and when last. */
struct history_code {
    uint16_t code;
    uint32_t count;
    int64_t last; /* seconds since the epoch */
};

/* One application protocol that was chosen. */
struct history_protocol {
    uint8_t length;
    uint8_t bytes[HISTORY_PROTOCOL_SIZE];
    int64_t last;
};

/* What is known of one server, or of one name on it. Read only. */
struct history_entry {
    int64_t first, last;       /* seconds: first and latest observation */
    uint32_t accepted;         /* handshakes that completed */
    uint32_t clients;          /* distinct clients among them, about; at most 64 are told apart */
    int64_t without_name;      /* seconds: when a hello without a name was last accepted; 0 never */
    int64_t with_name;         /* the same for one with a name */
    int64_t long_hello;        /* the same for one of several segments */
    int64_t short_hello;       /* the same for one of a single segment */
    int64_t asked_certificate; /* when a client certificate was last asked for; 0 never */
    struct history_code versions[HISTORY_CODES_KEPT];
    struct history_code suites[HISTORY_CODES_KEPT];
    struct history_code groups[HISTORY_CODES_KEPT];
    struct history_protocol protocols[HISTORY_PROTOCOLS_KEPT];
    uint8_t *chain; /* the latest Certificate message that could be read; owned by the history */
    uint32_t chain_length;
    int64_t chain_time; /* seconds */
};

/* One handshake as it is remembered. Pointers are borrowed. */
struct history_observation {
    struct history_server server;
    const uint8_t *client;          /* 16 bytes */
    int64_t time;                   /* nanoseconds */
    bool accepted;                  /* it completed */
    uint16_t version, suite, group; /* 0 where not known */
    bool several_segments;          /* of the ClientHello */
    bool asked_certificate;
    struct cursor protocol; /* ALPN chosen; empty: none */
    struct cursor chain;    /* body of the server's Certificate message in the TLS 1.2 form; empty: not seen */
};

struct history;

/* An empty history of at most CAPACITY servers and names, the least lately seen forgotten first; chains are kept in at
 * most CHAIN_BYTES. NULL where memory is short. */
MUST_USE struct history *history_new(size_t capacity, size_t chain_bytes, const struct siphash_key *key);
void history_free(struct history *history);

/* True where another observation of this server at TIME (nanoseconds) is worth its cost: new ones always, busy ones
 * a few times a second. */
bool history_is_curious(struct history *history, const struct history_server *server, int64_t time);

/* Remembers, under the server as a whole and under the name asked for. Where memory is short nothing is remembered. */
void history_observe(struct history *history, const struct history_observation *observation);

/* What is known at TIME (nanoseconds); NULL where nothing is, or all of it is too old. Valid until the next call of
 * history_observe(). */
MUST_USE const struct history_entry *history_recall(const struct history *history, const struct history_server *server,
                                                    int64_t time);

/* True where CODE is among CODES (HISTORY_CODES_KEPT of them) and not older than HISTORY_AGE at NOW (seconds). */
bool history_has_code(const struct history_code *codes, uint16_t code, int64_t now);

struct history_counters {
    size_t entries, capacity, chain_bytes;
    uint64_t observed, forgotten, chains_refused;
};
const struct history_counters *history_counters(const struct history *history);

#endif
