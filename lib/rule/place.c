/* Complaints about a rule file, with the place they are about. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

/* Places are nested a few levels deep at most: conditions have a cap on their depth. */
static void append_place(struct text_writer *writer, const struct load_place *place) {
    if (place == NULL) return;
    append_place(writer, place->above);
    if (place->key == NULL) {
        text_append_format(writer, "[%zu]", place->index);
        return;
    }
    if (place->above != NULL) text_append(writer, ".");
    text_append_hostile(writer, place->key, strlen(place->key));
}

bool load_fail(const struct load *load, const struct load_place *place, const char *format, ...) {
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    text_append_format(load->complaint, "%s: ", load->file);
    if (load->rule != NULL) text_append_format(load->complaint, "rule %s: ", load->rule);
    if (load->rule == NULL && load->position > 0)
        text_append_format(load->complaint, "rule number %zu: ", load->position);
    append_place(load->complaint, place);
    if (place != NULL) text_append(load->complaint, ": ");
    text_append_hostile(load->complaint, reason, strlen(reason));
    return false;
}

bool load_fail_memory(const struct load *load) {
    text_append_format(load->complaint, "%s: there is not enough memory to load these rules", load->file);
    return false;
}

bool load_text(const struct load *load, const struct load_place *place, json_t *value, const char **text) {
    const char *string = json_string_value(value);
    if (string == NULL || string[0] == '\0') return load_fail(load, place, "has to be a text in quotes");
    *text = string;
    return true;
}
