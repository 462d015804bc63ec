/* A tree as JSON text: how long it will be, and the text itself. */
#include <string.h>

#include "document.h"

/* Where the text goes. */
struct pen {
    char *line;
    size_t room; /* bytes left */
};

static inline void pen_put(struct pen *pen, const char *bytes, size_t length) {
    if (length > pen->room) length = pen->room;
    memcpy(pen->line, bytes, length);
    pen->line += length;
    pen->room -= length;
}

static inline void pen_put_character(struct pen *pen, char character) {
    if (pen->room == 0) return;
    *pen->line++ = character;
    pen->room--;
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

static void pen_put_text(struct pen *pen, const struct node *node) {
    pen_put_character(pen, '"');
    if (node->escapes)
        pen_put_escaped(pen, node->text, node->length);
    else if (node->length > 0)
        pen_put(pen, node->text, node->length);
    pen_put_character(pen, '"');
}

/* WIDTH decimal digits. */
static void pen_put_decimal(struct pen *pen, uint64_t number, unsigned width) {
    char digits[24];
    if (width > sizeof digits) return;
    for (unsigned i = width; i > 0; number /= 10)
        digits[--i] = (char)('0' + number % 10);
    pen_put(pen, digits, width);
}

/* "-17"; a number of thousandths with as many decimals as its width has room for: "6.732", "6.0". */
static void pen_put_number(struct pen *pen, const struct node *node) {
    uint64_t magnitude = node->number < 0 ? 0 - (uint64_t)node->number : (uint64_t)node->number;
    unsigned width = node->width - (node->number < 0);
    if (node->number < 0) pen_put_character(pen, '-');
    if (node->kind == NODE_INTEGER) {
        pen_put_decimal(pen, magnitude, width);
        return;
    }
    unsigned decimals = 3;
    for (; decimals > 1 && magnitude % 10 == 0; magnitude /= 10)
        decimals--;
    uint64_t one = decimals == 3 ? 1000 : decimals == 2 ? 100 : 10;
    pen_put_decimal(pen, magnitude / one, width - decimals - 1);
    pen_put_character(pen, '.');
    pen_put_decimal(pen, magnitude % one, decimals);
}

static void pen_put_node(struct pen *pen, const struct node *node);

static void pen_put_children(struct pen *pen, const struct node *parent) {
    bool object = parent->kind == NODE_OBJECT;
    pen_put_character(pen, object ? '{' : '[');
    for (const struct node *child = parent->first; child != NULL; child = child->next) {
        if (child != parent->first) pen_put_character(pen, ',');
        if (object) {
            pen_put_character(pen, '"');
            pen_put(pen, child->key, child->key_length);
            pen_put(pen, "\":", 2);
        }
        pen_put_node(pen, child);
    }
    pen_put_character(pen, object ? '}' : ']');
}

/* Trees are a handful of levels deep: their shape is ours, not the wire's. */
static void pen_put_node(struct pen *pen, const struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_TEXT:
        pen_put_text(pen, node);
        return;
    case NODE_INTEGER:
    case NODE_THOUSANDTHS:
        pen_put_number(pen, node);
        return;
    case NODE_BOOLEAN:
        pen_put(pen, node->number != 0 ? "true" : "false", node->width);
        return;
    case NODE_OBJECT:
    case NODE_LIST:
        pen_put_children(pen, node);
        return;
    }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the pen writes through it */
void node_write(const struct node *node, char *line, size_t capacity) {
    struct pen pen = {.line = line, .room = capacity};
    pen_put_node(&pen, node);
}

/* A container is two brackets and its children, between commas; a member of an object has its key, two quotes and a
 * colon before it. */
size_t node_measure(const struct node *node) {
    if (node->width > 0) return node->width;
    size_t before = node->kind == NODE_OBJECT ? 3 : 0, length = node->first != NULL ? 1 : 2;
    for (const struct node *child = node->first; child != NULL; child = child->next)
        length += child->key_length + before + 1 + (child->width > 0 ? child->width : node_measure(child));
    return length;
}
