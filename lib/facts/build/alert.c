/* The alert that ended it, and what the stacks of this world use it for. */
#include "reading.h"

/* Certificate faults that an alert is used for by one stack or another (failure-catalogue, "Alert dialects"): OpenSSL
 * and BoringSSL are specific; Go, rustls and GnuTLS say 42, s2n, Java and Chromium 46, to nearly everything; rustls
 * servers 40 to every client certificate; HAProxy and stunnel 80 to a wrong name. Faults beyond the ones that we can
 * see for ourselves are named too: revoked, unsupported, status_refused. */
#define EVERY_FAULT                                                                                                    \
    "bad_chain", "expired", "not_yet_valid", "self_signed", "missing_intermediate", "unknown_ca", "wrong_usage",       \
        "name_mismatch", "weak", "revoked", "unsupported"

enum { SUGGESTIONS_CAP = 13 };

static const struct {
    uint8_t number;
    const char *faults[SUGGESTIONS_CAP]; /* NULL-terminated */
} suggestions[] = {
    {40, {EVERY_FAULT}},                          /* handshake_failure */
    {42, {EVERY_FAULT, "status_refused"}},        /* bad_certificate */
    {43, {"wrong_usage", "weak", "unsupported"}}, /* unsupported_certificate */
    {44, {"revoked"}},                            /* certificate_revoked */
    {45, {"expired", "not_yet_valid"}},           /* certificate_expired */
    {46, {EVERY_FAULT, "status_refused"}},        /* certificate_unknown */
    {47, {"wrong_usage", "unsupported"}},         /* illegal_parameter */
    {48, {"bad_chain", "self_signed", "missing_intermediate", "unknown_ca", "wrong_usage"}}, /* unknown_ca */
    {49, {EVERY_FAULT}},                                                                     /* access_denied */
    {50, {"bad_chain", "unsupported"}},                                                      /* decode_error */
    {51, {"bad_chain", "unsupported"}},                                                      /* decrypt_error */
    {71, {"weak", "unsupported"}},                                                           /* insufficient_security */
    {80, {"name_mismatch"}},                                                                 /* internal_error */
    {113, {"status_refused", "revoked"}}, /* bad_certificate_status_response */
};

static void suggestions_add(struct facts *facts, uint8_t number) {
    for (size_t i = 0; i < ARRAY_LENGTH(suggestions); i++) {
        if (suggestions[i].number != number) continue;
        if (!facts_has(facts, FACT_ALERT_SUGGESTS)) facts_list_begin(facts, FACT_ALERT_SUGGESTS);
        for (size_t j = 0; j < SUGGESTIONS_CAP && suggestions[i].faults[j] != NULL; j++)
            facts_list_add_name(facts, FACT_ALERT_SUGGESTS, suggestions[i].faults[j]);
    }
}

/* What an event is called where an alert answers it. */
static const char *answered_name(const struct tls_event *event) {
    switch (event->kind) {
    case TLS_EVENT_MESSAGE:
        return tls_message_name(event->type);
    case TLS_EVENT_CHANGE_CIPHER_SPEC:
        return "ChangeCipherSpec";
    case TLS_EVENT_ENCRYPTED:
        return event->type == TLS_CONTENT_HANDSHAKE ? "Finished" : "an encrypted record";
    case TLS_EVENT_ALERT:
        return "an alert";
    case TLS_EVENT_NOT_TLS:
        return "bytes that are no TLS";
    default:
        return NULL;
    }
}

/* A second alert of the same side, behind the one that ended it. */
static void build_second_alert(struct facts *facts, const struct tls_conversation *conversation, int first) {
    for (int i = first + 1; i < conversation->event_count; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->kind != TLS_EVENT_ALERT || event->side != conversation->events[first].side) continue;
        facts_set_name(facts, FACT_ALERT_SECOND_NAME, tls_alert_name(event->code));
        suggestions_add(facts, event->code);
        return;
    }
}

/* A warning that was survived: Java takes the server's unrecognized_name as the end of it. */
static void build_earlier_warning(struct facts *facts, const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    for (int i = 0; i < conversation->event_count && i != reading->end.event; i++) {
        const struct tls_event *event = &conversation->events[i];
        if (event->kind != TLS_EVENT_ALERT || event->time > reading->end.time) continue;
        facts_set_name(facts, FACT_ALERT_EARLIER_WARNING, tls_alert_name(event->code));
        facts_set_name(facts, FACT_ALERT_EARLIER_FROM, side_name(event->side));
        return;
    }
}

static void build_plain_alert(struct facts *facts, const struct tls_conversation *conversation, int position) {
    const struct tls_event *event = &conversation->events[position];
    facts_set_name(facts, FACT_ALERT_LEVEL, event->type == 1 ? "warning" : "fatal");
    facts_set_integer(facts, FACT_ALERT_NUMBER, event->code);
    facts_set_name(facts, FACT_ALERT_NAME, tls_alert_name(event->code));
    suggestions_add(facts, event->code);
    build_second_alert(facts, conversation, position);
}

void build_alert(struct facts *facts, const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    build_earlier_warning(facts, reading);
    if (reading->end.kind != FACTS_END_ALERT || reading->end.event < 0) return;
    const struct tls_event *event = &conversation->events[reading->end.event];
    facts_set_name(facts, FACT_ALERT_FROM, side_name(event->side));
    facts_set_boolean(facts, FACT_ALERT_ENCRYPTED, event->kind != TLS_EVENT_ALERT);
    if (event->kind == TLS_EVENT_ALERT)
        build_plain_alert(facts, conversation, reading->end.event);
    else
        facts_set_integer(facts, FACT_ALERT_RECORD_BYTES, event->length);
    int answered = reading_last_event(conversation, side_other(event->side), reading->end.event);
    if (answered < 0) return;
    facts_set_milliseconds(facts, FACT_ALERT_AFTER_MS, event->time - conversation->events[answered].time);
    facts_set_name(facts, FACT_ALERT_ANSWERS, answered_name(&conversation->events[answered]));
}
