/* What an event can do without, in order. */
#include "trim.h"

#include <string.h>

#define NAME_ROOM 64 /* a path in tlswhy.truncated, with quotes and comma */

enum trim_how {
    TRIM_TAIL,   /* a list loses its last items */
    TRIM_MIDDLE, /* a list loses items from its middle: how it began and ended is kept */
    TRIM_TEXT,   /* a text is cut */
    TRIM_WHOLE,  /* the key goes */
};

/* PATH leads to the value; at least KEEP items (bytes, of a text) stay. */
struct trim_step {
    const char *path;
    enum trim_how how;
    unsigned keep;
};

/* Lists first, then texts, evidence late. Behind the last step everything left is short. */
static const struct trim_step steps[] = {
    {"tls.client.supported_ciphers", TRIM_TAIL, 8},
    {"tls.server.x509.alternative_names", TRIM_TAIL, 4},
    {"tlswhy.timeline", TRIM_MIDDLE, 16},
    {"tls.client.supported_ciphers", TRIM_TAIL, 0},
    {"tls.server.x509.alternative_names", TRIM_TAIL, 0},
    {"rule.description", TRIM_TEXT, 120},
    {"tlswhy.alternatives", TRIM_TAIL, 2},
    {"tlswhy.timeline", TRIM_MIDDLE, 8},
    {"tls.client.x509", TRIM_WHOLE, 0},
    {"tls.server.x509.subject.common_name", TRIM_TEXT, 64},
    {"tls.server.x509.issuer.common_name", TRIM_TEXT, 64},
    {"tls.next_protocol", TRIM_TEXT, 64},
    {"tls.client.server_name", TRIM_TEXT, 253},
    {"tlswhy.alternatives", TRIM_TAIL, 0},
    {"tlswhy.timeline", TRIM_MIDDLE, 0},
    {"tlswhy.evidence", TRIM_TAIL, 3},
    {"tlswhy.advice", TRIM_TEXT, 160},
    {"message", TRIM_TEXT, 400},
    {"tlswhy.evidence", TRIM_TAIL, 1},
    {"tls.client.server_name", TRIM_TEXT, 64},
    {"message", TRIM_TEXT, 160},
    {"tlswhy.advice", TRIM_TEXT, 0},
    {"tlswhy.evidence", TRIM_TAIL, 0},
    {"rule", TRIM_WHOLE, 0},
    {"observer.hostname", TRIM_TEXT, 64},
    {"observer", TRIM_WHOLE, 0},
    {"tls", TRIM_WHOLE, 0},
};

static size_t dumped_size(const json_t *value) {
    return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

/* The object that holds the last part of PATH, and where that part begins; NULL where there is none. */
static json_t *holder_find(json_t *event, const char *path, const char **key) {
    json_t *object = event;
    const char *dot;
    while (object != NULL && (dot = strchr(path, '.')) != NULL) {
        object = json_object_getn(object, path, (size_t)(dot - path));
        path = dot + 1;
    }
    *key = path;
    return object;
}

void trim_note(json_t *event, const char *path) {
    json_t *truncated = json_object_get(json_object_get(event, "tlswhy"), "truncated");
    const json_t *known;
    size_t i;
    json_array_foreach(truncated, i, known) {
        if (strcmp(json_string_value(known), path) == 0) return;
    }
    (void)json_array_append_new(truncated, json_string(path));
}

/* Takes items away until EXCESS bytes are saved or KEEP items are left; true where any went. */
static bool list_shorten(json_t *list, const struct trim_step *step, size_t excess) {
    size_t saved = 0, before = json_array_size(list);
    while (saved < excess && json_array_size(list) > step->keep) {
        size_t count = json_array_size(list);
        size_t place = step->how == TRIM_MIDDLE ? count / 2 : count - 1;
        saved += dumped_size(json_array_get(list, place)) + 1;
        (void)json_array_remove(list, place);
    }
    return json_array_size(list) < before;
}

/* Whole characters only: a continuation byte of UTF-8 is 10xxxxxx. */
static size_t border_before(const char *text, size_t length) {
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static bool text_shorten(json_t *value, const struct trim_step *step, size_t excess) {
    static const char mark[] = "...";
    char cut[2 * OUTPUT_LINE_CAP];
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    if (text == NULL || length <= step->keep + sizeof mark || length >= sizeof cut - sizeof mark) return false;
    size_t wanted = length > excess + sizeof mark ? length - excess - sizeof mark : 0;
    size_t kept = border_before(text, wanted > step->keep ? wanted : step->keep);
    memcpy(cut, text, kept);
    memcpy(cut + kept, mark, sizeof mark);
    return json_string_setn(value, cut, kept + sizeof mark - 1) == 0;
}

static bool step_take(json_t *event, const struct trim_step *step, size_t excess) {
    const char *key;
    json_t *holder = holder_find(event, step->path, &key);
    json_t *value = json_object_get(holder, key);
    if (value == NULL) return false;
    if (step->how == TRIM_WHOLE) return json_object_del(holder, key) == 0;
    if (step->how == TRIM_TEXT && step->keep > 0) return text_shorten(value, step, excess);
    if (step->how == TRIM_TEXT) return json_object_del(holder, key) == 0;
    bool shorter = list_shorten(value, step, excess);
    if (json_array_size(value) == 0) (void)json_object_del(holder, key);
    return shorter;
}

size_t trim_dump(json_t *event, char line[OUTPUT_LINE_CAP + 1]) {
    size_t length = build_dump(event, line);
    for (size_t i = 0; i < ARRAY_LENGTH(steps) && length > OUTPUT_LINE_CAP; i++) {
        if (!step_take(event, &steps[i], length - OUTPUT_LINE_CAP + NAME_ROOM)) continue;
        trim_note(event, steps[i].path);
        length = build_dump(event, line);
    }
    return length <= OUTPUT_LINE_CAP ? length : 0;
}
