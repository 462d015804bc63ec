#include "message.h"

#include "keep.h"
#include "phase.h"
#include "tls/names.h"
#include "tls/server_hello.h"

enum {
    HEADER_LENGTH = 4,
    FROM_CLIENT = 1 << SIDE_CLIENT,
    FROM_SERVER = 1 << SIDE_SERVER,
    FROM_BOTH = FROM_CLIENT | FROM_SERVER,
    ABSURD = 1 << 20, /* no certificate list or authority list comes near */
    VECTOR = 1 << 16, /* opaque<0..2^16-1> and its length prefix */
};

/* A message type: who sends it in plain text (nobody: it is always encrypted), and how long its body may be. */
struct message_kind {
    bool exists;
    uint8_t senders;
    uint16_t shortest;
    uint32_t longest;
};

/* RFC 8446 section 4, RFC 5246 section 7.4; 21 to 23: RFC 6066 and RFC 4680; 25: RFC 8879. */
static const struct message_kind kinds[] = {
    [TLS_MESSAGE_HELLO_REQUEST] = {true, FROM_SERVER, 0, 0},
    [TLS_MESSAGE_CLIENT_HELLO] = {true, FROM_CLIENT, 38, 3 * VECTOR},
    [TLS_MESSAGE_SERVER_HELLO] = {true, FROM_SERVER, 38, 2 * VECTOR},
    [TLS_MESSAGE_NEW_SESSION_TICKET] = {true, FROM_SERVER, 6, 2 * VECTOR},
    [5 /* end_of_early_data */] = {true, 0, 0, ABSURD},
    [6 /* hello_retry_request of the drafts */] = {true, 0, 0, ABSURD},
    [TLS_MESSAGE_ENCRYPTED_EXTENSIONS] = {true, 0, 0, ABSURD},
    [TLS_MESSAGE_CERTIFICATE] = {true, FROM_BOTH, 3, ABSURD},
    [TLS_MESSAGE_SERVER_KEY_EXCHANGE] = {true, FROM_SERVER, 2, 4 * VECTOR},
    [TLS_MESSAGE_CERTIFICATE_REQUEST] = {true, FROM_SERVER, 3, ABSURD},
    [TLS_MESSAGE_SERVER_HELLO_DONE] = {true, FROM_SERVER, 0, 0},
    [TLS_MESSAGE_CERTIFICATE_VERIFY] = {true, FROM_CLIENT, 2, 2 * VECTOR},
    [TLS_MESSAGE_CLIENT_KEY_EXCHANGE] = {true, FROM_CLIENT, 0, 2 * VECTOR},
    [TLS_MESSAGE_FINISHED] = {true, 0, 0, ABSURD},
    [21 /* certificate_url */] = {true, FROM_CLIENT, 1, 2 * VECTOR},
    [TLS_MESSAGE_CERTIFICATE_STATUS] = {true, FROM_SERVER, 4, ABSURD},
    [23 /* supplemental_data */] = {true, FROM_BOTH, 3, ABSURD},
    [24 /* key_update */] = {true, 0, 0, ABSURD},
    [TLS_MESSAGE_COMPRESSED_CERTIFICATE] = {true, 0, 0, ABSURD},
};

static bool kind_allows(uint8_t type, uint32_t length) {
    return type < ARRAY_LENGTH(kinds) && kinds[type].exists && length <= kinds[type].longest;
}

static bool kind_is_plain(uint8_t type, uint32_t length, enum side side) {
    return kind_allows(type, length) && (kinds[type].senders & 1 << side) != 0 && length >= kinds[type].shortest;
}

enum tls_framed tls_message_resume(struct cursor body, enum side side) {
    uint8_t type;
    uint32_t length;
    if (!cursor_get_u8(&body, &type) || !cursor_get_u24(&body, &length)) return TLS_FRAMED_NEED_MORE;
    return kind_is_plain(type, length, side) ? TLS_FRAMED_READY : TLS_FRAMED_GAP;
}

