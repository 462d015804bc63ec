/* A JSON text under construction: a tree in one fixed piece of memory, measured, then written in one pass (pen.c).
 * Private to the room.
 *
 * jansson reads our rules and checks our events in the tests; writing an event with it takes several times what the
 * whole of the rest of a verdict may take (docs/decisions/0001-events-are-written-by-hand.md). */
#ifndef OUTPUT_DOCUMENT_H
#define OUTPUT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_NODES   512
#define DOCUMENT_SCRATCH 6144

enum node_kind { NODE_OBJECT, NODE_LIST, NODE_TEXT, NODE_INTEGER, NODE_THOUSANDTHS, NODE_BOOLEAN };

/* One value; KEY where it is a member of an object. Texts and keys are borrowed and must live as long as the document.
 * A node takes one line of cache: an event has some 300. */
struct node {
    struct node *next;
    struct node *first, *last; /* children */
    const char *key;
    const char *text;
    int64_t number;      /* INTEGER, THOUSANDTHS (1 is 0.001), BOOLEAN */
    uint32_t length;     /* of text, bytes */
    uint32_t width;      /* bytes as JSON; of OBJECT and LIST 0: node_measure() */
    uint32_t key_length; /* bytes */
    uint8_t kind;        /* enum node_kind */
    bool escapes;        /* the text has a quote or a backslash */
};

struct document {
    unsigned used; /* nodes */
    size_t scratch_used;
    bool full; /* something did not fit and was left out */
    struct node nodes[DOCUMENT_NODES];
    char scratch[DOCUMENT_SCRATCH];
};

/* An empty document; the arrays are not cleared. */
void document_init(struct document *document);

/* A new node of KIND; NULL (and full) where there is no room. */
struct node *document_node(struct document *document, enum node_kind kind);

/* A number of KIND; NULL (and full) where there is no room. */
struct node *document_number(struct document *document, enum node_kind kind, int64_t number);

/* A text of LENGTH bytes. What is not fit for JSON and terminals (base/text.h) is escaped into the scratch first. */
struct node *document_text(struct document *document, const char *text, size_t length);

/* A copy of LENGTH bytes that lives as long as the document; NULL (and full) where there is no room. */
char *document_copy(struct document *document, const char *text, size_t length);

/* Gives the text NODE the LENGTH bytes at TEXT, which are fit for JSON and terminals. */
void node_set_text(struct node *node, const char *text, size_t length);

/* Appends CHILD to an object (under KEY) or a list (KEY NULL); either may be NULL: then nothing happens. */
void node_append(struct node *parent, const char *key, struct node *child);

/* The member of an object whose key is the LENGTH bytes at KEY; NULL where there is none. */
struct node *node_member(const struct node *object, const char *key, size_t length);

/* Takes CHILD out of PARENT. */
void node_remove(struct node *parent, const struct node *child);

unsigned node_count(const struct node *parent);

/* The child at POSITION, counted from 0; NULL beyond the end. */
struct node *node_at(const struct node *parent, unsigned position);

/* How many bytes NODE has when it is written. */
size_t node_measure(const struct node *node);

/* Writes NODE into LINE, as far as CAPACITY bytes go, without a NUL. */
void node_write(const struct node *node, char *line, size_t capacity);

#endif
