/* What is told, what is held back, and what summaries say. */
#include "storm_case.h"

/* Failures one after the other, at most BURST within INTERVAL are told by themselves. */
static const struct {
    const char *name;
    struct {
        int64_t second;
        unsigned count, told, summaries; /* summaries: so far */
    } steps[8];
} courses[] = {
    {"few", {{0, 3, 3, 0}}},
    {"few in each interval", {{0, 3, 3, 0}, {10, 3, 3, 0}, {25, 2, 2, 0}}},
    {"one too many", {{0, 4, 3, 0}, {9, 0, 0, 0}, {10, 0, 0, 1}}},
    {"the window begins with the first failure", {{5, 2, 2, 0}, {14, 2, 1, 0}}},
    {"the window is over", {{5, 2, 2, 0}, {15, 3, 3, 0}}},
    {"a storm is told no more until it is over", {{0, 100, 3, 0}, {10, 50, 0, 1}, {19, 50, 0, 1}, {20, 1, 0, 2}}},
    {"a storm that dies down", {{0, 7, 3, 0}, {10, 2, 0, 1}, {20, 3, 3, 2}, {21, 1, 0, 2}}},
    {"a storm as weak as a burst is over", {{0, 6, 3, 0}, {10, 1, 1, 1}}},
    {"a storm that stops at once", {{0, 50, 3, 0}, {10, 0, 0, 1}, {20, 0, 0, 1}, {21, 4, 3, 1}}},
    {"a storm that was left for long", {{0, 50, 3, 0}, {1000, 3, 3, 1}}},
    {"nothing, for long", {{0, 1, 1, 0}, {100000, 0, 0, 0}}},
};

START_TEST(bursts_are_told_and_storms_are_held) {
    struct fold *fold = fold_make();
    for (size_t i = 0; i < ARRAY_LENGTH(courses[_i].steps); i++) {
        int64_t time = START + courses[_i].steps[i].second * MOMENT_SECOND;
        if (i > 0 && courses[_i].steps[i].second == 0) break;
        fold_advance(fold, time);
        unsigned told = told_of(fold, courses[_i].steps[i].count, time);
        ck_assert_msg(told == courses[_i].steps[i].told, "%s, step %zu: %u told", courses[_i].name, i, told);
        ck_assert_msg(seen.count == courses[_i].steps[i].summaries, "%s, step %zu: %u summaries", courses[_i].name, i,
                      seen.count);
    }
    fold_free(fold);
}
END_TEST

START_TEST(a_summary_says_all) {
    struct fold *fold = fold_make();
    ck_assert_uint_eq(told_of(fold, BURST, START), BURST);
    client_set(1);
    ck_assert_uint_eq(told_of(fold, 2, START + 3), 0);
    client_set(2);
    ck_assert_uint_eq(told_of(fold, 5, START + 1), 0);
    client_set(1);
    snprintf(diag.message, sizeof diag.message, "the last one");
    rule.confidence = RULE_INFERRED;
    ck_assert_uint_eq(told_of(fold, 1, START + 2), 0);
    snprintf(rule_id, sizeof rule_id, "of a table that is gone");
    fold_advance(fold, START + INTERVAL);
    ck_assert_uint_eq(seen.count, 0); /* the interval began when the storm did, at START + 3 */
    fold_advance(fold, START + 3 + INTERVAL);
    ck_assert_uint_eq(seen.count, 1);
    const struct fold_summary *summary = last_seen();
    ck_assert_str_eq(summary->cause, "server_cert.expired");
    ck_assert_str_eq(seen.rule_id, "server-cert-expired");
    ck_assert_str_eq(summary->at_fault, "server");
    ck_assert_str_eq(summary->confidence, "inferred");
    ck_assert_int_eq(summary->severity, 4);
    ck_assert_str_eq(summary->server_address, "192.0.2.7");
    ck_assert_uint_eq(summary->server_port, 443);
    ck_assert_uint_eq(summary->ip_version, 4);
    ck_assert_str_eq(summary->server_name, "api.example");
    ck_assert_str_eq(summary->message, "the last one");
    ck_assert_str_eq(summary->advice, "renew the certificate");
    ck_assert_uint_eq(summary->count, 8);
    ck_assert_uint_eq(summary->total, 8);
    ck_assert_uint_eq(summary->clients, 2);
    ck_assert(!summary->clients_capped);
    ck_assert_int_eq(summary->first, START + 1);
    ck_assert_int_eq(summary->last, START + 3);
    fold_free(fold);
}
END_TEST

/* Where the failures of a storm are seen, one after the other; what its summary says. */
static const struct {
    const char *interfaces[3], *wanted;
} places[] = {
    {{"eth0", "eth0", "eth0"}, "eth0"}, {{"eth0", "eth1", "eth0"}, ""}, {{"eth1", "eth1", "eth0"}, ""},
    {{NULL, NULL, NULL}, ""},           {{NULL, "eth0", "eth0"}, ""},   {{"eth0", NULL, NULL}, ""},
};

