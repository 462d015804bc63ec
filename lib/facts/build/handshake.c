/* How far it came and what was agreed. */
#include <stdlib.h>

#include "base/moment.h"
#include "reading.h"

static const char *const phase_names[] = {
    [TLS_PHASE_NONE] = "tcp",
    [TLS_PHASE_CLIENT_HELLO] = "client_hello",
    [TLS_PHASE_HELLO_RETRY] = "hello_retry",
    [TLS_PHASE_CLIENT_HELLO_RETRIED] = "hello_retry",
    [TLS_PHASE_SERVER_HELLO] = "server_hello",
    [TLS_PHASE_SERVER_CERTIFICATE] = "certificate",
    [TLS_PHASE_SERVER_DONE] = "server_done",
    [TLS_PHASE_CLIENT_CERTIFICATE] = "client_certificate",
    [TLS_PHASE_CLIENT_KEY_EXCHANGE] = "client_key_exchange",
    [TLS_PHASE_CLIENT_FINISHED] = "finished",
    [TLS_PHASE_DONE] = "done",
};

static uint16_t group_used(const struct reading *reading) {
    if (reading->has_key_exchange && reading->key_exchange.group != 0) return reading->key_exchange.group;
    return reading->has_server_hello ? reading->server_hello.group : 0;
}

/* Text instead of TLS, but no text behind an alert: some servers follow their alert with words in plain text. */
static bool server_is_not_tls(const struct tls_conversation *conversation) {
    const struct tls_direction *server = &conversation->direction[SIDE_SERVER];
    return server->not_tls && server->records == 0 && conversation->gaps[SIDE_SERVER] == 0 &&
           !reading_answers_in_ssl2(conversation);
}

static bool client_is_not_tls(const struct tls_conversation *conversation) {
    const struct tls_direction *client = &conversation->direction[SIDE_CLIENT];
    return client->not_tls && client->records == 0 && conversation->gaps[SIDE_CLIENT] == 0;
}

static void build_plaintext(struct facts *facts, const struct tls_conversation *conversation) {
    const struct tls_direction *client = &conversation->direction[SIDE_CLIENT];
    const struct tls_direction *server = &conversation->direction[SIDE_SERVER];
    facts_set_boolean(facts, FACT_CLIENT_NOT_TLS, client_is_not_tls(conversation));
    facts_set_boolean(facts, FACT_SERVER_NOT_TLS, server_is_not_tls(conversation));
    if (client->odd_length > 0) facts_set_text(facts, FACT_CLIENT_FIRST_BYTES, client->odd_bytes, client->odd_length);
    if (server->odd_length > 0) facts_set_text(facts, FACT_SERVER_FIRST_BYTES, server->odd_bytes, server->odd_length);
}

/* Who answers in plain text: a box on the path that forges a page for the server has a TTL of its own, while the server
 * goes on in its. */
static void build_plaintext_ttl(struct facts *facts, const struct flow_half *server) {
    if (server->ttl_syn == 0 || server->ttl_first_payload == 0 || server->ttl_first_payload == server->ttl_syn) return;
    facts_set_integer(facts, FACT_PLAINTEXT_TTL_DELTA, abs((int)server->ttl_first_payload - (int)server->ttl_syn));
    facts_set_boolean(facts, FACT_PLAINTEXT_TTL_BOTH, server->ttl_syn_again);
}

/* What the other side made of text in place of TLS. */
static const char *plaintext_answer(const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    enum side other = side_other(reading->end.by);
    if (conversation->direction[other].alerts > 0) return "alert";
    if (reading->flow->half[other].payload_packets > 0) return "text";
    return reading->flow->first_end_valid && reading->flow->first_end_side == other ? "close" : "none";
}

static const char *malformation_name(uint8_t kind) {
    switch (kind) {
    case TLS_EVENT_OVERSIZED:
        return "oversized_record";
    case TLS_EVENT_BAD_MESSAGE:
        return "bad_message";
    default:
        return NULL;
    }
}

