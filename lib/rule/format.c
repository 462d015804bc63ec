/* What a fact looks like in a sentence: one function for each type. */
#include <inttypes.h>

#include "base/moment.h"
#include "facts/version.h"
#include "rule/rule.h"

#define LIST_ITEMS_SHOWN 6

static void format_boolean(const struct fact_value *value, struct text_writer *writer) {
    text_append(writer, value->boolean ? "yes" : "no");
}

static void format_integer(const struct fact_value *value, struct text_writer *writer) {
    text_append_format(writer, "%" PRId64, value->integer);
}

static void format_version(const struct fact_value *value, struct text_writer *writer) {
    const char *name = fact_version_name((uint16_t)value->integer);
    if (name != NULL)
        text_append(writer, name);
    else
        text_append_format(writer, "version 0x%04x", (unsigned)(uint16_t)value->integer);
}

static void format_text(const struct fact_value *value, struct text_writer *writer) {
    text_append(writer, value->text);
}

static void format_list(const struct fact_value *value, struct text_writer *writer) {
    const struct fact_list *list = &value->list;
    unsigned shown = list->count < LIST_ITEMS_SHOWN ? list->count : LIST_ITEMS_SHOWN;
    if (list->count == 0) text_append(writer, "none");
    for (unsigned i = 0; i < shown; i++) {
        if (i > 0) text_append(writer, ", ");
        text_append(writer, list->items[i]);
    }
    if (list->truncated)
        text_append(writer, " and more");
    else if (shown < list->count)
        text_append_format(writer, " and %u more", list->count - shown);
}

/* NUMBER, under a thousand or so, to the nearest tenth. Only half-way between two tenths is it left to printf(), which
 * knows how its binary digits go on. */
static void append_tenths(struct text_writer *writer, double number) {
    double tenths = (number < 0 ? -number : number) * 10;
    unsigned below = (unsigned)tenths;
    double rest = tenths - below;
    if (rest > 0.499 && rest < 0.501) {
        text_append_format(writer, "%.1f", number);
        return;
    }
    unsigned nearest = below + (rest > 0.5);
    text_append_format(writer, number < 0 ? "-%u.%u" : "%u.%u", nearest / 10, nearest % 10);
}

static void format_milliseconds(const struct fact_value *value, struct text_writer *writer) {
    double milliseconds = value->milliseconds;
    char span[MOMENT_SPAN_SIZE];
    if (milliseconds > -10 && milliseconds < 10) {
        append_tenths(writer, milliseconds);
        text_append(writer, " ms");
    } else if (milliseconds > -1000 && milliseconds < 1000) {
        text_append_format(writer, "%.0f ms", milliseconds);
    } else if (milliseconds > -60000 && milliseconds < 60000) {
        append_tenths(writer, milliseconds / 1000);
        text_append(writer, " seconds");
    } else {
        moment_span((int64_t)(milliseconds * 1e6), span);
        text_append(writer, span);
    }
}

static void format_moment(const struct fact_value *value, struct text_writer *writer) {
    char text[MOMENT_TEXT_SIZE];
    moment_format_seconds(value->integer, text);
    text_append(writer, text);
}

static void (*const formats[])(const struct fact_value *value, struct text_writer *writer) = {
    [FACT_TYPE_BOOLEAN] = format_boolean, [FACT_TYPE_INTEGER] = format_integer,
    [FACT_TYPE_VERSION] = format_version, [FACT_TYPE_NAME] = format_text,
    [FACT_TYPE_TEXT] = format_text,       [FACT_TYPE_NAMES] = format_list,
    [FACT_TYPE_TEXTS] = format_list,      [FACT_TYPE_MILLISECONDS] = format_milliseconds,
    [FACT_TYPE_MOMENT] = format_moment,
};

bool rule_fact_format(const struct facts *facts, enum fact fact, struct text_writer *writer) {
    const struct fact_value *value = &facts->value[fact];
    if (!value->present) return false;
    formats[fact_describe(fact)->type](value, writer);
    return true;
}
