/* Handshakes that the tests of the conversation share, from SSL 3.0 to TLS 1.3, good and refused. Sizes of encrypted
 * records are those that the suite gives. */
#ifndef SUPPORT_TLS_HANDSHAKES_H
#define SUPPORT_TLS_HANDSHAKES_H

#include "tls_script.h"

enum {
    RSA_AES = 0x002f,   /* TLS_RSA_WITH_AES_128_CBC_SHA */
    ECDHE_GCM = 0xc02f, /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    AES128_13 = 0x1301, /* TLS_AES_128_GCM_SHA256 */
    FINISHED_GCM = 40,  /* 8 nonce + 16 + 16 tag */
    FINISHED_SSL3 = 64, /* 40 + 20 MAC, padded */
    ALERT_GCM = 26,     /* 8 nonce + 2 + 16 tag */
};

static inline void server_flight(struct script *script, bool asks) {
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 329);
    if (asks) say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, NULL, 60);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
}

static inline void finish(struct script *script, enum side side, size_t length) {
    say_change_cipher_spec(script, side);
    say_encrypted(script, side, TLS_CONTENT_HANDSHAKE, length);
}

/* RFC 5246 section 7.3, figure 1, with a stapled status and a ticket */
static inline void full_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_STATUS, NULL, 471);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 329);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_NEW_SESSION_TICKET, NULL, 202);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

static inline void client_auth_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, true);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE, NULL, 600);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE_VERIFY, NULL, 260);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

/* The server's flight in one record; then the client's in one, as far as it is plain. */
static inline void coalesced_12(struct script *script) {
    struct script_bytes *flight = new_bytes(), *hello = new_bytes();
    say_client_hello(script);
    put_server_hello(hello, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    put_message(flight, TLS_MESSAGE_SERVER_HELLO, hello->data, hello->length);
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    put_message(flight, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 329);
    put_message(flight, TLS_MESSAGE_CERTIFICATE_REQUEST, NULL, 60);
    put_message(flight, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, flight->data, flight->length);
    flight->length = 0;
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 600);
    put_message(flight, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    put_message(flight, TLS_MESSAGE_CERTIFICATE_VERIFY, NULL, 260);
    say_record(script, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, flight->data, flight->length);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    free(flight);
    free(hello);
}

/* The same server flight in records of 57 bytes, so that headers and bodies of messages are cut anywhere. */
static inline void fragmented_12(struct script *script) {
    struct script_bytes *flight = new_bytes(), *hello = new_bytes();
    say_client_hello(script);
    put_server_hello(hello, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    put_message(flight, TLS_MESSAGE_SERVER_HELLO, hello->data, hello->length);
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    put_message(flight, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 329);
    put_message(flight, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    for (size_t at = 0; at < flight->length; at += 57)
        say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, flight->data + at,
                   flight->length - at < 57 ? flight->length - at : 57);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    free(flight);
    free(hello);
}

/* RFC 5246 section 7.3, figure 2 */
static inline void resumed_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
}

/* RFC 5077 figure 2: the server renews the ticket */
static inline void resumed_ticket_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_NEW_SESSION_TICKET, NULL, 202);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
}

/* RFC 7918: the client's data goes out before the server's Finished. */
static inline void false_start_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 120);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

/* The client finds fault with the certificate while its Finished is under way (NSS), and the server finishes. */
static inline void late_refusal_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_ALERT, ALERT_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

static inline void refused_certificate_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_alert(script, SIDE_CLIENT, 2, 48);
}

/* The server does not like the client's Finished: its alert is in the clear, it has not changed its cipher. */
static inline void bad_finished_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_alert(script, SIDE_SERVER, 2, 20);
}

/* unrecognized_name as a warning (RFC 6066 section 3) ends nothing. */
static inline void warned_12(struct script *script) {
    say_client_hello(script);
    say_alert(script, SIDE_SERVER, 1, 112);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

/* RFC 6101 section 5.6.6: a client without a certificate says so by a warning. */
static inline void no_certificate_ssl3(struct script *script) {
    script->version = 0x0300;
    say_client_hello(script);
    say_server_hello(script, 0x0300, RSA_AES, HELLO_PLAIN);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, NULL, 60);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    say_alert(script, SIDE_CLIENT, 1, 41);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 128);
    finish(script, SIDE_CLIENT, FINISHED_SSL3);
    finish(script, SIDE_SERVER, FINISHED_SSL3);
}

