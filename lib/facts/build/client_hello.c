/* What the ClientHello says: lists by their names, the server name, what in it is illegal. */
#include <string.h>

#include "reading.h"

/* What a hello without supported_versions offers: its legacy_version and all below that the client still speaks. */
static const char *const version_ranges[] = {"SSL 3.0", "up to TLS 1.0", "up to TLS 1.1", "up to TLS 1.2"};

static void build_versions_by_legacy(struct facts *facts, const struct tls_client_hello *hello) {
    uint16_t version = hello->legacy_version;
    facts_set_version(facts, FACT_CLIENT_MAX_VERSION, version);
    facts_list_begin(facts, FACT_CLIENT_VERSIONS);
    if (version >= TLS_VERSION_SSL3 && (size_t)(version - TLS_VERSION_SSL3) < ARRAY_LENGTH(version_ranges))
        facts_list_add_name(facts, FACT_CLIENT_VERSIONS, version_ranges[version - TLS_VERSION_SSL3]);
    else if (tls_version_name(version) != NULL)
        facts_list_add_name(facts, FACT_CLIENT_VERSIONS, tls_version_name(version));
    facts_set_boolean(facts, FACT_CLIENT_VERSIONS_KNOWN, version >> 8 == 3 || version == TLS_VERSION_SSL2);
}

/* supported_versions, RFC 8446 section 4.2.1. */
static void build_versions(struct facts *facts, const struct tls_client_hello *hello) {
    uint16_t highest = 0, lowest = UINT16_MAX;
    if (!hello->versions.present) {
        build_versions_by_legacy(facts, hello);
        return;
    }
    facts_list_begin(facts, FACT_CLIENT_VERSIONS);
    for (uint16_t i = 0; i < hello->versions.count; i++) {
        uint16_t version = hello->versions.codes[i];
        if (tls_is_grease(version) || tls_version_name(version) == NULL) continue;
        facts_list_add_name(facts, FACT_CLIENT_VERSIONS, tls_version_name(version));
        if (version > TLS_VERSION_13) continue; /* a draft: known by name, above no release */
        if (version > highest) highest = version;
        if (version < lowest) lowest = version;
    }
    facts_set_boolean(facts, FACT_CLIENT_VERSIONS_KNOWN, highest != 0);
    if (highest == 0) return;
    facts_set_version(facts, FACT_CLIENT_MAX_VERSION, highest);
    facts_set_version(facts, FACT_CLIENT_MIN_VERSION, lowest);
}

static void build_suites(struct facts *facts, const struct tls_client_hello *hello) {
    int64_t count = 0;
    bool fallback = false, renegotiation = hello->has_renegotiation_info;
    facts_list_begin(facts, FACT_CLIENT_SUITES);
    for (uint16_t i = 0; i < hello->suite_count && i < TLS_SUITES_KEPT; i++) {
        uint16_t suite = hello->suites[i];
        if (suite == TLS_SUITE_FALLBACK) fallback = true;
        if (suite == TLS_SUITE_EMPTY_RENEGOTIATION_INFO) renegotiation = true;
        if (reading_suite_is_signal(suite)) continue;
        count++;
        const char *name = tls_suite_name(suite);
        if (name != NULL) facts_list_add_name(facts, FACT_CLIENT_SUITES, name);
    }
    facts_set_integer(facts, FACT_CLIENT_SUITE_COUNT, count);
    facts_set_boolean(facts, FACT_CLIENT_FALLBACK, fallback);
    facts_set_boolean(facts, FACT_CLIENT_RENEGOTIATION_INFO, renegotiation);
}

static void build_names(struct facts *facts, enum fact fact, const struct tls_code_list *list,
                        const char *(*name)(uint16_t)) {
    if (!list->present) return;
    facts_list_begin(facts, fact);
    for (uint16_t i = 0; i < list->count; i++)
        if (!tls_is_grease(list->codes[i]) && name(list->codes[i]) != NULL)
            facts_list_add_name(facts, fact, name(list->codes[i]));
}

static void build_protocols(struct facts *facts, const struct tls_client_hello *hello) {
    if (!hello->has_protocols) return;
    facts_list_begin(facts, FACT_CLIENT_ALPN);
    for (uint8_t i = 0; i < hello->protocol_count && i < TLS_PROTOCOLS_KEPT; i++) {
        const struct tls_protocol_name *protocol = &hello->protocols[i];
        bool grease =
            protocol->length == 2 && protocol->bytes[0] == protocol->bytes[1] && (protocol->bytes[0] & 0x0f) == 0x0a;
        if (!grease) facts_list_add_text(facts, FACT_CLIENT_ALPN, protocol->bytes, protocol->length);
    }
}

static bool is_name_byte(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.';
}

/* Digits and dots only, three dots: an IPv4 address. A colon: an IPv6 address. RFC 6066 section 3 allows neither. */
static bool is_address(const uint8_t *name, size_t length) {
    size_t dots = 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == ':') return true;
        if (name[i] == '.')
            dots++;
        else if (name[i] < '0' || name[i] > '9')
            return false;
    }
    return dots == 3;
}

