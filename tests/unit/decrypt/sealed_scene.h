/* TLS 1.3 handshakes whose records are really sealed, and a key log that opens them. */
#ifndef DECRYPT_SEALED_SCENE_H
#define DECRYPT_SEALED_SCENE_H

#include <openssl/evp.h>

#include "decrypt/record.h"
#include "decrypt/replay.h"
#include "tls_script.h"

enum { SUITE = 0x1301, SECRET = 32, TAG = 16, INNER_CAP = 4096 };

/* Which secret seals a record; its bytes are all the same. */
enum seal {
    SEAL_EARLY = 0xe0,
    SEAL_CLIENT = 0xc1,
    SEAL_SERVER = 0x51,
    SEAL_CLIENT_DATA = 0xcd,
    SEAL_SERVER_DATA = 0x5d
};

static const struct siphash_key key = {1, 2};

/* A Certificate of TLS 1.3 (RFC 8446 section 4.4.2), and the same as TLS 1.2 has it. */
static const uint8_t certificate_13[] = {
    0x00,                                     /* certificate_request_context */
    0x00, 0x00, 0x1a,                         /* certificate_list */
    0x00, 0x00, 0x03, 0x30, 0x01, 0xaa,       /* cert_data */
    0x00, 0x0b,                               /* extensions */
    0x00, 0x05, 0x00, 0x07,                   /* status_request: */
    0x01, 0x00, 0x00, 0x03, 0x30, 0x01, 0xbb, /* CertificateStatus */
    0x00, 0x00, 0x02, 0x30, 0x00,             /* cert_data */
    0x00, 0x00,                               /* extensions: none */
};
static const uint8_t certificate_12[] = {
    0x00, 0x00, 0x0b, 0x00, 0x00, 0x03, 0x30, 0x01, 0xaa, 0x00, 0x00, 0x02, 0x30, 0x00,
};
static const uint8_t status[] = {0x01, 0x00, 0x00, 0x03, 0x30, 0x01, 0xbb};

/* EncryptedExtensions: ALPN "h2" */
static const uint8_t extensions[] = {0x00, 0x09, 0x00, 0x10, 0x00, 0x05, 0x00, 0x03, 0x02, 'h', '2'};

/* CertificateRequest: an empty context, signature_algorithms ecdsa_secp256r1_sha256 */
static const uint8_t request[] = {0x00, 0x00, 0x08, 0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03};

struct scene {
    struct script *script;
    struct script_reader *reader;
    struct keylog *keylog;
    uint64_t sequence[256]; /* by enum seal */
    bool replayed;
    struct decrypt_replay replay;
};

/* Seals as RFC 8446 section 5.2 has it; written for the test, not shared with what it tests. */
static inline size_t seal(uint8_t secret_byte, uint64_t sequence, uint8_t type, const uint8_t *content, size_t length,
                          uint8_t *sealed) {
    uint8_t secret[SECRET], inner[INNER_CAP], nonce[12];
    struct record_keys keys;
    int written, rest;
    memset(secret, secret_byte, sizeof secret);
    ck_assert(record_keys_from_traffic(&keys, SUITE, secret, sizeof secret));
    memcpy(inner, content, length);
    inner[length] = type;
    memcpy(nonce, keys.iv, sizeof nonce);
    nonce[11] ^= (uint8_t)sequence;
    size_t whole = length + 1 + TAG;
    uint8_t header[5] = {23, 3, 3, (uint8_t)(whole >> 8), (uint8_t)whole};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    ck_assert_int_eq(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, keys.key, nonce), 1);
    ck_assert_int_eq(EVP_EncryptUpdate(context, NULL, &written, header, sizeof header), 1);
    ck_assert_int_eq(EVP_EncryptUpdate(context, sealed, &written, inner, (int)length + 1), 1);
    ck_assert_int_eq(EVP_EncryptFinal_ex(context, sealed + written, &rest), 1);
    ck_assert_int_eq(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, sealed + length + 1), 1);
    EVP_CIPHER_CTX_free(context);
    return whole;
}

static inline void say_sealed(struct scene *scene, enum side side, enum seal by, uint8_t type, const uint8_t *content,
                              size_t length) {
    uint8_t sealed[INNER_CAP + TAG];
    size_t whole = seal((uint8_t)by, scene->sequence[by]++, type, content, length, sealed);
    say_record(scene->script, side, TLS_CONTENT_APPLICATION_DATA, sealed, whole);
}

