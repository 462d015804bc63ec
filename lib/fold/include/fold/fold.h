/* Storms: identical failures (same cause, same server, same name) beyond a rate are counted instead of told one by one,
 * and summed up at intervals. Nothing else is held back. No clock: time is that of the packets or handed in. */
#ifndef FOLD_FOLD_H
#define FOLD_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/siphash.h"
#include "diag/diag.h"

struct fold_options {
    unsigned burst;         /* so many are told within an interval before the rest is folded; 0: nothing ever folds */
    int64_t interval;       /* nanoseconds: of the burst, and between two summaries of one storm */
    struct siphash_key key; /* random, so that nobody outside can fill one bucket */
};

#define FOLD_NAME_SIZE 256

/* What was held back of one storm since its last summary. */
struct fold_summary {
    const char *cause;   /* borrowed from the cause table: lives for ever */
    const char *rule_id; /* borrowed from the rule of the last failure: call fold_finish() before the rules go */
    const char *at_fault;
    const char *confidence;
    int severity;          /* of the failures: event.severity */
    const char *interface; /* where all of them were seen; NULL where that is more than one, or none is known */
    char server_address[46];
    uint16_t server_port;
    uint8_t ip_version;
    char server_name[FOLD_NAME_SIZE]; /* empty: none was asked for; clean text */
    char message[DIAG_MESSAGE_SIZE];
    char advice[DIAG_MESSAGE_SIZE];
    uint64_t count;      /* failures held back: exact */
    uint64_t clients;    /* distinct client addresses among them; a lower bound where clients_capped */
    bool clients_capped; /* more than could be remembered */
    int64_t first, last; /* nanoseconds: ends of the first and last failure held back */
    uint64_t total;      /* held back since the storm began, this summary included */
};

struct fold;

/* Counts, for metrics; they only grow. */
struct fold_counters {
    uint64_t held;      /* failures that were folded */
    uint64_t summaries; /* that were handed over */
    uint64_t untracked; /* failures told one by one because the table was full of storms that go on */
};

/* Called with each summary; valid during the call. */
typedef void (*fold_sink)(void *context, const struct fold_summary *summary);

/* NULL where memory is short. All memory is taken here. */
MUST_USE struct fold *fold_new(const struct fold_options *options, fold_sink sink, void *context);
void fold_free(struct fold *fold);

/* A failure at TIME, seen on INTERFACE (may be NULL): true where it is to be told by itself, false where it was counted
 * into a storm. Verdicts that are no failure are always told. TIME may lie before the one of an earlier call; where it
 * lies more than a quarter of an hour before it, the clock was set back: then all that is held is handed over and
 * counting begins anew. */
MUST_USE bool fold_diag(struct fold *fold, const char *interface, const struct diag *diag, int64_t time);

/* Time goes on: hands over the summaries that are due. */
void fold_advance(struct fold *fold, int64_t time);

/* Hands over all that is held. */
void fold_finish(struct fold *fold);

/* A new burst and interval from now on; storms that go on keep their counts, and the key stays. */
void fold_set_options(struct fold *fold, const struct fold_options *options);

const struct fold_counters *fold_counters(const struct fold *fold);

#endif
