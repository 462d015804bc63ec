/* Points in time as packets carry them: nanoseconds since 1970-01-01T00:00:00Z. Never asks a clock. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stddef.h>
#include <stdint.h>

#define MOMENT_SECOND      INT64_C(1000000000)
#define MOMENT_MILLISECOND INT64_C(1000000)
#define MOMENT_TEXT_SIZE   40 /* room for moment_format() with its NUL, whatever the year */
#define MOMENT_SPAN_SIZE   32 /* room for moment_span() with its NUL */

/* "2026-11-21T19:30:00.123456Z" (RFC 3339, UTC, microseconds). */
void moment_format(int64_t nanoseconds, char text[MOMENT_TEXT_SIZE]);

/* "2026-11-18T00:00:00Z": whole seconds, for dates out of certificates. */
void moment_format_seconds(int64_t seconds, char text[MOMENT_TEXT_SIZE]);

/* A length of time for people, its sign dropped: "41 ms", "3 seconds", "26 hours", "3 days", "2 years". */
void moment_span(int64_t nanoseconds, char text[MOMENT_SPAN_SIZE]);

#endif
