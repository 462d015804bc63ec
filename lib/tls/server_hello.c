#include "tls/server_hello.h"

#include <string.h>

#include "field.h"
#include "tls/extension_type.h"

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t hello_retry_random[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

/* The last eight bytes of the random of a server that could do better. */
static const uint8_t downgrade_to_12[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
static const uint8_t downgrade_to_11[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 0};

/* Reads an extension's data; false where the data contradicts itself, which is recorded in hello->error. The caller
 * sees to it that nothing is left over. */
typedef bool extension_read(struct cursor *data, struct tls_server_hello *hello);

/* The answers that are empty: RFC 6066 sections 3 and 8, RFC 7366, RFC 7627, RFC 5077. */
static bool read_server_name(struct cursor *data, struct tls_server_hello *hello) {
    (void)data;
    hello->has_server_name = true;
    return true;
}

static bool read_status_request(struct cursor *data, struct tls_server_hello *hello) {
    (void)data;
    hello->has_status_request = true;
    return true;
}

static bool read_encrypt_then_mac(struct cursor *data, struct tls_server_hello *hello) {
    (void)data;
    hello->has_encrypt_then_mac = true;
    return true;
}

static bool read_extended_master_secret(struct cursor *data, struct tls_server_hello *hello) {
    (void)data;
    hello->has_extended_master_secret = true;
    return true;
}

static bool read_session_ticket(struct cursor *data, struct tls_server_hello *hello) {
    (void)data;
    hello->has_session_ticket = true;
    return true;
}

/* RFC 7301 section 3.1: a list of exactly one name */
static bool read_protocol(struct cursor *data, struct tls_server_hello *hello) {
    struct cursor list;
    hello->has_protocol = true;
    return tls_field_vector16(data, &hello->error, "protocol_name_list", &list) &&
           tls_field_protocol_name(&list, &hello->error, &hello->protocol) &&
           tls_field_end(&list, &hello->error, "protocol_name_list");
}

/* RFC 8446 section 4.2.11 */
static bool read_pre_shared_key(struct cursor *data, struct tls_server_hello *hello) {
    hello->has_psk = true;
    return tls_field_u16(data, &hello->error, "selected_identity", &hello->psk_identity);
}

/* RFC 8446 section 4.2.1 */
static bool read_supported_versions(struct cursor *data, struct tls_server_hello *hello) {
    return tls_field_u16(data, &hello->error, "selected_version", &hello->version);
}

/* RFC 8446 section 4.2.2 */
static bool read_cookie(struct cursor *data, struct tls_server_hello *hello) {
    struct cursor cookie;
    hello->has_cookie = true;
    return tls_field_vector16(data, &hello->error, "cookie", &cookie);
}

/* RFC 8446 section 4.2.8: KeyShareServerHello, of which a HelloRetryRequest has the group only */
static bool read_key_share(struct cursor *data, struct tls_server_hello *hello) {
    struct cursor key_exchange;
    hello->has_key_share = true;
    if (!tls_field_u16(data, &hello->error, "group", &hello->group)) return false;
    if (hello->is_hello_retry_request) return true;
    return tls_field_vector16(data, &hello->error, "key_exchange", &key_exchange);
}

/* RFC 5746 section 3.2 */
static bool read_renegotiation_info(struct cursor *data, struct tls_server_hello *hello) {
    struct cursor renegotiated_connection;
    hello->has_renegotiation_info = true;
    return tls_field_vector8(data, &hello->error, "renegotiated_connection", &renegotiated_connection);
}

struct extension_row {
    uint16_t type;
    const char *name;
    extension_read *read;
};

static const struct extension_row rows[] = {
    {TLS_EXTENSION_SERVER_NAME, "server_name", read_server_name},
    {TLS_EXTENSION_STATUS_REQUEST, "status_request", read_status_request},
    {TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "application_layer_protocol_negotiation", read_protocol},
    {TLS_EXTENSION_ENCRYPT_THEN_MAC, "encrypt_then_mac", read_encrypt_then_mac},
    {TLS_EXTENSION_EXTENDED_MASTER_SECRET, "extended_master_secret", read_extended_master_secret},
    {TLS_EXTENSION_SESSION_TICKET, "session_ticket", read_session_ticket},
    {TLS_EXTENSION_PRE_SHARED_KEY, "pre_shared_key", read_pre_shared_key},
    {TLS_EXTENSION_SUPPORTED_VERSIONS, "supported_versions", read_supported_versions},
    {TLS_EXTENSION_COOKIE, "cookie", read_cookie},
    {TLS_EXTENSION_KEY_SHARE, "key_share", read_key_share},
    {TLS_EXTENSION_RENEGOTIATION_INFO, "renegotiation_info", read_renegotiation_info},
};

static bool read_extension(uint16_t type, struct cursor *data, struct tls_server_hello *hello) {
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (rows[i].type == type) return rows[i].read(data, hello) && tls_field_end(data, &hello->error, rows[i].name);
    return true;
}

/* Extension extensions<..>: of an extension that comes twice, the first counts. */
static bool read_extensions(struct cursor extensions, struct tls_server_hello *hello) {
    struct cursor data;
    uint16_t type;
    bool whole = true;
    while (!cursor_is_empty(&extensions)) {
        if (!tls_field_extension(&extensions, &hello->error, &type, &data)) return false;
        bool duplicate = false;
        for (uint16_t i = 0; i < hello->extension_count; i++)
            duplicate |= hello->extensions[i] == type;
        if (hello->extension_count < TLS_EXTENSIONS_KEPT)
            hello->extensions[hello->extension_count++] = type;
        else
            hello->extensions_truncated = true;
        if (!duplicate) whole = read_extension(type, &data, hello) && whole;
    }
    return whole;
}

static enum tls_downgrade_mark downgrade_mark(struct cursor random) {
    uint8_t mark[8];
    if (!cursor_skip(&random, 24) || !cursor_copy(&random, mark, sizeof(mark))) return TLS_DOWNGRADE_NONE;
    if (memcmp(mark, downgrade_to_12, sizeof(mark)) == 0) return TLS_DOWNGRADE_TO_12;
    if (memcmp(mark, downgrade_to_11, sizeof(mark)) == 0) return TLS_DOWNGRADE_TO_11;
    return TLS_DOWNGRADE_NONE;
}

static bool read_random(struct cursor *body, struct tls_server_hello *hello) {
    if (!tls_field_copy(body, &hello->error, "random", hello->random, sizeof(hello->random))) return false;
    hello->is_hello_retry_request = memcmp(hello->random, hello_retry_random, sizeof(hello->random)) == 0;
    hello->downgrade = downgrade_mark(cursor_over(hello->random, sizeof(hello->random)));
    return true;
}

/* RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3. The ServerHello of the drafts of TLS 1.3 before 22 has neither
 * session id nor compression method. */
static bool read_server_hello(struct cursor *body, struct tls_server_hello *hello) {
    struct tls_parse_error *error = &hello->error;
    struct cursor session_id, extensions;

    if (!tls_field_u16(body, error, "legacy_version", &hello->legacy_version)) return false;
    bool early_draft = hello->legacy_version >= 0x7f00 && hello->legacy_version < 0x7f16;
    hello->version = hello->legacy_version;
    if (!read_random(body, hello)) return false;
    if (!early_draft) {
        if (!tls_field_vector8(body, error, "legacy_session_id_echo", &session_id)) return false;
        hello->session_id_length = (uint8_t)cursor_remaining(&session_id);
    }
    if (!tls_field_u16(body, error, "cipher_suite", &hello->cipher_suite)) return false;
    if (!early_draft && !tls_field_u8(body, error, "legacy_compression_method", &hello->compression_method))
        return false;
    if (cursor_is_empty(body)) return true;

    hello->has_extensions = true;
    if (!tls_field_vector16(body, error, "extensions", &extensions)) return false;
    bool whole = read_extensions(extensions, hello);
    return tls_field_end(body, error, "extensions") && whole;
}

bool tls_server_hello_parse(struct cursor body, struct tls_server_hello *hello) {
    memset(hello, 0, sizeof(*hello));
    body.offset = 0;
    return read_server_hello(&body, hello);
}

bool tls_encrypted_extensions_parse(struct cursor body, struct tls_server_hello *hello) {
    struct cursor extensions;
    body.offset = 0;
    if (!tls_field_vector16(&body, &hello->error, "extensions", &extensions)) return false;
    bool whole = read_extensions(extensions, hello);
    return tls_field_end(&body, &hello->error, "extensions") && whole;
}
