/* From a "when" object to a compiled condition. */
#include <string.h>

#include "condition.h"
#include "facts/version.h"
#include "load.h"

#define NODES_CAP    128
#define DEPTH_CAP    8
#define OPERANDS_CAP 1024

/* Nodes are gathered here and copied to their final size at the end. */
struct compiler {
    const struct load *load;
    unsigned count, depth;
    struct rule_condition nodes[NODES_CAP];
};

/* What a value for a fact of each type looks like, for complaints. */
static const char *const value_forms[] = {
    [FACT_TYPE_BOOLEAN] = "true or false",
    [FACT_TYPE_INTEGER] = "a whole number",
    [FACT_TYPE_VERSION] = "a version in quotes, such as \"1.2\" or \"SSL 3.0\"",
    [FACT_TYPE_NAME] = "a word in quotes",
    [FACT_TYPE_TEXT] = "a text in quotes",
    [FACT_TYPE_NAMES] = "a word in quotes",
    [FACT_TYPE_TEXTS] = "a text in quotes",
    [FACT_TYPE_MILLISECONDS] = "a number of milliseconds",
    [FACT_TYPE_MOMENT] = "a whole number of seconds since 1970",
};

static struct rule_condition *node_add(struct compiler *compiler, const struct load_place *place,
                                       enum condition_kind kind) {
    if (compiler->count == NODES_CAP) {
        load_fail(compiler->load, place, "is one condition too many; a rule takes %d, split it in two", NODES_CAP);
        return NULL;
    }
    struct rule_condition *node = &compiler->nodes[compiler->count++];
    *node = (struct rule_condition){.kind = kind, .span = 1};
    return node;
}

/* To be called when all that is below NODE has been added. */
static void node_close(const struct compiler *compiler, struct rule_condition *node) {
    node->span = (uint16_t)(&compiler->nodes[compiler->count] - node);
}

static bool fail_value(const struct load *load, const struct load_place *place, enum fact_type type) {
    return load_fail(load, place, "has to be %s, since the fact is of type %s", value_forms[type],
                     fact_type_name(type));
}

/* One value for a fact with a number inside. */
static bool read_integer(const struct load *load, const struct load_place *place, json_t *value, enum fact_type type,
                         int64_t *integer) {
    uint16_t version;
    const char *text = json_string_value(value);
    if (type == FACT_TYPE_VERSION && text != NULL && fact_version_by_name(text, &version))
        *integer = version;
    else if (type == FACT_TYPE_BOOLEAN && json_is_boolean(value))
        *integer = json_is_true(value);
    else if ((type == FACT_TYPE_INTEGER || type == FACT_TYPE_MOMENT) && json_is_integer(value))
        *integer = json_integer_value(value);
    else
        return fail_value(load, place, type);
    return true;
}

/* One value for a fact of words, copied. */
static bool read_word(const struct load *load, const struct load_place *place, json_t *value, enum fact fact,
                      const char **word) {
    enum fact_type type = fact_describe(fact)->type;
    const char *text = json_string_value(value);
    if (text == NULL || text[0] == '\0') return fail_value(load, place, type);
    *word = rule_memory_copy(load->memory, text, strlen(text));
    return *word != NULL || load_fail_memory(load);
}

static bool type_is_number(enum fact_type type) {
    return type == FACT_TYPE_BOOLEAN || type == FACT_TYPE_INTEGER || type == FACT_TYPE_VERSION ||
           type == FACT_TYPE_MOMENT;
}

/* The COUNT operands of NODE: members of VALUE where it is a list, VALUE itself otherwise. */
static bool read_operands(const struct load *load, const struct load_place *place, json_t *value, size_t count,
                          struct rule_condition *node) {
    enum fact fact = (enum fact)node->fact;
    enum fact_type type = fact_describe(fact)->type;
    bool list = json_is_array(value), numbers = type_is_number(type);
    int64_t *integers = rule_memory_get(load->memory, count * sizeof(*integers));
    const char **texts = rule_memory_get(load->memory, count * sizeof(*texts));
    if (integers == NULL || texts == NULL) return load_fail_memory(load);
    for (size_t i = 0; i < count; i++) {
        struct load_place inner = {.above = place, .index = i};
        const struct load_place *where = list ? &inner : place;
        json_t *one = list ? json_array_get(value, i) : value;
        bool fine =
            numbers ? read_integer(load, where, one, type, &integers[i]) : read_word(load, where, one, fact, &texts[i]);
        if (!fine) return false;
    }
    node->count = (uint16_t)count;
    if (numbers)
        node->operand.integers = integers;
    else
        node->operand.texts = texts;
    return true;
}