static inline void say_hidden_message(struct scene *scene, enum side side, enum seal by, unsigned type,
                                      const void *body, size_t length) {
    struct script_bytes *message = new_bytes();
    put_message(message, type, body, length);
    say_sealed(scene, side, by, TLS_CONTENT_HANDSHAKE, message->data, message->length);
    free(message);
}

static inline void say_hidden_alert(struct scene *scene, enum side side, enum seal by, uint8_t level, uint8_t number) {
    uint8_t alert[2] = {level, number};
    say_sealed(scene, side, by, TLS_CONTENT_ALERT, alert, sizeof alert);
}

static inline void secret_add(struct scene *scene, const char *label, enum seal secret) {
    struct script_bytes *random = new_bytes();
    char line[KEYLOG_LINE_CAP];
    put_noise(random, KEYLOG_RANDOM_LENGTH); /* as put_client_hello() has it */
    int used = snprintf(line, sizeof line, "%s ", label);
    for (int i = 0; i < KEYLOG_RANDOM_LENGTH; i++)
        used += snprintf(line + used, sizeof line - (size_t)used, "%02x", random->data[i]);
    used += snprintf(line + used, sizeof line - (size_t)used, " ");
    for (int i = 0; i < SECRET; i++)
        used += snprintf(line + used, sizeof line - (size_t)used, "%02x", (unsigned)secret);
    keylog_append(scene->keylog, line, (size_t)used);
    keylog_append(scene->keylog, "\n", 1);
    free(random);
}

static inline struct scene *scene_new(bool early) {
    struct scene *scene = calloc(1, sizeof *scene);
    if (scene == NULL) abort();
    scene->script = new_script(0x0303);
    scene->reader = new_reader(1 << 20);
    scene->reader->conversation.keep_encrypted = true;
    scene->keylog = keylog_new(4, &key);
    ck_assert_ptr_nonnull(scene->keylog);
    secret_add(scene, "CLIENT_EARLY_TRAFFIC_SECRET", SEAL_EARLY);
    secret_add(scene, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", SEAL_CLIENT);
    secret_add(scene, "SERVER_HANDSHAKE_TRAFFIC_SECRET", SEAL_SERVER);
    secret_add(scene, "CLIENT_TRAFFIC_SECRET_0", SEAL_CLIENT_DATA);
    secret_add(scene, "SERVER_TRAFFIC_SECRET_0", SEAL_SERVER_DATA);
    say_client_hello(scene->script);
    if (early) say_sealed(scene, SIDE_CLIENT, SEAL_EARLY, TLS_CONTENT_APPLICATION_DATA, extensions, sizeof extensions);
    say_server_hello(scene->script, 0x0303, SUITE, early ? HELLO_13 | HELLO_PSK : HELLO_13);
    say_change_cipher_spec(scene->script, SIDE_SERVER);
    return scene;
}

static inline void scene_free(struct scene *scene) {
    if (scene->replayed) decrypt_replay_done(&scene->replay);
    free_reader(scene->reader);
    free(scene->script);
    keylog_free(scene->keylog);
    free(scene);
}

static inline void say_flight(struct scene *scene, bool asks) {
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_ENCRYPTED_EXTENSIONS, extensions,
                       sizeof extensions);
    if (asks)
        say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST, request, sizeof request);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_CERTIFICATE, certificate_13, sizeof certificate_13);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_CERTIFICATE_VERIFY, NULL, 76);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_FINISHED, NULL, 32);
}

/* Plays in pieces of CHUNK bytes and hears it again; the trace of what was heard, in TEXT. */
static inline void scene_play(struct scene *scene, size_t chunk, char *text, size_t size) {
    reader_play(scene->reader, scene->script, chunk);
    scene->replayed = decrypt_replay_begin(&scene->replay, &scene->reader->conversation, scene->keylog);
    text[0] = '\0';
    if (!scene->replayed) return;
    struct script_reader *shown = calloc(1, sizeof *shown);
    if (shown == NULL) abort();
    shown->conversation = scene->replay.conversation;
    reader_trace(shown, text, size);
    free(shown);
}

static inline void check_kept(const struct scene *scene, enum tls_slot slot, const void *bytes, size_t length) {
    struct cursor body;
    ck_assert(tls_conversation_message(&scene->replay.conversation, slot, &body));
    ck_assert_uint_eq(cursor_remaining(&body), length);
    ck_assert_mem_eq(body.position, bytes, length);
}

#endif