static const char *name_oddity(const uint8_t *name, size_t length) {
    if (length == 0) return "empty";
    if (is_address(name, length)) return "address";
    for (size_t i = 0; i < length; i++)
        if (!is_name_byte(name[i])) return "syntax";
    if (name[length - 1] == '.') return "trailing_dot";
    return memchr(name, '.', length) == NULL ? "single_label" : NULL;
}

static void build_server_name(struct facts *facts, const struct tls_client_hello *hello) {
    size_t length = hello->server_name_length < TLS_NAME_KEPT ? hello->server_name_length : TLS_NAME_KEPT;
    facts_set_boolean(facts, FACT_CLIENT_HAS_SERVER_NAME, hello->has_server_name);
    if (!hello->has_server_name) return;
    if (length > 0) facts_set_text(facts, FACT_CLIENT_SERVER_NAME, hello->server_name, length);
    facts_set_name(facts, FACT_CLIENT_SERVER_NAME_ODD, name_oddity(hello->server_name, length));
}

static bool lacks_null_compression(const struct tls_client_hello *hello) {
    uint8_t kept = hello->compression_count < sizeof hello->compression_methods
                       ? hello->compression_count
                       : (uint8_t)sizeof hello->compression_methods;
    for (uint8_t i = 0; i < kept; i++)
        if (hello->compression_methods[i] == 0) return false;
    return !hello->ssl2_format && kept == hello->compression_count;
}

/* What a server has to refuse in a hello that can be read: RFC 8446 sections 4.1.2, 4.2, 4.2.11 and 9.2. */
static const char *illegal_part(const struct tls_client_hello *hello, int64_t suite_count) {
    bool tls13 = reading_offers(&hello->versions, TLS_VERSION_13);
    if (hello->duplicate_extension) return "duplicate_extension";
    if (hello->server_name_malformed) return "bad_server_name";
    if (suite_count == 0) return "no_suites";
    if (lacks_null_compression(hello)) return "no_null_compression";
    if (hello->session_id_length > 32) return "long_session_id";
    if (hello->has_psk && !hello->psk_is_last) return "psk_not_last";
    if (tls13 && !hello->has_psk && !hello->signature_algorithms.present) return "missing_signature_algorithms";
    if (tls13 && !hello->has_psk && !hello->groups.present) return "missing_groups";
    return NULL;
}

static void build_flags(struct facts *facts, const struct tls_client_hello *hello) {
    bool hybrid = false;
    for (uint16_t i = 0; i < hello->key_shares.count; i++)
        hybrid = hybrid || tls_group_is_hybrid(hello->key_shares.codes[i]);
    facts_set_boolean(facts, FACT_CLIENT_SSL2, hello->ssl2_format);
    facts_set_boolean(facts, FACT_CLIENT_HYBRID_SHARE, hybrid);
    facts_set_boolean(facts, FACT_CLIENT_HAS_PSK, hello->has_psk);
    facts_set_boolean(facts, FACT_CLIENT_TAKES_TICKETS, hello->psk_mode_count > 0);
    facts_set_boolean(facts, FACT_CLIENT_EARLY_DATA, hello->has_early_data);
    facts_set_boolean(facts, FACT_CLIENT_ECH, hello->has_ech);
    facts_set_boolean(facts, FACT_CLIENT_ASKS_STATUS, hello->has_status_request);
}

void build_client_hello(struct facts *facts, const struct reading *reading) {
    const struct tls_kept *kept = &reading->conversation->kept[TLS_SLOT_CLIENT_HELLO];
    const struct tls_client_hello *hello = &reading->hello;
    facts_set_boolean(facts, FACT_CLIENT_HELLO_SEEN, reading->conversation->phase >= TLS_PHASE_CLIENT_HELLO);
    if (kept->seen) facts_set_integer(facts, FACT_CLIENT_HELLO_LENGTH, kept->full_length);
    if (!reading->has_hello) return;
    if (!reading->hello_well_formed) facts_set_name(facts, FACT_CLIENT_HELLO_ERROR, hello->error.field);
    build_versions(facts, hello);
    build_suites(facts, hello);
    build_names(facts, FACT_CLIENT_GROUPS, &hello->groups, tls_group_name);
    build_names(facts, FACT_CLIENT_KEY_SHARES, reading->has_retried ? &reading->retried.key_shares : &hello->key_shares,
                tls_group_name);
    build_names(facts, FACT_CLIENT_SIGNATURES, &hello->signature_algorithms, tls_signature_scheme_name);
    build_protocols(facts, hello);
    build_server_name(facts, hello);
    build_flags(facts, hello);
    if (reading->hello_well_formed)
        facts_set_name(facts, FACT_CLIENT_HELLO_ILLEGAL,
                       illegal_part(hello, facts_integer(facts, FACT_CLIENT_SUITE_COUNT)));
}
