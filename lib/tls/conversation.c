#include "tls/conversation.h"

#include <string.h>

#include "encrypted.h"
#include "message.h"
#include "phase.h"
#include "record.h"
#include "tls/names.h"

enum {
    ALERT_LENGTH = 2,
    LEVEL_FATAL = 2, /* RFC 8446 section 6 */
    CLOSE_NOTIFY = 0,
    USER_CANCELED = 90,
    ECH_REQUIRED = 121,
    /* An encrypted Finished of TLS 1.2 and older: 16 bytes (36 in SSL 3.0) and a MAC or tag, a nonce, padding. */
    FINISHED_SHORTEST = 32,
    FINISHED_LONGEST = 128,
};

void tls_conversation_init(struct tls_conversation *conversation, struct block_pool *pool) {
    memset(conversation, 0, offsetof(struct tls_conversation, direction));
    for (int side = 0; side < SIDE_COUNT; side++)
        memset(&conversation->direction[side], 0, offsetof(struct tls_direction, odd_bytes));
    conversation->pool = pool;
}

void tls_conversation_done(struct tls_conversation *conversation) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        struct tls_direction *direction = &conversation->direction[side];
        block_put(conversation->pool, direction->message, direction->message_room);
        direction->message = NULL;
        direction->message_room = 0;
        tls_encrypted_drop(conversation->pool, direction);
    }
    for (int slot = 0; slot < TLS_SLOT_COUNT; slot++) {
        struct tls_kept *kept = &conversation->kept[slot];
        block_put(conversation->pool, kept->bytes, kept->room);
        *kept = (struct tls_kept){0};
    }
}

static struct tls_turn turn_of(struct tls_conversation *conversation, enum side side, int64_t time) {
    return (struct tls_turn){conversation, &conversation->direction[side], side, time};
}

/* This direction is no TLS any more; what comes is swallowed. */
static void stop_reading(const struct tls_turn *turn) {
    tls_message_drop(turn);
    turn->direction->skip = 0;
    turn->direction->passing = false;
    turn->direction->not_tls = true;
}

static void keep_odd_bytes(struct tls_direction *direction, struct cursor input) {
    size_t room = TLS_ODD_BYTES_KEPT - direction->odd_length, length = cursor_remaining(&input);
    if (length > room) length = room;
    if (cursor_copy(&input, direction->odd_bytes + direction->odd_length, length))
        direction->odd_length = (uint8_t)(direction->odd_length + length);
}

/* An encrypted handshake record of TLS 1.2 and older: the first one behind ChangeCipherSpec is Finished. Where that
 * was missed, size must speak, and the other side must have finished: it is the last step of every handshake. */
static void encrypted_handshake(const struct tls_turn *turn, uint16_t length) {
    const struct tls_direction *direction = turn->direction;
    if (direction->finished) return;
    bool likely = turn->conversation->direction[side_other(turn->side)].finished && length >= FINISHED_SHORTEST &&
                  length <= FINISHED_LONGEST;
    if (direction->change_cipher_spec || likely) tls_phase_finished(turn);
}

/* Notes an encrypted record whose end was reached. */
static void encrypted_heard(const struct tls_turn *turn, const struct tls_record *record) {
    struct tls_direction *direction = turn->direction;
    direction->encrypted_records++;
    direction->encrypted_bytes += record->length;
    tls_encrypted_end(turn, record->length);
    tls_turn_note(turn, TLS_EVENT_ENCRYPTED, record->type, 0, record->length, record->version);
    switch (record->type) {
    case TLS_CONTENT_APPLICATION_DATA:
        direction->application_records++;
        if (turn->conversation->tls13)
            tls_phase_encrypted_13(turn);
        else
            tls_phase_data(turn);
        break;
    case TLS_CONTENT_HANDSHAKE:
        if (!turn->conversation->tls13) encrypted_handshake(turn, record->length);
        break;
    case TLS_CONTENT_ALERT:
        direction->alerts++;
        tls_phase_alerted(turn);
        break;
    default:
        break;
    }
}

