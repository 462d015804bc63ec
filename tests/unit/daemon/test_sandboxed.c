/* What a running tlswhyd does, done inside the sandbox: each part in a process of its own, which a forbidden call would
 * end. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/handle.h"
#include "capture/watch.h"
#include "config_folder.h"
#include "keylog_file.h"
#include "metrics/metrics.h"
#include "outputs/outputs.h"
#include "privileges/privileges.h"
#include "reload_outcome.h"
#include "run_suite.h"
#include "sample_diag.h"
#include "setup.h"

/* A check within a child: says which, and ends it. */
#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                                    \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static void enter(bool live) {
    REQUIRE(privileges_drop(NULL, live));
    REQUIRE(privileges_sandbox(live));
}

static void quit_after(struct event_base *base, int milliseconds) {
    struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    REQUIRE(event_base_loopexit(base, &time) == 0 && event_base_dispatch(base) == 0);
}

static void no_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
    (void)user;
    (void)header;
    (void)bytes;
}

/* An interface that came back is opened anew. */
static void do_capture(void) {
    static const char *const names[] = {"lo", "any", "lo"};
    struct options options = {.snaplen = 65535, .buffer = 2 << 20, .filter = "tcp port 443"};
    char error[512];
    enter(true);
    for (size_t i = 0; i < 3; i++) {
        enum handle_trouble trouble;
        struct pcap_stat statistics;
        pcap_t *handle = handle_open(names[i], &options, &trouble, error, sizeof error);
        if (handle == NULL) fprintf(stderr, "%s\n", error);
        REQUIRE(handle != NULL);
        REQUIRE(pcap_dispatch(handle, 100, no_packet, NULL) >= 0);
        REQUIRE(pcap_stats(handle, &statistics) == 0);
        REQUIRE(handle_filter_set(handle, "udp", error, sizeof error));
        pcap_close(handle);
    }
    enum handle_trouble trouble;
    REQUIRE(handle_open("nothing0", &options, &trouble, error, sizeof error) == NULL && trouble == HANDLE_ABSENT);
}

/* Configuration, rules and roots are read anew, and the outcome is left. */
static void do_reload(void) {
    char program[] = "tlswhyd", config[] = "--config", file[] = TLSWHY_SHIPPED_CONFIG, error[512];
    char *line[] = {program, config, file, NULL};
    struct options options;
    struct siphash_key key = {0};
    unsigned roots;
    struct reload_outcome outcome = {.process = 1, .sequence = 1, .sentence = "s"};
    enter(true);
    REQUIRE(options_read(&options, 3, line, error, sizeof error));
    struct rule_table *rules = setup_rules(TLSWHY_SHIPPED_RULES, options.local_rules);
    REQUIRE(rules != NULL);
    rule_table_free(rules);
    struct x509_inspector *inspector = setup_trust(NULL, &key, &roots);
    REQUIRE(inspector != NULL);
    x509_inspector_free(inspector);
    REQUIRE(reload_outcome_write(".", &outcome) == 0);
    options_done(&options);
}

/* A key log that grows, and one that is not there yet. */
static void do_keylog(void) {
    struct keylog_file file = {.descriptor = -1}, missing = {.descriptor = -1};
    struct siphash_key key = {0};
    config_folder_put("keys", "# none\n");
    enter(true);
    REQUIRE(keylog_file_open(&file, "keys", true, &key));
    REQUIRE(keylog_file_open(&missing, "gone", true, &key));
    keylog_file_refresh(&file);
    keylog_file_refresh(&missing);
    keylog_file_close(&file);
    keylog_file_close(&missing);
}

/* What is awaited comes within so many milliseconds, however slow the machine is. */
enum { PATIENCE = 50000 };

/* 0 where there is no such file. */
static off_t file_size(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : 0;
}

static void outputs_use(bool live) {
    static struct sample_store sample;
    char path[] = "file:events", syslog[] = "syslog:log";
    struct options options = {.outputs = {path, syslog}, .output_count = 2, .queue = 1 << 20};
    struct sockaddr_un {
        sa_family_t family;
        char path[108];
    } address = {AF_UNIX, "log"};
    int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(log >= 0 && bind(log, (struct sockaddr *)(void *)&address, sizeof address) == 0);
    REQUIRE(chmod("log", 0777) == 0);
    sample_make(&sample, SAMPLE_EXPIRED);
    struct outputs *outputs = outputs_new(&options, live, "host");
    REQUIRE(outputs != NULL);
    enter(live);
    REQUIRE(outputs_start(outputs));
    for (int i = 0; i < 100; i++) {
        outputs_diag(outputs, "eth0", &sample.diag);
        if (i == 50) outputs_reopen(outputs);
        if (i == 50 && live) usleep(50000);
    }
    outputs_check(outputs, 0);
    for (int waited = 0; waited < PATIENCE && file_size("events") <= 1000; waited += 10)
        usleep(10000);
    close(log); /* the reader is gone: that is told, and no reason to wait */
    (void)!outputs_finish(outputs, 500);
    REQUIRE(file_size("events") > 1000);
}

static void do_outputs_live(void) {
    outputs_use(true);
}

static void do_outputs_file(void) {
    outputs_use(false);
}

