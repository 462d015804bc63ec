#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes VALUE for the option; false where it makes no sense. */
typedef bool (*option_setter)(struct options *options, const char *value);

/* One option: the command line and the help come from this table. */
struct option_row {
    char letter; /* 0: none */
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;
    const char *wants; /* what a value has to be, for the error */
    option_setter set;
};

static bool set_interface(struct options *options, const char *value) {
    options->interfaces[0] = value;
    options->interface_count = 1;
    return value[0] != '\0';
}

static bool set_file(struct options *options, const char *value) {
    options->file = value;
    return value[0] != '\0';
}

static bool set_trust(struct options *options, const char *value) {
    options->trust = value;
    return value[0] != '\0';
}

static bool set_keylog(struct options *options, const char *value) {
    options->keylog = value;
    return value[0] != '\0';
}

static bool set_rules(struct options *options, const char *value) {
    options->rules = value;
    return value[0] != '\0';
}

static bool set_filter(struct options *options, const char *value) {
    options->filter = value;
    return true;
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
    (void)value;
    return options->all = true;
}

static bool set_suspects(struct options *options, const char *value) {
    (void)value;
    return options->suspects = true;
}

static bool set_check(struct options *options, const char *value) {
    (void)value;
    return options->check = true;
}

static bool set_statistics(struct options *options, const char *value) {
    (void)value;
    return options->statistics = true;
}

static bool set_help(struct options *options, const char *value) {
    (void)value;
    return options->help = true;
}

static bool set_version(struct options *options, const char *value) {
    (void)value;
    return options->version = true;
}

/* "64M": a number with K, M or G for powers of 1024. */
static bool size_read(const char *value, size_t smallest, size_t largest, size_t *size) {
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno != 0 || end == value || value[0] == '-' || value[0] == '+') return false;
    unsigned shift = 0;
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    if (unit != NULL) {
        shift = 10 * (unsigned)(unit - units + 1);
        end++;
    }
    if (*end != '\0' || number > (unsigned long long)largest >> shift) return false;
    number <<= shift;
    if (number < smallest) return false;
    *size = (size_t)number;
    return true;
}

static bool set_memory(struct options *options, const char *value) {
    return size_read(value, (size_t)4 << 20, (size_t)64 << 30, &options->memory);
}

static bool set_buffer(struct options *options, const char *value) {
    return size_read(value, (size_t)1 << 20, (size_t)2047 << 20, &options->buffer);
}

static bool set_snaplen(struct options *options, const char *value) {
    size_t snaplen;
    if (!size_read(value, 256, 262144, &snaplen)) return false;
    options->snaplen = (int)snaplen;
    return true;
}

static bool port_read(const char *text, char **end, unsigned *port) {
    if (text[0] < '0' || text[0] > '9') return false;
    unsigned long number = strtoul(text, end, 10);
    if (number == 0 || number > 65535) return false;
    *port = (unsigned)number;
    return true;
}

/* "443,8443,9000-9010": the list that replaces the default. */
static bool set_tls_ports(struct options *options, const char *value) {
    char *end = NULL;
    options->tls_port_count = 0;
    for (const char *text = value;; text = end + 1) {
        unsigned first, last;
        if (!port_read(text, &end, &first)) return false;
        last = first;
        if (*end == '-' && !port_read(end + 1, &end, &last)) return false;
        for (unsigned port = first; port <= last; port++) {
            if (options->tls_port_count == ENGINE_PORTS_CAP) return false;
            options->tls_ports[options->tls_port_count++] = (uint16_t)port;
        }
        if (*end == '\0') return options->tls_port_count > 0;
        if (*end != ',') return false;
    }
}

static const struct option_row rows[] = {
    {'i', "interface", "IFACE", "watch this interface (any: all of them)", "the name of an interface", set_interface},
    {'r', "read", "FILE", "read a capture, pcap or pcapng; - is standard input", "a file", set_file},
    {0, "trust", "PATH", "trusted roots: a PEM file or a folder of them (default: the system's)", "a path", set_trust},
    {0, "keylog", "FILE", "decrypt with the secrets in this file (SSLKEYLOGFILE); it may grow", "a file", set_keylog},
    {0, "all", NULL, "report successes and unknowns too", NULL, set_all},
    {0, "suspects", NULL, "report completed handshakes left at once over a bad certificate", NULL, set_suspects},
    {0, "format", "json|text", "JSON lines (default), or an account for people", "json or text", set_format},
    {0, "filter", "BPF", "look only at packets that match, as tcpdump would", "a filter expression", set_filter},
    {0, "rules", "FOLDER", "use the rules in this folder instead of the shipped ones", "a folder", set_rules},
    {0, "tls-ports", "LIST", "where TLS is to be expected, such as 443,8443,9000-9010",
     "at most 128 ports, such as 443,8443", set_tls_ports},
    {0, "memory", "SIZE", "for flows and reassembly together (default 64M)", "a size from 4M to 64G", set_memory},
    {0, "buffer", "SIZE", "the kernel's capture buffer (default 64M)", "a size from 1M to 2047M", set_buffer},
    {0, "snaplen", "BYTES", "captured of each packet (default 262144)", "a number from 256 to 262144", set_snaplen},
    {0, "statistics", NULL, "print counts on standard error at the end", NULL, set_statistics},
    {0, "check", NULL, "load rules and trusted roots, report, exit", NULL, set_check},
    {'h', "help", NULL, "print this", NULL, set_help},
    {'V', "version", NULL, "print the version", NULL, set_version},
};

