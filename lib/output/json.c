/* An event: ECS 9.4 with nested objects, our own in the object tlswhy (docs/events.md). */
#include <inttypes.h>
#include <stdio.h>

#include "base/side.h"
#include "build.h"
#include "dataset.h"
#include "json_tls.h"
#include "trim.h"

static void event_put(struct build *build, struct node *root, const struct diag *diag, int severity,
                      uint64_t sequence) {
    bool failed = diag->outcome == DIAG_FAILURE;
    struct node *event = build_object(build), *category = build_list(build), *type = build_list(build);
    build_put_text(build, event, "kind", failed ? "alert" : "event");
    build_add_text(build, category, "network");
    build_put(build, event, "category", category);
    build_add_text(build, type, "connection");
    build_add_text(build, type, "protocol");
    build_put(build, event, "type", type);
    build_put_text(build, event, "outcome", diag_outcome_name(diag->outcome));
    build_put_text(build, event, "code", diag->cause);
    build_put_integer(build, event, "severity", severity);
    build_put_integer(build, event, "sequence", (int64_t)sequence);
    build_put_text(build, event, "id", diag->connection.id);
    build_put_text(build, event, "dataset", dataset_of(diag));
    build_put_time(build, event, "start", diag->connection.start);
    build_put_time(build, event, "end", diag->connection.end);
    build_put_integer(build, event, "duration", diag->connection.end - diag->connection.start);
    build_put(build, root, "event", event);
}

static void error_put(struct build *build, struct node *root, const struct diag *diag) {
    char number[24];
    if (diag->cause == NULL) return;
    struct node *error = build_object(build);
    build_put_text(build, error, "type", diag->cause);
    if (facts_has(diag->facts, FACT_ALERT_NUMBER)) {
        (void)snprintf(number, sizeof number, "%" PRId64, facts_integer(diag->facts, FACT_ALERT_NUMBER));
        build_put_copy(build, error, "code", number);
    }
    build_put_fact(build, error, "message", diag->facts, FACT_ALERT_NAME);
    build_put(build, root, "error", error);
}

static void endpoint_put(struct build *build, struct node *root, const char *key, const char *address, uint16_t port) {
    struct node *endpoint = build_object(build);
    build_put_text(build, endpoint, "ip", address);
    build_put_integer(build, endpoint, "port", port);
    build_put(build, root, key, endpoint);
}

static void network_put(struct build *build, struct node *root, const struct diag_connection *connection) {
    struct node *network = build_object(build);
    build_put_text(build, network, "type", connection->ip_version == 6 ? "ipv6" : "ipv4");
    build_put_text(build, network, "transport", "tcp");
    build_put_text(build, network, "protocol", "tls");
    build_put_text(build, network, "application", connection->application);
    build_put_text(build, network, "community_id", connection->community_id);
    build_put(build, root, "network", network);
    endpoint_put(build, root, "source", connection->source_address, connection->source_port);
    endpoint_put(build, root, "destination", connection->destination_address, connection->destination_port);
}

static struct node *alert(struct build *build, const struct facts *facts) {
    struct node *object = build_object(build);
    build_put_fact(build, object, "from", facts, FACT_ALERT_FROM);
    build_put_fact(build, object, "level", facts, FACT_ALERT_LEVEL);
    build_put_fact(build, object, "number", facts, FACT_ALERT_NUMBER);
    build_put_fact(build, object, "name", facts, FACT_ALERT_NAME);
    build_put_fact(build, object, "encrypted", facts, FACT_ALERT_ENCRYPTED);
    return object;
}

static struct node *evidence(struct build *build, const struct diag *diag) {
    struct node *list = build_list(build);
    for (unsigned i = 0; i < diag->evidence_count; i++)
        build_add_text(build, list, diag->evidence[i]);
    return list;
}

static struct node *alternatives(struct build *build, const struct diag *diag) {
    struct node *list = build_list(build);
    for (unsigned i = 0; i < diag->alternative_count; i++) {
        const struct diag_alternative *alternative = &diag->alternatives[i];
        struct node *object = build_object(build);
        build_put_text(build, object, "cause", alternative->cause);
        build_put_text(build, object, "confidence", rule_confidence_name(alternative->confidence));
        build_put_text(build, object, "because", alternative->because);
        build_add(build, list, object);
    }
    return list;
}

