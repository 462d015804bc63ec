/* Distinguished names as text (RFC 2253). */
#include "common_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a backslash protects (section 2.4); before anything else it is part of an escape of our own and stays. */
static bool is_protected(char c) {
    return c != '\0' && strchr(",+\"\\<>;#= ", c) != NULL;
}

/* The length of one attribute: up to a comma or plus sign that is not protected. */
static size_t attribute_length(const char *name) {
    size_t length = 0;
    while (name[length] != '\0' && name[length] != ',' && name[length] != '+')
        length += name[length] == '\\' && is_protected(name[length + 1]) ? 2 : 1;
    return length;
}

static void value_append(const char *value, size_t length, struct text_writer *writer) {
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '\\' && i + 1 < length && is_protected(value[i + 1])) i++;
        size_t run = 1; /* a character of several bytes goes in one piece */
        while (i + run < length && ((unsigned char)value[i + run] & 0xc0) == 0x80)
            run++;
        text_append_hostile(writer, value + i, run);
        i += run - 1;
    }
}

void common_name_append(const char *name, struct text_writer *writer) {
    static const char type[] = "CN=";
    while (name != NULL && *name != '\0') {
        size_t length = attribute_length(name);
        if (strncmp(name, type, strlen(type)) == 0) {
            value_append(name + strlen(type), length - strlen(type), writer);
            return;
        }
        name += length;
        if (*name != '\0') name++;
    }
}
