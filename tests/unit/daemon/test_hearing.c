/* Deafness: silence and drops, second by second. */
#include "capture/hearing.h"

#include "base/moment.h"
#include "run_suite.h"

/* What one second brings, and what must be told after it. */
struct second {
    unsigned times; /* so many seconds of this kind in a row; news are those of the last, the others must be 0 */
    unsigned packets, drops;
    bool down;
    unsigned news;
};

struct course {
    const char *name;
    unsigned deaf_seconds;
    struct second seconds[12];
};

static const struct course courses[] = {
    {"packets all the time", 5, {{100, 10, 0, false, 0}}},
    {"silence is told once, and its end",
     5,
     {{1, 10, 0, false, 0},
      {4, 0, 0, false, 0},
      {1, 0, 0, false, HEARING_SILENT},
      {50, 0, 0, false, 0},
      {1, 1, 0, false, HEARING_AGAIN},
      {4, 0, 0, false, 0},
      {1, 0, 0, false, HEARING_SILENT}}},
    {"a packet in time", 5, {{4, 0, 0, false, 0}, {1, 1, 0, false, 0}, {4, 0, 0, false, 0}, {1, 1, 0, false, 0}}},
    {"silence from the start", 5, {{4, 0, 0, false, 0}, {1, 0, 0, false, HEARING_SILENT}}},
    {"a link that is down is not silent",
     5,
     {{30, 0, 0, true, 0}, {4, 0, 0, false, 0}, {1, 0, 0, false, HEARING_SILENT}}},
    {"silence never matters", 0, {{200, 0, 0, false, 0}}},
    /* what was dropped was on the wire */
    {"all dropped is not silent", 5, {{1, 0, 7, false, HEARING_DROPPED | HEARING_ALL_DROPPED}, {4, 0, 0, false, 0}}},
    {"one in a hundred is no deafness",
     5,
     {{1, 99, 0, false, 0}, {1, 0, 1, false, HEARING_DROPPED | HEARING_ALL_DROPPED}, {58, 1, 0, false, 0}}},
    /* 2 of 100: over when the second of the drops has left the minute */
    {"two in a hundred for a minute",
     5,
     {{1, 98, 2, false, HEARING_DROPPED}, {59, 1, 0, false, 0}, {1, 1, 0, false, HEARING_DROPS_OVER}}},
    {"drops thinned out by packets",
     5,
     {{1, 98, 2, false, HEARING_DROPPED}, {1, 1000, 0, false, HEARING_DROPS_OVER}, {100, 1, 0, false, 0}}},
    {"few drops among many", 5, {{1, 10000, 99, false, HEARING_DROPPED}, {1, 10000, 50, false, HEARING_DROPPED}}},
    {"drops of each second are told each second",
     5,
     {{1, 5, 5, false, HEARING_DROPPED}, {1, 5, 5, false, HEARING_DROPPED}, {1, 5, 5, false, HEARING_DROPPED}}},
};

static void course_run(const struct course *course) {
    struct hearing hearing;
    int64_t now = 1000 * MOMENT_SECOND;
    uint64_t packets = 12345, drops = 678; /* of earlier openings: not of this minute */
    hearing_init(&hearing, now, packets, drops);
    for (size_t i = 0; i < ARRAY_LENGTH(course->seconds); i++) {
        const struct second *second = &course->seconds[i];
        for (unsigned time = 1; time <= second->times; time++) {
            now += MOMENT_SECOND;
            packets += second->packets;
            drops += second->drops;
            unsigned news = hearing_second_add(&hearing, now, packets, drops, !second->down, course->deaf_seconds);
            ck_assert_msg(news == (time == second->times ? second->news : 0), "%s: row %zu, time %u: news %u",
                          course->name, i, time, news);
        }
    }
}

START_TEST(test_courses) {
    course_run(&courses[_i]);
}
END_TEST

START_TEST(test_minute_is_the_sum_of_its_seconds) {
    struct hearing hearing;
    uint64_t packets = 0, drops = 0;
    hearing_init(&hearing, 0, 0, 0);
    for (unsigned i = 1; i <= 200; i++) {
        packets += i;
        drops += i % 7;
        (void)!hearing_second_add(&hearing, (int64_t)i * MOMENT_SECOND, packets, drops, true, 0);
    }
    uint64_t packets_wanted = 0, drops_wanted = 0;
    for (unsigned i = 141; i <= 200; i++) { /* the last 60 */
        packets_wanted += i;
        drops_wanted += i % 7;
    }
    ck_assert_uint_eq(hearing.minute.packets, packets_wanted);
    ck_assert_uint_eq(hearing.minute.drops, drops_wanted);
    ck_assert_uint_eq(hearing.last.packets, 200);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("hearing");
    TCase *tests = tcase_create("hearing");
    tcase_add_loop_test(tests, test_courses, 0, ARRAY_LENGTH(courses));
    tcase_add_test(tests, test_minute_is_the_sum_of_its_seconds);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
