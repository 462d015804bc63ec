/* Events as records of the journal (systemd's JOURNAL_NATIVE_PROTOCOL): a line KEY=value for each field. The protocol's
 * other form, for values with a newline, is not needed: no text that passed base/text.h has one. */
#include <inttypes.h>
#include <string.h>

#include "dataset.h"
#include "output/output.h"

#define IDENTIFIER "tlswhyd"

/* A record under construction: fields are whole or not there. */
struct record {
    struct text_writer *writer;
    struct text_writer before; /* as it was when the field was begun */
};

static void field_begin(struct record *record, const char *key) {
    record->before = *record->writer;
    text_append(record->writer, key);
    text_append(record->writer, "=");
}

static void field_end(struct record *record) {
    text_append(record->writer, "\n");
    if (!record->writer->truncated) return;
    *record->writer = record->before;
    record->writer->data[record->writer->length] = '\0';
}

/* NULL or "" leaves no field. */
static void field_put(struct record *record, const char *key, const char *text) {
    if (text == NULL || text[0] == '\0') return;
    field_begin(record, key);
    text_append_hostile(record->writer, text, strlen(text));
    field_end(record);
}

static void field_put_number(struct record *record, const char *key, uint64_t number) {
    field_begin(record, key);
    text_append_format(record->writer, "%" PRIu64, number);
    field_end(record);
}

static void field_put_fact(struct record *record, const char *key, const struct facts *facts, enum fact fact) {
    if (facts_has(facts, fact)) field_put(record, key, facts_text(facts, fact));
}

/* What every record begins with. NAME is that of its MESSAGE_ID. */
static void head_put(struct record *record, const char *message, int severity, const char *name) {
    char id[OUTPUT_MESSAGE_ID_SIZE];
    output_message_id(name, id);
    field_put(record, "MESSAGE", message);
    field_put_number(record, "PRIORITY", (uint64_t)severity);
    field_put(record, "MESSAGE_ID", id);
    field_put(record, "SYSLOG_IDENTIFIER", IDENTIFIER);
}

/* The event itself, and what it has in common with every other. */
static void event_put(struct record *record, const char *line, size_t length, const char *dataset,
                      const struct output_observer *observer, uint64_t sequence) {
    field_begin(record, "TLSWHY_EVENT");
    text_append_format(record->writer, "%.*s", (int)length, line);
    field_end(record);
    field_put(record, "TLSWHY_DATASET", dataset);
    field_put_number(record, "TLSWHY_SEQUENCE", sequence);
    field_put(record, "TLSWHY_INTERFACE", observer->interface);
}

/* "server_cert.expired" is of the family "server_cert". */
static void cause_put(struct record *record, const char *cause) {
    if (cause == NULL) return;
    field_put(record, "TLSWHY_CAUSE", cause);
    field_begin(record, "TLSWHY_FAMILY");
    text_append_hostile(record->writer, cause, strcspn(cause, "."));
    field_end(record);
}

static void rule_put(struct record *record, const struct diag *diag) {
    if (diag->rule == NULL) return;
    field_put(record, "TLSWHY_CONFIDENCE", rule_confidence_name(diag_confidence(diag)));
    field_put(record, "TLSWHY_AT_FAULT", rule_fault_name(diag->rule->at_fault));
    field_put(record, "TLSWHY_RULE", diag->rule->id);
}

static void connection_put(struct record *record, const struct diag_connection *connection) {
    field_put(record, "SOURCE_IP", connection->source_address);
    field_put_number(record, "SOURCE_PORT", connection->source_port);
    field_put(record, "DESTINATION_IP", connection->destination_address);
    field_put_number(record, "DESTINATION_PORT", connection->destination_port);
    field_put(record, "TLSWHY_COMMUNITY_ID", connection->community_id);
    field_put(record, "TLSWHY_APPLICATION", connection->application);
    field_put(record, "TLSWHY_ID", connection->id);
}

void output_journal_diag(const struct diag *diag, const struct output_observer *observer, uint64_t sequence,
                         const char *line, size_t length, struct text_writer *writer) {
    struct record record = {.writer = writer};
    head_put(&record, diag->message, diag_severity(diag),
             diag->cause != NULL ? diag->cause : diag_outcome_name(diag->outcome));
    event_put(&record, line, length, dataset_of(diag), observer, sequence);
    cause_put(&record, diag->cause);
    rule_put(&record, diag);
    connection_put(&record, &diag->connection);
    field_put_fact(&record, "TLSWHY_SERVER_NAME", diag->facts, FACT_CLIENT_SERVER_NAME);
    field_put_fact(&record, "TLSWHY_ALERT", diag->facts, FACT_ALERT_NAME);
    field_put(&record, "TLSWHY_ADVICE", diag->advice);
}

void output_journal_summary(const struct fold_summary *summary, const struct output_observer *observer,
                            uint64_t sequence, const char *line, size_t length, struct text_writer *writer) {
    struct record record = {.writer = writer};
    char sentence[OUTPUT_SENTENCE_SIZE];
    struct text_writer sentence_writer = text_writer_over(sentence, sizeof sentence);
    output_summary_sentence(summary, &sentence_writer);
    head_put(&record, sentence, OUTPUT_SUMMARY_SEVERITY, OUTPUT_SUMMARY);
    event_put(&record, line, length, DATASET_SUMMARY, observer, sequence);
    cause_put(&record, summary->cause);
    field_put(&record, "TLSWHY_CONFIDENCE", summary->confidence);
    field_put(&record, "TLSWHY_AT_FAULT", summary->at_fault);
    field_put(&record, "TLSWHY_RULE", summary->rule_id);
    field_put(&record, "DESTINATION_IP", summary->server_address);
    field_put_number(&record, "DESTINATION_PORT", summary->server_port);
    field_put_number(&record, "TLSWHY_COUNT", summary->count);
    field_put_number(&record, "TLSWHY_CLIENTS", summary->clients);
    field_put_number(&record, "TLSWHY_TOTAL", summary->total);
    field_put(&record, "TLSWHY_SERVER_NAME", summary->server_name);
    field_put(&record, "TLSWHY_ADVICE", summary->advice);
}

/* A figure's name in the journal's alphabet: "packets_dropped" is TLSWHY_PACKETS_DROPPED. */
static void figure_put(struct record *record, const struct output_figure *figure) {
    static const char prefix[] = "TLSWHY_";
    char key[64 + 1];
    struct text_writer writer = text_writer_over(key, sizeof key);
    text_append(&writer, prefix);
    for (const char *letter = figure->name; *letter != '\0'; letter++)
        text_append_format(&writer, "%c", *letter >= 'a' && *letter <= 'z' ? *letter - 'a' + 'A' : *letter);
    if (!writer.truncated) field_put_number(record, key, figure->value);
}

void output_journal_notice(const struct output_notice *notice, const struct output_observer *observer,
                           uint64_t sequence, const char *line, size_t length, struct text_writer *writer) {
    struct record record = {.writer = writer};
    head_put(&record, notice->message, notice->severity, notice->code);
    event_put(&record, line, length, notice->dataset, observer, sequence);
    field_put(&record, "TLSWHY_CODE", notice->code);
    for (size_t i = 0; i < notice->count; i++)
        figure_put(&record, &notice->figures[i]);
}
