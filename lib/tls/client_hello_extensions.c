#include "client_hello_extensions.h"

#include "field.h"
#include "tls/extension_type.h"

/* Reads an extension's data; false where the data contradicts itself, which is recorded in hello->error. The caller
 * sees to it that nothing is left over, so a reader whose extension is always empty only raises its flag. */
typedef bool extension_read(struct cursor *data, struct tls_client_hello *hello);

/* RFC 6066 section 3: ServerNameList. Only host_name exists, and only one name of a type is allowed, so the first
 * entry is read. */
static bool read_server_name(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor server_name_list, name;
    uint8_t name_type;
    hello->has_server_name = true;
    hello->server_name_malformed = true; /* until it proves to be one host_name */
    if (!tls_field_vector16(data, &hello->error, "server_name_list", &server_name_list)) return false;
    if (!tls_field_u8(&server_name_list, &hello->error, "name_type", &name_type)) return false;
    if (!tls_field_vector16(&server_name_list, &hello->error, "HostName", &name)) return false;
    if (name_type != 0) return true;
    size_t length = cursor_remaining(&name);
    hello->server_name_length = tls_field_byte_list(name, hello->server_name, TLS_NAME_KEPT);
    hello->server_name_malformed =
        length == 0 || length > TLS_NAME_KEPT || !cursor_is_empty(&server_name_list) || !cursor_is_empty(data);
    return true;
}

/* RFC 6066 section 4 */
static bool read_max_fragment_length(struct cursor *data, struct tls_client_hello *hello) {
    return tls_field_u8(data, &hello->error, "MaxFragmentLength", &hello->max_fragment_length);
}

/* RFC 6066 section 8: CertificateStatusRequest; of types other than ocsp (1) the contents are not known. */
static bool read_status_request(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor responder_id_list, request_extensions;
    uint8_t status_type;
    hello->has_status_request = true;
    if (!tls_field_u8(data, &hello->error, "status_type", &status_type)) return false;
    if (status_type != 1) {
        (void)cursor_rest(data);
        return true;
    }
    if (!tls_field_vector16(data, &hello->error, "responder_id_list", &responder_id_list)) return false;
    return tls_field_vector16(data, &hello->error, "request_extensions", &request_extensions);
}

/* RFC 8446 section 4.2.7, RFC 8422 section 5.1.1 */
static bool read_supported_groups(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor named_group_list;
    if (!tls_field_vector16(data, &hello->error, "named_group_list", &named_group_list)) return false;
    return tls_field_code_list(named_group_list, &hello->error, "named_group_list", &hello->groups);
}

/* RFC 8422 section 5.1.2 */
static bool read_ec_point_formats(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor list;
    size_t room = sizeof(hello->point_formats);
    if (!tls_field_vector8(data, &hello->error, "ec_point_format_list", &list)) return false;
    if (!tls_field_not_empty(&list, &hello->error, "ec_point_format_list")) return false;
    hello->point_format_count = tls_field_byte_list(list, hello->point_formats, room);
    hello->point_formats_truncated = cursor_remaining(&list) > room;
    return true;
}

/* RFC 8446 section 4.2.3, RFC 5246 section 7.4.1.4.1; signature_algorithms_cert has the same form */
static bool read_signature_scheme_list(struct cursor *data, struct tls_client_hello *hello,
                                       struct tls_code_list *schemes) {
    static const char field[] = "supported_signature_algorithms";
    struct cursor list;
    schemes->present = true;
    if (!tls_field_vector16(data, &hello->error, field, &list)) return false;
    return tls_field_code_list(list, &hello->error, field, schemes);
}

static bool read_signature_algorithms(struct cursor *data, struct tls_client_hello *hello) {
    return read_signature_scheme_list(data, hello, &hello->signature_algorithms);
}

static bool read_signature_algorithms_cert(struct cursor *data, struct tls_client_hello *hello) {
    return read_signature_scheme_list(data, hello, &hello->signature_algorithms_cert);
}

