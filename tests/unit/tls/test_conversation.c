/* Whole handshakes, as scripts: what is heard, and how far they are said to have come. */
#include "tls_script.h"

enum {
    RSA_AES = 0x002f,   /* TLS_RSA_WITH_AES_128_CBC_SHA */
    ECDHE_GCM = 0xc02f, /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    AES128_13 = 0x1301, /* TLS_AES_128_GCM_SHA256 */
    FINISHED_GCM = 40,  /* 8 nonce + 16 + 16 tag */
    FINISHED_SSL3 = 64, /* 40 + 20 MAC, padded */
    ALERT_GCM = 26,     /* 8 nonce + 2 + 16 tag */
};

static void server_flight(struct script *script, bool asks) {
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 329);
    if (asks) say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, NULL, 60);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
}

static void finish(struct script *script, enum side side, size_t length) {
    say_change_cipher_spec(script, side);
    say_encrypted(script, side, TLS_CONTENT_HANDSHAKE, length);
}

/* RFC 5246 section 7.3, figure 1, with a stapled status and a ticket */
static void full_12(struct script *script) {
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

static void client_auth_12(struct script *script) {
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
static void coalesced_12(struct script *script) {
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
static void fragmented_12(struct script *script) {
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
static void resumed_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
}

/* RFC 5077 figure 2: the server renews the ticket */
static void resumed_ticket_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_NEW_SESSION_TICKET, NULL, 202);
    finish(script, SIDE_SERVER, FINISHED_GCM);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
}

/* RFC 7918: the client's data goes out before the server's Finished. */
static void false_start_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 120);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

/* The client finds fault with the certificate while its Finished is under way (NSS), and the server finishes. */
static void late_refusal_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_ALERT, ALERT_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

static void refused_certificate_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_alert(script, SIDE_CLIENT, 2, 48);
}

/* The server does not like the client's Finished: its alert is in the clear, it has not changed its cipher. */
static void bad_finished_12(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    say_alert(script, SIDE_SERVER, 2, 20);
}

/* unrecognized_name as a warning (RFC 6066 section 3) ends nothing. */
static void warned_12(struct script *script) {
    say_client_hello(script);
    say_alert(script, SIDE_SERVER, 1, 112);
    say_server_hello(script, 0x0303, ECDHE_GCM, HELLO_PLAIN);
    server_flight(script, false);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE, NULL, 66);
    finish(script, SIDE_CLIENT, FINISHED_GCM);
    finish(script, SIDE_SERVER, FINISHED_GCM);
}

/* RFC 6101 section 5.6.6: a client without a certificate says so by a warning. */
static void no_certificate_ssl3(struct script *script) {
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
static void ssl2_hello(struct script *script) {
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

static void server_flight_13(struct script *script) {
    say_change_cipher_spec(script, SIDE_SERVER);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 27);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 900);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 281);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
}

static void full_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
}

static void retry_13(struct script *script) {
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
static void early_data_13(struct script *script) {
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
static void refused_certificate_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_alert(script, SIDE_CLIENT, 2, 48);
}

/* The others encrypt it: 19 bytes where Finished belongs. */
static void refused_quietly_13(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13);
    server_flight_13(script);
    say_change_cipher_spec(script, SIDE_CLIENT);
    say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 19);
}

/* An empty Certificate, Finished, a first request; the server's answer is as long as an alert. */
static void missing_certificate_13(struct script *script) {
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
static void versionless_alert(struct script *script) {
    say_client_hello(script);
    script->version = 0;
    say_alert(script, SIDE_SERVER, 2, 70);
}

static void http_answer(struct script *script) {
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n";
    say_client_hello(script);
    say_raw(script, SIDE_SERVER, answer, sizeof answer - 1);
    say_alert(script, SIDE_CLIENT, 2, 70);
}

static void wrong_order(struct script *script) {
    say_client_hello(script);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 700);
    say_alert(script, SIDE_CLIENT, 2, 47);
}

/* A HelloRetryRequest may come once. */
static void retry_twice(struct script *script) {
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_RETRY);
    say_client_hello(script);
    say_server_hello(script, 0x0303, AES128_13, HELLO_13 | HELLO_RETRY);
    say_alert(script, SIDE_CLIENT, 2, 10);
}

