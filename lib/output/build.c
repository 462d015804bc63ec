/* An event, one key after the other. */
#include "build.h"

#include <string.h>

#include "base/moment.h"

void build_init(struct build *build) {
    document_init(&build->document);
}

struct node *build_object(struct build *build) {
    return document_node(&build->document, NODE_OBJECT);
}

struct node *build_list(struct build *build) {
    return document_node(&build->document, NODE_LIST);
}

void build_put_always(struct build *build, struct node *object, const char *key, struct node *value) {
    (void)build;
    node_append(object, key, value);
}

void build_put(struct build *build, struct node *object, const char *key, struct node *value) {
    if (value != NULL && value->first != NULL) build_put_always(build, object, key, value);
}

void build_put_text(struct build *build, struct node *object, const char *key, const char *text) {
    if (text != NULL && text[0] != '\0') node_append(object, key, document_text(&build->document, text, strlen(text)));
}

void build_put_copy(struct build *build, struct node *object, const char *key, const char *text) {
    build_put_text(build, object, key, document_copy(&build->document, text, strlen(text) + 1));
}

void build_put_integer(struct build *build, struct node *object, const char *key, int64_t value) {
    node_append(object, key, document_number(&build->document, NODE_INTEGER, value));
}

void build_put_boolean(struct build *build, struct node *object, const char *key, bool value) {
    node_append(object, key, document_number(&build->document, NODE_BOOLEAN, value));
}

/* To the microsecond. */
void build_put_milliseconds(struct build *build, struct node *object, const char *key, int64_t nanoseconds) {
    node_append(object, key, document_number(&build->document, NODE_THOUSANDTHS, nanoseconds / 1000));
}

void build_add(struct build *build, struct node *list, struct node *value) {
    (void)build;
    node_append(list, NULL, value);
}

void build_add_text(struct build *build, struct node *list, const char *text) {
    build_add(build, list, document_text(&build->document, text, strlen(text)));
}

static void put_moment(struct build *build, struct node *object, const char *key, int64_t seconds) {
    char text[MOMENT_TEXT_SIZE];
    moment_format_seconds(seconds, text);
    build_put_copy(build, object, key, text);
}

static void put_list(struct build *build, struct node *object, const char *key, const struct fact_list *list) {
    struct node *texts = build_list(build);
    for (unsigned i = 0; i < list->count; i++)
        build_add_text(build, texts, list->items[i]);
    build_put(build, object, key, texts);
}

void build_put_fact(struct build *build, struct node *object, const char *key, const struct facts *facts,
                    enum fact fact) {
    if (!facts_has(facts, fact)) return;
    switch (fact_describe(fact)->type) {
    case FACT_TYPE_BOOLEAN:
        build_put_boolean(build, object, key, facts_is(facts, fact));
        break;
    case FACT_TYPE_INTEGER:
        build_put_integer(build, object, key, facts_integer(facts, fact));
        break;
    case FACT_TYPE_MOMENT:
        put_moment(build, object, key, facts_integer(facts, fact));
        break;
    case FACT_TYPE_NAME:
    case FACT_TYPE_TEXT:
        build_put_text(build, object, key, facts_text(facts, fact));
        break;
    case FACT_TYPE_NAMES:
    case FACT_TYPE_TEXTS:
        put_list(build, object, key, facts_list(facts, fact));
        break;
    case FACT_TYPE_VERSION:
    case FACT_TYPE_MILLISECONDS:
        break; /* no field of an event is one */
    }
}

void build_put_time(struct build *build, struct node *object, const char *key, int64_t nanoseconds) {
    char text[MOMENT_TEXT_SIZE];
    moment_format(nanoseconds, text);
    build_put_copy(build, object, key, text);
}

void build_put_observer(struct build *build, struct node *event, const struct output_observer *observer) {
    struct node *object = build_object(build);
    build_put_text(build, object, "type", "sensor");
    build_put_text(build, object, "product", "tlswhyd");
    build_put_text(build, object, "version", observer->version);
    build_put_text(build, object, "hostname", observer->hostname);
    if (observer->interface != NULL) {
        struct node *interface = build_object(build), *ingress = build_object(build);
        build_put_text(build, interface, "name", observer->interface);
        build_put(build, ingress, "interface", interface);
        build_put(build, object, "ingress", ingress);
    }
    build_put(build, event, "observer", object);
}

size_t build_dump(const struct node *event, size_t length, char line[OUTPUT_LINE_CAP + 1]) {
    node_write(event, line, length);
    line[length] = '\0';
    return length;
}
