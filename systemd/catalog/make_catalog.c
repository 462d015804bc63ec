/* make_catalog CATALOGUE CAUSES RULES...: writes the message catalogue for "journalctl -x" (systemd's
 * MESSAGE_CATALOG) out of docs/causes.md and the rule files: an entry for each cause and each notice, found by its
 * MESSAGE_ID.
 *
 * journalctl puts a field of the record in the place of @FIELD@; where the record has no such field, or one of more
 * than 256 bytes, it puts the field's name. So only fields that every such record has are named. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notices.h"
#include "output/output.h"
#include "rule/rule.h"
#include "section.h"

#define LINE_WIDTH 76
#define PART_SIZE  4096

/* The whole of a file, NUL-terminated; free() it. NULL after having complained. */
static char *file_read(const char *path, size_t *length) {
    char *text = NULL;
    FILE *file = fopen(path, "rb");
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && ftell(file) >= 0) {
        *length = (size_t)ftell(file);
        rewind(file);
        text = malloc(*length + 1);
        if (text != NULL && fread(text, 1, *length, file) != *length) {
            free(text);
            text = NULL;
        }
    }
    if (text != NULL)
        text[*length] = '\0';
    else
        fprintf(stderr, "make_catalog: %s cannot be read: %s\n", path, strerror(errno));
    if (file != NULL) (void)fclose(file);
    return text;
}

static struct rule_table *rules_load(char **paths, int count) {
    struct rule_table *table = rule_table_new();
    for (int i = 0; table != NULL && i < count; i++) {
        char error[512] = "";
        size_t length;
        char *text = file_read(paths[i], &length);
        bool fine = text != NULL && rule_table_add(table, paths[i], text, length, false, error, sizeof error);
        free(text);
        if (fine) continue;
        fprintf(stderr, "make_catalog: %s\n", error);
        rule_table_free(table);
        table = NULL;
    }
    return table;
}

static void word_write(FILE *file, const char *word, size_t length) {
    for (size_t i = 0; i < length; i++)
        fputc(word[i] == SECTION_BLANK ? ' ' : word[i], file);
}

/* LABEL and TEXT as a paragraph, its lines broken at blanks. */
static void paragraph_write(FILE *file, const char *label, const char *text) {
    size_t column = strlen(label);
    fputs(label, file);
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > LINE_WIDTH) {
            fputc('\n', file);
            column = 0;
        }
        if (column > 0) {
            fputc(' ', file);
            column++;
        }
        word_write(file, text, length);
        column += length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', file);
}

static void header_write(FILE *file, const char *name, const char *subject, const char *manual) {
    char id[OUTPUT_MESSAGE_ID_SIZE];
    output_message_id(name, id);
    fprintf(file, "\n# %s\n-- %s\nSubject: %s\nDefined-By: tlswhyd\nSupport: man:tlswhyd(8)\n", name, id, subject);
    fprintf(file, "Documentation: man:%s\n\n", manual);
}

static void notice_write(FILE *file, const struct notice *notice) {
    header_write(file, notice->code, notice->subject, "tlswhyd(8)");
    paragraph_write(file, "", notice->means);
    if (notice->todo == NULL) return;
    fputc('\n', file);
    paragraph_write(file, "What to do:", notice->todo);
}

/* Which rules say so: their ids, as the records have them. */
static void rules_write(FILE *file, const struct rule_table *table, const char *cause) {
    bool first = true;
    for (unsigned i = 0; i < rule_table_count(table); i++) {
        const struct rule *rule = rule_table_get(table, i);
        if (strcmp(rule->cause, cause) != 0) continue;
        if (first) fputs("\nRules that lead to it:\n", file);
        first = false;
        fprintf(file, "  %s (%s, at fault: %s)\n", rule->id, rule_confidence_name(rule->confidence),
                rule_fault_name(rule->at_fault));
    }
}

/* The name that all rules for CAUSE have in common; where there is none, what is true of every cause. */
static const char *title_of(const struct rule_table *table, const char *cause) {
    const char *title = NULL;
    for (unsigned i = 0; i < rule_table_count(table); i++) {
        const struct rule *rule = rule_table_get(table, i);
        if (strcmp(rule->cause, cause) != 0 || rule->suspect) continue;
        if (title != NULL && strcmp(title, rule->name) != 0) return "TLS handshake failed";
        title = rule->name;
    }
    return title != NULL ? title : "TLS handshake failed";
}

static bool part_write(FILE *file, const char *label, const char *document, const char *cause, const char *part) {
    char text[PART_SIZE];
    struct text_writer writer = text_writer_over(text, sizeof text);
    if (!section_append(document, cause, part, &writer) || writer.truncated) {
        fprintf(stderr, "make_catalog: docs/causes.md says nothing, or too much, under \"%s\" of %s\n", part, cause);
        return false;
    }
    paragraph_write(file, label, text);
    return true;
}

static bool cause_write(FILE *file, const struct rule_table *table, const char *document, const char *cause) {
    char subject[160];
    (void)snprintf(subject, sizeof subject, "%s (%s)", title_of(table, cause), cause);
    header_write(file, cause, subject, "tlswhy-causes(7)");
    if (!part_write(file, "What it means:", document, cause, "Means")) return false;
    fputs("\nClient @SOURCE_IP@, server @DESTINATION_IP@ port @DESTINATION_PORT@.\n", file);
    fputs("Who must act: @TLSWHY_AT_FAULT@.\n\n", file);
    paragraph_write(file, "What to do, for this event (TLSWHY_ADVICE):", "@TLSWHY_ADVICE@");
    if (!part_write(file, "And in general:", document, cause, "Do")) return false;
    fputs("\nHow it is known: @TLSWHY_CONFIDENCE@, by the rule @TLSWHY_RULE@.\n", file);
    if (!part_write(file, "", document, cause, "Known")) return false;
    rules_write(file, table, cause);
    return true;
}

static bool catalogue_write(FILE *file, const struct rule_table *table, const char *document) {
    fputs("# Message catalogue of tlswhyd, for journalctl -x. Generated: change docs/causes.md, rules/ or\n"
          "# systemd/catalog/notices.c instead.\n",
          file);
    for (unsigned i = 0; rule_causes[i] != NULL; i++)
        if (!cause_write(file, table, document, rule_causes[i])) return false;
    for (size_t i = 0; i < notices_count; i++)
        notice_write(file, &notices[i]);
    return true;
}

/* Writes PATH, or removes it again where that goes wrong. */
static bool catalogue_make(const char *path, const struct rule_table *table, const char *document) {
    FILE *file = fopen(path, "w");
    bool written = file != NULL && catalogue_write(file, table, document) && ferror(file) == 0;
    if (file != NULL) written = fclose(file) == 0 && written;
    if (written) return true;
    fprintf(stderr, "make_catalog: %s could not be written\n", path);
    (void)remove(path);
    return false;
}

int main(int count, char **arguments) {
    size_t length;
    if (count < 4) {
        fprintf(stderr, "usage: make_catalog CATALOGUE CAUSES RULES...\n");
        return EXIT_FAILURE;
    }
    char *document = file_read(arguments[2], &length);
    struct rule_table *table = rules_load(arguments + 3, count - 3);
    bool made = document != NULL && table != NULL && catalogue_make(arguments[1], table, document);
    rule_table_free(table);
    free(document);
    return made ? EXIT_SUCCESS : EXIT_FAILURE;
}
