#include "shape_plain.h"

#include "tls/names.h"

enum {
    CLOSE_NOTIFY = 0,
    USER_CANCELED = 90,
    CERTIFICATE_EMPTY = 4, /* RFC 8446 section 4.4.2: an empty context and an empty list */
    END_OF_EARLY_DATA = 5,
    ALERT_AND_TYPE = 3,
    TAG_USUAL = 16,
};

struct plain_reader {
    struct tls_shape *shape;
    uint16_t tag;
};

/* What an event says. A record that could not be opened is still as long as it is. */
enum saying { SAYS_MESSAGE, SAYS_ALERT, SAYS_CLOSE, SAYS_DATA, SAYS_HIDDEN };

static enum saying saying_of(const struct plain_reader *reader, const struct tls_event *event) {
    if (event->kind == TLS_EVENT_MESSAGE) return SAYS_MESSAGE;
    if (event->kind == TLS_EVENT_ALERT)
        return event->code == CLOSE_NOTIFY || event->code == USER_CANCELED ? SAYS_CLOSE : SAYS_ALERT;
    if (event->code == 1) return SAYS_DATA;
    return event->length == ALERT_AND_TYPE + reader->tag ? SAYS_ALERT : SAYS_HIDDEN;
}

static void answer_set(struct tls_shape *shape, enum tls_answer answer, int16_t event) {
    if (shape->answer != TLS_ANSWER_NONE) return;
    shape->answer = answer;
    shape->answer_event = event;
}

static void client_message(struct tls_shape *shape, const struct tls_event *event, int16_t index) {
    switch (event->type) {
    case TLS_MESSAGE_CERTIFICATE:
        answer_set(shape, event->length <= CERTIFICATE_EMPTY ? TLS_ANSWER_CERTIFICATE_EMPTY : TLS_ANSWER_CERTIFICATE,
                   index);
        break;
    case TLS_MESSAGE_COMPRESSED_CERTIFICATE:
        answer_set(shape, TLS_ANSWER_CERTIFICATE, index);
        break;
    case TLS_MESSAGE_FINISHED:
        answer_set(shape, TLS_ANSWER_FINISHED, index);
        shape->finished = TLS_FINISHED_READ;
        shape->finished_event = index;
        break;
    default:
        break;
    }
}

/* The client's next word behind its Finished. */
static void client_word(struct tls_shape *shape, enum saying saying, int16_t index) {
    bool alert = saying == SAYS_ALERT || saying == SAYS_CLOSE;
    if (shape->client_word == TLS_WORD_NONE) {
        shape->client_word = alert ? TLS_WORD_ALERT : TLS_WORD_MORE;
        shape->client_word_event = index;
    }
    if (alert && shape->client_closing < 0) shape->client_closing = index;
    if (!alert) shape->client_data = true;
}

static void client_says(const struct plain_reader *reader, const struct tls_event *event, int16_t index) {
    struct tls_shape *shape = reader->shape;
    enum saying saying = saying_of(reader, event);
    bool early =
        saying == SAYS_DATA || event->type == END_OF_EARLY_DATA || (saying == SAYS_HIDDEN && shape->early_data);
    if (shape->answer == TLS_ANSWER_NONE && early) return;
    shape->client_records++;
    if (shape->finished != TLS_FINISHED_NOT_SEEN)
        client_word(shape, saying, index);
    else if (saying == SAYS_MESSAGE)
        client_message(shape, event, index);
    else if (saying == SAYS_ALERT || saying == SAYS_CLOSE)
        answer_set(shape, event->kind == TLS_EVENT_ALERT ? TLS_ANSWER_ALERT_PLAIN : TLS_ANSWER_ALERT, index);
    else
        answer_set(shape, TLS_ANSWER_UNCLEAR, index);
}

/* The server's flight, and what it says behind it before the client has answered. */
static void flight_says(struct tls_shape *shape, const struct tls_event *event, enum saying saying, int16_t index) {
    bool whole = shape->server_flight == TLS_FLIGHT_WHOLE;
    shape->server_records++;
    if (saying == SAYS_ALERT || saying == SAYS_CLOSE) {
        if (shape->server_alert < 0) shape->server_alert = index;
        return;
    }
    if (whole) {
        shape->early_ticket = true;
        return;
    }
    shape->server_flight = TLS_FLIGHT_BEGUN;
    if (event->kind != TLS_EVENT_MESSAGE) return;
    if (event->type == TLS_MESSAGE_CERTIFICATE_REQUEST) shape->request = TLS_REQUEST_LIKELY;
    if (event->type != TLS_MESSAGE_FINISHED) return;
    shape->server_flight = TLS_FLIGHT_WHOLE;
    if (shape->request == TLS_REQUEST_UNKNOWN) shape->request = TLS_REQUEST_NO;
}

/* Behind the beginning of the client's answer: tickets, data and close_notify come only from a server that has
 * accepted the client's Finished. */
static void server_word(struct tls_shape *shape, enum saying saying, int16_t index) {
    shape->later_records++;
    if (shape->server_word == TLS_WORD_NONE) {
        shape->server_word = saying == SAYS_ALERT ? TLS_WORD_ALERT : TLS_WORD_MORE;
        shape->server_word_event = index;
    }
    if (shape->server_word == TLS_WORD_MORE && shape->finished != TLS_FINISHED_NOT_SEEN) shape->server_went_on = true;
}

static void event_read(const struct plain_reader *reader, const struct tls_event *event, int16_t index) {
    struct tls_shape *shape = reader->shape;
    bool said =
        event->kind == TLS_EVENT_MESSAGE || event->kind == TLS_EVENT_ALERT || event->kind == TLS_EVENT_ENCRYPTED;
    if (event->kind == TLS_EVENT_GAP) shape->missed[event->side] = true;
    if (!said) return;
    if (event->side == SIDE_CLIENT)
        client_says(reader, event, index);
    else if (shape->answer == TLS_ANSWER_NONE)
        flight_says(shape, event, saying_of(reader, event), index);
    else
        server_word(shape, saying_of(reader, event), index);
}

/* Index of the event behind the ServerHello, -1 where there is none. */
static int find_server_hello(const struct tls_conversation *conversation, struct tls_shape *shape) {
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        bool hello = event->kind == TLS_EVENT_MESSAGE && event->type == TLS_MESSAGE_SERVER_HELLO;
        if (hello && event->side == SIDE_SERVER && event->code == 0) return i + 1;
        if (hello) shape->early_data = false; /* it ends at a HelloRetryRequest, RFC 8446 section 4.2.10 */
        if (event->kind == TLS_EVENT_ENCRYPTED && event->side == SIDE_CLIENT) shape->early_data = true;
    }
    return -1;
}

void tls_shape_read_plain(const struct tls_conversation *conversation, struct tls_shape *shape) {
    const struct tls_suite *suite = tls_suite_find(conversation->cipher_suite);
    struct plain_reader reader = {.shape = shape, .tag = TAG_USUAL};
    if (suite != NULL && suite->tag_length > 0) reader.tag = suite->tag_length;
    int behind = find_server_hello(conversation, shape);
    if (behind < 0) return;
    shape->applies = true;
    for (int i = behind; i < conversation->event_count; i++)
        event_read(&reader, &conversation->events[i], (int16_t)i);
    if (shape->answer == TLS_ANSWER_CERTIFICATE || shape->answer == TLS_ANSWER_CERTIFICATE_EMPTY)
        shape->request = TLS_REQUEST_ANSWERED;
}
