/* ClientHello: RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, and the SSLv2 format of RFC 5246 appendix E.2. */
#ifndef TLS_CLIENT_HELLO_H
#define TLS_CLIENT_HELLO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "tls/parse_error.h"

#define TLS_SUITES_KEPT     256
#define TLS_EXTENSIONS_KEPT 64
#define TLS_LIST_KEPT       64
#define TLS_NAME_KEPT       255
#define TLS_PROTOCOLS_KEPT  16
#define TLS_PROTOCOL_KEPT   32

/* A list of 16-bit code points, in the order of the wire, GREASE included. */
struct tls_code_list {
    uint16_t codes[TLS_LIST_KEPT];
    uint16_t count; /* kept */
    bool present;   /* the extension was there */
    bool truncated; /* there were more than fit */
};

/* A short run of hostile bytes. */
struct tls_protocol_name {
    uint8_t length; /* kept */
    uint8_t bytes[TLS_PROTOCOL_KEPT];
    bool truncated;
};

struct tls_client_hello {
    bool ssl2_format;
    uint16_t legacy_version;
    uint8_t random[32];
    uint8_t session_id_length;
    uint16_t suites[TLS_SUITES_KEPT];
    uint16_t suite_count;
    bool suites_truncated;
    uint16_t ssl2_spec_count; /* SSLv2 format: cipher specs of SSL 2.0 alone, which are not kept */
    uint8_t compression_methods[8];
    uint8_t compression_count; /* as on the wire; at most 8 are kept */
    uint16_t extensions[TLS_EXTENSIONS_KEPT];
    uint16_t extension_count;
    bool extensions_truncated, has_extensions;
    bool duplicate_extension;
    uint16_t duplicate_extension_type;
    struct tls_code_list versions;   /* supported_versions */
    struct tls_code_list groups;     /* supported_groups */
    struct tls_code_list key_shares; /* groups of key_share */
    struct tls_code_list signature_algorithms;
    struct tls_code_list signature_algorithms_cert;
    uint8_t point_formats[8];
    uint8_t point_format_count; /* kept */
    bool point_formats_truncated;
    bool has_server_name;               /* the extension was there */
    bool server_name_malformed;         /* more than one, not host_name, empty, too long for a name, or an odd length */
    uint16_t server_name_length;        /* kept; 0 where no name could be read */
    uint8_t server_name[TLS_NAME_KEPT]; /* hostile */
    struct tls_protocol_name protocols[TLS_PROTOCOLS_KEPT];
    uint8_t protocol_count;
    bool has_protocols, protocols_truncated;
    bool has_psk, psk_is_last;
    uint16_t psk_identity_count;
    uint8_t psk_modes[4];
    uint8_t psk_mode_count; /* kept */
    bool has_early_data, has_cookie, has_session_ticket, has_status_request, has_sct, has_extended_master_secret;
    bool has_encrypt_then_mac, has_renegotiation_info, has_post_handshake_auth, has_compress_certificate;
    uint16_t session_ticket_length;
    bool has_ech, ech_outer;      /* encrypted_client_hello; GREASE cannot be told from real */
    uint8_t max_fragment_length;  /* code 1 to 4, 0 absent */
    uint16_t record_size_limit;   /* 0 absent */
    struct tls_parse_error error; /* the first contradiction; what was read before it stands */
};

/* Reads the body of a ClientHello. Always fills what could be read; false where the body contradicts itself
 * (then error says where). LENGTHS of lists are capped, with a flag. */
MUST_USE bool tls_client_hello_parse(struct cursor body, struct tls_client_hello *hello);

/* The same for an SSLv2-format hello; BODY starts at msg_type. */
MUST_USE bool tls_client_hello_parse_ssl2(struct cursor body, struct tls_client_hello *hello);

#endif
