/* Text that is safe to show. UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing over U+10FFFF. */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"

#define ESCAPE_SIZE 16 /* "\u{10FFFF}" and its NUL */

/* Characters that are never shown as they are: they break lines, reorder, or cannot be seen. In order. */
static const struct hidden_range {
    uint32_t first, last;
} hidden_ranges[] = {
    {0x0000, 0x001f},   /* C0 controls */
    {0x007f, 0x009f},   /* DEL and the C1 controls */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark (bidi) */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels, invisible */
    {0x180b, 0x180f},   /* Mongolian variation selectors and vowel separator */
    {0x200b, 0x200f},   /* zero width space, non-joiner, joiner; left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* line and paragraph separator, bidi embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, bidi isolates, deprecated formats */
    {0x2800, 0x2800},   /* Braille blank */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfdd0, 0xfdef},   /* noncharacters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff0, 0xfffb},   /* unassigned specials, interlinear annotation */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

static bool character_is_hidden(uint32_t character) {
    if (character >= 0x20 && character < 0x7f) return false;
    if ((character & 0xfffe) == 0xfffe) return true; /* the last two of every plane are noncharacters */
    for (size_t i = 0; i < ARRAY_LENGTH(hidden_ranges) && hidden_ranges[i].first <= character; i++)
        if (character <= hidden_ranges[i].last) return true;
    return false;
}

/* What a first byte promises; lowest is the smallest character that needs so many bytes (RFC 3629 section 3). */
static const struct utf8_form {
    uint8_t mask, mark, continuations;
    uint32_t lowest;
} utf8_forms[] = {
    {0x80, 0x00, 0, 0},
    {0xe0, 0xc0, 1, 0x80},
    {0xf0, 0xe0, 2, 0x800},
    {0xf8, 0xf0, 3, 0x10000},
};

static const struct utf8_form *utf8_form_of(uint8_t first) {
    for (size_t i = 0; i < ARRAY_LENGTH(utf8_forms); i++)
        if ((first & utf8_forms[i].mask) == utf8_forms[i].mark) return &utf8_forms[i];
    return NULL;
}

/* Takes one character; false, with the cursor unmoved, where the bytes are not UTF-8. */
MUST_USE static bool utf8_get(struct cursor *cursor, uint32_t *character) {
    struct cursor copy = *cursor;
    uint8_t byte;
    if (!cursor_get_u8(&copy, &byte)) return false;
    const struct utf8_form *form = utf8_form_of(byte);
    if (form == NULL) return false;

    uint32_t value = (uint32_t)byte & (uint8_t)~form->mask;
    for (unsigned i = 0; i < form->continuations; i++) {
        if (!cursor_get_u8(&copy, &byte) || (byte & 0xc0) != 0x80) return false;
        value = value << 6 | (byte & 0x3f);
    }
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < form->lowest || surrogate || value > 0x10ffff) return false;
    *character = value;
    *cursor = copy;
    return true;
}

struct text_writer text_writer_over(char *buffer, size_t capacity) {
    buffer[0] = '\0';
    return (struct text_writer){.data = buffer, .capacity = capacity, .length = 0, .truncated = false};
}

/* Appends all of BYTES or none of them. Once something was left out, nothing is added: the text has no holes. */
static void append_whole(struct text_writer *writer, const void *bytes, size_t length) {
    if (writer->truncated) return;
    if (length >= writer->capacity - writer->length) {
        writer->truncated = true;
        return;
    }
    memcpy(writer->data + writer->length, bytes, length);
    writer->length += length;
    writer->data[writer->length] = '\0';
}

