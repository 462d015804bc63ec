/* Many storms at once: nothing is ever lost, whatever comes in whatever order, and the table stays as large as it is.
 */
#include "storm_case.h"

enum { TABLE = 1024, RAGING = 3 };

START_TEST(a_million_failures_are_a_line_a_second) {
    enum { FAILURES = 1000000, SECONDS = 100 };
    struct fold *fold = fold_make();
    unsigned told = 0;
    for (unsigned i = 0; i < FAILURES; i++) {
        client_set(i % 200);
        told += fold_diag(fold, interface, &diag, START + (int64_t)i * SECONDS * (MOMENT_SECOND / FAILURES));
    }
    fold_finish(fold);
    ck_assert_uint_eq(told, BURST);
    ck_assert_uint_eq(told + seen.held, FAILURES);
    ck_assert_uint_eq(last_seen()->total, FAILURES - BURST);
    ck_assert_uint_eq(last_seen()->clients, 200);
    ck_assert_uint_le(told + seen.count, SECONDS);
    fold_free(fold);
}
END_TEST

/* A small generator of our own, so that a failure can be run again (Marsaglia, "Xorshift RNGs", 2003). */
static uint32_t state;
static uint32_t below(uint32_t limit) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % limit;
}

/* Time that mostly goes on, now and then stands, leaps, or goes back a little or a lot. */
static int64_t time_after(int64_t time) {
    switch (below(200)) {
    case 0:
        return time + 3600 * MOMENT_SECOND;
    case 1:
        return time - 3 * MOMENT_SECOND;
    case 2:
        return time - 86400 * MOMENT_SECOND;
    default:
        return time + below(3) * (MOMENT_SECOND / 20);
    }
}

/* Many servers, a few of which fail all the time. */
static void victim_choose(unsigned servers) {
    bool busy = below(3) > 0;
    port_set(1 + below(busy ? 8 : servers));
    diag.cause = below(10) > 0 ? "server_cert.expired" : "hello.reset";
    client_set(below(400));
}

static const unsigned servers[] = {1, 40, 1000, 1100, 5000, 60000};

START_TEST(nothing_is_lost) {
    enum { FAILURES = 60000 };
    struct fold *fold = fold_make();
    int64_t time = START;
    uint64_t told = 0;
    bool exact = true;
    state = 2463534242u + (unsigned)_i;
    for (unsigned i = 0; i < FAILURES; i++) {
        time = time_after(time);
        victim_choose(servers[_i]);
        told += fold_diag(fold, interface, &diag, time);
        exact = exact && fold_counters(fold)->held == i + 1 - told;
    }
    ck_assert(exact);
    fold_finish(fold);
    ck_assert_uint_gt(seen.count, 0);
    ck_assert_uint_eq(told + seen.held, FAILURES);
    ck_assert_uint_eq(fold_counters(fold)->summaries, seen.count);
    uint64_t handed_over = seen.count;
    fold_finish(fold); /* nothing twice */
    ck_assert_uint_eq(seen.count, handed_over);
    fold_free(fold);
}
END_TEST

/* The counts of each storm are its own. */
START_TEST(storms_are_not_mixed_up) {
    struct fold *fold = fold_make();
    for (unsigned round = 0; round < 20; round++)
        for (unsigned port = 1; port <= 100; port++) {
            port_set(port);
            client_set(port);
            told_of(fold, port, START + round);
        }
    fold_finish(fold);
    ck_assert_uint_eq(seen.count, 100);
    for (unsigned i = 0; i < seen.count; i++) {
        ck_assert_uint_eq(seen.each[i].count, 20 * seen.each[i].server_port - BURST);
        ck_assert_uint_eq(seen.each[i].clients, 1);
    }
    fold_free(fold);
}
END_TEST

START_TEST(a_full_table_of_storms_tells_the_rest) {
    struct fold *fold = fold_make();
    for (unsigned port = 1; port <= TABLE; port++) {
        port_set(port);
        ck_assert_uint_eq(told_of(fold, BURST + 2, START), BURST);
    }
    port_set(TABLE + 1);
    ck_assert_uint_eq(told_of(fold, 100, START), 100);
    ck_assert_uint_eq(fold_counters(fold)->untracked, 100);
    for (unsigned port = 1; port <= TABLE; port++) {
        port_set(port);
        ck_assert_uint_eq(told_of(fold, 1, START + 1), 0); /* none was pushed out */
    }
    fold_advance(fold, START + INTERVAL);
    ck_assert_uint_eq(seen.count, TABLE);
    ck_assert_uint_eq(seen.held, 3 * TABLE);
    port_set(TABLE + 1); /* they are over, there is room again */
    ck_assert_uint_eq(told_of(fold, 100, START + INTERVAL), BURST);
    ck_assert_uint_eq(fold_counters(fold)->untracked, 100);
    fold_free(fold);
}
END_TEST

/* Somebody who makes up names cannot push a storm out, nor make one that grows be forgotten. */
START_TEST(single_failures_push_out_single_failures) {
    struct fold *fold = fold_make();
    for (unsigned port = 1; port <= RAGING; port++) {
        port_set(port);
        told_of(fold, BURST + 1, START);
    }
    port_set(100);
    told_of(fold, BURST - 1, START);
    unsigned told = 0;
    for (unsigned port = 200; port < 200 + 20 * TABLE; port++) {
        port_set(port);
        told += told_of(fold, 1, START + 1);
        if (port % 500 != 0) continue;
        for (unsigned raging = 1; raging <= RAGING; raging++) {
            port_set(raging);
            ck_assert_uint_eq(told_of(fold, 1, START + 2), 0);
        }
    }
    ck_assert_uint_eq(told, 20 * TABLE);
    ck_assert_uint_eq(fold_counters(fold)->untracked, 0);
    port_set(100); /* was forgotten: told anew */
    ck_assert_uint_eq(told_of(fold, BURST + 1, START + 3), BURST);
    fold_finish(fold);
    ck_assert_uint_eq(seen.count, RAGING + 1);
    fold_free(fold);
}
END_TEST

START_TEST(freeing_is_no_telling) {
    struct fold *fold = fold_make();
    told_of(fold, BURST + 5, START);
    fold_free(fold);
    fold_free(NULL);
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("storms");
    TCase *tests = tcase_create("many");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_million_failures_are_a_line_a_second);
    tcase_add_loop_test(tests, nothing_is_lost, 0, ARRAY_LENGTH(servers));
    tcase_add_test(tests, storms_are_not_mixed_up);
    tcase_add_test(tests, a_full_table_of_storms_tells_the_rest);
    tcase_add_test(tests, single_failures_push_out_single_failures);
    tcase_add_test(tests, freeing_is_no_telling);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
