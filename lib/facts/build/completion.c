#include "completion.h"

#include <string.h>

static enum tls_closing closing_of(const struct flow *flow) {
    if (!flow->first_end_valid) return TLS_CLOSING_NONE;
    return flow->first_end_side == SIDE_CLIENT ? TLS_CLOSING_CLIENT : TLS_CLOSING_SERVER;
}

static bool client_sent_certificate(const struct tls_shape *shape) {
    return shape->answer == TLS_ANSWER_CERTIFICATE || shape->answer == TLS_ANSWER_CERTIFICATE_EMPTY;
}

/* Whether the connection is closed behind it, as it is behind an alert and not behind an answer of two bytes: by the
 * server, or by a client that had not asked for anything yet. */
static bool is_closed_behind(const struct flow *flow, const struct tls_shape *shape) {
    return flow->first_end_valid && (flow->first_end_side == SIDE_SERVER || !shape->client_data);
}

/* Whether SIDE had left by TCP before the event. */
static bool left_before(const struct flow *flow, enum side side, const struct tls_event *event) {
    return flow->first_end_valid && flow->first_end_side == side && flow->first_end_time < event->time;
}

/* The server's first word behind the client's answer is as long as an alert, and a close_notify is as long as that. It
 * refuses where the server asked for a certificate: those that accept one say something else first (tickets carry the
 * chain). Where it did not ask, it refuses the Finished, if the connection is closed as well, and it had sent no
 * tickets before (Go, GnuTLS) and does not only answer a client that is leaving. */
static bool server_refused(const struct flow *flow, const struct tls_conversation *conversation,
                           const struct tls_shape *shape) {
    int word = shape->server_word_event;
    if (word < 0 || left_before(flow, SIDE_CLIENT, &conversation->events[word])) return false;
    if (client_sent_certificate(shape)) return true;
    if (shape->client_closing >= 0 && shape->client_closing < word) return false;
    /* what was decrypted is an alert that refuses, and nothing else */
    return conversation->decrypted || (!shape->early_ticket && is_closed_behind(flow, shape));
}

/* Within the server's flight: it is served and may well leave, whether or not we see the client's Finished. */
static bool is_early_data_answered(const struct tls_shape *shape) {
    return shape->early_data && shape->early_ticket;
}

/* The server closed without a word behind its flight. Before the client's Finished it cannot have waited for it, unless
 * it had answered early data already (BoringSSL); behind a client certificate it is Node's way to refuse that; else it
 * is a server that has nothing to say. */
static bool is_dropped_unfinished(const struct flow *flow, const struct tls_conversation *conversation,
                                  const struct tls_shape *shape) {
    int finished = shape->finished_event;
    if (client_sent_certificate(shape)) return true;
    if (is_early_data_answered(shape)) return false;
    return finished >= 0 && left_before(flow, SIDE_SERVER, &conversation->events[finished]);
}

/* A close_notify of the client that only answers the server's closing says nothing of the handshake. */
static bool is_closing_answered(const struct flow *flow, const struct tls_conversation *conversation,
                                const struct tls_shape *shape) {
    int closing = shape->client_closing;
    return !shape->server_went_on && shape->server_word == TLS_WORD_NONE && closing >= 0 &&
           left_before(flow, SIDE_SERVER, &conversation->events[closing]);
}

static enum completed completed_of(const struct flow *flow, const struct tls_conversation *conversation,
                                   const struct completion *completion) {
    switch (completion->seen) {
    case TLS_COMPLETION_PROVEN:
    case TLS_COMPLETION_OPEN:
        return COMPLETED_YES;
    case TLS_COMPLETION_DROPPED:
        return is_dropped_unfinished(flow, conversation, &completion->shape) ? COMPLETED_NO : COMPLETED_YES;
    case TLS_COMPLETION_REFUSED:
        return server_refused(flow, conversation, &completion->shape) ? COMPLETED_NO : COMPLETED_YES;
    case TLS_COMPLETION_UNFINISHED:
        return is_early_data_answered(&completion->shape) ? COMPLETED_UNKNOWN : COMPLETED_NO;
    case TLS_COMPLETION_UNKNOWN:
        break;
    }
    return COMPLETED_UNKNOWN;
}

/* TLS 1.2 and older, a full handshake: the server finished although an encrypted alert of the client was seen before.
 * The tap shows the two in the wrong order, and the alert is a close_notify that followed. */
static bool is_out_of_order(const struct tls_conversation *conversation) {
    const struct tls_direction *direction = conversation->direction;
    if (conversation->tls13 || !direction[SIDE_CLIENT].finished || !direction[SIDE_SERVER].finished) return false;
    bool client = false;
    for (int i = 0; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->kind == TLS_EVENT_ALERT) return false;
        if (event->kind != TLS_EVENT_ENCRYPTED || event->type != TLS_CONTENT_ALERT) continue;
        if (event->side == SIDE_CLIENT)
            client = true;
        else if (!client)
            return false;
    }
    return client;
}

void completion_judge(const struct flow *flow, const struct tls_conversation *conversation,
                      struct completion *completion) {
    memset(completion, 0, sizeof *completion);
    completion->seen = TLS_COMPLETION_UNFINISHED;
    if (conversation == NULL) return;
    tls_shape_read(conversation, &completion->shape);
    completion->seen = tls_shape_completion(conversation, closing_of(flow));
    if (completion->seen == TLS_COMPLETION_PROVEN && is_closing_answered(flow, conversation, &completion->shape))
        completion->seen = TLS_COMPLETION_DROPPED;
    bool done = conversation->phase == TLS_PHASE_DONE || is_out_of_order(conversation);
    completion->completed = done ? COMPLETED_YES : completed_of(flow, conversation, completion);
    if (tls_conversation_ech_refused(conversation)) completion->completed = COMPLETED_NO;
}

int completion_encrypted_alert(const struct completion *completion) {
    const struct tls_shape *shape = &completion->shape;
    if (!shape->applies || completion->completed == COMPLETED_YES) return -1;
    if (shape->server_alert >= 0) return shape->server_alert;
    if (shape->answer == TLS_ANSWER_ALERT) return shape->answer_event;
    return completion->seen == TLS_COMPLETION_REFUSED ? shape->server_word_event : -1;
}
