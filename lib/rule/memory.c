#include "memory.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)16384)

struct rule_memory_chunk {
    struct rule_memory_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

static struct rule_memory_chunk *chunk_new(size_t size) {
    if (size < CHUNK_SIZE) size = CHUNK_SIZE;
    struct rule_memory_chunk *chunk = calloc(1, sizeof(*chunk) + size);
    if (chunk != NULL) chunk->size = size;
    return chunk;
}

void *rule_memory_get(struct rule_memory *memory, size_t size) {
    size = (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    struct rule_memory_chunk *chunk = memory->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size) {
        chunk = chunk_new(size);
        if (chunk == NULL) return NULL;
        chunk->next = memory->chunks;
        memory->chunks = chunk;
    }
    void *piece = chunk->bytes + chunk->used;
    chunk->used += size;
    return piece;
}

char *rule_memory_copy(struct rule_memory *memory, const char *text, size_t length) {
    char *copy = rule_memory_get(memory, length + 1);
    if (copy != NULL) memcpy(copy, text, length);
    return copy;
}

void rule_memory_join(struct rule_memory *memory, struct rule_memory *from) {
    struct rule_memory_chunk **end = &from->chunks;
    while (*end != NULL)
        end = &(*end)->next;
    *end = memory->chunks;
    memory->chunks = from->chunks;
    from->chunks = NULL;
}

void rule_memory_done(struct rule_memory *memory) {
    while (memory->chunks != NULL) {
        struct rule_memory_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        free(chunk);
    }
}