/* A word that the fact never is would be a condition that never holds: a slip of the pen. */
static bool check_words(const struct load *load, const struct load_place *place, const struct rule_condition *node) {
    enum fact fact = (enum fact)node->fact;
    if (fact_words(fact) == NULL) return true;
    for (unsigned i = 0; i < node->count; i++)
        if (!fact_word_is_known(fact, node->operand.texts[i]))
            return load_fail(load, place, "%s is never %s; docs/rules.md lists its words", fact_describe(fact)->name,
                             node->operand.texts[i]);
    return true;
}

/* Operands of an operator that takes one value, a list, or either. */
static bool read_values(const struct load *load, const struct load_place *place, json_t *value,
                        enum condition_operand form, struct rule_condition *node) {
    enum fact_type type = fact_describe((enum fact)node->fact)->type;
    bool list = json_is_array(value);
    size_t count = list ? json_array_size(value) : 1;
    if (form == OPERAND_LIST && !list) return load_fail(load, place, "has to be a list, as in [\"a\", \"b\"]");
    if (form == OPERAND_ONE && list) return load_fail(load, place, "takes one value, not a list");
    if (count == 0) return load_fail(load, place, "is an empty list; name at least one value");
    if (count > OPERANDS_CAP) return load_fail(load, place, "lists too many values; %d is the most", OPERANDS_CAP);
    if (type != FACT_TYPE_MILLISECONDS)
        return read_operands(load, place, value, count, node) &&
               (form == OPERAND_PARTS || check_words(load, place, node));
    if (!json_is_number(value)) return fail_value(load, place, type);
    node->operand.real = json_number_value(value);
    return true;
}

static bool read_presence(const struct load *load, const struct load_place *place, json_t *value,
                          struct rule_condition *node) {
    if (!json_is_boolean(value)) return load_fail(load, place, "has to be true or false");
    node->negated = json_is_false(value);
    node->when_absent = node->negated;
    return true;
}

static bool read_other_fact(const struct load *load, const struct load_place *place, json_t *value,
                            struct rule_condition *node) {
    const char *name = json_string_value(value);
    enum fact other;
    if (name == NULL) return load_fail(load, place, "has to be the name of a fact, in quotes");
    if (!fact_by_name(name, &other))
        return load_fail(load, place, "there is no fact %s; docs/rules.md lists them all", name);
    enum fact_type type = fact_describe((enum fact)node->fact)->type;
    if (fact_describe(other)->type != type)
        return load_fail(load, place, "%s is of type %s; compare with a fact of type %s", name,
                         fact_type_name(fact_describe(other)->type), fact_type_name(type));
    node->operand.other = other;
    node->compares = true;
    return true;
}

/* One operator with its operand: one test. */
static bool compile_operator(struct compiler *compiler, const struct load_place *place, enum fact fact,
                             const struct condition_operator *what, json_t *value) {
    struct rule_condition *node = node_add(compiler, place, CONDITION_TEST);
    if (node == NULL) return false;
    node->fact = (uint16_t)fact;
    node->test = what->test;
    node->negated = what->negated;
    if (what->operand == OPERAND_PRESENCE) return read_presence(compiler->load, place, value, node);
    if (what->operand == OPERAND_FACT) return read_other_fact(compiler->load, place, value, node);
    return read_values(compiler->load, place, value, what->operand, node);
}

/* An object of operators: all of them must hold. */
static bool compile_operators(struct compiler *compiler, const struct load_place *place, enum fact fact,
                              json_t *object) {
    enum fact_type type = fact_describe(fact)->type;
    const char *key;
    json_t *value;
    if (json_object_size(object) == 0)
        return load_fail(compiler->load, place, "holds no operator; write a value, or an operator such as present");
    json_object_foreach(object, key, value) {
        struct load_place inner = {.above = place, .key = key};
        const struct condition_operator *found = condition_operator_find(key, type);
        if (key[0] == '\0' || !condition_operator_exists(key))
            return load_fail(compiler->load, &inner, "is no operator; docs/rules.md lists them all");
        if (found == NULL)
            return load_fail(compiler->load, &inner,
                             "does not apply to facts of type %s; see the operators in docs/rules.md",
                             fact_type_name(type));
        if (!compile_operator(compiler, &inner, fact, found, value)) return false;
        if (compiler->nodes[compiler->count - 1].when_absent && json_object_size(object) > 1)
            return load_fail(compiler->load, &inner, "contradicts the other operators; let it stand alone");
    }
    return true;
}

