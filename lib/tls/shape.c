#include "tls/shape.h"

#include "shape_plain.h"

#include "tls/names.h"

enum {
    INNER_TYPE = 1, /* ContentType behind the content, RFC 8446 section 5.2 */
    PADDING = 16,   /* the only padding seen in the field: JSSE's */
    TAG_USUAL = 16, /* of every suite but CCM_8 */
    HASH_SHA256 = 32,
    HASH_SHA384 = 48,
    ALERT = 2,
    CERTIFICATE_EMPTY = 8, /* header, empty context, empty list */
    FINISHED_HEADER = 4,
    JOINED_HEADERS = 12, /* an empty Certificate and the header of Finished */
    END_OF_EARLY_DATA = 4,
    EARLY_HEADERS = 8,                /* EndOfEarlyData and the header of Finished */
    SMALLEST_CERTIFICATE = 100,       /* record with a Certificate of the client that is not empty */
    SMALLEST_VERIFY = 72,             /* record with a CertificateVerify: Ed25519, and CCM_8 */
    LARGEST_VERIFY = 1200,            /* RSA 8192 */
    SMALLEST_SERVER_CHAIN = 200,      /* record with the server's Certificate */
    SMALLEST_FLIGHT = 600,            /* record with the server's whole flight, a chain in it */
    FLIGHT_TO_VERIFY = 3,             /* EncryptedExtensions, Certificate, CertificateVerify */
    FULL_RECORD = 16384 + INNER_TYPE, /* and the tag: the message goes on in the next record */
    TRAFFIC = 3,                      /* records of each side: a refusal is one or two */
    FLIGHT_ANSWERLESS = 3,            /* EncryptedExtensions, Certificate, CertificateVerify */
    FLIGHT_ASKING = 4,                /* and CertificateRequest */
    FLIGHT_RESUMED = 2,               /* records behind a pre-shared key: EncryptedExtensions, Finished */
};

/* What is needed while the events are walked through. */
struct reader {
    const struct tls_conversation *conversation;
    struct tls_shape *shape;
    uint16_t tag;
    uint16_t hashes[2]; /* possible lengths of Finished's body; 0 where there is only one */
    bool psk;
    bool early_ended;  /* the client's last record may be EndOfEarlyData */
    bool verify_seen;  /* a client record that may be CertificateVerify came */
    bool chain_seen;   /* a server record came that is large enough for a chain */
    bool cut_in_two;   /* the server's last record was a full one */
    bool flight_odd;   /* the server's flight is not one message per record */
    uint16_t messages; /* of the server's flight before Finished */
    uint16_t previous; /* length of the server's last record */
};

/* Whether LENGTH is that of INNER bytes of content, padded or not; *PAD says which. */
static bool size_fits(const struct reader *reader, uint16_t length, unsigned inner, int8_t *pad) {
    unsigned bare = inner + INNER_TYPE + reader->tag;
    if (length != bare && length != bare + PADDING) return false;
    *pad = (int8_t)(length - bare);
    return true;
}

static bool finished_fits(const struct reader *reader, uint16_t length, unsigned headers, int8_t *pad) {
    return size_fits(reader, length, headers + reader->hashes[0], pad) ||
           (reader->hashes[1] != 0 && size_fits(reader, length, headers + reader->hashes[1], pad));
}

/* As long as an alert. A side that is known not to pad has no padded ones. */
static bool alert_fits(const struct reader *reader, enum side side, uint16_t length) {
    int8_t pad;
    return size_fits(reader, length, ALERT, &pad) && (pad == 0 || reader->shape->padding[side] != 0);
}

/* What the client's first record can be, by size. */
struct answer_size {
    uint8_t inner; /* bytes of content, */
    bool hash;     /* without Finished's own body where it is part of it */
    bool early;    /* behind early data only */
    enum tls_answer answer;
    enum tls_finished finished;
};

static const struct answer_size answer_sizes[] = {
    {ALERT, false, false, TLS_ANSWER_ALERT, TLS_FINISHED_NOT_SEEN},
    {FINISHED_HEADER, true, false, TLS_ANSWER_FINISHED, TLS_FINISHED_BY_SIZE},
    {CERTIFICATE_EMPTY, false, false, TLS_ANSWER_CERTIFICATE_EMPTY, TLS_FINISHED_NOT_SEEN},
    {JOINED_HEADERS, true, false, TLS_ANSWER_CERTIFICATE_EMPTY, TLS_FINISHED_JOINED},
    {EARLY_HEADERS, true, true, TLS_ANSWER_FINISHED, TLS_FINISHED_JOINED},
};

