#include "reload.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "notify/notify.h"
#include "reload_outcome.h"
#include "report.h"

/* What only a restart can change: from which options it is seen that it did. */
struct fixed_row {
    const char *name;
    bool (*differs)(const struct options *one, const struct options *other);
};

static bool text_differs(const char *one, const char *other) {
    if (one == NULL || other == NULL) return one != other;
    return strcmp(one, other) != 0;
}

static bool list_differs(const char *const *one, unsigned one_count, const char *const *other, unsigned other_count) {
    if (one_count != other_count) return true;
    for (unsigned i = 0; i < one_count; i++)
        if (strcmp(one[i], other[i]) != 0) return true;
    return false;
}

static bool interfaces_differ(const struct options *one, const struct options *other) {
    return list_differs(one->interfaces, one->interface_count, other->interfaces, other->interface_count);
}

static bool outputs_differ(const struct options *one, const struct options *other) {
    return list_differs(one->outputs, one->output_count, other->outputs, other->output_count);
}

static bool keylog_differs(const struct options *one, const struct options *other) {
    return text_differs(one->keylog, other->keylog);
}

static bool user_differs(const struct options *one, const struct options *other) {
    return text_differs(one->user, other->user);
}

static bool metrics_differs(const struct options *one, const struct options *other) {
    return text_differs(one->metrics, other->metrics);
}

static bool format_differs(const struct options *one, const struct options *other) {
    return one->format != other->format;
}

static bool memory_differs(const struct options *one, const struct options *other) {
    return one->memory != other->memory;
}

static bool buffer_differs(const struct options *one, const struct options *other) {
    return one->buffer != other->buffer;
}

static bool queue_differs(const struct options *one, const struct options *other) {
    return one->queue != other->queue;
}

static bool snaplen_differs(const struct options *one, const struct options *other) {
    return one->snaplen != other->snaplen;
}

static const struct fixed_row fixed_rows[] = {
    {"interface", interfaces_differ}, {"output", outputs_differ},   {"keylog", keylog_differs},
    {"user", user_differs},           {"metrics", metrics_differs}, {"format", format_differs},
    {"memory", memory_differs},       {"buffer", buffer_differs},   {"queue", queue_differs},
    {"snaplen", snaplen_differs},
};

/* "; interface and memory change at the next start", or nothing. */
static void fixed_note(const struct service *service, const struct options *next, struct text_writer *writer) {
    unsigned count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(fixed_rows); i++) {
        if (!fixed_rows[i].differs(service->started, next)) continue;
        text_append_format(writer, "%s%s", count++ > 0 ? ", " : "; at the next start only: ", fixed_rows[i].name);
    }
}

/* The options that are in force from now on: NEXT, but for what stays as it was started. */
static void options_take(struct service *service, const struct options *next) {
    const struct options *started = service->started;
    service->options = *next;
    memcpy(service->options.interfaces, started->interfaces, sizeof started->interfaces);
    service->options.interface_count = started->interface_count;
    memcpy(service->options.outputs, started->outputs, sizeof started->outputs);
    service->options.output_count = started->output_count;
    service->options.keylog = started->keylog;
    service->options.user = started->user;
    service->options.metrics = started->metrics;
    service->options.format = started->format;
    service->options.memory = started->memory;
    service->options.buffer = started->buffer;
    service->options.queue = started->queue;
    service->options.snaplen = started->snaplen;
}

static bool filter_fits(const struct service *service, const char *filter) {
    char error[256];
    for (unsigned i = 0; filter != NULL && i < service->watch_count; i++) {
        if (watch_filter_check(service->watches[i], filter, error, sizeof error)) continue;
        report("%s", error);
        return false;
    }
    return true;
}

/* Reads everything without changing anything. False after having reported. */
static bool next_load(struct service *service, struct options *next, struct judgement *judgement) {
    char error[512];
    if (!options_read(next, service->argc, service->argv, error, sizeof error)) {
        report("%s", error);
        return false;
    }
    if (judgement_load(judgement, next, &service->engine_options.key) == EXIT_OK) {
        if (filter_fits(service, next->filter)) {
            if (verdicts_prepare(service->verdicts, next, judgement->rules)) return true;
            report("there is not enough memory for the new rules");
        }
        judgement_done(judgement);
    }
    options_done(next);
    return false;
}

/* From here on nothing can go wrong. What was replaced is freed last: engines and storms name it until they are told.
 */
static void next_take(struct service *service, struct options *next, struct judgement *judgement) {
    struct judgement old_judgement = service->judgement;
    struct options old_loaded = service->loaded;
    options_take(service, next);
    service->judgement = *judgement;
    service->loaded = *next;
    judgement_apply(&service->judgement, &service->options, &service->engine_options);
    for (unsigned i = 0; i < service->watch_count; i++)
        watch_reload(service->watches[i]);
    verdicts_reload(service->verdicts, &service->options);
    judgement_done(&old_judgement);
    options_done(&old_loaded);
}

/* For "tlswhyd --reload", which waits for it. */
static void outcome_leave(const struct service *service, bool accepted, const char *sentence) {
    char folder[PATH_MAX];
    struct reload_outcome outcome = {
        .process = (int)getpid(), .sequence = service->reloads + service->reloads_refused, .accepted = accepted};
    if (!reload_outcome_folder(service->started, folder, sizeof folder)) return;
    snprintf(outcome.sentence, sizeof outcome.sentence, "%s", sentence);
    int result = reload_outcome_write(folder, &outcome);
    if (result < 0)
        report("cannot leave the outcome of the reload in %s: %s; make the folder writable for the service", folder,
               strerror(-result));
}

static void succeeded(struct service *service, const char *note) {
    char message[512];
    unsigned rules = rule_table_count(service->judgement.rules);
    service->reloads++;
    service->reload_failed = false;
    service->reloaded = service_clock();
    snprintf(message, sizeof message, "reloaded: %u rules and %u trusted roots are in force%s", rules,
             service->judgement.roots, note);
    struct output_figure figures[] = {{"rules", rules}, {"roots", service->judgement.roots}};
    service_notice(service, "reloaded", 5, message, figures, ARRAY_LENGTH(figures));
    outcome_leave(service, true, message);
}

static void refused(struct service *service) {
    char message[1280];
    service->reloads_refused++;
    service->reload_failed = true;
    snprintf(message, sizeof message, "the reload was refused and everything stays as it was: %s", report_last());
    service_notice(service, "reload_failed", 4, message, NULL, 0);
    outcome_leave(service, false, report_last());
}

void reload(struct service *service) {
    struct options next;
    struct judgement judgement;
    char note[256] = "";
    struct text_writer writer = text_writer_over(note, sizeof note);
    notify("RELOADING=1");
    outputs_reopen(service->outputs);
    if (next_load(service, &next, &judgement)) {
        fixed_note(service, &next, &writer);
        next_take(service, &next, &judgement);
        succeeded(service, note);
    } else {
        refused(service);
    }
    notify("READY=1");
    service_status_send(service);
}
