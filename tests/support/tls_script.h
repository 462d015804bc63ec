/* Handshakes built by hand: who says which bytes, in which order; and a reader that feeds them to a conversation the
 * way the flow table does. One turn of a side is one moment: its bytes carry the turn's number as their time. */
#ifndef SUPPORT_TLS_SCRIPT_H
#define SUPPORT_TLS_SCRIPT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "tls/conversation.h"
#include "tls/names.h"

#define SCRIPT_TURNS 48
#define SCRIPT_BYTES (256 * 1024)

struct script_bytes {
    uint8_t data[160 * 1024];
    size_t length;
};

struct script_turn {
    enum side side;
    size_t offset, length;
};

struct script {
    uint16_t version; /* of record headers */
    struct script_turn turns[SCRIPT_TURNS];
    unsigned count;
    uint8_t bytes[SCRIPT_BYTES];
    size_t length;
};

static inline void put(struct script_bytes *bytes, const void *data, size_t length) {
    if (length > sizeof bytes->data - bytes->length) abort();
    if (length > 0) memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static inline void put_u8(struct script_bytes *bytes, unsigned value) {
    uint8_t byte = (uint8_t)value;
    put(bytes, &byte, 1);
}

static inline void put_u16(struct script_bytes *bytes, unsigned value) {
    put_u8(bytes, value >> 8);
    put_u8(bytes, value & 0xff);
}

static inline void put_u24(struct script_bytes *bytes, unsigned value) {
    put_u8(bytes, value >> 16);
    put_u16(bytes, value & 0xffff);
}

static inline void put_fill(struct script_bytes *bytes, unsigned value, size_t count) {
    while (count-- > 0)
        put_u8(bytes, value);
}

/* What encryption leaves: no structure. The same bytes every time. */
static inline void put_noise(struct script_bytes *bytes, size_t count) {
    uint32_t state = 0x9e3779b9u + (uint32_t)count;
    while (count-- > 0) {
        state = state * 1664525u + 1013904223u;
        put_u8(bytes, state >> 24);
    }
}

/* A handshake message: header and a body of LENGTH bytes (noise where BODY is NULL). */
static inline void put_message(struct script_bytes *bytes, unsigned type, const void *body, size_t length) {
    put_u8(bytes, type);
    put_u24(bytes, (unsigned)length);
    if (body != NULL)
        put(bytes, body, length);
    else
        put_noise(bytes, length);
}

static inline struct script_bytes *new_bytes(void) {
    struct script_bytes *bytes = calloc(1, sizeof *bytes);
    if (bytes == NULL) abort();
    return bytes;
}

/* Raw bytes of SIDE; they join the turn before where the same side has it. */
static inline void say_raw(struct script *script, enum side side, const void *data, size_t length) {
    if (length > sizeof script->bytes - script->length) abort();
    if (script->count == 0 || script->turns[script->count - 1].side != side) {
        if (script->count == SCRIPT_TURNS) abort();
        script->turns[script->count++] = (struct script_turn){side, script->length, 0};
    }
    if (length > 0) memcpy(script->bytes + script->length, data, length);
    script->length += length;
    script->turns[script->count - 1].length += length;
}

/* One record with this body. */
static inline void say_record(struct script *script, enum side side, unsigned type, const void *body, size_t length) {
    uint8_t header[5] = {(uint8_t)type, (uint8_t)(script->version >> 8), (uint8_t)script->version,
                         (uint8_t)(length >> 8), (uint8_t)length};
    say_raw(script, side, header, sizeof header);
    say_raw(script, side, body, length);
}

/* A record of LENGTH bytes of noise. */
static inline void say_encrypted(struct script *script, enum side side, unsigned type, size_t length) {
    struct script_bytes *body = new_bytes();
    put_noise(body, length);
    say_record(script, side, type, body->data, length);
    free(body);
}

/* One handshake message in a record of its own. */
static inline void say_message(struct script *script, enum side side, unsigned type, const void *body, size_t length) {
    struct script_bytes *bytes = new_bytes();
    put_message(bytes, type, body, length);
    say_record(script, side, TLS_CONTENT_HANDSHAKE, bytes->data, bytes->length);
    free(bytes);
}

static inline void say_alert(struct script *script, enum side side, unsigned level, unsigned number) {
    uint8_t body[2] = {(uint8_t)level, (uint8_t)number};
    say_record(script, side, TLS_CONTENT_ALERT, body, sizeof body);
}

static inline void say_change_cipher_spec(struct script *script, enum side side) {
    say_record(script, side, TLS_CONTENT_CHANGE_CIPHER_SPEC, "\x01", 1);
}

/* Body of a ClientHello (RFC 5246 section 7.4.1.2) with LENGTH bytes of padding extension. */
static inline void put_client_hello(struct script_bytes *body, size_t length) {
    put_u16(body, 0x0303); /* client_version */
    put_noise(body, 32);   /* random */
    put_u8(body, 0);       /* session_id */
    put_u16(body, 4);      /* cipher_suites */
    put_u16(body, 0x1301);
    put_u16(body, 0xc02f);
    put_u8(body, 1); /* compression_methods */
    put_u8(body, 0);
    put_u16(body, 4 + (unsigned)length); /* extensions */
    put_u16(body, 21);                   /* padding, RFC 7685 */
    put_u16(body, (unsigned)length);
    put_fill(body, 0, length);
}

enum script_hello { HELLO_PLAIN = 0, HELLO_13 = 1, HELLO_PSK = 2, HELLO_RETRY = 4 };

static const uint8_t script_retry_random[32] = {
    /* SHA-256 of "HelloRetryRequest", RFC 8446 section 4.1.3 */
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* Body of a ServerHello or HelloRetryRequest (RFC 8446 section 4.1.3). */
static inline void put_server_hello(struct script_bytes *body, unsigned version, unsigned suite, unsigned flags) {
    struct script_bytes *extensions = new_bytes();
    if (flags & HELLO_13) {
        put_u16(extensions, 43); /* supported_versions */
        put_u16(extensions, 2);
        put_u16(extensions, 0x0304);
    }
    if (flags & HELLO_PSK) {
        put_u16(extensions, 41); /* pre_shared_key: selected_identity 0 */
        put_u16(extensions, 2);
        put_u16(extensions, 0);
    }
    if ((flags & HELLO_13) && !(flags & HELLO_RETRY)) {
        put_u16(extensions, 51); /* key_share: x25519 */
        put_u16(extensions, 36);
        put_u16(extensions, 29);
        put_u16(extensions, 32);
        put_noise(extensions, 32);
    }
    put_u16(body, version);
    if (flags & HELLO_RETRY)
        put(body, script_retry_random, sizeof script_retry_random);
    else
        put_noise(body, 32);
    put_u8(body, 0); /* session_id */
    put_u16(body, suite);
    put_u8(body, 0); /* compression_method */
    put_u16(body, (unsigned)extensions->length);
    put(body, extensions->data, extensions->length);
    free(extensions);
}

static inline void say_client_hello(struct script *script) {
    struct script_bytes *body = new_bytes();
    put_client_hello(body, 40);
    say_message(script, SIDE_CLIENT, TLS_MESSAGE_CLIENT_HELLO, body->data, body->length);
    free(body);
}

static inline void say_server_hello(struct script *script, unsigned version, unsigned suite, unsigned flags) {
    struct script_bytes *body = new_bytes();
    put_server_hello(body, version, suite, flags);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO, body->data, body->length);
    free(body);
}

static inline struct script *new_script(uint16_t version) {
    struct script *script = calloc(1, sizeof *script);
    if (script == NULL) abort();
    script->version = version;
    return script;
}

/* What the reader left over, by side: the flow table's part. */
struct script_reader {
    struct tls_conversation conversation;
    struct block_pool pool;
    uint8_t *left[SIDE_COUNT];
    size_t left_length[SIDE_COUNT];
};

static inline struct script_reader *new_reader(size_t memory) {
    struct script_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) abort();
    block_pool_init(&reader->pool, memory);
    memset(&reader->conversation, 0xa5, sizeof reader->conversation); /* init() must not count on zeroes */
    tls_conversation_init(&reader->conversation, &reader->pool);
    return reader;
}

