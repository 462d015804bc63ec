/* The CN out of a distinguished name. Private to the room. */
#ifndef OUTPUT_COMMON_NAME_H
#define OUTPUT_COMMON_NAME_H

#include "base/compiler.h"
#include "base/text.h"

/* Appends the value of the first CN of NAME (RFC 2253 form, clean; NULL is fine), its escapes undone. Nothing where it
 * has none. */
void common_name_append(const char *name, struct text_writer *writer);

#endif
