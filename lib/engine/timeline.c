/* The handshake as it was seen, step by step: TCP's moments and TLS's, merged by time. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connection.h"
#include "tls/names.h"

/* A step before it is written; ORDER keeps what came in one packet in place. */
struct moment_seen {
    int64_t time;
    int order;
    int event;        /* index into the conversation's events, -1 for TCP's own */
    const char *what; /* TCP's own */
    uint8_t side;
};

enum { MOMENTS_CAP = TLS_EVENTS_KEPT + 16 };

struct moments {
    struct moment_seen seen[MOMENTS_CAP];
    unsigned count;
};

static void moment_add(struct moments *moments, int64_t time, enum side side, int event, const char *what) {
    if (time == 0 || moments->count == MOMENTS_CAP) return;
    moments->seen[moments->count] = (struct moment_seen){
        .time = time, .order = (int)moments->count, .event = event, .what = what, .side = (uint8_t)side};
    moments->count++;
}

static int moment_compare(const void *left, const void *right) {
    const struct moment_seen *a = left, *b = right;
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    return a->order - b->order;
}

/* The last time that the client asked for TLS or a tunnel, and how it was answered. */
static void upgrade_collect(struct moments *moments, const struct starttls_dialogue *upgrade) {
    static const char *const asking[] = {"asks for TLS", "asks the proxy for a tunnel"};
    static const char *const answers[] = {[STARTTLS_GRANTED] = "grants it", [STARTTLS_REFUSED] = "refuses it"};
    if (!upgrade->asked) return;
    bool tunnel = starttls_protocol_is_tunnel(upgrade->protocol);
    moment_add(moments, upgrade->asked_time, SIDE_CLIENT, -1, asking[tunnel]);
    if (upgrade->answer != STARTTLS_UNANSWERED && upgrade->protocol != STARTTLS_MYSQL)
        moment_add(moments, upgrade->answer_time, SIDE_SERVER, -1, answers[upgrade->answer]);
}

/* TCP's opening comes before, its end behind what the same packet carried. */
static void moments_collect(struct moments *moments, const struct flow *flow, const struct starttls_dialogue *upgrade,
                            const struct tls_conversation *conversation) {
    moment_add(moments, flow->half[SIDE_CLIENT].syn_time, SIDE_CLIENT, -1, "SYN");
    moment_add(moments, flow->half[SIDE_SERVER].syn_time, SIDE_SERVER, -1, "SYN-ACK");
    if (upgrade != NULL) upgrade_collect(moments, upgrade);
    for (int i = 0; conversation != NULL && i < conversation->event_count; i++)
        moment_add(moments, conversation->events[i].time, conversation->events[i].side, i, NULL);
    moment_add(moments, flow->icmp_time, SIDE_SERVER, -1, "ICMP error");
    for (int side = 0; side < SIDE_COUNT; side++)
        if (flow->half[side].fin_seen) moment_add(moments, flow->half[side].fin_time, side, -1, "FIN");
    for (unsigned i = 0; i < flow->reset_count && i < FLOW_RESETS_KEPT; i++)
        moment_add(moments, flow->resets[i].time, flow->resets[i].side, -1, "RST");
    qsort(moments->seen, moments->count, sizeof moments->seen[0], moment_compare);
}

static void client_hello_write(struct text_writer *writer, const struct facts *facts) {
    const char *name = facts_text(facts, FACT_CLIENT_SERVER_NAME);
    if (facts_has(facts, FACT_CLIENT_MAX_VERSION)) {
        const char *version = tls_version_name((uint16_t)facts_integer(facts, FACT_CLIENT_MAX_VERSION));
        text_append_format(writer, " %s", version != NULL ? version : "of an unknown version");
    }
    if (facts_has(facts, FACT_CLIENT_SUITE_COUNT))
        text_append_format(writer, ", %d ciphers", (int)facts_integer(facts, FACT_CLIENT_SUITE_COUNT));
    text_append(writer, name != NULL ? ", SNI " : ", no SNI");
    if (name != NULL) text_append(writer, name);
}

static void server_hello_write(struct text_writer *writer, const struct facts *facts) {
    const char *cipher = facts_text(facts, FACT_HANDSHAKE_CIPHER);
    const char *version = tls_version_name((uint16_t)facts_integer(facts, FACT_HANDSHAKE_VERSION));
    if (facts_has(facts, FACT_HANDSHAKE_VERSION) && version != NULL) text_append_format(writer, " %s", version);
    if (cipher != NULL) text_append_format(writer, ", %s", cipher);
}