/* Alert: RFC 8446 section 6. In TLS 1.3 every alert ends the connection but user_canceled. */
static void alert_heard(const struct tls_turn *turn, uint8_t level, uint8_t number, uint16_t version) {
    bool ends =
        level == LEVEL_FATAL || number == CLOSE_NOTIFY || (turn->conversation->tls13 && number != USER_CANCELED);
    turn->direction->alerts++;
    tls_turn_note(turn, TLS_EVENT_ALERT, level, number, ALERT_LENGTH, version);
    if (ends) tls_phase_alerted(turn);
}

/* Alerts may share a record, or be cut in two (RFC 5246 section 6.2.1). */
static void alerts_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    struct tls_direction *direction = turn->direction;
    uint8_t byte;
    while (cursor_get_u8(&body, &byte)) {
        if (direction->alert_begun)
            alert_heard(turn, direction->alert_level, byte, record->version);
        else
            direction->alert_level = byte;
        direction->alert_begun = !direction->alert_begun;
    }
}

/* The message in progress cannot go on behind ChangeCipherSpec. */
static void message_break_off(const struct tls_turn *turn, uint16_t version) {
    const struct tls_direction *direction = turn->direction;
    if (direction->message_length == 0) return;
    tls_turn_note(turn, TLS_EVENT_BAD_MESSAGE, direction->message_header[0], 0, direction->message_length, version);
    tls_message_drop(turn);
}

/* RFC 5246 section 7.1: one byte, 1. In TLS 1.3 a dummy (RFC 8446 appendix D.4), which may come before the version is
 * known: from a client with early data, or where we missed the ServerHello. Then the records themselves must tell. */
static void change_cipher_spec_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    struct tls_conversation *conversation = turn->conversation;
    struct tls_direction *direction = turn->direction;
    uint8_t type = 0;
    bool well_formed = cursor_get_u8(&body, &type) && type == 1 && cursor_is_empty(&body);
    tls_turn_note(turn, TLS_EVENT_CHANGE_CIPHER_SPEC, type, 0, record->length, record->version);
    if (!well_formed) conversation->out_of_order = true;
    if (!well_formed || conversation->tls13) return;
    message_break_off(turn, record->version);
    bool known = conversation->version != 0 || conversation->phase >= TLS_PHASE_SERVER_CERTIFICATE;
    direction->change_cipher_spec = known;
    direction->doubtful = !known;
    if (known) tls_phase_hear(turn, TLS_HEARD_CHANGE_CIPHER_SPEC);
}

/* Behind a gap a handshake record may be encrypted, or the rest of a message whose beginning was missed. */
static void handshake_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    struct tls_direction *direction = turn->direction;
    if (direction->doubtful && !tls_message_body_is_plain(body, turn->side)) {
        tls_encrypted_append(turn, body);
        encrypted_heard(turn, record);
        return;
    }
    direction->doubtful = false;
    tls_message_read(turn, record, body);
}

static void alert_record_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    bool encrypted = turn->conversation->tls13 || turn->direction->doubtful;
    if (encrypted && record->length > ALERT_LENGTH) {
        tls_encrypted_append(turn, body);
        encrypted_heard(turn, record);
    } else {
        alerts_read(turn, record, body);
    }
}

/* Whether the body of this record is passed over unread. A record of two bytes cannot be an encrypted alert. */
static bool is_passed_over(const struct tls_direction *direction, const struct tls_record *record) {
    if (record->type == TLS_CONTENT_APPLICATION_DATA || record->type == TLS_CONTENT_HEARTBEAT) return true;
    if (record->length > TLS_PLAINTEXT_LONGEST) return true;
    if (!direction->change_cipher_spec) return false;
    return record->type != TLS_CONTENT_ALERT || record->length > ALERT_LENGTH;
}

/* Passes over as much as is there of a body that is not read; true once its end was reached. */
static bool body_pass_over(const struct tls_turn *turn, struct cursor *input) {
    struct tls_direction *direction = turn->direction;
    size_t here = cursor_remaining(input) < direction->skip ? cursor_remaining(input) : direction->skip;
    struct cursor part;
    if (!cursor_sub(input, here, &part)) return false;
    if (direction->passing) tls_encrypted_append(turn, part);
    direction->skip -= (uint32_t)here;
    return direction->skip == 0;
}

/* The end of a body that was passed over. */
static void passed_over(const struct tls_turn *turn) {
    struct tls_direction *direction = turn->direction;
    struct tls_record record = {direction->passing_type, direction->passing_version, direction->passing_length};
    if (!direction->passing) return;
    direction->passing = false;
    encrypted_heard(turn, &record);
}

