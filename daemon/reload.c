#include "reload.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "clock.h"
#include "notify/notify.h"
#include "reload_outcome.h"
#include "report.h"
#include "sanity.h"

/* What only a restart can change: a text, a plain value, or a list of texts with its count. */
enum fixed_kind { FIXED_TEXT, FIXED_VALUE, FIXED_LIST };

struct fixed_row {
    const char *name;
    enum fixed_kind kind;
    size_t place, size; /* of the member of struct options */
    size_t count_place; /* of a list's count, an unsigned */
};

#define FIXED(name, kind, member)                                                                                      \
    { name, kind, offsetof(struct options, member), sizeof(((struct options *)NULL)->member), 0 }
#define FIXED_TEXTS(name, member, count)                                                                               \
    {                                                                                                                  \
        name, FIXED_LIST, offsetof(struct options, member), sizeof(((struct options *)NULL)->member),                  \
            offsetof(struct options, count)                                                                            \
    }

static const struct fixed_row fixed_rows[] = {
    FIXED_TEXTS("interface", interfaces, interface_count),
    FIXED_TEXTS("output", outputs, output_count),
    FIXED("keylog", FIXED_TEXT, keylog),
    FIXED("user", FIXED_TEXT, user),
    FIXED("metrics", FIXED_TEXT, metrics),
    FIXED("format", FIXED_VALUE, format),
    FIXED("memory", FIXED_VALUE, memory),
    FIXED("buffer", FIXED_VALUE, buffer),
    FIXED("queue", FIXED_VALUE, queue),
    FIXED("snaplen", FIXED_VALUE, snaplen),
};

static const void *member(const struct options *options, size_t place) {
    return (const char *)options + place;
}

static bool text_differs(const char *one, const char *other) {
    if (one == NULL || other == NULL) return one != other;
    return strcmp(one, other) != 0;
}

static bool list_differs(const struct fixed_row *row, const struct options *one, const struct options *other) {
    const char *const *texts = member(one, row->place), *const *others = member(other, row->place);
    unsigned count = *(const unsigned *)member(one, row->count_place);
    if (count != *(const unsigned *)member(other, row->count_place)) return true;
    for (unsigned i = 0; i < count; i++)
        if (strcmp(texts[i], others[i]) != 0) return true;
    return false;
}

static bool fixed_differs(const struct fixed_row *row, const struct options *one, const struct options *other) {
    if (row->kind == FIXED_LIST) return list_differs(row, one, other);
    const void *left = member(one, row->place), *right = member(other, row->place);
    if (row->kind == FIXED_VALUE) return memcmp(left, right, row->size) != 0;
    return text_differs(*(const char *const *)left, *(const char *const *)right);
}

/* Puts back into OPTIONS what the row names as it was in STARTED. */
static void fixed_keep(const struct fixed_row *row, struct options *options, const struct options *started) {
    memcpy((char *)options + row->place, member(started, row->place), row->size);
    if (row->kind == FIXED_LIST)
        memcpy((char *)options + row->count_place, member(started, row->count_place), sizeof(unsigned));
}

/* "; interface and memory change at the next start", or nothing. */
static void fixed_note(const struct service *service, const struct options *next, struct text_writer *writer) {
    unsigned count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(fixed_rows); i++) {
        if (!fixed_differs(&fixed_rows[i], service->started, next)) continue;
        text_append_format(writer, "%s%s", count++ > 0 ? ", " : "; at the next start only: ", fixed_rows[i].name);
    }
}

/* The options that are in force from now on: NEXT, but for what stays as it was started. */
static void options_take(struct service *service, const struct options *next) {
    service->options = *next;
    for (size_t i = 0; i < ARRAY_LENGTH(fixed_rows); i++)
        fixed_keep(&fixed_rows[i], &service->options, service->started);
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
    if (sanity_check(next) == EXIT_OK && judgement_load(judgement, next, &service->engine_options.key) == EXIT_OK) {
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
    service->reloaded = clock_wall();
    snprintf(message, sizeof message, "reloaded: %u rules and %u trusted roots are in force%s", rules,
             service->judgement.roots, note);
    struct output_figure figures[] = {{"rules", rules}, {"roots", service->judgement.roots}};
    service_notice(service, "reloaded", 5, message, figures, ARRAY_LENGTH(figures));
    service_status_send(service); /* before whoever waits for the outcome looks at it */
    outcome_leave(service, true, message);
}

static void refused(struct service *service) {
    char message[1280];
    service->reloads_refused++;
    service->reload_failed = true;
    snprintf(message, sizeof message, "the reload was refused and everything stays as it was: %s", report_last());
    service_notice(service, "reload_failed", 4, message, NULL, 0);
    service_status_send(service);
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
}
