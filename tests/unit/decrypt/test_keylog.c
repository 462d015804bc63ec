#include "decrypt/keylog.h"

#include "hex.h"
#include "run_suite.h"

#define RANDOM_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RANDOM_B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET32 "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SECRET48 SECRET32 "404142434445464748494a4b4c4d4e4f"

static const struct siphash_key key = {1, 2};

static struct keylog *keylog_of(const char *text, size_t chunk) {
    struct keylog *keylog = keylog_new(4, &key);
    ck_assert_ptr_nonnull(keylog);
    size_t length = strlen(text), step = chunk > 0 ? chunk : length;
    for (size_t at = 0; at < length; at += step) {
        size_t part = length - at < step ? length - at : step;
        unsigned char *copy = exact_copy(text + at, part);
        keylog_append(keylog, (const char *)copy, part);
        free(copy);
    }
    return keylog;
}

static const struct keylog_secrets *find(struct keylog *keylog, const char *random_hex) {
    uint8_t random[KEYLOG_RANDOM_LENGTH];
    from_hex(random_hex, random, sizeof random);
    return keylog_find(keylog, random);
}

static const struct {
    const char *name, *label;
    enum keylog_label place;
    const char *secret;
} labels[] = {
    {"TLS 1.2", "CLIENT_RANDOM", KEYLOG_MASTER, SECRET48},
    {"early", "CLIENT_EARLY_TRAFFIC_SECRET", KEYLOG_CLIENT_EARLY, SECRET32},
    {"client handshake", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_CLIENT_HANDSHAKE, SECRET48},
    {"server handshake", "SERVER_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_SERVER_HANDSHAKE, SECRET32},
    {"client data", "CLIENT_TRAFFIC_SECRET_0", KEYLOG_CLIENT_TRAFFIC, SECRET32},
    {"server data", "SERVER_TRAFFIC_SECRET_0", KEYLOG_SERVER_TRAFFIC, SECRET48},
};

START_TEST(each_label_has_its_place) {
    char line[KEYLOG_LINE_CAP];
    uint8_t secret[KEYLOG_SECRET_CAP];
    snprintf(line, sizeof line, "%s %s %s\n", labels[_i].label, RANDOM_A, labels[_i].secret);
    struct keylog *keylog = keylog_of(line, 0);
    const struct keylog_secrets *secrets = find(keylog, RANDOM_A);
    size_t length = from_hex(labels[_i].secret, secret, sizeof secret);
    ck_assert_ptr_nonnull(secrets);
    for (int label = 0; label < KEYLOG_LABEL_COUNT; label++)
        ck_assert_msg(secrets->of[label].length == (label == (int)labels[_i].place ? length : 0), "%s",
                      labels[_i].name);
    ck_assert_mem_eq(secrets->of[labels[_i].place].bytes, secret, length);
    ck_assert_ptr_null(find(keylog, RANDOM_B));
    keylog_free(keylog);
}
END_TEST

static const struct {
    const char *name, *text;
    unsigned lines, passed, malformed;
} texts[] = {
    {"comment and empty line", "# SSL/TLS secrets log file\n\n", 0, 2, 0},
    {"carriage return", "CLIENT_RANDOM " RANDOM_A " " SECRET48 "\r\n", 1, 0, 0},
    {"capital digits",
     "CLIENT_TRAFFIC_SECRET_0 " RANDOM_A " ABCDEF232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F\n", 1, 0,
     0},
    {"exporter", "EXPORTER_SECRET " RANDOM_A " " SECRET32 "\n", 0, 1, 0},
    {"pre-master secret by RSA, old", "RSA 0011223344556677 " SECRET48 "\n", 0, 1, 0},
    {"label of another length", "CLIENT_RANDOMS " RANDOM_A " " SECRET48 "\n", 0, 1, 0},
    {"random too short", "CLIENT_RANDOM 00 " SECRET48 "\n", 0, 0, 1},
    {"random too long", "CLIENT_RANDOM " RANDOM_A "00 " SECRET48 "\n", 0, 0, 1},
    {"random not hexadecimal",
     "CLIENT_RANDOM g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f " SECRET48 "\n", 0, 0, 1},
    {"no secret", "CLIENT_RANDOM " RANDOM_A "\n", 0, 0, 1},
    {"master secret of 32 bytes", "CLIENT_RANDOM " RANDOM_A " " SECRET32 "\n", 0, 0, 1},
    {"odd number of digits", "SERVER_TRAFFIC_SECRET_0 " RANDOM_A " " SECRET32 "0\n", 0, 0, 1},
    {"traffic secret of 64 bytes", "SERVER_TRAFFIC_SECRET_0 " RANDOM_A " " SECRET32 SECRET32 "\n", 0, 0, 1},
    {"a fourth word", "CLIENT_RANDOM " RANDOM_A " " SECRET48 " 00\n", 0, 0, 1},
    {"two spaces", "CLIENT_RANDOM  " RANDOM_A " " SECRET48 "\n", 0, 0, 1},
    {"no end of line", "CLIENT_RANDOM " RANDOM_A " " SECRET48, 0, 0, 0},
};

static void check_counters(const struct keylog *keylog, const char *name, unsigned lines, unsigned passed,
                           unsigned malformed) {
    const struct keylog_counters *counters = keylog_counters(keylog);
    ck_assert_msg(counters->lines == lines, "%s: lines", name);
    ck_assert_msg(counters->passed == passed, "%s: passed", name);
    ck_assert_msg(counters->malformed == malformed, "%s: malformed", name);
    ck_assert_msg(counters->connections == (lines > 0 ? 1 : 0), "%s: connections", name);
}

START_TEST(lines_are_told_apart_however_they_come) {
    static const size_t chunks[] = {0, 1, 7, 64};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        struct keylog *keylog = keylog_of(texts[_i].text, chunks[i]);
        check_counters(keylog, texts[_i].name, texts[_i].lines, texts[_i].passed, texts[_i].malformed);
        keylog_free(keylog);
    }
}
END_TEST