static void finished_set(struct tls_shape *shape, enum tls_finished finished, int16_t event) {
    shape->finished = finished;
    shape->finished_event = event;
}

static void request_settle(struct tls_shape *shape) {
    if (shape->answer == TLS_ANSWER_FINISHED) shape->request = TLS_REQUEST_NO;
    if (shape->answer == TLS_ANSWER_CERTIFICATE || shape->answer == TLS_ANSWER_CERTIFICATE_EMPTY)
        shape->request = TLS_REQUEST_ANSWERED;
}

static const struct answer_size *answer_find(const struct reader *reader, uint16_t length, int8_t *pad) {
    for (size_t i = 0; i < ARRAY_LENGTH(answer_sizes); i++) {
        const struct answer_size *size = &answer_sizes[i];
        if (size->early && !reader->shape->early_data) continue;
        if (size->hash ? finished_fits(reader, length, size->inner, pad) : size_fits(reader, length, size->inner, pad))
            return size;
    }
    return NULL;
}

/* Early data that is still on its way when the ServerHello has passed is no answer: an answer comes behind the
 * server's whole flight, or behind EndOfEarlyData, and has exactly the size of one. */
static bool is_still_early(struct reader *reader, const struct answer_size *size, uint16_t length, int8_t pad) {
    const struct tls_shape *shape = reader->shape;
    int8_t ignored;
    if (!shape->early_data) return false;
    bool behind = shape->server_flight == TLS_FLIGHT_WHOLE ||
                  (reader->early_ended && size != NULL && size->answer == TLS_ANSWER_FINISHED);
    reader->early_ended = size_fits(reader, length, END_OF_EARLY_DATA, &ignored) && ignored == 0;
    return size == NULL || pad != 0 || !behind;
}

/* Who sent an alert says nothing more, but for another (user_canceled and close_notify): where something of another
 * size follows, the record was early data that had passed the ServerHello on the way. */
static bool client_goes_on(const struct reader *reader, int16_t event) {
    const struct tls_conversation *conversation = reader->conversation;
    for (int i = event + 1; i < conversation->event_count; i++) {
        const struct tls_event *later = &conversation->events[i];
        bool client = later->kind == TLS_EVENT_ENCRYPTED && later->side == SIDE_CLIENT;
        if (client && !alert_fits(reader, SIDE_CLIENT, later->length)) return true;
    }
    return false;
}

/* Large, and not of the one size that records have where all are padded to it. */
static bool certificate_fits(const struct reader *reader, uint16_t length) {
    return length >= SMALLEST_CERTIFICATE && length != reader->previous && reader->shape->request != TLS_REQUEST_NO;
}

/* Whether the flight has come as far as the client's judgement of it, be its Finished recognised or not: padded records
 * and records with several messages have no size to go by. */
static bool flight_can_be_judged(const struct reader *reader) {
    const struct tls_shape *shape = reader->shape;
    if (shape->server_flight == TLS_FLIGHT_NONE || shape->missed[SIDE_SERVER] || !reader->chain_seen) return false;
    return shape->server_records >= FLIGHT_TO_VERIFY || reader->previous >= SMALLEST_FLIGHT;
}

/* The client's first record behind the server's flight. */
static void answer_begin(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    int8_t pad = -1;
    const struct answer_size *size = answer_find(reader, length, &pad);
    if (size != NULL && size->answer == TLS_ANSWER_ALERT && client_goes_on(reader, event)) shape->early_data = true;
    if (is_still_early(reader, size, length, pad)) return;
    shape->answer = TLS_ANSWER_UNCLEAR;
    shape->answer_event = event;
    shape->client_records = 1;
    if (!shape->missed[SIDE_CLIENT] && size != NULL) {
        shape->answer = size->answer;
        shape->padding[SIDE_CLIENT] = pad;
        if (size->finished != TLS_FINISHED_NOT_SEEN) finished_set(shape, size->finished, event);
    } else if (!shape->missed[SIDE_CLIENT] && certificate_fits(reader, length)) {
        shape->answer = TLS_ANSWER_CERTIFICATE;
    }
    if (shape->answer != TLS_ANSWER_ALERT ? shape->server_flight != TLS_FLIGHT_NONE : flight_can_be_judged(reader))
        shape->server_flight = TLS_FLIGHT_WHOLE;
    request_settle(shape);
}

