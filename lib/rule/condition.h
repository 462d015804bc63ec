/* Compiled conditions: a tree laid out flat, each node directly before what is below it. */
#ifndef RULE_CONDITION_H
#define RULE_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"

struct rule_condition;

enum condition_kind { CONDITION_ALL, CONDITION_ANY, CONDITION_NOT, CONDITION_TEST };

/* Does FACTS's VALUE, which is present, pass CONDITION? */
typedef bool (*condition_test)(const struct rule_condition *condition, const struct fact_value *value,
                               const struct facts *facts);

struct rule_condition {
    enum condition_kind kind;
    uint16_t span; /* nodes: this one and all below it */

    /* CONDITION_TEST only */
    uint16_t fact;    /* enum fact */
    uint16_t count;   /* operands */
    bool negated;     /* passes where the test does not */
    bool when_absent; /* what it says about a fact that is not known */
    bool compares;    /* looks at a second fact: operand.other */
    condition_test test;
    union {
        const int64_t *integers; /* BOOLEAN, INTEGER, VERSION, MOMENT */
        const char *const *texts;
        double real;
        enum fact other;
    } operand;
};

/* True where FACTS meet CONDITION. */
bool condition_holds(const struct rule_condition *condition, const struct facts *facts);

/* True where CONDITION cannot hold without FACT being present. */
bool condition_requires(const struct rule_condition *condition, enum fact fact);

/* False where CONDITION cannot hold with the NAME fact FACT being WORD (NULL: absent), whatever the other facts are. */
bool condition_admits(const struct rule_condition *condition, enum fact fact, const char *word);

/* An operator of the language, for the facts of some types. */
struct condition_operator {
    const char *name; /* "" for a bare value, which means equality */
    unsigned types;   /* a bit for each enum fact_type */
    enum condition_operand {
        OPERAND_ONE,      /* a value */
        OPERAND_SOME,     /* a value or a list of values */
        OPERAND_LIST,     /* a list of values */
        OPERAND_PARTS,    /* a part of a value, or a list of parts */
        OPERAND_PRESENCE, /* true or false */
        OPERAND_FACT,     /* the name of another fact */
    } operand;
    bool negated;
    condition_test test;
};

/* The operator NAME for facts of TYPE; NULL where there is none. */
const struct condition_operator *condition_operator_find(const char *name, enum fact_type type);

/* True where NAME is an operator for some type. */
bool condition_operator_exists(const char *name);

#endif
