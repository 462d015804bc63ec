/* Rule files for tests: a small rule around the part that a test is about. */
#ifndef RULE_TEXT_H
#define RULE_TEXT_H

#include <stdlib.h>
#include <string.h>

#include "rule/rule.h"
#include "run_suite.h"

#define RULE_TEXT_CAP 16384

/* Writes a file of RULES, already JSON, separated by commas. */
static inline void file_text(char text[RULE_TEXT_CAP], const char *rules) {
    struct text_writer writer = text_writer_over(text, RULE_TEXT_CAP);
    text_append_format(&writer, "{\"family\":\"test\",\"description\":\"for a test\",\"rules\":[%s]}", rules);
    ck_assert(!writer.truncated);
}

/* One rule: ID, RANK, and WHEN, MESSAGE as JSON values. */
static inline void rule_text(char text[RULE_TEXT_CAP], const char *id, int rank, const char *when,
                             const char *message) {
    struct text_writer writer = text_writer_over(text, RULE_TEXT_CAP);
    text_append_format(&writer, "{\"id\":\"%s\",\"rank\":%d,\"when\":%s,\"message\":%s,", id, rank, when, message);
    text_append(&writer, "\"name\":\"A name\",\"description\":\"d\",\"cause\":\"hello.rejected\",\"advice\":\"wait\",");
    text_append(&writer,
                "\"confidence\":\"observed\",\"at_fault\":\"server\",\"narrows\":false,\"evidence\":[\"seen\"]}");
    ck_assert(!writer.truncated);
}

/* Adds TEXT from a block of exactly its size. */
static inline bool table_add(struct rule_table *table, const char *file, const char *text, bool override, char *error,
                             size_t size) {
    unsigned char *copy = exact_copy(text, strlen(text));
    bool fine = rule_table_add(table, file, (const char *)copy, strlen(text), override, error, size);
    free(copy);
    return fine;
}

/* A table of one rule with this condition; fails the test where it does not load. */
static inline struct rule_table *table_of_condition(const char *when) {
    static char rule[RULE_TEXT_CAP], file[RULE_TEXT_CAP];
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    ck_assert_ptr_nonnull(table);
    rule_text(rule, "r", 1, when, "\"m\"");
    file_text(file, rule);
    ck_assert_msg(table_add(table, "test.json", file, false, error, sizeof(error)), "%s: %s", when, error);
    return table;
}

#endif
