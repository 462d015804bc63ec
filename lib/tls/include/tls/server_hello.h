/* ServerHello and HelloRetryRequest: RFC 8446 sections 4.1.3 and 4.1.4, RFC 5246 section 7.4.1.3. */
#ifndef TLS_SERVER_HELLO_H
#define TLS_SERVER_HELLO_H

#include "tls/client_hello.h"

enum tls_downgrade_mark { TLS_DOWNGRADE_NONE, TLS_DOWNGRADE_TO_12, TLS_DOWNGRADE_TO_11 };

struct tls_server_hello {
    bool is_hello_retry_request; /* by its random */
    uint16_t legacy_version;
    uint16_t version; /* selected: supported_versions where present, else legacy_version */
    uint8_t random[32];
    enum tls_downgrade_mark downgrade; /* RFC 8446 section 4.1.3 */
    uint8_t session_id_length;
    uint16_t cipher_suite;
    uint8_t compression_method;
    uint16_t extensions[TLS_EXTENSIONS_KEPT];
    uint16_t extension_count;
    bool has_extensions, extensions_truncated;
    uint16_t group; /* of key_share, 0 absent */
    bool has_key_share, has_psk, has_protocol, has_renegotiation_info, has_extended_master_secret, has_cookie;
    bool has_session_ticket, has_status_request, has_server_name, has_encrypt_then_mac;
    uint16_t psk_identity;
    struct tls_protocol_name protocol; /* ALPN */
    struct tls_parse_error error;
};

/* Reads the body; always fills what could be read, false where it contradicts itself. */
MUST_USE bool tls_server_hello_parse(struct cursor body, struct tls_server_hello *hello);

/* Reads the body of EncryptedExtensions (RFC 8446 section 4.3.1), out of a decrypted flight, into the HELLO that came
 * before it: they say what a ServerHello said before TLS 1.3. False where it contradicts itself. */
MUST_USE bool tls_encrypted_extensions_parse(struct cursor body, struct tls_server_hello *hello);

#endif
