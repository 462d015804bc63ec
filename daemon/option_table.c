#include "option_table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_values.h"

/* A text that may be anything but empty. */
static bool text_set(const char **place, const char *value) {
    *place = value;
    return value[0] != '\0';
}

static bool list_set(const char **list, unsigned *count, unsigned cap, const char *value) {
    if (value[0] == '\0' || *count == cap) return false;
    list[(*count)++] = value;
    return true;
}

static bool set_interface(struct options *options, const char *value) {
    for (unsigned i = 0; i < options->interface_count; i++)
        if (strcmp(options->interfaces[i], value) == 0) return true;
    return option_value_is_interface(value) &&
           list_set(options->interfaces, &options->interface_count, OPTIONS_INTERFACES_CAP, value);
}

static bool set_output(struct options *options, const char *value) {
    for (unsigned i = 0; i < options->output_count; i++)
        if (strcmp(options->outputs[i], value) == 0) return true;
    return option_value_is_output(value) &&
           list_set(options->outputs, &options->output_count, OPTIONS_OUTPUTS_CAP, value);
}

static bool set_file(struct options *options, const char *value) {
    return text_set(&options->file, value);
}

static bool set_config(struct options *options, const char *value) {
    return text_set(&options->config, value);
}

static bool set_trust(struct options *options, const char *value) {
    return text_set(&options->trust, value);
}

static bool set_keylog(struct options *options, const char *value) {
    return text_set(&options->keylog, value);
}

static bool set_rules(struct options *options, const char *value) {
    return text_set(&options->rules, value);
}

static bool set_local_rules(struct options *options, const char *value) {
    return text_set(&options->local_rules, value);
}

static bool set_user(struct options *options, const char *value) {
    return text_set(&options->user, value);
}

static bool set_run_folder(struct options *options, const char *value) {
    return text_set(&options->run_folder, value);
}

static bool set_filter(struct options *options, const char *value) {
    options->filter = value[0] != '\0' ? value : NULL;
    return true;
}

static bool set_metrics(struct options *options, const char *value) {
    options->metrics = value;
    return option_value_is_loopback(value);
}

static bool set_format(struct options *options, const char *value) {
    if (strcmp(value, "json") == 0)
        options->format = OPTIONS_FORMAT_JSON;
    else if (strcmp(value, "text") == 0)
        options->format = OPTIONS_FORMAT_TEXT;
    else
        return false;
    return true;
}

static bool set_all(struct options *options, const char *value) {
    return option_value_flag(value, &options->all);
}

static bool set_suspects(struct options *options, const char *value) {
    return option_value_flag(value, &options->suspects);
}

static bool set_check(struct options *options, const char *value) {
    return option_value_flag(value, &options->check);
}

static bool set_statistics(struct options *options, const char *value) {
    return option_value_flag(value, &options->statistics);
}

static bool set_help(struct options *options, const char *value) {
    return option_value_flag(value, &options->help);
}

static bool set_version(struct options *options, const char *value) {
    return option_value_flag(value, &options->version);
}

static bool set_tls_ports(struct options *options, const char *value) {
    return option_value_ports(value, options->tls_ports, &options->tls_port_count);
}

static bool set_memory(struct options *options, const char *value) {
    return option_value_size(value, (size_t)4 << 20, (size_t)64 << 30, &options->memory);
}

static bool set_buffer(struct options *options, const char *value) {
    return option_value_size(value, (size_t)1 << 20, (size_t)2047 << 20, &options->buffer);
}

static bool set_queue(struct options *options, const char *value) {
    return option_value_size(value, (size_t)64 << 10, (size_t)1 << 30, &options->queue);
}

static bool set_snaplen(struct options *options, const char *value) {
    size_t snaplen;
    if (!option_value_size(value, 256, 262144, &snaplen)) return false;
    options->snaplen = (int)snaplen;
    return true;
}

static bool set_fold_burst(struct options *options, const char *value) {
    return option_value_number(value, 0, 1000000, &options->fold_burst);
}

static bool set_fold_seconds(struct options *options, const char *value) {
    return option_value_number(value, 1, 86400, &options->fold_seconds);
}

static bool set_deaf_seconds(struct options *options, const char *value) {
    return option_value_number(value, 0, 86400, &options->deaf_seconds);
}

static bool set_reload(struct options *options, const char *value) {
    unsigned process;
    if (!option_value_number(value, 1, INT_MAX, &process)) return false;
    options->reload = (int)process;
    return true;
}

/* The sections of a configuration file. */
#define CAPTURE   "capture"
#define DIAGNOSIS "diagnosis"
#define OUTPUT    "output"
#define SERVICE   "service"

