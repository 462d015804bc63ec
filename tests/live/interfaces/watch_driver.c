/* Watches interfaces as tlswhyd does and nothing else: the command line of tlswhyd, events on standard output, SIGHUP
 * takes the filter from the file that FILTER_FILE names, SIGTERM ends it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "capture/watch.h"
#include "metrics/metrics.h"
#include "report.h"
#include "setup.h"

struct outputs {
    uint64_t sequence;
    char line[OUTPUT_LINE_CAP + 1];
};

struct driver {
    struct options options;
    struct engine_options engine_options;
    struct outputs outputs;
    struct watch_shared shared;
    struct watch *watches[OPTIONS_INTERFACES_CAP];
    unsigned watch_count;
    uint64_t *hits;
    struct figures_verdicts verdicts;
    char filter[256];
    int64_t started;
};

static void line_write(struct outputs *outputs, size_t length) {
    outputs->line[length] = '\n';
    fwrite(outputs->line, 1, length + 1, stdout);
    fflush(stdout);
}

/* In the place of the daemon's outputs: everything at once to standard output. */
void outputs_notice(struct outputs *outputs, const char *interface, const struct output_notice *notice) {
    struct output_observer observer = {.version = TLSWHY_VERSION, .interface = interface};
    line_write(outputs, output_json_notice(notice, &observer, ++outputs->sequence, outputs->line));
}

static void on_verdict(void *context, const char *interface, const struct diag *diag) {
    struct driver *driver = context;
    struct output_observer observer = {.version = TLSWHY_VERSION, .interface = interface};
    struct outputs *outputs = &driver->outputs;
    line_write(outputs, output_json(diag, &observer, ++outputs->sequence, outputs->line));
}

static void on_figures(void *context, struct figures *figures) {
    const struct driver *driver = context;
    figures->version = TLSWHY_VERSION;
    figures->started = figures->reloaded = driver->started;
    figures->verdicts = &driver->verdicts;
    figures->rules = driver->engine_options.rules;
    figures->rule_hits = driver->hits;
    figures->watch_count = driver->watch_count;
    for (unsigned i = 0; i < driver->watch_count; i++)
        watch_status(driver->watches[i], &figures->watches[i]);
    figures->sequence = driver->outputs.sequence;
    figures->memory = driver->options.memory;
    figures->ready = true;
}

static void on_end(evutil_socket_t number, short what, void *argument) {
    (void)number;
    (void)what;
    event_base_loopbreak(argument);
}

static void on_hang_up(evutil_socket_t number, short what, void *argument) {
    struct driver *driver = argument;
    char error[512];
    (void)number;
    (void)what;
    FILE *file = fopen(getenv("FILTER_FILE"), "re");
    if (file == NULL || fgets(driver->filter, sizeof driver->filter, file) == NULL) driver->filter[0] = '\0';
    if (file != NULL) fclose(file);
    for (unsigned i = 0; i < driver->watch_count; i++)
        if (!watch_filter_check(driver->watches[i], driver->filter, error, sizeof error)) {
            report("%s", error);
            return;
        }
    driver->options.filter = driver->filter;
    for (unsigned i = 0; i < driver->watch_count; i++)
        watch_reload(driver->watches[i]);
    report("reloaded");
}

static bool driver_start(struct driver *driver) {
    driver->shared = (struct watch_shared){.base = driver->shared.base,
                                           .options = &driver->options,
                                           .engine_options = &driver->engine_options,
                                           .outputs = &driver->outputs,
                                           .verdict = on_verdict,
                                           .context = driver};
    for (unsigned i = 0; i < driver->options.interface_count; i++) {
        struct watch *watch = watch_new(&driver->shared, driver->options.interfaces[i]);
        if (watch == NULL) return false;
        driver->watches[driver->watch_count++] = watch;
        if (!watch_start(watch)) return false;
    }
    report("started");
    return true;
}

static bool driver_run(struct driver *driver) {
    struct event_base *base = event_base_new();
    struct metrics *metrics = NULL;
    if (base == NULL) return false;
    driver->shared.base = base;
    struct event *signals[] = {evsignal_new(base, SIGTERM, on_end, base), evsignal_new(base, SIGINT, on_end, base),
                               evsignal_new(base, SIGHUP, on_hang_up, driver)};
    bool good = true;
    for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
        good = good && signals[i] != NULL && event_add(signals[i], NULL) == 0;
    good = good && metrics_new(&metrics, base, driver->options.metrics, on_figures, driver) && driver_start(driver);
    if (good) event_base_dispatch(base);
    for (unsigned i = 0; i < driver->watch_count; i++) {
        if (good) watch_finish(driver->watches[i]);
        watch_free(driver->watches[i]);
    }
    metrics_free(metrics);
    for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
        if (signals[i] != NULL) event_free(signals[i]);
    event_base_free(base);
    return good;
}

static bool driver_setup(struct driver *driver, struct rule_table **rules, struct x509_inspector **inspector) {
    unsigned roots;
    struct timespec now;
    struct engine_options *engine_options = &driver->engine_options;
    clock_gettime(CLOCK_REALTIME, &now);
    driver->started = (int64_t)now.tv_sec * MOMENT_SECOND;
    engine_options_default(engine_options);
    engine_options->memory =
        driver->options.memory / (driver->options.interface_count + !driver->options.interface_count);
    engine_options->successes = driver->options.all;
    *rules = setup_rules(driver->options.rules, driver->options.local_rules);
    *inspector = *rules != NULL ? setup_trust(driver->options.trust, &engine_options->key, &roots) : NULL;
    driver->hits = *rules != NULL ? calloc(rule_table_count(*rules) + 1, sizeof *driver->hits) : NULL;
    engine_options->rules = *rules;
    engine_options->inspector = *inspector;
    return *inspector != NULL && driver->hits != NULL;
}

int main(int argc, char **argv) {
    static struct driver driver;
    struct rule_table *rules = NULL;
    struct x509_inspector *inspector = NULL;
    char error[512];
    if (!options_read(&driver.options, argc, argv, error, sizeof error)) {
        report("%s", error);
        return EXIT_USAGE;
    }
    bool good = driver_setup(&driver, &rules, &inspector) && driver_run(&driver);
    free(driver.hits);
    x509_inspector_free(inspector);
    rule_table_free(rules);
    driver.options.filter = NULL;
    options_done(&driver.options);
    return good ? EXIT_OK : EXIT_FAILED;
}
