/* How the last reload went, left in a file for "tlswhyd --reload" to wait for. */
#ifndef DAEMON_RELOAD_OUTCOME_H
#define DAEMON_RELOAD_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "options.h"

#define RELOAD_SENTENCE_SIZE 1024

struct reload_outcome {
    int process;                         /* the daemon's number */
    uint64_t sequence;                   /* counts that process's reloads, from 1 */
    bool accepted;                       /* false: the old state stays */
    char sentence[RELOAD_SENTENCE_SIZE]; /* what was taken over, or why not: one line of clean text */
};

/* The folder of outcomes: --run-folder, else the first of $RUNTIME_DIRECTORY (systemd); written into PATH. False where
 * there is none, or it does not fit. */
MUST_USE bool reload_outcome_folder(const struct options *options, char *path, size_t size);

/* Leaves OUTCOME as FOLDER/reload: whoever reads sees the whole of it or the one before. The sentence is cleaned and
 * cut. Returns 0, or a negative errno and the one before stays. */
MUST_USE int reload_outcome_write(const char *folder, const struct reload_outcome *outcome);

/* Reads FOLDER/reload. Returns 0, -EBADMSG where it is no outcome, or another negative errno; then *OUTCOME is as
 * before. */
MUST_USE int reload_outcome_read(const char *folder, struct reload_outcome *outcome);

#endif