/* RFC 7301 section 3.1: ProtocolNameList */
static bool read_protocols(struct cursor *data, struct tls_client_hello *hello) {
    struct tls_protocol_name name;
    struct cursor list;
    hello->has_protocols = true;
    if (!tls_field_vector16(data, &hello->error, "protocol_name_list", &list)) return false;
    if (!tls_field_not_empty(&list, &hello->error, "protocol_name_list")) return false;
    while (!cursor_is_empty(&list)) {
        if (!tls_field_protocol_name(&list, &hello->error, &name)) return false;
        if (hello->protocol_count < TLS_PROTOCOLS_KEPT)
            hello->protocols[hello->protocol_count++] = name;
        else
            hello->protocols_truncated = true;
    }
    return true;
}

/* RFC 6962 section 3.3.1 */
static bool read_signed_certificate_timestamp(struct cursor *data, struct tls_client_hello *hello) {
    (void)data;
    hello->has_sct = true;
    return true;
}

/* RFC 7366 section 2 */
static bool read_encrypt_then_mac(struct cursor *data, struct tls_client_hello *hello) {
    (void)data;
    hello->has_encrypt_then_mac = true;
    return true;
}

/* RFC 7627 section 5.1 */
static bool read_extended_master_secret(struct cursor *data, struct tls_client_hello *hello) {
    (void)data;
    hello->has_extended_master_secret = true;
    return true;
}

/* RFC 8879 section 3: CertificateCompressionAlgorithms */
static bool read_compress_certificate(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor algorithms;
    hello->has_compress_certificate = true;
    if (!tls_field_vector8(data, &hello->error, "algorithms", &algorithms)) return false;
    return tls_field_not_empty(&algorithms, &hello->error, "algorithms");
}

/* RFC 8449 section 4 */
static bool read_record_size_limit(struct cursor *data, struct tls_client_hello *hello) {
    return tls_field_u16(data, &hello->error, "RecordSizeLimit", &hello->record_size_limit);
}

/* RFC 5077 section 3.2: the ticket itself, of any form, or nothing */
static bool read_session_ticket(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor ticket = cursor_rest(data);
    hello->has_session_ticket = true;
    hello->session_ticket_length = (uint16_t)cursor_remaining(&ticket);
    return true;
}

/* RFC 8446 section 4.2.11: PskIdentity */
static bool read_psk_identity(struct cursor *identities, struct tls_client_hello *hello) {
    uint8_t obfuscated_ticket_age[4];
    struct cursor identity;
    return tls_field_vector16(identities, &hello->error, "identity", &identity) &&
           tls_field_copy(identities, &hello->error, "obfuscated_ticket_age", obfuscated_ticket_age,
                          sizeof(obfuscated_ticket_age));
}

/* RFC 8446 section 4.2.11: OfferedPsks */
static bool read_pre_shared_key(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor identities, binders;
    hello->has_psk = true;
    if (!tls_field_vector16(data, &hello->error, "identities", &identities)) return false;
    if (!tls_field_not_empty(&identities, &hello->error, "identities")) return false;
    while (!cursor_is_empty(&identities)) {
        if (!read_psk_identity(&identities, hello)) return false;
        hello->psk_identity_count++;
    }
    if (!tls_field_vector16(data, &hello->error, "binders", &binders)) return false;
    return tls_field_not_empty(&binders, &hello->error, "binders");
}

/* RFC 8446 section 4.2.10 */
static bool read_early_data(struct cursor *data, struct tls_client_hello *hello) {
    (void)data;
    hello->has_early_data = true;
    return true;
}

/* RFC 8446 section 4.2.1 */
static bool read_supported_versions(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor versions;
    hello->versions.present = true;
    if (!tls_field_vector8(data, &hello->error, "versions", &versions)) return false;
    return tls_field_code_list(versions, &hello->error, "versions", &hello->versions);
}

/* RFC 8446 section 4.2.2 */
static bool read_cookie(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor cookie;
    hello->has_cookie = true;
    if (!tls_field_vector16(data, &hello->error, "cookie", &cookie)) return false;
    return tls_field_not_empty(&cookie, &hello->error, "cookie");
}

