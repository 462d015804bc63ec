#include "sentence.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "rule/rule.h"

static void append_fact(struct text_writer *writer, const struct facts *facts, enum fact fact, const char *otherwise) {
    if (!rule_fact_format(facts, fact, writer)) text_append(writer, otherwise);
}

/* "10.0.0.5 and api.example (192.0.2.7:443)" */
static void append_ends(struct text_writer *writer, const struct facts *facts) {
    append_fact(writer, facts, FACT_CONNECTION_SOURCE, "the client");
    text_append(writer, " and ");
    append_fact(writer, facts, FACT_CLIENT_SERVER_NAME, "the server");
    if (!facts_has(facts, FACT_CONNECTION_DESTINATION)) return;
    text_append(writer, " (");
    append_fact(writer, facts, FACT_CONNECTION_DESTINATION, "");
    text_append(writer, ")");
}

void sentence_success(const struct facts *facts, char *buffer, size_t size) {
    struct text_writer writer = text_writer_over(buffer, size);
    append_fact(&writer, facts, FACT_HANDSHAKE_VERSION, "TLS");
    text_append(&writer, " handshake between ");
    append_ends(&writer, facts);
    text_append(&writer, facts_is(facts, FACT_RESUMED) ? " done, resumed" : " done");
    if (!facts_has(facts, FACT_HANDSHAKE_CIPHER)) return;
    text_append(&writer, ", ");
    append_fact(&writer, facts, FACT_HANDSHAKE_CIPHER, "");
}

static bool end_is(const struct facts *facts, const char *kind) {
    const char *seen = facts_text(facts, FACT_END_KIND);
    return seen != NULL && strcmp(seen, kind) == 0;
}

static void append_unfinished(struct text_writer *writer, const struct facts *facts) {
    if (!facts_has(facts, FACT_END_AFTER_HELLO_MS)) {
        text_append(writer, "unfinished: the end of this handshake was not captured");
        return;
    }
    text_append(writer, "unfinished: what was captured ends ");
    append_fact(writer, facts, FACT_END_AFTER_HELLO_MS, "");
    text_append(writer, " after the ClientHello");
}

static void append_unexplained(struct text_writer *writer, const struct facts *facts) {
    text_append(writer, "no rule explains the end of this handshake");
    if (facts_has(facts, FACT_END_KIND)) {
        text_append(writer, ": ");
        append_fact(writer, facts, FACT_END_KIND, "");
    }
    if (!facts_has(facts, FACT_END_BY)) return;
    text_append(writer, " by the ");
    append_fact(writer, facts, FACT_END_BY, "");
}

void sentence_unknown(const struct facts *facts, char *buffer, size_t size) {
    struct text_writer writer = text_writer_over(buffer, size);
    append_ends(&writer, facts);
    text_append(&writer, ": ");
    bool hello = facts_is(facts, FACT_CLIENT_HELLO_SEEN);
    if (facts_is(facts, FACT_SIGHT_MIDSTREAM) && !hello)
        text_append(&writer, "the capture started after the ClientHello");
    else if (end_is(facts, "capture") || end_is(facts, "none") || !facts_has(facts, FACT_END_KIND))
        append_unfinished(&writer, facts);
    else if (!hello)
        text_append(&writer, "no ClientHello was seen");
    else
        append_unexplained(&writer, facts);
    if (facts_integer(facts, FACT_SIGHT_GAPS) > 0) text_append(&writer, ", and the capture has gaps");
}

bool sentence_gaps(const struct facts *facts, char *buffer, size_t size) {
    struct text_writer writer = text_writer_over(buffer, size);
    int64_t gaps = facts_integer(facts, FACT_SIGHT_GAPS);
    if (gaps == 1) text_append(&writer, "the capture missed bytes in one place");
    if (gaps > 1) text_append_format(&writer, "the capture missed bytes in %" PRId64 " places", gaps);
    return gaps > 0;
}

bool sentence_one_sided(const struct facts *facts, char *buffer, size_t size) {
    struct text_writer writer = text_writer_over(buffer, size);
    if (!facts_is(facts, FACT_SIGHT_ONE_SIDED)) return false;
    text_append(&writer, "packets of one direction only were captured");
    return true;
}

bool sentence_learned(const struct facts *facts, char *buffer, size_t size) {
    struct text_writer writer = text_writer_over(buffer, size);
    const char *age = facts_text(facts, FACT_HISTORY_CHAIN_AGE);
    text_append(&writer, "TLS 1.3 hides the chain: this is the one that the server showed another client");
    if (age != NULL) text_append_format(&writer, " %s before", age);
    return true;
}
