/* The rule table: loaded from JSON, compiled, matched against facts. Sees facts and nothing else.
 * The language is described in docs/rules.md. */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "facts/facts.h"

enum rule_confidence { RULE_INFERRED, RULE_OBSERVED, RULE_CONFIRMED };
const char *rule_confidence_name(enum rule_confidence confidence);

enum rule_fault { RULE_FAULT_CLIENT, RULE_FAULT_SERVER, RULE_FAULT_PATH, RULE_FAULT_UNKNOWN };
const char *rule_fault_name(enum rule_fault fault);

#define RULE_EVIDENCE_CAP 8

struct rule_condition; /* private */
struct rule_template;  /* private: a text with {fact.name|default} places, compiled */

struct rule {
    const char *id, *name, *description, *reference; /* reference may be NULL */
    const char *cause;                               /* an id of docs/causes.md */
    const char *nel_type;                            /* Network Error Logging type, NULL where none fits */
    enum rule_confidence confidence;
    enum rule_fault at_fault;
    int rank;     /* of the rules that match, the highest explains */
    bool narrows; /* the cause says why, not just that (event severity) */
    bool suspect; /* about a handshake that was completed and then left (causes.md, "The grey zone"): never a failure */
    bool unfinished; /* explains a handshake whose end was not seen, too */
    struct rule_condition *when;
    struct rule_template *message, *advice;
    struct rule_template *evidence[RULE_EVIDENCE_CAP];
    unsigned evidence_count;
    struct {
        const char *cause;
        struct rule_template *because;
    } alternatives[RULE_EVIDENCE_CAP];
    unsigned alternative_count; /* causes that this one cannot tell itself from */
    const char *file;
};

struct rule_table;

/* An empty table; NULL where memory is short. */
MUST_USE struct rule_table *rule_table_new(void);
void rule_table_free(struct rule_table *table);

/* Adds the rules of one file: FILE is its name for messages, TEXT its content. A rule with an id that an earlier FILE
 * defined replaces it where OVERRIDE is set, and is an error otherwise, as is a duplicate within the file. On false the
 * table is as before and ERROR says file, rule and place in one sentence. */
MUST_USE bool rule_table_add(struct rule_table *table, const char *file, const char *text, size_t length, bool override,
                             char *error, size_t size);

unsigned rule_table_count(const struct rule_table *table);
/* The rules in the order of rule_table_match(): POSITION counts from 0 and is below the count. */
const struct rule *rule_table_get(const struct rule_table *table, unsigned position);

/* What one fact looks like in a sentence, cleaned; false (nothing written) where it is absent. */
MUST_USE bool rule_fact_format(const struct facts *facts, enum fact fact, struct text_writer *writer);

/* Fills a template; false where a place without a default has no fact (the writer is then as it was). */
MUST_USE bool rule_template_fill(const struct rule_template *template, const struct facts *facts,
                                 struct text_writer *writer);

#define RULE_MATCHES_CAP 16
/* The rules that match FACTS, best first (rank, then confidence, then id); returns how many, at most RULE_MATCHES_CAP.
 */
unsigned rule_table_match(const struct rule_table *table, const struct facts *facts,
                          const struct rule *matches[RULE_MATCHES_CAP]);

/* All cause ids of the contract, NULL-terminated: a rule with another cause is an error. */
extern const char *const rule_causes[];

#endif