bool tls_message_body_is_plain(struct cursor body, enum side side) {
    /* A counter that starts at zero, as encryption often has it in front, looks like a row of HelloRequests. */
    enum { SHORTEST_ENCRYPTED = 16 };
    size_t whole = cursor_remaining(&body);
    do {
        uint8_t type;
        uint32_t length;
        if (!cursor_get_u8(&body, &type) || !cursor_get_u24(&body, &length)) return false;
        if (!kind_is_plain(type, length, side)) return false;
        if (type == TLS_MESSAGE_HELLO_REQUEST && whole >= SHORTEST_ENCRYPTED) return false;
        if (!cursor_skip(&body, length)) return true;
    } while (!cursor_is_empty(&body));
    return true;
}

/* A message whose end was reached. */
struct message {
    uint8_t type;
    uint16_t version;   /* of the record that completed it */
    uint32_t length;    /* of the body, as the header announced it */
    struct cursor body; /* empty where it was not kept */
};

/* TLS 1.3, one of its drafts (0x7fNN), or the field trials of Chrome (0x7eNN) and of Facebook (0xfbNN), whose records
 * look the same. */
static bool version_is_13(uint16_t version) {
    static const uint8_t trial_majors[] = {0x7f, 0x7e, 0xfb};
    for (size_t i = 0; i < ARRAY_LENGTH(trial_majors); i++)
        if (version >> 8 == trial_majors[i]) return true;
    return version == TLS_VERSION_13;
}

/* ServerHello decides the version: RFC 8446 section 4.1.3. */
static void server_hello_heard(struct tls_conversation *conversation, const struct tls_server_hello *hello) {
    conversation->tls13 = version_is_13(hello->version);
    if (hello->is_hello_retry_request) {
        conversation->hello_retry = true;
        return;
    }
    conversation->version = hello->version;
    conversation->cipher_suite = hello->cipher_suite;
    if (conversation->tls13 && hello->has_psk) conversation->resumed = true;
}

/* Reads the little that framing depends on; true where it is a HelloRetryRequest. Of several ServerHellos the first
 * counts. */
static bool server_hello_read(const struct tls_turn *turn, const struct message *message) {
    struct tls_server_hello hello;
    bool well_formed = tls_server_hello_parse(message->body, &hello);
    if (cursor_is_empty(&message->body) && !well_formed) return false;
    if (turn->conversation->version == 0) server_hello_heard(turn->conversation, &hello);
    return hello.is_hello_retry_request;
}

static void message_heard(const struct tls_turn *turn, const struct message *message, bool gathered) {
    struct tls_conversation *conversation = turn->conversation;
    bool retry =
        turn->side == SIDE_SERVER && message->type == TLS_MESSAGE_SERVER_HELLO && server_hello_read(turn, message);
    tls_turn_note(turn, TLS_EVENT_MESSAGE, message->type, retry, message->length, message->version);
    if (turn->side == SIDE_CLIENT && message->type == TLS_MESSAGE_CLIENT_HELLO && conversation->hello_time == 0)
        conversation->hello_time = turn->time;
    enum tls_slot slot = tls_keep_slot(conversation, turn->side, message->type, retry);
    if (slot == TLS_SLOT_COUNT) {
        tls_message_drop(turn);
    } else if (gathered) {
        tls_keep_gathered(turn, slot, message->length);
    } else {
        tls_keep_copy(turn, slot, message->body);
    }
    if (slot != TLS_SLOT_COUNT)
        conversation->kept[slot].compressed = message->type == TLS_MESSAGE_COMPRESSED_CERTIFICATE;
    tls_phase_hear(turn, retry ? TLS_HEARD_HELLO_RETRY_REQUEST : message->type);
}

/* A header that no message can have: what follows it in the record has no borders. */
static void message_bad(const struct tls_turn *turn, uint8_t type, uint32_t length, uint16_t version,
                        struct cursor *body) {
    (void)cursor_rest(body);
    tls_message_drop(turn);
    tls_turn_note(turn, TLS_EVENT_BAD_MESSAGE, type, 0, length, version);
    turn->conversation->out_of_order = true;
}