/* Two alerts in one record (GnuTLS: access_denied, bad_certificate), and one that is cut in two. */
static void odd_alerts(struct script *script) {
    say_client_hello(script);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x01\x31\x01\x2a", 4);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x02", 1);
    say_record(script, SIDE_SERVER, TLS_CONTENT_ALERT, "\x28", 1);
}

/* A length that no version allows (RFC 5246 section 6.2.3): 2^14 + 2049. */
static void oversized(struct script *script) {
    static const uint8_t header[] = {0x16, 0x03, 0x03, 0x48, 0x01, 0x02, 0x00};
    say_client_hello(script);
    say_raw(script, SIDE_SERVER, header, sizeof header);
    say_alert(script, SIDE_CLIENT, 2, 22);
}

/* A handshake message type that does not exist, an empty handshake record. */
static void bad_messages(struct script *script) {
    say_client_hello(script);
    say_message(script, SIDE_SERVER, 99, NULL, 30);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, "", 0);
    say_alert(script, SIDE_CLIENT, 2, 10);
}

struct scenario {
    const char *name;
    void (*build)(struct script *);
    const char *trace;
    enum tls_phase phase;
    uint16_t version;
    unsigned done_turn; /* the turn (from 1) that completes it, 0: never */
    bool resumed, out_of_order, alerted;
};

#define FLIGHT      "S:11 S:12 S:14 "
#define SPOKEN      "C:1 S:2 " FLIGHT "C:16 C:c C:e22:40"
#define FLIGHT_13   "S:c S:e23:27 S:e23:900 S:e23:281 S:e23:53"
#define FLIGHT_AUTH "S:c S:e23:27 S:e23:112 S:e23:900 S:e23:281 S:e23:53"

