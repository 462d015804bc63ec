/* The outcome of a reload, as the daemon leaves it and "tlswhyd --reload" waits for it. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reload_client.h"
#include "reload_outcome.h"
#include "report.h"
#include "run_suite.h"

static char folder[] = "/tmp/tlswhy-reload-XXXXXX";

static void folder_make(void) {
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void folder_remove(void) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/reload", folder);
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left */
}

static void file_put(const char *text, size_t length) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/reload", folder);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(test_round_trip) {
    static const struct reload_outcome outcomes[] = {
        {1, 1, true, "rules, roots and configuration were taken over"},
        {INT_MAX, UINT64_MAX, false, "/etc/x.conf:3: there is no key \"colour\": see tlswhyd --help for the names"},
        {7, 2, false, ""},
    };
    for (size_t i = 0; i < 3; i++) {
        struct reload_outcome read = {0};
        ck_assert_int_eq(reload_outcome_write(folder, &outcomes[i]), 0);
        ck_assert_int_eq(reload_outcome_read(folder, &read), 0);
        ck_assert_int_eq(read.process, outcomes[i].process);
        ck_assert_uint_eq(read.sequence, outcomes[i].sequence);
        ck_assert_int_eq(read.accepted, outcomes[i].accepted);
        ck_assert_str_eq(read.sentence, outcomes[i].sentence);
    }
}
END_TEST

/* Names out of files may hold anything: the sentence stays one line, and is cut where it is too long. */
START_TEST(test_hostile_sentence) {
    struct reload_outcome outcome = {.process = 1, .sequence = 1}, read = {0};
    memset(outcome.sentence, 'x', sizeof outcome.sentence - 1);
    memcpy(outcome.sentence, "a\nb\x1b[31m", 8);
    ck_assert_int_eq(reload_outcome_write(folder, &outcome), 0);
    ck_assert_int_eq(reload_outcome_read(folder, &read), 0);
    ck_assert_int_eq(strncmp(read.sentence, "a\\x0ab\\x1b[31m", 13), 0);
    ck_assert_uint_lt(strlen(read.sentence), sizeof read.sentence);
    ck_assert_uint_gt(strlen(read.sentence), 1000);
}
END_TEST

static const char *const broken[] = {
    "",
    "\n",
    "1 1 accepted",
    "1 1 accepted\n",
    "1 1 accepted\nno end",
    "1 1 perhaps\nsentence\n",
    "1 accepted\nsentence\n",
    "x 1 accepted\nsentence\n",
    "1 1 accepted more\nsentence\n",
    "1 1 accepted\nsentence\nanother\n",
    "1 1 accepted\nwith \x1b escape\n",
    "1 1 acceptedacceptedaccepted\nsentence\n",
};

START_TEST(test_broken) {
    struct reload_outcome read = {.process = 42};
    file_put(broken[_i], strlen(broken[_i]));
    ck_assert_int_eq(reload_outcome_read(folder, &read), -EBADMSG);
    ck_assert_int_eq(read.process, 42);
}
END_TEST

/* Each beginning of an outcome, and each with one byte spoilt, is refused or harmless. */
START_TEST(test_sweep) {
    static const char whole[] = "123 45 refused\nthe rule x is broken\n";
    struct reload_outcome read;
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        file_put(whole, length);
        ck_assert_int_eq(reload_outcome_read(folder, &read), -EBADMSG);
    }
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        char *spoilt = (char *)exact_copy(whole, sizeof whole - 1);
        spoilt[i] = (char)(spoilt[i] ^ 0x80);
        file_put(spoilt, sizeof whole - 1);
        free(spoilt);
        memset(&read, 0, sizeof read);
        if (reload_outcome_read(folder, &read) == 0) ck_assert_uint_lt(strlen(read.sentence), sizeof read.sentence);
    }
}
END_TEST

START_TEST(test_nowhere) {
    struct reload_outcome outcome = {.process = 1, .sequence = 1, .sentence = "s"}, read;
    ck_assert_int_eq(reload_outcome_read(folder, &read), -ENOENT);
    ck_assert_int_eq(reload_outcome_write("/nowhere/at/all", &outcome), -ENOENT);
}
END_TEST

