/* A tlswhy.summary event, and the sentence of one. */
#include <inttypes.h>
#include <string.h>

#include "base/moment.h"
#include "build.h"
#include "dataset.h"
#include "output/output.h"
#include "severity.h"
#include "trim.h"

static void address_append(const struct fold_summary *summary, struct text_writer *writer) {
    if (summary->ip_version == 6)
        text_append_format(writer, "[%s]:%u", summary->server_address, summary->server_port);
    else
        text_append_format(writer, "%s:%u", summary->server_address, summary->server_port);
}

/* "api.example (192.0.2.7:443)", or the address alone. */
static void server_append(const struct fold_summary *summary, struct text_writer *writer) {
    if (summary->server_name[0] == '\0') {
        address_append(summary, writer);
        return;
    }
    text_append_hostile(writer, summary->server_name, strlen(summary->server_name));
    text_append(writer, " (");
    address_append(summary, writer);
    text_append(writer, ")");
}

void output_summary_sentence(const struct fold_summary *summary, struct text_writer *writer) {
    char span[MOMENT_SPAN_SIZE];
    moment_span(summary->last - summary->first, span);
    text_append_format(writer, "%" PRIu64 " more failure%s at ", summary->count, summary->count == 1 ? "" : "s");
    server_append(summary, writer);
    text_append_format(writer, ": %s, from %s%" PRIu64 " client%s", summary->cause,
                       summary->clients_capped ? "more than " : "", summary->clients, summary->clients == 1 ? "" : "s");
    if (summary->count > 1) text_append_format(writer, " within %s", span);
    text_append(writer, "; the last: ");
    text_append_hostile(writer, summary->message, strlen(summary->message));
}

static void event_put(struct build *build, struct node *root, const struct fold_summary *summary, uint64_t sequence) {
    struct node *event = build_object(build), *category = build_list(build), *type = build_list(build);
    build_put_text(build, event, "kind", "alert");
    build_add_text(build, category, "network");
    build_put(build, event, "category", category);
    build_add_text(build, type, "connection");
    build_add_text(build, type, "protocol");
    build_put(build, event, "type", type);
    build_put_text(build, event, "outcome", "failure");
    build_put_text(build, event, "code", summary->cause);
    build_put_integer(build, event, "severity", OUTPUT_SUMMARY_SEVERITY);
    build_put_integer(build, event, "sequence", (int64_t)sequence);
    build_put_text(build, event, "dataset", DATASET_SUMMARY);
    build_put_time(build, event, "start", summary->first);
    build_put_time(build, event, "end", summary->last);
    build_put_integer(build, event, "duration", summary->last - summary->first);
    build_put(build, root, "event", event);
}

static void server_put(struct build *build, struct node *root, const struct fold_summary *summary) {
    struct node *network = build_object(build), *destination = build_object(build);
    struct node *tls = build_object(build), *client = build_object(build);
    build_put_text(build, network, "type", summary->ip_version == 6 ? "ipv6" : "ipv4");
    build_put_text(build, network, "transport", "tcp");
    build_put_text(build, network, "protocol", "tls");
    build_put(build, root, "network", network);
    build_put_text(build, destination, "ip", summary->server_address);
    build_put_integer(build, destination, "port", summary->server_port);
    build_put(build, root, "destination", destination);
    build_put_text(build, client, "server_name", summary->server_name);
    build_put(build, tls, "client", client);
    build_put(build, root, "tls", tls);
}

static void tlswhy_put(struct build *build, struct node *root, const struct fold_summary *summary) {
    struct node *tlswhy = build_object(build);
    build_put_integer(build, tlswhy, "schema", 1);
    build_put_text(build, tlswhy, "cause", summary->cause);
    build_put_text(build, tlswhy, "confidence", summary->confidence);
    build_put_text(build, tlswhy, "at_fault", summary->at_fault);
    build_put_integer(build, tlswhy, "count", (int64_t)summary->count);
    build_put_integer(build, tlswhy, "clients", (int64_t)summary->clients);
    build_put_boolean(build, tlswhy, "clients_capped", summary->clients_capped);
    build_put_integer(build, tlswhy, "total", (int64_t)summary->total);
    build_put_text(build, tlswhy, "advice", summary->advice);
    build_put_always(build, tlswhy, "truncated", build_list(build));
    build_put(build, root, "tlswhy", tlswhy);
}

size_t output_json_summary(const struct fold_summary *summary, const struct output_observer *observer,
                           uint64_t sequence, char line[OUTPUT_LINE_CAP + 1]) {
    struct build build;
    char sentence[OUTPUT_SENTENCE_SIZE];
    struct text_writer writer = text_writer_over(sentence, sizeof sentence);
    output_summary_sentence(summary, &writer);
    build_init(&build);
    struct node *root = build_object(&build), *rule = build_object(&build);
    build_put_time(&build, root, "@timestamp", summary->last);
    build_put_text(&build, root, "log.level", severity_level(OUTPUT_SUMMARY_SEVERITY));
    build_put_text(&build, root, "message", sentence);
    build_put_text(&build, root, "ecs.version", BUILD_ECS_VERSION);
    event_put(&build, root, summary, sequence);
    server_put(&build, root, summary);
    tlswhy_put(&build, root, summary);
    build_put_text(&build, rule, "id", summary->rule_id);
    build_put(&build, root, "rule", rule);
    build_put_observer(&build, root, observer);
    return root != NULL ? trim_dump(&build, root, line) : 0;
}
