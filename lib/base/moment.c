/* Times as text. The calendar is computed here, because gmtime() fails for years that a certificate may claim. */
#include "base/moment.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

#define SECONDS_PER_DAY 86400
#define DAYS_PER_ERA    146097 /* 400 Gregorian years */
#define DAYS_TO_MARCH_0 719468 /* from 0000-03-01 to 1970-01-01 */

struct civil {
    int64_t year;
    int month, day, hour, minute, second;
};

/* Division that rounds towards minus infinity: moments before 1970 are negative. */
static int64_t divide_down(int64_t value, int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/* What divide_down() leaves; never negative. */
static int64_t remainder_up(int64_t value, int64_t by) {
    int64_t rest = value % by;
    return rest < 0 ? rest + by : rest;
}

/* The Gregorian date of a moment. Years begin in March inside, so that the leap day is the last one of its year. */
static struct civil civil_from_seconds(int64_t seconds) {
    int64_t day = divide_down(seconds, SECONDS_PER_DAY);
    int of_day = (int)remainder_up(seconds, SECONDS_PER_DAY);
    day += DAYS_TO_MARCH_0;
    int64_t era = divide_down(day, DAYS_PER_ERA);
    int64_t of_era = remainder_up(day, DAYS_PER_ERA);
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_PER_ERA - 1)) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int march_month = (int)((5 * of_year + 2) / 153);
    int month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (struct civil){
        .year = era * 400 + year + (month <= 2 ? 1 : 0),
        .month = month,
        .day = (int)(of_year - (153 * march_month + 2) / 5 + 1),
        .hour = of_day / 3600,
        .minute = of_day / 60 % 60,
        .second = of_day % 60,
    };
}

/* WIDTH digits of VALUE, zeros in front; returns where to go on. printf would take ten times as long, and every event
 * has several times in it. */
static char *digits_put(char *text, unsigned value, unsigned width) {
    for (unsigned i = width; i > 0; i--, value /= 10)
        text[i - 1] = (char)('0' + value % 10);
    return text + width;
}

static char *year_put(char *text, int64_t year) {
    if (year >= 0 && year <= 9999) return digits_put(text, (unsigned)year, 4);
    return text + snprintf(text, MOMENT_TEXT_SIZE - 24, "%04" PRId64, year);
}

/* "2026-11-21T19:30:00"; returns its end. A year of 12 digits, as long as int64 goes, still leaves room behind it. */
static char *civil_put(char *text, const struct civil *civil) {
    const struct {
        int value;
        char behind;
    } parts[] = {{civil->month, '-'}, {civil->day, 'T'}, {civil->hour, ':'}, {civil->minute, ':'}};
    text = year_put(text, civil->year);
    *text++ = '-';
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        text = digits_put(text, (unsigned)parts[i].value, 2);
        *text++ = parts[i].behind;
    }
    return digits_put(text, (unsigned)civil->second, 2);
}

void moment_format(int64_t nanoseconds, char text[MOMENT_TEXT_SIZE]) {
    struct civil civil = civil_from_seconds(divide_down(nanoseconds, MOMENT_SECOND));
    int64_t rest = remainder_up(nanoseconds, MOMENT_SECOND);
    text = civil_put(text, &civil);
    *text++ = '.';
    text = digits_put(text, (unsigned)(rest / 1000), 6);
    *text++ = 'Z';
    *text = '\0';
}

void moment_format_seconds(int64_t seconds, char text[MOMENT_TEXT_SIZE]) {
    struct civil civil = civil_from_seconds(seconds);
    text = civil_put(text, &civil);
    *text++ = 'Z';
    *text = '\0';
}

/* From the longest; a unit is used from FROM of it on, so that "26 hours" is not "1 day". */
static const struct span_unit {
    uint64_t nanoseconds;
    uint64_t from;
    const char *name;
    bool takes_plural;
} span_units[] = {
    {365 * 86400 * UINT64_C(1000000000), 2, "year", true},
    {86400 * UINT64_C(1000000000), 2, "day", true},
    {3600 * UINT64_C(1000000000), 2, "hour", true},
    {60 * UINT64_C(1000000000), 2, "minute", true},
    {UINT64_C(1000000000), 1, "second", true},
    {UINT64_C(1000000), 1, "ms", false},
    {UINT64_C(1000), 1, "us", false},
    {1, 0, "ns", false},
};

void moment_span(int64_t nanoseconds, char text[MOMENT_SPAN_SIZE]) {
    uint64_t span = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds;
    for (size_t i = 0; i < ARRAY_LENGTH(span_units); i++) {
        const struct span_unit *unit = &span_units[i];
        uint64_t count = span / unit->nanoseconds;
        if (count < unit->from) continue;
        const char *plural = unit->takes_plural && count != 1 ? "s" : "";
        snprintf(text, MOMENT_SPAN_SIZE, "%" PRIu64 " %s%s", count, unit->name, plural);
        return;
    }
}