/* An offline log ends where it ends; a growing one may have been read in the middle of a line. */
START_TEST(a_torn_line_waits_for_its_end) {
    struct keylog *keylog = keylog_of("CLIENT_RANDOM " RANDOM_A " " SECRET32, 0);
    ck_assert_ptr_null(find(keylog, RANDOM_A));
    keylog_append(keylog, "404142434445464748494a4b4c4d4e4f", 32);
    ck_assert_ptr_null(find(keylog, RANDOM_A));
    keylog_end(keylog);
    ck_assert_ptr_nonnull(find(keylog, RANDOM_A));
    keylog_end(keylog);
    check_counters(keylog, "end", 1, 0, 0);
    keylog_free(keylog);
}
END_TEST

START_TEST(a_log_that_begins_anew_forgets_half_a_line) {
    struct keylog *keylog = keylog_of("CLIENT_RANDOM " RANDOM_B, 0);
    keylog_restart(keylog);
    keylog_append(keylog, "# new\n", 6);
    check_counters(keylog, "restart", 0, 1, 0);
    keylog_free(keylog);
}
END_TEST

START_TEST(a_line_without_end_is_passed_over) {
    struct keylog *keylog = keylog_of("CLIENT_RANDOM ", 0);
    for (int i = 0; i < 3 * KEYLOG_LINE_CAP; i++)
        keylog_append(keylog, "0", 1);
    keylog_append(keylog, "\nCLIENT_RANDOM " RANDOM_A " " SECRET48 "\n",
                  strlen("\nCLIENT_RANDOM " RANDOM_A " " SECRET48 "\n"));
    check_counters(keylog, "long line", 1, 0, 1);
    keylog_free(keylog);
}
END_TEST

static void connection_add(struct keylog *keylog, unsigned number) {
    char line[KEYLOG_LINE_CAP];
    int length = snprintf(line, sizeof line, "CLIENT_RANDOM %064x " SECRET48 "\n", number);
    keylog_append(keylog, line, (size_t)length);
}

static bool connection_has(struct keylog *keylog, unsigned number) {
    char random[2 * KEYLOG_RANDOM_LENGTH + 1];
    snprintf(random, sizeof random, "%064x", number);
    return find(keylog, random) != NULL;
}

/* Room for four: the one that was asked for stays, the least lately used goes. */
START_TEST(the_least_lately_used_makes_room) {
    struct keylog *keylog = keylog_of("", 0);
    for (unsigned i = 1; i <= 4; i++)
        connection_add(keylog, i);
    ck_assert(connection_has(keylog, 1));
    connection_add(keylog, 5);
    ck_assert(!connection_has(keylog, 2));
    ck_assert(connection_has(keylog, 1));
    for (unsigned i = 10; i < 1000; i++)
        connection_add(keylog, i);
    for (unsigned i = 996; i < 1000; i++)
        ck_assert(connection_has(keylog, i));
    ck_assert(!connection_has(keylog, 995));
    ck_assert_uint_eq(keylog_counters(keylog)->connections, 4);
    ck_assert_uint_eq(keylog_counters(keylog)->forgotten, 1 + 990);
    keylog_free(keylog);
}
END_TEST

/* Secrets of a connection that made room must not show up under the next one. */
START_TEST(a_place_is_wiped_before_it_is_used_again) {
    struct keylog *keylog = keylog_new(1, &key);
    static const char first[] = "CLIENT_RANDOM " RANDOM_A " " SECRET48 "\n";
    static const char second[] = "CLIENT_TRAFFIC_SECRET_0 " RANDOM_B " " SECRET32 "\n";
    keylog_append(keylog, first, sizeof first - 1);
    keylog_append(keylog, second, sizeof second - 1);
    const struct keylog_secrets *secrets = find(keylog, RANDOM_B);
    static const uint8_t nothing[KEYLOG_SECRET_CAP];
    ck_assert_ptr_nonnull(secrets);
    ck_assert_uint_eq(secrets->of[KEYLOG_MASTER].length, 0);
    ck_assert_mem_eq(secrets->of[KEYLOG_MASTER].bytes, nothing, sizeof nothing);
    ck_assert_ptr_null(find(keylog, RANDOM_A));
    keylog_free(keylog);
}
END_TEST

START_TEST(a_key_log_needs_room) {
    ck_assert_ptr_null(keylog_new(0, &key));
    keylog_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("key log");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, each_label_has_its_place, 0, sizeof labels / sizeof labels[0]);
    tcase_add_loop_test(cases, lines_are_told_apart_however_they_come, 0, sizeof texts / sizeof texts[0]);
    tcase_add_test(cases, a_torn_line_waits_for_its_end);
    tcase_add_test(cases, a_log_that_begins_anew_forgets_half_a_line);
    tcase_add_test(cases, a_line_without_end_is_passed_over);
    tcase_add_test(cases, the_least_lately_used_makes_room);
    tcase_add_test(cases, a_place_is_wiped_before_it_is_used_again);
    tcase_add_test(cases, a_key_log_needs_room);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