/* RFC 8446 section 4.2.9 */
static bool read_psk_key_exchange_modes(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor ke_modes;
    if (!tls_field_vector8(data, &hello->error, "ke_modes", &ke_modes)) return false;
    if (!tls_field_not_empty(&ke_modes, &hello->error, "ke_modes")) return false;
    hello->psk_mode_count = tls_field_byte_list(ke_modes, hello->psk_modes, sizeof(hello->psk_modes));
    return true;
}

/* RFC 8446 section 4.2.6 */
static bool read_post_handshake_auth(struct cursor *data, struct tls_client_hello *hello) {
    (void)data;
    hello->has_post_handshake_auth = true;
    return true;
}

/* RFC 8446 section 4.2.8: KeyShareClientHello; an empty list asks for a HelloRetryRequest */
static bool read_key_share(struct cursor *data, struct tls_client_hello *hello) {
    struct tls_code_list *groups = &hello->key_shares;
    struct cursor client_shares, key_exchange;
    uint16_t group;
    groups->present = true;
    if (!tls_field_vector16(data, &hello->error, "client_shares", &client_shares)) return false;
    while (!cursor_is_empty(&client_shares)) {
        if (!tls_field_u16(&client_shares, &hello->error, "group", &group)) return false;
        if (!tls_field_vector16(&client_shares, &hello->error, "key_exchange", &key_exchange)) return false;
        if (!tls_field_not_empty(&key_exchange, &hello->error, "key_exchange")) return false;
        if (groups->count < TLS_LIST_KEPT)
            groups->codes[groups->count++] = group;
        else
            groups->truncated = true;
    }
    return true;
}

/* RFC 9849 section 5: ECHClientHello */
static bool read_encrypted_client_hello(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor enc, payload;
    uint8_t type, config_id;
    uint16_t kdf_id, aead_id;
    hello->has_ech = true;
    if (!tls_field_u8(data, &hello->error, "ECHClientHelloType", &type)) return false;
    hello->ech_outer = type == 0;
    if (!hello->ech_outer) {
        (void)cursor_rest(data);
        return true;
    }
    if (!tls_field_u16(data, &hello->error, "kdf_id", &kdf_id)) return false;
    if (!tls_field_u16(data, &hello->error, "aead_id", &aead_id)) return false;
    if (!tls_field_u8(data, &hello->error, "config_id", &config_id)) return false;
    if (!tls_field_vector16(data, &hello->error, "enc", &enc)) return false;
    if (!tls_field_vector16(data, &hello->error, "payload", &payload)) return false;
    return tls_field_not_empty(&payload, &hello->error, "payload");
}

/* RFC 5746 section 3.2 */
static bool read_renegotiation_info(struct cursor *data, struct tls_client_hello *hello) {
    struct cursor renegotiated_connection;
    hello->has_renegotiation_info = true;
    return tls_field_vector8(data, &hello->error, "renegotiated_connection", &renegotiated_connection);
}

struct extension_row {
    const char *name;
    extension_read *read;
};

