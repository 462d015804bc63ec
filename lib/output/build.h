/* Putting JSON objects together without minding failures one by one. Private to the room. */
#ifndef OUTPUT_BUILD_H
#define OUTPUT_BUILD_H

#include <stdbool.h>

#include "diag/diag.h"
#include "document.h"
#include "output/output.h"

/* An event under construction. What does not fit is left out and remembered, so that only the end has to look. Large:
 * it lives on the stack of who writes an event. */
struct build {
    struct document document;
};

void build_init(struct build *build);

/* A new object or list; NULL (remembered) where there is no room, and what is put into it then is dropped. */
struct node *build_object(struct build *build);
struct node *build_list(struct build *build);

/* Puts VALUE under KEY; an object or list that is empty or NULL leaves no key. */
void build_put(struct build *build, struct node *object, const char *key, struct node *value);
/* The same, and an empty list stays. */
void build_put_always(struct build *build, struct node *object, const char *key, struct node *value);

/* Texts: NULL or "" leaves no key. Invalid UTF-8 is escaped. */
void build_put_text(struct build *build, struct node *object, const char *key, const char *text);
/* The same for a text that does not live as long as the event is under construction. */
void build_put_copy(struct build *build, struct node *object, const char *key, const char *text);
void build_put_integer(struct build *build, struct node *object, const char *key, int64_t value);
void build_put_boolean(struct build *build, struct node *object, const char *key, bool value);
void build_put_milliseconds(struct build *build, struct node *object, const char *key, int64_t nanoseconds);
void build_add(struct build *build, struct node *list, struct node *value);
void build_add_text(struct build *build, struct node *list, const char *text);

/* A fact under KEY, where it is present: NAME, TEXT, NAMES, TEXTS, INTEGER, BOOLEAN, or a MOMENT in RFC 3339. */
void build_put_fact(struct build *build, struct node *object, const char *key, const struct facts *facts,
                    enum fact fact);

/* The ECS parts that every event has: ecs.version, observer. */
#define BUILD_ECS_VERSION "9.4.0"
void build_put_observer(struct build *build, struct node *event, const struct output_observer *observer);

/* Points of time in nanoseconds. */
void build_put_time(struct build *build, struct node *object, const char *key, int64_t nanoseconds);

/* Writes EVENT, which has LENGTH bytes (node_measure()), at most OUTPUT_LINE_CAP, into LINE with a NUL; returns LENGTH.
 */
size_t build_dump(const struct node *event, size_t length, char line[OUTPUT_LINE_CAP + 1]);

#endif
