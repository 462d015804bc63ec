/* Standard output: events as JSON lines or as an account for people. */
#ifndef DAEMON_SINK_H
#define DAEMON_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "options.h"
#include "output/output.h"

struct sink {
    FILE *stream; /* borrowed */
    enum options_format format;
    bool colour;       /* a terminal, and NO_COLOR is not set */
    bool at_once;      /* flush each event: somebody is watching */
    bool failed;       /* the stream took no more: reported once */
    uint64_t sequence; /* of the last event */
    struct output_observer observer;
    char line[OUTPUT_LINE_CAP + 2];
    char text[16384];
};

/* Writes to STREAM; INTERFACE is NULL for a capture file. */
void sink_init(struct sink *sink, FILE *stream, const struct options *options, const char *hostname);

/* An engine_sink: CONTEXT is the sink. */
void sink_diag(void *context, const struct diag *diag);

/* A tlswhy.health or tlswhy.lifecycle event. */
void sink_notice(struct sink *sink, const struct output_notice *notice);

/* Flushes; false where something could not be written (reported). */
MUST_USE bool sink_finish(struct sink *sink);

#endif
