/* One rule out of its JSON object: a table of keys, each with a reader of its own. */
#include "load.h"

#include <string.h>

#include "condition.h"

#define RANK_MOST 1000

/* Reads VALUE into the member of RULE that belongs to its key. */
typedef bool (*key_reader)(struct load *load, const struct load_place *place, json_t *value, struct rule *rule);

static bool read_copy(const struct load *load, const struct load_place *place, json_t *value, const char **target) {
    const char *text;
    if (!load_text(load, place, value, &text)) return false;
    if (!text_is_clean(text))
        return load_fail(load, place, "holds a control or invisible character; take it out, a text is one line");
    *target = rule_memory_copy(load->memory, text, strlen(text));
    return *target != NULL || load_fail_memory(load);
}

static bool read_id(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    if (!read_copy(load, place, value, &rule->id)) return false;
    if (rule->id[strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        return load_fail(load, place, "has to consist of small letters, digits and hyphens");
    load->rule = rule->id;
    return true;
}

static bool read_name(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_copy(load, place, value, &rule->name);
}

static bool read_description(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_copy(load, place, value, &rule->description);
}

static bool read_reference(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_copy(load, place, value, &rule->reference);
}

static bool read_nel_type(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_copy(load, place, value, &rule->nel_type);
}

bool load_cause(const struct load *load, const struct load_place *place, json_t *value, const char **cause) {
    const char *text;
    if (!load_text(load, place, value, &text)) return false;
    for (unsigned i = 0; rule_causes[i] != NULL; i++) {
        if (strcmp(rule_causes[i], text) != 0) continue;
        *cause = rule_causes[i];
        return true;
    }
    return load_fail(load, place, "there is no cause %s; docs/causes.md lists them all", text);
}

static bool read_cause(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return load_cause(load, place, value, &rule->cause);
}

static bool read_confidence(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    const char *text = json_string_value(value);
    for (unsigned i = RULE_INFERRED; text != NULL && i <= RULE_CONFIRMED; i++) {
        rule->confidence = (enum rule_confidence)i;
        if (strcmp(rule_confidence_name(rule->confidence), text) == 0) return true;
    }
    return load_fail(load, place, "has to be \"observed\", \"inferred\" or \"confirmed\"");
}

static bool read_at_fault(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    const char *text = json_string_value(value);
    for (unsigned i = RULE_FAULT_CLIENT; text != NULL && i <= RULE_FAULT_UNKNOWN; i++) {
        rule->at_fault = (enum rule_fault)i;
        if (strcmp(rule_fault_name(rule->at_fault), text) == 0) return true;
    }
    return load_fail(load, place, "has to be \"client\", \"server\", \"path\" or \"unknown\"");
}

static bool read_rank(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    json_int_t rank = json_integer_value(value);
    if (!json_is_integer(value) || rank < 0 || rank > RANK_MOST)
        return load_fail(load, place, "has to be a whole number from 0 to %d", RANK_MOST);
    rule->rank = (int)rank;
    return true;
}

static bool read_flag(const struct load *load, const struct load_place *place, json_t *value, bool *flag) {
    if (!json_is_boolean(value)) return load_fail(load, place, "has to be true or false");
    *flag = json_is_true(value);
    return true;
}

static bool read_narrows(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_flag(load, place, value, &rule->narrows);
}

static bool read_unfinished(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_flag(load, place, value, &rule->unfinished);
}

static bool read_suspect(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return read_flag(load, place, value, &rule->suspect);
}

static bool read_when(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return load_condition(load, place, value, &rule->when);
}

static bool read_message(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return load_template(load, place, value, rule->when, &rule->message);
}

static bool read_advice(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    return load_template(load, place, value, rule->when, &rule->advice);
}

static bool read_evidence(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count == 0 || count > RULE_EVIDENCE_CAP)
        return load_fail(load, place, "has to be a list of 1 to %d texts", RULE_EVIDENCE_CAP);
    for (size_t i = 0; i < count; i++) {
        struct load_place inner = {.above = place, .index = i};
        if (!load_template(load, &inner, json_array_get(value, i), NULL, &rule->evidence[i])) return false;
    }
    rule->evidence_count = (unsigned)count;
    return true;
}

/* {"cause": "...", "because": "..."}, of a cause that was not named before. */
static bool read_alternative(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    struct load_place cause_place = {.above = place, .key = "cause"},
                      because_place = {.above = place, .key = "because"};
    json_t *cause = json_object_get(value, "cause"), *because = json_object_get(value, "because");
    if (cause == NULL || because == NULL || json_object_size(value) != 2)
        return load_fail(load, place, "has to be an object of exactly cause and because");
    unsigned position = rule->alternative_count;
    if (!load_cause(load, &cause_place, cause, &rule->alternatives[position].cause)) return false;
    const char *name = rule->alternatives[position].cause;
    bool repeated = strcmp(name, rule->cause) == 0;
    for (unsigned i = 0; i < position; i++)
        repeated = repeated || strcmp(name, rule->alternatives[i].cause) == 0;
    if (repeated) return load_fail(load, &cause_place, "%s is named twice in this rule; leave one out", name);
    rule->alternative_count++;
    return load_template(load, &because_place, because, rule->when, &rule->alternatives[position].because);
}

static bool read_alternatives(struct load *load, const struct load_place *place, json_t *value, struct rule *rule) {
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count > RULE_EVIDENCE_CAP)
        return load_fail(load, place, "has to be a list of at most %d objects of cause and because", RULE_EVIDENCE_CAP);
    for (size_t i = 0; i < count; i++) {
        struct load_place inner = {.above = place, .index = i};
        if (!read_alternative(load, &inner, json_array_get(value, i), rule)) return false;
    }
    return true;
}

/* In the order of reading: what a reader looks at in the rule stands before it. */
static const struct {
    const char *name;
    bool required;
    key_reader read;
} keys[] = {
    {"id", true, read_id},
    {"name", true, read_name},
    {"description", true, read_description},
    {"cause", true, read_cause},
    {"confidence", true, read_confidence},
    {"at_fault", true, read_at_fault},
    {"rank", true, read_rank},
    {"narrows", true, read_narrows},
    {"unfinished", false, read_unfinished},
    {"suspect", false, read_suspect},
    {"when", true, read_when},
    {"message", true, read_message},
    {"evidence", true, read_evidence},
    {"alternatives", false, read_alternatives},
    {"advice", true, read_advice},
    {"reference", false, read_reference},
    {"nel_type", false, read_nel_type},
};

static bool key_is_known(const char *key) {
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        if (strcmp(keys[i].name, key) == 0) return true;
    return false;
}

bool load_rule(struct load *load, json_t *object, struct rule *rule) {
    const char *key;
    json_t *value;
    if (!json_is_object(object)) return load_fail(load, NULL, "a rule has to be an object");
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        struct load_place place = {.key = keys[i].name};
        value = json_object_get(object, keys[i].name);
        if (value == NULL && keys[i].required) return load_fail(load, &place, "is missing; every rule needs it");
        if (value != NULL && !keys[i].read(load, &place, value, rule)) return false;
    }
    json_object_foreach(object, key, value) {
        struct load_place place = {.key = key};
        if (!key_is_known(key)) return load_fail(load, &place, "is no key of a rule; docs/rules.md lists them all");
    }
    return true;
}
