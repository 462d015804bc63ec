/* An account for people. */
#include <string.h>

#include "base/moment.h"
#include "base/side.h"
#include "facts/version.h"
#include "output/output.h"

#define WIDTH        100 /* columns of a line at most */
#define LABEL_WIDTH  11  /* "  advice   " */
#define MARGIN       15  /* columns left of the ladder: "   123.456 ms  " */
#define LADDER_WIDTH 82  /* columns between its rails */
#define ARROW_MIN    6   /* columns of an arrow at least, its head included */
#define RUNGS_MAX    24  /* of a longer handshake, the middle is left out */

enum ink { INK_PLAIN, INK_BOLD, INK_FAINT, INK_RED, INK_YELLOW, INK_GREEN, INK_CYAN };

static const char *const inks[] = {
    [INK_PLAIN] = "\033[0m",   [INK_BOLD] = "\033[1m",   [INK_FAINT] = "\033[2m", [INK_RED] = "\033[1;31m",
    [INK_YELLOW] = "\033[33m", [INK_GREEN] = "\033[32m", [INK_CYAN] = "\033[36m",
};

struct page {
    struct text_writer *writer;
    bool colour;
};

static void ink(const struct page *page, enum ink colour) {
    if (page->colour) text_append(page->writer, inks[colour]);
}

static void write_inked(const struct page *page, enum ink colour, const char *text) {
    ink(page, colour);
    text_append(page->writer, text);
    ink(page, INK_PLAIN);
}

static void repeat(const struct page *page, const char *piece, size_t count) {
    for (size_t i = 0; i < count; i++)
        text_append(page->writer, piece);
}

/* Bytes of the first COLUMNS characters of TEXT, or of all of it; *SHOWN says how many characters that are. */
static size_t text_fit(const char *text, size_t columns, size_t *shown) {
    size_t length = 0;
    *shown = 0;
    for (; text[length] != '\0'; length++) {
        bool starts = ((unsigned char)text[length] & 0xc0) != 0x80;
        if (starts && *shown == columns) break;
        if (starts) ++*shown;
    }
    return length;
}

/* How much of TEXT goes on a line of COLUMNS: up to the last space, where there is one. */
static size_t line_fit(const char *text, size_t columns) {
    size_t shown, length = text_fit(text, columns, &shown);
    if (text[length] == '\0' || text[length] == ' ') return length;
    for (size_t i = length; i > 0; i--)
        if (text[i - 1] == ' ') return i - 1;
    return length;
}

/* LABEL, then TEXT broken into lines that all begin in the same column. */
static void write_paragraph(const struct page *page, const char *label, const char *text) {
    text_append(page->writer, "  ");
    write_inked(page, INK_FAINT, label);
    repeat(page, " ", LABEL_WIDTH - 2 - strlen(label));
    while (*text != '\0') {
        size_t length = line_fit(text, WIDTH - LABEL_WIDTH);
        text_append_format(page->writer, "%.*s\n", (int)length, text);
        text += length;
        while (*text == ' ')
            text++;
        if (*text != '\0') repeat(page, " ", LABEL_WIDTH);
    }
}

/* Red for what is known, yellow for what is inferred, green for a success. */
static enum ink outcome_ink(const struct diag *diag) {
    if (diag->outcome == DIAG_SUCCESS) return INK_GREEN;
    return output_severity(diag, NULL) == 3 ? INK_RED : INK_YELLOW;
}

static void write_headline(const struct page *page, const struct diag *diag) {
    char time[MOMENT_TEXT_SIZE];
    moment_format(diag->connection.end, time);
    ink(page, outcome_ink(diag));
    if (diag->suspect) text_append(page->writer, "suspect: ");
    text_append(page->writer, diag->cause != NULL ? diag->cause : diag_outcome_name(diag->outcome));
    ink(page, INK_PLAIN);
    if (diag->rule != NULL)
        text_append_format(page->writer, "  (%s, at fault: %s)", rule_confidence_name(diag_confidence(diag)),
                           rule_fault_name(diag->rule->at_fault));
    text_append(page->writer, "  ");
    write_inked(page, INK_FAINT, time);
    text_append(page->writer, "\n");
}

static void endpoint_append(struct text_writer *writer, const struct diag_connection *connection, const char *address,
                            uint16_t port) {
    text_append_format(writer, connection->ip_version == 6 ? "[%s]:%u" : "%s:%u", address, (unsigned)port);
}

static void write_connection(const struct page *page, const struct diag *diag) {
    char buffer[256];
    struct text_writer line = text_writer_over(buffer, sizeof buffer);
    const struct diag_connection *connection = &diag->connection;
    const char *version = NULL;
    endpoint_append(&line, connection, connection->source_address, connection->source_port);
    text_append(&line, " to ");
    endpoint_append(&line, connection, connection->destination_address, connection->destination_port);
    if (connection->application != NULL) text_append_format(&line, ", %s", connection->application);
    if (facts_has(diag->facts, FACT_HANDSHAKE_VERSION))
        version = fact_version_name((uint16_t)facts_integer(diag->facts, FACT_HANDSHAKE_VERSION));
    if (version != NULL) text_append_format(&line, ", %s", version);
    write_paragraph(page, "between", buffer);
}

