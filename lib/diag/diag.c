/* The verdict: which of the rules that match explains, and what is said about it. */
#include "diag/diag.h"

#include <string.h>

#include "sentence.h"

const char *diag_outcome_name(enum diag_outcome outcome) {
    static const char *const names[] = {
        [DIAG_SUCCESS] = "success", [DIAG_FAILURE] = "failure", [DIAG_UNKNOWN] = "unknown"};
    return names[outcome];
}

/* Fills TEMPLATE into a buffer; an empty text and false where a fact is missing. */
static bool fill(char *buffer, size_t size, const struct rule_template *template, const struct facts *facts) {
    struct text_writer writer = text_writer_over(buffer, size);
    return rule_template_fill(template, facts, &writer);
}

static bool end_was_seen(const struct facts *facts) {
    const char *kind = facts_text(facts, FACT_END_KIND);
    return kind != NULL && strcmp(kind, "capture") != 0 && strcmp(kind, "none") != 0;
}

/* A refusal of the upgrade is known only where the dialogue was heard from its beginning, if from one side alone. */
static bool start_was_seen(const struct facts *facts) {
    const char *kind = facts_text(facts, FACT_END_KIND);
    return !facts_is(facts, FACT_SIGHT_MIDSTREAM) || facts_is(facts, FACT_CLIENT_HELLO_SEEN) ||
           (kind != NULL && strcmp(kind, "refusal") == 0);
}

/* The rules that may explain what was seen, best first: of a completed handshake those about suspects only. Where the
 * start was missed none does; where the end was missed, those that can do without it. */
static unsigned candidates_find(const struct facts *facts, const struct rule_table *table,
                                const struct rule *candidates[RULE_MATCHES_CAP]) {
    if (!start_was_seen(facts)) return 0;
    bool completed = facts_is(facts, FACT_COMPLETED), finished = completed || end_was_seen(facts);
    unsigned kept = 0, found = rule_table_match(table, facts, candidates);
    for (unsigned i = 0; i < found; i++)
        if (candidates[i]->suspect == completed && (finished || candidates[i]->unfinished))
            candidates[kept++] = candidates[i];
    return kept;
}

static char *evidence_next(struct diag *diag) {
    return diag->evidence[diag->evidence_count];
}

static void evidence_fill(struct diag *diag) {
    const struct rule *rule = diag->rule;
    for (unsigned i = 0; i < rule->evidence_count; i++)
        if (fill(evidence_next(diag), DIAG_EVIDENCE_SIZE, rule->evidence[i], diag->facts)) diag->evidence_count++;
    if (diag->learned && sentence_learned(diag->facts, evidence_next(diag), DIAG_EVIDENCE_SIZE)) diag->evidence_count++;
    if (sentence_gaps(diag->facts, evidence_next(diag), DIAG_EVIDENCE_SIZE)) diag->evidence_count++;
    if (sentence_one_sided(diag->facts, evidence_next(diag), DIAG_EVIDENCE_SIZE)) diag->evidence_count++;
}

/* Room for CAUSE among the alternatives; NULL where it is named already or all places are taken. */
static struct diag_alternative *alternative_add(struct diag *diag, const char *cause, enum rule_confidence confidence) {
    bool known = strcmp(cause, diag->cause) == 0;
    for (unsigned i = 0; i < diag->alternative_count; i++)
        known = known || strcmp(cause, diag->alternatives[i].cause) == 0;
    if (known || diag->alternative_count == DIAG_ALTERNATIVES_CAP) return NULL;
    struct diag_alternative *alternative = &diag->alternatives[diag->alternative_count++];
    alternative->cause = cause;
    alternative->confidence = confidence;
    return alternative;
}

/* Why RULE is possible: its first evidence that can be told, else its message, else what it is called. */
static void because_fill(struct diag_alternative *alternative, const struct rule *rule, const struct facts *facts) {
    for (unsigned i = 0; i < rule->evidence_count; i++)
        if (fill(alternative->because, sizeof(alternative->because), rule->evidence[i], facts)) return;
    if (fill(alternative->because, sizeof(alternative->because), rule->message, facts)) return;
    struct text_writer writer = text_writer_over(alternative->because, sizeof(alternative->because));
    text_append(&writer, rule->name);
}

