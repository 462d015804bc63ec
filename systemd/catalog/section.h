/* What docs/causes.md says about a cause, as plain text. */
#ifndef CATALOG_SECTION_H
#define CATALOG_SECTION_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/text.h"

/* A blank within a command: no place to break a line. */
#define SECTION_BLANK '\x1f'

/* Appends the part PART ("Means", "Known", "Do") of CAUSE's section in DOCUMENT, its quotation marks of Markdown taken
 * away. False where there is none. */
MUST_USE bool section_append(const char *document, const char *cause, const char *part, struct text_writer *writer);

#endif
