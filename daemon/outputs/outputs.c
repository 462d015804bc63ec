#include "outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "private.h"
#include "report.h"

/* A queue has room for the largest entry, whatever the operator says. */
#define QUEUE_MIN ((size_t)65536)

static const struct outlet_kind *const kinds[] = {&outlet_stdout, &outlet_journal, &outlet_file, &outlet_syslog};

/* Finds the kind and the place in "kind[:place]"; false after having reported. */
static bool choice_read(const char *choice, const struct outlet_kind **kind, const char **place) {
    if (strcmp(choice, "auto") == 0)
        choice = report_leads_to_journal(STDOUT_FILENO) ? outlet_journal.name : outlet_stdout.name;
    size_t length = strcspn(choice, ":");
    const char *rest = choice[length] == ':' ? choice + length + 1 : NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strlen(kinds[i]->name) != length || strncmp(kinds[i]->name, choice, length) != 0) continue;
        *kind = kinds[i];
        *place = rest != NULL ? rest : kinds[i]->place;
        if (rest != NULL && (!kinds[i]->takes_place || rest[0] == '\0')) break;
        if (*place != NULL || !kinds[i]->takes_place) return true;
        break;
    }
    report("no such output: %s; give auto, stdout, journal[:PATH], file:PATH or syslog[:PATH]", choice);
    return false;
}

static unsigned kind_count(const struct outputs *outputs, const struct outlet_kind *kind) {
    unsigned count = 0;
    for (unsigned i = 0; i < outputs->count; i++)
        count += outputs->outlets[i]->kind == kind;
    return count;
}

/* The output that CHOICE names is the one that OTHER names. */
static bool same_choice(const char *choice, const char *other) {
    const struct outlet_kind *kinds_of[2];
    const char *places[2];
    if (!choice_read(choice, &kinds_of[0], &places[0]) || !choice_read(other, &kinds_of[1], &places[1])) return false;
    return kinds_of[0] == kinds_of[1] && (places[0] == NULL || strcmp(places[0], places[1]) == 0);
}

bool outputs_are_distinct(const struct options *options) {
    for (unsigned i = 1; i < options->output_count; i++)
        for (unsigned other = 0; other < i; other++) {
            if (!same_choice(options->outputs[i], options->outputs[other])) continue;
            report("output %s is named twice", options->outputs[i]);
            return false;
        }
    return true;
}

static void outlet_name(struct outlet *outlet, unsigned before) {
    if (before == 0)
        snprintf(outlet->name, sizeof outlet->name, "%s", outlet->kind->name);
    else
        snprintf(outlet->name, sizeof outlet->name, "%s %u", outlet->kind->name, before + 1);
}

/* Opens the output that CHOICE names; false after having reported. */
static bool outlet_add(struct outputs *outputs, const struct options *options, const char *choice) {
    const struct outlet_kind *kind;
    const char *place;
    if (!choice_read(choice, &kind, &place)) return false;
    struct outlet *outlet = calloc(1, sizeof *outlet);
    if (outlet == NULL) {
        report("cannot open output %s: %s", choice, strerror(ENOMEM));
        return false;
    }
    outlet->kind = kind;
    outlet->place = place;
    outlet->live = outputs->live;
    outlet->alone = !outputs->live || options->output_count <= 1;
    outlet->form = kind == &outlet_stdout && options->format == OPTIONS_FORMAT_TEXT ? FORM_TEXT : kind->form;
    outlet_name(outlet, kind_count(outputs, kind));
    if (!outlet_init(outlet, options->queue > QUEUE_MIN ? options->queue : QUEUE_MIN)) {
        free(outlet);
        return false;
    }
    outputs->outlets[outputs->count++] = outlet;
    return true;
}

static void outputs_free(struct outputs *outputs) {
    for (unsigned i = 0; i < outputs->count; i++) {
        outlet_done(outputs->outlets[i]);
        free(outputs->outlets[i]);
    }
    free(outputs);
}

/* Colours are for terminals, and for people who have not said no (no-color.org: any value but the empty one). */
static bool colour_is_wanted(void) {
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0');
}

