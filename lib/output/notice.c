/* Events about the daemon itself: tlswhy.health, tlswhy.lifecycle. */
#include <string.h>

#include "build.h"
#include "severity.h"
#include "trim.h"

static void event_put(struct build *build, struct node *root, const char *dataset, int severity, uint64_t sequence) {
    bool is_health = strcmp(dataset, "tlswhy.health") == 0;
    struct node *event = build_object(build), *category = build_list(build), *type = build_list(build);
    build_put_text(build, event, "kind", is_health ? "metric" : "event");
    build_add_text(build, category, is_health ? "network" : "process");
    build_put(build, event, "category", category);
    build_add_text(build, type, "info");
    build_put(build, event, "type", type);
    build_put_integer(build, event, "severity", severity);
    build_put_integer(build, event, "sequence", (int64_t)sequence);
    build_put_text(build, event, "dataset", dataset);
    build_put(build, root, "event", event);
}

size_t output_json_notice(const char *dataset, int severity, int64_t time, const char *message,
                          const struct output_figure *figures, size_t count, const struct output_observer *observer,
                          uint64_t sequence, char line[OUTPUT_LINE_CAP + 1]) {
    struct build build;
    build_init(&build);
    struct node *root = build_object(&build), *tlswhy = build_object(&build);
    build_put_time(&build, root, "@timestamp", time);
    build_put_text(&build, root, "log.level", severity_level(severity));
    build_put_text(&build, root, "message", message);
    build_put_text(&build, root, "ecs.version", BUILD_ECS_VERSION);
    event_put(&build, root, dataset, severity, sequence);
    build_put_integer(&build, tlswhy, "schema", 1);
    for (size_t i = 0; i < count; i++)
        build_put_integer(&build, tlswhy, figures[i].name, (int64_t)figures[i].value);
    build_put_always(&build, tlswhy, "truncated", build_list(&build));
    build_put(&build, root, "tlswhy", tlswhy);
    build_put_observer(&build, root, observer);
    return root != NULL ? trim_dump(&build, root, line) : 0;
}
