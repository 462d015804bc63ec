/* Texts with places for facts: "{client.server_name|the server}". */
#include "template.h"

#include <string.h>

#include "condition.h"
#include "load.h"

#define PARTS_CAP 64

/* Short names for what nearly every sentence says. */
static const struct {
    const char *name;
    enum fact fact;
} aliases[] = {
    {"source", FACT_CONNECTION_SOURCE},
    {"source_port", FACT_CONNECTION_SOURCE_PORT},
    {"destination", FACT_CONNECTION_DESTINATION},
    {"destination_port", FACT_CONNECTION_SERVER_PORT},
};

/* These are set for every handshake (facts/connection.h). */
static const enum fact always_known[] = {
    FACT_CONNECTION_SOURCE,         FACT_CONNECTION_SOURCE_PORT, FACT_CONNECTION_DESTINATION,
    FACT_CONNECTION_SERVER_ADDRESS, FACT_CONNECTION_SERVER_PORT, FACT_CONNECTION_OPENSSL_TARGET,
};

/* A template being read. */
struct reader {
    const struct load *load;
    const struct load_place *place;
    const struct rule_condition *when;
    unsigned count;
    struct template_part parts[PARTS_CAP];
};

static bool fact_is_guaranteed(const struct rule_condition *when, enum fact fact) {
    if (when == NULL) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(always_known); i++)
        if (always_known[i] == fact) return true;
    return condition_requires(when, fact);
}

static bool fact_find(const char *name, enum fact *fact) {
    for (size_t i = 0; i < ARRAY_LENGTH(aliases); i++) {
        if (strcmp(aliases[i].name, name) != 0) continue;
        *fact = aliases[i].fact;
        return true;
    }
    return fact_by_name(name, fact);
}

static struct template_part *part_add(struct reader *reader) {
    if (reader->count == PARTS_CAP) {
        load_fail(reader->load, reader->place, "has too many places; make the text shorter");
        return NULL;
    }
    struct template_part *part = &reader->parts[reader->count++];
    *part = (struct template_part){.place = false};
    return part;
}

static bool add_text(struct reader *reader, const char *text, size_t length) {
    struct template_part *part = part_add(reader);
    if (part == NULL) return false;
    part->text = rule_memory_copy(reader->load->memory, text, length);
    return part->text != NULL || load_fail_memory(reader->load);
}

/* The inside of a pair of braces: a name, and a default after the first bar. */
static bool add_place(struct reader *reader, const char *inside, size_t length) {
    struct template_part *part = part_add(reader);
    char *name = rule_memory_copy(reader->load->memory, inside, length);
    if (part == NULL) return false;
    if (name == NULL) return load_fail_memory(reader->load);
    char *bar = strchr(name, '|');
    if (bar != NULL) {
        *bar = '\0';
        part->text = bar + 1;
    }
    part->place = true;
    if (!fact_find(name, &part->fact))
        return load_fail(reader->load, reader->place, "there is no fact {%s}; docs/rules.md lists them all", name);
    if (part->text == NULL && !fact_is_guaranteed(reader->when, part->fact))
        return load_fail(reader->load, reader->place,
                         "{%s} may be absent here; give it a default, {%s|...}, or require the fact in when", name,
                         name);
    return true;
}

/* One part at the front of *TEXT, which moves past it: "{{", "}}", a place, or text up to the next brace. */
static bool read_part(struct reader *reader, const char **text) {
    const char *at = *text;
    if ((at[0] == '{' || at[0] == '}') && at[1] == at[0]) {
        *text = at + 2;
        return add_text(reader, at, 1);
    }
    if (at[0] == '}')
        return load_fail(reader->load, reader->place, "has a } that closes nothing; write }} for a brace");
    size_t length = strcspn(at + (at[0] == '{'), "{}");
    if (at[0] != '{') {
        *text = at + length;
        return add_text(reader, at, length);
    }
    if (at[1 + length] != '}')
        return load_fail(reader->load, reader->place, "has a { that is not closed; write {{ for a brace");
    *text = at + length + 2;
    return add_place(reader, at + 1, length);
}

bool load_template(const struct load *load, const struct load_place *place, json_t *value,
                   const struct rule_condition *when, struct rule_template **compiled) {
    struct reader reader;
    const char *text;
    reader.load = load;
    reader.place = place;
    reader.when = when;
    reader.count = 0;
    if (!load_text(load, place, value, &text)) return false;
    if (!text_is_clean(text))
        return load_fail(load, place, "holds a control or invisible character; take it out, a text is one line");
    while (*text != '\0')
        if (!read_part(&reader, &text)) return false;
    size_t size = reader.count * sizeof(reader.parts[0]);
    struct rule_template *copy = rule_memory_get(load->memory, sizeof(*copy) + size);
    if (copy == NULL) return load_fail_memory(load);
    copy->count = reader.count;
    memcpy(copy->parts, reader.parts, size);
    *compiled = copy;
    return true;
}

static bool part_fill(const struct template_part *part, const struct facts *facts, struct text_writer *writer) {
    if (part->place && rule_fact_format(facts, part->fact, writer)) return true;
    if (part->text == NULL) return false;
    text_append(writer, part->text);
    return true;
}

bool rule_template_fill(const struct rule_template *template, const struct facts *facts, struct text_writer *writer) {
    struct text_writer before = *writer;
    for (unsigned i = 0; i < template->count; i++) {
        if (part_fill(&template->parts[i], facts, writer)) continue;
        *writer = before;
        writer->data[writer->length] = '\0';
        return false;
    }
    return true;
}
