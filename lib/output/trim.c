/* What an event can do without, in order. */
#include "trim.h"

#include <string.h>

#define NAME_ROOM 64 /* a path in tlswhy.truncated, with quotes and comma */

enum trim_how {
    TRIM_TAIL,   /* a list loses its last items */
    TRIM_MIDDLE, /* a list loses items from its middle: how it began and ended is kept */
    TRIM_TEXT,   /* a text is cut */
    TRIM_ITEMS,  /* each text of a list is cut */
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
    {"rule.reference", TRIM_TEXT, 160},
    {"rule.name", TRIM_TEXT, 80},
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
    {"tlswhy.evidence", TRIM_ITEMS, 160},
    {"tlswhy.evidence", TRIM_TAIL, 1},
    {"tls.client.server_name", TRIM_TEXT, 64},
    {"message", TRIM_TEXT, 160},
    {"tlswhy.advice", TRIM_WHOLE, 0},
    {"tlswhy.evidence", TRIM_TAIL, 0},
    {"rule", TRIM_WHOLE, 0},
    {"observer.hostname", TRIM_TEXT, 64},
    {"observer", TRIM_WHOLE, 0},
    {"tls", TRIM_WHOLE, 0},
};

/* The object that holds the last part of PATH, and where that part begins; NULL where there is none. */
static struct node *holder_find(struct node *event, const char *path, const char **key) {
    struct node *object = event;
    const char *dot;
    while (object != NULL && (dot = strchr(path, '.')) != NULL) {
        object = node_member(object, path, (size_t)(dot - path));
        path = dot + 1;
    }
    *key = path;
    return object;
}

void trim_note(struct build *build, struct node *event, const char *path) {
    struct node *truncated = node_member(node_member(event, "tlswhy", 6), "truncated", 9);
    for (const struct node *known = truncated != NULL ? truncated->first : NULL; known != NULL; known = known->next)
        if (strcmp(known->text, path) == 0) return;
    build_add_text(build, truncated, path);
}

/* Takes items away until EXCESS bytes are saved or KEEP items are left; true where any went. */
static bool list_shorten(struct node *list, const struct trim_step *step, size_t excess) {
    size_t saved = 0;
    unsigned count = node_count(list), before = count;
    for (; saved < excess && count > step->keep; count--) {
        const struct node *item = node_at(list, step->how == TRIM_MIDDLE ? count / 2 : count - 1);
        saved += node_measure(item) + 1;
        node_remove(list, item);
    }
    return count < before;
}

/* Whole characters only: a continuation byte of UTF-8 is 10xxxxxx. */
static size_t border_before(const char *text, size_t length) {
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

/* Cuts a text by EXCESS bytes, as long as KEEP are left. */
static bool text_shorten(struct build *build, struct node *value, unsigned keep, size_t excess) {
    static const char mark[] = "...";
    size_t length = value->length;
    if (value->kind != NODE_TEXT || length <= keep + sizeof mark) return false;
    size_t wanted = excess < length - sizeof mark ? length - excess - sizeof mark : 0;
    size_t kept = border_before(value->text, wanted > keep ? wanted : keep);
    char *cut = document_copy(&build->document, value->text, kept + sizeof mark - 1);
    if (cut == NULL) return false;
    memcpy(cut + kept, mark, sizeof mark - 1);
    node_set_text(value, cut, kept + sizeof mark - 1);
    return true;
}

static bool items_shorten(struct build *build, const struct node *list, const struct trim_step *step) {
    bool shorter = false;
    for (struct node *item = list->first; item != NULL; item = item->next)
        shorter = text_shorten(build, item, step->keep, SIZE_MAX) || shorter;
    return shorter;
}

static bool step_take(struct build *build, struct node *event, const struct trim_step *step, size_t excess) {
    const char *key;
    struct node *holder = holder_find(event, step->path, &key);
    struct node *value = node_member(holder, key, strlen(key));
    if (value == NULL) return false;
    bool shorter = true;
    switch (step->how) {
    case TRIM_TEXT:
        return text_shorten(build, value, step->keep, excess);
    case TRIM_ITEMS:
        return items_shorten(build, value, step);
    case TRIM_WHOLE:
        node_remove(holder, value);
        return true;
    case TRIM_TAIL:
    case TRIM_MIDDLE:
        shorter = list_shorten(value, step, excess);
        if (value->first == NULL) node_remove(holder, value);
        break;
    }
    return shorter;
}

/* Takes a step and says how many bytes shorter the event is for it, some for keys and commas not counted. */
static size_t step_measure(struct build *build, struct node *event, const struct trim_step *step, size_t excess) {
    const char *key;
    const struct node *holder = holder_find(event, step->path, &key);
    const struct node *value = node_member(holder, key, strlen(key));
    size_t before = value != NULL ? node_measure(value) : 0;
    if (!step_take(build, event, step, excess)) return 0;
    value = node_member(holder, key, strlen(key));
    trim_note(build, event, step->path);
    return before - (value != NULL ? node_measure(value) : 0);
}

size_t trim_dump(struct build *build, struct node *event, char line[OUTPUT_LINE_CAP + 1]) {
    size_t length = node_measure(event);
    for (size_t i = 0; i < ARRAY_LENGTH(steps) && length > OUTPUT_LINE_CAP; i++) {
        size_t saved = step_measure(build, event, &steps[i], length - OUTPUT_LINE_CAP + NAME_ROOM);
        if (saved == 0) continue;
        length -= saved;
        /* what was counted is a little too much or too little: only a length that may fit is worth a closer look */
        if (length <= OUTPUT_LINE_CAP + NAME_ROOM) length = node_measure(event);
    }
    if (length > OUTPUT_LINE_CAP) length = node_measure(event);
    return length <= OUTPUT_LINE_CAP ? build_dump(event, length, line) : 0;
}