static const struct scenario scenarios[] = {
    {"full", full_12, "C:1 S:2 S:11 S:22 S:12 S:14 C:16 C:c C:e22:40 S:4 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4,
     false, false, false},
    {"client certificate", client_auth_12, "C:1 S:2 S:11 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40",
     TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"coalesced", coalesced_12, "C:1 S:2 S:11 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40", TLS_PHASE_DONE,
     0x0303, 4, false, false, false},
    {"fragmented", fragmented_12, SPOKEN " S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"resumed", resumed_12, "C:1 S:2 S:c S:e22:40 C:c C:e22:40", TLS_PHASE_DONE, 0x0303, 3, true, false, false},
    {"resumed, new ticket", resumed_ticket_12, "C:1 S:2 S:4 S:c S:e22:40 C:c C:e22:40", TLS_PHASE_DONE, 0x0303, 3, true,
     false, false},
    {"false start", false_start_12, SPOKEN " C:e23:120 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"late refusal", late_refusal_12, SPOKEN " C:e21:26 S:c S:e22:40", TLS_PHASE_CLIENT_FINISHED, 0x0303, 0, false,
     false, true},
    {"certificate refused", refused_certificate_12, "C:1 S:2 " FLIGHT "C:a2.48", TLS_PHASE_SERVER_DONE, 0x0303, 0,
     false, false, true},
    {"Finished refused", bad_finished_12, SPOKEN " S:a2.20", TLS_PHASE_CLIENT_FINISHED, 0x0303, 0, false, false, true},
    {"warned", warned_12, "C:1 S:a1.112 S:2 " FLIGHT "C:16 C:c C:e22:40 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false,
     false, false},
    {"SSL 3.0, no certificate", no_certificate_ssl3, "C:1 S:2 S:11 S:13 S:14 C:a1.41 C:16 C:c C:e22:64 S:c S:e22:64",
     TLS_PHASE_DONE, 0x0300, 4, false, false, false},
    {"SSLv2-format hello", ssl2_hello, "C:1 S:2 S:11 S:14 C:16 C:c C:e22:48 S:c S:e22:48", TLS_PHASE_DONE, 0x0301, 4,
     false, false, false},
    {"1.3", full_13, "C:1 S:2 " FLIGHT_13 " C:c C:e23:53 S:e23:250", TLS_PHASE_DONE, 0x0304, 4, false, false, false},
    {"1.3, retried", retry_13, "C:1 S:2r S:c C:c C:1 S:2 S:e23:27 S:e23:900 S:e23:281 S:e23:53 C:e23:53 S:e23:250",
     TLS_PHASE_DONE, 0x0304, 6, false, false, false},
    {"1.3, early data", early_data_13,
     "C:1 C:c C:e23:300 S:2 S:c S:e23:31 S:e23:53 C:e23:200 C:e23:21 C:e23:53 S:e23:400", TLS_PHASE_DONE, 0x0304, 4,
     true, false, false},
    {"1.3, refused in the clear", refused_certificate_13, "C:1 S:2 " FLIGHT_13 " C:a2.48", TLS_PHASE_SERVER_DONE,
     0x0304, 0, false, false, true},
    {"1.3, refused", refused_quietly_13, "C:1 S:2 " FLIGHT_13 " C:c C:e23:19", TLS_PHASE_SERVER_DONE, 0x0304, 0, false,
     false, false},
    {"1.3, client certificate missing", missing_certificate_13,
     "C:1 S:2 " FLIGHT_AUTH " C:c C:e23:25 C:e23:53 C:e23:95 S:e23:19", TLS_PHASE_CLIENT_FINISHED, 0x0304, 0, false,
     false, false},
    {"alert of version 0.0", versionless_alert, "C:1 S:a2.70", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"HTTP", http_answer, "C:1 S:x C:a2.70", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"wrong order", wrong_order, "C:1 S:11 C:a2.47", TLS_PHASE_SERVER_CERTIFICATE, 0, 0, false, true, true},
    {"two retry requests", retry_twice, "C:1 S:2r C:1 S:2r C:a2.10", TLS_PHASE_CLIENT_HELLO_RETRIED, 0, 0, false, true,
     true},
    {"odd alerts", odd_alerts, "C:1 S:a1.49 S:a1.42 S:a2.40", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"oversized", oversized, "C:1 S:o18433 C:a2.22", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"bad messages", bad_messages, "C:1 S:b99 S:b22 C:a2.10", TLS_PHASE_CLIENT_HELLO, 0, 0, false, true, true},
};

static struct script *scenario_build(const struct scenario *scenario) {
    struct script *script = new_script(0x0303);
    scenario->build(script);
    return script;
}

static void check_scenario(const struct scenario *scenario, const struct script_reader *reader) {
    const struct tls_conversation *conversation = &reader->conversation;
    char trace[4096];
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), scenario->trace);
    ck_assert_msg(conversation->phase == scenario->phase, "%s: phase %d", scenario->name, conversation->phase);
    ck_assert_msg(conversation->version == scenario->version, "%s: version %x", scenario->name, conversation->version);
    ck_assert_msg(conversation->resumed == scenario->resumed, "%s: resumed", scenario->name);
    ck_assert_msg(conversation->out_of_order == scenario->out_of_order, "%s: order", scenario->name);
    ck_assert_msg(conversation->alerted == scenario->alerted, "%s: alerted", scenario->name);
    ck_assert_msg(conversation->done_time == scenario->done_turn, "%s: done at %d", scenario->name,
                  (int)conversation->done_time);
    ck_assert_msg(conversation->hello_time == 1, "%s: hello at %d", scenario->name, (int)conversation->hello_time);
    ck_assert_uint_eq(reader->left_length[SIDE_CLIENT] + reader->left_length[SIDE_SERVER], 0);
}

START_TEST(each_scenario_whole_and_cut_into_every_size) {
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t chunk = 0; chunk <= 160; chunk++) {
        struct script_reader *reader = new_reader(16 << 10);
        reader_play(reader, script, chunk);
        check_scenario(scenario, reader);
        free_reader(reader);
    }
    free(script);
}
END_TEST

/* Feeds the first LENGTH bytes of the script. */
static void play_prefix(struct script_reader *reader, const struct script *script, size_t length) {
    for (unsigned i = 0; i < script->count && script->turns[i].offset < length; i++) {
        const struct script_turn *turn = &script->turns[i];
        size_t here = length - turn->offset < turn->length ? length - turn->offset : turn->length;
        reader_feed(reader, turn->side, i + 1, script->bytes + turn->offset, here);
    }
}