static void record_pass_over(const struct tls_turn *turn, const struct tls_record *record, struct cursor *input) {
    struct tls_direction *direction = turn->direction;
    /* only what is encrypted may be longer than 2^14 */
    bool oversized = record->length > TLS_PLAINTEXT_LONGEST && !direction->change_cipher_spec && !direction->doubtful &&
                     record->type != TLS_CONTENT_APPLICATION_DATA;
    if (oversized) tls_turn_note(turn, TLS_EVENT_OVERSIZED, record->type, 0, record->length, record->version);
    direction->passing = !oversized;
    direction->passing_type = record->type;
    direction->passing_length = record->length;
    direction->passing_version = record->version;
    direction->skip = record->length;
    if (body_pass_over(turn, input)) passed_over(turn);
}

static void record_begin(const struct tls_turn *turn, uint16_t version) {
    struct tls_direction *direction = turn->direction;
    if (!direction->started) direction->first_record_version = version;
    direction->started = true;
    direction->records++;
}

static void body_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    static void (*const readers[])(const struct tls_turn *, const struct tls_record *, struct cursor) = {
        [TLS_CONTENT_CHANGE_CIPHER_SPEC] = change_cipher_spec_read,
        [TLS_CONTENT_ALERT] = alert_record_read,
        [TLS_CONTENT_HANDSHAKE] = handshake_read,
    };
    if (record->length == 0) { /* RFC 8446 section 5.1 forbids empty fragments of these */
        tls_turn_note(turn, TLS_EVENT_BAD_MESSAGE, record->type, 0, 0, record->version);
        turn->conversation->out_of_order = true;
        return;
    }
    readers[record->type](turn, record, body);
}

/* A record that is neither passed over nor too long: it has to be whole. */
static enum tls_framed record_read(const struct tls_turn *turn, struct cursor *input) {
    struct cursor at = *input, body;
    struct tls_record record;
    enum tls_framed framed = tls_record_header_get(&at, &record);
    if (framed != TLS_FRAMED_READY) return framed;
    if (record.length > TLS_RECORD_LONGEST) {
        record_begin(turn, record.version);
        tls_turn_note(turn, TLS_EVENT_OVERSIZED, record.type, 0, record.length, record.version);
        stop_reading(turn);
        return TLS_FRAMED_READY;
    }
    if (is_passed_over(turn->direction, &record)) {
        record_begin(turn, record.version);
        record_pass_over(turn, &record, &at);
    } else if (cursor_sub(&at, record.length, &body)) {
        record_begin(turn, record.version);
        body_read(turn, &record, body);
    } else {
        turn->direction->waiting = TLS_RECORD_HEADER_LENGTH + record.length;
        return TLS_FRAMED_NEED_MORE;
    }
    *input = at;
    return TLS_FRAMED_READY;
}

/* An SSLv2-format ClientHello, which only a client's stream may begin with. */
static enum tls_framed ssl2_hello_read(const struct tls_turn *turn, struct cursor *input) {
    struct cursor at = *input, body;
    uint16_t length;
    enum tls_framed framed = tls_record_ssl2_header_get(&at, &length);
    if (framed != TLS_FRAMED_READY) return framed;
    if (!cursor_sub(&at, length, &body)) {
        turn->direction->waiting = (uint32_t)cursor_offset(&at) - (uint32_t)cursor_offset(input) + length;
        return TLS_FRAMED_NEED_MORE;
    }
    record_begin(turn, TLS_VERSION_SSL2);
    tls_message_read_ssl2(turn, body);
    *input = at;
    return TLS_FRAMED_READY;
}

static enum tls_framed unit_read(const struct tls_turn *turn, struct cursor *input) {
    bool at_start = turn->side == SIDE_CLIENT && !turn->direction->started;
    if (at_start && turn->conversation->gaps[SIDE_CLIENT] == 0) {
        enum tls_framed framed = ssl2_hello_read(turn, input);
        if (framed != TLS_FRAMED_BAD) return framed;
    }
    return record_read(turn, input);
}

