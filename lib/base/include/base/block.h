/* Memory for flows in progress: blocks in powers of two out of one capped budget, kept on free lists.
 * A block is never given back to the system before block_pool_done(), so that the fast path does not
 * call malloc once traffic has settled. When the budget is used up, free blocks are split and joined
 * (buddies), so that one size cannot starve another. Not thread-safe: one pool belongs to one engine. */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define BLOCK_CLASS_COUNT 12 /* 64 bytes up to 128 KiB */
#define BLOCK_SMALLEST    ((size_t)64)
#define BLOCK_LARGEST     (BLOCK_SMALLEST << (BLOCK_CLASS_COUNT - 1))

struct block_free; /* a block on a free list */

struct block_pool {
    size_t limit;     /* bytes that may be held from the system, in use or free; 1/64 on top for book-keeping */
    size_t held;      /* bytes held from the system: what was ever touched */
    size_t used;      /* bytes handed out */
    uint64_t refused; /* requests that found the budget used up */
    struct block_free *free_list[BLOCK_CLASS_COUNT]; /* given back, to be handed out again as they are */
    struct block_free *joined[BLOCK_CLASS_COUNT];    /* free, joined with their free buddies */
    uint8_t *slabs; /* what was taken from the system, for block_pool_done(); address space until touched */
    uint8_t *marks; /* one for each BLOCK_SMALLEST bytes of slabs: the class of a block on a joined list */
};

/* An empty pool of at most LIMIT bytes. Takes nothing from the system yet. */
void block_pool_init(struct block_pool *pool, size_t limit);

/* Gives everything back to the system, blocks still in use included. */
void block_pool_done(struct block_pool *pool);

/* A block of at least SIZE bytes, contents undefined; *ROOM is its real size. NULL where SIZE is over
 * BLOCK_LARGEST or the budget is used up (counted in refused). */
MUST_USE void *block_get(struct block_pool *pool, size_t size, size_t *room);

/* Gives back a block whose real size is ROOM; NULL is fine. */
void block_put(struct block_pool *pool, void *block, size_t room);

#endif
