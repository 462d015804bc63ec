#include "tls/fingerprint.h"

#include <string.h>

#include "tls/extension_type.h"
#include "tls/names.h"

/* Text being written; once something did not fit, it stays full. */
struct list_writer {
    char *text;
    size_t capacity, length;
    bool full;
};

static struct list_writer list_writer_over(char *text, size_t capacity) {
    if (capacity > 0) text[0] = '\0';
    return (struct list_writer){.text = text, .capacity = capacity, .full = capacity == 0};
}

/* All of BYTES or none. */
static inline void put_bytes(struct list_writer *writer, const char *bytes, size_t length) {
    if (writer->full || writer->length + length >= writer->capacity) {
        writer->full = true;
        return;
    }
    memcpy(writer->text + writer->length, bytes, length);
    writer->length += length;
    writer->text[writer->length] = '\0';
}

static void put_character(struct list_writer *writer, char character) {
    put_bytes(writer, &character, 1);
}

static void put_decimal(struct list_writer *writer, uint16_t value) {
    char digits[5];
    unsigned first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put_bytes(writer, digits + first, sizeof digits - first);
}

static char hex_digit(unsigned nibble) {
    return "0123456789abcdef"[nibble & 0x0f];
}

static void put_hex(struct list_writer *writer, uint16_t value) {
    const char digits[] = {hex_digit(value >> 12), hex_digit(value >> 8), hex_digit(value >> 4), hex_digit(value)};
    put_bytes(writer, digits, sizeof digits);
}

typedef void put_code(struct list_writer *writer, uint16_t code);

/* Code points between separators, GREASE left out. */
static void put_codes(struct list_writer *writer, const uint16_t *codes, size_t count, char separator, put_code *put) {
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (tls_is_grease(codes[i])) continue;
        if (!first) put_character(writer, separator);
        put(writer, codes[i]);
        first = false;
    }
}

/* A fingerprint over a list that is not whole would be another client's, or nobody's. */
static bool lists_are_whole(const struct tls_client_hello *hello) {
    return !hello->ssl2_format && hello->error.field == NULL && !hello->suites_truncated &&
           !hello->extensions_truncated;
}

bool tls_ja3_string(const struct tls_client_hello *hello, char *text, size_t capacity) {
    struct list_writer writer = list_writer_over(text, capacity);
    if (!lists_are_whole(hello) || hello->groups.truncated || hello->point_formats_truncated) return false;
    put_decimal(&writer, hello->legacy_version);
    put_character(&writer, ',');
    put_codes(&writer, hello->suites, hello->suite_count, '-', put_decimal);
    put_character(&writer, ',');
    put_codes(&writer, hello->extensions, hello->extension_count, '-', put_decimal);
    put_character(&writer, ',');
    put_codes(&writer, hello->groups.codes, hello->groups.count, '-', put_decimal);
    put_character(&writer, ',');
    for (uint8_t i = 0; i < hello->point_format_count; i++) {
        if (i > 0) put_character(&writer, '-');
        put_decimal(&writer, hello->point_formats[i]);
    }
    return !writer.full;
}

/* The version as JA4 writes it: the highest of supported_versions, else the legacy one. */
static const char *ja4_version(const struct tls_client_hello *hello) {
    static const struct {
        uint16_t version;
        char text[3];
    } texts[] = {
        {TLS_VERSION_13, "13"}, {TLS_VERSION_12, "12"},   {TLS_VERSION_11, "11"},
        {TLS_VERSION_10, "10"}, {TLS_VERSION_SSL3, "s3"}, {TLS_VERSION_SSL2, "s2"},
    };
    uint16_t version = hello->versions.present ? 0 : hello->legacy_version;
    for (uint16_t i = 0; i < hello->versions.count; i++)
        if (!tls_is_grease(hello->versions.codes[i]) && hello->versions.codes[i] > version)
            version = hello->versions.codes[i];
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        if (texts[i].version == version) return texts[i].text;
    return "00";
}