/* A rule that only says that it failed is no alternative to one that saw why. */
static bool is_wider(const struct rule *rule, const struct diag *diag) {
    bool certain = diag->rule->confidence != RULE_INFERRED && !diag->learned;
    return diag->rule->narrows && certain && !rule->narrows;
}

static void alternatives_fill(struct diag *diag, const struct rule *const *others, unsigned count) {
    const struct rule *rule = diag->rule;
    for (unsigned i = 0; i < count; i++) {
        if (is_wider(others[i], diag)) continue;
        struct diag_alternative *alternative = alternative_add(diag, others[i]->cause, others[i]->confidence);
        if (alternative != NULL) because_fill(alternative, others[i], diag->facts);
    }
    for (unsigned i = 0; i < rule->alternative_count; i++) {
        struct diag_alternative *alternative = alternative_add(diag, rule->alternatives[i].cause, RULE_INFERRED);
        if (alternative == NULL) continue;
        if (fill(alternative->because, sizeof(alternative->because), rule->alternatives[i].because, diag->facts))
            continue;
        struct text_writer writer = text_writer_over(alternative->because, sizeof(alternative->because));
        text_append(&writer, rule->name);
    }
}

enum rule_confidence diag_confidence(const struct diag *diag) {
    if (diag->learned || diag->suspect) return RULE_INFERRED;
    return diag->confirmed ? RULE_CONFIRMED : diag->rule->confidence;
}

int diag_severity(const struct diag *diag) {
    if (diag->outcome != DIAG_FAILURE || diag->rule == NULL || !diag->rule->narrows) return 6;
    return diag_confidence(diag) == RULE_INFERRED ? 4 : 3;
}

/* Whether the verdict rests on what a key log opened: the alert was read, or the cause lies in certificates or keys,
 * all of which were in the part that was opened. What TCP did stays as certain as it was. */
static bool is_confirmed(const struct facts *facts, const char *cause) {
    static const char *const families[] = {"server_cert.", "client_cert.", "key."};
    if (!facts_is(facts, FACT_SIGHT_DECRYPTED) || facts_is(facts, FACT_ALERT_ENCRYPTED)) return false;
    if (facts_has(facts, FACT_ALERT_NUMBER)) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        if (strncmp(cause, families[i], strlen(families[i])) == 0) return true;
    return false;
}

/* Whether the verdict rests on a chain that was not seen on this connection. */
static bool is_learned(const struct facts *facts, const char *cause) {
    static const char family[] = "server_cert.";
    return facts_is(facts, FACT_SERVER_CERT_LEARNED) && strncmp(cause, family, sizeof family - 1) == 0 &&
           strcmp(cause, "server_cert.rejected") != 0;
}

static void failure_fill(struct diag *diag) {
    const struct rule *rule = diag->rule;
    diag->suspect = rule->suspect;
    diag->outcome = rule->suspect ? DIAG_UNKNOWN : DIAG_FAILURE;
    diag->cause = rule->cause;
    diag->confirmed = is_confirmed(diag->facts, rule->cause);
    diag->learned = is_learned(diag->facts, rule->cause);
    if (!fill(diag->message, sizeof(diag->message), rule->message, diag->facts)) {
        struct text_writer writer = text_writer_over(diag->message, sizeof(diag->message));
        text_append(&writer, rule->name);
    }
    fill(diag->advice, sizeof(diag->advice), rule->advice, diag->facts);
    evidence_fill(diag);
}

void diag_judge(struct diag *diag, const struct facts *facts, const struct rule_table *table) {
    const struct rule *candidates[RULE_MATCHES_CAP];
    diag->facts = facts;
    diag->rule = NULL;
    diag->cause = NULL;
    diag->suspect = diag->confirmed = diag->learned = false;
    diag->message[0] = diag->advice[0] = '\0';
    diag->evidence_count = diag->alternative_count = 0;
    unsigned count = candidates_find(facts, table, candidates);
    if (count == 0) {
        bool completed = facts_is(facts, FACT_COMPLETED);
        diag->outcome = completed ? DIAG_SUCCESS : DIAG_UNKNOWN;
        (completed ? sentence_success : sentence_unknown)(facts, diag->message, sizeof(diag->message));
        return;
    }
    diag->rule = candidates[0];
    failure_fill(diag);
    alternatives_fill(diag, candidates + 1, count - 1);
}
