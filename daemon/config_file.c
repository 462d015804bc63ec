#include "config_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "option_table.h"

/* One file while inih goes through it. */
struct config_file {
    struct options *options;
    struct option_source source;
    const char *path;
    const char *text; /* what is not yet read */
    unsigned line;    /* of the last one handed to inih, counted from 1 */
    char *error;
    size_t size;
    bool broken; /* ERROR is filled in: what follows does not count */
};

/* "FILE:LINE: " and the sentence DETAIL; the first one stays. */
static void file_blame(struct config_file *file, const char *detail) {
    if (file->broken) return;
    file->broken = true;
    snprintf(file->error, file->size, "%s:%u: %s", file->path, file->line, detail);
}

/* Hands inih the next line, like fgets(). inih would cut a line that is longer than its buffer, and take one that is
 * indented for the continuation of a value: here the first is an error, and an indented key a key. */
static char *line_next(char *buffer, int capacity, void *context) {
    struct config_file *file = context;
    if (file->broken || file->text[0] == '\0') return NULL;
    size_t length = strcspn(file->text, "\n");
    const char *line = file->text;
    file->text += length + (file->text[length] == '\n');
    file->line++;
    size_t indent = strspn(line, " \t\r");
    if (indent > length) indent = length;
    if (length - indent + 2 > (size_t)capacity) {
        char detail[96];
        snprintf(detail, sizeof detail, "the line is too long: at most %d characters fit", capacity - 2);
        file_blame(file, detail);
        return NULL;
    }
    snprintf(buffer, (size_t)capacity, "%.*s\n", (int)(length - indent), line + indent);
    return buffer;
}

static bool section_exists(const char *section) {
    for (size_t i = 0; i < option_rows_count; i++)
        if (option_rows[i].section != NULL && strcmp(option_rows[i].section, section) == 0) return true;
    return false;
}

/* One "key = value". inih wants 0 for an error. */
static int key_take(void *context, const char *section, const char *key, const char *value) {
    struct config_file *file = context;
    const struct option_row *row = option_row_find(key);
    char detail[512];
    if (file->broken) return 0;
    if (section[0] != '\0' && !section_exists(section))
        snprintf(detail, sizeof detail, "there is no section [%s]: use [capture], [diagnosis], [output] or [service]",
                 section);
    else if (row == NULL)
        snprintf(detail, sizeof detail, "there is no key \"%s\": see tlswhyd --help for the names", key);
    else if (row->section == NULL)
        snprintf(detail, sizeof detail, "\"%s\" is for the command line only", key);
    else if (section[0] == '\0')
        snprintf(detail, sizeof detail, "\"%s\" stands before any section: put it below [%s]", key, row->section);
    else if (strcmp(row->section, section) != 0)
        snprintf(detail, sizeof detail, "\"%s\" belongs below [%s], not [%s]", key, row->section, section);
    else if ((row->flags & OPTION_LIST) == 0 && option_source_has(&file->source, key))
        snprintf(detail, sizeof detail, "\"%s\" stands twice in this file: keep one of the two", key);
    else if (option_row_apply(row, file->options, &file->source, value, detail, sizeof detail))
        return 1;
    file_blame(file, detail);
    return 0;
}

static unsigned lines_count(const char *text) {
    unsigned lines = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

static bool file_read(struct options *options, const char *path, char *error, size_t size) {
    size_t length;
    char *text = files_read(path, &length);
    if (text == NULL) {
        snprintf(error, size, "cannot read the configuration %s: %s; check the path and that it is readable", path,
                 strerror(errno));
        return false;
    }
    struct config_file file = {.options = options, .path = path, .text = text, .error = error, .size = size};
    int result = ini_parse_stream(line_next, &file, key_take, &file);
    if (result > 0 && (!file.broken || (unsigned)result < file.line)) {
        file.broken = false; /* a line that inih did not understand came first */
        file.line = (unsigned)result;
        file_blame(&file, "this is neither a [section] nor \"key = value\"");
    }
    if (!file.broken && result < 0) {
        file.broken = true;
        snprintf(error, size, "there is not enough memory to read the configuration %s", path);
    }
    if (strlen(text) != length) {
        file.line = lines_count(text) + 1;
        file_blame(&file, "there is a NUL byte: this is no text");
    }
    free(text);
    return !file.broken;
}

/* The drop-ins; a folder that is not there holds none. */
static bool folder_read(struct options *options, const char *folder, char *error, size_t size) {
    static const char *const endings[] = {".conf", NULL};
    size_t count = 0;
    char **paths = files_list(folder, endings, &count);
    if (paths == NULL) {
        if (errno == ENOENT) return true;
        snprintf(error, size, "cannot read the folder %s: %s; make it readable", folder, strerror(errno));
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = file_read(options, paths[i], error, size);
    files_list_free(paths, count);
    return good;
}

bool config_file_read(struct options *options, const char *path, char *error, size_t size) {
    char *folder = NULL;
    if (!file_read(options, path, error, size)) return false;
    if (asprintf(&folder, "%s.d", path) < 0) {
        snprintf(error, size, "there is not enough memory to read the configuration %s", path);
        return false;
    }
    bool good = folder_read(options, folder, error, size);
    free(folder);
    return good;
}