static inline void free_reader(struct script_reader *reader) {
    free(reader->left[SIDE_CLIENT]);
    free(reader->left[SIDE_SERVER]);
    tls_conversation_done(&reader->conversation);
    ck_assert_uint_eq(reader->pool.used, 0);
    block_pool_done(&reader->pool);
    free(reader);
}

/* Offers bytes behind what was left over, in a block of exactly their length. */
static inline void reader_feed(struct script_reader *reader, enum side side, int64_t time, const uint8_t *bytes,
                               size_t length) {
    size_t total = reader->left_length[side] + length;
    uint8_t *offer = malloc(total > 0 ? total : 1);
    if (offer == NULL) abort();
    if (reader->left_length[side] > 0) memcpy(offer, reader->left[side], reader->left_length[side]);
    if (length > 0) memcpy(offer + reader->left_length[side], bytes, length);
    size_t consumed = tls_conversation_read(&reader->conversation, side, time, offer, total);
    ck_assert_uint_le(consumed, total);
    ck_assert_uint_lt(total - consumed, TLS_UNIT_LONGEST);
    free(reader->left[side]);
    reader->left[side] = exact_copy(offer + consumed, total - consumed);
    reader->left_length[side] = total - consumed;
    free(offer);
}

static inline void reader_gap(struct script_reader *reader, enum side side, int64_t time, size_t count) {
    size_t discarded = reader->left_length[side];
    reader->left_length[side] = 0;
    tls_conversation_gap(&reader->conversation, side, time, count, discarded);
}

