/* Everything known about one handshake, flat and owned: the heart between reading and judging. */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum fact_type {
    FACT_TYPE_BOOLEAN,
    FACT_TYPE_INTEGER,
    FACT_TYPE_VERSION,
    FACT_TYPE_NAME,
    FACT_TYPE_TEXT,
    FACT_TYPE_NAMES,
    FACT_TYPE_TEXTS,
    FACT_TYPE_MILLISECONDS,
    FACT_TYPE_MOMENT,
};

enum fact {
#define FACT(identifier, name, type, description) FACT_##identifier,
#include "facts/facts.def"
#undef FACT
    FACT_COUNT
};

/* What a fact is called, of what type it is and what it says. */
struct fact_description {
    const char *name;
    enum fact_type type;
    const char *description;
};

const struct fact_description *fact_describe(enum fact fact);

/* False where no fact has that name. */
MUST_USE bool fact_by_name(const char *name, enum fact *fact);

/* "BOOLEAN", "TEXTS" ...: the types as facts.def and docs/rules.md write them. */
const char *fact_type_name(enum fact_type type);

/* NAMES or TEXTS. */
bool fact_type_is_list(enum fact_type type);

/* The words that a NAME or NAMES fact can be, NULL-terminated; NULL where the set is open (suites, groups ...). */
const char *const *fact_words(enum fact fact);

/* True where FACT can be WORD, as far as its set is fixed. */
bool fact_word_is_known(enum fact fact, const char *word);

#define FACTS_LIST_CAP   64
#define FACTS_TEXT_CAP   512 /* bytes of one text, NUL included */
#define FACTS_ARENA_SIZE 24576

struct fact_list {
    const char **items; /* in the arena */
    uint16_t count;
    bool truncated; /* there were more */
};

struct fact_value {
    bool present;
    union {
        bool boolean;
        int64_t integer; /* INTEGER, VERSION, MOMENT (seconds) */
        double milliseconds;
        const char *text; /* NAME: static; TEXT: in the arena */
        struct fact_list list;
    };
};

/* One handshake's facts. Large: keep one per engine and reset it, or put it on the heap. */
struct facts {
    struct fact_value value[FACT_COUNT];
    bool truncated;   /* a text or list was cut, or the arena was full */
    size_t used;      /* bytes at the front of the arena: items of lists */
    size_t text_used; /* bytes at its back: texts */
    _Alignas(max_align_t) char arena[FACTS_ARENA_SIZE];
};

/* Forgets everything. */
void facts_reset(struct facts *facts);

/* Setters; a type that is not the fact's own is a programming error and asserted. */
void facts_set_boolean(struct facts *facts, enum fact fact, bool value);
void facts_set_integer(struct facts *facts, enum fact fact, int64_t value);
void facts_set_version(struct facts *facts, enum fact fact, uint16_t version);
void facts_set_milliseconds(struct facts *facts, enum fact fact, int64_t nanoseconds);
void facts_set_moment(struct facts *facts, enum fact fact, int64_t seconds);
/* NAME must be static, and one of fact_words(); NULL leaves the fact absent. */
void facts_set_name(struct facts *facts, enum fact fact, const char *name);
/* Copies hostile bytes, cleaned (base/text.h) and cut to FACTS_TEXT_CAP. None at all, or an arena that is full, leave
 * the fact absent. */
void facts_set_text(struct facts *facts, enum fact fact, const void *bytes, size_t length);
/* Copies a text that is clean already; NULL or "" leaves the fact absent. */
void facts_set_clean_text(struct facts *facts, enum fact fact, const char *text);
/* Lists: begin makes the fact present and empty, add appends (NAMES: static; TEXTS: hostile bytes). An empty text is
 * passed over. Build one list after the other: adding to two in turn copies the one returned to. */
void facts_list_begin(struct facts *facts, enum fact fact);
void facts_list_add_name(struct facts *facts, enum fact fact, const char *name);
void facts_list_add_text(struct facts *facts, enum fact fact, const void *bytes, size_t length);

/* Getters for those who know the type; absent is false, 0 or NULL. */
bool facts_has(const struct facts *facts, enum fact fact);
bool facts_is(const struct facts *facts, enum fact fact);         /* present, BOOLEAN and true */
int64_t facts_integer(const struct facts *facts, enum fact fact); /* INTEGER, VERSION or MOMENT */
double facts_milliseconds(const struct facts *facts, enum fact fact);
const char *facts_text(const struct facts *facts, enum fact fact); /* NAME or TEXT */
const struct fact_list *facts_list(const struct facts *facts, enum fact fact);

#endif
