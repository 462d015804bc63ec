/* The ring of entries: every length at every place of the ring, its cap, its end. */
#include "outputs/queue.h"

#include <poll.h>
#include <string.h>

#include "run_suite.h"

#define CAP 96 /* small, so that entries wrap around at every place */

/* An entry whose every byte follows from its number. */
static void entry_make(unsigned char *entry, size_t length, unsigned number) {
    for (size_t i = 0; i < length; i++)
        entry[i] = (unsigned char)(number * 7 + i);
}

static void put(struct queue *queue, size_t length, unsigned number) {
    unsigned char entry[CAP];
    entry_make(entry, length, number);
    unsigned char *copy = exact_copy(entry, length);
    ck_assert(queue_put(queue, copy, length, false));
    free(copy);
}

static size_t peek_one(struct queue *queue, void *entry, size_t size) {
    uint64_t count;
    size_t length = queue_peek(queue, entry, size, 1, &count);
    ck_assert_uint_eq(count, length > 0);
    return length;
}

static void take(struct queue *queue, size_t length, unsigned number) {
    unsigned char want[CAP], *got = malloc(length);
    ck_assert_ptr_nonnull(got);
    entry_make(want, length, number);
    ck_assert_uint_eq(peek_one(queue, got, length), length);
    ck_assert_mem_eq(got, want, length);
    queue_drop(queue, 1);
    free(got);
}

static bool bell_rings(const struct queue *queue) {
    struct pollfd watched = {.fd = queue->bell, .events = POLLIN};
    return poll(&watched, 1, 0) == 1;
}

/* One entry always stays in the ring, so that it does not begin at its front again. */
START_TEST(entries_come_out_as_they_went_in) {
    for (size_t length = 1; length <= CAP / 2 - sizeof(uint32_t); length++) {
        struct queue queue;
        ck_assert_int_eq(queue_init(&queue, CAP), 0);
        put(&queue, length, 0);
        for (unsigned number = 1; number < 2 * CAP; number++) {
            put(&queue, length, number);
            take(&queue, length, number - 1);
        }
        take(&queue, length, 2 * CAP - 1);
        queue_done(&queue);
    }
}
END_TEST

START_TEST(a_full_ring_takes_nothing_and_loses_nothing) {
    for (size_t length = 1; length <= CAP - sizeof(uint32_t); length++) {
        struct queue queue;
        unsigned char more = 0;
        size_t bytes;
        uint64_t count;
        unsigned fit = (unsigned)(CAP / (length + sizeof(uint32_t)));
        ck_assert_int_eq(queue_init(&queue, CAP), 0);
        for (unsigned number = 0; number < fit; number++) {
            ck_assert(queue_has_room(&queue, length));
            put(&queue, length, number);
        }
        unsigned char *extra = calloc(1, length);
        ck_assert_ptr_nonnull(extra);
        ck_assert(!queue_has_room(&queue, length));
        ck_assert(!queue_put(&queue, extra, length, false));
        free(extra);
        queue_measure(&queue, &count, &bytes);
        ck_assert_uint_eq(count, fit);
        ck_assert_uint_eq(bytes, fit * (length + sizeof(uint32_t)));
        for (unsigned number = 0; number < fit; number++)
            take(&queue, length, number);
        ck_assert_uint_eq(peek_one(&queue, &more, 1), 0);
        queue_done(&queue);
    }
}
END_TEST

/* An entry larger than the ring is refused at once, even by one who would wait: room would never come. */
START_TEST(what_can_never_fit_is_refused) {
    struct queue queue;
    unsigned char entry[CAP + 1] = {0};
    ck_assert_int_eq(queue_init(&queue, CAP), 0);
    for (size_t length = CAP - sizeof(uint32_t) + 1; length <= sizeof entry; length++)
        ck_assert(!queue_put(&queue, entry, length, true));
    ck_assert(!queue_put(&queue, entry, 0, true));
    ck_assert(queue_put(&queue, entry, CAP - sizeof(uint32_t), true));
    queue_done(&queue);
}
END_TEST

START_TEST(the_bell_rings_for_a_sleeper_only) {
    struct queue queue;
    char entry[8];
    ck_assert_int_eq(queue_init(&queue, CAP), 0);
    ck_assert(queue_put(&queue, "a", 1, false)); /* nobody has looked yet */
    ck_assert(!bell_rings(&queue));
    ck_assert_uint_eq(peek_one(&queue, entry, sizeof entry), 1);
    queue_drop(&queue, 1);
    ck_assert_uint_eq(peek_one(&queue, entry, sizeof entry), 0); /* goes to sleep */
    ck_assert(queue_put(&queue, "b", 1, false));
    ck_assert(bell_rings(&queue));
    queue_hush(&queue);
    ck_assert(!bell_rings(&queue));
    ck_assert(queue_put(&queue, "c", 1, false)); /* the taker is awake */
    ck_assert(!bell_rings(&queue));
    queue_ring(&queue);
    ck_assert(bell_rings(&queue));
    queue_done(&queue);
}
END_TEST