/* RFC 5246 appendix E.2 */
static inline void ssl2_hello(struct script *script) {
    static const uint8_t hello[] = {
        0x80, 0x2e,                                     /* length 46, no padding */
        0x01, 0x03, 0x01,                               /* CLIENT-HELLO, 3.1 */
        0x00, 0x15, 0x00, 0x00, 0x00, 0x10,             /* suites 21, session id 0, challenge 16 */
        0x00, 0x00, 0x2f, 0x00, 0x00, 0x35, 0x00, 0x00, /* seven suites of three bytes */
        0x0a, 0x00, 0x00, 0x05, 0x00, 0x00, 0x04, 0x01, 0x00, 0x80, 0x00, 0x00, 0xff, 1,  2,
        3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,   16, /* challenge */
    };
    script->version = 0x0301;
    say_raw(script, SIDE_CLIENT, hello, sizeof hello);
    say_server_hello(script, 0x0301, RSA_AES, HELLO_PLAIN);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 130);
    finish(script, SIDE_CLIENT, 48);
    finish(script, SIDE_SERVER, 48);
}

static inline void server_flight_13(struct script *script) {
    say_change_cipher_spec(script, SIDE_SERVER);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 27);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 900);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 281);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
}

static inline void full_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
}

static inline void retry_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_RETRY);
    say_change_cipher_spec(script, SIDE_SERVER);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 27);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 900);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 281);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
}

/* RFC 8446 section 2.3: early data behind the ClientHello, and on until EndOfEarlyData (21). */
static inline void early_data_13(struct script *script) {
    say_client_hello(script);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 300);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_PSK);
    say_change_cipher_spec(script, SIDE_SERVER);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 31);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 21);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 400);
}

/* OpenSSL's clients say it in the clear. */
static inline void refused_certificate_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_alert(script, SIDE_CLIENT, 2, 48);
}

/* The others encrypt it: 19 bytes where Finished belongs. */
static inline void refused_quietly_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 19);
}

/* An empty Certificate, Finished, a first request; the server's answer is as long as an alert. */
static inline void missing_certificate_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    say_change_cipher_spec(script, SIDE_SERVER);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 27);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 112);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 900);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 281);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 25);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 95);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 19);
}

/* BearSSL's alert before a version is agreed: 15 00 00 00 02 02 46 */
static inline void versionless_alert(struct script *script) {
    say_client_hello(script);
    script->version = 0;
    say_alert(script, SIDE_SERVER, 2, 70);
}

static inline void http_answer(struct script *script) {
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n";
    say_client_hello(script);
    say_raw(script, SIDE_SERVER, answer, sizeof answer - 1);
    say_alert(script, SIDE_CLIENT, 2, 70);
}

static inline void wrong_order(struct script *script) {
    say_client_hello(script);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_alert(script, SIDE_CLIENT, 2, 47);
}

/* A HelloRetryRequest may come once. */
static inline void retry_twice(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_RETRY);
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_RETRY);
    say_alert(script, SIDE_CLIENT, 2, 10);
}

/* Two alerts in one record (GnuTLS: access_denied, bad_certificate), and one that is cut in two. */
static inline void odd_alerts(struct script *script) {
    say_client_hello(script);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x01\x31\x01\x2a", 4);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x02", 1);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x28", 1);
}

/* A length that no version allows (RFC 5246 section 6.2.3): 2^14 + 2049. */
static inline void oversized(struct script *script) {
    static const uint8_t header[] = {0x16, 0x03, 0x03, 0x48, 0x01, 0x02, 0x00};
    say_client_hello(script);
    say_raw(script, SIDE_SERVER, header, sizeof header);
    say_alert(script, SIDE_CLIENT, 2, 22);
}

/* A handshake message type that does not exist, an empty handshake record. */
static inline void bad_messages(struct script *script) {
    say_client_hello(script);
    say_message(script, SIDE_SERVER, 99, NULL, 30);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, "", 0);
    say_alert(script, SIDE_CLIENT, 2, 10);
}

/* Plays the script with COUNT bytes of turn GAP_TURN missing at AT. */
static inline void play_with_gap(struct script_reader *reader, const struct script *script, unsigned gap_turn,
                                 size_t at, size_t count) {
    for (unsigned i = 0; i < script->count; i++) {
        const struct script_turn *turn = &script->turns[i];
        const uint8_t *bytes = script->bytes + turn->offset;
        if (i != gap_turn) {
            reader_feed(reader, turn->side, i + 1, bytes, turn->length);
            continue;
        }
        if (at > 0) reader_feed(reader, turn->side, i + 1, bytes, at);
        reader_gap(reader, turn->side, i + 1, count);
        if (at + count < turn->length)
            reader_feed(reader, turn->side, i + 1, bytes + at + count, turn->length - at - count);
    }
}

#endif
