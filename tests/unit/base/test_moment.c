/* Moments as text: the calendar's corners (leap days, before 1970, the ends of the range), spans for people. */
#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

#include "base/compiler.h"
#include "base/moment.h"
#include "run_suite.h"

static const struct {
    int64_t nanoseconds;
    const char *want;
} moments[] = {
    {0, "1970-01-01T00:00:00.000000Z"},
    {1, "1970-01-01T00:00:00.000000Z"},
    {1000, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {-MOMENT_SECOND, "1969-12-31T23:59:59.000000Z"},
    {951782400 * MOMENT_SECOND, "2000-02-29T00:00:00.000000Z"}, /* a leap day in a century year */
    {951868800 * MOMENT_SECOND, "2000-03-01T00:00:00.000000Z"},
    {1000000000 * MOMENT_SECOND + 123456789, "2001-09-09T01:46:40.123456Z"},
    {4107542399 * MOMENT_SECOND, "2100-02-28T23:59:59.000000Z"}, /* 2100 has no leap day */
    {4107542400 * MOMENT_SECOND, "2100-03-01T00:00:00.000000Z"},
    {INT64_MAX, "2262-04-11T23:47:16.854775Z"},
    {INT64_MIN, "1677-09-21T00:12:43.145224Z"},
};

START_TEST(moments_format) {
    char text[MOMENT_TEXT_SIZE];
    moment_format(moments[_i].nanoseconds, text);
    ck_assert_str_eq(text, moments[_i].want);
}
END_TEST

static const struct {
    int64_t seconds;
    const char *want;
} whole_seconds[] = {
    {0, "1970-01-01T00:00:00Z"},
    {INT64_C(253402300799), "9999-12-31T23:59:59Z"}, /* "no expiry" of RFC 5280 section 4.1.2.5 */
    {INT64_C(253402300800), "10000-01-01T00:00:00Z"},
    {INT64_C(-62167219200), "0000-01-01T00:00:00Z"},
    {INT64_C(-62167219201), "-001-12-31T23:59:59Z"},
    {INT64_MAX, "292277026596-12-04T15:30:07Z"},
    {INT64_MIN, "-292277022657-01-27T08:29:52Z"},
};

START_TEST(seconds_format) {
    char text[MOMENT_TEXT_SIZE];
    moment_format_seconds(whole_seconds[_i].seconds, text);
    ck_assert_str_eq(text, whole_seconds[_i].want);
}
END_TEST

/* Each day of 800 years against the C library's calendar. */
START_TEST(every_day_agrees_with_gmtime) {
    for (int64_t day = -146097; day < 146097; day++) {
        char text[MOMENT_TEXT_SIZE], want[MOMENT_TEXT_SIZE];
        time_t seconds = (time_t)(day * 86400 + 86399);
        struct tm tm;
        bool known = gmtime_r(&seconds, &tm) != NULL && strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0;
        moment_format_seconds(seconds, text);
        if (!known || strcmp(text, want) != 0) ck_abort_msg("day %" PRId64 ": %s", day, text);
    }
}
END_TEST

static const struct {
    int64_t nanoseconds;
    const char *want;
} spans[] = {
    {0, "0 ns"},
    {999, "999 ns"},
    {250 * INT64_C(1000), "250 us"},
    {41 * MOMENT_MILLISECOND, "41 ms"},
    {-41 * MOMENT_MILLISECOND, "41 ms"},
    {999 * MOMENT_MILLISECOND, "999 ms"},
    {MOMENT_SECOND, "1 second"},
    {3 * MOMENT_SECOND, "3 seconds"},
    {119 * MOMENT_SECOND, "119 seconds"},
    {120 * MOMENT_SECOND, "2 minutes"},
    {119 * 60 * MOMENT_SECOND, "119 minutes"},
    {2 * 3600 * MOMENT_SECOND, "2 hours"},
    {26 * 3600 * MOMENT_SECOND, "26 hours"},
    {-3 * 86400 * MOMENT_SECOND, "3 days"},
    {729 * 86400 * MOMENT_SECOND, "729 days"},
    {730 * 86400 * MOMENT_SECOND, "2 years"},
    {INT64_MAX, "292 years"},
    {INT64_MIN, "292 years"},
};

START_TEST(spans_are_for_people) {
    char text[MOMENT_SPAN_SIZE];
    moment_span(spans[_i].nanoseconds, text);
    ck_assert_str_eq(text, spans[_i].want);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("moment");
    TCase *cases = tcase_create("moment");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, moments_format, 0, ARRAY_LENGTH(moments));
    tcase_add_loop_test(cases, seconds_format, 0, ARRAY_LENGTH(whole_seconds));
    tcase_add_test(cases, every_day_agrees_with_gmtime);
    tcase_add_loop_test(cases, spans_are_for_people, 0, ARRAY_LENGTH(spans));
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