static struct node *timeline(struct build *build, const struct diag *diag) {
    struct node *list = build_list(build);
    for (unsigned i = 0; i < diag->timeline_count; i++) {
        const struct diag_step *step = &diag->timeline[i];
        struct node *object = build_object(build);
        build_put_milliseconds(build, object, "ms", step->offset);
        build_put_text(build, object, "from", side_name((enum side)step->side));
        build_put_text(build, object, "what", step->what);
        build_add(build, list, object);
    }
    return list;
}

static struct node *sight(struct build *build, const struct facts *facts) {
    struct node *object = build_object(build);
    build_put_fact(build, object, "complete", facts, FACT_SIGHT_COMPLETE);
    build_put_fact(build, object, "gaps", facts, FACT_SIGHT_GAPS);
    build_put_fact(build, object, "one_sided", facts, FACT_SIGHT_ONE_SIDED);
    build_put_fact(build, object, "midstream", facts, FACT_SIGHT_MIDSTREAM);
    return object;
}

static void tlswhy_put(struct build *build, struct node *root, const struct diag *diag) {
    struct node *tlswhy = build_object(build);
    build_put_integer(build, tlswhy, "schema", 1);
    build_put_text(build, tlswhy, "cause", diag->cause);
    if (diag->rule != NULL) {
        build_put_text(build, tlswhy, "confidence", rule_confidence_name(diag_confidence(diag)));
        build_put_text(build, tlswhy, "at_fault", rule_fault_name(diag->rule->at_fault));
    }
    build_put_fact(build, tlswhy, "phase", diag->facts, FACT_PHASE);
    build_put(build, tlswhy, "alert", alert(build, diag->facts));
    build_put(build, tlswhy, "evidence", evidence(build, diag));
    build_put(build, tlswhy, "alternatives", alternatives(build, diag));
    build_put_text(build, tlswhy, "advice", diag->advice);
    build_put(build, tlswhy, "timeline", timeline(build, diag));
    build_put(build, tlswhy, "sight", sight(build, diag->facts));
    build_put_fact(build, tlswhy, "client_ja4", diag->facts, FACT_CLIENT_JA4);
    if (diag->rule != NULL) build_put_text(build, tlswhy, "nel_type", diag->rule->nel_type);
    build_put_always(build, tlswhy, "truncated", build_list(build));
    build_put(build, root, "tlswhy", tlswhy);
}

static void rule_put(struct build *build, struct node *root, const struct rule *rule) {
    if (rule == NULL) return;
    struct node *object = build_object(build);
    build_put_text(build, object, "id", rule->id);
    build_put_text(build, object, "name", rule->name);
    build_put_text(build, object, "description", rule->description);
    build_put_text(build, object, "reference", rule->reference);
    build_put(build, root, "rule", object);
}

/* Lists that were cut before they came here. */
static void truncated_note(struct build *build, struct node *root, const struct diag *diag) {
    static const struct {
        enum fact fact;
        const char *path;
    } lists[] = {
        {FACT_CLIENT_SUITES, "tls.client.supported_ciphers"},
        {FACT_SERVER_CERT_NAMES, "tls.server.x509.alternative_names"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        if (facts_has(diag->facts, lists[i].fact) && facts_list(diag->facts, lists[i].fact)->truncated)
            trim_note(build, root, lists[i].path);
    if (diag->timeline_truncated) trim_note(build, root, "tlswhy.timeline");
}

size_t output_json(const struct diag *diag, const struct output_observer *observer, uint64_t sequence,
                   char line[OUTPUT_LINE_CAP + 1]) {
    struct build build;
    const char *level;
    int severity = output_severity(diag, &level);
    build_init(&build);
    struct node *root = build_object(&build);
    build_put_time(&build, root, "@timestamp", diag->connection.end);
    build_put_text(&build, root, "log.level", level);
    build_put_text(&build, root, "message", diag->message);
    build_put_text(&build, root, "ecs.version", BUILD_ECS_VERSION);
    event_put(&build, root, diag, severity, sequence);
    error_put(&build, root, diag);
    network_put(&build, root, &diag->connection);
    build_put(&build, root, "tls", json_tls(&build, diag));
    tlswhy_put(&build, root, diag);
    rule_put(&build, root, diag->rule);
    build_put_observer(&build, root, observer);
    truncated_note(&build, root, diag);
    return root != NULL ? trim_dump(&build, root, line) : 0;
}
