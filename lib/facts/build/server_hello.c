/* What the server chose, and whether the client had offered it. */
#include <string.h>

#include "reading.h"
#include "tls/extension_type.h"

/* A hello without supported_versions offers its legacy_version and everything below (RFC 8446 appendix D.2). */
static bool is_version_offered(const struct tls_client_hello *hello, uint16_t version) {
    if (hello->versions.present) return reading_offers(&hello->versions, version);
    return version <= hello->legacy_version;
}

static bool is_suite_offered(const struct tls_client_hello *hello, uint16_t suite) {
    for (uint16_t i = 0; i < hello->suite_count && i < TLS_SUITES_KEPT; i++)
        if (hello->suites[i] == suite) return true;
    return false;
}

static bool is_extension_offered(const struct tls_client_hello *hello, uint16_t type) {
    /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV asks for it too (RFC 5746 section 3.3); a cookie needs no asking. */
    if (type == TLS_EXTENSION_RENEGOTIATION_INFO && is_suite_offered(hello, TLS_SUITE_EMPTY_RENEGOTIATION_INFO))
        return true;
    if (type == TLS_EXTENSION_COOKIE) return true;
    for (uint16_t i = 0; i < hello->extension_count && i < TLS_EXTENSIONS_KEPT; i++)
        if (hello->extensions[i] == type) return true;
    return hello->extensions_truncated;
}

static bool is_protocol_offered(const struct tls_client_hello *hello, const struct tls_protocol_name *protocol) {
    for (uint8_t i = 0; i < hello->protocol_count && i < TLS_PROTOCOLS_KEPT; i++)
        if (hello->protocols[i].length == protocol->length &&
            memcmp(hello->protocols[i].bytes, protocol->bytes, protocol->length) == 0)
            return true;
    return hello->protocols_truncated;
}

/* The group of a ServerHello, ServerKeyExchange or HelloRetryRequest against supported_groups. A client of TLS 1.2 that
 * sends no list takes any (RFC 8422 section 4). */
static void build_group(struct facts *facts, const struct reading *reading) {
    uint16_t group = 0;
    if (reading->has_retry_request && !reading->has_server_hello) group = reading->retry_request.group;
    if (reading->has_server_hello) group = reading->server_hello.group;
    if (reading->has_key_exchange && reading->key_exchange.group != 0) group = reading->key_exchange.group;
    if (group == 0 || !reading->hello.groups.present || reading->hello.groups.truncated) return;
    facts_set_boolean(facts, FACT_SERVER_GROUP_OFFERED, reading_offers(&reading->hello.groups, group));
}

/* The choices of the ServerHello against the offer; only where both could be read in full. */
static void build_choices(struct facts *facts, const struct reading *reading) {
    const struct tls_client_hello *hello = &reading->hello;
    const struct tls_server_hello *answer = &reading->server_hello;
    facts_set_boolean(facts, FACT_SERVER_VERSION_OFFERED, is_version_offered(hello, answer->version));
    if (!hello->suites_truncated && !hello->ssl2_format)
        facts_set_boolean(facts, FACT_SERVER_CIPHER_OFFERED, is_suite_offered(hello, answer->cipher_suite));
    if (answer->has_protocol)
        facts_set_boolean(facts, FACT_SERVER_ALPN_OFFERED, is_protocol_offered(hello, &answer->protocol));
    for (uint16_t i = 0; i < answer->extension_count && i < TLS_EXTENSIONS_KEPT; i++) {
        if (is_extension_offered(hello, answer->extensions[i])) continue;
        const char *name = tls_extension_name(answer->extensions[i]);
        facts_set_name(facts, FACT_SERVER_UNSOLICITED, name != NULL ? name : "an unknown extension");
        break;
    }
}

/* EncryptedExtensions carry the extension only as retry_configs (RFC 9849 section 5); in a HelloRetryRequest it
 * confirms that encrypted ClientHello was accepted. Absent where they could not be read. */
static void build_ech_retry(struct facts *facts, const struct reading *reading) {
    const struct tls_server_hello *answer = &reading->server_hello;
    if (!reading->conversation->kept[TLS_SLOT_ENCRYPTED_EXTENSIONS].seen) return;
    bool found = false;
    for (uint16_t i = 0; i < answer->extension_count; i++)
        found |= answer->extensions[i] == TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO;
    facts_set_boolean(facts, FACT_SERVER_ECH_RETRY, found);
}

static void build_key_exchange(struct facts *facts, const struct reading *reading) {
    const struct tls_server_key_exchange *message = &reading->key_exchange;
    if (!reading->has_key_exchange) return;
    if (message->dh_bits != 0) facts_set_integer(facts, FACT_SERVER_DH_BITS, message->dh_bits);
    if (!message->has_signature || message->signature_algorithm == 0) return;
    facts_set_name(facts, FACT_SERVER_SIGNATURE, tls_signature_scheme_name(message->signature_algorithm));
    if (reading->has_hello && reading->hello.signature_algorithms.present)
        facts_set_boolean(facts, FACT_SERVER_SIGNATURE_OFFERED,
                          reading_offers(&reading->hello.signature_algorithms, message->signature_algorithm));
}

void build_server_hello(struct facts *facts, const struct reading *reading) {
    const struct tls_server_hello *answer = &reading->server_hello;
    const struct tls_kept *kept = reading->conversation->kept;
    /* what comes behind a ServerHello that was missed proves it as well */
    facts_set_boolean(facts, FACT_SERVER_HELLO_SEEN,
                      kept[TLS_SLOT_SERVER_HELLO].seen || reading->conversation->phase >= TLS_PHASE_SERVER_HELLO);
    facts_set_boolean(facts, FACT_SERVER_HELLO_DONE,
                      reading->conversation->phase >= TLS_PHASE_SERVER_DONE && !reading->conversation->tls13);
    facts_set_boolean(facts, FACT_SERVER_STAPLED, kept[TLS_SLOT_CERTIFICATE_STATUS].seen);
    build_key_exchange(facts, reading);
    if (reading->has_hello) build_group(facts, reading);
    if (!reading->has_server_hello) return;
    if (!reading->server_hello_well_formed) facts_set_name(facts, FACT_SERVER_HELLO_ERROR, answer->error.field);
    if (answer->has_protocol) facts_set_text(facts, FACT_SERVER_ALPN, answer->protocol.bytes, answer->protocol.length);
    facts_set_boolean(facts, FACT_SERVER_DOWNGRADE_MARK, answer->downgrade != TLS_DOWNGRADE_NONE);
    if (answer->version < TLS_VERSION_13)
        facts_set_boolean(facts, FACT_SERVER_RENEGOTIATION_INFO, answer->has_renegotiation_info);
    build_ech_retry(facts, reading);
    if (reading->has_hello && reading->hello_well_formed && reading->server_hello_well_formed)
        build_choices(facts, reading);
}
