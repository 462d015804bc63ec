/* The table: rules of all files, best first. */
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "load.h"
#include "rule/rule.h"
#include "sieve.h"

#define RULES_CAP 4096

struct entry {
    const struct rule *rule; /* in the table's memory */
    struct sieve sieve;      /* of its condition */
};

struct rule_table {
    struct rule_memory memory;
    struct entry *entries; /* by compare_entries() */
    unsigned count;
};

struct rule_table *rule_table_new(void) {
    return calloc(1, sizeof(struct rule_table));
}

void rule_table_free(struct rule_table *table) {
    if (table == NULL) return;
    rule_memory_done(&table->memory);
    free(table->entries);
    free(table);
}

unsigned rule_table_count(const struct rule_table *table) {
    return table->count;
}

const struct rule *rule_table_get(const struct rule_table *table, unsigned position) {
    return table->entries[position].rule;
}

/* What explains best comes first: rank, then confidence, then id. */
static int compare_entries(const void *left, const void *right) {
    const struct rule *a = ((const struct entry *)left)->rule, *b = ((const struct entry *)right)->rule;
    if (a->rank != b->rank) return a->rank > b->rank ? -1 : 1;
    if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
    return strcmp(a->id, b->id);
}

/* The rule with ID among COUNT entries; NULL where there is none. */
static struct entry *entry_find(struct entry *entries, unsigned count, const char *id) {
    for (unsigned i = 0; i < count; i++)
        if (strcmp(entries[i].rule->id, id) == 0) return &entries[i];
    return NULL;
}

/* Puts RULE among *COUNT entries, those of the file included, in place of one that it overrides. */
static bool entry_place(const struct load *load, struct entry *entries, unsigned *count, const struct rule *rule,
                        bool override) {
    static const struct load_place place = {.key = "id"};
    struct entry *same = entry_find(entries, *count, rule->id);
    if (same != NULL && same->rule->file == rule->file)
        return load_fail(load, &place, "this file has a rule of that id already; give one of them another");
    if (same != NULL && !override)
        return load_fail(load, &place, "%s has a rule of that id already; give one of them another", same->rule->file);
    if (same == NULL) same = &entries[(*count)++];
    *same = (struct entry){.rule = rule, .sieve = sieve_of_condition(rule->when)};
    return true;
}

static bool read_rules(struct load *load, json_t *list, struct entry *entries, unsigned *count, bool override) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct rule *rule = rule_memory_get(load->memory, sizeof(*rule));
        load->rule = NULL;
        load->position = i + 1;
        if (rule == NULL) return load_fail_memory(load);
        rule->file = load->file;
        if (!load_rule(load, json_array_get(list, i), rule)) return false;
        if (!entry_place(load, entries, count, rule, override)) return false;
    }
    return true;
}

/* The keys of the file itself; *LIST is its array of rules. */
static bool read_file(const struct load *load, json_t *root, json_t **list) {
    static const struct load_place family = {.key = "family"}, description = {.key = "description"},
                                   rules = {.key = "rules"};
    const char *key, *text;
    json_t *value;
    if (!json_is_object(root)) return load_fail(load, NULL, "has to hold an object of family, description and rules");
    json_object_foreach(root, key, value) {
        struct load_place place = {.key = key};
        if (strcmp(key, "family") != 0 && strcmp(key, "description") != 0 && strcmp(key, "rules") != 0)
            return load_fail(load, &place, "is no key of a rule file; it takes family, description and rules");
    }
    if (!load_text(load, &family, json_object_get(root, "family"), &text)) return false;
    if (!load_text(load, &description, json_object_get(root, "description"), &text)) return false;
    *list = json_object_get(root, "rules");
    if (!json_is_array(*list) || json_array_size(*list) == 0)
        return load_fail(load, &rules, "has to be a list of at least one rule");
    return true;
}

/* Reads ROOT's rules into a copy of the table's list and changes the table only when all is well. */
static bool table_read(struct rule_table *table, struct load *load, json_t *root, bool override) {
    json_t *list = NULL;
    if (!read_file(load, root, &list)) return false;
    size_t room = table->count + json_array_size(list);
    if (room > RULES_CAP) return load_fail(load, NULL, "makes it more than %d rules; take some out", RULES_CAP);
    struct entry *entries = malloc(room * sizeof(*entries));
    unsigned count = table->count;
    if (entries == NULL) return load_fail_memory(load);
    if (count > 0) memcpy(entries, table->entries, count * sizeof(*entries));
    if (!read_rules(load, list, entries, &count, override)) {
        free(entries);
        return false;
    }
    qsort(entries, count, sizeof(*entries), compare_entries);
    free(table->entries);
    table->entries = entries;
    table->count = count;
    rule_memory_join(&table->memory, load->memory);
    return true;
}

bool rule_table_add(struct rule_table *table, const char *file, const char *text, size_t length, bool override,
                    char *error, size_t size) {
    struct rule_memory memory = {.chunks = NULL};
    struct text_writer complaint = text_writer_over(error, size);
    struct load load = {.file = file, .memory = &memory, .complaint = &complaint};
    json_error_t wrong;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    const char *kept = rule_memory_copy(&memory, file, strlen(file));
    bool fine = false;
    if (kept == NULL) {
        load_fail_memory(&load);
    } else if (root == NULL) {
        load_fail(&load, NULL, "is not JSON that can be read: line %d, column %d: %s", wrong.line, wrong.column,
                  wrong.text);
    } else {
        load.file = kept;
        fine = table_read(table, &load, root, override);
    }
    json_decref(root);
    rule_memory_done(&memory);
    return fine;
}

unsigned rule_table_match(const struct rule_table *table, const struct facts *facts,
                          const struct rule *matches[RULE_MATCHES_CAP]) {
    struct sieve seen = sieve_of_facts(facts);
    unsigned found = 0;
    for (unsigned i = 0; i < table->count && found < RULE_MATCHES_CAP; i++) {
        const struct entry *entry = &table->entries[i];
        if (sieve_passes(&entry->sieve, &seen) && condition_holds(entry->rule->when, facts))
            matches[found++] = entry->rule;
    }
    return found;
}
