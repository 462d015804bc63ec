/* The store of one handshake's facts. The arena is filled from both ends: arrays of list items from the front, where
 * the list being built can grow in place, and texts from the back. */
#include "facts/facts.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static const struct fact_description descriptions[FACT_COUNT] = {
#define FACT(identifier, name, type, description) [FACT_##identifier] = {name, FACT_TYPE_##type, description},
#include "facts/facts.def"
#undef FACT
};

const struct fact_description *fact_describe(enum fact fact) {
    return &descriptions[fact];
}

/* Length of each name without its NUL: rules name facts by the thousand, and nearly all differ in it. */
static const uint8_t name_lengths[FACT_COUNT] = {
#define FACT(identifier, name, type, description) [FACT_##identifier] = sizeof(name) - 1,
#include "facts/facts.def"
#undef FACT
};

bool fact_by_name(const char *name, enum fact *fact) {
    size_t length = strlen(name);
    for (unsigned i = 0; i < FACT_COUNT; i++) {
        if (name_lengths[i] != length || memcmp(descriptions[i].name, name, length) != 0) continue;
        *fact = (enum fact)i;
        return true;
    }
    return false;
}

const char *fact_type_name(enum fact_type type) {
    static const char *const names[] = {
        [FACT_TYPE_BOOLEAN] = "BOOLEAN", [FACT_TYPE_INTEGER] = "INTEGER",
        [FACT_TYPE_VERSION] = "VERSION", [FACT_TYPE_NAME] = "NAME",
        [FACT_TYPE_TEXT] = "TEXT",       [FACT_TYPE_NAMES] = "NAMES",
        [FACT_TYPE_TEXTS] = "TEXTS",     [FACT_TYPE_MILLISECONDS] = "MILLISECONDS",
        [FACT_TYPE_MOMENT] = "MOMENT",
    };
    return names[type];
}

bool fact_type_is_list(enum fact_type type) {
    return type == FACT_TYPE_NAMES || type == FACT_TYPE_TEXTS;
}

void facts_reset(struct facts *facts) {
    memset(facts->value, 0, sizeof(facts->value));
    facts->truncated = false;
    facts->used = 0;
    facts->text_used = 0;
}

/* The value of FACT, emptied and made present, for a setter of TYPE. */
static struct fact_value *value_open(struct facts *facts, enum fact fact, enum fact_type type) {
    assert(descriptions[fact].type == type);
    (void)type;
    struct fact_value *value = &facts->value[fact];
    *value = (struct fact_value){.present = true};
    return value;
}

static size_t arena_room(const struct facts *facts) {
    return sizeof(facts->arena) - facts->used - facts->text_used;
}

void facts_set_boolean(struct facts *facts, enum fact fact, bool value) {
    value_open(facts, fact, FACT_TYPE_BOOLEAN)->boolean = value;
}

void facts_set_integer(struct facts *facts, enum fact fact, int64_t value) {
    value_open(facts, fact, FACT_TYPE_INTEGER)->integer = value;
}

void facts_set_version(struct facts *facts, enum fact fact, uint16_t version) {
    value_open(facts, fact, FACT_TYPE_VERSION)->integer = version;
}

void facts_set_milliseconds(struct facts *facts, enum fact fact, int64_t nanoseconds) {
    value_open(facts, fact, FACT_TYPE_MILLISECONDS)->milliseconds = (double)nanoseconds / 1e6;
}

void facts_set_moment(struct facts *facts, enum fact fact, int64_t seconds) {
    value_open(facts, fact, FACT_TYPE_MOMENT)->integer = seconds;
}

void facts_set_name(struct facts *facts, enum fact fact, const char *name) {
    struct fact_value *value = value_open(facts, fact, FACT_TYPE_NAME);
    assert(name == NULL || fact_word_is_known(fact, name));
    value->present = name != NULL;
    value->text = name;
}

