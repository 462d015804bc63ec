/* Memory of a rule table: handed out piece by piece, given back all at once. */
#ifndef RULE_MEMORY_H
#define RULE_MEMORY_H

#include <stddef.h>

#include "base/compiler.h"

struct rule_memory_chunk;

/* All zero is empty. */
struct rule_memory {
    struct rule_memory_chunk *chunks; /* the newest first */
};

/* SIZE zeroed bytes, aligned for anything; NULL where memory is short. */
MUST_USE void *rule_memory_get(struct rule_memory *memory, size_t size);

/* A copy of TEXT; NULL where memory is short. */
MUST_USE char *rule_memory_copy(struct rule_memory *memory, const char *text, size_t length);

/* Hands all that FROM holds over to MEMORY. */
void rule_memory_join(struct rule_memory *memory, struct rule_memory *from);

/* Gives everything back; MEMORY is empty afterwards. */
void rule_memory_done(struct rule_memory *memory);

#endif
