/* What ended the handshake first. What comes after the first end, from the other side, is a reaction. */
#include "base/moment.h"
#include "reading.h"
#include "starttls/recognise.h"

enum {
    ALERT_LEVEL_FATAL = 2, /* RFC 8446 section 6 */
    /* A capture that stops is no silence of the peers, unless they had been silent for long: for 10 s, or for 3 s
     * while one of them sent the same again at least twice. */
    SILENCE_SECONDS = 10,
    SILENCE_SECONDS_UNANSWERED = 3,
    SILENCE_RETRANSMISSIONS = 2,
};

static bool is_handshake_going_on(const struct tls_event *event) {
    return event->kind == TLS_EVENT_MESSAGE || event->kind == TLS_EVENT_CHANGE_CIPHER_SPEC ||
           (event->kind == TLS_EVENT_ENCRYPTED && event->type != TLS_CONTENT_ALERT);
}

/* Whether the side that sent event POSITION went on with its handshake afterwards. */
static bool sender_goes_on(const struct tls_conversation *conversation, int position) {
    for (int i = position + 1; i < conversation->event_count; i++)
        if (conversation->events[i].side == conversation->events[position].side &&
            is_handshake_going_on(&conversation->events[i]))
            return true;
    return false;
}

/* A fatal alert ends; a warning only where its sender says nothing more of the handshake (unrecognized_name as a
 * warning is followed by the ServerHello), and SSL 3.0's no_certificate never does. */
static bool alert_ends(const struct tls_conversation *conversation, int position) {
    const struct tls_event *event = &conversation->events[position];
    if (event->type == ALERT_LEVEL_FATAL) return true;
    return event->code != ALERT_NO_CERTIFICATE && !sender_goes_on(conversation, position);
}

/* The server's words before the ClientHello, in no language that is known, may be the consent to an upgrade, and its
 * ServerHello still to come. That somebody leaves shows that they were not; live, so does silence. */
static bool may_be_consent(const struct facts_sources *sources, int position) {
    const struct tls_conversation *conversation = sources->conversation;
    const struct tls_direction *server = &conversation->direction[SIDE_SERVER];
    if (reading_last_event(conversation, SIDE_CLIENT, position) >= 0) return false;
    if (sources->flow->first_end_valid || sources->continuous || conversation->direction[SIDE_CLIENT].alerts > 0)
        return false;
    return starttls_speech_name(SIDE_SERVER, cursor_over(server->odd_bytes, server->odd_length)) == NULL;
}

/* The first bytes of a side that are no TLS, unless we may just have missed the border of a record, or the server
 * took them (a PROXY header before the ClientHello). */
static bool plaintext_ends(const struct facts_sources *sources, int position) {
    const struct tls_conversation *conversation = sources->conversation;
    const struct tls_event *event = &conversation->events[position];
    if (conversation->gaps[event->side] > 0 || reading_last_event(conversation, event->side, position) >= 0)
        return false;
    if (event->side == SIDE_SERVER) return !reading_answers_in_ssl2(conversation) && !may_be_consent(sources, position);
    for (int i = position + 1; i < conversation->event_count; i++)
        if (conversation->events[i].side == SIDE_SERVER && conversation->events[i].kind == TLS_EVENT_MESSAGE)
            return false;
    return true;
}

static enum facts_end_kind event_ends(const struct facts_sources *sources, int position) {
    const struct tls_conversation *conversation = sources->conversation;
    const struct tls_event *event = &conversation->events[position];
    switch (event->kind) {
    case TLS_EVENT_ALERT:
        return alert_ends(conversation, position) ? FACTS_END_ALERT : FACTS_END_NONE;
    case TLS_EVENT_ENCRYPTED: /* after ChangeCipherSpec, TLS 1.2 and older: the content type is in the clear */
        return event->type == TLS_CONTENT_ALERT ? FACTS_END_ALERT : FACTS_END_NONE;
    case TLS_EVENT_NOT_TLS:
        return plaintext_ends(sources, position) ? FACTS_END_PLAINTEXT : FACTS_END_NONE;
    default:
        return FACTS_END_NONE;
    }
}

/* The first event that ends the handshake by itself; ENCRYPTED_ALERT is the one that its size tells, or -1. */
static void conversation_end_find(const struct facts_sources *sources, int encrypted_alert, struct facts_end *end) {
    const struct tls_conversation *conversation = sources->conversation;
    for (int i = 0; i < conversation->event_count; i++) {
        enum facts_end_kind kind = i == encrypted_alert ? FACTS_END_ALERT : event_ends(sources, i);
        if (kind == FACTS_END_NONE) continue;
        const struct tls_event *event = &conversation->events[i];
        *end = (struct facts_end){.kind = kind, .by = event->side, .time = event->time, .event = i};
        return;
    }
}

static void tcp_end_find(const struct flow *flow, struct facts_end *end) {
    if (!flow->first_end_valid) return;
    *end = (struct facts_end){
        .kind = flow->first_end_reset ? FACTS_END_RST : FACTS_END_FIN,
        .by = flow->first_end_side,
        .time = flow->first_end_time,
        .event = -1,
    };
}