/* Behind the client's Finished. */
static void client_later(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    bool alert = alert_fits(reader, SIDE_CLIENT, length);
    if (shape->client_word == TLS_WORD_NONE) {
        shape->client_word = alert ? TLS_WORD_ALERT : TLS_WORD_MORE;
        shape->client_word_event = event;
    }
    if (!alert) {
        shape->client_data = true;
        shape->client_closing = -1;
    } else if (shape->client_closing < 0) {
        shape->client_closing = event;
    }
}

/* Between the client's Certificate and its Finished, which may be in one record (NSS): then what follows is neither
 * of the messages that would have to. */
static void answer_continue(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    int8_t pad;
    if (finished_fits(reader, length, FINISHED_HEADER, &pad)) {
        finished_set(shape, TLS_FINISHED_BY_SIZE, event);
        shape->padding[SIDE_CLIENT] = pad;
        return;
    }
    if (shape->answer != TLS_ANSWER_CERTIFICATE) return;
    bool verify = !reader->verify_seen && length >= SMALLEST_VERIFY && length <= LARGEST_VERIFY;
    reader->verify_seen = true;
    if (verify) return;
    shape->padding[SIDE_CLIENT] = 0; /* who joins messages does not pad */
    finished_set(shape, TLS_FINISHED_JOINED, shape->answer_event);
    client_later(reader, length, event);
}

/* Once both sides have sent more than any refusal has, the handshake is behind them. */
static void traffic_judge(struct tls_shape *shape) {
    if (shape->client_records < TRAFFIC || shape->later_records < TRAFFIC || shape->early_data) return;
    if (shape->answer == TLS_ANSWER_ALERT || shape->answer == TLS_ANSWER_ALERT_PLAIN) return;
    if (shape->finished == TLS_FINISHED_NOT_SEEN) finished_set(shape, TLS_FINISHED_IMPLIED, shape->answer_event);
    shape->server_went_on = true;
}

static void client_record(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    if (shape->answer == TLS_ANSWER_NONE) {
        answer_begin(reader, length, event);
        return;
    }
    shape->client_records++;
    if (shape->finished != TLS_FINISHED_NOT_SEEN)
        client_later(reader, length, event);
    else if (shape->answer == TLS_ANSWER_CERTIFICATE || shape->answer == TLS_ANSWER_CERTIFICATE_EMPTY)
        answer_continue(reader, length, event);
    traffic_judge(shape);
}

/* EncryptedExtensions, [CertificateRequest], Certificate, CertificateVerify: one more or one less. */
static void request_count(struct reader *reader) {
    struct tls_shape *shape = reader->shape;
    bool countable = !reader->flight_odd && !shape->missed[SIDE_SERVER];
    if (reader->psk || (countable && reader->messages == FLIGHT_ANSWERLESS))
        shape->request = TLS_REQUEST_NO;
    else if (countable && reader->messages == FLIGHT_ASKING)
        shape->request = TLS_REQUEST_LIKELY;
}

static void message_count(struct reader *reader, uint16_t length) {
    if (!reader->cut_in_two) reader->messages++;
    /* two large records of one length are pieces of one message, cut by the peer's record_size_limit */
    if (length == reader->previous && length >= SMALLEST_SERVER_CHAIN) reader->flight_odd = true;
    reader->cut_in_two = length >= FULL_RECORD + reader->tag;
    reader->previous = length;
    if (length >= SMALLEST_SERVER_CHAIN) reader->chain_seen = true;
}

/* As long as an alert, where the flight stands. The shortest EncryptedExtensions has 23 bytes, so that the first
 * record may look like a padded alert and be none. */
static bool flight_alert_fits(const struct reader *reader, uint16_t length, bool first) {
    int8_t pad;
    if (first) return size_fits(reader, length, ALERT, &pad) && pad == 0;
    return alert_fits(reader, SIDE_SERVER, length);
}

/* Whether LENGTH is that of a record behind the server's Finished: a ticket, or what answers early data. Behind a
 * pre-shared key the flight is EncryptedExtensions and Finished, in two records or in one (BoringSSL); records of one
 * length may be padded to it. */
