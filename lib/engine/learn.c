/* What a connection teaches about its server, for the verdicts about others. */
#include "connection.h"
#include "tls/names.h"
#include "tls/server_hello.h"

/* The ClientHello that the server accepted: the second where there was a HelloRetryRequest. */
static bool hello_read(const struct tls_conversation *conversation, struct tls_client_hello *hello) {
    struct cursor body;
    if (conversation->ssl2_hello || !tls_conversation_message(conversation, TLS_SLOT_CLIENT_HELLO, &body)) return false;
    return tls_client_hello_parse(body, hello);
}

/* The group of a ServerKeyExchange (TLS 1.2 and older); 0 where there is none. */
static uint16_t key_exchange_group(const struct tls_conversation *conversation) {
    const struct tls_suite *suite = tls_suite_find(conversation->cipher_suite);
    struct tls_server_key_exchange message;
    struct cursor body;
    if (suite == NULL || !tls_conversation_message(conversation, TLS_SLOT_SERVER_KEY_EXCHANGE, &body)) return 0;
    bool anonymous = suite->authentication == TLS_AUTHENTICATION_ANONYMOUS;
    if (!tls_server_key_exchange_parse(body, suite->key_exchange, anonymous, conversation->version, &message)) return 0;
    return message.group;
}

static void observation_fill(struct history_observation *observation, const struct tls_conversation *conversation,
                             const struct tls_server_hello *server_hello) {
    struct cursor chain;
    observation->version = conversation->version;
    observation->suite = conversation->cipher_suite;
    observation->group = conversation->tls13 ? server_hello->group : key_exchange_group(conversation);
    observation->several_segments = conversation->hello_segments > 1;
    observation->asked_certificate = conversation->kept[TLS_SLOT_CERTIFICATE_REQUEST].seen;
    if (server_hello->has_protocol)
        observation->protocol = cursor_over(server_hello->protocol.bytes, server_hello->protocol.length);
    if (tls_conversation_message(conversation, TLS_SLOT_SERVER_CERTIFICATE, &chain)) observation->chain = chain;
}

void history_learn(struct engine *engine, const struct flow *flow, const struct tls_conversation *conversation,
                   bool accepted, int64_t time) {
    struct tls_client_hello hello;
    struct tls_server_hello server_hello;
    struct cursor body;
    struct history_observation observation = {
        .server = {.address = flow->address[SIDE_SERVER].bytes, .port = flow->port[SIDE_SERVER]},
        .client = flow->address[SIDE_CLIENT].bytes,
        .time = time,
        .accepted = accepted,
    };
    if (conversation->phase < TLS_PHASE_SERVER_HELLO) return;
    if (!history_is_curious(engine->history, &observation.server, time)) return;
    if (!tls_conversation_message(conversation, TLS_SLOT_SERVER_HELLO, &body)) return;
    if (!tls_server_hello_parse(body, &server_hello) || !hello_read(conversation, &hello)) return;
    if (conversation->decrypted && tls_conversation_message(conversation, TLS_SLOT_ENCRYPTED_EXTENSIONS, &body))
        (void)!tls_encrypted_extensions_parse(body, &server_hello);
    if (hello.has_server_name && hello.server_name_length <= TLS_NAME_KEPT) {
        observation.server.name = hello.server_name;
        observation.server.name_length = hello.server_name_length;
    }
    observation_fill(&observation, conversation, &server_hello);
    history_observe(engine->history, &observation);
}