static void certificate_write(struct text_writer *writer, const struct facts *facts, enum side side) {
    enum fact length = side == SIDE_SERVER ? FACT_SERVER_CERT_CHAIN_LENGTH : FACT_CLIENT_CERT_CHAIN_LENGTH;
    enum fact subject = side == SIDE_SERVER ? FACT_SERVER_CERT_SUBJECT : FACT_CLIENT_CERT_SUBJECT;
    if (facts_has(facts, length)) text_append_format(writer, " (%d sent)", (int)facts_integer(facts, length));
    if (facts_has(facts, subject)) text_append_format(writer, " %s", facts_text(facts, subject));
}

static void message_write(struct text_writer *writer, const struct tls_event *event, const struct facts *facts) {
    const char *name = tls_message_name(event->type);
    if (name == NULL) {
        text_append_format(writer, "handshake message %u", (unsigned)event->type);
        return;
    }
    text_append(writer, name);
    if (event->type == TLS_MESSAGE_CLIENT_HELLO) client_hello_write(writer, facts);
    if (event->type == TLS_MESSAGE_SERVER_HELLO) server_hello_write(writer, facts);
    bool chain = event->type == TLS_MESSAGE_CERTIFICATE || event->type == TLS_MESSAGE_COMPRESSED_CERTIFICATE;
    if (chain) certificate_write(writer, facts, (enum side)event->side);
}

static void alert_write(struct text_writer *writer, const struct tls_event *event) {
    const char *name = tls_alert_name(event->code);
    text_append_format(writer, "Alert %s ", event->type == 1 ? "warning" : "fatal");
    if (name != NULL)
        text_append_format(writer, "%s (%u)", name, (unsigned)event->code);
    else
        text_append_format(writer, "number %u", (unsigned)event->code);
}

static const char *content_name(uint8_t type) {
    switch (type) {
    case TLS_CONTENT_ALERT:
        return "alert";
    case TLS_CONTENT_HANDSHAKE:
        return "handshake";
    default:
        return "record";
    }
}

static void event_write(struct text_writer *writer, const struct tls_event *event, const struct facts *facts) {
    switch ((enum tls_event_kind)event->kind) {
    case TLS_EVENT_MESSAGE:
        message_write(writer, event, facts);
        return;
    case TLS_EVENT_CHANGE_CIPHER_SPEC:
        text_append(writer, "ChangeCipherSpec");
        return;
    case TLS_EVENT_ALERT:
        alert_write(writer, event);
        return;
    case TLS_EVENT_ENCRYPTED:
        text_append(writer, event->code == 1 ? "application data in an " : "");
        text_append_format(writer, "encrypted %s, %u bytes", content_name(event->type), (unsigned)event->length);
        return;
    case TLS_EVENT_GAP:
        text_append_format(writer, "(%u bytes or more not captured)", (unsigned)event->length);
        return;
    case TLS_EVENT_NOT_TLS:
        text_append(writer, "bytes that are not TLS");
        return;
    case TLS_EVENT_OVERSIZED:
        text_append_format(writer, "a record of %u bytes, more than TLS allows", (unsigned)event->length);
        return;
    case TLS_EVENT_BAD_MESSAGE:
        text_append_format(writer, "a handshake message that contradicts itself (type %u)", (unsigned)event->type);
        return;
    }
}

void timeline_fill(struct diag *diag, const struct flow *flow, const struct starttls_dialogue *upgrade,
                   const struct tls_conversation *conversation, const struct facts *facts) {
    struct moments moments = {.count = 0};
    moments_collect(&moments, flow, upgrade, conversation);
    diag->timeline_count = 0;
    diag->timeline_truncated = moments.count > DIAG_TIMELINE_CAP;
    for (unsigned i = 0; i < moments.count && i < DIAG_TIMELINE_CAP; i++) {
        const struct moment_seen *seen = &moments.seen[i];
        struct diag_step *step = &diag->timeline[diag->timeline_count++];
        struct text_writer writer = text_writer_over(step->what, sizeof step->what);
        step->offset = seen->time - flow->start_time;
        step->side = seen->side;
        if (seen->event < 0)
            text_append(&writer, seen->what);
        else
            event_write(&writer, &conversation->events[seen->event], facts);
    }
}
