/* tlswhyd: says why TLS handshakes fail. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/capture.h"
#include "keylog_file.h"
#include "options.h"
#include "reload_client.h"
#include "report.h"
#include "setup.h"
#include "sink.h"

/* A key that nobody outside can guess, so that nobody can fill one bucket of our tables. */
static bool key_make(struct siphash_key *key) {
    if (getrandom(key, sizeof *key, 0) == (ssize_t)sizeof *key) return true;
    report("the kernel gives no random numbers: start again later");
    return false;
}

static int sources_run(const struct options *options, struct engine_options *engine_options) {
    static struct sink sink; /* holds its line buffers; one a process */
    static char hostname[256];
    struct capture capture = {.options = options, .engine_options = engine_options, .sink = &sink};
    if (options->interface_count > 0) gethostname(hostname, sizeof hostname - 1);
    sink_init(&sink, stdout, options, hostname[0] != '\0' ? hostname : NULL);
    int status = options->file != NULL ? capture_file_run(&capture) : capture_live_run(&capture);
    return sink_finish(&sink) ? status : EXIT_FAILED;
}

/* A file may still grow while packets are watched, or come through a pipe. */
static bool keylog_setup(const struct options *options, struct engine_options *engine_options,
                         struct keylog_file *file) {
    if (options->keylog == NULL) return true;
    bool grows = options->interface_count > 0 || (options->file != NULL && strcmp(options->file, "-") == 0);
    if (!keylog_file_open(file, options->keylog, grows, &engine_options->key)) return false;
    engine_options->keylog = file->keylog;
    engine_options->keylog_refresh = keylog_file_refresh;
    engine_options->keylog_context = file;
    return true;
}

static int tlswhyd_run(const struct options *options) {
    struct engine_options engine_options;
    struct keylog_file keylog = {.descriptor = -1};
    unsigned roots;
    int status = EXIT_FAILED;
    engine_options_default(&engine_options);
    engine_options.memory = options->memory;
    engine_options.successes = options->all;
    engine_options.suspects = options->suspects || options->all;
    if (options->tls_port_count > 0) {
        memcpy(engine_options.tls_ports, options->tls_ports, sizeof options->tls_ports);
        engine_options.tls_port_count = options->tls_port_count;
    }
    if (!key_make(&engine_options.key)) return EXIT_FAILED;
    struct rule_table *rules = setup_rules(options->rules, options->local_rules);
    if (rules == NULL) return EXIT_USAGE;
    struct x509_inspector *inspector = setup_trust(options->trust, &engine_options.key, &roots);
    if (inspector == NULL || !keylog_setup(options, &engine_options, &keylog)) goto out;
    engine_options.rules = rules;
    engine_options.inspector = inspector;
    if (options->check) {
        printf("%u rules and %u trusted roots are in order\n", rule_table_count(rules), roots);
        status = EXIT_OK;
    } else {
        status = sources_run(options, &engine_options);
    }
out:
    keylog_file_close(&keylog);
    x509_inspector_free(inspector);
    rule_table_free(rules);
    return status;
}

int main(int argc, char **argv) {
    struct options options;
    char error[512];
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves shows as a failed write */
    if (!options_read(&options, argc, argv, error, sizeof error)) {
        report("%s", error);
        return EXIT_USAGE;
    }
    int status = EXIT_OK;
    if (options.help)
        options_help();
    else if (options.version)
        puts("tlswhyd " TLSWHY_VERSION);
    else if (options.reload != 0)
        status = reload_client_run(&options);
    else
        status = tlswhyd_run(&options);
    options_done(&options);
    return status;
}
