/* Hostile text: what comes out is valid UTF-8, on one line, in one direction, and seen. */
#include <inttypes.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/text.h"
#include "run_suite.h"

static const struct {
    const char *name;
    const char *bytes;
    size_t length;
    const char *want;
} hostile[] = {
#define HOSTILE(name, bytes, want)                                                                                     \
    { name, bytes, sizeof(bytes) - 1, want }
    HOSTILE("nothing", "", ""),
    HOSTILE("plain", "www.example.com", "www.example.com"),
    HOSTILE("backslash and quotes stay", "a\\b\"c'", "a\\b\"c'"),
    HOSTILE("letters of two, three, four bytes stay", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
            "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
    HOSTILE("NUL", "a\0b", "a\\x00b"),
    HOSTILE("line ends and tab", "a\r\n\tb", "a\\x0d\\x0a\\x09b"),
    HOSTILE("ESC of a terminal sequence", "\x1b[31mred", "\\x1b[31mred"),
    HOSTILE("DEL", "\x7f", "\\x7f"),
    HOSTILE("C1 control: CSI U+009B", "\xc2\x9b", "\\u{009B}"),
    HOSTILE("soft hyphen U+00AD", "a\xc2\xad", "a\\u{00AD}"),
    HOSTILE("Arabic letter mark U+061C", "\xd8\x9c", "\\u{061C}"),
    HOSTILE("zero width space U+200B", "a\xe2\x80\x8b", "a\\u{200B}"),
    HOSTILE("zero width joiner U+200D", "a\xe2\x80\x8d", "a\\u{200D}"),
    HOSTILE("right-to-left mark U+200F", "a\xe2\x80\x8f", "a\\u{200F}"),
    HOSTILE("line separator U+2028", "a\xe2\x80\xa8", "a\\u{2028}"),
    HOSTILE("paragraph separator U+2029", "a\xe2\x80\xa9", "a\\u{2029}"),
    HOSTILE("right-to-left override U+202E",
            "a\xe2\x80\xae"
            "b",
            "a\\u{202E}b"),
    HOSTILE("narrow space U+202F stays", "\xe2\x80\xaf", "\xe2\x80\xaf"),
    HOSTILE("word joiner U+2060", "\xe2\x81\xa0", "\\u{2060}"),
    HOSTILE("isolates U+2066 to U+2069", "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9",
            "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"),
    HOSTILE("Hangul filler U+3164", "\xe3\x85\xa4", "\\u{3164}"),
    HOSTILE("byte order mark U+FEFF",
            "\xef\xbb\xbf"
            "a",
            "\\u{FEFF}a"),
    HOSTILE("variation selector U+FE0F", "\xef\xb8\x8f", "\\u{FE0F}"),
    HOSTILE("tag U+E0041", "\xf3\xa0\x81\x81", "\\u{E0041}"),
    HOSTILE("noncharacter U+FFFE", "\xef\xbf\xbe", "\\u{FFFE}"),
    HOSTILE("noncharacter U+FFFF", "\xef\xbf\xbf", "\\u{FFFF}"),
    HOSTILE("noncharacter U+FDD0", "\xef\xb7\x90", "\\u{FDD0}"),
    HOSTILE("noncharacter U+1FFFE", "\xf0\x9f\xbf\xbe", "\\u{1FFFE}"),
    HOSTILE("noncharacter U+10FFFF", "\xf4\x8f\xbf\xbf", "\\u{10FFFF}"),
    HOSTILE("replacement character U+FFFD stays", "\xef\xbf\xbd", "\xef\xbf\xbd"),
    HOSTILE("over U+10FFFF", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
    HOSTILE("surrogate U+D800", "\xed\xa0\x80", "\\xed\\xa0\\x80"),
    HOSTILE("surrogate U+DFFF", "\xed\xbf\xbf", "\\xed\\xbf\\xbf"),
    HOSTILE("overlong NUL", "\xc0\x80", "\\xc0\\x80"),
    HOSTILE("overlong slash, two bytes", "\xc0\xaf", "\\xc0\\xaf"),
    HOSTILE("overlong slash, three bytes", "\xe0\x80\xaf", "\\xe0\\x80\\xaf"),
    HOSTILE("overlong, four bytes", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"),
    HOSTILE("lone continuation", "a\x80z", "a\\x80z"),
    HOSTILE("cut character at the end", "a\xe2\x82", "a\\xe2\\x82"),
    HOSTILE("cut character, then a letter", "\xe2\x82z", "\\xe2\\x82z"),
    HOSTILE("Latin-1", "caf\xe9", "caf\\xe9"),
    HOSTILE("bytes that never occur", "\xfe\xff", "\\xfe\\xff"),
    HOSTILE("five-byte form", "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"),
};

START_TEST(hostile_text_is_disarmed) {
    char buffer[128];
    unsigned char *copy = exact_copy(hostile[_i].bytes, hostile[_i].length);
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append_hostile(&writer, copy, hostile[_i].length);
    free(copy);
    ck_assert_msg(strcmp(buffer, hostile[_i].want) == 0, "%s: %s", hostile[_i].name, buffer);
    ck_assert_uint_eq(writer.length, strlen(buffer));
    ck_assert(!writer.truncated);
    ck_assert_msg(text_is_clean(buffer), "%s: the result is not clean", hostile[_i].name);
}
END_TEST

START_TEST(clean_is_what_would_not_change) {
    if (memchr(hostile[_i].bytes, '\0', hostile[_i].length) != NULL) return; /* not a C string */
    bool unchanged = strcmp(hostile[_i].bytes, hostile[_i].want) == 0;
    ck_assert_msg(text_is_clean(hostile[_i].bytes) == unchanged, "%s", hostile[_i].name);
}
END_TEST

/* All strings of two bytes: the result is clean, and what was clean already is not touched. */
START_TEST(all_pairs_of_bytes_come_out_clean) {
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        const char bytes[3] = {(char)(pair >> 8), (char)pair, '\0'};
        char buffer[16];
        struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
        text_append_hostile(&writer, bytes, 2);
        bool same = strcmp(bytes, buffer) == 0, whole = strlen(bytes) == 2;
        if (!text_is_clean(buffer) || (whole && text_is_clean(bytes) != same))
            ck_abort_msg("pair %04x: %s", pair, buffer);
    }
}
END_TEST

/* Cut at each size: a prefix of the whole that ends between characters or escapes, never past the buffer. */
START_TEST(cuts_at_a_characters_border) {
    const char text[] = "a\xc3\xa9\xe2\x82\xac\n\xe2\x80\xae\xf0\x9f\x98\x80z";
    const char whole[] = "a\xc3\xa9\xe2\x82\xac\\x0a\\u{202E}\xf0\x9f\x98\x80z";
    const size_t borders[] = {0, 1, 3, 6, 10, 18, 22, 23};
    for (size_t capacity = 1; capacity <= sizeof(whole); capacity++) {
        size_t want = 0;
        for (size_t i = 0; i < ARRAY_LENGTH(borders); i++)
            if (borders[i] < capacity) want = borders[i];
        char *buffer = malloc(capacity);
        ck_assert_ptr_nonnull(buffer);
        struct text_writer writer = text_writer_over(buffer, capacity);
        text_append_hostile(&writer, text, strlen(text));
        ck_assert_uint_eq(strlen(buffer), want);
        ck_assert_mem_eq(buffer, whole, want);
        ck_assert_int_eq(writer.truncated, capacity < sizeof(whole));
        free(buffer);
    }
}
END_TEST

START_TEST(trusted_text_is_cut_between_characters_too) {
    char buffer[6];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append(&writer, "ab\xe2\x82\xac");
    ck_assert_str_eq(buffer, "ab\xe2\x82\xac");
    ck_assert(!writer.truncated);

    writer = text_writer_over(buffer, sizeof(buffer));
    text_append(&writer, "abc\xe2\x82\xac");
    ck_assert_str_eq(buffer, "abc");
    ck_assert(writer.truncated);

    writer = text_writer_over(buffer, sizeof(buffer));
    text_append_format(&writer, "%s%d", "abc\xe2\x82\xac", 5);
    ck_assert_str_eq(buffer, "abc");
    ck_assert(writer.truncated);
    ck_assert_uint_eq(writer.length, 3);
}
END_TEST

START_TEST(nothing_follows_a_cut) {
    char buffer[4];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append_hostile(&writer, "ab\n", 3);
    ck_assert(writer.truncated);
    text_append(&writer, "c");
    text_append_format(&writer, "%d", 1);
    text_append_hex(&writer, "c", 1);
    text_append_hostile(&writer, "c", 1);
    ck_assert_str_eq(buffer, "ab");
}
END_TEST

START_TEST(pieces_add_up) {
    char buffer[64];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    text_append(&writer, "serial ");
    text_append_hex(&writer, "\x00\x0f\xa0\xff", 4);
    text_append_format(&writer, " of %u, %s", 7U, "by ");
    text_append_hostile(&writer, "A\x01", 2);
    ck_assert_str_eq(buffer, "serial 000fa0ff of 7, by A\\x01");
    ck_assert_uint_eq(writer.length, strlen(buffer));
    text_append_hostile(&writer, NULL, 0);
    text_append_hex(&writer, NULL, 0);
    ck_assert(!writer.truncated);
}
END_TEST

/* Formats of texts and whole numbers do not go through printf(): the same must come out, cut or not. */
#define FORMATTED(capacity, ...)                                                                                       \
    do {                                                                                                               \
        char buffer[64], want[64];                                                                                     \
        struct text_writer writer = text_writer_over(buffer, capacity);                                                \
        int length = snprintf(want, capacity, __VA_ARGS__);                                                            \
        text_append_format(&writer, __VA_ARGS__);                                                                      \
        ck_assert_str_eq(buffer, want);                                                                                \
        ck_assert_uint_eq(writer.length, strlen(want));                                                                \
        ck_assert_int_eq(writer.truncated, length >= (int)(capacity));                                                 \
    } while (0)

START_TEST(formats_as_printf_does) {
    for (size_t capacity = 1; capacity <= 64; capacity++) {
        FORMATTED(capacity, "%s", "");
        FORMATTED(capacity, "no conversion");
        FORMATTED(capacity, "%s:%u", "192.0.2.1", 65535U);
        FORMATTED(capacity, "%d and %d, %u", -2147483647 - 1, 0, 4294967295U);
        FORMATTED(capacity, "%" PRId64 "|%" PRId64 "|", INT64_MIN, INT64_MAX);
        FORMATTED(capacity, "%s%s of %u%s", "a", "bc", 7U, ".");
        FORMATTED(capacity, "100 %% of %d, 0x%04x, %.2s, %.1f ms", 3, 10U, "abc", 2.25);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("text");
    TCase *cases = tcase_create("text");
    tcase_add_loop_test(cases, hostile_text_is_disarmed, 0, ARRAY_LENGTH(hostile));
    tcase_add_loop_test(cases, clean_is_what_would_not_change, 0, ARRAY_LENGTH(hostile));
    tcase_add_test(cases, all_pairs_of_bytes_come_out_clean);
    tcase_add_test(cases, cuts_at_a_characters_border);
    tcase_add_test(cases, trusted_text_is_cut_between_characters_too);
    tcase_add_test(cases, nothing_follows_a_cut);
    tcase_add_test(cases, pieces_add_up);
    tcase_add_test(cases, formats_as_printf_does);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
