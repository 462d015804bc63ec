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

/* True where one of the conditions below GROUP requires FACT, or where none does, as ANSWER says. */
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
