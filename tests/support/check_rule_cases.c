/* check_rule_cases RULES ... -- CASES ...: every rule explains the facts of its case, and not those of its near miss.
 *
 * A file of cases: {"given": {name: {fact: value}}, "cases": [{"rule": id, "given": name, "fires": {fact: value},
 * "near_miss": {fact: value or null}, "then": id or null}]}. The facts that fire are those given, with "fires" laid
 * over them; the near miss is these with "near_miss" laid over, where null takes a fact away. "then" says which rule
 * explains the near miss (null: none does); without it, any other. A rule without a case is an error. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag/diag.h"
#include "facts/connection.h"
#include "facts/version.h"

#define FILE_CAP ((size_t)4 << 20)
#define SEEN_CAP 4096 /* rules; the table holds fewer */

static struct facts facts;
static struct diag diag;
static unsigned wrong;

#define complain(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), wrong++)

static void list_set(enum fact fact, enum fact_type type, const json_t *value) {
    size_t i;
    const json_t *item;
    facts_list_begin(&facts, fact);
    json_array_foreach(value, i, item) {
        const char *text = json_string_value(item);
        if (type == FACT_TYPE_NAMES)
            facts_list_add_name(&facts, fact, text);
        else
            facts_list_add_text(&facts, fact, text, strlen(text));
    }
}

static bool version_set(enum fact fact, const json_t *value) {
    uint16_t version;
    if (!json_is_string(value) || !fact_version_by_name(json_string_value(value), &version)) return false;
    facts_set_version(&facts, fact, version);
    return true;
}

/* Sets a fact that is a word, a text or a list; false for a value of another type, or a word that does not exist. */
static bool text_set(enum fact fact, enum fact_type type, const json_t *value) {
    const char *text = json_string_value(value);
    if (fact_type_is_list(type)) {
        if (!json_is_array(value)) return false;
        list_set(fact, type, value);
        return true;
    }
    if (text == NULL) return false;
    if (type == FACT_TYPE_TEXT) {
        facts_set_text(&facts, fact, text, strlen(text));
        return true;
    }
    if (!fact_word_is_known(fact, text)) return false;
    facts_set_name(&facts, fact, text);
    return true;
}

static bool fact_set(enum fact fact, const json_t *value) {
    enum fact_type type = fact_describe(fact)->type;
    if (json_is_null(value)) {
        facts.value[fact].present = false;
        return true;
    }
    if (type == FACT_TYPE_VERSION) return version_set(fact, value);
    if (type == FACT_TYPE_NAME || type == FACT_TYPE_TEXT || fact_type_is_list(type)) return text_set(fact, type, value);
    if (type == FACT_TYPE_BOOLEAN) {
        facts_set_boolean(&facts, fact, json_is_true(value));
        return json_is_boolean(value);
    }
    if (!json_is_number(value)) return false;
    if (type == FACT_TYPE_INTEGER) facts_set_integer(&facts, fact, json_integer_value(value));
    if (type == FACT_TYPE_MILLISECONDS) facts_set_milliseconds(&facts, fact, (int64_t)(json_number_value(value) * 1e6));
    if (type == FACT_TYPE_MOMENT) facts_set_moment(&facts, fact, json_integer_value(value));
    return true;
}

/* Lays the facts of OBJECT (NULL: none) over those that are set. */
static void facts_lay(const json_t *object, const char *rule) {
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value) {
        enum fact fact;
        if (!fact_by_name(name, &fact))
            complain("%s: there is no fact %s", rule, name);
        else if (!fact_set(fact, value))
            complain("%s: %s cannot have this value", rule, name);
    }
}

static void facts_connect(void) {
    static const struct facts_endpoint client = {"192.0.2.5", 51234}, server = {"198.51.100.7", 443};
    facts_set_connection(&facts, &client, &server, NULL);
}

static bool matches(const struct rule_table *table, const char *id) {
    const struct rule *found[RULE_MATCHES_CAP];
    unsigned count = rule_table_match(table, &facts, found);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(found[i]->id, id) == 0) return true;
    return false;
}

static const char *explains(const struct rule_table *table) {
    diag_judge(&diag, &facts, table);
    return diag.rule != NULL ? diag.rule->id : "nothing";
}

static void case_check(const struct rule_table *table, const json_t *givens, const json_t *test) {
    const char *id = json_string_value(json_object_get(test, "rule"));
    const json_t *given = json_object_get(givens, json_string_value(json_object_get(test, "given")));
    const json_t *near_miss = json_object_get(test, "near_miss"), *then = json_object_get(test, "then");
    if (given == NULL) complain("%s: what is given is not defined", id);
    if (json_object_size(near_miss) == 0) complain("%s: there is no near miss", id);
    facts_reset(&facts);
    facts_lay(given, id);
    facts_lay(json_object_get(test, "fires"), id);
    facts_connect();
    if (strcmp(explains(table), id) != 0) complain("%s: its facts are explained by %s", id, explains(table));
    if (diag.rule != NULL && (diag.evidence_count == 0 || diag.message[0] == '\0' || diag.advice[0] == '\0'))
        complain("%s: message, evidence or advice does not come out", id);
    facts_lay(near_miss, id);
    if (matches(table, id)) complain("%s: matches its near miss", id);
    const char *other = json_is_string(then) ? json_string_value(then) : "nothing";
    if (then != NULL && strcmp(explains(table), other) != 0)
        complain("%s: its near miss is explained by %s, not by %s", id, explains(table), other);
}

static bool rules_add(struct rule_table *table, const char *path) {
    static char text[FILE_CAP];
    char error[1024];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return false;
    size_t length = fread(text, 1, FILE_CAP, file);
    fclose(file);
    if (rule_table_add(table, path, text, length, false, error, sizeof error)) return true;
    complain("%s", error);
    return false;
}

/* Checks the cases of one file and notes in SEEN which rules have one. */
static void cases_check(const struct rule_table *table, const char *path, bool *seen) {
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    const json_t *test;
    size_t i;
    if (document == NULL) complain("%s:%d: %s", path, error.line, error.text);
    json_array_foreach(json_object_get(document, "cases"), i, test) {
        const char *id = json_string_value(json_object_get(test, "rule"));
        bool known = false;
        for (unsigned rule = 0; id != NULL && rule < rule_table_count(table); rule++) {
            if (strcmp(rule_table_get(table, rule)->id, id) != 0) continue;
            known = seen[rule] = true;
        }
        if (known)
            case_check(table, json_object_get(document, "given"), test);
        else
            complain("%s: case %zu is about a rule that does not exist", path, i);
    }
    facts_reset(&facts); /* names in it belong to the document */
    json_decref(document);
}

int main(int count, char **arguments) {
    struct rule_table *table = rule_table_new();
    bool *seen = calloc(SEEN_CAP, sizeof *seen);
    if (table == NULL || seen == NULL) return EXIT_FAILURE;
    int at = 1;
    for (; at < count && strcmp(arguments[at], "--") != 0; at++)
        if (!rules_add(table, arguments[at])) complain("%s: cannot be read", arguments[at]);
    for (at++; at < count; at++)
        cases_check(table, arguments[at], seen);
    for (unsigned rule = 0; rule < rule_table_count(table); rule++)
        if (!seen[rule]) complain("%s: has no case", rule_table_get(table, rule)->id);
    printf("%u rules, %u complaints\n", rule_table_count(table), wrong);
    bool empty = rule_table_count(table) == 0;
    free(seen);
    rule_table_free(table);
    return wrong == 0 && !empty ? EXIT_SUCCESS : EXIT_FAILURE;
}
