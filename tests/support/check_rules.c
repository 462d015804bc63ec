/* check_rules FILE ...: loads rule files into one table and says what is wrong with them, or how many rules they hold.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/rule.h"

#define FILE_CAP ((size_t)4 << 20)

static char *file_read(const char *path, size_t *length) {
    char *text = malloc(FILE_CAP);
    FILE *file = fopen(path, "rb");
    if (text == NULL || file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        if (file != NULL) fclose(file);
        free(text);
        return NULL;
    }
    *length = fread(text, 1, FILE_CAP, file);
    fclose(file);
    return text;
}

/* The first block of JSON in a document; all of TEXT where it is no document. */
static const char *rules_in(const char *path, const char *text, size_t *length) {
    static const char open[] = "```json\n", close[] = "\n```";
    if (strlen(path) < 3 || strcmp(path + strlen(path) - 3, ".md") != 0) return text;
    const char *begin = memmem(text, *length, open, strlen(open));
    if (begin == NULL) return text;
    begin += strlen(open);
    size_t rest = *length - (size_t)(begin - text);
    const char *end = memmem(begin, rest, close, strlen(close));
    *length = end != NULL ? (size_t)(end - begin) : rest;
    return begin;
}

static bool file_add(struct rule_table *table, const char *path) {
    char error[1024];
    size_t length;
    char *text = file_read(path, &length);
    if (text == NULL) return false;
    const char *rules = rules_in(path, text, &length);
    bool fine = rule_table_add(table, path, rules, length, false, error, sizeof(error));
    if (!fine) fprintf(stderr, "%s\n", error);
    free(text);
    return fine;
}

int main(int count, char **arguments) {
    struct rule_table *table = rule_table_new();
    bool fine = table != NULL;
    for (int i = 1; table != NULL && i < count; i++)
        fine = file_add(table, arguments[i]) && fine;
    if (fine) printf("%u rules\n", rule_table_count(table));
    rule_table_free(table);
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
