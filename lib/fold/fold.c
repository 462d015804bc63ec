/* A storm is calm until more than a burst of its failures came within one interval; then it rages: each further failure
 * is held back, and a summary is handed over at each interval's end, until an interval brought no more than a burst. */
#include "fold/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "storms.h"

/* The end of a failure may lie a little before that of the one told earlier: flows wait for what comes behind. Further
 * back than this, the clock was set, and all windows begin anew. */
#define CLOCK_SET_BACK ((uint64_t)15 * 60 * MOMENT_SECOND)

struct fold {
    struct fold_options options;
    fold_sink sink;
    void *context;
    struct fold_counters counters;
    int64_t now; /* the latest time heard of */
    bool has_time;
    struct storms *storms;
};

struct fold *fold_new(const struct fold_options *options, fold_sink sink, void *context) {
    struct fold *fold = calloc(1, sizeof *fold);
    if (fold == NULL) return NULL;
    fold->options = *options;
    fold->sink = sink;
    fold->context = context;
    fold->storms = storms_new();
    if (fold->storms != NULL) return fold;
    free(fold);
    return NULL;
}

void fold_free(struct fold *fold) {
    if (fold == NULL) return;
    free(fold->storms);
    free(fold);
}

const struct fold_counters *fold_counters(const struct fold *fold) {
    return &fold->counters;
}

/* Nanoseconds from FROM to TO; 0 where TO is earlier. Times out of a capture may be anything. */
static uint64_t elapsed(int64_t from, int64_t to) {
    return to > from ? (uint64_t)to - (uint64_t)from : 0;
}

/* Whether so many intervals have passed since STORM's window began. */
static bool window_is_over(const struct fold *fold, const struct storm *storm, unsigned intervals) {
    uint64_t passed = elapsed(storm->begin, fold->now);
    return fold->now < storm->begin || passed / intervals >= (uint64_t)fold->options.interval;
}

/* Hands over what STORM holds, where it holds any. */
static void storm_tell(struct fold *fold, struct storm *storm) {
    struct fold_summary *held = &storm->held;
    if (held->count == 0) return;
    held->total += held->count;
    held->clients = storm->clients.count;
    held->clients_capped = storm->clients.capped;
    fold->counters.summaries++;
    fold->sink(fold->context, held);
    held->count = 0;
    clients_clear(&storm->clients);
}

static void storm_rage(struct fold *fold, struct storm *storm) {
    storm->begin = fold->now;
    storms_move(fold->storms, storm, true);
}

static void storm_calm(struct fold *fold, struct storm *storm) {
    storm->begin = fold->now;
    storm->told = 0;
    storms_move(fold->storms, storm, false);
}

/* An interval of a raging storm is over: is the storm? Behind a second one nothing came for a whole interval. */
static void storm_turn(struct fold *fold, struct storm *storm) {
    bool goes_on = storm->held.count > fold->options.burst && !window_is_over(fold, storm, 2);
    storm_tell(fold, storm);
    if (goes_on)
        storm_rage(fold, storm);
    else
        storm_calm(fold, storm);
}

void fold_finish(struct fold *fold) {
    struct storm *storm;
    while ((storm = storms_first(fold->storms)) != NULL) {
        storm_tell(fold, storm);
        storm_calm(fold, storm);
    }
}

void fold_advance(struct fold *fold, int64_t time) {
    struct storm *storm;
    bool set_back = fold->has_time && elapsed(time, fold->now) > CLOCK_SET_BACK;
    if (set_back || !fold->has_time || time > fold->now) fold->now = time;
    fold->has_time = true;
    if (set_back) fold_finish(fold);
    while ((storm = storms_first(fold->storms)) != NULL && window_is_over(fold, storm, 1))
        storm_turn(fold, storm);
}

void fold_set_options(struct fold *fold, const struct fold_options *options) {
    fold->options.burst = options->burst;
    fold->options.interval = options->interval;
    if (options->burst == 0) fold_finish(fold);
}

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

/* Names compare without case (RFC 4343). */
static uint64_t name_hash(const struct fold *fold, const char *name) {
    char lowered[FACTS_TEXT_CAP];
    size_t length = 0;
    for (; name[length] != '\0' && length < sizeof lowered; length++)
        lowered[length] = lower(name[length]);
    return siphash(&fold->options.key, lowered, length);
}