/* A test of one fact: a value, a list of values, or an object of operators. */
static bool compile_test(struct compiler *compiler, const struct load_place *place, const char *name, json_t *value) {
    enum fact fact;
    if (!fact_by_name(name, &fact))
        return load_fail(compiler->load, place, "there is no such fact; docs/rules.md lists them all");
    if (json_is_object(value)) return compile_operators(compiler, place, fact, value);
    enum fact_type type = fact_describe(fact)->type;
    const struct condition_operator *equality = condition_operator_find("", type);
    if (equality != NULL) return compile_operator(compiler, place, fact, equality, value);
    const char *use = fact_type_is_list(type) ? "contains, contains_any, contains_all, only or not"
                                              : "at_least, at_most, above or below";
    return load_fail(compiler->load, place, "facts of type %s are not compared for equality; write an object with %s",
                     fact_type_name(type), use);
}

static bool compile_object(struct compiler *compiler, const struct load_place *place, json_t *value);

/* "all", "any": an array of condition objects; "not": one condition object. */
static bool compile_group(struct compiler *compiler, const struct load_place *place, enum condition_kind kind,
                          json_t *value) {
    struct rule_condition *node = node_add(compiler, place, kind);
    if (node == NULL) return false;
    if (kind == CONDITION_NOT) {
        if (!compile_object(compiler, place, value)) return false;
        node_close(compiler, node);
        return true;
    }
    if (!json_is_array(value) || json_array_size(value) == 0)
        return load_fail(compiler->load, place, "has to be a list of condition objects, as in [{...}, {...}]");
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct load_place inner = {.above = place, .index = i};
        if (!compile_object(compiler, &inner, json_array_get(value, i))) return false;
    }
    node_close(compiler, node);
    return true;
}

static const struct {
    const char *key;
    enum condition_kind kind;
} groups[] = {{"all", CONDITION_ALL}, {"any", CONDITION_ANY}, {"not", CONDITION_NOT}};

static bool compile_member(struct compiler *compiler, const struct load_place *place, const char *key, json_t *value) {
    for (size_t i = 0; i < ARRAY_LENGTH(groups); i++)
        if (strcmp(groups[i].key, key) == 0) return compile_group(compiler, place, groups[i].kind, value);
    return compile_test(compiler, place, key, value);
}

/* How much a member of a condition object costs to check: numbers, words, lists, groups. Which of two tests comes
 * first does not change what they say, so the cheap ones do. */
enum { COST_NUMBER, COST_WORD, COST_LIST, COST_GROUP, COST_COUNT };

static unsigned member_cost(const char *key) {
    enum fact fact;
    if (!fact_by_name(key, &fact)) return COST_GROUP;
    enum fact_type type = fact_describe(fact)->type;
    if (fact_type_is_list(type)) return COST_LIST;
    return type == FACT_TYPE_NAME || type == FACT_TYPE_TEXT ? COST_WORD : COST_NUMBER;
}

/* A condition object: all members must hold. */
static bool compile_object(struct compiler *compiler, const struct load_place *place, json_t *value) {
    const char *key;
    json_t *member;
    if (!json_is_object(value) || json_object_size(value) == 0)
        return load_fail(compiler->load, place, "has to be an object with at least one condition");
    if (compiler->depth == DEPTH_CAP)
        return load_fail(compiler->load, place, "is nested too deep; %d levels are the most", DEPTH_CAP);
    struct rule_condition *node = node_add(compiler, place, CONDITION_ALL);
    if (node == NULL) return false;
    compiler->depth++;
    for (unsigned cost = 0; cost < COST_COUNT; cost++) {
        json_object_foreach(value, key, member) {
            struct load_place inner = {.above = place, .key = key};
            if (member_cost(key) == cost && !compile_member(compiler, &inner, key, member)) return false;
        }
    }
    compiler->depth--;
    node_close(compiler, node);
    return true;
}

bool load_condition(const struct load *load, const struct load_place *place, json_t *value,
                    struct rule_condition **condition) {
    struct compiler compiler;
    compiler.load = load;
    compiler.count = compiler.depth = 0;
    if (!compile_object(&compiler, place, value)) return false;
    size_t size = compiler.count * sizeof(compiler.nodes[0]);
    struct rule_condition *copy = rule_memory_get(load->memory, size);
    if (copy == NULL) return load_fail_memory(load);
    memcpy(copy, compiler.nodes, size);
    *condition = copy;
    return true;
}