/* Feeds a whole script cut into pieces of CHUNK bytes (0: a turn at once). */
static inline void reader_play(struct script_reader *reader, const struct script *script, size_t chunk) {
    for (unsigned i = 0; i < script->count; i++) {
        const struct script_turn *turn = &script->turns[i];
        size_t step = chunk > 0 ? chunk : turn->length;
        for (size_t at = 0; at < turn->length; at += step) {
            size_t length = turn->length - at < step ? turn->length - at : step;
            reader_feed(reader, turn->side, i + 1, script->bytes + turn->offset + at, length);
        }
    }
}

/* The events as text: side, then the message's number, "c" ChangeCipherSpec, "a1.41" alert, "e23:53" an encrypted
 * record and its length, "g" gap, "x" not TLS, "o" oversized, "b" bad message; "2r" is a HelloRetryRequest. */
static inline const char *reader_trace(const struct script_reader *reader, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < reader->conversation.event_count; i++) {
        const struct tls_event *event = &reader->conversation.events[i];
        char word[32] = "?";
        switch (event->kind) {
        case TLS_EVENT_MESSAGE:
            snprintf(word, sizeof word, "%d%s", event->type, event->code ? "r" : "");
            break;
        case TLS_EVENT_CHANGE_CIPHER_SPEC:
            snprintf(word, sizeof word, "c");
            break;
        case TLS_EVENT_ALERT:
            snprintf(word, sizeof word, "a%d.%d", event->type, event->code);
            break;
        case TLS_EVENT_ENCRYPTED:
            snprintf(word, sizeof word, "e%d:%d", event->type, event->length);
            break;
        case TLS_EVENT_GAP:
            snprintf(word, sizeof word, "g%d", event->length);
            break;
        case TLS_EVENT_NOT_TLS:
            snprintf(word, sizeof word, "x");
            break;
        case TLS_EVENT_OVERSIZED:
            snprintf(word, sizeof word, "o%d", event->length);
            break;
        case TLS_EVENT_BAD_MESSAGE:
            snprintf(word, sizeof word, "b%d", event->type);
            break;
        default:
            break;
        }
        int written = snprintf(text + used, size - used, "%s%c:%s", i > 0 ? " " : "",
                               event->side == SIDE_CLIENT ? 'C' : 'S', word);
        if (written < 0 || (size_t)written >= size - used) abort();
        used += (size_t)written;
    }
    return text;
}

#endif
