#include "decrypt/replay.h"

#include <openssl/crypto.h>
#include <string.h>

#include "certificate_expand.h"
#include "certificate_form.h"
#include "decrypt/record.h"
#include "tls/names.h"
#include "tls/server_hello.h"

/* Keys of one side in the order in which they come into use: early data, handshake, application data; of TLS 1.2 and
 * older only the first. */
enum { EPOCHS = 3 };

struct opener {
    struct record_keys keys[EPOCHS];
    unsigned epoch;       /* the keys that were used last; earlier ones do not come back */
    struct cursor bodies; /* kept bodies that were not read yet */
    uint16_t left;        /* how many */
    bool changed_cipher;  /* TLS 1.2 and older: what follows is encrypted */
};

/* Everything secret, and the content of one record. */
struct work {
    struct opener opener[SIDE_COUNT];
    bool tls13, opened;
    uint8_t plain[RECORD_PLAIN_CAP];
};

/* ClientHello and ServerHello both begin with ProtocolVersion legacy_version; Random random. */
static bool random_read(const struct tls_conversation *conversation, enum tls_slot slot,
                        uint8_t random[KEYLOG_RANDOM_LENGTH]) {
    struct cursor body;
    return tls_conversation_message(conversation, slot, &body) && cursor_skip(&body, 2) &&
           cursor_copy(&body, random, KEYLOG_RANDOM_LENGTH);
}

static bool epoch_make(struct work *work, enum side side, unsigned epoch, uint16_t suite,
                       const struct keylog_secret *secret) {
    return secret->length > 0 &&
           record_keys_from_traffic(&work->opener[side].keys[epoch], suite, secret->bytes, secret->length);
}

static bool keys_make_13(struct work *work, const struct tls_conversation *conversation,
                         const struct keylog_secrets *secrets) {
    static const struct {
        enum side side;
        unsigned epoch;
        enum keylog_label label;
    } epochs[] = {
        {SIDE_CLIENT, 0, KEYLOG_CLIENT_EARLY},   {SIDE_CLIENT, 1, KEYLOG_CLIENT_HANDSHAKE},
        {SIDE_CLIENT, 2, KEYLOG_CLIENT_TRAFFIC}, {SIDE_SERVER, 1, KEYLOG_SERVER_HANDSHAKE},
        {SIDE_SERVER, 2, KEYLOG_SERVER_TRAFFIC},
    };
    bool some = false;
    for (size_t i = 0; i < ARRAY_LENGTH(epochs); i++)
        some |= epoch_make(work, epochs[i].side, epochs[i].epoch, conversation->cipher_suite,
                           &secrets->of[epochs[i].label]);
    return some;
}

static bool keys_make_12(struct work *work, const struct tls_conversation *conversation,
                         const struct keylog_secrets *secrets, const uint8_t *client_random) {
    struct record_keys keys[SIDE_COUNT];
    struct tls_server_hello hello;
    struct cursor body;
    if (secrets->of[KEYLOG_MASTER].length == 0) return false;
    if (!tls_conversation_message(conversation, TLS_SLOT_SERVER_HELLO, &body) || !tls_server_hello_parse(body, &hello))
        return false;
    struct record_master master = {
        .version = conversation->version,
        .suite = conversation->cipher_suite,
        .encrypt_then_mac = hello.has_encrypt_then_mac,
        .secret = secrets->of[KEYLOG_MASTER].bytes,
        .client_random = client_random,
        .server_random = hello.random,
    };
    if (!record_keys_from_master(keys, &master)) return false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        work->opener[side].keys[0] = keys[side];
        record_keys_done(&keys[side]);
    }
    return true;
}

static bool work_begin(struct work *work, const struct tls_conversation *conversation, struct keylog *keylog) {
    uint8_t random[KEYLOG_RANDOM_LENGTH];
    memset(work, 0, offsetof(struct work, plain));
    if (conversation->ssl2_hello || !random_read(conversation, TLS_SLOT_CLIENT_HELLO, random)) return false;
    const struct keylog_secrets *secrets = keylog_find(keylog, random);
    if (secrets == NULL) return false;
    work->tls13 = conversation->tls13;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct tls_direction *direction = &conversation->direction[side];
        work->opener[side].bodies = cursor_over(direction->encrypted, direction->encrypted_length);
        work->opener[side].left = direction->encrypted_kept;
    }
    if (work->tls13) return keys_make_13(work, conversation, secrets);
    return keys_make_12(work, conversation, secrets, random);
}

static void replay_init(struct decrypt_replay *replay, const struct tls_conversation *conversation) {
    struct tls_conversation *again = &replay->conversation;
    memcpy(again, conversation, offsetof(struct tls_conversation, events));
    again->decrypted = true;
    again->keep_encrypted = false;
    again->event_count = 0;
    if (again->tls13 && again->phase > TLS_PHASE_SERVER_HELLO) again->phase = TLS_PHASE_SERVER_HELLO;
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++)
        replay->own[slot] = !conversation->kept[slot].seen;
    for (int side = 0; side < SIDE_COUNT; side++) {
        struct tls_direction *direction = &again->direction[side];
        direction->encrypted = direction->message = NULL;
        direction->encrypted_room = direction->message_room = 0;
        direction->message_length = direction->message_wanted = 0;
        direction->doubtful = direction->alert_begun = false;
        if (again->tls13) direction->finished = false;
    }
}

