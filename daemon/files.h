/* Reading small files whole, and the names in a folder in order. */
#ifndef DAEMON_FILES_H
#define DAEMON_FILES_H

#include <stddef.h>

#include "base/compiler.h"

/* Files larger than this are not what was meant. */
#define FILES_CAP ((size_t)16 << 20)

/* The content of PATH with a NUL behind it, *LENGTH without; free() it. NULL with errno set where it cannot be
 * read (EFBIG: over FILES_CAP). */
MUST_USE char *files_read(const char *path, size_t *length);

/* The paths of the regular files (or links to them, or to nothing at all) in FOLDER that end in one of ENDINGS
 * (NULL-terminated; an empty list takes all), sorted by name; *COUNT says how many. Free with files_list_free(). NULL
 * with errno set. */
MUST_USE char **files_list(const char *folder, const char *const *endings, size_t *count);
void files_list_free(char **paths, size_t count);

#endif