/* By type. */
static const struct extension_row rows[] = {
    [TLS_EXTENSION_SERVER_NAME] = {"server_name", read_server_name},
    [TLS_EXTENSION_MAX_FRAGMENT_LENGTH] = {"max_fragment_length", read_max_fragment_length},
    [TLS_EXTENSION_STATUS_REQUEST] = {"status_request", read_status_request},
    [TLS_EXTENSION_SUPPORTED_GROUPS] = {"supported_groups", read_supported_groups},
    [TLS_EXTENSION_EC_POINT_FORMATS] = {"ec_point_formats", read_ec_point_formats},
    [TLS_EXTENSION_SIGNATURE_ALGORITHMS] = {"signature_algorithms", read_signature_algorithms},
    [TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION] = {"application_layer_protocol_negotiation", read_protocols},
    [TLS_EXTENSION_SIGNED_CERTIFICATE_TIMESTAMP] = {"signed_certificate_timestamp", read_signed_certificate_timestamp},
    [TLS_EXTENSION_ENCRYPT_THEN_MAC] = {"encrypt_then_mac", read_encrypt_then_mac},
    [TLS_EXTENSION_EXTENDED_MASTER_SECRET] = {"extended_master_secret", read_extended_master_secret},
    [TLS_EXTENSION_COMPRESS_CERTIFICATE] = {"compress_certificate", read_compress_certificate},
    [TLS_EXTENSION_RECORD_SIZE_LIMIT] = {"record_size_limit", read_record_size_limit},
    [TLS_EXTENSION_SESSION_TICKET] = {"session_ticket", read_session_ticket},
    [TLS_EXTENSION_PRE_SHARED_KEY] = {"pre_shared_key", read_pre_shared_key},
    [TLS_EXTENSION_EARLY_DATA] = {"early_data", read_early_data},
    [TLS_EXTENSION_SUPPORTED_VERSIONS] = {"supported_versions", read_supported_versions},
    [TLS_EXTENSION_COOKIE] = {"cookie", read_cookie},
    [TLS_EXTENSION_PSK_KEY_EXCHANGE_MODES] = {"psk_key_exchange_modes", read_psk_key_exchange_modes},
    [TLS_EXTENSION_POST_HANDSHAKE_AUTH] = {"post_handshake_auth", read_post_handshake_auth},
    [TLS_EXTENSION_SIGNATURE_ALGORITHMS_CERT] = {"signature_algorithms_cert", read_signature_algorithms_cert},
    [TLS_EXTENSION_KEY_SHARE] = {"key_share", read_key_share},
};

static const struct extension_row row_encrypted_client_hello = {"encrypted_client_hello", read_encrypted_client_hello};
static const struct extension_row row_renegotiation_info = {"renegotiation_info", read_renegotiation_info};

/* NULL where the extension says nothing to a diagnosis. */
static const struct extension_row *row_find(uint16_t type) {
    if (type < ARRAY_LENGTH(rows)) return rows[type].read != NULL ? &rows[type] : NULL;
    if (type == TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO) return &row_encrypted_client_hello;
    if (type == TLS_EXTENSION_RENEGOTIATION_INFO) return &row_renegotiation_info;
    return NULL;
}

/* Whether an extension of TYPE was recorded before. SEEN has a bit for each type below 64, which are nearly all that
 * a hello has: the list need only be searched for the others. */
static bool extension_is_duplicate(const struct tls_client_hello *hello, uint16_t type, uint64_t *seen) {
    if (type < 64) {
        uint64_t bit = UINT64_C(1) << type;
        bool duplicate = (*seen & bit) != 0;
        *seen |= bit;
        return duplicate;
    }
    for (uint16_t i = 0; i < hello->extension_count; i++)
        if (hello->extensions[i] == type) return true;
    return false;
}

static void extension_record(struct tls_client_hello *hello, uint16_t type, bool duplicate) {
    if (duplicate && !hello->duplicate_extension) {
        hello->duplicate_extension = true;
        hello->duplicate_extension_type = type;
    }
    hello->psk_is_last = type == TLS_EXTENSION_PRE_SHARED_KEY;
    if (hello->extension_count < TLS_EXTENSIONS_KEPT)
        hello->extensions[hello->extension_count++] = type;
    else
        hello->extensions_truncated = true;
}

bool tls_client_hello_extensions_read(struct cursor extensions, struct tls_client_hello *hello) {
    struct cursor data;
    uint16_t type;
    uint64_t seen = 0;
    bool whole = true;
    while (!cursor_is_empty(&extensions)) {
        if (!tls_field_extension(&extensions, &hello->error, &type, &data)) return false;
        bool duplicate = extension_is_duplicate(hello, type, &seen);
        extension_record(hello, type, duplicate);
        const struct extension_row *row = duplicate ? NULL : row_find(type);
        if (row == NULL) continue;
        whole = row->read(&data, hello) && tls_field_end(&data, &hello->error, row->name) && whole;
    }
    return whole;
}
