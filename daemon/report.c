#include "report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* Of the journal, see sd-daemon(3). */
enum { PRIORITY_ERROR = 3, PRIORITY_INFORMATION = 6 };

/* Each thread's own: the outputs report too. */
static _Thread_local char last[1024];

const char *report_last(void) {
    return last;
}

bool report_leads_to_journal(int descriptor) {
    const char *stream = getenv("JOURNAL_STREAM");
    char expected[64];
    struct stat status;
    if (stream == NULL || fstat(descriptor, &status) != 0) return false;
    snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(stream, expected) == 0;
}

/* One line, cleaned into CLEAN; the journal takes the priority off again, and needs no name. */
PRINTF_LIKE(2, 0)
static void line_write(int priority, const char *format, va_list arguments, char *clean, size_t size) {
    char raw[1024];
    vsnprintf(raw, sizeof raw, format, arguments);
    struct text_writer writer = text_writer_over(clean, size);
    text_append_hostile(&writer, raw, strlen(raw));
    if (report_leads_to_journal(STDERR_FILENO))
        fprintf(stderr, "<%d>%s\n", priority, clean);
    else
        fprintf(stderr, "tlswhyd: %s\n", clean);
}

void report(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    line_write(PRIORITY_ERROR, format, arguments, last, sizeof last);
    va_end(arguments);
}

void report_note(const char *format, ...) {
    char clean[1024];
    va_list arguments;
    va_start(arguments, format);
    line_write(PRIORITY_INFORMATION, format, arguments, clean, sizeof clean);
    va_end(arguments);
}
