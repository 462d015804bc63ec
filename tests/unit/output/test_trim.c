/* The line always fits, and what goes first is what is missed least. */
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "run_suite.h"
#include "sample_diag.h"

static struct sample_store store;

/* The event as an object, its line held to what every line must be; *LENGTH may be NULL. */
static json_t *event_write(size_t *length) {
    json_error_t error;
    char *line = malloc(OUTPUT_LINE_CAP + 1); /* the exact size: a byte more is seen */
    ck_assert_ptr_nonnull(line);
    size_t written = output_json(&store.diag, &sample_live, 1, line);
    ck_assert_uint_gt(written, 0);
    ck_assert_uint_le(written, OUTPUT_LINE_CAP);
    ck_assert_uint_lt(strlen("TLSWHY_EVENT=") + written, 4096); /* journalctl -o json: see OUTPUT_LINE_CAP */
    ck_assert_uint_eq(written, strlen(line));
    json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(event != NULL, "%s", error.text);
    free(line);
    if (length != NULL) *length = written;
    return event;
}

static json_t *ours(json_t *event, const char *key) {
    return json_object_get(json_object_get(event, "tlswhy"), key);
}

static bool is_noted(json_t *event, const char *path) {
    json_t *noted;
    size_t i;
    json_array_foreach(ours(event, "truncated"), i, noted) {
        if (strcmp(json_string_value(noted), path) == 0) return true;
    }
    return false;
}

/* The texts that cost most for their length: quotes and backslashes double, others are several bytes long. */
static const char *const pieces[] = {"x", "\"", "\\", "\\x1b[31m", "B\303\274cher ", "\xf0\x9f\x94\x92", "word "};

START_TEST(monster_fits) {
    size_t length;
    sample_monster(&store, pieces[_i]);
    json_t *event = event_write(&length);
    ck_assert_str_eq(json_string_value(ours(event, "cause")), "server_cert.expired");
    ck_assert_uint_gt(json_array_size(ours(event, "truncated")), 5);
    ck_assert(is_noted(event, "tls.client.supported_ciphers"));
    ck_assert(is_noted(event, "tls.server.x509.alternative_names"));
    ck_assert(is_noted(event, "tlswhy.timeline"));
    ck_assert_uint_gt(json_array_size(ours(event, "evidence")), 0);
    ck_assert_uint_gt(strlen(json_string_value(json_object_get(event, "message"))), 0);
    json_decref(event);
}
END_TEST