/* What was malformed in the stream itself, first of each side; an echo server returns the ClientHello. */
static void build_oddities(struct facts *facts, const struct tls_conversation *conversation) {
    static const enum fact malformed[SIDE_COUNT] = {FACT_CLIENT_MALFORMED, FACT_SERVER_MALFORMED};
    bool echoes = false;
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        const char *name = malformation_name(event->kind);
        if (name != NULL && event->side < SIDE_COUNT && !facts_has(facts, malformed[event->side]))
            facts_set_name(facts, malformed[event->side], name);
        if (event->side == SIDE_SERVER && event->kind == TLS_EVENT_MESSAGE && event->type == TLS_MESSAGE_CLIENT_HELLO)
            echoes = true;
    }
    facts_set_boolean(facts, FACT_SERVER_ECHOES, echoes);
}

static void build_agreement(struct facts *facts, const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    if (conversation->version == 0) return;
    facts_set_version(facts, FACT_HANDSHAKE_VERSION, conversation->version);
    facts_set_name(facts, FACT_HANDSHAKE_GROUP, tls_group_name(group_used(reading)));
    if (reading->suite == NULL) return;
    facts_set_name(facts, FACT_HANDSHAKE_CIPHER, reading->suite->name);
    facts_set_name(facts, FACT_HANDSHAKE_KEY_EXCHANGE, tls_key_exchange_name(reading->suite->key_exchange));
}

/* How soon after the handshake a client leaves "at once". */
#define LEFT_AT_ONCE (2 * MOMENT_SECOND)

/* Data of the client behind its Finished; in TLS 1.3 everything is a record of the same type, and sizes decide. */
static bool client_sent_data(const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    if (conversation->tls13) return reading->completion.shape.client_data || conversation->events_dropped > 0;
    return conversation->direction[SIDE_CLIENT].application_records > 0;
}

/* Whether the client closed at once behind a handshake that was completed, without a byte of data: it may not like the
 * certificate (causes.md, "The grey zone"). Only a client that was seen to close has left. */
static void build_left(struct facts *facts, const struct reading *reading) {
    const struct flow *flow = reading->flow;
    const struct tls_conversation *conversation = reading->conversation;
    int64_t done = conversation->done_time != 0 ? conversation->done_time : reading_last_progress(reading->sources);
    bool closed = flow->first_end_valid && flow->first_end_side == SIDE_CLIENT;
    bool missed = conversation->gaps[SIDE_CLIENT] + conversation->gaps[SIDE_SERVER] > 0;
    if (reading->completion.completed != COMPLETED_YES || !closed || missed) return;
    bool at_once = flow->first_end_time - done <= LEFT_AT_ONCE;
    facts_set_boolean(facts, FACT_LEFT_WITHOUT_DATA, at_once && !client_sent_data(reading));
}

void build_handshake(struct facts *facts, const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    const struct tls_direction *client = &conversation->direction[SIDE_CLIENT];
    const struct tls_direction *server = &conversation->direction[SIDE_SERVER];
    facts_set_name(facts, FACT_PHASE, reading_name(phase_names, conversation->phase));
    if (reading->completion.completed != COMPLETED_UNKNOWN)
        facts_set_boolean(facts, FACT_COMPLETED, reading->completion.completed == COMPLETED_YES);
    facts_set_boolean(facts, FACT_RESUMED, conversation->resumed);
    facts_set_boolean(facts, FACT_HELLO_RETRY, conversation->hello_retry);
    facts_set_boolean(facts, FACT_HANDSHAKE_OUT_OF_ORDER, conversation->out_of_order);
    facts_set_boolean(facts, FACT_CLIENT_FINISHED_SEEN, client->finished);
    facts_set_boolean(facts, FACT_SERVER_FINISHED_SEEN, server->finished);
    facts_set_boolean(facts, FACT_CLIENT_CHANGED_CIPHER, client->change_cipher_spec);
    facts_set_boolean(facts, FACT_SERVER_CHANGED_CIPHER, server->change_cipher_spec);
    if (reading->has_retry_request)
        facts_set_name(facts, FACT_RETRY_GROUP, tls_group_name(reading->retry_request.group));
    build_agreement(facts, reading);
    build_plaintext(facts, conversation);
    if (reading->end.kind == FACTS_END_PLAINTEXT)
        facts_set_name(facts, FACT_PLAINTEXT_ANSWER, plaintext_answer(reading));
    if (server_is_not_tls(conversation)) build_plaintext_ttl(facts, &reading->flow->half[SIDE_SERVER]);
    build_oddities(facts, conversation);
    build_left(facts, reading);
}
