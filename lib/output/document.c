#include "document.h"

#include <string.h>

#include "base/text.h"

void document_init(struct document *document) {
    document->used = 0;
    document->scratch_used = 0;
    document->full = false;
}

struct node *document_node(struct document *document, enum node_kind kind) {
    if (document->used == DOCUMENT_NODES) {
        document->full = true;
        return NULL;
    }
    struct node *node = &document->nodes[document->used++];
    *node = (struct node){.kind = kind};
    return node;
}

char *document_copy(struct document *document, const char *text, size_t length) {
    if (length > DOCUMENT_SCRATCH - document->scratch_used) {
        document->full = true;
        return NULL;
    }
    char *copy = &document->scratch[document->scratch_used];
    memcpy(copy, text, length);
    document->scratch_used += length;
    return copy;
}

/* The same byte in all eight places of a word. */
#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Some byte of WORD is zero (Hacker's Delight, section 6-1). */
static bool has_zero(uint64_t word) {
    return ((word - EVERY(0x01)) & ~word & EVERY(0x80)) != 0;
}

/* Some byte of WORD is no printable ASCII: below 0x20, 0x7f, or above. */
static bool has_unprintable(uint64_t word) {
    return (((word - EVERY(0x20)) | word) & EVERY(0x80)) != 0 || has_zero(word ^ EVERY(0x7f));
}

/* What eight bytes of a text are. */
static void word_look(uint64_t word, bool *plain, bool *escapes) {
    *plain = *plain && !has_unprintable(word);
    *escapes = *escapes || has_zero(word ^ EVERY('"')) || has_zero(word ^ EVERY('\\'));
}

/* Nearly all texts are printable ASCII: then there is nothing to look at twice. *ESCAPES: JSON wants a backslash in it.
 * Eight bytes at a time; a shorter rest is filled up with blanks. */
static bool is_plain(const char *text, size_t length, bool *escapes) {
    bool plain = true;
    uint64_t word;
    *escapes = false;
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(&word, text, sizeof word);
        word_look(word, &plain, escapes);
    }
    word = EVERY(' ');
    memcpy(&word, text, length);
    word_look(word, &plain, escapes);
    return plain;
}

/* Escapes what must not reach a consumer; cut where it grows beyond 1023 bytes. */
static struct node *dirty_text(struct document *document, const char *text, size_t length) {
    char cleaned[1024];
    struct text_writer writer = text_writer_over(cleaned, sizeof cleaned);
    text_append_hostile(&writer, text, length);
    struct node *node = document_node(document, NODE_TEXT);
    if (node == NULL) return NULL;
    node->text = document_copy(document, cleaned, writer.length);
    node->escapes = true;
    node->length = node->text != NULL ? writer.length : 0;
    return node;
}

struct node *document_text(struct document *document, const char *text, size_t length) {
    bool escapes;
    if (!is_plain(text, length, &escapes) && !text_is_clean(text)) return dirty_text(document, text, length);
    struct node *node = document_node(document, NODE_TEXT);
    if (node == NULL) return NULL;
    node->text = text;
    node->length = length;
    node->escapes = escapes;
    return node;
}

