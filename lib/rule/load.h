/* What all readers of a rule file share: where they are, how they complain, where they keep things. */
#ifndef RULE_LOAD_H
#define RULE_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/text.h"
#include "memory.h"
#include "rule/rule.h"

/* One file being read. */
struct load {
    const char *file;
    const char *rule; /* id of the rule being read; NULL outside of rules and while it is not known */
    size_t position;  /* of this rule in its file, from 1; 0 outside of rules */
    struct rule_memory *memory;
    struct text_writer *complaint; /* empty until something is wrong; then nothing more is read */
};

/* A place in a JSON document: a chain from the inside out, kept on the readers' stacks. */
struct load_place {
    const struct load_place *above; /* NULL at the top of a rule, or of the file */
    const char *key;                /* NULL for a member of an array */
    size_t index;                   /* of that member, from 0 */
};

/* Writes "FILE: rule ID: PLACE: what is wrong; what to do"; false, always. */
bool load_fail(const struct load *load, const struct load_place *place, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same for memory that is short. */
bool load_fail_memory(const struct load *load);

/* A text of at least one character, borrowed from VALUE. */
MUST_USE bool load_text(const struct load *load, const struct load_place *place, json_t *value, const char **text);

/* True where NAME is a cause; complains otherwise. */
MUST_USE bool load_cause(const struct load *load, const struct load_place *place, json_t *value, const char **cause);

/* Compiles a "when" object; the condition lives in the load's memory. */
MUST_USE bool load_condition(const struct load *load, const struct load_place *place, json_t *value,
                             struct rule_condition **condition);

/* Compiles a template. A place without a default is an error unless WHEN requires its fact; WHEN may be NULL for a
 * text that is dropped where a fact is absent. */
MUST_USE bool load_template(const struct load *load, const struct load_place *place, json_t *value,
                            const struct rule_condition *when, struct rule_template **compiled);

/* Reads one rule out of its object into *RULE. */
MUST_USE bool load_rule(struct load *load, json_t *object, struct rule *rule);

#endif
