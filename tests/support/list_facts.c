/* Holds docs/rules.md and the facts of the code together.
 *   list_facts                 prints the section of facts
 *   list_facts --check FILE    fails where FILE's section differs from that
 *   list_facts --update FILE   puts it there */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"

#define DOCUMENT_CAP ((size_t)1 << 20)

static const char begin_mark[] = "<!-- facts: begin -->\n", end_mark[] = "<!-- facts: end -->\n";

static void write_words(FILE *out, enum fact fact) {
    const char *const *words = fact_words(fact);
    if (words == NULL) return;
    fputs("<br>Words:", out);
    for (unsigned i = 0; words[i] != NULL; i++)
        fprintf(out, "%s `%s`", i > 0 ? "," : "", words[i]);
}

/* A table for each group: the part of the name before its first dot. */
static void write_facts(FILE *out) {
    size_t group = 0;
    const char *last = "";
    for (unsigned i = 0; i < FACT_COUNT; i++) {
        const struct fact_description *fact = fact_describe((enum fact)i);
        size_t length = strcspn(fact->name, ".");
        if (length != group || strncmp(fact->name, last, length) != 0)
            fprintf(out, "\n### %.*s\n\n| fact | type | what it says |\n| --- | --- | --- |\n", (int)length,
                    fact->name);
        group = length;
        last = fact->name;
        fprintf(out, "| `%s` | %s | %s", fact->name, fact_type_name(fact->type), fact->description);
        write_words(out, (enum fact)i);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

/* The whole of FILE as a text to be freed; NULL, and a message, where it cannot be read. */
static char *document_read(const char *path) {
    char *text = calloc(1, DOCUMENT_CAP);
    FILE *file = fopen(path, "r");
    if (text != NULL && file != NULL) {
        text[fread(text, 1, DOCUMENT_CAP - 1, file)] = '\0';
        fclose(file);
        return text;
    }
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    if (file != NULL) fclose(file);
    free(text);
    return NULL;
}

/* The section that belongs into the document, to be freed. */
static char *section_make(void) {
    char *section = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&section, &size);
    if (out == NULL) return NULL;
    write_facts(out);
    fclose(out);
    return section;
}

static int document_update(const char *path, const char *before, size_t length, const char *section,
                           const char *after) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return EXIT_FAILURE;
    }
    fprintf(file, "%.*s%s%s", (int)length, before, section, after);
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int section_compare(const char *path, const char *begin, const char *end, const char *section) {
    if ((size_t)(end - begin) == strlen(section) && strncmp(begin, section, strlen(section)) == 0) return EXIT_SUCCESS;
    fprintf(stderr, "%s: the list of facts is not that of facts.def; run \"list_facts --update %s\"\n", path, path);
    return EXIT_FAILURE;
}

static int document_hold(const char *path, bool update) {
    char *document = document_read(path), *section = section_make();
    char *begin = document != NULL ? strstr(document, begin_mark) : NULL;
    char *end = begin != NULL ? strstr(begin, end_mark) : NULL;
    int status = EXIT_FAILURE;
    if (document != NULL && end == NULL) fprintf(stderr, "%s: the marks of the list of facts are missing\n", path);
    if (end != NULL && section != NULL) {
        begin += strlen(begin_mark);
        status = update ? document_update(path, document, (size_t)(begin - document), section, end)
                        : section_compare(path, begin, end, section);
    }
    free(section);
    free(document);
    return status;
}

int main(int count, char **arguments) {
    if (count == 1) {
        write_facts(stdout);
        return EXIT_SUCCESS;
    }
    bool update = strcmp(arguments[1], "--update") == 0;
    if (count == 3 && (update || strcmp(arguments[1], "--check") == 0)) return document_hold(arguments[2], update);
    fputs("usage: list_facts [--check FILE | --update FILE]\n", stderr);
    return EXIT_FAILURE;
}