static uint64_t text_hash(const struct fold *fold, const char *text) {
    return siphash(&fold->options.key, text, strlen(text));
}

static const char *server_name_of(const struct diag *diag) {
    const char *name = facts_text(diag->facts, FACT_CLIENT_SERVER_NAME);
    return name != NULL ? name : "";
}

/* What makes failures identical: cause, server, name. */
static uint64_t diag_hash(const struct fold *fold, const struct diag *diag) {
    const uint64_t parts[] = {text_hash(fold, diag->cause), text_hash(fold, diag->connection.destination_address),
                              diag->connection.destination_port, name_hash(fold, server_name_of(diag))};
    return siphash(&fold->options.key, parts, sizeof parts);
}

/* Texts are clean; what is too long is cut at a character's border. */
static void text_copy(char *target, size_t size, const char *text) {
    struct text_writer writer = text_writer_over(target, size);
    text_append(&writer, text);
}

static void storm_describe(struct storm *storm, const struct diag *diag) {
    struct fold_summary *held = &storm->held;
    text_copy(storm->rule_id, sizeof storm->rule_id, diag->rule->id);
    held->cause = diag->cause;
    held->rule_id = storm->rule_id;
    held->at_fault = rule_fault_name(diag->rule->at_fault);
    held->confidence = rule_confidence_name(diag_confidence(diag));
    held->severity = diag_severity(diag);
    held->server_port = diag->connection.destination_port;
    held->ip_version = diag->connection.ip_version;
    text_copy(held->server_address, sizeof held->server_address, diag->connection.destination_address);
    text_copy(held->server_name, sizeof held->server_name, server_name_of(diag));
    text_copy(held->message, sizeof held->message, diag->message);
    text_copy(held->advice, sizeof held->advice, diag->advice);
}

/* The interface of the first failure held, as long as all others were seen there too. */
static void storm_locate(struct storm *storm, const char *interface) {
    struct fold_summary *held = &storm->held;
    if (held->count == 0) {
        text_copy(storm->interface, sizeof storm->interface, interface != NULL ? interface : "");
        held->interface = interface != NULL ? storm->interface : NULL;
    } else if (held->interface != NULL && (interface == NULL || strcmp(held->interface, interface) != 0)) {
        held->interface = NULL;
    }
}

static void storm_hold(struct fold *fold, struct storm *storm, const char *interface, const struct diag *diag,
                       int64_t time) {
    struct fold_summary *held = &storm->held;
    storm_locate(storm, interface);
    if (held->count == 0 || time < held->first) held->first = time;
    if (held->count == 0 || time > held->last) held->last = time;
    held->count++;
    fold->counters.held++;
    clients_note(&storm->clients, text_hash(fold, diag->connection.source_address));
    storm_describe(storm, diag);
}

/* The storm that DIAG belongs to; NULL where all places are taken by storms that rage. */
static struct storm *storm_of(struct fold *fold, const struct diag *diag) {
    uint64_t hash = diag_hash(fold, diag);
    struct storm *storm = storms_find(fold->storms, hash);
    if (storm != NULL) return storm;
    storm = storms_add(fold->storms, hash);
    if (storm != NULL) storm_calm(fold, storm);
    return storm;
}

/* True where another failure may be told within the window. */
static bool window_allows(const struct fold *fold, struct storm *storm) {
    if (window_is_over(fold, storm, 1)) {
        storm->begin = fold->now;
        storm->told = 0;
    }
    if (storm->told == fold->options.burst) return false;
    storm->told++;
    return true;
}

bool fold_diag(struct fold *fold, const char *interface, const struct diag *diag, int64_t time) {
    fold_advance(fold, time);
    if (diag->outcome != DIAG_FAILURE || fold->options.burst == 0) return true;
    struct storm *storm = storm_of(fold, diag);
    if (storm == NULL) {
        fold->counters.untracked++;
        return true;
    }
    if (!storm->raging) {
        if (window_allows(fold, storm)) return true;
        storm->held.total = 0;
        storm_rage(fold, storm);
    }
    storm_hold(fold, storm, interface, diag, time);
    return false;
}
