#include "reload_client.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "reload_outcome.h"
#include "report.h"

/* Where the shipped unit leaves outcomes. */
#define SERVICE_FOLDER "/run/tlswhy"

/* Between two looks at the file, milliseconds. */
enum { LOOK_EVERY = 20 };

static void wait_a_little(void) {
    struct timespec interval = {.tv_nsec = LOOK_EVERY * 1000000L};
    nanosleep(&interval, NULL);
}

/* The sequence of PROCESS's last outcome; 0 where it has left none. */
static uint64_t sequence_now(const char *folder, int process) {
    struct reload_outcome outcome;
    if (reload_outcome_read(folder, &outcome) != 0 || outcome.process != process) return 0;
    return outcome.sequence;
}

static int outcome_tell(const struct reload_outcome *outcome) {
    if (!outcome->accepted) {
        report("the reload was refused and nothing has changed: %s", outcome->sentence);
        return EXIT_FAILED;
    }
    puts(outcome->sentence);
    return EXIT_OK;
}

/* Waits for an outcome of PROCESS newer than BEFORE. */
static int outcome_await(const char *folder, int process, uint64_t before) {
    struct reload_outcome outcome;
    int read = 0;
    for (int waited = 0; waited < RELOAD_WAIT; waited += LOOK_EVERY) {
        bool alive = kill(process, 0) == 0 || errno == EPERM;
        read = reload_outcome_read(folder, &outcome);
        if (read == 0 && outcome.process == process && outcome.sequence > before) return outcome_tell(&outcome);
        if (!alive) {
            report("process %d ended while it was to reload: see its journal", process);
            return EXIT_FAILED;
        }
        wait_a_little();
    }
    report(
        "process %d left no outcome in %s within %d s (%s): give the folder that it was started with as --run-folder",
        process, folder, RELOAD_WAIT / 1000, read != 0 ? strerror(-read) : "only that of an earlier reload");
    return EXIT_FAILED;
}

/* The kernel's name of PROCESS ("self": of this one), without its newline; empty where it may not be seen, as behind
 * ProtectProc=invisible of the unit. */
static void name_read(const char *process, char *name, size_t size) {
    char path[64];
    size_t length = 0;
    snprintf(path, sizeof path, "/proc/%s/comm", process);
    char *text = files_read(path, &length);
    snprintf(name, size, "%.*s", text != NULL ? (int)strcspn(text, "\n") : 0, text != NULL ? text : "");
    free(text);
}

/* SIGHUP ends most programs: a mistyped number must not cost somebody else's. */
static bool is_one_of_ours(int process) {
    char number[16], name[32], own[32];
    snprintf(number, sizeof number, "%d", process);
    name_read(number, name, sizeof name);
    name_read("self", own, sizeof own);
    if (name[0] == '\0' || strcmp(name, own) == 0) return true;
    report("process %d is %s, not %s: give the number of a running %s", process, name, own, own);
    return false;
}

int reload_client_run(const struct options *options) {
    char folder[PATH_MAX];
    if (!is_one_of_ours(options->reload)) return EXIT_FAILED;
    if (!reload_outcome_folder(options, folder, sizeof folder)) snprintf(folder, sizeof folder, "%s", SERVICE_FOLDER);
    uint64_t before = sequence_now(folder, options->reload);
    if (kill(options->reload, SIGHUP) != 0) {
        report("cannot signal process %d: %s", options->reload, strerror(errno));
        return EXIT_FAILED;
    }
    return outcome_await(folder, options->reload, before);
}
