/* The other messages in plain text of TLS 1.2 and older: Certificate, ServerKeyExchange, CertificateRequest,
 * CertificateVerify, CertificateStatus. */
#ifndef TLS_SERVER_FLIGHT_H
#define TLS_SERVER_FLIGHT_H

#include "tls/client_hello.h"

#define TLS_CHAIN_KEPT       16
#define TLS_AUTHORITIES_KEPT 32

/* Certificate (RFC 5246 section 7.4.2): the DER of each, borrowed from the kept message. */
struct tls_certificate_list {
    struct cursor certificates[TLS_CHAIN_KEPT];
    uint16_t count; /* kept */
    uint16_t total; /* sent */
    struct tls_parse_error error;
};
MUST_USE bool tls_certificate_parse(struct cursor body, struct tls_certificate_list *list);

/* The TLS 1.3 form (RFC 8446 section 4.4.2), out of a decrypted flight. */
MUST_USE bool tls_certificate_parse_13(struct cursor body, struct tls_certificate_list *list);

/* How ServerKeyExchange is to be read; comes from the cipher suite. */
enum tls_key_exchange {
    TLS_KEY_EXCHANGE_UNKNOWN,
    TLS_KEY_EXCHANGE_RSA,
    TLS_KEY_EXCHANGE_DHE,
    TLS_KEY_EXCHANGE_ECDHE,
    TLS_KEY_EXCHANGE_DH_STATIC,
    TLS_KEY_EXCHANGE_ECDH_STATIC,
    TLS_KEY_EXCHANGE_PSK,
    TLS_KEY_EXCHANGE_DHE_PSK,
    TLS_KEY_EXCHANGE_ECDHE_PSK,
    TLS_KEY_EXCHANGE_RSA_PSK,
    TLS_KEY_EXCHANGE_SRP,
    TLS_KEY_EXCHANGE_KRB5,
    TLS_KEY_EXCHANGE_GOST,
    TLS_KEY_EXCHANGE_TLS13, /* not chosen by the suite */
};

/* ServerKeyExchange (RFC 5246 section 7.4.3, RFC 8422 section 5.4). */
struct tls_server_key_exchange {
    uint16_t group;   /* named curve, 0 where none */
    uint32_t dh_bits; /* size of the prime, 0 where none */
    bool explicit_curve;
    bool has_signature;
    uint16_t signature_algorithm; /* SignatureScheme; 0 before TLS 1.2 or anonymous */
    struct tls_parse_error error;
};
MUST_USE bool tls_server_key_exchange_parse(struct cursor body, enum tls_key_exchange exchange, bool anonymous,
                                            uint16_t version, struct tls_server_key_exchange *message);

/* CertificateRequest (RFC 5246 section 7.4.4; RFC 2246 without signature algorithms). */
struct tls_certificate_request {
    uint8_t types[16];
    uint8_t type_count;
    struct tls_code_list signature_algorithms;
    struct cursor authorities[TLS_AUTHORITIES_KEPT]; /* DER names, borrowed */
    uint16_t authority_count;                        /* kept */
    uint16_t authority_total;                        /* sent */
    struct tls_parse_error error;
};
MUST_USE bool tls_certificate_request_parse(struct cursor body, uint16_t version,
                                            struct tls_certificate_request *request);

/* CertificateVerify (RFC 5246 section 7.4.8): its SignatureScheme, 0 before TLS 1.2. */
MUST_USE bool tls_certificate_verify_parse(struct cursor body, uint16_t version, uint16_t *signature_algorithm);

/* CertificateStatus (RFC 6066 section 8): the DER OCSPResponse, borrowed. */
MUST_USE bool tls_certificate_status_parse(struct cursor body, struct cursor *response);

#endif
