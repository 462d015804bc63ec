/* What the engine keeps beside a flow whose bytes are being read. Private to the engine. */
#ifndef ENGINE_CONNECTION_H
#define ENGINE_CONNECTION_H

#include "engine/engine.h"
#include "facts/facts.h"
#include "history/history.h"
#include "starttls/dialogue.h"
#include "tls/conversation.h"

/* The block that a connection has to fit into: the next larger one would be half empty. */
#define CONNECTION_BLOCK 2048

/* One followed connection; lives in a block of the pool, owned by flow->user. */
struct connection {
    size_t room;              /* real size of its block */
    bool client_recognised;   /* a ClientHello of the client has begun */
    bool server_recognised;   /* TLS of the server has begun, and nothing that it said led there */
    uint32_t client_segments; /* segments of the client with payload, until the ClientHello is whole */
    /* what was said in plain text before; a block of the pool, NULL where nothing was: mostly */
    struct starttls_dialogue *upgrade;
    size_t upgrade_room; /* real size of that block */
    struct tls_conversation conversation;
};
_Static_assert(sizeof(struct connection) <= CONNECTION_BLOCK, "a connection fits into its block");

struct engine {
    struct engine_options options;
    engine_sink sink;
    void *sink_context;
    struct packet_decoder *decoder;
    struct block_pool pool;
    struct flow_table *table;
    struct history *history;
    struct attempts *attempts;
    struct engine_counters counters;
    int64_t last_time;  /* the latest since the clock last leapt; 0 before the first */
    struct facts facts; /* scratch: one verdict at a time */
    struct diag diag;   /* scratch */
};

/* The handler of the flow table; CONTEXT is the engine. */
struct flow_handler connection_handler(struct engine *engine);

/* A block of the pool of at least SIZE bytes for FLOW, less worthy flows make room; NULL, counted, where that was not
 * enough. *ROOM: its real size. */
MUST_USE void *connection_block_get(struct engine *engine, const struct flow *flow, size_t size, size_t *room);

/* Judges a connection that is over and hands the verdict on. CONNECTION is NULL where no byte was read. */
void verdict_reach(struct engine *engine, const struct flow *flow, const struct connection *connection,
                   enum flow_end why, int64_t now);

/* Remembers what CONVERSATION taught about its server; ACCEPTED: the handshake completed. */
void history_learn(struct engine *engine, const struct flow *flow, const struct tls_conversation *conversation,
                   bool accepted, int64_t time);

/* Whether PORT is on the list of ports where TLS is to be expected. */
bool engine_is_tls_port(const struct engine *engine, uint16_t port);

/* Fills diag->connection: addresses, Community ID, event id, times. INSPECTOR may be NULL. */
void identity_fill(struct diag_connection *identity, const struct flow *flow, int64_t end,
                   struct x509_inspector *inspector);

/* Fills diag's timeline out of TCP's books, the dialogue before TLS (NULL where there was none) and the
 * conversation's events; FACTS say what the hellos held. */
void timeline_fill(struct diag *diag, const struct flow *flow, const struct starttls_dialogue *upgrade,
                   const struct tls_conversation *conversation, const struct facts *facts);

#endif
