/* The block pool: sizes, the budget, and that no order of sizes leaves free memory out of reach. */
#include <stdbool.h>

#include "base/block.h"
#include "base/compiler.h"
#include "run_suite.h"

#define MANY 4096

/* Takes blocks of SIZE until the pool refuses; how many there were. */
static size_t take_all(struct block_pool *pool, size_t size, void **blocks, size_t *room) {
    size_t count = 0;
    while (count < MANY && (blocks[count] = block_get(pool, size, room)) != NULL)
        count++;
    return count;
}

static void put_all(struct block_pool *pool, void **blocks, size_t count, size_t room) {
    for (size_t i = 0; i < count; i++)
        block_put(pool, blocks[i], room);
}

static const struct {
    size_t size, room;
} sizes[] = {
    {0, 64},    {1, 64},      {64, 64},       {65, 128},       {128, 128},
    {129, 256}, {1000, 1024}, {65536, 65536}, {65537, 131072}, {BLOCK_LARGEST, BLOCK_LARGEST},
};

START_TEST(room_is_the_next_power_of_two) {
    struct block_pool pool;
    size_t room = 0;
    block_pool_init(&pool, 1 << 20);
    void *block = block_get(&pool, sizes[_i].size, &room);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq(room, sizes[_i].room);
    ck_assert_uint_eq(pool.used, room);
    ck_assert_uint_eq((uintptr_t)block % BLOCK_SMALLEST, 0);
    memset(block, 0xa5, room);
    block_put(&pool, block, room);
    ck_assert_uint_eq(pool.used, 0);
    ck_assert_uint_eq(pool.refused, 0);
    block_pool_done(&pool);
}
END_TEST

START_TEST(too_large_is_refused) {
    struct block_pool pool;
    size_t room = 77;
    block_pool_init(&pool, 1 << 20);
    ck_assert_ptr_null(block_get(&pool, BLOCK_LARGEST + 1, &room));
    ck_assert_ptr_null(block_get(&pool, SIZE_MAX, &room));
    ck_assert_uint_eq(room, 77);
    ck_assert_uint_eq(pool.refused, 2);
    ck_assert_uint_eq(pool.held, 0);
    block_pool_done(&pool);
}
END_TEST

START_TEST(an_empty_budget_gives_nothing) {
    struct block_pool pool;
    size_t room;
    block_pool_init(&pool, 63);
    ck_assert_ptr_null(block_get(&pool, 1, &room));
    ck_assert_uint_eq(pool.refused, 1);
    block_put(&pool, NULL, 64);
    block_pool_done(&pool);
}
END_TEST

/* Budgets that are no whole number of slabs are used to the last smallest block. */
START_TEST(the_whole_budget_is_used_and_no_more) {
    static const size_t limits[] = {64, 128, 1000, 4096, 128 * 1024 - 64, 128 * 1024, 200 * 1000, 256 * 1024};
    static void *blocks[MANY];
    size_t room, limit = limits[_i];
    struct block_pool pool;
    block_pool_init(&pool, limit);
    ck_assert_uint_eq(take_all(&pool, 64, blocks, &room), limit < 64 * MANY ? limit / 64 : MANY);
    ck_assert_uint_le(pool.held, limit);
    ck_assert_uint_eq(pool.used, pool.held);
    block_pool_done(&pool);
}
END_TEST

START_TEST(blocks_do_not_overlap) {
    static void *blocks[MANY];
    size_t rooms[MANY], count = 0;
    struct block_pool pool;
    block_pool_init(&pool, 1 << 20);
    for (size_t i = 0; i < MANY; i++) {
        size_t size = (size_t)1 << (6 + i * 7 % 9); /* all classes up to 16 KiB, mixed */
        blocks[count] = block_get(&pool, size, &rooms[count]);
        if (blocks[count] == NULL) continue;
        memset(blocks[count], (int)(count % 251), rooms[count]);
        count++;
    }
    ck_assert_uint_gt(count, 200);
    for (size_t i = 0; i < count; i++) {
        const unsigned char *bytes = blocks[i];
        size_t kept = 0;
        while (kept < rooms[i] && bytes[kept] == i % 251)
            kept++;
        ck_assert_uint_eq(kept, rooms[i]);
    }
    block_pool_done(&pool);
}
END_TEST

START_TEST(a_block_given_back_is_the_next_one_handed_out) {
    struct block_pool pool;
    size_t room;
    block_pool_init(&pool, 1 << 20);
    void *first = block_get(&pool, 256, &room);
    void *other = block_get(&pool, 256, &room);
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(other);
    block_put(&pool, first, room);
    size_t held = pool.held;
    ck_assert_ptr_eq(block_get(&pool, 256, &room), first);
    ck_assert_uint_eq(pool.held, held);
    block_pool_done(&pool);
}
END_TEST

