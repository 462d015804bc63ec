/* A buddy allocator with lazy joining. A block that is given back goes on its class's free list and is handed
 * out again from there. Only when nothing else is left are the free lists emptied and buddies joined; each
 * block is joined at most once per block_put(), so that the price of it is constant over time. */
#include "base/block.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_ASAN 1
#endif
#endif
#ifdef BLOCK_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define MARK_NONE 0 /* not the start of a joined free block; otherwise 1 + class */

/* Lies in the free block itself. */
struct block_free {
    struct block_free *next, *previous; /* previous is kept on joined lists only */
};

_Static_assert(sizeof(struct block_free) <= BLOCK_SMALLEST, "the links fit into the smallest block");

static size_t class_size(unsigned class) {
    return BLOCK_SMALLEST << class;
}

/* The smallest class whose blocks hold SIZE bytes; SIZE is at most BLOCK_LARGEST. */
static unsigned class_of(size_t size) {
    if (size <= BLOCK_SMALLEST) return 0;
    return (unsigned)(64 - __builtin_clzll((size - 1) / BLOCK_SMALLEST));
}

/* Under AddressSanitizer, what lies in a free block behind its links cannot be touched. */
static void block_hide(struct block_free *block, unsigned class) {
#ifdef BLOCK_ASAN
    __asan_poison_memory_region((uint8_t *)block + sizeof(*block), class_size(class) - sizeof(*block));
#else
    (void)block;
    (void)class;
#endif
}

static void block_show(void *block, size_t size) {
#ifdef BLOCK_ASAN
    __asan_unpoison_memory_region(block, size);
#else
    (void)block;
    (void)size;
#endif
}

static size_t block_offset(const struct block_pool *pool, const struct block_free *block) {
    return (size_t)((const uint8_t *)block - pool->slabs);
}

static struct block_free *block_at(const struct block_pool *pool, size_t offset) {
    return (struct block_free *)(void *)(pool->slabs + offset);
}

static void joined_push(struct block_pool *pool, struct block_free *block, unsigned class) {
    block_show(block, sizeof(*block));
    block->previous = NULL;
    block->next = pool->joined[class];
    if (block->next != NULL) block->next->previous = block;
    pool->joined[class] = block;
    pool->marks[block_offset(pool, block) / BLOCK_SMALLEST] = (uint8_t)(1 + class);
}

static void joined_remove(struct block_pool *pool, struct block_free *block, unsigned class) {
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        pool->joined[class] = block->next;
    if (block->next != NULL) block->next->previous = block->previous;
    pool->marks[block_offset(pool, block) / BLOCK_SMALLEST] = MARK_NONE;
}

/* Puts a free block on the joined list where it ends up after swallowing its free buddies. */
static void block_join(struct block_pool *pool, struct block_free *block, unsigned class) {
    size_t offset = block_offset(pool, block);
    for (; class + 1 < BLOCK_CLASS_COUNT; class ++) {
        size_t buddy = offset ^ class_size(class);
        if (pool->marks[buddy / BLOCK_SMALLEST] != 1 + class) break;
        joined_remove(pool, block_at(pool, buddy), class);
        offset &= ~class_size(class);
    }
    joined_push(pool, block_at(pool, offset), class);
}

/* A block off the joined list of CLASS, or cut out of a larger one; NULL where there is none. */
static struct block_free *joined_get(struct block_pool *pool, unsigned class) {
    unsigned from = class;
    while (from < BLOCK_CLASS_COUNT && pool->joined[from] == NULL)
        from++;
    if (from == BLOCK_CLASS_COUNT) return NULL;
    struct block_free *block = pool->joined[from];
    joined_remove(pool, block, from);
    while (from > class) {
        from--;
        joined_push(pool, block_at(pool, block_offset(pool, block) + class_size(from)), from);
    }
    return block;
}

/* Takes the address space for the whole budget; the system backs it with memory as it is touched. Where there
 * is not so much of it, the budget shrinks. */
static bool pool_reserve(struct block_pool *pool) {
    pool->limit &= ~(BLOCK_SMALLEST - 1);
    for (; pool->limit >= BLOCK_SMALLEST; pool->limit = pool->limit / 2 & ~(BLOCK_SMALLEST - 1)) {
        /* Marks are looked up for whole slabs, also where the last one is not whole. */
        size_t marks = (pool->limit + BLOCK_LARGEST - 1) / BLOCK_LARGEST * (BLOCK_LARGEST / BLOCK_SMALLEST);
        pool->slabs = aligned_alloc(BLOCK_SMALLEST, pool->limit);
        pool->marks = calloc(marks, 1);
        if (pool->slabs != NULL && pool->marks != NULL) return true;
        free(pool->slabs);
        free(pool->marks);
        pool->slabs = pool->marks = NULL;
    }
    return false;
}

/* Opens the next slab of the budget: one block of the largest class, or what is left, in falling sizes. */
static bool pool_grow(struct block_pool *pool) {
    if (pool->slabs == NULL && !pool_reserve(pool)) return false;
    if (pool->held == pool->limit) return false;
    size_t end = pool->limit - pool->held < BLOCK_LARGEST ? pool->limit : pool->held + BLOCK_LARGEST;
    for (unsigned class = BLOCK_CLASS_COUNT; class -- > 0;) {
        if (end - pool->held < class_size(class)) continue;
        joined_push(pool, block_at(pool, pool->held), class);
        pool->held += class_size(class);
    }
    return true;
}

/* Empties the free lists onto the joined lists; false where there was nothing to empty. */
static bool pool_join(struct block_pool *pool) {
    if (pool->marks == NULL) return false; /* nothing was ever handed out */
    bool any = false;
    for (unsigned class = 0; class < BLOCK_CLASS_COUNT; class ++) {
        struct block_free *block = pool->free_list[class];
        pool->free_list[class] = NULL;
        while (block != NULL) {
            struct block_free *next = block->next;
            block_join(pool, block, class);
            block = next;
            any = true;
        }
    }
    return any;
}

/* A block that is not on the free list of its class. */
static struct block_free *block_find(struct block_pool *pool, unsigned class) {
    struct block_free *block = joined_get(pool, class);
    while (block == NULL && pool_grow(pool))
        block = joined_get(pool, class);
    if (block == NULL && pool_join(pool)) block = joined_get(pool, class);
    return block;
}

void block_pool_init(struct block_pool *pool, size_t limit) {
    *pool = (struct block_pool){.limit = limit};
}

void block_pool_done(struct block_pool *pool) {
    if (pool->slabs != NULL) block_show(pool->slabs, pool->limit);
    free(pool->slabs);
    free(pool->marks);
    *pool = (struct block_pool){.limit = 0};
}

void *block_get(struct block_pool *pool, size_t size, size_t *room) {
    if (UNLIKELY(size > BLOCK_LARGEST)) {
        pool->refused++;
        return NULL;
    }
    unsigned class = class_of(size);
    struct block_free *block = pool->free_list[class];
    if (LIKELY(block != NULL)) {
        pool->free_list[class] = block->next;
    } else {
        block = block_find(pool, class);
        if (block == NULL) {
            pool->refused++;
            return NULL;
        }
    }
    *room = class_size(class);
    pool->used += *room;
    block_show(block, *room);
    return block;
}

void block_put(struct block_pool *pool, void *block, size_t room) {
    if (block == NULL) return;
    unsigned class = class_of(room);
    struct block_free *freed = block;
    freed->next = pool->free_list[class];
    pool->free_list[class] = freed;
    pool->used -= room;
    block_hide(freed, class);
}