const struct option_row option_rows[] = {
    {'i', "interface", CAPTURE, "IFACE", "watch it live; any: all; several -i are allowed",
     "the name of one interface (15 bytes at most), at most 16 of them", OPTION_LIST, set_interface},
    {'r', "read", NULL, "FILE", "read a capture, pcap or pcapng; -: standard input", "a file", 0, set_file},
    {'c', "config", NULL, "FILE", "read this configuration and FILE.d/*.conf first", "a file", 0, set_config},
    {'o', "output", OUTPUT, "WHERE", "auto, stdout, journal, file:PATH, syslog[:PATH]",
     "auto, stdout, journal[:PATH], file:PATH or syslog[:PATH], at most 8 of them", OPTION_LIST, set_output},
    {0, "format", OUTPUT, "json|text", "on stdout: JSON lines, or an account for people", "json or text", 0,
     set_format},
    {0, "all", DIAGNOSIS, NULL, "report successes and unknowns too", "yes or no", OPTION_FLAG, set_all},
    {0, "suspects", DIAGNOSIS, NULL, "report sessions left at once over a bad certificate", "yes or no", OPTION_FLAG,
     set_suspects},
    {0, "trust", DIAGNOSIS, "PATH", "trusted roots: PEM file or folder (the system's)", "a path", 0, set_trust},
    {0, "keylog", DIAGNOSIS, "FILE", "decrypt with the secrets in it; it may grow", "a file", 0, set_keylog},
    {0, "rules", DIAGNOSIS, "FOLDER", "rules to use instead of the shipped ones", "a folder", 0, set_rules},
    {0, "local-rules", DIAGNOSIS, "FOLDER", "rules besides, which override by id", "a folder", 0, set_local_rules},
    {0, "filter", CAPTURE, "BPF", "look only at packets that match, as tcpdump would", "a filter expression", 0,
     set_filter},
    {0, "tls-ports", CAPTURE, "LIST", "where TLS is expected: 443,8443,9000-9010",
     "at most 128 ports, such as 443,8443", 0, set_tls_ports},
    {0, "memory", CAPTURE, "SIZE", "for flows, all interfaces together (64M)", "a size from 4M to 64G", 0, set_memory},
    {0, "buffer", CAPTURE, "SIZE", "the kernel's ring for each interface (64M)", "a size from 1M to 2047M", 0,
     set_buffer},
    {0, "snaplen", CAPTURE, "BYTES", "captured of each packet (262144)", "a number from 256 to 262144", 0, set_snaplen},
    {0, "deaf-seconds", CAPTURE, "N", "tell when an interface is silent so long (300)",
     "a number from 0 (never) to 86400", 0, set_deaf_seconds},
    {0, "queue", OUTPUT, "SIZE", "of events that wait for one output (192M)", "a size from 64K to 1G", 0, set_queue},
    {0, "fold-burst", OUTPUT, "N", "sum up identical failures beyond so many (60)",
     "a number from 0 (never) to 1000000", 0, set_fold_burst},
    {0, "fold-seconds", OUTPUT, "N", "in so many seconds (60)", "a number from 1 to 86400", 0, set_fold_seconds},
    {0, "metrics", SERVICE, "ADDR:PORT", "serve /metrics and /healthz on loopback",
     "a loopback address and a port, such as 127.0.0.1:9788", 0, set_metrics},
    {0, "user", SERVICE, "NAME", "whom root becomes (tlswhy, else nobody)", "the name of a user", 0, set_user},
    {0, "run-folder", SERVICE, "FOLDER", "for the outcome of reloads ($RUNTIME_DIRECTORY)", "a folder", 0,
     set_run_folder},
    {0, "reload", NULL, "PID", "make that tlswhyd reload, wait for the outcome", "the number of a process", 0,
     set_reload},
    {0, "statistics", NULL, NULL, "print counts on standard error at the end", "yes or no", OPTION_FLAG,
     set_statistics},
    {0, "check", NULL, NULL, "load configuration, rules and roots, report, exit", "yes or no", OPTION_FLAG, set_check},
    {'h', "help", NULL, NULL, "print this", "yes or no", OPTION_FLAG, set_help},
    {'V', "version", NULL, NULL, "print the version", "yes or no", OPTION_FLAG, set_version},
};
const size_t option_rows_count = ARRAY_LENGTH(option_rows);
_Static_assert(ARRAY_LENGTH(option_rows) <= 64, "struct option_source has a bit for each");

const struct option_row *option_row_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LENGTH(option_rows); i++)
        if (strcmp(option_rows[i].name, name) == 0) return &option_rows[i];
    return NULL;
}

static uint64_t row_bit(const struct option_row *row) {
    return (uint64_t)1 << (row - option_rows);
}

bool option_source_has(const struct option_source *source, const char *name) {
    const struct option_row *row = option_row_find(name);
    return row != NULL && (source->set & row_bit(row)) != 0;
}

/* A copy that the options own; NULL where memory is short. */
static const char *string_keep(struct options *options, const char *value) {
    char **longer = realloc(options->strings, (options->string_count + 1) * sizeof *longer);
    if (longer == NULL) return NULL;
    options->strings = longer;
    char *copy = strdup(value);
    if (copy != NULL) longer[options->string_count++] = copy;
    return copy;
}

/* The lists in the table are two: a later source begins them anew. */
static void list_clear(const struct option_row *row, struct options *options) {
    if (row->set == set_interface) options->interface_count = 0;
    if (row->set == set_output) options->output_count = 0;
}

bool option_row_apply(const struct option_row *row, struct options *options, struct option_source *source,
                      const char *value, char *error, size_t size) {
    const char *kept = string_keep(options, value);
    if (kept == NULL) {
        snprintf(error, size, "there is not enough memory to begin with");
        return false;
    }
    if ((row->flags & OPTION_LIST) != 0 && (source->set & row_bit(row)) == 0) list_clear(row, options);
    source->set |= row_bit(row);
    if (row->set(options, kept)) return true;
    snprintf(error, size, "%s takes %s, not \"%s\"", row->name, row->wants, value);
    return false;
}
