/* What the operator asked for: the command line of tlswhyd. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "engine/engine.h"

enum options_format { OPTIONS_FORMAT_JSON, OPTIONS_FORMAT_TEXT };

/* Strings are borrowed from argv. */
struct options {
    const char *interface; /* -i: watch live */
    const char *file;      /* -r: read a capture; "-" is standard input */
    const char *trust;     /* --trust: PEM file or folder; NULL: the system's */
    const char *rules;     /* --rules: folder; NULL: the shipped ones */
    const char *keylog;    /* --keylog: file of secrets; NULL: nothing is decrypted */
    const char *filter;    /* --filter: libpcap filter expression; NULL: none */
    enum options_format format;
    bool all;        /* --all: successes and unknowns too */
    bool suspects;   /* --suspects: completed, then left over a certificate that is visibly wrong */
    bool check;      /* --check: load everything, report, exit */
    bool statistics; /* --statistics: counts on standard error at the end */
    bool help, version;
    size_t memory; /* --memory: bytes for flows and reassembly */
    size_t buffer; /* --buffer: bytes of the kernel's ring */
    int snaplen;   /* --snaplen: bytes captured of each packet */
    uint16_t tls_ports[ENGINE_PORTS_CAP];
    unsigned tls_port_count; /* 0: the default list */
};

/* Reads the command line. On false ERROR holds one sentence for the operator. */
MUST_USE bool options_read(struct options *options, int argc, char **argv, char *error, size_t size);

/* The text of --help. */
void options_help(void);

#endif
