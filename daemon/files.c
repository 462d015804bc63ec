#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *stream_read(FILE *stream, size_t *length) {
    size_t room = 65536, used = 0;
    char *content = malloc(room);
    while (content != NULL) {
        used += fread(content + used, 1, room - used - 1, stream);
        if (used + 1 < room) break;
        if (room > FILES_CAP) {
            free(content);
            errno = EFBIG;
            return NULL;
        }
        char *larger = realloc(content, room *= 2);
        if (larger == NULL) free(content);
        content = larger;
    }
    if (content == NULL || ferror(stream)) {
        int saved = errno;
        free(content);
        errno = content == NULL ? ENOMEM : saved;
        return NULL;
    }
    content[used] = '\0';
    *length = used;
    return content;
}

char *files_read(const char *path, size_t *length) {
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL) return NULL;
    char *content = stream_read(stream, length);
    int saved = errno;
    fclose(stream);
    errno = saved;
    return content;
}

static bool ends_in(const char *name, const char *const *endings) {
    if (endings[0] == NULL) return true;
    size_t length = strlen(name);
    for (; *endings != NULL; endings++) {
        size_t ending = strlen(*endings);
        if (length > ending && strcmp(name + length - ending, *endings) == 0) return true;
    }
    return false;
}

/* A link that leads nowhere counts: somebody meant a file, and reading it will say that there is none. */
static bool is_meant_as_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? S_ISREG(status.st_mode) : errno == ENOENT;
}

static bool list_add(char ***paths, size_t *count, char *path) {
    char **longer = realloc(*paths, (*count + 1) * sizeof *longer);
    if (longer == NULL) return false;
    *paths = longer;
    longer[(*count)++] = path;
    return true;
}

char **files_list(const char *folder, const char *const *endings, size_t *count) {
    struct dirent **entries;
    int found = scandir(folder, &entries, NULL, alphasort);
    if (found < 0) return NULL;
    char **paths = calloc(1, sizeof *paths);
    bool failed = paths == NULL;
    *count = 0;
    for (int i = 0; i < found; i++) {
        char *path = NULL;
        bool wanted = !failed && entries[i]->d_name[0] != '.' && ends_in(entries[i]->d_name, endings);
        if (wanted && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            failed = true;
        else if (wanted && (!is_meant_as_file(path) || !list_add(&paths, count, path)))
            free(path);
        free(entries[i]);
    }
    free(entries);
    if (!failed) return paths;
    files_list_free(paths, *count);
    errno = ENOMEM;
    return NULL;
}

void files_list_free(char **paths, size_t count) {
    if (paths == NULL) return;
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}