START_TEST(a_prefix_is_not_done_before_the_handshake_is) {
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t length = 0; length < script->length; length++) {
        struct script_reader *reader = new_reader(16 << 10);
        play_prefix(reader, script, length);
        ck_assert_msg(reader->conversation.phase != TLS_PHASE_DONE, "%s: done after %zu of %zu", scenario->name, length,
                      script->length);
        free_reader(reader);
    }
    free(script);
}
END_TEST

START_TEST(a_flipped_byte_does_no_harm) {
    static const uint8_t masks[] = {0xff, 0x01, 0x80};
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t at = 0; at < script->length; at++)
        for (size_t m = 0; m < ARRAY_LENGTH(masks); m++) {
            struct script_reader *reader = new_reader(16 << 10);
            script->bytes[at] ^= masks[m];
            reader_play(reader, script, 0);
            script->bytes[at] ^= masks[m];
            ck_assert_uint_le(reader->conversation.event_count, TLS_EVENTS_KEPT);
            free_reader(reader);
        }
    free(script);
}
END_TEST

/* Plays the script with COUNT bytes of turn GAP_TURN missing at AT. */
static void play_with_gap(struct script_reader *reader, const struct script *script, unsigned gap_turn, size_t at,
                          size_t count) {
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

/* Done is right where it is with the whole sight, and not before. Where the gap has swallowed the very refusal, both
 * Finished on the wire are all that can be asked for. */
static bool is_done_rightly(const struct scenario *scenario, const struct tls_conversation *conversation) {
    if (conversation->phase != TLS_PHASE_DONE) return true;
    if (scenario->done_turn != 0) return conversation->done_time >= scenario->done_turn;
    return scenario->alerted && !conversation->alerted && conversation->direction[SIDE_CLIENT].finished &&
           conversation->direction[SIDE_SERVER].finished;
}

START_TEST(a_gap_anywhere_never_makes_it_done) {
    static const size_t counts[] = {1, 4, 9, 46, 77, 400, 1000};
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (unsigned turn = 0; turn < script->count; turn++)
        for (size_t at = 0; at < script->turns[turn].length; at++)
            for (size_t c = 0; c < ARRAY_LENGTH(counts); c++) {
                size_t rest = script->turns[turn].length - at;
                struct script_reader *reader = new_reader(16 << 10);
                play_with_gap(reader, script, turn, at, counts[c] < rest ? counts[c] : rest);
                ck_assert_msg(is_done_rightly(scenario, &reader->conversation),
                              "%s: done at %d, gap of %zu at turn %u + %zu", scenario->name,
                              (int)reader->conversation.done_time, counts[c], turn, at);
                free_reader(reader);
            }
    free(script);
}
END_TEST

START_TEST(what_is_kept_is_what_was_said) {
    struct script *script = new_script(0x0303);
    fragmented_12(script);
    struct script_bytes *want = new_bytes();
    struct script_reader *reader = new_reader(16 << 10);
    struct cursor body;
    reader_play(reader, script, 0);
    put_noise(want, 700); /* the Certificate, out of 14 records */
    ck_assert(tls_conversation_message(&reader->conversation, TLS_SLOT_SERVER_CERTIFICATE, &body));
    ck_assert_uint_eq(cursor_remaining(&body), 700);
    ck_assert_mem_eq(body.position, want->data, 700);
    want->length = 0;
    put_client_hello(want, 40);
    ck_assert(tls_conversation_message(&reader->conversation, TLS_SLOT_CLIENT_HELLO, &body));
    ck_assert_uint_eq(cursor_remaining(&body), want->length);
    ck_assert_mem_eq(body.position, want->data, want->length);
    ck_assert_int_eq(reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].time, 2);
    ck_assert(!tls_conversation_message(&reader->conversation, TLS_SLOT_CLIENT_CERTIFICATE, &body));
    ck_assert(cursor_is_empty(&body));
    free_reader(reader);
    free(want);
    free(script);
}
END_TEST