/* A copy of TEXT at the back of the arena; NULL where it is full. */
static const char *arena_keep(struct facts *facts, const char *text, size_t length) {
    if (length + 1 > arena_room(facts)) {
        facts->truncated = true;
        return NULL;
    }
    facts->text_used += length + 1;
    char *copy = facts->arena + (sizeof(facts->arena) - facts->text_used);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* The same of hostile bytes, cleaned and cut. */
static const char *arena_keep_hostile(struct facts *facts, const void *bytes, size_t length) {
    char buffer[FACTS_TEXT_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append_hostile(&writer, bytes, length);
    if (writer.truncated) facts->truncated = true;
    return arena_keep(facts, buffer, writer.length);
}

static void value_set_text(struct facts *facts, enum fact fact, const char *text) {
    struct fact_value *value = value_open(facts, fact, FACT_TYPE_TEXT);
    value->present = text != NULL;
    value->text = text;
}

void facts_set_text(struct facts *facts, enum fact fact, const void *bytes, size_t length) {
    value_set_text(facts, fact, length > 0 ? arena_keep_hostile(facts, bytes, length) : NULL);
}

void facts_set_clean_text(struct facts *facts, enum fact fact, const char *text) {
    char buffer[FACTS_TEXT_CAP];
    if (text == NULL || text[0] == '\0') {
        value_set_text(facts, fact, NULL);
        return;
    }
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append(&writer, text);
    if (writer.truncated) facts->truncated = true;
    value_set_text(facts, fact, arena_keep(facts, buffer, writer.length));
}

void facts_list_begin(struct facts *facts, enum fact fact) {
    assert(fact_type_is_list(descriptions[fact].type));
    value_open(facts, fact, descriptions[fact].type);
}

/* The items of LIST, with room for one more, at the front of the arena. They grow in place while their list is the
 * one last added to, and move to the end of what is used otherwise. NULL where the arena is full. */
static const char **list_grow(struct facts *facts, const struct fact_list *list) {
    size_t size = list->count * sizeof(*list->items);
    bool last = list->count > 0 && (char *)(list->items + list->count) == facts->arena + facts->used;
    size_t needed = (last ? 0 : size) + sizeof(*list->items);
    if (needed > arena_room(facts)) return NULL;
    const char **items = last ? list->items : (const char **)(void *)(facts->arena + facts->used);
    if (!last && size > 0) memcpy(items, list->items, size);
    facts->used += needed;
    return items;
}

/* Appends ITEM, which lives as long as the facts; NULL says that there was no room for it. */
static void list_append(struct facts *facts, enum fact fact, const char *item) {
    struct fact_list *list = &facts->value[fact].list;
    assert(facts->value[fact].present);
    const char **items = item != NULL && list->count < FACTS_LIST_CAP ? list_grow(facts, list) : NULL;
    if (items == NULL) {
        list->truncated = true;
        facts->truncated = true;
        return;
    }
    list->items = items;
    list->items[list->count++] = item;
}

void facts_list_add_name(struct facts *facts, enum fact fact, const char *name) {
    assert(descriptions[fact].type == FACT_TYPE_NAMES);
    assert(name == NULL || fact_word_is_known(fact, name));
    if (name != NULL) list_append(facts, fact, name);
}

void facts_list_add_text(struct facts *facts, enum fact fact, const void *bytes, size_t length) {
    assert(descriptions[fact].type == FACT_TYPE_TEXTS);
    if (length == 0) return;
    bool room = facts->value[fact].list.count < FACTS_LIST_CAP;
    list_append(facts, fact, room ? arena_keep_hostile(facts, bytes, length) : NULL);
}

bool facts_has(const struct facts *facts, enum fact fact) {
    return facts->value[fact].present;
}

bool facts_is(const struct facts *facts, enum fact fact) {
    assert(descriptions[fact].type == FACT_TYPE_BOOLEAN);
    return facts->value[fact].present && facts->value[fact].boolean;
}

int64_t facts_integer(const struct facts *facts, enum fact fact) {
    enum fact_type type = descriptions[fact].type;
    assert(type == FACT_TYPE_INTEGER || type == FACT_TYPE_VERSION || type == FACT_TYPE_MOMENT);
    (void)type;
    return facts->value[fact].present ? facts->value[fact].integer : 0;
}

double facts_milliseconds(const struct facts *facts, enum fact fact) {
    assert(descriptions[fact].type == FACT_TYPE_MILLISECONDS);
    return facts->value[fact].present ? facts->value[fact].milliseconds : 0;
}

const char *facts_text(const struct facts *facts, enum fact fact) {
    assert(descriptions[fact].type == FACT_TYPE_NAME || descriptions[fact].type == FACT_TYPE_TEXT);
    return facts->value[fact].present ? facts->value[fact].text : NULL;
}

const struct fact_list *facts_list(const struct facts *facts, enum fact fact) {
    assert(fact_type_is_list(descriptions[fact].type));
    return facts->value[fact].present ? &facts->value[fact].list : NULL;
}