static bool extension_is_there(const struct tls_client_hello *hello, uint16_t type) {
    for (uint16_t i = 0; i < hello->extension_count; i++)
        if (hello->extensions[i] == type) return true;
    return false;
}

static bool is_alphanumeric(uint8_t byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* First and last character of the first protocol offered; of its hexadecimal form where either is no letter or
 * digit. */
static void put_protocol(struct list_writer *writer, const struct tls_client_hello *hello) {
    uint8_t length = hello->protocol_count > 0 ? hello->protocols[0].length : 0;
    if (length == 0) {
        put_character(writer, '0');
        put_character(writer, '0');
        return;
    }
    uint8_t first = hello->protocols[0].bytes[0], last = hello->protocols[0].bytes[length - 1];
    bool readable = is_alphanumeric(first) && is_alphanumeric(last);
    put_character(writer, readable ? (char)first : hex_digit(first >> 4));
    put_character(writer, readable ? (char)last : hex_digit(last));
}

/* Two digits, at most 99. */
static void put_count(struct list_writer *writer, size_t count) {
    if (count > 99) count = 99;
    put_character(writer, (char)('0' + count / 10));
    put_character(writer, (char)('0' + count % 10));
}

/* Copies CODES without GREASE, sorted. Returns how many. */
static size_t sort_codes(const uint16_t *codes, size_t count, uint16_t *sorted) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (tls_is_grease(codes[i])) continue;
        size_t place = length++;
        for (; place > 0 && sorted[place - 1] > codes[i]; place--)
            sorted[place] = sorted[place - 1];
        sorted[place] = codes[i];
    }
    return length;
}

/* server_name and application_layer_protocol_negotiation are told in part A and left out of the list. */
static size_t drop_told_extensions(uint16_t *sorted, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (sorted[i] != TLS_EXTENSION_SERVER_NAME && sorted[i] != TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
            sorted[kept++] = sorted[i];
    return kept;
}

static bool put_extensions(const struct tls_client_hello *hello, uint16_t *sorted, size_t count, char *text,
                           size_t capacity) {
    struct list_writer writer = list_writer_over(text, capacity);
    count = drop_told_extensions(sorted, count);
    put_codes(&writer, sorted, count, ',', put_hex);
    if (count > 0 && hello->signature_algorithms.count > 0) {
        put_character(&writer, '_');
        put_codes(&writer, hello->signature_algorithms.codes, hello->signature_algorithms.count, ',', put_hex);
    }
    return !writer.full;
}

bool tls_ja4_parts(const struct tls_client_hello *hello, char a[11], char *suites, char *extensions, size_t capacity) {
    uint16_t sorted_suites[TLS_SUITES_KEPT], sorted_extensions[TLS_EXTENSIONS_KEPT];
    if (!lists_are_whole(hello) || hello->signature_algorithms.truncated) return false;
    if (hello->protocol_count > 0 && hello->protocols[0].truncated) return false;
    size_t suite_count = sort_codes(hello->suites, hello->suite_count, sorted_suites);
    size_t extension_count = sort_codes(hello->extensions, hello->extension_count, sorted_extensions);

    struct list_writer writer = list_writer_over(a, 11);
    const char *version = ja4_version(hello);
    put_character(&writer, 't');
    put_character(&writer, version[0]);
    put_character(&writer, version[1]);
    put_character(&writer, extension_is_there(hello, TLS_EXTENSION_SERVER_NAME) ? 'd' : 'i');
    put_count(&writer, suite_count);
    put_count(&writer, extension_count);
    put_protocol(&writer, hello);

    struct list_writer suite_writer = list_writer_over(suites, capacity);
    put_codes(&suite_writer, sorted_suites, suite_count, ',', put_hex);
    return put_extensions(hello, sorted_extensions, extension_count, extensions, capacity) && !suite_writer.full;
}
