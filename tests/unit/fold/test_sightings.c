/* A connection that several interfaces show is told once, unless they disagree. */
#include "fold/sightings.h"

#include "storm_case.h"

static struct sightings *sightings;

static void sightings_make(void) {
    static const struct siphash_key key = {3, 4};
    diag_make();
    sightings = sightings_new(&key);
    ck_assert_ptr_nonnull(sightings);
}

static void sightings_drop(void) {
    sightings_free(sightings);
}

static struct diag_connection *connection(void) {
    return &diag.connection;
}

/* The diag of storm_case.h on NAME, begun so many nanoseconds after START. */
static bool told_on(const char *name, int64_t later) {
    connection()->start = START + later;
    return sightings_note(sightings, name, &diag);
}

START_TEST(the_first_one_tells) {
    ck_assert(told_on("eth0", 0));
    ck_assert(!told_on("eth1", 300000));
    ck_assert(!told_on("br0", 301000));
    ck_assert_uint_eq(sightings_repeated(sightings), 2);
    ck_assert(told_on("eth0", 0)); /* what one interface tells twice is none of ours */
    ck_assert_uint_eq(sightings_repeated(sightings), 2);
}
END_TEST

/* What makes it another connection, another verdict, or another time. */
static void other_client(void) {
    snprintf(connection()->source_address, sizeof connection()->source_address, "10.0.0.6");
}
static void other_server(void) {
    snprintf(connection()->destination_address, sizeof connection()->destination_address, "192.0.2.8");
}
static void other_way_round(void) {
    snprintf(connection()->source_address, sizeof connection()->source_address, "192.0.2.7");
    snprintf(connection()->destination_address, sizeof connection()->destination_address, "10.0.0.5");
}
static void other_client_port(void) {
    connection()->source_port++;
}
static void other_server_port(void) {
    connection()->destination_port++;
}
static void other_cause(void) {
    diag.cause = "handshake.reset";
}
static void no_cause(void) {
    diag.cause = NULL;
}
static void other_outcome(void) {
    diag.outcome = DIAG_SUCCESS;
}

static void (*const differences[])(void) = {other_client,      other_server, other_way_round, other_client_port,
                                            other_server_port, other_cause,  no_cause,        other_outcome};

START_TEST(what_differs_is_told) {
    ck_assert(told_on("eth0", 0));
    differences[_i]();
    ck_assert(told_on("eth1", 1000));
    ck_assert_uint_eq(sightings_repeated(sightings), 0);
    ck_assert(!told_on("eth2", 1000)); /* and then known itself */
}
END_TEST

/* A port that is used again is another connection; so is one before the clock was set. */
START_TEST(the_beginning_is_the_same) {
    ck_assert(told_on("eth0", 0));
    ck_assert(told_on("eth1", SIGHTINGS_WITHIN + 1));
    ck_assert(!told_on("eth2", SIGHTINGS_WITHIN));
    ck_assert(!told_on("eth3", -SIGHTINGS_WITHIN));
    ck_assert(told_on("eth4", -SIGHTINGS_WITHIN - 1));
    connection()->start = INT64_MIN;
    ck_assert(sightings_note(sightings, "eth5", &diag));
    connection()->start = INT64_MAX;
    ck_assert(sightings_note(sightings, "eth6", &diag));
}
END_TEST

/* One interface is a batch ahead of the other: nothing is forgotten meanwhile. */
START_TEST(a_batch_is_remembered) {
    enum { BATCH = SIGHTINGS_CAP / 4 };
    for (unsigned i = 0; i < BATCH; i++) {
        connection()->source_port = (uint16_t)i;
        ck_assert(told_on("eth0", i));
    }
    for (unsigned i = 0; i < BATCH; i++) {
        connection()->source_port = (uint16_t)i;
        ck_assert(!told_on("eth1", i + 5000));
    }
    ck_assert_uint_eq(sightings_repeated(sightings), BATCH);
}
END_TEST

/* Whoever comes with ever new connections makes the table forget the oldest, and never grow. */
START_TEST(old_ones_make_room) {
    ck_assert(told_on("eth0", 0));
    for (unsigned i = 0; i < 40 * SIGHTINGS_CAP; i++) {
        snprintf(connection()->source_address, sizeof connection()->source_address, "10.%u.%u.%u", 1 + (i >> 16),
                 i >> 8 & 255, i & 255);
        ck_assert(told_on("eth0", 0));
    }
    ck_assert(!told_on("eth1", 0)); /* the last one is known */
    snprintf(connection()->source_address, sizeof connection()->source_address, "10.0.0.5");
    ck_assert(told_on("eth1", 0)); /* the first one is not */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("sightings");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, sightings_make, sightings_drop);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, the_first_one_tells);
    tcase_add_loop_test(all, what_differs_is_told, 0, (int)ARRAY_LENGTH(differences));
    tcase_add_test(all, the_beginning_is_the_same);
    tcase_add_test(all, a_batch_is_remembered);
    tcase_add_test(all, old_ones_make_room);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
