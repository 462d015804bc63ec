/* sample_events FILE: writes the events of every sample diag, one a line, to be held against the schema. */
#include <stdio.h>
#include <stdlib.h>

#include "sample_diag.h"

static const char *const pieces[] = {
    "x", "\"", "\\", "\\x1b[31m", "B\303\274cher ", "\xf0\x9f\x94\x92", "word ",
};

static struct sample_store store;
static uint64_t sequence;

static void write_line(FILE *file, const char *line, size_t length) {
    if (length == 0 || fwrite(line, 1, length, file) != length || fputc('\n', file) == EOF) {
        fprintf(stderr, "event %llu could not be written\n", (unsigned long long)sequence);
        exit(EXIT_FAILURE);
    }
}

static void write_diag(FILE *file, const struct output_observer *observer) {
    char line[OUTPUT_LINE_CAP + 1];
    sequence++;
    write_line(file, line, output_json(&store.diag, observer, sequence, line));
}

static void write_summary(FILE *file, const struct fold_summary *summary) {
    char line[OUTPUT_LINE_CAP + 1];
    sequence++;
    write_line(file, line, output_json_summary(summary, &sample_live, sequence, line));
}

static void write_notice(FILE *file, const char *dataset, const char *code, int severity) {
    static const struct output_figure figures[] = {{"dropped", 17}, {"packets", UINT64_C(1) << 62}};
    char line[OUTPUT_LINE_CAP + 1];
    sequence++;
    struct output_notice notice = {.dataset = dataset,
                                   .code = code,
                                   .severity = severity,
                                   .time = INT64_C(1795289400123456789),
                                   .message = "17 packets were dropped",
                                   .figures = figures,
                                   .count = ARRAY_LENGTH(figures)};
    write_line(file, line, output_json_notice(&notice, &sample_live, sequence, line));
}

static void write_summaries(FILE *file) {
    struct fold_summary summary;
    sample_summary(&summary);
    write_summary(file, &summary);
    summary.server_name[0] = summary.advice[0] = '\0';
    summary.count = summary.clients = 1;
    summary.last = summary.first;
    write_summary(file, &summary);
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        sample_summary_monster(&summary, pieces[i]);
        write_summary(file, &summary);
    }
}

int main(int count, char **arguments) {
    FILE *file = count == 2 ? fopen(arguments[1], "wb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: sample_events FILE\n");
        return EXIT_FAILURE;
    }
    for (unsigned sample = 0; sample < SAMPLE_COUNT; sample++) {
        sample_make(&store, (enum sample)sample);
        write_diag(file, &sample_live);
        write_diag(file, &sample_file);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        sample_monster(&store, pieces[i]);
        write_diag(file, &sample_live);
    }
    write_summaries(file);
    write_notice(file, "tlswhy.health", "packets_dropped", 2);
    write_notice(file, "tlswhy.health", "packets_dropped", 4);
    write_notice(file, "tlswhy.lifecycle", "started", 5);
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
