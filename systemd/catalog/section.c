#include "section.h"

#include <stdio.h>
#include <string.h>

/* Where the section about CAUSE begins, behind its heading; NULL where there is none. */
static const char *section_find(const char *document, const char *cause) {
    char heading[128];
    (void)snprintf(heading, sizeof heading, "\n### `%s`\n", cause);
    const char *found = strstr(document, heading);
    return found != NULL ? found + strlen(heading) : NULL;
}

/* Where the text of PART begins; NULL where the section has none. */
static const char *part_find(const char *section, const char *part) {
    char label[64];
    (void)snprintf(label, sizeof label, "\n- **%s:** ", part);
    const char *found = strstr(section, label), *end = strstr(section, "\n#");
    if (found == NULL || (end != NULL && end < found)) return NULL;
    return found + strlen(label);
}

bool section_append(const char *document, const char *cause, const char *part, struct text_writer *writer) {
    const char *section = section_find(document, cause);
    const char *text = section != NULL ? part_find(section, part) : NULL;
    if (text == NULL) return false;
    bool quoted = false;
    for (; *text != '\0' && *text != '\n'; text++) {
        quoted ^= *text == '`';
        if (*text != '`') text_append_format(writer, "%c", quoted && *text == ' ' ? SECTION_BLANK : *text);
    }
    return true;
}