void node_append(struct node *parent, const char *key, struct node *child) {
    if (parent == NULL || child == NULL) return;
    child->key = key;
    child->next = NULL;
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

struct node *node_member(const struct node *object, const char *key, size_t length) {
    struct node *child = object != NULL ? object->first : NULL;
    while (child != NULL && (child->key == NULL || strncmp(child->key, key, length) != 0 || child->key[length] != '\0'))
        child = child->next;
    return child;
}

void node_remove(struct node *parent, const struct node *child) {
    struct node *before = NULL, *node = parent->first;
    while (node != NULL && node != child) {
        before = node;
        node = node->next;
    }
    if (node == NULL) return;
    if (before != NULL)
        before->next = node->next;
    else
        parent->first = node->next;
    if (parent->last == node) parent->last = before;
}

unsigned node_count(const struct node *parent) {
    unsigned count = 0;
    for (const struct node *child = parent != NULL ? parent->first : NULL; child != NULL; child = child->next)
        count++;
    return count;
}

struct node *node_at(const struct node *parent, unsigned position) {
    struct node *child = parent != NULL ? parent->first : NULL;
    while (child != NULL && position-- > 0)
        child = child->next;
    return child;
}

/* Where the text goes; LENGTH counts on beyond the end. */
struct pen {
    char *line;
    size_t capacity, length;
};

static void pen_put(struct pen *pen, const char *bytes, size_t length) {
    if (pen->length < pen->capacity) {
        size_t room = pen->capacity - pen->length;
        memcpy(pen->line + pen->length, bytes, length < room ? length : room);
    }
    pen->length += length;
}

static void pen_put_character(struct pen *pen, char character) {
    pen_put(pen, &character, 1);
}

/* Control characters were escaped before they came here; what is left are quotes and backslashes. */
static void pen_put_escaped(struct pen *pen, const char *text, size_t length) {
    size_t begin = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '"' && text[i] != '\\') continue;
        pen_put(pen, text + begin, i - begin);
        pen_put_character(pen, '\\');
        begin = i;
    }
    if (length > begin) pen_put(pen, text + begin, length - begin);
}

static void pen_put_text(struct pen *pen, const char *text, size_t length, bool escapes) {
    pen_put_character(pen, '"');
    if (escapes)
        pen_put_escaped(pen, text, length);
    else
        pen_put(pen, text, length);
    pen_put_character(pen, '"');
}

/* Decimal digits, at least SMALLEST of them. */
static void pen_put_digits(struct pen *pen, uint64_t number, unsigned smallest) {
    char digits[20];
    unsigned count = 0;
    while (number > 0 || count < smallest) {
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
        number /= 10;
    }
    pen_put(pen, digits + sizeof digits - count, count);
}

static uint64_t pen_put_sign(struct pen *pen, int64_t number) {
    if (number >= 0) return (uint64_t)number;
    pen_put_character(pen, '-');
    return 0 - (uint64_t)number;
}

/* "6.732", "6.0": as short as three decimals allow. */
static void pen_put_thousandths(struct pen *pen, int64_t number) {
    uint64_t magnitude = pen_put_sign(pen, number), fraction = magnitude % 1000;
    unsigned digits = 3;
    while (digits > 1 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    pen_put_digits(pen, magnitude / 1000, 1);
    pen_put_character(pen, '.');
    pen_put_digits(pen, fraction, digits);
}

/* Trees are a handful of levels deep: their shape is ours, not the wire's. */
static void pen_put_node(struct pen *pen, const struct node *node) {
    bool object = node->kind == NODE_OBJECT;
    switch (node->kind) {
    case NODE_TEXT:
        pen_put_text(pen, node->text, node->length, node->escapes);
        return;
    case NODE_INTEGER:
        pen_put_digits(pen, pen_put_sign(pen, node->number), 1);
        return;
    case NODE_THOUSANDTHS:
        pen_put_thousandths(pen, node->number);
        return;
    case NODE_BOOLEAN:
        pen_put(pen, node->number != 0 ? "true" : "false", node->number != 0 ? 4 : 5);
        return;
    case NODE_OBJECT:
    case NODE_LIST:
        break;
    }
    pen_put_character(pen, object ? '{' : '[');
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) pen_put_character(pen, ',');
        if (object) pen_put_text(pen, child->key, strlen(child->key), false);
        if (object) pen_put_character(pen, ':');
        pen_put_node(pen, child);
    }
    pen_put_character(pen, object ? '}' : ']');
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the pen writes through it */
size_t node_write(const struct node *node, char *line, size_t capacity) {
    struct pen pen = {.line = line, .capacity = capacity, .length = 0};
    pen_put_node(&pen, node);
    return pen.length;
}
