/* Text from the wire is hostile. What passes through here is valid UTF-8 without control characters,
 * bidi marks, line separators or invisible characters, fit for JSON, the journal and a terminal. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Writes into a caller's buffer, always NUL-terminated, never past the end; what does not fit is cut at a
 * character's border and remembered in truncated. */
struct text_writer {
    char *data;      /* borrowed */
    size_t capacity; /* bytes, the NUL included; at least 1 */
    size_t length;   /* bytes written, without the NUL */
    bool truncated;
};

/* Starts an empty text in BUFFER of CAPACITY bytes (at least 1). */
struct text_writer text_writer_over(char *buffer, size_t capacity);

/* Appends trusted text. */
void text_append(struct text_writer *writer, const char *text);
void text_append_format(struct text_writer *writer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Appends hostile bytes: control characters, bidi and zero-width marks, line separators and invalid UTF-8
 * become \xNN or \u{NNNN}; a backslash stays one. */
void text_append_hostile(struct text_writer *writer, const void *bytes, size_t length);

/* Appends lower-case hexadecimal digits. */
void text_append_hex(struct text_writer *writer, const void *bytes, size_t length);

/* True where text_append_hostile() would change nothing. */
bool text_is_clean(const char *text);

#endif
