/* The daemon at work on live interfaces: everything is opened, then privileges go, then packets are parsed. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <event2/event.h>

#include "base/text.h"
#include "capture/watch.h"
#include "figures.h"
#include "judgement.h"
#include "keylog_file.h"
#include "metrics/metrics.h"
#include "options.h"
#include "outputs/outputs.h"
#include "verdicts.h"

enum service_event {
    SERVICE_TICK,
    SERVICE_WATCHDOG,
    SERVICE_INTERRUPT,
    SERVICE_TERMINATE,
    SERVICE_HANGUP,
    SERVICE_EVENTS
};

struct service {
    int argc; /* the command line, which a reload reads again */
    char **argv;
    struct options *started; /* as at the start; what only a restart can change stays as it is here. Borrowed */
    struct options options;  /* in force; its strings are owned by started and by the last reload */
    struct options loaded;   /* what the last reload read and owns; empty before the first */
    struct judgement judgement;
    struct keylog_file keylog;
    struct engine_options engine_options;
    struct watch_shared shared;
    struct watch *watches[OPTIONS_INTERFACES_CAP];
    unsigned watch_count;
    struct outputs *outputs;
    struct verdicts *verdicts;
    struct metrics *metrics;
    struct event_base *base;
    struct event *events[SERVICE_EVENTS];
    char hostname[256];
    int64_t began, reloaded; /* nanoseconds since the epoch */
    uint64_t reloads, reloads_refused;
    bool reload_failed; /* the last one */
    bool ready;
    unsigned ticks;
};

/* Watches the interfaces of OPTIONS until SIGINT or SIGTERM; SIGHUP reloads. ARGC and ARGV are what OPTIONS were read
 * from. Returns an exit status. */
int service_run(struct options *options, int argc, char **argv);

/* Fills in how the service stands. CONTEXT is the service; fit for metrics_new(). */
void service_figures(void *context, struct figures *figures);

/* A tlswhy.lifecycle event. */
void service_notice(struct service *service, const char *code, int severity, const char *message,
                    const struct output_figure *figures, size_t count);

/* "watching eth0, waiting for eth1". */
void service_watches_tell(const struct service *service, struct text_writer *writer);

/* STATUS= for systemd: one line of live figures; and the watchdog, fed only while packets can flow. */
void service_status_send(struct service *service);
void service_watchdog_feed(struct service *service);

#endif