/* Looks for a record right behind a gap; false where reading has to wait. */
static bool resynchronise(const struct tls_turn *turn, struct cursor *input) {
    struct tls_direction *direction = turn->direction;
    switch (tls_record_resume(*input, turn->side, direction->change_cipher_spec)) {
    case TLS_FRAMED_READY:
        direction->resynchronise = false;
        return true;
    case TLS_FRAMED_NEED_MORE:
        return false;
    default:
        (void)cursor_rest(input);
        return false;
    }
}

size_t tls_conversation_read(struct tls_conversation *conversation, enum side side, int64_t time, const uint8_t *bytes,
                             size_t length) {
    struct tls_turn turn = turn_of(conversation, side, time);
    struct tls_direction *direction = turn.direction;
    struct cursor input = cursor_over(bytes, length);
    direction->waiting = 0;
    if (direction->resynchronise && !resynchronise(&turn, &input)) return cursor_offset(&input);
    while (!cursor_is_empty(&input) && !direction->not_tls) {
        if (direction->skip > 0) {
            if (body_pass_over(&turn, &input)) passed_over(&turn);
            continue;
        }
        enum tls_framed framed = unit_read(&turn, &input);
        if (framed == TLS_FRAMED_NEED_MORE) return cursor_offset(&input);
        if (framed == TLS_FRAMED_BAD) {
            tls_turn_note(&turn, TLS_EVENT_NOT_TLS, 0, 0, 0, 0);
            stop_reading(&turn);
        }
    }
    if (direction->not_tls) keep_odd_bytes(direction, input);
    return length;
}

/* A gap that reaches past the end of what was being passed over, or that begins outside of it. */
static void gap_note(const struct tls_turn *turn, uint64_t count) {
    struct tls_conversation *conversation = turn->conversation;
    if (conversation->gaps[turn->side] < UINT16_MAX) conversation->gaps[turn->side]++;
    tls_turn_note(turn, TLS_EVENT_GAP, 0, 0, count, 0);
    tls_message_drop(turn);
    tls_encrypted_lose(turn->direction);
    turn->direction->alert_begun = false;
    turn->direction->doubtful = !turn->direction->change_cipher_spec;
}

void tls_conversation_gap(struct tls_conversation *conversation, enum side side, int64_t time, uint64_t count,
                          uint64_t discarded) {
    struct tls_turn turn = turn_of(conversation, side, time);
    struct tls_direction *direction = turn.direction;
    if (direction->not_tls || count == 0) return;
    if (direction->skip > 0) tls_encrypted_lose(turn.direction);
    if (direction->skip >= count) {
        direction->skip -= (uint32_t)count;
        if (direction->skip == 0) passed_over(&turn);
        return;
    }
    count -= direction->skip;
    direction->skip = 0;
    passed_over(&turn);
    gap_note(&turn, count);
    /* Inside a unit that was left over its end is known, and the rest of it is of no use. */
    uint64_t rest = direction->waiting > discarded ? direction->waiting - discarded : 0;
    direction->waiting = 0;
    direction->resynchronise = count > rest;
    direction->skip = count < rest ? (uint32_t)(rest - count) : 0;
}

void tls_conversation_restart(struct tls_conversation *conversation, enum side side) {
    struct tls_direction *direction = &conversation->direction[side];
    uint16_t kept = 0;
    if (direction->started || !direction->not_tls) return;
    memset(direction, 0, offsetof(struct tls_direction, odd_bytes));
    for (uint16_t i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->side != side || event->kind != TLS_EVENT_NOT_TLS) conversation->events[kept++] = *event;
    }
    conversation->event_count = kept;
}

void tls_conversation_reveal(struct tls_conversation *conversation, enum side side, const struct tls_event *record,
                             uint8_t type, struct cursor content) {
    struct tls_turn turn = turn_of(conversation, side, record->time);
    struct tls_record opened = {type, record->version, (uint16_t)cursor_remaining(&content)};
    if (type == TLS_CONTENT_HANDSHAKE || type == TLS_CONTENT_ALERT)
        body_read(&turn, &opened, content);
    else
        tls_turn_note(&turn, TLS_EVENT_ENCRYPTED, record->type, 1, record->length, record->version);
    if (conversation->tls13) tls_phase_encrypted_13(&turn);
}

bool tls_conversation_ech_refused(const struct tls_conversation *conversation) {
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->kind == TLS_EVENT_ALERT && event->side == SIDE_CLIENT && event->code == ECH_REQUIRED) return true;
    }
    return false;
}