/* Whether TCP's end came before what was SAID. A side's FIN stands behind all its bytes, whenever we saw those; a RST
 * and the other side's FIN count by the time at this tap, and within one instant the words come first. */
static bool tcp_end_is_first(const struct facts_end *tcp, const struct facts_end *said) {
    if (tcp->kind == FACTS_END_NONE) return false;
    if (said->kind == FACTS_END_NONE) return true;
    if (tcp->kind == FACTS_END_FIN && tcp->by == said->by) return false;
    return tcp->time < said->time;
}

static bool is_unanswered(const struct flow *flow) {
    for (int side = 0; side < SIDE_COUNT; side++)
        if (flow->half[side].retransmissions >= SILENCE_RETRANSMISSIONS ||
            flow->half[side].syn_count > SILENCE_RETRANSMISSIONS)
            return true;
    return false;
}

/* Nobody ended it: were the peers silent, or did we stop listening? */
static void quiet_end_find(const struct facts_sources *sources, struct facts_end *end) {
    int64_t last = reading_last_progress(sources);
    int64_t silence = sources->now - last;
    bool silent = sources->why == FLOW_END_TIMEOUT || sources->why == FLOW_END_CLOSED ||
                  silence >= SILENCE_SECONDS * MOMENT_SECOND ||
                  (silence >= SILENCE_SECONDS_UNANSWERED * MOMENT_SECOND && is_unanswered(sources->flow));
    *end = (struct facts_end){
        .kind = silent ? FACTS_END_SILENCE : FACTS_END_CAPTURE,
        .time = silent ? last : sources->now,
        .event = -1,
    };
}

/* The server said no. That the client then sends a ClientHello all the same, or leaves, changes nothing. */
static bool refusal_find(const struct facts_sources *sources, struct facts_end *end) {
    const struct starttls_dialogue *upgrade = sources->upgrade;
    if (upgrade == NULL || !upgrade->asked || upgrade->answer != STARTTLS_REFUSED) return false;
    if (sources->conversation != NULL && sources->conversation->direction[SIDE_SERVER].started) return false;
    *end = (struct facts_end){.kind = FACTS_END_REFUSAL, .by = SIDE_SERVER, .time = upgrade->answer_time, .event = -1};
    return true;
}

/* An alert in plain text. Behind a gap, where records are found again by their looks, it must be one that exists. */
static bool is_alert_read(const struct tls_conversation *conversation, const struct facts_end *end) {
    if (end->kind != FACTS_END_ALERT) return false;
    const struct tls_event *event = &conversation->events[end->event];
    return event->kind == TLS_EVENT_ALERT && tls_alert_name(event->code) != NULL;
}

/* Bytes that this tap missed may have carried the rest of the handshake: what seems to end it, a RST, a close, a record
 * of an alert's size, may well come behind its success. An alert that could be read is beyond doubt, and so is the end
 * of a connection on which the server never said a word. */
static bool is_end_hidden(const struct facts_sources *sources, const struct facts_end *end) {
    const struct tls_conversation *conversation = sources->conversation;
    const struct flow_half *client = &sources->flow->half[SIDE_CLIENT], *server = &sources->flow->half[SIDE_SERVER];
    if (conversation == NULL || end->kind == FACTS_END_NONE) return false;
    bool server_missed = server->gaps > 0 || conversation->gaps[SIDE_SERVER] > 0;
    bool client_missed = client->gaps > 0 || conversation->gaps[SIDE_CLIENT] > 0;
    /* a server that chose a cipher suite was spoken to in TLS, whatever we made of it */
    if (conversation->direction[SIDE_CLIENT].not_tls && conversation->version != 0) client_missed = true;
    if (!server_missed && (!client_missed || server->payload_packets == 0)) return false;
    return !is_alert_read(conversation, end);
}

void facts_end_find(const struct facts_sources *sources, struct facts_end *end) {
    const struct tls_conversation *conversation = sources->conversation;
    struct facts_end said = {.kind = FACTS_END_NONE, .event = -1}, tcp = said;
    struct completion completion;
    *end = said;
    completion_judge(sources->flow, conversation, &completion);
    if (completion.completed == COMPLETED_YES || refusal_find(sources, end)) return;
    /* an SSL 2.0 session goes on in records that are not read here: its end says nothing */
    if (conversation != NULL && reading_answers_in_ssl2(conversation)) return;
    if (conversation != NULL) conversation_end_find(sources, completion_encrypted_alert(&completion), &said);
    tcp_end_find(sources->flow, &tcp);
    if (tcp_end_is_first(&tcp, &said))
        *end = tcp;
    else if (said.kind != FACTS_END_NONE)
        *end = said;
    else
        quiet_end_find(sources, end);
    if (is_end_hidden(sources, end))
        *end = (struct facts_end){.kind = FACTS_END_CAPTURE, .time = sources->now, .event = -1};
}