START_TEST(the_interface_is_that_of_all) {
    struct fold *fold = fold_make();
    interface = "eth9";
    ck_assert_uint_eq(told_of(fold, BURST, START), BURST); /* told by themselves: of no account */
    for (unsigned i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "%s", places[_i].interfaces[i] != NULL ? places[_i].interfaces[i] : "");
        interface = places[_i].interfaces[i] != NULL ? name : NULL; /* not to be borrowed */
        ck_assert_uint_eq(told_of(fold, 1, START), 0);
    }
    fold_finish(fold);
    ck_assert_str_eq(seen.interface, places[_i].wanted);
    interface = "eth7";
    ck_assert_uint_eq(told_of(fold, BURST + 1, START), BURST); /* the next storm has its own */
    fold_finish(fold);
    ck_assert_str_eq(seen.interface, "eth7");
    fold_free(fold);
}
END_TEST

START_TEST(totals_run_through_a_storm) {
    struct fold *fold = fold_make();
    told_of(fold, BURST + 100, START);
    client_set(9);
    told_of(fold, 40, START + INTERVAL);
    ck_assert_uint_eq(last_seen()->total, 100);
    fold_advance(fold, START + 2 * INTERVAL);
    ck_assert_uint_eq(last_seen()->count, 40);
    ck_assert_uint_eq(last_seen()->total, 140);
    ck_assert_uint_eq(last_seen()->clients, 1); /* those of the last interval only */
    ck_assert_int_eq(last_seen()->first, START + INTERVAL);
    fold_advance(fold, START + 3 * INTERVAL); /* silence: over */
    told_of(fold, BURST + 6, START + 4 * INTERVAL);
    fold_finish(fold);
    ck_assert_uint_eq(seen.count, 3);
    ck_assert_uint_eq(last_seen()->total, 6); /* another storm */
    ck_assert_uint_eq(fold_counters(fold)->held, 146);
    ck_assert_uint_eq(fold_counters(fold)->summaries, 3);
    ck_assert_uint_eq(fold_counters(fold)->untracked, 0);
    fold_free(fold);
}
END_TEST

/* What makes failures identical, and what does not. */
static void other_cause(void) {
    diag.cause = "server_cert.rejected";
}
static void other_address(void) {
    diag.connection.destination_address[0] = '2';
}
static void other_port(void) {
    port_set(8443);
}
static void other_name(void) {
    facts_reset(&facts);
    facts_set_clean_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example.org");
}
static void no_name(void) {
    facts_reset(&facts);
}
static void same_name_in_capitals(void) {
    facts_reset(&facts);
    facts_set_clean_text(&facts, FACT_CLIENT_SERVER_NAME, "API.Example");
}
static void other_client(void) {
    client_set(77);
    diag.connection.source_port = 7;
}
static void other_rule(void) {
    snprintf(rule_id, sizeof rule_id, "server-cert-expired-silent");
}

static const struct {
    void (*change)(void);
    bool same;
} changes[] = {
    {other_cause, false}, {other_address, false},        {other_port, false},  {other_name, false},
    {no_name, false},     {same_name_in_capitals, true}, {other_client, true}, {other_rule, true},
};

START_TEST(cause_server_and_name_make_a_storm) {
    struct fold *fold = fold_make();
    told_of(fold, BURST + 1, START);
    changes[_i].change();
    ck_assert_uint_eq(told_of(fold, BURST, START), changes[_i].same ? 0 : BURST);
    fold_free(fold);
}
END_TEST

START_TEST(other_verdicts_are_told) {
    static const enum diag_outcome outcomes[] = {DIAG_SUCCESS, DIAG_UNKNOWN};
    struct fold *fold = fold_make();
    told_of(fold, BURST + 1, START);
    diag.outcome = outcomes[_i];
    diag.suspect = outcomes[_i] == DIAG_UNKNOWN;
    ck_assert_uint_eq(told_of(fold, 100, START), 100);
    diag.cause = NULL;
    diag.rule = NULL;
    ck_assert_uint_eq(told_of(fold, 100, START), 100);
    fold_free(fold);
}
END_TEST

START_TEST(clients_are_exact_up_to_a_cap) {
    enum { EXACT = 256 };
    struct fold *fold = fold_make();
    told_of(fold, BURST, START);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < EXACT; i++) {
            client_set(i);
            ck_assert(!fold_diag(fold, interface, &diag, START));
        }
    fold_advance(fold, START + INTERVAL);
    ck_assert_uint_eq(last_seen()->clients, EXACT);
    ck_assert(!last_seen()->clients_capped);
    for (unsigned i = 0; i < EXACT + 1; i++) {
        client_set(i);
        ck_assert(!fold_diag(fold, interface, &diag, START + INTERVAL));
    }
    fold_advance(fold, START + 2 * INTERVAL);
    ck_assert_uint_eq(last_seen()->clients, EXACT);
    ck_assert(last_seen()->clients_capped);
    fold_free(fold);
}
END_TEST