START_TEST(a_closed_queue_says_what_it_forgets) {
    struct queue queue;
    char entry[8];
    ck_assert_int_eq(queue_init(&queue, CAP), 0);
    put(&queue, 5, 1);
    put(&queue, 5, 2);
    put(&queue, 5, 3);
    take(&queue, 5, 1);
    ck_assert_uint_eq(queue_close(&queue), 2);
    ck_assert_uint_eq(queue_close(&queue), 0);
    ck_assert(!queue_put(&queue, "x", 1, true));
    ck_assert(!queue_has_room(&queue, 1));
    ck_assert_uint_eq(peek_one(&queue, entry, sizeof entry), 0);
    queue_done(&queue);
}
END_TEST

#define ROUNDS 20000

static void *taker(void *context) {
    struct queue *queue = context;
    unsigned char entry[CAP];
    for (unsigned next = 0; next < ROUNDS;) {
        struct pollfd watched = {.fd = queue->bell, .events = POLLIN};
        size_t length = peek_one(queue, entry, sizeof entry);
        if (length == 0) {
            ck_assert_int_eq(poll(&watched, 1, 10000), 1);
            queue_hush(queue);
            continue;
        }
        ck_assert_uint_eq(length, next % 40 + 4);
        uint32_t number;
        memcpy(&number, entry, sizeof number);
        ck_assert_uint_eq(number, next);
        queue_drop(queue, 1);
        next++;
    }
    return NULL;
}

/* A putter that waits for room loses nothing, and a taker that sleeps is always woken. */
START_TEST(two_threads_hand_over_everything_in_order) {
    struct queue queue;
    pthread_t thread;
    unsigned char entry[CAP] = {0};
    ck_assert_int_eq(queue_init(&queue, CAP), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, taker, &queue), 0);
    for (uint32_t number = 0; number < ROUNDS; number++) {
        memcpy(entry, &number, sizeof number);
        ck_assert(queue_put(&queue, entry, number % 40 + 4, true));
    }
    queue_wait_empty(&queue, NULL);
    pthread_join(thread, NULL);
    uint64_t count;
    size_t bytes;
    queue_measure(&queue, &count, &bytes);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(bytes, 0);
    queue_done(&queue);
}
END_TEST

/* A large backlog is written over the whole ring, and what comes after it is still what was put. */
START_TEST(memory_is_given_back_and_used_again) {
    enum { LARGE = 4 << 20, ENTRY = 4000 };
    static unsigned char entry[ENTRY], got[ENTRY];
    struct queue queue;
    ck_assert_int_eq(queue_init(&queue, LARGE), 0);
    for (unsigned round = 0; round < 3; round++) {
        unsigned count = 0;
        memset(entry, (int)round + 1, sizeof entry);
        while (queue_put(&queue, entry, sizeof entry, false))
            count++;
        ck_assert_uint_eq(count, LARGE / (ENTRY + sizeof(uint32_t)));
        ck_assert_uint_gt(queue.reached, LARGE - ENTRY - 8);
        for (; count > 0; count--) {
            ck_assert_uint_eq(peek_one(&queue, got, sizeof got), ENTRY);
            ck_assert_mem_eq(got, entry, ENTRY);
            queue_drop(&queue, 1);
        }
        ck_assert_uint_eq(queue.reached, 0);
    }
    queue_done(&queue);
}
END_TEST

/* Several at once: whole entries, in order, as many as fit and as are wished for; also where the ring goes round. */
START_TEST(entries_are_joined_whole) {
    struct queue queue;
    char got[16];
    uint64_t count;
    ck_assert_int_eq(queue_init(&queue, CAP), 0);
    for (unsigned turn = 0; turn < CAP; turn++) {
        ck_assert(queue_put(&queue, "abc", 3, false));
        ck_assert(queue_put(&queue, "de", 2, false));
        ck_assert(queue_put(&queue, "fghi", 4, false));
        ck_assert_uint_eq(queue_peek(&queue, got, 8, UINT64_MAX, &count), 5); /* the third would not fit whole */
        ck_assert_uint_eq(count, 2);
        ck_assert_mem_eq(got, "abcde", 5);
        ck_assert_uint_eq(queue_peek(&queue, got, 9, UINT64_MAX, &count), 9);
        ck_assert_uint_eq(count, 3);
        ck_assert_mem_eq(got, "abcdefghi", 9);
        ck_assert_uint_eq(queue_peek(&queue, got, sizeof got, 2, &count), 5);
        queue_drop(&queue, 2);
        ck_assert_uint_eq(queue_peek(&queue, got, sizeof got, UINT64_MAX, &count), 4);
        ck_assert_mem_eq(got, "fghi", 4);
        queue_drop(&queue, 1);
    }
    queue_done(&queue);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("queue");
    TCase *tests = tcase_create("queue");
    tcase_add_test(tests, entries_come_out_as_they_went_in);
    tcase_add_test(tests, a_full_ring_takes_nothing_and_loses_nothing);
    tcase_add_test(tests, what_can_never_fit_is_refused);
    tcase_add_test(tests, the_bell_rings_for_a_sleeper_only);
    tcase_add_test(tests, a_closed_queue_says_what_it_forgets);
    tcase_add_test(tests, two_threads_hand_over_everything_in_order);
    tcase_add_test(tests, memory_is_given_back_and_used_again);
    tcase_add_test(tests, entries_are_joined_whole);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