/* One list grows until it does not fit: from then on it alone is shortened. */
START_TEST(ciphers_go_first) {
    bool cut_once = false;
    for (unsigned count = 0; count <= FACTS_LIST_CAP; count++) {
        sample_make(&store, SAMPLE_EXPIRED);
        facts_list_begin(&store.facts, FACT_CLIENT_SUITES);
        for (unsigned i = 0; i < count; i++)
            facts_list_add_name(&store.facts, FACT_CLIENT_SUITES, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
        json_t *event = event_write(NULL);
        json_t *client = json_object_get(json_object_get(event, "tls"), "client");
        size_t kept = json_array_size(json_object_get(client, "supported_ciphers"));
        bool cut = is_noted(event, "tls.client.supported_ciphers");
        ck_assert_uint_eq(kept < count, cut);
        ck_assert_uint_le(json_array_size(ours(event, "truncated")), 1);
        ck_assert_uint_eq(json_array_size(ours(event, "timeline")), 6);
        ck_assert_uint_eq(json_array_size(ours(event, "evidence")), 2);
        ck_assert(!cut_once || cut);
        cut_once = cut_once || cut;
        json_decref(event);
    }
    ck_assert(cut_once);
}
END_TEST

/* A long timeline loses its middle: how it began and how it ended stay. */
START_TEST(timeline_loses_its_middle) {
    sample_make(&store, SAMPLE_EXPIRED);
    store.diag.timeline_count = DIAG_TIMELINE_CAP;
    for (unsigned i = 0; i < DIAG_TIMELINE_CAP; i++) {
        struct diag_step *step = &store.diag.timeline[i];
        step->offset = (int64_t)i * 1000000;
        (void)snprintf(step->what, sizeof step->what, "step %u, %0*d", i, 90, 0);
    }
    json_t *event = event_write(NULL), *timeline = ours(event, "timeline");
    size_t count = json_array_size(timeline);
    ck_assert_uint_ge(count, 8);
    ck_assert_uint_lt(count, DIAG_TIMELINE_CAP);
    ck_assert_float_eq((float)json_real_value(json_object_get(json_array_get(timeline, 0), "ms")), 0);
    ck_assert_float_eq((float)json_real_value(json_object_get(json_array_get(timeline, 3), "ms")), 3);
    ck_assert_float_eq((float)json_real_value(json_object_get(json_array_get(timeline, count - 1), "ms")), 39);
    ck_assert(is_noted(event, "tlswhy.timeline"));
    ck_assert_uint_eq(json_array_size(ours(event, "evidence")), 2);
    json_decref(event);
}
END_TEST

/* Every length of the message and of the evidence around the border: the line fits, and is not cut before it must. */
START_TEST(every_length_around_the_border) {
    for (size_t length = 0; length < DIAG_EVIDENCE_SIZE; length++) {
        size_t written;
        sample_make(&store, SAMPLE_EXPIRED);
        for (store.diag.evidence_count = 0; store.diag.evidence_count < 4; store.diag.evidence_count++) {
            char *evidence = store.diag.evidence[store.diag.evidence_count];
            memset(evidence, 'e', length);
            evidence[length] = '\0';
        }
        json_t *event = event_write(&written);
        ck_assert_uint_eq(json_array_size(ours(event, "evidence")), 4);
        ck_assert_msg(json_array_size(ours(event, "truncated")) == 0 || written > OUTPUT_LINE_CAP - 256, "%zu", length);
        json_decref(event);
    }
}
END_TEST

/* What was cut before it came here is said too. */
START_TEST(cut_at_the_source) {
    sample_make(&store, SAMPLE_EXPIRED);
    store.diag.timeline_truncated = true;
    json_t *event = event_write(NULL);
    ck_assert(is_noted(event, "tlswhy.timeline"));
    ck_assert_uint_eq(json_array_size(ours(event, "timeline")), 6);
    json_decref(event);

    sample_make(&store, SAMPLE_REFUSED);
    facts_list_begin(&store.facts, FACT_CLIENT_SUITES);
    for (unsigned i = 0; i < FACTS_LIST_CAP + 1; i++)
        facts_list_add_name(&store.facts, FACT_CLIENT_SUITES, "X");
    event = event_write(NULL);
    ck_assert(is_noted(event, "tls.client.supported_ciphers"));
    json_decref(event);
}
END_TEST

/* A rule file may be as wordy as it likes, and so may a host name. */
START_TEST(long_words_of_our_own) {
    static char wordy[6000];
    memset(wordy, 'w', sizeof wordy - 1);
    struct output_observer observer = {.version = "0.1.0", .hostname = wordy, .interface = wordy};
    char line[OUTPUT_LINE_CAP + 1];
    sample_make(&store, SAMPLE_EXPIRED);
    store.rule.id = store.rule.name = store.rule.description = store.rule.reference = wordy;
    size_t length = output_json(&store.diag, &observer, 1, line);
    ck_assert_uint_gt(length, 0);
    json_t *event = json_loads(line, 0, NULL);
    ck_assert_ptr_nonnull(event);
    ck_assert_str_eq(json_string_value(ours(event, "cause")), "server_cert.expired");
    json_decref(event);
}
END_TEST

static double cpu_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The bounds are loose, for sanitizers and slow machines. */
START_TEST(events_are_cheap) {
    enum { ROUNDS = 2000 };
    char line[OUTPUT_LINE_CAP + 1];
    double each[2];
    for (unsigned kind = 0; kind < 2; kind++) {
        if (kind == 0)
            sample_make(&store, SAMPLE_EXPIRED);
        else
            sample_monster(&store, "\"");
        double begin = cpu_nanoseconds();
        for (unsigned i = 0; i < ROUNDS; i++)
            ck_assert_uint_gt(output_json(&store.diag, &sample_live, i, line), 0);
        each[kind] = (cpu_nanoseconds() - begin) / ROUNDS;
    }
    printf("an event: %.0f ns, a monster: %.0f ns\n", each[0], each[1]);
    ck_assert_msg(each[0] < 500e3, "%.0f", each[0]);
    ck_assert_msg(each[1] < 5e6, "%.0f", each[1]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output trim");
    TCase *trim = tcase_create("trim");
    tcase_set_timeout(trim, 60);
    tcase_add_loop_test(trim, monster_fits, 0, ARRAY_LENGTH(pieces));
    tcase_add_test(trim, ciphers_go_first);
    tcase_add_test(trim, timeline_loses_its_middle);
    tcase_add_test(trim, every_length_around_the_border);
    tcase_add_test(trim, cut_at_the_source);
    tcase_add_test(trim, long_words_of_our_own);
    tcase_add_test(trim, events_are_cheap);
    suite_add_tcase(suite, trim);
    return run_suite(suite);
}
