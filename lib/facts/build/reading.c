#include "reading.h"

#include <string.h>

const struct tls_conversation *reading_silence(void) {
    static const struct tls_conversation silence;
    return &silence;
}

/* Parses one hello of the client; true where it was kept whole. */
static bool client_hello_read(const struct tls_conversation *conversation, enum tls_slot slot, bool ssl2,
                              struct tls_client_hello *hello, bool *well_formed) {
    struct cursor body;
    if (!tls_conversation_message(conversation, slot, &body)) return false;
    *well_formed = ssl2 ? tls_client_hello_parse_ssl2(body, hello) : tls_client_hello_parse(body, hello);
    return true;
}

static bool server_hello_read(const struct tls_conversation *conversation, enum tls_slot slot,
                              struct tls_server_hello *hello, bool *well_formed) {
    struct cursor body;
    if (!tls_conversation_message(conversation, slot, &body)) return false;
    *well_formed = tls_server_hello_parse(body, hello);
    return true;
}

static bool chain_read(const struct tls_conversation *conversation, enum tls_slot slot,
                       struct tls_certificate_list *chain) {
    struct cursor body;
    return tls_conversation_message(conversation, slot, &body) && tls_certificate_parse(body, chain);
}

static void hellos_read(struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    bool ignored;
    reading->has_hello = client_hello_read(conversation, TLS_SLOT_CLIENT_HELLO, conversation->ssl2_hello,
                                           &reading->hello, &reading->hello_well_formed);
    reading->has_retried =
        client_hello_read(conversation, TLS_SLOT_CLIENT_HELLO_RETRIED, false, &reading->retried, &ignored);
    reading->has_retry_request =
        server_hello_read(conversation, TLS_SLOT_HELLO_RETRY_REQUEST, &reading->retry_request, &ignored);
    reading->has_server_hello = server_hello_read(conversation, TLS_SLOT_SERVER_HELLO, &reading->server_hello,
                                                  &reading->server_hello_well_formed);
    if (conversation->version != 0) reading->suite = tls_suite_find(conversation->cipher_suite);
    struct cursor body;
    if (conversation->decrypted && tls_conversation_message(conversation, TLS_SLOT_ENCRYPTED_EXTENSIONS, &body))
        reading->server_hello_well_formed &= tls_encrypted_extensions_parse(body, &reading->server_hello);
}

static void flights_read(struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    struct cursor body;
    enum tls_key_exchange exchange = reading->suite != NULL ? reading->suite->key_exchange : TLS_KEY_EXCHANGE_UNKNOWN;
    bool anonymous = reading->suite != NULL && reading->suite->authentication == TLS_AUTHENTICATION_ANONYMOUS;
    if (tls_conversation_message(conversation, TLS_SLOT_SERVER_KEY_EXCHANGE, &body))
        reading->has_key_exchange =
            tls_server_key_exchange_parse(body, exchange, anonymous, conversation->version, &reading->key_exchange);
    if (tls_conversation_message(conversation, TLS_SLOT_CERTIFICATE_REQUEST, &body))
        reading->has_request = tls_certificate_request_parse(body, conversation->version, &reading->request);
    reading->has_server_chain = chain_read(conversation, TLS_SLOT_SERVER_CERTIFICATE, &reading->server_chain);
    reading->has_client_chain = chain_read(conversation, TLS_SLOT_CLIENT_CERTIFICATE, &reading->client_chain);
}

void reading_begin(struct reading *reading, const struct facts_sources *sources) {
    memset(reading, 0, sizeof *reading);
    reading->sources = sources;
    reading->flow = sources->flow;
    reading->conversation = sources->conversation != NULL ? sources->conversation : reading_silence();
    completion_judge(sources->flow, sources->conversation, &reading->completion);
    facts_end_find(sources, &reading->end);
    hellos_read(reading);
    flights_read(reading);
}

int reading_last_event(const struct tls_conversation *conversation, enum side side, int before) {
    for (int i = before - 1; i >= 0; i--)
        if (conversation->events[i].side == side) return i;
    return -1;
}

bool reading_offers(const struct tls_code_list *list, uint16_t code) {
    for (uint16_t i = 0; i < list->count; i++)
        if (list->codes[i] == code) return true;
    return false;
}

/* A record of SSL 2.0 (The SSL Protocol, 1995, appendix D): two bytes of length with the highest bit set, then the
 * type, 4 for SERVER-HELLO. */
bool reading_answers_in_ssl2(const struct tls_conversation *conversation) {
    const struct tls_direction *server = &conversation->direction[SIDE_SERVER];
    struct cursor bytes = cursor_over(server->odd_bytes, server->odd_length);
    uint16_t length;
    uint8_t type;
    return conversation->ssl2_hello && cursor_get_u16(&bytes, &length) && (length & 0x8000) != 0 &&
           cursor_get_u8(&bytes, &type) && type == 4;
}

bool reading_suite_is_signal(uint16_t suite) {
    return suite == TLS_SUITE_EMPTY_RENEGOTIATION_INFO || suite == TLS_SUITE_FALLBACK || tls_is_grease(suite);
}

int64_t reading_last_progress(const struct facts_sources *sources) {
    const struct flow *flow = sources->flow;
    int64_t last = flow->start_time;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (flow->half[side].syn_time > last) last = flow->half[side].syn_time;
    const struct tls_conversation *conversation = sources->conversation;
    const struct starttls_dialogue *upgrade = sources->upgrade;
    if (upgrade != NULL && upgrade->asked_time > last) last = upgrade->asked_time;
    if (upgrade != NULL && upgrade->answer_time > last) last = upgrade->answer_time;
    if (conversation == NULL || conversation->event_count == 0) return last;
    int64_t event = conversation->events[conversation->event_count - 1].time;
    return event > last ? event : last;
}

void facts_build(struct facts *facts, const struct facts_sources *sources) {
    static void (*const families[])(struct facts *, const struct reading *) = {
        build_sight,
        build_end,
        build_history,
        build_tcp,
        build_path,
        build_reset,
        build_handshake,
        build_alert,
        build_client_hello,
        build_client_offer,
        build_fingerprint,
        build_server_hello,
        build_server_certificate,
        build_client_certificate,
        build_shape,
        build_upgrade,
    };
    struct reading reading;
    facts_reset(facts);
    reading_begin(&reading, sources);
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        families[i](facts, &reading);
}
