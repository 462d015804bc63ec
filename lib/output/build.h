/* Putting JSON objects together without minding failures one by one. Private to the room. */
#ifndef OUTPUT_BUILD_H
#define OUTPUT_BUILD_H

#include <jansson.h>
#include <stdbool.h>

#include "diag/diag.h"
#include "output/output.h"

/* An event under construction. Whatever fails for want of memory is remembered, so that only the end has to look. */
struct build {
    bool failed;
};

/* A new object or list; NULL (remembered) where memory is short, and what is put into it then is dropped. */
json_t *build_object(struct build *build);
json_t *build_list(struct build *build);

/* Puts VALUE (taken over) under KEY; an object or list that is empty or NULL leaves no key. */
void build_put(struct build *build, json_t *object, const char *key, json_t *value);
/* The same, and an empty list stays. */
void build_put_always(struct build *build, json_t *object, const char *key, json_t *value);

/* Texts: NULL or "" leaves no key. Invalid UTF-8 is escaped. */
void build_put_text(struct build *build, json_t *object, const char *key, const char *text);
void build_put_integer(struct build *build, json_t *object, const char *key, int64_t value);
void build_put_boolean(struct build *build, json_t *object, const char *key, bool value);
void build_put_milliseconds(struct build *build, json_t *object, const char *key, int64_t nanoseconds);
void build_add(struct build *build, json_t *list, json_t *value);
void build_add_text(struct build *build, json_t *list, const char *text);

/* A fact under KEY, where it is present: NAME, TEXT, NAMES, TEXTS, INTEGER, BOOLEAN, or a MOMENT in RFC 3339. */
void build_put_fact(struct build *build, json_t *object, const char *key, const struct facts *facts, enum fact fact);

/* The ECS parts that every event has: ecs.version, observer. */
#define BUILD_ECS_VERSION "9.4.0"
void build_put_observer(struct build *build, json_t *event, const struct output_observer *observer);

/* Points of time in nanoseconds. */
void build_put_time(struct build *build, json_t *object, const char *key, int64_t nanoseconds);

/* Writes EVENT into LINE; its length, which may be more than OUTPUT_LINE_CAP (then LINE is of no use). */
size_t build_dump(const json_t *event, char line[OUTPUT_LINE_CAP + 1]);

#endif