/* Tries the keys in use, then those that come next. */
static bool opener_try(struct opener *opener, const struct record_sealed *record, uint8_t *plain, size_t *length,
                       uint8_t *type) {
    for (unsigned epoch = opener->epoch; epoch < EPOCHS; epoch++) {
        if (!record_open(&opener->keys[epoch], record, plain, length, type)) continue;
        opener->epoch = epoch;
        return true;
    }
    return false;
}

/* The body that was kept of the record of EVENT; false where none was. */
static bool body_take(struct opener *opener, const struct tls_event *event, struct cursor *body) {
    if (opener->left == 0) return false;
    opener->left--;
    return cursor_sub(&opener->bodies, event->length, body);
}

static void event_copy(struct decrypt_replay *replay, const struct tls_event *event) {
    struct tls_conversation *again = &replay->conversation;
    if (again->event_count < TLS_EVENTS_KEPT)
        again->events[again->event_count++] = *event;
    else
        again->events_dropped++;
}

/* Reads the record of EVENT out; false where it stays closed. */
static bool event_open(struct decrypt_replay *replay, struct work *work, const struct tls_event *event) {
    struct opener *opener = &work->opener[event->side];
    struct record_sealed record = {.type = event->type, .version = event->version};
    size_t length = 0;
    uint8_t type = 0;
    if (!body_take(opener, event, &record.body)) return false;
    bool protected = work->tls13 ? event->type == TLS_CONTENT_APPLICATION_DATA : opener->changed_cipher;
    if (!protected || !opener_try(opener, &record, work->plain, &length, &type)) return false;
    work->opened = true;
    tls_conversation_reveal(&replay->conversation, (enum side)event->side, event, type,
                            cursor_over(work->plain, length));
    return true;
}

static void events_replay(struct decrypt_replay *replay, struct work *work,
                          const struct tls_conversation *conversation) {
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->kind == TLS_EVENT_CHANGE_CIPHER_SPEC) work->opener[event->side].changed_cipher = true;
        if (event->kind != TLS_EVENT_ENCRYPTED || !event_open(replay, work, event)) event_copy(replay, event);
    }
}

static void status_keep(struct decrypt_replay *replay, const struct tls_kept *certificate) {
    struct tls_conversation *again = &replay->conversation;
    struct tls_kept *kept = &again->kept[TLS_SLOT_CERTIFICATE_STATUS];
    struct cursor status;
    certificate_form_status(certificate, &status);
    size_t length = cursor_remaining(&status);
    if (length == 0 || kept->seen) return;
    kept->bytes = block_get(again->pool, length, &kept->room);
    if (kept->bytes == NULL || !cursor_copy(&status, kept->bytes, length)) return;
    kept->length = kept->full_length = (uint32_t)length;
    kept->time = certificate->time;
    kept->seen = true;
}

static void certificates_convert(struct decrypt_replay *replay) {
    static const enum tls_slot slots[] = {TLS_SLOT_SERVER_CERTIFICATE, TLS_SLOT_CLIENT_CERTIFICATE};
    for (size_t i = 0; i < ARRAY_LENGTH(slots); i++) {
        struct tls_kept *kept = &replay->conversation.kept[slots[i]];
        if (!kept->seen || !replay->own[slots[i]]) continue;
        certificate_expand(kept, replay->conversation.pool);
        if (slots[i] == TLS_SLOT_SERVER_CERTIFICATE) status_keep(replay, kept);
        certificate_form_convert(kept);
    }
}

bool decrypt_replay_begin(struct decrypt_replay *replay, const struct tls_conversation *conversation,
                          struct keylog *keylog) {
    struct work work;
    bool some =
        conversation->direction[SIDE_CLIENT].encrypted_kept + conversation->direction[SIDE_SERVER].encrypted_kept;
    bool opened = false;
    if (!some) return false;
    if (work_begin(&work, conversation, keylog)) {
        replay_init(replay, conversation);
        events_replay(replay, &work, conversation);
        opened = work.opened;
        if (work.tls13) certificates_convert(replay);
        if (!opened) decrypt_replay_done(replay);
    }
    OPENSSL_cleanse(&work, sizeof work);
    return opened;
}

void decrypt_replay_done(struct decrypt_replay *replay) {
    struct tls_conversation *again = &replay->conversation;
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++)
        if (replay->own[slot]) block_put(again->pool, again->kept[slot].bytes, again->kept[slot].room);
    for (int side = 0; side < SIDE_COUNT; side++)
        block_put(again->pool, again->direction[side].message, again->direction[side].message_room);
}
