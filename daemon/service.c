#include "service.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "capture/capture.h"
#include "clock.h"
#include "notify/notify.h"
#include "privileges/privileges.h"
#include "reload.h"
#include "report.h"

/* How long a tick is, and how many make the second after which outputs are looked at and STATUS= is sent. */
enum { TICK_MICROSECONDS = 250000, TICKS_A_SECOND = 4 };

/* What the outputs are given to get rid of their queues at the end, milliseconds: systemd and people wait for it. */
enum { FLUSH_MILLISECONDS = 1500 };

void service_notice(struct service *service, const char *code, int severity, const char *message,
                    const struct output_figure *figures, size_t count) {
    struct output_notice notice = {.dataset = "tlswhy.lifecycle",
                                   .code = code,
                                   .severity = severity,
                                   .time = clock_wall(),
                                   .message = message,
                                   .figures = figures,
                                   .count = count};
    outputs_notice(service->outputs, NULL, &notice);
}

void service_figures(void *context, struct figures *figures) {
    struct service *service = context;
    *figures = (struct figures){.version = TLSWHY_VERSION,
                                .started = service->began,
                                .roots = service->judgement.roots,
                                .watch_count = service->watch_count,
                                .output_count = outputs_count(service->outputs),
                                .sequence = outputs_sequence(service->outputs),
                                .reloads = service->reloads,
                                .reloads_refused = service->reloads_refused,
                                .reload_failed = service->reload_failed,
                                .reloaded = service->reloaded,
                                .memory = service->options.memory,
                                .ready = service->ready};
    verdicts_figures(service->verdicts, figures);
    for (unsigned i = 0; i < service->watch_count; i++)
        watch_status(service->watches[i], &figures->watches[i]);
    for (unsigned i = 0; i < figures->output_count; i++)
        outputs_status(service->outputs, i, &figures->outputs[i]);
}

/* At least one interface has to be open: systemd's READY means that packets are looked at. */
static bool any_open(const struct service *service) {
    for (unsigned i = 0; i < service->watch_count; i++) {
        struct watch_status status;
        watch_status(service->watches[i], &status);
        if (status.state != WATCH_ABSENT) return true;
    }
    return false;
}

static void ready_check(struct service *service) {
    /* systemd gives the start up after a while (TimeoutStartSec=) and tries again: whoever waits for it goes on */
    if (service->ready || !any_open(service)) return;
    char message[512];
    struct text_writer writer = text_writer_over(message, sizeof message);
    unsigned rules = rule_table_count(service->judgement.rules);
    service->ready = true;
    text_append_format(&writer, "tlswhyd " TLSWHY_VERSION " is ready (rules: %u, trusted roots: %u): ", rules,
                       service->judgement.roots);
    service_watches_tell(service, &writer);
    struct output_figure figures[] = {
        {"rules", rules}, {"roots", service->judgement.roots}, {"interfaces", service->watch_count}};
    service_notice(service, "started", 5, message, figures, ARRAY_LENGTH(figures));
    service_status_send(service); /* first: whoever waits for the start looks at it next */
    notify("READY=1");
}

static void on_tick(evutil_socket_t descriptor, short what, void *argument) {
    struct service *service = argument;
    (void)descriptor;
    (void)what;
    ready_check(service);
    verdicts_advance(service->verdicts, clock_wall());
    if (++service->ticks % TICKS_A_SECOND != 0) return;
    outputs_check(service->outputs, clock_wall());
    service_status_send(service);
    if (outputs_have_left(service->outputs)) event_base_loopexit(service->base, NULL);
}

static void on_watchdog(evutil_socket_t descriptor, short what, void *argument) {
    (void)descriptor;
    (void)what;
    service_watchdog_feed(argument);
}

static void on_stop(evutil_socket_t number, short what, void *argument) {
    struct service *service = argument;
    (void)number;
    (void)what;
    event_base_loopexit(service->base, NULL);
}

static void on_hangup(evutil_socket_t number, short what, void *argument) {
    (void)number;
    (void)what;
    reload(argument);
}

static bool event_start(struct service *service, enum service_event which, struct event *event,
                        const struct timeval *interval) {
    service->events[which] = event;
    return event != NULL && event_add(event, interval) == 0;
}

