/* What is remembered of servers: counted, aged, bounded. */
#include "history/history.h"

#include "base/moment.h"
#include "run_suite.h"

static const struct siphash_key key = {1, 2};
static const uint8_t address[16] = {192, 0, 2, 7};

static struct history_observation observation_at(int64_t second, const char *name, uint8_t client) {
    static uint8_t clients[256][16];
    clients[client][3] = client;
    return (struct history_observation){
        .server = {.address = address,
                   .port = 443,
                   .name = (const uint8_t *)name,
                   .name_length = name != NULL ? strlen(name) : 0},
        .client = clients[client],
        .time = second * MOMENT_SECOND,
        .accepted = true,
        .version = 0x0303,
        .suite = 0xc02f,
        .group = 23,
    };
}

static const struct history_entry *recall(const struct history *history, const char *name, int64_t second) {
    struct history_server server = {
        .address = address, .port = 443, .name = (const uint8_t *)name, .name_length = name != NULL ? strlen(name) : 0};
    return history_recall(history, &server, second * MOMENT_SECOND);
}

START_TEST(test_counts_under_name_and_server) {
    struct history *history = history_new(16, 65536, &key);
    struct history_observation one = observation_at(1000, "api.example", 1);
    struct history_observation two = observation_at(1010, NULL, 2);
    two.version = 0x0304;
    history_observe(history, &one);
    history_observe(history, &two);
    const struct history_entry *whole = recall(history, NULL, 1020);
    ck_assert_ptr_nonnull(whole);
    ck_assert_uint_eq(whole->accepted, 2);
    ck_assert_uint_eq(whole->clients, 2);
    ck_assert_int_eq(whole->with_name, 1000);
    ck_assert_int_eq(whole->without_name, 1010);
    ck_assert(history_has_code(whole->versions, 0x0303, 1020));
    ck_assert(history_has_code(whole->versions, 0x0304, 1020));
    ck_assert(!history_has_code(whole->versions, 0x0302, 1020));
    const struct history_entry *named = recall(history, "API.example", 1020); /* RFC 4343: case does not matter */
    ck_assert_ptr_nonnull(named);
    ck_assert_uint_eq(named->accepted, 1);
    ck_assert_ptr_null(recall(history, "other.example", 1020));
    history_free(history);
}
END_TEST

START_TEST(test_old_observations_count_for_nothing) {
    struct history *history = history_new(16, 65536, &key);
    struct history_observation one = observation_at(1000, NULL, 1);
    history_observe(history, &one);
    ck_assert_ptr_nonnull(recall(history, NULL, 1000 + HISTORY_AGE));
    ck_assert_ptr_null(recall(history, NULL, 1001 + HISTORY_AGE));
    struct history_observation late = observation_at(1000 + HISTORY_AGE, NULL, 1);
    late.version = 0x0304;
    history_observe(history, &late);
    const struct history_entry *entry = recall(history, NULL, 1001 + HISTORY_AGE);
    ck_assert(history_has_code(entry->versions, 0x0304, 1001 + HISTORY_AGE));
    ck_assert(!history_has_code(entry->versions, 0x0303, 1001 + HISTORY_AGE));
    history_free(history);
}
END_TEST

START_TEST(test_refused_handshakes_teach_no_abilities) {
    struct history *history = history_new(16, 65536, &key);
    struct history_observation one = observation_at(1000, NULL, 1);
    one.accepted = false;
    one.asked_certificate = true;
    one.chain = cursor_over("\0\0\3abc", 6);
    history_observe(history, &one);
    const struct history_entry *entry = recall(history, NULL, 1000);
    ck_assert_uint_eq(entry->accepted, 0);
    ck_assert(!history_has_code(entry->versions, 0x0303, 1000));
    ck_assert_int_eq(entry->without_name, 0);
    ck_assert_int_eq(entry->asked_certificate, 1000);
    ck_assert_uint_eq(entry->chain_length, 6);
    history_free(history);
}
END_TEST