START_TEST(odd_bytes_are_the_first_that_are_no_tls) {
    struct script *script = new_script(0x0303);
    http_answer(script);
    for (size_t chunk = 1; chunk < 80; chunk++) {
        struct script_reader *reader = new_reader(16 << 10);
        const struct tls_direction *server = &reader->conversation.direction[SIDE_SERVER];
        reader_play(reader, script, chunk);
        ck_assert(server->not_tls && !server->started);
        ck_assert_uint_eq(server->odd_length, script->turns[1].length);
        ck_assert_mem_eq(server->odd_bytes, "HTTP/1.1 400 Bad Request\r\n", 26);
        free_reader(reader);
    }
    free(script);
}
END_TEST

/* More than is kept: the rest is swallowed and changes nothing. */
START_TEST(odd_bytes_have_a_cap) {
    struct script_reader *reader = new_reader(16 << 10);
    uint8_t text[500];
    memset(text, 'A', sizeof text);
    reader_feed(reader, SIDE_SERVER, 1, text, sizeof text);
    reader_feed(reader, SIDE_SERVER, 2, text, sizeof text);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].odd_length, TLS_ODD_BYTES_KEPT);
    ck_assert_uint_eq(reader->conversation.event_count, 1);
    ck_assert_uint_eq(reader->left_length[SIDE_SERVER], 0);
    free_reader(reader);
}
END_TEST

/* Encrypted bodies are not asked for as a whole, however long. */
START_TEST(encrypted_bodies_are_passed_over) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    reader_play(reader, script, 0);
    uint8_t piece[1000] = {0x17, 0x03, 0x03, 0x40, 0x00}; /* 16384 bytes follow */
    reader_feed(reader, SIDE_SERVER, 9, piece, sizeof piece);
    ck_assert_uint_eq(reader->left_length[SIDE_SERVER], 0);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].skip, 16384 - 995);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].application_records, 0);
    memset(piece, 0, sizeof piece);
    for (int i = 0; i < 15; i++)
        reader_feed(reader, SIDE_SERVER, 10, piece, sizeof piece);
    reader_feed(reader, SIDE_SERVER, 11, piece, 389);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].application_records, 1);
    const struct tls_event *last = &reader->conversation.events[reader->conversation.event_count - 1];
    ck_assert_uint_eq(last->length, 16384);
    ck_assert_int_eq(last->time, 11);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(a_gap_inside_a_passed_over_body_is_harmless) {
    struct script *script = new_script(0x0303);
    full_13(script);
    const struct script_turn *flight = &script->turns[1];
    /* the 900-byte record that stands for the Certificate is the fourth of the flight */
    size_t hello = 5 + (size_t)script->bytes[flight->offset + 4] + 256 * (size_t)script->bytes[flight->offset + 3];
    size_t body = hello + 6 + 5 + 27 + 5;
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 1, body + 100, 800); /* to the very end of it */
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "C:1 S:2 " FLIGHT_13 " C:c C:e23:53 S:e23:250");
    ck_assert_uint_eq(reader->conversation.gaps[SIDE_SERVER], 0);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* A gap inside the Certificate's record: its end is known, and what follows is read. */
START_TEST(a_gap_inside_a_message_loses_that_message) {
    struct script *script = new_script(0x0303);
    client_auth_12(script);
    const struct script_turn *flight = &script->turns[1];
    size_t hello = 5 + (size_t)script->bytes[flight->offset + 4];
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 1, hello + 50, 300);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace),
                     "C:1 S:2 S:g300 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40");
    ck_assert(!reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].seen);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    ck_assert(!reader->conversation.out_of_order);
    free_reader(reader);
    free(script);
}
END_TEST

/* A gap that swallows the Certificate and cuts ServerKeyExchange: the border is found again at a segment's start. */
START_TEST(behind_a_gap_the_next_record_is_found) {
    struct script *script = new_script(0x0303);
    client_auth_12(script);
    const struct script_turn *flight = &script->turns[1];
    const uint8_t *bytes = script->bytes + flight->offset;
    size_t hello = 5 + (size_t)bytes[4], certificate = 5 + 4 + 700, exchange = 5 + 4 + 329;
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    reader_feed(reader, SIDE_CLIENT, 1, script->bytes, script->turns[0].length);
    reader_feed(reader, SIDE_SERVER, 2, bytes, hello);
    reader_gap(reader, SIDE_SERVER, 2, certificate + 30);
    reader_feed(reader, SIDE_SERVER, 2, bytes + hello + certificate + 30, exchange - 30);
    size_t rest = hello + certificate + exchange;
    reader_feed(reader, SIDE_SERVER, 3, bytes + rest, flight->length - rest);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "C:1 S:2 S:g739 S:13 S:14");
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_SERVER_DONE);
    ck_assert(!reader->conversation.direction[SIDE_SERVER].resynchronise);
    free_reader(reader);
    free(script);
}
END_TEST

