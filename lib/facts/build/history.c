/* What this server did with others, set beside what this hello offers. */
#include "history/history.h"
#include "base/moment.h"
#include "reading.h"

/* A server as a whole, or one name on it. */
static struct history_server history_place(const struct reading *reading, bool named) {
    const struct tls_client_hello *hello = &reading->hello;
    bool has = named && reading->has_hello && hello->has_server_name;
    return (struct history_server){
        .address = reading->flow->address[SIDE_SERVER].bytes,
        .port = reading->flow->port[SIDE_SERVER],
        .name = has ? hello->server_name : NULL,
        .name_length = has ? hello->server_name_length : 0,
    };
}

const struct history_entry *reading_recall(const struct reading *reading, bool named) {
    struct history_server place = history_place(reading, named);
    if (reading->sources->history == NULL) return NULL;
    if (named && place.name_length == 0) return NULL;
    return history_recall(reading->sources->history, &place, reading->sources->now);
}

static bool is_fresh(int64_t last, int64_t now) {
    return last != 0 && now - last <= HISTORY_AGE;
}

/* The names of the codes that count; NAME gives NULL for those that have none. */
static void codes_list(struct facts *facts, enum fact fact, const struct history_code *codes, int64_t now,
                       const char *(*name)(uint16_t)) {
    facts_list_begin(facts, fact);
    for (int i = 0; i < HISTORY_CODES_KEPT; i++)
        if (codes[i].count > 0 && is_fresh(codes[i].last, now) && name(codes[i].code) != NULL)
            facts_list_add_name(facts, fact, name(codes[i].code));
}

static const char *key_exchange_of(uint16_t code) {
    const struct tls_suite *suite = tls_suite_find(code);
    return suite != NULL ? tls_key_exchange_name(suite->key_exchange) : NULL;
}

static void build_chosen(struct facts *facts, const struct history_entry *entry, int64_t now) {
    codes_list(facts, FACT_HISTORY_VERSIONS, entry->versions, now, tls_version_name);
    codes_list(facts, FACT_HISTORY_SUITES, entry->suites, now, tls_suite_name);
    codes_list(facts, FACT_HISTORY_KEY_EXCHANGES, entry->suites, now, key_exchange_of);
    codes_list(facts, FACT_HISTORY_GROUPS, entry->groups, now, tls_group_name);
    facts_list_begin(facts, FACT_HISTORY_ALPN);
    for (int i = 0; i < HISTORY_PROTOCOLS_KEPT; i++)
        if (is_fresh(entry->protocols[i].last, now))
            facts_list_add_text(facts, FACT_HISTORY_ALPN, entry->protocols[i].bytes, entry->protocols[i].length);
}

static bool any_code(const struct history_code *codes, int64_t now) {
    for (int i = 0; i < HISTORY_CODES_KEPT; i++)
        if (codes[i].count > 0 && is_fresh(codes[i].last, now)) return true;
    return false;
}

static bool shares_code(const struct history_code *codes, const uint16_t *offered, unsigned count, int64_t now) {
    for (unsigned i = 0; i < count; i++)
        if (history_has_code(codes, offered[i], now)) return true;
    return false;
}

/* Without supported_versions a hello offers every version up to legacy_version (RFC 5246 appendix E.1). */
static bool shares_version(const struct history_entry *entry, const struct tls_client_hello *hello, int64_t now) {
    if (hello->versions.present) return shares_code(entry->versions, hello->versions.codes, hello->versions.count, now);
    for (uint16_t version = TLS_VERSION_SSL3; version <= hello->legacy_version && version <= TLS_VERSION_12; version++)
        if (history_has_code(entry->versions, version, now)) return true;
    return false;
}

static bool shares_protocol(const struct history_entry *entry, const struct tls_client_hello *hello, int64_t now) {
    for (int i = 0; i < HISTORY_PROTOCOLS_KEPT; i++) {
        const struct history_protocol *known = &entry->protocols[i];
        if (!is_fresh(known->last, now)) continue;
        for (unsigned j = 0; j < hello->protocol_count && j < TLS_PROTOCOLS_KEPT; j++)
            if (hello->protocols[j].length == known->length &&
                memcmp(hello->protocols[j].bytes, known->bytes, known->length) == 0)
                return true;
    }
    return false;
}

/* Only what was ever chosen can be said to be shared or not: a list that is empty says nothing. */
static void build_shared(struct facts *facts, const struct history_entry *entry, const struct tls_client_hello *hello,
                         int64_t now) {
    if (any_code(entry->versions, now))
        facts_set_boolean(facts, FACT_HISTORY_VERSION_SHARED, shares_version(entry, hello, now));
    if (any_code(entry->suites, now))
        facts_set_boolean(facts, FACT_HISTORY_SUITE_SHARED,
                          shares_code(entry->suites, hello->suites,
                                      hello->suite_count < TLS_SUITES_KEPT ? hello->suite_count : TLS_SUITES_KEPT,
                                      now));
    if (any_code(entry->groups, now) && hello->groups.present)
        facts_set_boolean(facts, FACT_HISTORY_GROUP_SHARED,
                          shares_code(entry->groups, hello->groups.codes, hello->groups.count, now));
    if (hello->has_protocols && facts_list(facts, FACT_HISTORY_ALPN)->count > 0)
        facts_set_boolean(facts, FACT_HISTORY_ALPN_SHARED, shares_protocol(entry, hello, now));
}

void build_history(struct facts *facts, const struct reading *reading) {
    int64_t now = reading->sources->now / MOMENT_SECOND;
    const struct history_entry *entry = reading_recall(reading, false), *named = reading_recall(reading, true);
    char since[MOMENT_SPAN_SIZE];
    if (entry == NULL) return;
    facts_set_integer(facts, FACT_HISTORY_ACCEPTED, entry->accepted);
    facts_set_boolean(facts, FACT_HISTORY_ASKS_CERTIFICATE, is_fresh(entry->asked_certificate, now));
    if (entry->accepted == 0) return;
    int64_t span = now > entry->first ? now - entry->first : 1; /* "in the last second" at least */
    moment_span(span * MOMENT_SECOND, since);
    facts_set_clean_text(facts, FACT_HISTORY_SINCE, since);
    facts_set_integer(facts, FACT_HISTORY_CLIENTS, entry->clients);
    facts_set_integer(facts, FACT_HISTORY_NAME_ACCEPTED, named != NULL ? named->accepted : 0);
    facts_set_boolean(facts, FACT_HISTORY_NAMED_ACCEPTED, is_fresh(entry->with_name, now));
    facts_set_boolean(facts, FACT_HISTORY_NAMELESS_ACCEPTED, is_fresh(entry->without_name, now));
    facts_set_boolean(facts, FACT_HISTORY_LONG_ACCEPTED, is_fresh(entry->long_hello, now));
    facts_set_boolean(facts, FACT_HISTORY_SHORT_ACCEPTED, is_fresh(entry->short_hello, now));
    build_chosen(facts, entry, now);
    if (reading->has_hello) build_shared(facts, entry, &reading->hello, now);
}
