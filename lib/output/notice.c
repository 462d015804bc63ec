/* Events about the daemon itself: tlswhy.health, tlswhy.lifecycle. */
#include <string.h>

#include "build.h"
#include "severity.h"
#include "trim.h"

static void event_put(struct build *build, struct node *root, const struct output_notice *notice, uint64_t sequence) {
    bool is_health = strcmp(notice->dataset, "tlswhy.health") == 0;
    struct node *event = build_object(build), *category = build_list(build), *type = build_list(build);
    build_put_text(build, event, "kind", is_health ? "metric" : "event");
    build_add_text(build, category, is_health ? "network" : "process");
    build_put(build, event, "category", category);
    build_add_text(build, type, "info");
    build_put(build, event, "type", type);
    build_put_text(build, event, "code", notice->code);
    build_put_integer(build, event, "severity", notice->severity);
    build_put_integer(build, event, "sequence", (int64_t)sequence);
    build_put_text(build, event, "dataset", notice->dataset);
    build_put(build, root, "event", event);
}

size_t output_json_notice(const struct output_notice *notice, const struct output_observer *observer, uint64_t sequence,
                          char line[OUTPUT_LINE_CAP + 1]) {
    struct build build;
    build_init(&build);
    struct node *root = build_object(&build), *tlswhy = build_object(&build);
    build_put_time(&build, root, "@timestamp", notice->time);
    build_put_text(&build, root, "log.level", severity_level(notice->severity));
    build_put_text(&build, root, "message", notice->message);
    build_put_text(&build, root, "ecs.version", BUILD_ECS_VERSION);
    event_put(&build, root, notice, sequence);
    build_put_integer(&build, tlswhy, "schema", 1);
    for (size_t i = 0; i < notice->count; i++)
        build_put_integer(&build, tlswhy, notice->figures[i].name, (int64_t)notice->figures[i].value);
    build_put_always(&build, tlswhy, "truncated", build_list(&build));
    build_put(&build, root, "tlswhy", tlswhy);
    build_put_observer(&build, root, observer);
    return root != NULL ? trim_dump(&build, root, line) : 0;
}