static bool is_behind_flight(const struct reader *reader, uint16_t length) {
    const struct tls_shape *shape = reader->shape;
    int8_t pad;
    if (shape->server_flight == TLS_FLIGHT_WHOLE) return true;
    if (!reader->psk || shape->missed[SIDE_SERVER] || shape->server_records < FLIGHT_RESUMED) return false;
    if (shape->server_records > FLIGHT_RESUMED) return true;
    return length != reader->previous && !finished_fits(reader, length, FINISHED_HEADER, &pad);
}

/* The server's records before the client has answered. An alert behind the answer to early data is a close_notify. */
static void flight_record(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    int8_t pad;
    bool first = shape->server_records == 0;
    shape->server_records++;
    if (flight_alert_fits(reader, length, first)) {
        bool served = shape->early_data && shape->early_ticket;
        if (shape->server_alert < 0 && !served) shape->server_alert = event;
        return;
    }
    if (shape->server_alert >= 0) reader->flight_odd = true; /* it was none, for the server goes on */
    shape->server_alert = -1;
    if (is_behind_flight(reader, length)) shape->early_ticket = true;
    if (shape->server_flight == TLS_FLIGHT_WHOLE) return;
    shape->server_flight = TLS_FLIGHT_BEGUN;
    if (!first && (reader->psk || reader->chain_seen) && finished_fits(reader, length, FINISHED_HEADER, &pad)) {
        shape->server_flight = TLS_FLIGHT_WHOLE;
        shape->padding[SIDE_SERVER] = pad;
        request_count(reader);
        return;
    }
    message_count(reader, length);
}

/* The server's records behind the beginning of the client's answer. Tickets and data come only when the server has
 * accepted the client's Finished, unless nobody was asked for a certificate: then they may cross it, which does no
 * harm. */
static void server_later(struct reader *reader, uint16_t length, int16_t event) {
    struct tls_shape *shape = reader->shape;
    bool alert = alert_fits(reader, SIDE_SERVER, length);
    shape->later_records++;
    if (shape->server_word == TLS_WORD_NONE) {
        shape->server_word = alert ? TLS_WORD_ALERT : TLS_WORD_MORE;
        shape->server_word_event = event;
    }
    bool joined = shape->answer == TLS_ANSWER_CERTIFICATE && shape->finished == TLS_FINISHED_NOT_SEEN;
    if (!alert && joined) finished_set(shape, TLS_FINISHED_JOINED, shape->answer_event);
    if (!alert && shape->finished != TLS_FINISHED_NOT_SEEN) shape->server_went_on = true;
    traffic_judge(shape);
}

static void plain_alert(struct reader *reader, enum side side, int16_t event) {
    struct tls_shape *shape = reader->shape;
    if (side == SIDE_CLIENT && shape->answer == TLS_ANSWER_NONE) {
        shape->answer = TLS_ANSWER_ALERT_PLAIN;
        shape->answer_event = event;
    } else if (side == SIDE_CLIENT && shape->finished != TLS_FINISHED_NOT_SEEN && shape->client_closing < 0) {
        shape->client_closing = event;
    } else if (side == SIDE_SERVER && shape->answer == TLS_ANSWER_NONE && shape->server_alert < 0) {
        shape->server_alert = event;
    } else if (side == SIDE_SERVER && shape->answer != TLS_ANSWER_NONE && shape->server_word == TLS_WORD_NONE) {
        shape->server_word = TLS_WORD_ALERT;
        shape->server_word_event = event;
    }
}

static void event_read(struct reader *reader, const struct tls_event *event, int16_t index) {
    bool encrypted = event->kind == TLS_EVENT_ENCRYPTED && event->type == TLS_CONTENT_APPLICATION_DATA;
    if (event->kind == TLS_EVENT_GAP)
        reader->shape->missed[event->side] = true;
    else if (event->kind == TLS_EVENT_ALERT)
        plain_alert(reader, event->side, index);
    else if (encrypted && event->side == SIDE_CLIENT)
        client_record(reader, event->length, index);
    else if (encrypted && reader->shape->answer == TLS_ANSWER_NONE)
        flight_record(reader, event->length, index);
    else if (encrypted)
        server_later(reader, event->length, index);
}

