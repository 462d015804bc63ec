#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static char last[2048];

const char *report_last(void) {
    return last;
}

void report(const char *format, ...) {
    char raw[1024], clean[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    struct text_writer writer = text_writer_over(clean, sizeof clean);
    text_append_hostile(&writer, raw, strlen(raw));
    snprintf(last, sizeof last, "%s", clean);
    fprintf(stderr, "tlswhyd: %s\n", clean);
}