/* All memory free, but on one class's list: each other class gets all of it. */
START_TEST(one_class_cannot_starve_another) {
    static void *blocks[MANY];
    const size_t limit = 2 * BLOCK_LARGEST;
    struct block_pool pool;
    size_t room;
    block_pool_init(&pool, limit);
    for (unsigned from = 0; from < BLOCK_CLASS_COUNT; from++) {
        size_t count = take_all(&pool, BLOCK_SMALLEST << from, blocks, &room);
        ck_assert_uint_eq(count, limit / room < MANY ? limit / room : MANY);
        put_all(&pool, blocks, count, room);
        count = take_all(&pool, BLOCK_SMALLEST << _i, blocks, &room);
        ck_assert_uint_eq(count, limit / room < MANY ? limit / room : MANY);
        put_all(&pool, blocks, count, room);
        ck_assert_uint_eq(pool.used, 0);
        ck_assert_uint_eq(pool.held, limit);
    }
    block_pool_done(&pool);
}
END_TEST

/* One small block in use costs its own half of each size, not the slab. */
START_TEST(a_small_block_does_not_pin_its_slab) {
    static void *blocks[MANY];
    struct block_pool pool;
    size_t room, small;
    block_pool_init(&pool, BLOCK_LARGEST);
    size_t count = take_all(&pool, 64, blocks, &small);
    ck_assert_uint_eq(count, BLOCK_LARGEST / 64);
    put_all(&pool, blocks + 1, count - 1, small); /* all but the first */
    ck_assert_ptr_null(block_get(&pool, BLOCK_LARGEST, &room));
    for (size_t size = BLOCK_LARGEST / 2; size >= 64; size /= 2)
        ck_assert_ptr_nonnull(block_get(&pool, size, &room));
    ck_assert_uint_eq(pool.used, BLOCK_LARGEST);
    ck_assert_ptr_null(block_get(&pool, 64, &room));
    ck_assert_uint_eq(pool.refused, 3); /* take_all()'s last, the large one, this one */
    block_pool_done(&pool);
}
END_TEST

/* A long random life against a plain account; at its end everything joins up again. */
START_TEST(a_random_life_adds_up) {
    enum { LIVE = 300 };
    void *blocks[LIVE] = {0};
    size_t rooms[LIVE] = {0}, used = 0;
    const size_t limit = 4 * BLOCK_LARGEST;
    struct block_pool pool;
    uint32_t random = 12345;
    bool sound = true;
    block_pool_init(&pool, limit);
    for (unsigned step = 0; step < 200000; step++) {
        random = random * 1664525 + 1013904223;
        size_t slot = (random >> 8) % LIVE, size = (size_t)1 << (random >> 20) % 17;
        if (blocks[slot] != NULL) {
            sound &= *(unsigned char *)blocks[slot] == slot % 256;
            block_put(&pool, blocks[slot], rooms[slot]);
            used -= rooms[slot];
            blocks[slot] = NULL;
        } else if ((blocks[slot] = block_get(&pool, size, &rooms[slot])) != NULL) {
            memset(blocks[slot], (int)(slot % 256), rooms[slot]);
            used += rooms[slot];
        }
        sound &= pool.used == used && pool.held <= limit;
    }
    ck_assert(sound);
    for (size_t slot = 0; slot < LIVE; slot++)
        block_put(&pool, blocks[slot], rooms[slot]);
    ck_assert_uint_eq(pool.used, 0);
    size_t room;
    for (size_t i = 0; i < limit / BLOCK_LARGEST; i++)
        ck_assert_ptr_nonnull(block_get(&pool, BLOCK_LARGEST, &room));
    block_pool_done(&pool);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("block");
    TCase *cases = tcase_create("block");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, room_is_the_next_power_of_two, 0, ARRAY_LENGTH(sizes));
    tcase_add_test(cases, too_large_is_refused);
    tcase_add_test(cases, an_empty_budget_gives_nothing);
    tcase_add_loop_test(cases, the_whole_budget_is_used_and_no_more, 0, 8);
    tcase_add_test(cases, blocks_do_not_overlap);
    tcase_add_test(cases, a_block_given_back_is_the_next_one_handed_out);
    tcase_add_loop_test(cases, one_class_cannot_starve_another, 0, BLOCK_CLASS_COUNT);
    tcase_add_test(cases, a_small_block_does_not_pin_its_slab);
    tcase_add_test(cases, a_random_life_adds_up);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
