#include "condition.h"

static bool test_holds(const struct rule_condition *condition, const struct facts *facts) {
    const struct fact_value *value = &facts->value[condition->fact];
    if (!value->present) return condition->when_absent;
    return condition->test(condition, value, facts) != condition->negated;
}

/* True where one of the conditions below GROUP gives ANSWER. */
static bool some_answers(const struct rule_condition *group, const struct facts *facts, bool answer) {
    const struct rule_condition *end = group + group->span;
    for (const struct rule_condition *below = group + 1; below < end; below += below->span)
        if (condition_holds(below, facts) == answer) return true;
    return false;
}

bool condition_holds(const struct rule_condition *condition, const struct facts *facts) {
    switch (condition->kind) {
    case CONDITION_ALL:
        return !some_answers(condition, facts, false);
    case CONDITION_ANY:
        return some_answers(condition, facts, true);
    case CONDITION_NOT:
        return !condition_holds(condition + 1, facts);
    case CONDITION_TEST:
        return test_holds(condition, facts);
    }
    return false;
}

/* True where one of the conditions below GROUP requires FACT, or does not, as ANSWER says. */
static bool some_require(const struct rule_condition *group, enum fact fact, bool answer) {
    const struct rule_condition *end = group + group->span;
    for (const struct rule_condition *below = group + 1; below < end; below += below->span)
        if (condition_requires(below, fact) == answer) return true;
    return false;
}

bool condition_requires(const struct rule_condition *condition, enum fact fact) {
    switch (condition->kind) {
    case CONDITION_ALL:
        return some_require(condition, fact, true);
    case CONDITION_ANY:
        return !some_require(condition, fact, false);
    case CONDITION_NOT:
        return false;
    case CONDITION_TEST:
        return condition->fact == fact && !condition->when_absent;
    }
    return false;
}

/* True where one of the conditions below GROUP admits WORD, or does not, as ANSWER says. */
static bool some_admit(const struct rule_condition *group, enum fact fact, const char *word, bool answer) {
    const struct rule_condition *end = group + group->span;
    for (const struct rule_condition *below = group + 1; below < end; below += below->span)
        if (condition_admits(below, fact, word) == answer) return true;
    return false;
}

static bool test_admits(const struct rule_condition *condition, enum fact fact, const char *word) {
    if (condition->fact != fact) return true;
    if (word == NULL) return condition->when_absent;
    const struct fact_value value = {.present = true, .text = word};
    return condition->compares || condition->test(condition, &value, NULL) != condition->negated;
}

bool condition_admits(const struct rule_condition *condition, enum fact fact, const char *word) {
    switch (condition->kind) {
    case CONDITION_ALL:
        return !some_admit(condition, fact, word, false);
    case CONDITION_ANY:
        return some_admit(condition, fact, word, true);
    case CONDITION_NOT:
        return true; /* what is below may fail for another reason */
    case CONDITION_TEST:
        return test_admits(condition, fact, word);
    }
    return true;
}