/* Asks for the metrics from outside the sandbox; 0 where they came. */
static int metrics_ask(const struct sockaddr_in *address) {
    static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
    char answer[16] = "";
    for (int attempt = 0; attempt < PATIENCE / 20; attempt++) {
        int asker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(asker, (const struct sockaddr *)address, sizeof *address) == 0 &&
            write(asker, request, sizeof request - 1) == (ssize_t)sizeof request - 1 &&
            read(asker, answer, sizeof answer - 1) > 12)
            return strstr(answer, " 200") != NULL ? 0 : 1;
        close(asker);
        usleep(20000);
    }
    return 1;
}

static void few_figures(void *context, struct figures *figures) {
    static const struct figures_verdicts verdicts;
    *figures = (struct figures){.version = "0", .verdicts = &verdicts, .rules = context, .ready = true};
}

static void do_metrics(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(19788)};
    struct event_base *base = event_base_new();
    struct rule_table *rules = rule_table_new();
    struct metrics *metrics;
    int outcome[2];
    char status = 1;
    /* an address of the loopback network for each process: tests run beside each other */
    char host[32], listen[48];
    snprintf(host, sizeof host, "127.77.%d.%d", (int)getpid() / 250 % 250 + 1, (int)getpid() % 250 + 1);
    snprintf(listen, sizeof listen, "%s:19788", host);
    REQUIRE(inet_pton(AF_INET, host, &address.sin_addr) == 1);
    REQUIRE(base != NULL && rules != NULL && pipe(outcome) == 0);
    fflush(NULL);
    if (fork() == 0) { /* it asks until somebody listens, and not for ever */
        alarm(5);
        status = (char)metrics_ask(&address);
        _exit(write(outcome[1], &status, 1) != 1);
    }
    REQUIRE(metrics_new(&metrics, base, listen, few_figures, rules) && metrics != NULL);
    enter(true);
    quit_after(base, 1000);
    REQUIRE(read(outcome[0], &status, 1) == 1 && status == 0);
    metrics_free(metrics);
    rule_table_free(rules);
    event_base_free(base);
}

static void no_verdict(void *context, const char *interface, const struct diag *diag) {
    (void)context;
    (void)interface;
    (void)diag;
}

/* One interface that is there and one that is not: both are looked after. */
static void do_watch(void) {
    static const char *const names[] = {"lo", "nothing0"};
    char path[] = "file:events";
    struct options options = {.outputs = {path},
                              .output_count = 1,
                              .queue = 1 << 20,
                              .snaplen = 65535,
                              .buffer = 2 << 20,
                              .memory = 8 << 20,
                              .deaf_seconds = 1};
    struct engine_options engine_options;
    struct siphash_key key = {0};
    unsigned roots;
    engine_options_default(&engine_options);
    engine_options.memory = 4 << 20;
    engine_options.rules = setup_rules(TLSWHY_SHIPPED_RULES, NULL);
    engine_options.inspector = setup_trust(NULL, &key, &roots);
    struct watch_shared shared = {.base = event_base_new(),
                                  .options = &options,
                                  .engine_options = &engine_options,
                                  .outputs = outputs_new(&options, true, "host"),
                                  .verdict = no_verdict};
    struct watch *watches[2];
    REQUIRE(shared.base != NULL && shared.outputs != NULL);
    for (size_t i = 0; i < 2; i++)
        REQUIRE((watches[i] = watch_new(&shared, names[i])) != NULL);
    enter(true);
    REQUIRE(outputs_start(shared.outputs));
    for (size_t i = 0; i < 2; i++)
        REQUIRE(watch_start(watches[i]));
    quit_after(shared.base, 2500);
    for (size_t i = 0; i < 2; i++) {
        struct watch_status status;
        watch_status(watches[i], &status);
        REQUIRE(status.state == (i == 0 ? WATCH_OPEN : WATCH_ABSENT));
        watch_finish(watches[i]);
        watch_free(watches[i]);
    }
    REQUIRE(outputs_finish(shared.outputs, 1000));
    event_base_free(shared.base);
}

/* The end of the process: what a sanitizer does there would hang or die for a call that it lacks. */
static void do_end(void) {
    alarm(30);
    enter(true);
    exit(0);
}

static const struct {
    const char *name;
    void (*part)(void);
    bool root; /* takes CAP_NET_RAW */
} parts[] = {
    {"capture", do_capture, true},
    {"reload", do_reload, false},
    {"keylog", do_keylog, false},
    {"outputs, live", do_outputs_live, false},
    {"outputs, a capture file", do_outputs_file, false},
    {"metrics", do_metrics, false},
    {"watch", do_watch, true},
    {"end", do_end, false},
};

START_TEST(test_part) {
    int status = -1;
    if (parts[_i].root && geteuid() != 0) {
        fprintf(stderr, "skipped: %s takes root\n", parts[_i].name);
        return;
    }
    ck_assert_int_eq(chmod(".", 0777), 0); /* whom root becomes writes here */
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        parts[_i].part();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: wait status %#x%s", parts[_i].name, status,
                  WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? ", a forbidden call" : "");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("sandboxed");
    TCase *work = tcase_create("work");
    tcase_add_checked_fixture(work, config_folder_enter, config_folder_leave);
    tcase_set_timeout(work, 60);
    tcase_add_loop_test(work, test_part, 0, (int)(sizeof parts / sizeof parts[0]));
    suite_add_tcase(suite, work);
    return run_suite(suite);
}