/* When, in a column of its own. */
static void write_offset(const struct page *page, int64_t offset) {
    double milliseconds = (double)offset / (double)MOMENT_MILLISECOND;
    if (milliseconds < 1e6)
        text_append_format(page->writer, "%10.3f ms  ", milliseconds);
    else
        text_append_format(page->writer, "%10.1f s   ", milliseconds / 1000);
}

/* "│ SYN ─────►│", or "│◄───── SYN-ACK │": both rails, two spaces and an arrow of at least four columns. */
static void write_rung(const struct page *page, const struct diag_step *step) {
    bool from_client = step->side == SIDE_CLIENT;
    size_t shown, length = text_fit(step->what, LADDER_WIDTH - ARROW_MIN - 3, &shown);
    bool cut = step->what[length] != '\0';
    size_t line = LADDER_WIDTH - 3 - shown - (cut ? 1 : 0);
    write_offset(page, step->offset);
    text_append(page->writer, "│");
    ink(page, from_client ? INK_CYAN : INK_YELLOW);
    if (!from_client) {
        text_append(page->writer, "◄");
        repeat(page, "─", line);
    }
    text_append_format(page->writer, " %.*s%s ", (int)length, step->what, cut ? "…" : "");
    if (from_client) {
        repeat(page, "─", line);
        text_append(page->writer, "►");
    }
    ink(page, INK_PLAIN);
    text_append(page->writer, "│\n");
}

static void write_gap(const struct page *page, unsigned steps) {
    repeat(page, " ", MARGIN);
    text_append_format(page->writer, "│ ... %u more ...\n", steps);
}

static void write_ladder(const struct page *page, const struct diag *diag) {
    if (diag->timeline_count == 0) return;
    repeat(page, " ", MARGIN);
    write_inked(page, INK_BOLD, "client");
    repeat(page, " ", LADDER_WIDTH - 10);
    write_inked(page, INK_BOLD, "server");
    text_append(page->writer, "\n");
    unsigned left_out = diag->timeline_count > RUNGS_MAX ? diag->timeline_count - RUNGS_MAX : 0;
    for (unsigned i = 0; i < diag->timeline_count; i++) {
        if (left_out > 0 && i == RUNGS_MAX / 2) {
            write_gap(page, left_out);
            i += left_out;
        }
        write_rung(page, &diag->timeline[i]);
    }
}

static void write_alternatives(const struct page *page, const struct diag *diag) {
    char text[DIAG_EVIDENCE_SIZE + 128];
    for (unsigned i = 0; i < diag->alternative_count; i++) {
        struct text_writer line = text_writer_over(text, sizeof text);
        text_append(&line, diag->alternatives[i].cause);
        if (diag->alternatives[i].because[0] != '\0') text_append_format(&line, ": %s", diag->alternatives[i].because);
        write_paragraph(page, i == 0 ? "or" : "", text);
    }
}

void output_text(const struct diag *diag, bool colour, struct text_writer *writer) {
    const struct page page = {writer, colour};
    write_headline(&page, diag);
    write_paragraph(&page, "what", diag->message);
    write_connection(&page, diag);
    for (unsigned i = 0; i < diag->evidence_count; i++)
        write_paragraph(&page, i == 0 ? "because" : "", diag->evidence[i]);
    write_alternatives(&page, diag);
    if (diag->advice[0] != '\0') write_paragraph(&page, "advice", diag->advice);
    write_ladder(&page, diag);
    text_append(writer, "\n");
}

/* "WHAT  TIME", then SENTENCE. */
static void write_sentence(const struct page *page, enum ink colour, const char *what, int64_t time,
                           const char *sentence) {
    char moment[MOMENT_TEXT_SIZE];
    moment_format(time, moment);
    write_inked(page, colour, what);
    text_append(page->writer, "  ");
    write_inked(page, INK_FAINT, moment);
    text_append(page->writer, "\n");
    write_paragraph(page, "what", sentence);
}

void output_text_notice(const struct output_notice *notice, bool colour, struct text_writer *writer) {
    const struct page page = {writer, colour};
    write_sentence(&page, notice->severity < 5 ? INK_YELLOW : INK_CYAN, notice->code, notice->time, notice->message);
    text_append(writer, "\n");
}

void output_text_summary(const struct fold_summary *summary, bool colour, struct text_writer *writer) {
    const struct page page = {writer, colour};
    char sentence[OUTPUT_SENTENCE_SIZE];
    struct text_writer line = text_writer_over(sentence, sizeof sentence);
    output_summary_sentence(summary, &line);
    write_sentence(&page, INK_YELLOW, summary->cause, summary->last, sentence);
    if (summary->advice[0] != '\0') write_paragraph(&page, "advice", summary->advice);
    text_append(writer, "\n");
}