struct outputs *outputs_new(const struct options *options, bool live, const char *hostname) {
    static const char *const automatic[] = {"auto"};
    const char *const *choices = options->output_count > 0 ? options->outputs : automatic;
    unsigned count = options->output_count > 0 ? options->output_count : ARRAY_LENGTH(automatic);
    if (!outputs_are_distinct(options)) return NULL;
    struct outputs *outputs = calloc(1, sizeof *outputs);
    if (outputs == NULL) {
        report("cannot open outputs: %s", strerror(ENOMEM));
        return NULL;
    }
    outputs->live = live;
    outputs->hostname = hostname;
    outputs->forms.colour = colour_is_wanted();
    for (unsigned i = 0; i < count; i++) {
        if (outlet_add(outputs, options, choices[i])) continue;
        outputs_free(outputs);
        return NULL;
    }
    return outputs;
}

bool outputs_start(struct outputs *outputs) {
    for (unsigned i = 0; i < outputs->count; i++)
        if (!outlet_start(outputs->outlets[i])) return false;
    return true;
}

void outputs_deliver(struct outputs *outputs, struct event *event, const char *interface,
                     bool taken[OPTIONS_OUTPUTS_CAP]) {
    event->observer = (struct output_observer){TLSWHY_VERSION, outputs->hostname, interface};
    event->sequence = ++outputs->sequence;
    forms_begin(&outputs->forms);
    for (unsigned form = 0; form < FORMS; form++) {
        const char *bytes = NULL;
        size_t length = 0;
        for (unsigned i = 0; i < outputs->count; i++) {
            struct outlet *outlet = outputs->outlets[i];
            if (outlet->form != form) continue;
            if (bytes == NULL) length = forms_write(&outputs->forms, event, form, &bytes);
            bool put = outlet_put(outlet, bytes, length);
            if (taken != NULL) taken[i] = put;
        }
    }
}

void outputs_diag(struct outputs *outputs, const char *interface, const struct diag *diag) {
    struct event event = {.diag = diag};
    outputs_deliver(outputs, &event, interface, NULL);
}

void outputs_summary(struct outputs *outputs, const char *interface, const struct fold_summary *summary) {
    struct event event = {.summary = summary};
    outputs_deliver(outputs, &event, interface, NULL);
}

void outputs_notice(struct outputs *outputs, const char *interface, const struct output_notice *notice) {
    struct event event = {.notice = notice};
    outputs_deliver(outputs, &event, interface, NULL);
}

void outputs_reopen(struct outputs *outputs) {
    for (unsigned i = 0; i < outputs->count; i++) {
        atomic_store(&outputs->outlets[i]->reopen, true);
        queue_ring(&outputs->outlets[i]->queue);
    }
}

bool outputs_have_left(const struct outputs *outputs) {
    for (unsigned i = 0; i < outputs->count; i++)
        if (!atomic_load(&outputs->outlets[i]->gone)) return false;
    return outputs->count > 0;
}

uint64_t outputs_sequence(const struct outputs *outputs) {
    return outputs->sequence;
}

/* The moment MILLISECONDS from now. */
static struct timespec moment_in(unsigned milliseconds) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += milliseconds / 1000;
    moment.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (moment.tv_nsec >= 1000000000L) {
        moment.tv_sec++;
        moment.tv_nsec -= 1000000000L;
    }
    return moment;
}

/* Says what was lost. False where that is news: live, what outputs_check() has told is a matter of the past. */
static bool losses_report(const struct outlet *outlet) {
    uint64_t lost = atomic_load(&outlet->lost);
    bool left = atomic_load(&outlet->gone) && !atomic_load(&outlet->failing);
    if (lost == 0 || left) return true;
    report("%" PRIu64 " events of this run were not written to %s", lost, outlet_title(outlet));
    return lost == outlet->announced;
}

bool outputs_finish(struct outputs *outputs, unsigned milliseconds) {
    if (outputs == NULL) return true;
    struct timespec deadline = moment_in(milliseconds);
    bool good = true, ended = true;
    for (unsigned i = 0; i < outputs->count; i++)
        outlet_flush(outputs->outlets[i], outputs->live ? &deadline : NULL);
    for (unsigned i = 0; i < outputs->count; i++)
        outlet_stop(outputs->outlets[i]);
    deadline = moment_in(OUTLET_STOP_MILLISECONDS);
    for (unsigned i = 0; i < outputs->count; i++)
        ended = outlet_join(outputs->outlets[i], &deadline) && ended;
    for (unsigned i = 0; i < outputs->count; i++)
        good = losses_report(outputs->outlets[i]) && good;
    if (ended) outputs_free(outputs);
    return good;
}
