/* JSON by jansson, one key after the other. */
#include "build.h"

#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define CLEANED_SIZE 1024

static json_t *remember(struct build *build, json_t *value) {
    if (value == NULL) build->failed = true;
    return value;
}

json_t *build_object(struct build *build) {
    return remember(build, json_object());
}

json_t *build_list(struct build *build) {
    return remember(build, json_array());
}

void build_put_always(struct build *build, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new_nocheck(object, key, value) != 0) build->failed = true;
}

void build_put(struct build *build, json_t *object, const char *key, json_t *value) {
    if (json_object_size(value) + json_array_size(value) > 0)
        build_put_always(build, object, key, value);
    else
        json_decref(value);
}

/* A string; what is no valid UTF-8 (a host name, say) is escaped first. */
static json_t *text_value(struct build *build, const char *text) {
    char cleaned[CLEANED_SIZE];
    json_t *value = json_string(text);
    if (value != NULL) return value;
    struct text_writer writer = text_writer_over(cleaned, sizeof cleaned);
    text_append_hostile(&writer, text, strlen(text));
    return remember(build, json_string(cleaned));
}

void build_put_text(struct build *build, json_t *object, const char *key, const char *text) {
    if (text != NULL && text[0] != '\0') build_put_always(build, object, key, text_value(build, text));
}

void build_put_integer(struct build *build, json_t *object, const char *key, int64_t value) {
    build_put_always(build, object, key, json_integer(value));
}

void build_put_boolean(struct build *build, json_t *object, const char *key, bool value) {
    build_put_always(build, object, key, json_boolean(value));
}

/* To the microsecond. */
void build_put_milliseconds(struct build *build, json_t *object, const char *key, int64_t nanoseconds) {
    int64_t microseconds = nanoseconds / 1000;
    build_put_always(build, object, key, json_real((double)microseconds / 1000.0));
}

void build_add(struct build *build, json_t *list, json_t *value) {
    if (json_array_append_new(list, value) != 0) build->failed = true;
}

void build_add_text(struct build *build, json_t *list, const char *text) {
    build_add(build, list, text_value(build, text));
}

static void put_moment(struct build *build, json_t *object, const char *key, int64_t seconds) {
    char text[MOMENT_TEXT_SIZE];
    moment_format_seconds(seconds, text);
    build_put_text(build, object, key, text);
}

static void put_list(struct build *build, json_t *object, const char *key, const struct fact_list *list) {
    json_t *texts = build_list(build);
    for (unsigned i = 0; i < list->count; i++)
        build_add_text(build, texts, list->items[i]);
    build_put(build, object, key, texts);
}

void build_put_fact(struct build *build, json_t *object, const char *key, const struct facts *facts, enum fact fact) {
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

void build_put_time(struct build *build, json_t *object, const char *key, int64_t nanoseconds) {
    char text[MOMENT_TEXT_SIZE];
    moment_format(nanoseconds, text);
    build_put_text(build, object, key, text);
}

void build_put_observer(struct build *build, json_t *event, const struct output_observer *observer) {
    json_t *object = build_object(build);
    build_put_text(build, object, "type", "sensor");
    build_put_text(build, object, "product", "tlswhyd");
    build_put_text(build, object, "version", observer->version);
    build_put_text(build, object, "hostname", observer->hostname);
    if (observer->interface != NULL) {
        json_t *interface = build_object(build), *ingress = build_object(build);
        build_put_text(build, interface, "name", observer->interface);
        build_put(build, ingress, "interface", interface);
        build_put(build, object, "ingress", ingress);
    }
    build_put(build, event, "observer", object);
}

size_t build_dump(const json_t *event, char line[OUTPUT_LINE_CAP + 1]) {
    size_t length = json_dumpb(event, line, OUTPUT_LINE_CAP, JSON_COMPACT | JSON_REAL_PRECISION(12));
    if (length <= OUTPUT_LINE_CAP) line[length] = '\0';
    return length;
}
