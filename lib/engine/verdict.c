/* From a connection that is over to a verdict that is handed on. */
#include "attempt.h"
#include "connection.h"
#include "decrypt/replay.h"
#include "facts/connection.h"
#include "facts_build/build.h"

/* The client said something, and its first bytes never came by. */
static bool is_beginning_missing(const struct flow *flow) {
    const struct flow_half *client = &flow->half[SIDE_CLIENT];
    return client->payload_packets > 0 || (client->fin_seen && client->fin_sequence != client->next_sequence);
}

/* A connection without a byte of TLS is our subject only where TLS was to be expected, and only where its end was
 * seen: a refusal, or silence for as long as we wait; or where the client's first words got lost. */
static bool is_our_subject(const struct engine *engine, const struct flow *flow, const struct connection *connection,
                           enum flow_end why, int64_t now) {
    if (connection != NULL) return true;
    if (why == FLOW_END_EVICTED || !attempt_expects_tls(engine, flow, now)) return false;
    return flow->reset_count > 0 || flow->icmp_time != 0 || flow->half[SIDE_CLIENT].syn_count > 1 ||
           is_beginning_missing(flow);
}

/* What the connection is called, for the sentences of the rules. */
static void connection_facts_fill(struct facts *facts, const struct diag_connection *identity) {
    struct facts_endpoint client = {.address = identity->source_address, .port = identity->source_port};
    struct facts_endpoint server = {.address = identity->destination_address, .port = identity->destination_port};
    facts_set_connection(facts, &client, &server, identity->application);
}

static bool is_handshake(const struct facts *facts) {
    return facts_is(facts, FACT_CLIENT_HELLO_SEEN) || facts_is(facts, FACT_SERVER_HELLO_SEEN);
}

static bool verdict_count(struct engine *engine, const struct diag *diag) {
    switch (diag->outcome) {
    case DIAG_FAILURE:
        engine->counters.failures++;
        return true;
    case DIAG_SUCCESS:
        engine->counters.successes++;
        return engine->options.successes;
    case DIAG_UNKNOWN:
        break;
    }
    if (diag->suspect) {
        engine->counters.successes++;
        engine->counters.suspects++;
        return engine->options.suspects;
    }
    if (!is_handshake(diag->facts)) return false; /* plain TCP that never came to TLS is nobody's handshake */
    engine->counters.unknowns++;
    return engine->options.successes;
}

/* The last packet of the flow ends it: timers that fire later are ours, not the wire's. */
static int64_t end_time(const struct flow *flow) {
    return flow->last_time > flow->start_time ? flow->last_time : flow->start_time;
}

/* Hears CONVERSATION again where the key log has its secrets. */
static bool replay_begin(struct engine *engine, struct decrypt_replay *replay,
                         const struct tls_conversation *conversation) {
    const struct engine_options *options = &engine->options;
    if (options->keylog == NULL || conversation == NULL || conversation->version == 0) return false;
    if (options->keylog_refresh != NULL) options->keylog_refresh(options->keylog_context);
    if (!decrypt_replay_begin(replay, conversation, options->keylog)) return false;
    engine->counters.decrypted++;
    return true;
}

/* A greeting before a ClientHello makes no dialogue, and "220" greets in more than one protocol. */
static const char *application_of(const struct starttls_dialogue *upgrade) {
    if (upgrade == NULL) return NULL;
    if (upgrade->tls[SIDE_CLIENT] && upgrade->opening_length[SIDE_CLIENT] == 0) return NULL;
    return starttls_protocol_name(upgrade->protocol);
}

/* CONVERSATION is NULL where no byte was read, UPGRADE where none was plain text. */
static void judge(struct engine *engine, const struct flow *flow, const struct starttls_dialogue *upgrade,
                  const struct tls_conversation *conversation, enum flow_end why, int64_t now) {
    bool done =
        conversation != NULL && conversation->phase == TLS_PHASE_DONE && !tls_conversation_ech_refused(conversation);
    if (done) history_learn(engine, flow, conversation, true, now);
    bool left = engine->options.suspects && flow->first_end_valid; /* perhaps over the certificate */
    if (done && !left && !engine->options.successes) {
        engine->counters.successes++;
        return;
    }
    struct facts_sources sources = {
        .flow = flow,
        .conversation = conversation,
        .upgrade = upgrade,
        .why = why,
        .now = now,
        .tls_port = attempt_expects_tls(engine, flow, now),
        .continuous = engine->options.continuous,
        .inspector = engine->options.inspector,
        .history = engine->history,
    };
    struct diag *diag = &engine->diag;
    attempt_judge(engine, flow, conversation == NULL, &sources);
    facts_build(&engine->facts, &sources);
    identity_fill(&diag->connection, flow, end_time(flow), engine->options.inspector);
    diag->connection.application = application_of(upgrade);
    connection_facts_fill(&engine->facts, &diag->connection);
    diag_judge(diag, &engine->facts, engine->options.rules);
    if (conversation != NULL && !done) history_learn(engine, flow, conversation, diag->outcome == DIAG_SUCCESS, now);
    if (!verdict_count(engine, diag)) return;
    timeline_fill(diag, flow, upgrade, conversation, &engine->facts);
    engine->sink(engine->sink_context, diag);
}

void verdict_reach(struct engine *engine, const struct flow *flow, const struct connection *connection,
                   enum flow_end why, int64_t now) {
    if (!is_our_subject(engine, flow, connection, why, now)) return;
    const struct tls_conversation *conversation = connection != NULL ? &connection->conversation : NULL;
    struct decrypt_replay replay;
    bool decrypted = replay_begin(engine, &replay, conversation);
    const struct starttls_dialogue *upgrade = connection != NULL ? connection->upgrade : NULL;
    judge(engine, flow, upgrade, decrypted ? &replay.conversation : conversation, why, now);
    if (decrypted) decrypt_replay_done(&replay);
}
