/* The chain that the server sent, judged as of the packet's time. */
#include <string.h>

#include "base/moment.h"
#include "certificate.h"

static const struct certificate_facts server_role = {
    .fault = FACT_SERVER_CERT_FAULT,
    .faults = FACT_SERVER_CERT_FAULTS,
    .fitting = FACT_SERVER_CERT_FITTING,
    .chain_length = FACT_SERVER_CERT_CHAIN_LENGTH,
    .subject = FACT_SERVER_CERT_SUBJECT,
    .issuer = FACT_SERVER_CERT_ISSUER,
    .not_before = FACT_SERVER_CERT_NOT_BEFORE,
    .not_after = FACT_SERVER_CERT_NOT_AFTER,
    .off_by = FACT_SERVER_CERT_OFF_BY,
    .key = FACT_SERVER_CERT_KEY,
    .odd_key = FACT_SERVER_CERT_ODD_KEY,
    .detail = FACT_SERVER_CERT_DETAIL,
    .mask = UINT32_MAX,
};

static void build_leaf(struct facts *facts, const struct x509_certificate *leaf) {
    facts_list_begin(facts, FACT_SERVER_CERT_NAMES);
    for (unsigned i = 0; i < leaf->name_count && i < X509_NAMES_KEPT; i++)
        facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, leaf->names[i],
                            strnlen(leaf->names[i], sizeof leaf->names[i]));
    facts_set_name(facts, FACT_SERVER_CERT_KEY_KIND, certificate_key_kind(leaf));
    facts_set_integer(facts, FACT_SERVER_CERT_KEY_BITS, leaf->key_bits);
    facts_set_name(facts, FACT_SERVER_CERT_SIGNATURE_HASH, leaf->signature_hash);
    facts_set_boolean(facts, FACT_SERVER_CERT_MUST_STAPLE, leaf->must_staple);
    facts_set_clean_text(facts, FACT_SERVER_CERT_SHA256, leaf->sha256);
}

static void build_findings(struct facts *facts, const struct x509_findings *findings, int64_t time) {
    enum x509_fault fault = certificate_build(facts, &server_role, findings, time);
    facts_set_boolean(facts, FACT_SERVER_CERT_SOUND, findings->faults == 0);
    facts_set_boolean(facts, FACT_SERVER_CERT_TRUST_KNOWN, findings->trust_known);
    facts_set_clean_text(facts, FACT_SERVER_CERT_MISSING_ISSUER, findings->missing_issuer);
    facts_set_clean_text(facts, FACT_SERVER_CERT_MISSING_URL, findings->missing_issuer_url);
    build_leaf(facts, &findings->certificate[0]);
    if (fault == X509_FAULT_COUNT) return;
    facts_set_clean_text(facts, FACT_SERVER_CERT_FAULTY, certificate_faulty(findings, fault)->subject);
    facts_set_integer(facts, FACT_SERVER_CERT_FAULTY_POSITION, findings->faulty[fault]);
}

/* Reads the chain against the name that was asked for, else against the server's address. */
static void chain_inspect(const struct reading *reading, const struct tls_certificate_list *chain, int64_t time,
                          struct x509_findings *findings) {
    const struct tls_client_hello *hello = &reading->hello;
    bool named = reading->has_hello && hello->has_server_name && hello->server_name_length > 0;
    size_t name_length = hello->server_name_length < TLS_NAME_KEPT ? hello->server_name_length : TLS_NAME_KEPT;
    size_t address_length = reading->flow->ip_version == 6 ? 16 : 4;
    x509_inspect(reading->sources->inspector, X509_FOR_SERVER, chain->certificates, chain->count,
                 named ? hello->server_name : NULL, named ? name_length : 0, reading->flow->address[SIDE_SERVER].bytes,
                 address_length, time, findings);
}

static void build_chain(struct facts *facts, const struct reading *reading, const struct tls_certificate_list *chain,
                        int64_t time) {
    struct x509_findings findings = {0};
    facts_set_boolean(facts, FACT_SERVER_CERT_EMPTY, chain->total == 0);
    facts_set_integer(facts, FACT_SERVER_CERT_CHAIN_LENGTH, chain->total);
    if (chain->count == 0 || reading->sources->inspector == NULL) return;
    chain_inspect(reading, chain, time, &findings);
    if (findings.certificate_count > 0) build_findings(facts, &findings, time);
}

/* TLS 1.3 hides the chain; what the server showed others for the same name (TLS 1.2, key log) stands in for it. */
static void build_learned(struct facts *facts, const struct reading *reading) {
    struct tls_certificate_list chain;
    const struct history_entry *entry = reading_recall(reading, reading->hello.has_server_name);
    bool hidden = reading->conversation->tls13 && reading->end.kind != FACTS_END_NONE;
    if (!hidden || entry == NULL || entry->chain_length == 0) return;
    if (reading->sources->now / MOMENT_SECOND - entry->chain_time > HISTORY_AGE) return;
    if (!tls_certificate_parse(cursor_over(entry->chain, entry->chain_length), &chain)) return;
    char age[MOMENT_SPAN_SIZE];
    moment_span(reading->sources->now - entry->chain_time * MOMENT_SECOND, age);
    facts_set_boolean(facts, FACT_SERVER_CERT_LEARNED, true);
    facts_set_clean_text(facts, FACT_HISTORY_CHAIN_AGE, age);
    build_chain(facts, reading, &chain, reading->sources->now);
}

void build_server_certificate(struct facts *facts, const struct reading *reading) {
    facts_set_boolean(facts, FACT_SERVER_CERT_SEEN, reading->has_server_chain);
    if (reading->has_server_chain)
        build_chain(facts, reading, &reading->server_chain,
                    reading->conversation->kept[TLS_SLOT_SERVER_CERTIFICATE].time);
    else
        build_learned(facts, reading);
}