/* How many of the first LIMIT bytes of TEXT to keep, so that no character is cut in two. */
static size_t character_border(const char *text, size_t limit) {
    while (limit > 0 && ((uint8_t)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

void text_append(struct text_writer *writer, const char *text) {
    size_t length = strlen(text), room = writer->capacity - writer->length - 1;
    if (length <= room) {
        append_whole(writer, text, length);
        return;
    }
    append_whole(writer, text, character_border(text, room));
    writer->truncated = true;
}

/* What printf() does with most formats, %s, %u, %d and a PRId64, takes a tenth of the time without it. */
struct conversion {
    const char *name; /* behind the percent sign */
    size_t length;    /* of name */
    void (*append)(struct text_writer *writer, va_list *arguments);
};

static void append_decimal(struct text_writer *writer, uint64_t number, bool negative) {
    char digits[24];
    char *first = digits + sizeof(digits) - 1;
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (negative) *--first = '-';
    text_append(writer, first);
}

static void convert_text(struct text_writer *writer, va_list *arguments) {
    const char *text = va_arg(*arguments, const char *);
    text_append(writer, text != NULL ? text : "(null)");
}

static void convert_unsigned(struct text_writer *writer, va_list *arguments) {
    append_decimal(writer, va_arg(*arguments, unsigned), false);
}

static void append_signed(struct text_writer *writer, int64_t number) {
    append_decimal(writer, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0);
}

static void convert_signed(struct text_writer *writer, va_list *arguments) {
    append_signed(writer, va_arg(*arguments, int));
}

static void convert_wide(struct text_writer *writer, va_list *arguments) {
    append_signed(writer, va_arg(*arguments, int64_t));
}

static const struct conversion conversions[] = {
    {"s", 1, convert_text},
    {"u", 1, convert_unsigned},
    {"d", 1, convert_signed},
    {PRId64, sizeof(PRId64) - 1, convert_wide},
};

/* The conversion at FORMAT, which is behind a percent sign; NULL where it is none of ours. */
static const struct conversion *conversion_find(const char *format) {
    for (size_t i = 0; i < ARRAY_LENGTH(conversions); i++)
        if (*format == *conversions[i].name && strncmp(format, conversions[i].name, conversions[i].length) == 0)
            return &conversions[i];
    return NULL;
}

/* Whether all conversions of FORMAT are ours. */
static bool format_is_simple(const char *format) {
    while ((format = strchr(format, '%')) != NULL)
        if (conversion_find(++format) == NULL) return false;
    return true;
}

/* Appends LENGTH bytes of a format, or what fits of them. */
static void append_literal(struct text_writer *writer, const char *text, size_t length) {
    size_t room = writer->capacity - writer->length - 1;
    append_whole(writer, text, length <= room ? length : character_border(text, room));
    writer->truncated = writer->truncated || length > room;
}

static void append_simple(struct text_writer *writer, const char *format, va_list *arguments) {
    const char *percent;
    while ((percent = strchr(format, '%')) != NULL) {
        const struct conversion *conversion = conversion_find(percent + 1);
        append_literal(writer, format, (size_t)(percent - format));
        if (conversion == NULL) return;
        conversion->append(writer, arguments);
        format = percent + 1 + conversion->length;
    }
    text_append(writer, format);
}

PRINTF_LIKE(2, 0) static void append_printed(struct text_writer *writer, const char *format, va_list arguments) {
    size_t room = writer->capacity - writer->length;
    char *end = writer->data + writer->length;
    int length = vsnprintf(end, room, format, arguments);
    if (length >= 0 && (size_t)length < room) {
        writer->length += (size_t)length;
        return;
    }
    writer->truncated = true;
    size_t kept = length < 0 ? 0 : strlen(end);
    struct cursor cursor = cursor_over(end, kept);
    uint32_t ignored;
    while (utf8_get(&cursor, &ignored))
        continue;
    writer->length += kept - cursor_remaining(&cursor);
    writer->data[writer->length] = '\0';
}

void text_append_format(struct text_writer *writer, const char *format, ...) {
    va_list arguments;
    if (writer->truncated) return;
    va_start(arguments, format);
    if (format_is_simple(format))
        append_simple(writer, format, &arguments);
    else
        append_printed(writer, format, arguments);
    va_end(arguments);
}

/* The next character as it may be shown: itself, or its escape. */
static void append_shown(struct text_writer *writer, struct cursor *cursor) {
    struct cursor before = *cursor;
    char escape[ESCAPE_SIZE];
    uint32_t character;
    uint8_t byte;
    if (utf8_get(cursor, &character)) {
        if (!character_is_hidden(character)) {
            append_whole(writer, before.position, cursor_offset(cursor) - cursor_offset(&before));
            return;
        }
        if (character < 0x80)
            snprintf(escape, sizeof(escape), "\\x%02x", (unsigned)character);
        else
            snprintf(escape, sizeof(escape), "\\u{%04X}", (unsigned)character);
    } else if (cursor_get_u8(cursor, &byte)) {
        snprintf(escape, sizeof(escape), "\\x%02x", (unsigned)byte);
    } else {
        return;
    }
    append_whole(writer, escape, strlen(escape));
}

/* Takes the printable ASCII at the front, which is all of most texts, as far as there is room. */
static void append_printable(struct text_writer *writer, struct cursor *cursor) {
    struct cursor copy = *cursor;
    size_t room = writer->capacity - writer->length - 1, count = 0;
    const uint8_t *run;
    uint8_t byte;
    while (count < room && cursor_get_u8(&copy, &byte) && byte >= 0x20 && byte < 0x7f)
        count++;
    if (cursor_take(cursor, count, &run) && count > 0) append_whole(writer, run, count);
}

void text_append_hostile(struct text_writer *writer, const void *bytes, size_t length) {
    struct cursor cursor = cursor_over(bytes, length);
    while (!cursor_is_empty(&cursor) && !writer->truncated) {
        append_printable(writer, &cursor);
        append_shown(writer, &cursor);
    }
}

void text_append_hex(struct text_writer *writer, const void *bytes, size_t length) {
    static const char digits[] = "0123456789abcdef";
    struct cursor cursor = cursor_over(bytes, length);
    char pairs[64];
    while (!writer->truncated && !cursor_is_empty(&cursor)) {
        size_t count = 0, pair = 2, fits = (writer->capacity - writer->length - 1) / pair * pair;
        uint8_t byte;
        for (; count < sizeof(pairs) && count < fits && cursor_get_u8(&cursor, &byte); count += pair) {
            pairs[count] = digits[byte >> 4];
            pairs[count + 1] = digits[byte & 0x0f];
        }
        append_whole(writer, pairs, count);
        writer->truncated = count == 0;
    }
}

bool text_is_clean(const char *text) {
    struct cursor cursor = cursor_over(text, strlen(text)), before = cursor;
    uint32_t character;
    uint8_t byte;
    for (; cursor_get_u8(&cursor, &byte); before = cursor) {
        if (byte >= 0x20 && byte < 0x7f) continue;
        if (!utf8_get(&before, &character) || character_is_hidden(character)) return false;
        cursor = before;
    }
    return true;
}
