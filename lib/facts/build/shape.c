/* What sizes, order and direction of TLS 1.3's encrypted records say. */
#include "reading.h"

static const char *const flight_names[] = {
    [TLS_FLIGHT_NONE] = "none",
    [TLS_FLIGHT_BEGUN] = "begun",
    [TLS_FLIGHT_WHOLE] = "whole",
};

static const char *const answer_names[] = {
    [TLS_ANSWER_NONE] = "none",
    [TLS_ANSWER_ALERT] = "alert",
    [TLS_ANSWER_ALERT_PLAIN] = "alert",
    [TLS_ANSWER_FINISHED] = "finished",
    [TLS_ANSWER_CERTIFICATE_EMPTY] = "empty_certificate",
    [TLS_ANSWER_CERTIFICATE] = "certificate",
    [TLS_ANSWER_UNCLEAR] = "unclear",
};

static const char *const request_names[] = {
    [TLS_REQUEST_UNKNOWN] = NULL,
    [TLS_REQUEST_NO] = "no",
    [TLS_REQUEST_LIKELY] = "likely",
    [TLS_REQUEST_ANSWERED] = "answered",
};

static const char *const completion_names[] = {
    [TLS_COMPLETION_PROVEN] = "proven",         [TLS_COMPLETION_OPEN] = "open",
    [TLS_COMPLETION_DROPPED] = "dropped",       [TLS_COMPLETION_REFUSED] = "refused",
    [TLS_COMPLETION_UNFINISHED] = "unfinished", [TLS_COMPLETION_UNKNOWN] = "unknown",
};

/* The server's first word behind the client's answer, or that it closed without one. */
static const char *server_answer(const struct completion *completion) {
    switch (completion->shape.server_word) {
    case TLS_WORD_ALERT:
        return "alert";
    case TLS_WORD_MORE:
        return "talks";
    case TLS_WORD_NONE:
        break;
    }
    return completion->seen == TLS_COMPLETION_DROPPED ? "closes" : "none";
}

/* Certificates that cannot be read, by the size of their records. */
static void build_client_certificate_shape(struct facts *facts, const struct tls_shape *shape) {
    bool empty = shape->answer == TLS_ANSWER_CERTIFICATE_EMPTY, sent = shape->answer == TLS_ANSWER_CERTIFICATE;
    if (shape->request == TLS_REQUEST_NO) facts_set_boolean(facts, FACT_CLIENT_CERT_REQUESTED, false);
    if (!empty && !sent) return;
    facts_set_boolean(facts, FACT_CLIENT_CERT_REQUESTED, true);
    facts_set_boolean(facts, FACT_CLIENT_CERT_EMPTY, empty);
    facts_set_boolean(facts, FACT_CLIENT_CERT_SENT, sent);
}

void build_shape(struct facts *facts, const struct reading *reading) {
    const struct completion *completion = &reading->completion;
    const struct tls_shape *shape = &completion->shape;
    if (!shape->applies) return;
    facts_set_name(facts, FACT_SHAPE_SERVER_FLIGHT, reading_name(flight_names, shape->server_flight));
    facts_set_name(facts, FACT_SHAPE_REQUEST, reading_name(request_names, shape->request));
    facts_set_name(facts, FACT_SHAPE_CLIENT_ANSWER, reading_name(answer_names, shape->answer));
    facts_set_name(facts, FACT_SHAPE_SERVER_ANSWER, server_answer(completion));
    facts_set_name(facts, FACT_SHAPE_COMPLETION, reading_name(completion_names, completion->seen));
    facts_set_integer(facts, FACT_SHAPE_SERVER_RECORDS, shape->server_records);
    facts_set_boolean(facts, FACT_SHAPE_SERVER_BROKE_OFF, shape->server_alert >= 0);
    facts_set_boolean(facts, FACT_SHAPE_EARLY_TICKET, shape->early_ticket);
    facts_set_boolean(facts, FACT_SHAPE_CLIENT_DATA, shape->client_data);
    build_client_certificate_shape(facts, shape);
}