START_TEST(test_least_lately_seen_goes_first) {
    struct history *history = history_new(4, 65536, &key);
    const char *names[] = {"a", "b", "c", "d", "e"};
    struct history_observation first = observation_at(1, NULL, 1);
    history_observe(history, &first);
    for (int i = 0; i < 3; i++) {
        struct history_observation more = observation_at(2 + i, names[i], 1); /* refreshes the server as a whole too */
        history_observe(history, &more);
    }
    ck_assert_uint_eq(history_counters(history)->entries, 4);
    struct history_observation over = observation_at(9, "d", 1);
    history_observe(history, &over);
    ck_assert_ptr_null(recall(history, "a", 9));
    ck_assert_ptr_nonnull(recall(history, "b", 9));
    ck_assert_ptr_nonnull(recall(history, "d", 9));
    ck_assert_ptr_nonnull(recall(history, NULL, 9));
    ck_assert_uint_eq(history_counters(history)->forgotten, 1);
    history_free(history);
}
END_TEST

START_TEST(test_chains_are_capped) {
    uint8_t chain[HISTORY_CHAIN_CAP] = {0};
    struct history *history = history_new(16, sizeof chain + 10, &key);
    struct history_observation one = observation_at(1, "a", 1), two = observation_at(2, "b", 1);
    one.chain = cursor_over(chain, sizeof chain);
    two.chain = cursor_over(chain, 11);
    history_observe(history, &one);
    history_observe(history, &two);
    ck_assert_uint_eq(recall(history, "a", 2)->chain_length, sizeof chain);
    ck_assert_uint_eq(recall(history, "b", 2)->chain_length, 0);
    ck_assert_uint_eq(history_counters(history)->chains_refused, 1);
    ck_assert_uint_eq(history_counters(history)->chain_bytes, sizeof chain);
    ck_assert_ptr_null(recall(history, NULL, 2)->chain); /* the chain belongs to the name */
    history_free(history);
}
END_TEST

START_TEST(test_curiosity_is_limited) {
    struct history *history = history_new(16, 65536, &key);
    struct history_observation one = observation_at(5, NULL, 1);
    struct history_server server = one.server;
    int taken = 0;
    ck_assert(history_is_curious(history, &server, one.time));
    history_observe(history, &one);
    for (int i = 0; i < 100; i++)
        taken += history_is_curious(history, &server, one.time);
    ck_assert_int_eq(taken, 8);
    ck_assert(history_is_curious(history, &server, one.time + MOMENT_SECOND));
    history_free(history);
}
END_TEST

START_TEST(test_lists_drop_the_oldest) {
    struct history *history = history_new(16, 65536, &key);
    for (uint16_t i = 0; i < HISTORY_CODES_KEPT + 1; i++) {
        struct history_observation one = observation_at(100 + i, NULL, 1);
        one.suite = (uint16_t)(0xc000 + i);
        history_observe(history, &one);
    }
    const struct history_entry *entry = recall(history, NULL, 200);
    ck_assert(!history_has_code(entry->suites, 0xc000, 200));
    for (uint16_t i = 1; i < HISTORY_CODES_KEPT + 1; i++)
        ck_assert(history_has_code(entry->suites, (uint16_t)(0xc000 + i), 200));
    history_free(history);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("history");
    TCase *tests = tcase_create("history");
    tcase_add_test(tests, test_counts_under_name_and_server);
    tcase_add_test(tests, test_old_observations_count_for_nothing);
    tcase_add_test(tests, test_refused_handshakes_teach_no_abilities);
    tcase_add_test(tests, test_least_lately_seen_goes_first);
    tcase_add_test(tests, test_chains_are_capped);
    tcase_add_test(tests, test_curiosity_is_limited);
    tcase_add_test(tests, test_lists_drop_the_oldest);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
