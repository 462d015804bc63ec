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
    *node = (struct node){.kind = (uint8_t)kind};
    return node;
}

static uint32_t decimal_width(uint64_t number) {
    uint32_t width = 1;
    for (; number >= 10000; number /= 10000)
        width += 4;
    return width + (number >= 10) + (number >= 100) + (number >= 1000);
}

/* With a point and one to three decimals: zeros at the end are left out. */
static uint32_t thousandths_width(uint64_t number) {
    uint32_t decimals = number % 10 != 0 ? 3 : number % 100 != 0 ? 2 : 1;
    return decimal_width(number / 1000) + 1 + decimals;
}

struct node *document_number(struct document *document, enum node_kind kind, int64_t number) {
    struct node *node = document_node(document, kind);
    if (node == NULL) return NULL;
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    node->number = number;
    if (kind == NODE_BOOLEAN)
        node->width = number != 0 ? sizeof "true" - 1 : sizeof "false" - 1;
    else
        node->width = (number < 0) + (kind == NODE_INTEGER ? decimal_width(magnitude) : thousandths_width(magnitude));
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

/* Texts are looked at a block at a time: compilers make a few instructions of a loop whose length they know. */
enum { BLOCK = 16 };

/* A byte of BLOCK that is no printable ASCII, or that JSON wants a backslash before: nearly all texts have neither. */
static bool block_is_remarkable(const unsigned char block[BLOCK]) {
    unsigned char remarkable = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        remarkable |= (unsigned char)((block[i] < 0x20) | (block[i] > 0x7e) | (block[i] == '"') | (block[i] == '\\'));
    return remarkable != 0;
}

/* A text of less than a block as a block: what does not fill it is taken twice, or blank. */
static void block_fill(unsigned char block[BLOCK], const char *text, size_t length) {
    memset(block, ' ', BLOCK);
    if (length >= 8) {
        memcpy(block, text, 8);
        memcpy(block + 8, text + length - 8, 8);
    } else if (length >= 4) {
        memcpy(block, text, 4);
        memcpy(block + 4, text + length - 4, 4);
    } else {
        for (size_t i = 0; i < length; i++)
            block[i] = (unsigned char)text[i];
    }
}

static bool is_remarkable(const char *text, size_t length) {
    unsigned char block[BLOCK];
    if (length < BLOCK) {
        block_fill(block, text, length);
        return block_is_remarkable(block);
    }
    for (size_t at = 0; at < length - BLOCK; at += BLOCK) {
        memcpy(block, text + at, BLOCK);
        if (block_is_remarkable(block)) return true;
    }
    memcpy(block, text + length - BLOCK, BLOCK);
    return block_is_remarkable(block);
}

static void set_plain_text(struct node *node, const char *text, size_t length) {
    node->text = text;
    node->length = (uint32_t)length;
    node->width = (uint32_t)length + 2;
    node->escapes = false;
}

void node_set_text(struct node *node, const char *text, size_t length) {
    uint32_t escapes = 0;
    for (size_t i = 0; i < length; i++)
        escapes += text[i] == '"' || text[i] == '\\';
    set_plain_text(node, text, length);
    node->width += escapes;
    node->escapes = escapes > 0;
}

/* Escapes what must not reach a consumer; cut where it grows beyond 1023 bytes. */
static void dirty_text(struct document *document, struct node *node, const char *text, size_t length) {
    char cleaned[1024];
    struct text_writer writer = text_writer_over(cleaned, sizeof cleaned);
    text_append_hostile(&writer, text, length);
    const char *copy = document_copy(document, cleaned, writer.length);
    node_set_text(node, copy, copy != NULL ? writer.length : 0);
}

struct node *document_text(struct document *document, const char *text, size_t length) {
    struct node *node = document_node(document, NODE_TEXT);
    if (node == NULL) return NULL;
    if (!is_remarkable(text, length))
        set_plain_text(node, text, length);
    else if (text_is_clean(text))
        node_set_text(node, text, length);
    else
        dirty_text(document, node, text, length);
    return node;
}

void node_append(struct node *parent, const char *key, struct node *child) {
    if (parent == NULL || child == NULL) return;
    child->key = key;
    child->key_length = key != NULL ? (uint32_t)strlen(key) : 0;
    child->next = NULL;
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

struct node *node_member(const struct node *object, const char *key, size_t length) {
    struct node *child = object != NULL ? object->first : NULL;
    while (child != NULL && (child->key_length != length || memcmp(child->key, key, length) != 0))
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
