#include "tls/names.h"

#include <strings.h>

#include "names_table.h"

/* Halves what is left in each turn, whatever is found: no branch that a processor could guess wrong. */
const struct tls_suite *tls_suite_find(uint16_t code) {
    const struct tls_suite *first = tls_suites;
    for (size_t left = tls_suites_count; left > 1;) {
        size_t half = left / 2;
        first += first[half].code <= code ? half : 0;
        left -= half;
    }
    return first->code == code ? first : NULL;
}

/* The same search for the tables that hold nothing but names. */
static const char *code_name_find(const struct tls_code_name *table, size_t count, uint16_t code) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && table[low].code == code ? table[low].name : NULL;
}

static const struct tls_group_row *group_find(uint16_t code) {
    for (size_t i = 0; i < tls_groups_count; i++)
        if (tls_groups[i].code == code) return &tls_groups[i];
    return NULL;
}

static const struct tls_version_row *version_find(uint16_t code) {
    for (size_t i = 0; i < tls_versions_count; i++)
        if (tls_versions[i].code == code) return &tls_versions[i];
    return NULL;
}

/* RFC 8701 section 2: both bytes are the same and end in 0xa. */
bool tls_is_grease(uint16_t code) {
    return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

const char *tls_suite_name(uint16_t code) {
    const struct tls_suite *suite = tls_suite_find(code);
    return suite != NULL ? suite->name : NULL;
}

const char *tls_version_name(uint16_t version) {
    const struct tls_version_row *row = version_find(version);
    return row != NULL ? row->name : NULL;
}

const char *tls_version_number(uint16_t version) {
    const struct tls_version_row *row = version_find(version);
    return row != NULL ? row->number : NULL;
}

const char *tls_group_name(uint16_t code) {
    const struct tls_group_row *group = group_find(code);
    return group != NULL ? group->name : NULL;
}

const char *tls_signature_scheme_name(uint16_t code) {
    return code_name_find(tls_signature_schemes, tls_signature_schemes_count, code);
}

const char *tls_extension_name(uint16_t code) {
    return code_name_find(tls_extensions, tls_extensions_count, code);
}

const char *tls_alert_name(uint8_t number) {
    return code_name_find(tls_alerts, tls_alerts_count, number);
}

const char *tls_message_name(uint8_t type) {
    return code_name_find(tls_messages, tls_messages_count, type);
}

const char *tls_client_certificate_type_name(uint8_t type) {
    return code_name_find(tls_client_certificate_types, tls_client_certificate_types_count, type);
}

const char *tls_key_exchange_name(enum tls_key_exchange exchange) {
    static const char *const names[] = {
        [TLS_KEY_EXCHANGE_UNKNOWN] = "unknown",
        [TLS_KEY_EXCHANGE_RSA] = "RSA",
        [TLS_KEY_EXCHANGE_DHE] = "DHE",
        [TLS_KEY_EXCHANGE_ECDHE] = "ECDHE",
        [TLS_KEY_EXCHANGE_DH_STATIC] = "DH",
        [TLS_KEY_EXCHANGE_ECDH_STATIC] = "ECDH",
        [TLS_KEY_EXCHANGE_PSK] = "PSK",
        [TLS_KEY_EXCHANGE_DHE_PSK] = "DHE_PSK",
        [TLS_KEY_EXCHANGE_ECDHE_PSK] = "ECDHE_PSK",
        [TLS_KEY_EXCHANGE_RSA_PSK] = "RSA_PSK",
        [TLS_KEY_EXCHANGE_SRP] = "SRP",
        [TLS_KEY_EXCHANGE_KRB5] = "KRB5",
        [TLS_KEY_EXCHANGE_GOST] = "GOST",
        [TLS_KEY_EXCHANGE_TLS13] = "TLS13",
    };
    return (size_t)exchange < ARRAY_LENGTH(names) ? names[exchange] : NULL;
}

const char *tls_authentication_name(enum tls_authentication authentication) {
    static const char *const names[] = {
        [TLS_AUTHENTICATION_UNKNOWN] = "unknown", [TLS_AUTHENTICATION_ANONYMOUS] = "anonymous",
        [TLS_AUTHENTICATION_RSA] = "RSA",         [TLS_AUTHENTICATION_DSA] = "DSA",
        [TLS_AUTHENTICATION_ECDSA] = "ECDSA",     [TLS_AUTHENTICATION_PSK] = "PSK",
        [TLS_AUTHENTICATION_OTHER] = "other",     [TLS_AUTHENTICATION_TLS13] = "TLS13",
    };
    return (size_t)authentication < ARRAY_LENGTH(names) ? names[authentication] : NULL;
}

/* What people write for the versions of TLS over TCP, beside the full names. */
static const struct tls_code_name version_aliases[] = {
    {TLS_VERSION_13, "1.3"},   {TLS_VERSION_13, "TLSv1.3"}, {TLS_VERSION_12, "1.2"},     {TLS_VERSION_12, "TLSv1.2"},
    {TLS_VERSION_11, "1.1"},   {TLS_VERSION_11, "TLSv1.1"}, {TLS_VERSION_10, "1.0"},     {TLS_VERSION_10, "TLSv1.0"},
    {TLS_VERSION_10, "TLSv1"}, {TLS_VERSION_SSL3, "3.0"},   {TLS_VERSION_SSL3, "ssl3"},  {TLS_VERSION_SSL3, "SSLv3"},
    {TLS_VERSION_SSL2, "2.0"}, {TLS_VERSION_SSL2, "ssl2"},  {TLS_VERSION_SSL2, "SSLv2"},
};

bool tls_version_by_name(const char *name, uint16_t *version) {
    for (size_t i = 0; i < ARRAY_LENGTH(version_aliases); i++) {
        if (strcasecmp(version_aliases[i].name, name) != 0) continue;
        *version = version_aliases[i].code;
        return true;
    }
    for (size_t i = 0; i < tls_versions_count; i++) {
        if (strcasecmp(tls_versions[i].name, name) != 0) continue;
        *version = tls_versions[i].code;
        return true;
    }
    return false;
}

bool tls_group_is_finite_field(uint16_t code) {
    const struct tls_group_row *group = group_find(code);
    return group != NULL && group->kind == TLS_GROUP_FINITE_FIELD;
}

bool tls_group_is_hybrid(uint16_t code) {
    const struct tls_group_row *group = group_find(code);
    return group != NULL && group->kind == TLS_GROUP_POST_QUANTUM;
}
