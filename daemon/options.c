#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"
#include "option_table.h"

/* A row of the table is at most so many in getopt's. */
enum { ROWS_CAP = 64 };

/* getopt's two tables out of ours. A flag may be taken back: --all=no. */
static void getopt_tables(struct option *longs, char *letters) {
    *letters++ = ':';
    for (size_t i = 0; i < option_rows_count; i++) {
        bool takes = option_rows[i].argument != NULL;
        *longs++ =
            (struct option){.name = option_rows[i].name, .has_arg = takes ? required_argument : optional_argument};
        if (option_rows[i].letter == 0) continue;
        *letters++ = option_rows[i].letter;
        if (takes) *letters++ = ':';
    }
    *longs = (struct option){0};
    *letters = '\0';
}

static const struct option_row *row_by_letter(int letter) {
    for (size_t i = 0; i < option_rows_count; i++)
        if (option_rows[i].letter != 0 && option_rows[i].letter == letter) return &option_rows[i];
    return NULL;
}

static bool row_apply(const struct option_row *row, struct options *options, struct option_source *source, char *error,
                      size_t size) {
    char detail[512];
    const char *value = optarg != NULL ? optarg : "yes";
    if (option_row_apply(row, options, source, value, detail, sizeof detail)) return true;
    snprintf(error, size, "--%s", detail);
    return false;
}

/* Takes the whole command line into OPTIONS; SOURCE says what it named. */
static bool command_line_read(struct options *options, struct option_source *source, int argc, char **argv, char *error,
                              size_t size) {
    struct option longs[ROWS_CAP + 1];
    char letters[2 * ROWS_CAP + 2];
    getopt_tables(longs, letters);
    opterr = 0;
    optind = 0; /* the same command line is read again: GNU getopt begins anew at 0 */
    for (;;) {
        int position = -1;
        int result = getopt_long(argc, argv, letters, longs, &position);
        if (result == -1) break;
        const struct option_row *row = result == 0 ? &option_rows[position] : row_by_letter(result);
        if (result == ':') {
            snprintf(error, size, "%s wants a value: see --help", argv[optind - 1]);
            return false;
        }
        if (row == NULL) {
            snprintf(error, size, "there is no option %s: see --help", argv[optind - 1]);
            return false;
        }
        if (!row_apply(row, options, source, error, size)) return false;
    }
    if (optind >= argc) return true;
    snprintf(error, size, "\"%s\" is not an option: a capture file is read with -r, an interface watched with -i",
             argv[optind]);
    return false;
}

/* The combination has to make sense: exactly one source, unless nothing is to be captured. A capture file that the
 * command line names is read to standard output, whatever the configuration says for the service. */
static bool options_agree(struct options *options, const struct option_source *line, char *error, size_t size) {
    if (options->check || options->help || options->version || options->reload != 0) return true;
    if (options->file != NULL && option_source_has(line, "interface")) {
        snprintf(error, size, "-i and -r exclude each other: leave one of them out");
        return false;
    }
    if (options->file != NULL) {
        options->interface_count = 0;
        if (!option_source_has(line, "output")) options->output_count = 0;
        return true;
    }
    if (options->interface_count > 0) return true;
    if (options->config != NULL)
        snprintf(error, size, "%s names no interface: add \"interface = NAME\" below [capture], or give -i IFACE",
                 options->config);
    else
        snprintf(error, size, "say what to look at: -i IFACE watches live, -r FILE reads a capture");
    return false;
}

static void options_default(struct options *options) {
    *options = (struct options){.memory = (size_t)64 << 20,
                                .buffer = (size_t)64 << 20,
                                .queue = (size_t)192 << 20, /* a minute of 500 events a second */
                                .snaplen = 262144,
                                .fold_burst = 60,
                                .fold_seconds = 60,
                                .deaf_seconds = 300};
}

/* What the files say, with the command line on top. */
static bool layers_read(struct options *options, const char *config, int argc, char **argv, char *error, size_t size) {
    struct option_source line = {0};
    options_default(options);
    return (config == NULL || config_file_read(options, config, error, size)) &&
           command_line_read(options, &line, argc, argv, error, size) && options_agree(options, &line, error, size);
}

bool options_read(struct options *options, int argc, char **argv, char *error, size_t size) {
    struct option_source line = {0};
    struct options first; /* to learn the name of the configuration */
    bool wanted, good = false;
    options_default(options);
    options_default(&first);
    if (!command_line_read(&first, &line, argc, argv, error, size)) goto out;
    wanted = first.config != NULL && !first.help && !first.version;
    good = layers_read(options, wanted ? first.config : NULL, argc, argv, error, size);
    if (!good) options_done(options);
out:
    options_done(&first);
    return good;
}

void options_done(struct options *options) {
    for (size_t i = 0; i < options->string_count; i++)
        free(options->strings[i]);
    free(options->strings);
    *options = (struct options){0};
}

void options_help(void) {
    puts("tlswhyd: says why TLS handshakes fail\n"
         "usage: tlswhyd -i IFACE [option ...]    watch an interface\n"
         "       tlswhyd -r FILE  [option ...]    read a capture\n");
    for (size_t i = 0; i < option_rows_count; i++) {
        const struct option_row *row = &option_rows[i];
        char letter[5] = "    ", left[40];
        if (row->letter != 0) snprintf(letter, sizeof letter, "-%c, ", row->letter);
        snprintf(left, sizeof left, "%s--%s %s", letter, row->name, row->argument != NULL ? row->argument : "");
        printf(" %-26s %s\n", left, row->help);
    }
    puts("\n"
         "examples:\n"
         "  tlswhyd -i eth0 --format text           failures as they happen, for people\n"
         "  tlswhyd -r trace.pcapng | jq .message   why the handshakes in a capture failed\n"
         "  ssh gw tcpdump -U -w - port 443 | tlswhyd -r - --trust corporate-roots.pem");
}
