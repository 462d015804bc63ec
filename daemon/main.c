/* tlswhyd: says why TLS handshakes fail. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "judgement.h"
#include "keylog_file.h"
#include "options.h"
#include "privileges/privileges.h"
#include "reload_client.h"
#include "report.h"
#include "sanity.h"
#include "service.h"

/* What reading a capture file takes. */
struct reading {
    struct judgement judgement;
    struct keylog_file keylog;
    struct engine_options engine_options;
    struct outputs *outputs;
    struct verdicts *verdicts;
    pcap_t *handle;
};

static bool reading_open(struct reading *reading, const struct options *options) {
    struct engine_options *engine_options = &reading->engine_options;
    judgement_apply(&reading->judgement, options, engine_options);
    /* it may still grow while packets come through a pipe */
    bool grows = strcmp(options->file, "-") == 0;
    if (!keylog_file_attach(&reading->keylog, options->keylog, grows, engine_options) ||
        !keylog_file_attach_capture(&reading->keylog, options->file, engine_options))
        return false;
    reading->outputs = outputs_new(options, false, NULL);
    if (reading->outputs == NULL) return false;
    reading->verdicts = verdicts_new(options, false, &engine_options->key, reading->judgement.rules, reading->outputs);
    if (reading->verdicts == NULL) return false;
    reading->handle = capture_file_open(options->file);
    return reading->handle != NULL;
}

static int file_run(const struct options *options) {
    struct reading reading = {.keylog = {.descriptor = -1}};
    engine_options_default(&reading.engine_options);
    reading.engine_options.memory = options->memory;
    if (!judgement_key_make(&reading.engine_options.key)) return EXIT_FAILED;
    int status = judgement_load(&reading.judgement, options, &reading.engine_options.key);
    if (status != EXIT_OK) return status;
    status = EXIT_FAILED;
    if (reading_open(&reading, options) && privileges_drop(options->user, false) && privileges_sandbox(false) &&
        outputs_start(reading.outputs)) {
        struct capture capture = {options, &reading.engine_options, reading.verdicts};
        status = capture_file_run(&capture, reading.handle);
    }
    if (!outputs_finish(reading.outputs, 0)) status = EXIT_FAILED;
    if (reading.handle != NULL) pcap_close(reading.handle);
    verdicts_free(reading.verdicts);
    keylog_file_close(&reading.keylog);
    judgement_done(&reading.judgement);
    return status;
}

static int check_run(const struct options *options) {
    struct siphash_key key;
    struct judgement judgement;
    if (!judgement_key_make(&key)) return EXIT_FAILED;
    int status = judgement_load(&judgement, options, &key);
    if (status != EXIT_OK) return status;
    printf("%u rules and %u trusted roots are in order\n", rule_table_count(judgement.rules), judgement.roots);
    judgement_done(&judgement);
    return EXIT_OK;
}

static int run(struct options *options, int argc, char **argv) {
    if (options->help) {
        options_help();
        return EXIT_OK;
    }
    if (options->version) {
        puts("tlswhyd " TLSWHY_VERSION);
        return EXIT_OK;
    }
    if (options->reload != 0) return reload_client_run(options);
    int status = sanity_check(options);
    if (status != EXIT_OK) return status;
    if (options->check) return check_run(options);
    return options->file != NULL ? file_run(options) : service_run(options, argc, argv);
}

int main(int argc, char **argv) {
    struct options options;
    char error[512];
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves shows as a failed write */
    if (!options_read(&options, argc, argv, error, sizeof error)) {
        report("%s", error);
        return EXIT_USAGE;
    }
    int status = run(&options, argc, argv);
    options_done(&options);
    return status;
}