/* getopt's two tables out of ours. */
static void getopt_tables(struct option *longs, char *letters) {
    *letters++ = ':';
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        bool takes = rows[i].argument != NULL;
        *longs++ = (struct option){.name = rows[i].name, .has_arg = takes ? required_argument : no_argument};
        if (rows[i].letter == 0) continue;
        *letters++ = rows[i].letter;
        if (takes) *letters++ = ':';
    }
    *longs = (struct option){0};
    *letters = '\0';
}

static const struct option_row *row_by_letter(int letter) {
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (rows[i].letter != 0 && rows[i].letter == letter) return &rows[i];
    return NULL;
}

static bool row_apply(const struct option_row *row, struct options *options, char *error, size_t size) {
    if (row->set(options, optarg)) return true;
    snprintf(error, size, "--%s takes %s, not \"%s\"", row->name, row->wants, optarg);
    return false;
}

/* The combination has to make sense: exactly one source, unless nothing is to be captured. */
static bool options_agree(const struct options *options, int argc, char **argv, char *error, size_t size) {
    if (optind < argc) {
        snprintf(error, size, "\"%s\" is not an option: a capture file is read with -r, an interface watched with -i",
                 argv[optind]);
        return false;
    }
    if (options->check || options->help || options->version) return true;
    if ((options->interface_count == 0) != (options->file == NULL)) return true;
    snprintf(error, size,
             options->file == NULL ? "say what to look at: -i IFACE watches live, -r FILE reads a capture"
                                   : "-i and -r exclude each other: leave one of them out");
    return false;
}

bool options_read(struct options *options, int argc, char **argv, char *error, size_t size) {
    struct option longs[ARRAY_LENGTH(rows) + 1];
    char letters[2 * ARRAY_LENGTH(rows) + 2];
    *options = (struct options){.memory = (size_t)64 << 20, .buffer = (size_t)64 << 20, .snaplen = 262144};
    getopt_tables(longs, letters);
    opterr = 0;
    optind = 1;
    for (;;) {
        int position = -1;
        int result = getopt_long(argc, argv, letters, longs, &position);
        if (result == -1) return options_agree(options, argc, argv, error, size);
        const struct option_row *row = result == 0 ? &rows[position] : row_by_letter(result);
        if (result == ':') {
            snprintf(error, size, "%s wants a value: see --help", argv[optind - 1]);
            return false;
        }
        if (row == NULL) {
            snprintf(error, size, "there is no option %s: see --help", argv[optind - 1]);
            return false;
        }
        if (!row_apply(row, options, error, size)) return false;
    }
}

void options_help(void) {
    puts("tlswhyd: says why TLS handshakes fail\n"
         "\n"
         "usage: tlswhyd -i IFACE [option ...]    watch an interface\n"
         "       tlswhyd -r FILE  [option ...]    read a capture\n");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char left[40];
        snprintf(left, sizeof left, "%c%c%s --%s %s", rows[i].letter != 0 ? '-' : ' ',
                 rows[i].letter != 0 ? rows[i].letter : ' ', rows[i].letter != 0 ? "," : " ", rows[i].name,
                 rows[i].argument != NULL ? rows[i].argument : "");
        printf("  %-25s %s\n", left, rows[i].help);
    }
    puts("\n"
         "examples:\n"
         "  tlswhyd -i eth0 --format text             failures as they happen, for people\n"
         "  tlswhyd -r trace.pcapng | jq .message     why the handshakes in a capture failed\n"
         "  ssh gw tcpdump -U -w - port 443 | tlswhyd -r - --trust corporate-roots.pem\n"
         "\n"
         "Every failed handshake gives one event on standard output.");
}