static const char *const end_names[] = {
    [FACTS_END_NONE] = "none",
    [FACTS_END_ALERT] = "alert",
    [FACTS_END_RST] = "rst",
    [FACTS_END_FIN] = "fin",
    [FACTS_END_SILENCE] = "silence",
    [FACTS_END_CAPTURE] = "capture",
    [FACTS_END_PLAINTEXT] = "plaintext",
    [FACTS_END_REFUSAL] = "refusal",
};

/* When SIDE was last heard of before TIME: its last TLS bytes, else its last packet, where that is earlier. 0: never.
 */
static int64_t last_heard(const struct reading *reading, enum side side, int64_t time) {
    const struct tls_conversation *conversation = reading->conversation;
    int64_t heard = 0;
    for (int i = 0; i < conversation->event_count && conversation->events[i].time <= time; i++)
        if (conversation->events[i].side == side && (int)i != reading->end.event) heard = conversation->events[i].time;
    if (heard != 0) return heard;
    int64_t packet = reading->flow->half[side].last_packet_time;
    int64_t opening = reading->flow->half[side].syn_time;
    return packet != 0 && packet <= time ? packet : opening;
}

/* How long the client waited for an answer: only where it is the one that gave up, or where nobody did. */
static void build_client_waited(struct facts *facts, const struct reading *reading) {
    const struct facts_end *end = &reading->end;
    bool gave_up = (end->kind == FACTS_END_FIN || end->kind == FACTS_END_RST) && end->by == SIDE_CLIENT;
    bool quiet = end->kind == FACTS_END_SILENCE || end->kind == FACTS_END_CAPTURE;
    if (!gave_up && !quiet) return;
    int64_t until = gave_up ? end->time : reading->sources->now;
    int64_t spoke = last_heard(reading, SIDE_CLIENT, until);
    int64_t answered = last_heard(reading, SIDE_SERVER, until);
    if (answered > spoke) spoke = answered;
    if (spoke != 0) facts_set_milliseconds(facts, FACT_END_CLIENT_WAITED_MS, until - spoke);
}

/* How long a FIN is sent again before it counts as unheard. */
#define FIN_REPEATED_AT_LEAST MOMENT_SECOND

/* The side that closed went on sending its FIN, and nothing of the other side came behind it: the connection is dead,
 * not merely silent, since a healthy one would at least acknowledge. */
static bool is_fin_unheard(const struct flow *flow, const struct facts_end *end) {
    if (end->kind != FACTS_END_FIN) return false;
    const struct flow_half *half = &flow->half[end->by], *other = &flow->half[side_other(end->by)];
    if (half->acknowledged_valid && (int32_t)(half->acknowledged - half->fin_sequence) > 0) return false;
    return other->last_packet_time <= half->fin_time &&
           half->last_packet_time - half->fin_time >= FIN_REPEATED_AT_LEAST;
}

void build_end(struct facts *facts, const struct reading *reading) {
    const struct facts_end *end = &reading->end;
    bool by_side = end->kind == FACTS_END_ALERT || end->kind == FACTS_END_RST || end->kind == FACTS_END_FIN ||
                   end->kind == FACTS_END_PLAINTEXT || end->kind == FACTS_END_REFUSAL;
    facts_set_name(facts, FACT_END_KIND, reading_name(end_names, end->kind));
    if (by_side) {
        int64_t heard = last_heard(reading, side_other(end->by), end->time);
        facts_set_name(facts, FACT_END_BY, side_name(end->by));
        if (heard != 0) facts_set_milliseconds(facts, FACT_END_MS, end->time - heard);
    }
    int64_t hello = reading->conversation->hello_time;
    if (hello != 0 && end->kind != FACTS_END_NONE && end->time >= hello)
        facts_set_milliseconds(facts, FACT_END_AFTER_HELLO_MS, end->time - hello);
    if (hello != 0 && (end->kind == FACTS_END_FIN || end->kind == FACTS_END_RST))
        facts_set_milliseconds(facts, FACT_END_CLOSED_AFTER_HELLO_MS, end->time - hello);
    int64_t until = by_side ? end->time : reading->sources->now;
    int64_t last = last_heard(reading, SIDE_CLIENT, until), other = last_heard(reading, SIDE_SERVER, until);
    if (other > last) last = other;
    if (end->kind != FACTS_END_NONE && last != 0) facts_set_milliseconds(facts, FACT_END_SILENCE_MS, until - last);
    build_client_waited(facts, reading);
    if (end->kind == FACTS_END_FIN) facts_set_boolean(facts, FACT_END_FIN_UNHEARD, is_fin_unheard(reading->flow, end));
    if (!reading->flow->first_end_valid) return;
    facts_set_name(facts, FACT_END_CLOSED_BY, side_name(reading->flow->first_end_side));
    facts_set_name(facts, FACT_END_CLOSED_WITH, reading->flow->first_end_reset ? "rst" : "fin");
}