static bool events_start(struct service *service) {
    static const struct timeval tick = {.tv_sec = 0, .tv_usec = TICK_MICROSECONDS};
    struct event_base *base = service->base;
    uint64_t feed = notify_watchdog_interval();
    struct timeval interval = {.tv_sec = (time_t)(feed / 1000000), .tv_usec = (suseconds_t)(feed % 1000000)};
    bool good = event_start(service, SERVICE_TICK, event_new(base, -1, EV_PERSIST, on_tick, service), &tick) &&
                event_start(service, SERVICE_INTERRUPT, evsignal_new(base, SIGINT, on_stop, service), NULL) &&
                event_start(service, SERVICE_TERMINATE, evsignal_new(base, SIGTERM, on_stop, service), NULL) &&
                event_start(service, SERVICE_HANGUP, evsignal_new(base, SIGHUP, on_hangup, service), NULL) &&
                (feed == 0 || event_start(service, SERVICE_WATCHDOG,
                                          event_new(base, -1, EV_PERSIST, on_watchdog, service), &interval));
    for (unsigned i = 0; good && i < service->watch_count; i++)
        if (!watch_start(service->watches[i])) return false;
    if (!good) report("cannot set up the event loop: there is not enough memory or too many files are open");
    return good;
}

static bool watches_open(struct service *service) {
    const struct options *options = &service->options;
    service->engine_options.memory = options->memory / options->interface_count;
    service->shared = (struct watch_shared){.base = service->base,
                                            .options = options,
                                            .engine_options = &service->engine_options,
                                            .outputs = service->outputs,
                                            .verdict = verdicts_diag,
                                            .context = service->verdicts};
    for (unsigned i = 0; i < options->interface_count; i++) {
        struct watch *watch = watch_new(&service->shared, options->interfaces[i]);
        if (watch == NULL) return false;
        service->watches[service->watch_count++] = watch;
    }
    return true;
}

/* All that may need root, in the order in which one needs the other. */
static bool service_open(struct service *service) {
    const struct options *options = &service->options;
    judgement_apply(&service->judgement, options, &service->engine_options);
    if (!keylog_file_attach(&service->keylog, options->keylog, true, &service->engine_options)) return false;
    service->base = event_base_new();
    if (service->base == NULL) {
        report("cannot set up the event loop: there is not enough memory or too many files are open");
        return false;
    }
    service->outputs = outputs_new(options, true, service->hostname[0] != '\0' ? service->hostname : NULL);
    if (service->outputs == NULL) return false;
    service->verdicts =
        verdicts_new(options, true, &service->engine_options.key, service->judgement.rules, service->outputs);
    return service->verdicts != NULL && watches_open(service) &&
           metrics_new(&service->metrics, service->base, options->metrics, service_figures, service);
}

static void service_stop(struct service *service) {
    notify("STOPPING=1");
    for (unsigned i = 0; i < service->watch_count; i++) {
        struct watch_status status;
        watch_finish(service->watches[i]);
        watch_status(service->watches[i], &status);
        if (service->options.statistics && status.engine != NULL)
            capture_statistics_print(status.engine, status.kernel_drops);
    }
    verdicts_finish(service->verdicts);
    outputs_check(service->outputs, clock_wall());
    struct output_figure figures[] = {{"events", outputs_sequence(service->outputs) + 1}};
    service_notice(service, "stopped", 5, "tlswhyd was asked to stop and stops", figures, ARRAY_LENGTH(figures));
}

static void service_close(struct service *service) {
    for (size_t i = 0; i < SERVICE_EVENTS; i++)
        if (service->events[i] != NULL) event_free(service->events[i]);
    metrics_free(service->metrics);
    for (unsigned i = 0; i < service->watch_count; i++)
        watch_free(service->watches[i]);
    verdicts_free(service->verdicts);
    if (service->base != NULL) event_base_free(service->base);
    keylog_file_close(&service->keylog);
    judgement_done(&service->judgement);
    options_done(&service->loaded);
}

int service_run(struct options *options, int argc, char **argv) {
    static struct service service; /* one a process, and large */
    service = (struct service){.argc = argc, .argv = argv, .started = options, .options = *options};
    service.keylog.descriptor = -1;
    service.began = service.reloaded = clock_wall();
    gethostname(service.hostname, sizeof service.hostname - 1);
    engine_options_default(&service.engine_options);
    service.engine_options.continuous = true;
    if (!judgement_key_make(&service.engine_options.key)) return EXIT_FAILED;
    int status = judgement_load(&service.judgement, options, &service.engine_options.key);
    if (status != EXIT_OK) return status;
    status = EXIT_FAILED;
    if (!service_open(&service) || !privileges_drop(options->user, true) || !privileges_sandbox(true)) goto out;
    if (!outputs_start(service.outputs) || !events_start(&service)) goto out;
    ready_check(&service);
    event_base_dispatch(service.base);
    /* "tlswhyd -i eth0 | head" is over with its reader; a service manager is to start it again */
    status = outputs_have_left(service.outputs) && notify_wanted() ? EXIT_FAILED : EXIT_OK;
    service_stop(&service);
out:
    if (!outputs_finish(service.outputs, FLUSH_MILLISECONDS)) status = EXIT_FAILED;
    service.outputs = NULL;
    service_close(&service);
    return status;
}