/* The client's ChangeCipherSpec was missed: its Finished is no message, and what it was is left open until the server
 * sends data. */
START_TEST(a_missed_change_cipher_spec_is_no_bad_message) {
    struct script *script = new_script(0x0303);
    full_12(script);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 300);
    const struct script_turn *turn = &script->turns[2];
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 2, turn->length - 45 - 6, 6);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace),
                     "C:1 S:2 S:11 S:22 S:12 S:14 C:16 C:g6 C:e22:40 S:4 S:c S:e22:40 S:e23:300");
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* The other way round: the server's was missed, and size and place make its Finished. */
START_TEST(a_finished_behind_a_missed_change_cipher_spec_is_known_by_size) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    play_with_gap(reader, script, 3, script->turns[3].length - 45 - 6, 6);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    ck_assert(!reader->conversation.out_of_order);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(a_capture_of_the_server_alone_is_not_out_of_order) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    for (unsigned i = 1; i < script->count; i += 2)
        reader_feed(reader, SIDE_SERVER, i + 1, script->bytes + script->turns[i].offset, script->turns[i].length);
    ck_assert(!reader->conversation.out_of_order);
    ck_assert(reader->conversation.direction[SIDE_SERVER].finished);
    ck_assert_uint_ne(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* Only so many events are kept; the rest is counted. */
START_TEST(events_have_a_cap) {
    struct script_reader *reader = new_reader(16 << 10);
    uint8_t alerts[5 + 200] = {0x15, 0x03, 0x03, 0x00, 200};
    for (size_t i = 5; i < sizeof alerts; i += 2)
        alerts[i] = 1, alerts[i + 1] = 90;
    reader_feed(reader, SIDE_SERVER, 1, alerts, sizeof alerts);
    ck_assert_uint_eq(reader->conversation.event_count, TLS_EVENTS_KEPT);
    ck_assert_uint_eq(reader->conversation.events_dropped, 100 - TLS_EVENTS_KEPT);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].alerts, 100);
    free_reader(reader);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls conversation");
    TCase *scripts = tcase_create("scripts"), *single = tcase_create("single");
    int count = (int)ARRAY_LENGTH(scenarios);
    tcase_set_timeout(scripts, 0);
    tcase_add_loop_test(scripts, each_scenario_whole_and_cut_into_every_size, 0, count);
    tcase_add_loop_test(scripts, a_prefix_is_not_done_before_the_handshake_is, 0, count);
    tcase_add_loop_test(scripts, a_flipped_byte_does_no_harm, 0, count);
    tcase_add_loop_test(scripts, a_gap_anywhere_never_makes_it_done, 0, count);
    tcase_add_test(single, what_is_kept_is_what_was_said);
    tcase_add_test(single, odd_bytes_are_the_first_that_are_no_tls);
    tcase_add_test(single, odd_bytes_have_a_cap);
    tcase_add_test(single, encrypted_bodies_are_passed_over);
    tcase_add_test(single, a_gap_inside_a_passed_over_body_is_harmless);
    tcase_add_test(single, a_gap_inside_a_message_loses_that_message);
    tcase_add_test(single, behind_a_gap_the_next_record_is_found);
    tcase_add_test(single, a_missed_change_cipher_spec_is_no_bad_message);
    tcase_add_test(single, a_finished_behind_a_missed_change_cipher_spec_is_known_by_size);
    tcase_add_test(single, a_capture_of_the_server_alone_is_not_out_of_order);
    tcase_add_test(single, events_have_a_cap);
    suite_add_tcase(suite, scripts);
    suite_add_tcase(suite, single);
    return run_suite(suite);
}