/* The usual case: the next message lies in this record as a whole. False: it does not, and nothing was taken. */
static bool message_read_whole(const struct tls_turn *turn, uint16_t version, struct cursor *body) {
    struct cursor at = *body;
    struct message message = {.version = version};
    if (!cursor_get_u8(&at, &message.type) || !cursor_get_u24(&at, &message.length)) return false;
    if (!kind_allows(message.type, message.length)) {
        message_bad(turn, message.type, message.length, version, body);
        return true;
    }
    if (!cursor_sub(&at, message.length, &message.body)) return false;
    *body = at;
    message_heard(turn, &message, false);
    return true;
}

/* Whether the message in progress is one that will be kept. */
static bool message_is_wanted(const struct tls_turn *turn, uint8_t type) {
    if (type == TLS_MESSAGE_SERVER_HELLO && turn->side == SIDE_SERVER) return true;
    return tls_keep_slot(turn->conversation, turn->side, type, false) != TLS_SLOT_COUNT;
}

/* Collects the 4-byte header, which may itself be spread over records; true once it is whole and possible. */
static bool header_gather(const struct tls_turn *turn, uint16_t version, struct cursor *body) {
    struct tls_direction *direction = turn->direction;
    uint8_t byte;
    while (direction->message_length < HEADER_LENGTH && cursor_get_u8(body, &byte))
        direction->message_header[direction->message_length++] = byte;
    if (direction->message_length < HEADER_LENGTH) return false;
    if (direction->message_wanted > 0) return true;
    struct cursor header = cursor_over(direction->message_header, HEADER_LENGTH);
    uint8_t type;
    uint32_t length;
    if (!cursor_get_u8(&header, &type) || !cursor_get_u24(&header, &length)) return false;
    if (!kind_allows(type, length)) {
        message_bad(turn, type, length, version, body);
        return false;
    }
    direction->message_wanted = HEADER_LENGTH + length;
    return true;
}

/* The message in progress has come to its end. */
static void gathered_heard(const struct tls_turn *turn, uint16_t version) {
    struct tls_direction *direction = turn->direction;
    struct message message = {
        .type = direction->message_header[0],
        .version = version,
        .length = direction->message_wanted - HEADER_LENGTH,
    };
    if (direction->message != NULL) message.body = cursor_over(direction->message, message.length);
    message_heard(turn, &message, true);
    direction->message_length = direction->message_wanted = 0;
}

/* A message that spans records. */
static void message_gather(const struct tls_turn *turn, uint16_t version, struct cursor *body) {
    struct tls_direction *direction = turn->direction;
    if (!header_gather(turn, version, body)) return;
    uint32_t missing = direction->message_wanted - direction->message_length;
    size_t here = cursor_remaining(body) < missing ? cursor_remaining(body) : missing;
    struct cursor part;
    if (!cursor_sub(body, here, &part)) return;
    if (message_is_wanted(turn, direction->message_header[0])) tls_keep_gather(turn, part);
    direction->message_length += (uint32_t)here;
    if (direction->message_length == direction->message_wanted) gathered_heard(turn, version);
}

void tls_message_read(const struct tls_turn *turn, const struct tls_record *record, struct cursor body) {
    struct tls_direction *direction = turn->direction;
    bool resumed = direction->message_length > 0;
    while (!cursor_is_empty(&body))
        if (direction->message_length > 0 || !message_read_whole(turn, record->version, &body))
            message_gather(turn, record->version, &body);
    if ((resumed || direction->message_length > 0) && direction->fragments < UINT16_MAX) direction->fragments++;
}

void tls_message_read_ssl2(const struct tls_turn *turn, struct cursor body) {
    struct message message = {
        .type = TLS_MESSAGE_CLIENT_HELLO,
        .version = TLS_VERSION_SSL2,
        .length = (uint32_t)cursor_remaining(&body),
        .body = body,
    };
    turn->conversation->ssl2_hello = true;
    message_heard(turn, &message, false);
}

void tls_message_drop(const struct tls_turn *turn) {
    struct tls_direction *direction = turn->direction;
    tls_keep_drop(turn);
    direction->message_length = direction->message_wanted = 0;
}