START_TEST(test_folder) {
    char path[32];
    struct options options = {0};
    ck_assert_int_eq(setenv("RUNTIME_DIRECTORY", "/run/tlswhy:/run/other", 1), 0);
    ck_assert(reload_outcome_folder(&options, path, sizeof path));
    ck_assert_str_eq(path, "/run/tlswhy");
    ck_assert(!reload_outcome_folder(&options, path, sizeof "/run/tlswhy" - 1));
    options.run_folder = "/tmp/a:b";
    ck_assert(reload_outcome_folder(&options, path, sizeof path));
    ck_assert_str_eq(path, "/tmp/a:b");
    options.run_folder = NULL;
    ck_assert_int_eq(unsetenv("RUNTIME_DIRECTORY"), 0);
    ck_assert(!reload_outcome_folder(&options, path, sizeof path));
}
END_TEST

/* What stands in for the daemon: answers the first SIGHUP. */
enum stand_in { ACCEPTS, REFUSES, DIES };

static void stand_in_main(enum stand_in kind, int ready) {
    sigset_t hangup;
    int signal;
    struct reload_outcome outcome = {
        .process = (int)getpid(), .sequence = 4, .accepted = kind == ACCEPTS, .sentence = "a sentence"};
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hangup, NULL);
    outcome.sequence = 3; /* an earlier reload, which is not to be taken for this one */
    if (reload_outcome_write(folder, &outcome) != 0) _exit(1);
    if (write(ready, "", 1) != 1 || sigwait(&hangup, &signal) != 0 || kind == DIES) _exit(0);
    usleep(100000);
    outcome.sequence = 4;
    if (reload_outcome_write(folder, &outcome) != 0) _exit(1);
    pause();
}

/* What the client's exit status is, and what it printed, before such a process. */
static int client_run(enum stand_in kind, char *said, size_t size) {
    int ready[2], output[2];
    char byte;
    fflush(NULL);
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(output), 0);
    pid_t daemon = fork();
    if (daemon == 0) stand_in_main(kind, ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    if (kind == DIES) signal(SIGCHLD, SIG_IGN); /* so that it is gone, not a zombie */
    pid_t client = fork();
    if (client == 0) {
        struct options options = {.run_folder = folder, .reload = (int)daemon};
        dup2(output[1], STDOUT_FILENO);
        dup2(output[1], STDERR_FILENO);
        int status = reload_client_run(&options);
        fflush(NULL);
        _exit(status);
    }
    close(output[1]);
    ssize_t length = read(output[0], said, size - 1);
    said[length > 0 ? length : 0] = '\0';
    int status = -1;
    if (kind != DIES) {
        ck_assert_int_eq(waitpid(client, &status, 0), client);
        kill(daemon, SIGKILL);
        waitpid(daemon, NULL, 0);
        status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    signal(SIGCHLD, SIG_DFL);
    close(output[0]);
    close(ready[0]);
    close(ready[1]);
    return status;
}

START_TEST(test_client) {
    char said[512];
    ck_assert_int_eq(client_run(ACCEPTS, said, sizeof said), EXIT_OK);
    ck_assert_str_eq(said, "a sentence\n");
    ck_assert_int_eq(client_run(REFUSES, said, sizeof said), EXIT_FAILED);
    ck_assert_str_eq(said, "tlswhyd: the reload was refused and nothing has changed: a sentence\n");
    (void)client_run(DIES, said, sizeof said);
    ck_assert_ptr_nonnull(strstr(said, "ended while it was to reload"));
}
END_TEST

START_TEST(test_client_without_process) {
    struct options options = {.run_folder = folder, .reload = INT_MAX};
    ck_assert_int_eq(reload_client_run(&options), EXIT_FAILED);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("reload");
    TCase *outcome = tcase_create("outcome");
    tcase_add_checked_fixture(outcome, folder_make, folder_remove);
    tcase_add_test(outcome, test_round_trip);
    tcase_add_test(outcome, test_hostile_sentence);
    tcase_add_loop_test(outcome, test_broken, 0, (int)(sizeof broken / sizeof broken[0]));
    tcase_add_test(outcome, test_sweep);
    tcase_add_test(outcome, test_nowhere);
    tcase_add_test(outcome, test_folder);
    tcase_add_test(outcome, test_client);
    tcase_add_test(outcome, test_client_without_process);
    suite_add_tcase(suite, outcome);
    return run_suite(suite);
}
