/* The operators of the rule language: one table, one small test each. A test never sees an absent fact. */
#include <string.h>

#include "base/compiler.h"
#include "condition.h"

#define TYPE(name) (1U << FACT_TYPE_##name)
#define WHOLE      (TYPE(INTEGER) | TYPE(VERSION) | TYPE(MOMENT))
#define WORD       (TYPE(NAME) | TYPE(TEXT))
#define LIST       (TYPE(NAMES) | TYPE(TEXTS))
#define REAL       TYPE(MILLISECONDS)
#define SINGLE     (TYPE(BOOLEAN) | WHOLE | WORD)

#define TEST(name)                                                                                                     \
    static bool name(const struct rule_condition *condition, const struct fact_value *value, const struct facts *facts)

TEST(is_present) {
    (void)condition, (void)facts;
    return value->present;
}

TEST(equals_boolean) {
    (void)facts;
    for (unsigned i = 0; i < condition->count; i++)
        if (value->boolean == (condition->operand.integers[i] != 0)) return true;
    return false;
}

TEST(equals_whole) {
    (void)facts;
    for (unsigned i = 0; i < condition->count; i++)
        if (value->integer == condition->operand.integers[i]) return true;
    return false;
}

static bool is_operand(const struct rule_condition *condition, const char *text) {
    for (unsigned i = 0; i < condition->count; i++)
        if (strcmp(text, condition->operand.texts[i]) == 0) return true;
    return false;
}

TEST(equals_word) {
    (void)facts;
    return is_operand(condition, value->text);
}

TEST(at_least_whole) {
    (void)facts;
    return value->integer >= condition->operand.integers[0];
}

TEST(above_whole) {
    (void)facts;
    return value->integer > condition->operand.integers[0];
}

TEST(at_least_real) {
    (void)facts;
    return value->milliseconds >= condition->operand.real;
}

TEST(above_real) {
    (void)facts;
    return value->milliseconds > condition->operand.real;
}

TEST(starts_with) {
    (void)facts;
    for (unsigned i = 0; i < condition->count; i++)
        if (strncmp(value->text, condition->operand.texts[i], strlen(condition->operand.texts[i])) == 0) return true;
    return false;
}

TEST(contains_text) {
    (void)facts;
    for (unsigned i = 0; i < condition->count; i++)
        if (strstr(value->text, condition->operand.texts[i]) != NULL) return true;
    return false;
}

TEST(contains_any) {
    (void)facts;
    for (unsigned i = 0; i < value->list.count; i++)
        if (is_operand(condition, value->list.items[i])) return true;
    return false;
}

static bool list_has(const struct fact_list *list, const char *text) {
    for (unsigned i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0) return true;
    return false;
}

TEST(contains_all) {
    (void)facts;
    for (unsigned i = 0; i < condition->count; i++)
        if (!list_has(&value->list, condition->operand.texts[i])) return false;
    return true;
}

/* A list that was cut proves nothing about the items that are not there. */
TEST(contains_none) {
    return !value->list.truncated && !contains_any(condition, value, facts);
}

TEST(has_only) {
    (void)facts;
    if (value->list.truncated || value->list.count == 0) return false;
    for (unsigned i = 0; i < value->list.count; i++)
        if (!is_operand(condition, value->list.items[i])) return false;
    return true;
}

TEST(same_boolean) {
    const struct fact_value *other = &facts->value[condition->operand.other];
    return other->present && other->boolean == value->boolean;
}

TEST(same_whole) {
    const struct fact_value *other = &facts->value[condition->operand.other];
    return other->present && other->integer == value->integer;
}

TEST(same_word) {
    const struct fact_value *other = &facts->value[condition->operand.other];
    return other->present && strcmp(other->text, value->text) == 0;
}

static const struct condition_operator operators[] = {
    {"", TYPE(BOOLEAN), OPERAND_SOME, false, equals_boolean},
    {"", WHOLE, OPERAND_SOME, false, equals_whole},
    {"", WORD, OPERAND_SOME, false, equals_word},
    {"not", TYPE(BOOLEAN), OPERAND_SOME, true, equals_boolean},
    {"not", WHOLE, OPERAND_SOME, true, equals_whole},
    {"not", WORD, OPERAND_SOME, true, equals_word},
    {"not", LIST, OPERAND_SOME, false, contains_none},
    {"at_least", WHOLE, OPERAND_ONE, false, at_least_whole},
    {"at_least", REAL, OPERAND_ONE, false, at_least_real},
    {"at_most", WHOLE, OPERAND_ONE, true, above_whole},
    {"at_most", REAL, OPERAND_ONE, true, above_real},
    {"above", WHOLE, OPERAND_ONE, false, above_whole},
    {"above", REAL, OPERAND_ONE, false, above_real},
    {"below", WHOLE, OPERAND_ONE, true, at_least_whole},
    {"below", REAL, OPERAND_ONE, true, at_least_real},
    {"starts_with", WORD, OPERAND_PARTS, false, starts_with},
    {"contains", TYPE(TEXT), OPERAND_PARTS, false, contains_text},
    {"contains", LIST, OPERAND_ONE, false, contains_any},
    {"contains_any", LIST, OPERAND_LIST, false, contains_any},
    {"contains_all", LIST, OPERAND_LIST, false, contains_all},
    {"only", LIST, OPERAND_SOME, false, has_only},
    {"present", SINGLE | REAL | LIST, OPERAND_PRESENCE, false, is_present},
    {"same_as", TYPE(BOOLEAN), OPERAND_FACT, false, same_boolean},
    {"same_as", WHOLE, OPERAND_FACT, false, same_whole},
    {"same_as", WORD, OPERAND_FACT, false, same_word},
};

const struct condition_operator *condition_operator_find(const char *name, enum fact_type type) {
    for (size_t i = 0; i < ARRAY_LENGTH(operators); i++)
        if (strcmp(operators[i].name, name) == 0 && (operators[i].types & 1U << type) != 0) return &operators[i];
    return NULL;
}

bool condition_operator_exists(const char *name) {
    for (size_t i = 0; i < ARRAY_LENGTH(operators); i++)
        if (operators[i].name[0] != '\0' && strcmp(operators[i].name, name) == 0) return true;
    return false;
}