static struct reader reader_for(const struct tls_conversation *conversation, struct tls_shape *shape) {
    const struct tls_suite *suite = tls_suite_find(conversation->cipher_suite);
    struct reader reader = {
        .conversation = conversation, .shape = shape, .tag = TAG_USUAL, .hashes = {HASH_SHA256, HASH_SHA384}};
    if (suite != NULL && suite->tag_length > 0 && suite->hash_length > 0) {
        reader.tag = suite->tag_length;
        reader.hashes[0] = suite->hash_length;
        reader.hashes[1] = 0;
    }
    reader.psk = conversation->resumed;
    return reader;
}

/* Index of the event behind the ServerHello, -1 where there is none; notes what the client sent before. */
static int find_server_hello(const struct tls_conversation *conversation, struct tls_shape *shape) {
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        bool hello = event->kind == TLS_EVENT_MESSAGE && event->type == TLS_MESSAGE_SERVER_HELLO && event->code == 0;
        bool retry = event->kind == TLS_EVENT_MESSAGE && event->type == TLS_MESSAGE_SERVER_HELLO && event->code != 0;
        if (hello && event->side == SIDE_SERVER) return i + 1;
        if (retry) shape->early_data = false; /* it ends there, RFC 8446 section 4.2.10 */
        if (event->kind == TLS_EVENT_ENCRYPTED && event->side == SIDE_CLIENT) shape->early_data = true;
    }
    return -1;
}

void tls_shape_read(const struct tls_conversation *conversation, struct tls_shape *shape) {
    *shape = (struct tls_shape){
        .server_alert = -1,
        .answer_event = -1,
        .finished_event = -1,
        .server_word_event = -1,
        .client_word_event = -1,
        .client_closing = -1,
        .padding = {-1, -1},
    };
    if (!conversation->tls13) return;
    if (conversation->decrypted) {
        tls_shape_read_plain(conversation, shape);
        return;
    }
    int behind = find_server_hello(conversation, shape);
    if (behind < 0) return;
    shape->applies = true;
    struct reader reader = reader_for(conversation, shape);
    for (int i = behind; i < conversation->event_count; i++)
        event_read(&reader, &conversation->events[i], (int16_t)i);
}

/* Both Finished went out; what came of it? */
static enum tls_completion finished_judge(const struct tls_shape *shape, enum tls_closing closing) {
    bool spoken = shape->server_word != TLS_WORD_NONE;
    if (shape->server_went_on) return TLS_COMPLETION_PROVEN;
    if (shape->client_closing >= 0 && (!spoken || shape->client_closing < shape->server_word_event))
        return TLS_COMPLETION_PROVEN;
    if (shape->missed[SIDE_SERVER]) return TLS_COMPLETION_UNKNOWN;
    if (spoken) return TLS_COMPLETION_REFUSED;
    if (closing == TLS_CLOSING_SERVER) return TLS_COMPLETION_DROPPED;
    if (closing == TLS_CLOSING_CLIENT || shape->client_data) return TLS_COMPLETION_PROVEN;
    return TLS_COMPLETION_OPEN;
}

enum tls_completion tls_shape_completion(const struct tls_conversation *conversation, enum tls_closing closing) {
    struct tls_shape shape;
    bool missed = conversation->gaps[SIDE_CLIENT] > 0 || conversation->gaps[SIDE_SERVER] > 0;
    if (conversation->phase == TLS_PHASE_DONE) return TLS_COMPLETION_PROVEN;
    tls_shape_read(conversation, &shape);
    if (!shape.applies) return missed ? TLS_COMPLETION_UNKNOWN : TLS_COMPLETION_UNFINISHED;
    if (shape.finished != TLS_FINISHED_NOT_SEEN) return finished_judge(&shape, closing);
    bool answered = shape.answer == TLS_ANSWER_CERTIFICATE || shape.answer == TLS_ANSWER_CERTIFICATE_EMPTY;
    if (answered && shape.server_word == TLS_WORD_ALERT && !shape.missed[SIDE_SERVER]) return TLS_COMPLETION_REFUSED;
    if (shape.answer == TLS_ANSWER_UNCLEAR || shape.answer == TLS_ANSWER_CERTIFICATE) return TLS_COMPLETION_UNKNOWN;
    return missed ? TLS_COMPLETION_UNKNOWN : TLS_COMPLETION_UNFINISHED;
}