START_TEST(time_goes_a_little_back) {
    struct fold *fold = fold_make();
    told_of(fold, BURST + 1, START);
    told_of(fold, 1, START - 300 * MOMENT_SECOND); /* a handshake that was waited for in vain */
    fold_advance(fold, START + INTERVAL - 1);
    ck_assert_uint_eq(seen.count, 0);
    fold_advance(fold, START + INTERVAL);
    ck_assert_uint_eq(last_seen()->count, 2);
    ck_assert_int_eq(last_seen()->first, START - 300 * MOMENT_SECOND);
    ck_assert_int_eq(last_seen()->last, START);
    fold_free(fold);
}
END_TEST

START_TEST(the_clock_is_set_back) {
    struct fold *fold = fold_make();
    int64_t before = START - 86400 * MOMENT_SECOND;
    told_of(fold, BURST + 5, START);
    port_set(444);
    told_of(fold, BURST, START);
    fold_advance(fold, before);
    ck_assert_uint_eq(seen.count, 1); /* at once: nobody has to wait for a day */
    ck_assert_uint_eq(last_seen()->count, 5);
    ck_assert_uint_eq(told_of(fold, BURST + 2, before), BURST); /* counted anew, in the calm one too */
    fold_advance(fold, before + INTERVAL);
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_uint_eq(last_seen()->count, 2);
    fold_free(fold);
}
END_TEST

START_TEST(times_may_be_anything) {
    static const int64_t times[] = {INT64_MAX, INT64_MIN, 0, INT64_MAX, INT64_MAX - 1, INT64_MIN, -1};
    struct fold *fold = fold_make();
    uint64_t told = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(times); i++)
        told += told_of(fold, 10, times[i]);
    fold_finish(fold);
    ck_assert_uint_eq(told + seen.held, 10 * ARRAY_LENGTH(times));
    fold_free(fold);
}
END_TEST

START_TEST(limits_change_while_a_storm_goes_on) {
    struct fold_options changed = {.burst = 1, .interval = INTERVAL / 2, .key = {7, 7}};
    struct fold *fold = fold_make();
    told_of(fold, BURST + 5, START);
    fold_set_options(fold, &changed);
    ck_assert_uint_eq(seen.count, 0);
    ck_assert_uint_eq(told_of(fold, 5, START + 1), 0); /* the storm is still known */
    fold_advance(fold, START + INTERVAL / 2);
    ck_assert_uint_eq(last_seen()->count, 10);
    port_set(444);
    ck_assert_uint_eq(told_of(fold, 5, START + INTERVAL), 1);
    changed.burst = 0; /* no more folding */
    fold_set_options(fold, &changed);
    ck_assert_uint_eq(seen.held, 14);
    ck_assert_uint_eq(told_of(fold, 1000, START + INTERVAL), 1000);
    fold_free(fold);
}
END_TEST

START_TEST(long_names_are_cut_and_still_told_apart) {
    static const char letters[] = "\303\274"; /* two bytes each: the cut falls between them */
    char name[402] = "x";
    struct fold *fold = fold_make();
    for (size_t i = 1; i + 2 < sizeof name; i += 2)
        memcpy(name + i, letters, 3);
    for (unsigned i = 0; i < 2; i++) {
        name[399] = (char)('0' + i);
        name[400] = '\0';
        facts_reset(&facts);
        facts_set_clean_text(&facts, FACT_CLIENT_SERVER_NAME, name);
        ck_assert_uint_eq(told_of(fold, BURST + 1, START), BURST);
    }
    fold_finish(fold);
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_uint_eq(strlen(last_seen()->server_name), FOLD_NAME_SIZE - 1);
    ck_assert(text_is_clean(last_seen()->server_name));
    fold_free(fold);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fold");
    TCase *tests = tcase_create("storms");
    tcase_add_loop_test(tests, bursts_are_told_and_storms_are_held, 0, ARRAY_LENGTH(courses));
    tcase_add_test(tests, a_summary_says_all);
    tcase_add_loop_test(tests, the_interface_is_that_of_all, 0, ARRAY_LENGTH(places));
    tcase_add_test(tests, totals_run_through_a_storm);
    tcase_add_loop_test(tests, cause_server_and_name_make_a_storm, 0, ARRAY_LENGTH(changes));
    tcase_add_loop_test(tests, other_verdicts_are_told, 0, 2);
    tcase_add_test(tests, clients_are_exact_up_to_a_cap);
    tcase_add_test(tests, time_goes_a_little_back);
    tcase_add_test(tests, the_clock_is_set_back);
    tcase_add_test(tests, times_may_be_anything);
    tcase_add_test(tests, limits_change_while_a_storm_goes_on);
    tcase_add_test(tests, long_names_are_cut_and_still_told_apart);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
