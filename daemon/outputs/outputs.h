/* Where events go: several outputs at once, each with a bounded queue and a thread of its own, so that none of them
 * can hold up the capture. What a full queue costs is counted exactly.
 *
 *   auto           the journal where standard output leads there ($JOURNAL_STREAM), else stdout
 *   stdout         JSON lines or an account for people (--format) on standard output
 *   journal[:PATH] native records to the journal's socket, or to that of a journal namespace
 *   file:PATH      JSON lines, appended; a torn last line of an earlier run is repaired
 *   syslog[:PATH]  RFC 5424 over a UNIX datagram socket, /dev/log where PATH is left out
 */
#ifndef DAEMON_OUTPUTS_OUTPUTS_H
#define DAEMON_OUTPUTS_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "diag/diag.h"
#include "fold/fold.h"
#include "options.h"
#include "output/output.h"

/* One for the process. Used from one thread only; the threads inside are its own. */
struct outputs;

/* How the outputs stand: a copy, for metrics and for the loss report. */
struct outputs_status {
    char name[32];     /* "stdout", "journal", "file", "syslog"; a second of a kind is "file 2" */
    uint64_t written;  /* events taken by the consumer */
    uint64_t lost;     /* events that found the queue full, or that the consumer refused for good */
    uint64_t queued;   /* events waiting now */
    size_t bytes, cap; /* of the queue: in use, and at most */
    bool failing;      /* the last attempt to write failed */
};

/* Whether no two of the outputs that OPTIONS name are one and the same. False after having reported. */
MUST_USE bool outputs_are_distinct(const struct options *options);

/* The outputs that OPTIONS name; files and sockets are opened, no thread runs yet. LIVE: events are dropped and counted
 * where a queue is full; otherwise (a capture file is read) they wait, and nothing is lost. HOSTNAME may be NULL. NULL
 * after having reported. */
MUST_USE struct outputs *outputs_new(const struct options *options, bool live, const char *hostname);

/* Starts the threads; call after privileges were given up and the sandbox is on. False after having reported. */
MUST_USE bool outputs_start(struct outputs *outputs);

/* One verdict, seen on INTERFACE (NULL: a capture file). Takes the next event.sequence. Never waits when live. */
void outputs_diag(struct outputs *outputs, const char *interface, const struct diag *diag);

/* Failures that were folded. */
void outputs_summary(struct outputs *outputs, const char *interface, const struct fold_summary *summary);

/* A tlswhy.health or tlswhy.lifecycle event; TIME in nanoseconds since the epoch. */
void outputs_notice(struct outputs *outputs, const char *interface, const struct output_notice *notice);

/* SIGHUP: files are closed and opened anew by name, between two lines. */
void outputs_reopen(struct outputs *outputs);

/* Whether the readers of all outputs have left for good: nothing that is told will ever be read. */
MUST_USE bool outputs_have_left(const struct outputs *outputs);

/* Once a second: tells as tlswhy.health what was lost since the last call, that an output fails and that it works
 * again. TIME is the clock's. */
void outputs_check(struct outputs *outputs, int64_t time);

/* How many outputs there are, and how the one at POSITION stands. */
unsigned outputs_count(const struct outputs *outputs);
void outputs_status(const struct outputs *outputs, unsigned position, struct outputs_status *status);

/* The event.sequence of the last event. */
uint64_t outputs_sequence(const struct outputs *outputs);

/* Waits until all queues are written, at most MILLISECONDS (a capture file: without limit), then ends the threads and
 * frees everything; a thread that its consumer holds up is left to the end of the process. False where an event was
 * lost that outputs_check() has not told, or could not be written (reported; a reader that left is no failure). NULL is
 * fine. */
MUST_USE bool outputs_finish(struct outputs *outputs, unsigned milliseconds);

#endif
