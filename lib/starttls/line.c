#include "line.h"

static uint8_t to_upper(uint8_t byte) {
    return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
}

bool starttls_is_word_byte(uint8_t byte) {
    byte = to_upper(byte);
    return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

enum starttls_framed starttls_line_get(struct cursor *input, struct cursor *line) {
    struct cursor at = *input;
    uint8_t byte, before = 0;
    size_t ending;
    for (size_t length = 1; length <= STARTTLS_LINE_LONGEST; length++) {
        if (!cursor_get_u8(&at, &byte)) return STARTTLS_FRAMED_NEED_MORE;
        if (byte == '\n') {
            ending = before == '\r' ? 2 : 1;
            if (!cursor_sub(input, length - ending, line)) return STARTTLS_FRAMED_BAD;
            *input = at;
            return STARTTLS_FRAMED_READY;
        }
        before = byte;
    }
    return STARTTLS_FRAMED_BAD;
}

/* What is left of a line that was too long, as far as it is there. */
static enum starttls_framed line_rest_pass(struct starttls_dialogue *dialogue, enum side side, struct cursor *input) {
    uint8_t byte = 0;
    if (cursor_is_empty(input)) return STARTTLS_FRAMED_NEED_MORE;
    while (byte != '\n' && cursor_get_u8(input, &byte)) {
    }
    dialogue->cutting[side] = byte != '\n';
    return STARTTLS_FRAMED_PASSED;
}

enum starttls_framed starttls_line_frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                         struct cursor *unit) {
    if (dialogue->cutting[side]) return line_rest_pass(dialogue, side, input);
    enum starttls_framed framed = starttls_line_get(input, unit);
    if (framed != STARTTLS_FRAMED_BAD) return framed;
    dialogue->cut[side] = dialogue->cutting[side] = true;
    return cursor_sub(input, STARTTLS_LINE_LONGEST, unit) ? STARTTLS_FRAMED_READY : STARTTLS_FRAMED_BAD;
}

enum starttls_recognition starttls_prefix(struct cursor bytes, const char *prefix) {
    uint8_t byte;
    for (const char *wanted = prefix; *wanted != '\0'; wanted++) {
        if (!cursor_get_u8(&bytes, &byte)) return STARTTLS_IS_UNDECIDED;
        if (to_upper(byte) != to_upper((uint8_t)*wanted)) return STARTTLS_IS_NOT;
    }
    return STARTTLS_IS;
}

enum starttls_recognition starttls_prefix_among(struct cursor bytes, const char *const *prefixes) {
    enum starttls_recognition best = STARTTLS_IS_NOT;
    for (; *prefixes != NULL; prefixes++) {
        enum starttls_recognition found = starttls_prefix(bytes, *prefixes);
        if (found > best) best = found;
    }
    return best;
}

bool starttls_take_prefix(struct cursor *line, const char *prefix) {
    if (starttls_prefix(*line, prefix) != STARTTLS_IS) return false;
    return cursor_skip(line, strlen(prefix));
}

bool starttls_take_word(struct cursor *line, const char *word) {
    struct cursor at = *line;
    uint8_t next;
    if (!starttls_take_prefix(&at, word)) return false;
    if (cursor_get_u8(&at, &next) && next != ' ' && next != '\t') return false;
    *line = at;
    return true;
}

bool starttls_begins_with_word(struct cursor line, const char *const *words) {
    for (; *words != NULL; words++) {
        struct cursor at = line;
        if (starttls_take_word(&at, *words)) return true;
    }
    return false;
}

bool starttls_has_word(struct cursor line, const char *text) {
    uint8_t before = ' ', next;
    do {
        struct cursor at = line;
        if (!starttls_is_word_byte(before) && starttls_take_prefix(&at, text) &&
            (!cursor_get_u8(&at, &next) || !starttls_is_word_byte(next)))
            return true;
    } while (cursor_get_u8(&line, &before));
    return false;
}

void starttls_take_token(struct cursor *line, struct cursor *token) {
    struct cursor at = *line;
    size_t length = 0;
    uint8_t byte;
    while (cursor_get_u8(&at, &byte) && byte != ' ')
        length++;
    if (!cursor_sub(line, length, token)) *token = cursor_rest(line);
}

bool starttls_code_get(struct cursor *line, uint16_t *code, bool *more) {
    struct cursor at = *line;
    uint8_t digit, next = ' ';
    unsigned value = 0;
    for (int i = 0; i < 3; i++) {
        if (!cursor_get_u8(&at, &digit) || digit < '0' || digit > '9') return false;
        value = value * 10 + (unsigned)(digit - '0');
    }
    if (cursor_get_u8(&at, &next) && next != ' ' && next != '-') return false;
    *code = (uint16_t)value;
    *more = next == '-';
    *line = at;
    return true;
}

bool starttls_number_get(struct cursor *line, uint32_t *number) {
    struct cursor at = *line;
    uint64_t value = 0;
    uint8_t digit;
    size_t digits = 0;
    while (cursor_get_u8(&at, &digit) && digit >= '0' && digit <= '9') {
        value = value * 10 + (unsigned)(digit - '0');
        if (value > UINT32_MAX) return false;
        digits++;
    }
    if (digits == 0 || !cursor_skip(line, digits)) return false;
    *number = (uint32_t)value;
    return true;
}
