/* What the operator asked for: the command line of tlswhyd and its configuration files, by one table. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "engine/engine.h"

enum options_format { OPTIONS_FORMAT_JSON, OPTIONS_FORMAT_TEXT };

#define OPTIONS_INTERFACES_CAP 16
#define OPTIONS_OUTPUTS_CAP    8

/* All strings are owned by the options and live until options_done(). */
struct options {
    const char *interfaces[OPTIONS_INTERFACES_CAP]; /* -i, several times: watch live */
    unsigned interface_count;
    const char *file;                         /* -r: read a capture; "-" is standard input */
    const char *config;                       /* --config: file; its drop-ins are in the folder FILE.d */
    const char *trust;                        /* --trust: PEM file or folder; NULL: the system's */
    const char *rules;                        /* --rules: folder; NULL: the shipped ones */
    const char *local_rules;                  /* --local-rules: folder whose rules override by id; NULL: none */
    const char *keylog;                       /* --keylog: file of secrets; NULL: nothing is decrypted */
    const char *filter;                       /* --filter: libpcap filter expression; NULL: none */
    const char *outputs[OPTIONS_OUTPUTS_CAP]; /* --output, several times: where events go, see outputs/outputs.h */
    unsigned output_count;                    /* 0: "auto" */
    const char *user;                         /* --user: whom root becomes; NULL: tlswhy, else nobody */
    const char *metrics; /* --metrics: ADDRESS:PORT on loopback; NULL: off unless a socket is passed */
    const char
        *run_folder; /* --run-folder: where outcomes of reloads are left; NULL: $RUNTIME_DIRECTORY, else nowhere */
    int reload;      /* --reload: the process that is to reload, see reload_client.h; 0: none */
    enum options_format format;
    bool all;        /* --all: successes and unknowns too */
    bool suspects;   /* --suspects: completed, then left over a certificate that is visibly wrong */
    bool check;      /* --check: load everything, report, exit */
    bool statistics; /* --statistics: counts on standard error at the end */
    bool help, version;
    size_t memory;         /* --memory: bytes for flows and reassembly, shared evenly by the interfaces */
    size_t buffer;         /* --buffer: bytes of the kernel's ring, for each interface */
    size_t queue;          /* --queue: bytes of events that wait for one output */
    int snaplen;           /* --snaplen: bytes captured of each packet */
    unsigned fold_burst;   /* --fold-burst: identical failures told one by one before they fold; 0: never fold */
    unsigned fold_seconds; /* --fold-seconds: how often a storm is summed up, and how long the burst is counted over */
    unsigned deaf_seconds; /* --deaf-seconds: silence on an interface that is up is told after so long; 0: never */
    uint16_t tls_ports[ENGINE_PORTS_CAP];
    unsigned tls_port_count; /* 0: the default list */
    char **strings;          /* what the pointers above point at */
    size_t string_count;
};

/* Reads the command line, and the configuration that --config names with its drop-ins; what the command line says
 * wins. On false ERROR holds one sentence for the operator (file and line, where it is about a file), and *OPTIONS
 * owns nothing. */
MUST_USE bool options_read(struct options *options, int argc, char **argv, char *error, size_t size);

/* Frees what the options own. */
void options_done(struct options *options);

/* The text of --help. */
void options_help(void);

#endif
