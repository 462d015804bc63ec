#include "certificate.h"

#include <string.h>

#include "base/moment.h"
#include "base/text.h"

static const struct {
    const char *type, *kind;
} key_kinds[] = {
    {"RSA", "rsa"}, {"RSA-PSS", "rsa"}, {"EC", "ecdsa"}, {"Ed25519", "eddsa"}, {"Ed448", "eddsa"}, {"DSA", "dsa"},
};

const char *certificate_key_kind(const struct x509_certificate *certificate) {
    for (size_t i = 0; certificate->key_type != NULL && i < ARRAY_LENGTH(key_kinds); i++)
        if (strcmp(key_kinds[i].type, certificate->key_type) == 0) return key_kinds[i].kind;
    return NULL;
}

/* "RSA 2048", "EC P-256", "Ed25519". */
static void key_format(const struct x509_certificate *certificate, char *text, size_t size) {
    struct text_writer writer = text_writer_over(text, size);
    if (certificate->key_type == NULL) return;
    text_append(&writer, certificate->key_type);
    if (certificate->key_curve != NULL)
        text_append_format(&writer, " %s", certificate->key_curve);
    else if (strcmp(certificate->key_type, "RSA") == 0 || strcmp(certificate->key_type, "DSA") == 0)
        text_append_format(&writer, " %u", certificate->key_bits);
}

/* Keys that every TLS stack of today takes: RSA, the three NIST curves, Ed25519. */
static bool key_is_usual(const struct x509_certificate *certificate) {
    static const char *const curves[] = {"P-256", "P-384", "P-521"};
    const char *type = certificate->key_type;
    if (type == NULL) return !certificate->readable;
    if (strncmp(type, "RSA", 3) == 0 || strcmp(type, "Ed25519") == 0) return true;
    if (strcmp(type, "EC") != 0 || certificate->key_curve == NULL) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(curves); i++)
        if (strcmp(curves[i], certificate->key_curve) == 0) return true;
    return false;
}

static void build_keys(struct facts *facts, const struct certificate_facts *role,
                       const struct x509_findings *findings) {
    char text[80] = "";
    key_format(&findings->certificate[0], text, sizeof text);
    facts_set_clean_text(facts, role->key, text);
    for (unsigned i = 0; i < findings->certificate_count; i++) {
        if (key_is_usual(&findings->certificate[i])) continue;
        key_format(&findings->certificate[i], text, sizeof text);
        facts_set_clean_text(facts, role->odd_key, text[0] != '\0' ? text : "an unknown kind of key");
        return;
    }
}

const struct x509_certificate *certificate_faulty(const struct x509_findings *findings, enum x509_fault fault) {
    unsigned position = fault < X509_FAULT_COUNT ? findings->faulty[fault] : 0;
    return &findings->certificate[position < findings->certificate_count ? position : 0];
}

static bool alert_fits(const struct facts *facts, enum x509_fault fault) {
    const struct fact_list *suggested = facts_list(facts, FACT_ALERT_SUGGESTS);
    for (uint16_t i = 0; suggested != NULL && i < suggested->count; i++)
        if (strcmp(suggested->items[i], x509_fault_name(fault)) == 0) return true;
    return false;
}

/* How long ago it expired, or how long until it is valid, at TIME. */
static void build_off_by(struct facts *facts, enum fact fact, const struct x509_certificate *certificate,
                         int64_t time) {
    char span[MOMENT_SPAN_SIZE];
    int64_t seconds = time / MOMENT_SECOND, off = 0;
    if (seconds > certificate->not_after) off = seconds - certificate->not_after;
    if (seconds < certificate->not_before) off = certificate->not_before - seconds;
    if (off == 0) return;
    if (off > INT64_MAX / MOMENT_SECOND) off = INT64_MAX / MOMENT_SECOND; /* dates may be millennia away */
    moment_span(off * MOMENT_SECOND, span);
    facts_set_clean_text(facts, fact, span);
}

static enum x509_fault build_faults(struct facts *facts, const struct certificate_facts *role, uint32_t faults) {
    enum x509_fault first = X509_FAULT_COUNT, fitting = X509_FAULT_COUNT;
    facts_list_begin(facts, role->faults);
    for (enum x509_fault fault = 0; fault < X509_FAULT_COUNT; fault++) {
        if ((faults & UINT32_C(1) << fault) == 0) continue;
        facts_list_add_name(facts, role->faults, x509_fault_name(fault));
        if (first == X509_FAULT_COUNT) first = fault;
        if (fitting == X509_FAULT_COUNT && alert_fits(facts, fault)) fitting = fault;
    }
    if (first != X509_FAULT_COUNT) facts_set_name(facts, role->fault, x509_fault_name(first));
    if (fitting == X509_FAULT_COUNT) return first;
    facts_set_name(facts, role->fitting, x509_fault_name(fitting));
    return fitting;
}

enum x509_fault certificate_build(struct facts *facts, const struct certificate_facts *role,
                                  const struct x509_findings *findings, int64_t time) {
    enum x509_fault fault = build_faults(facts, role, findings->faults & role->mask);
    const struct x509_certificate *faulty = certificate_faulty(findings, fault);
    facts_set_clean_text(facts, role->subject, findings->certificate[0].subject);
    facts_set_clean_text(facts, role->issuer, findings->certificate[0].issuer);
    facts_set_clean_text(facts, role->detail, findings->detail);
    facts_set_moment(facts, role->not_before, faulty->not_before);
    facts_set_moment(facts, role->not_after, faulty->not_after);
    build_off_by(facts, role->off_by, faulty, time);
    build_keys(facts, role, findings);
    return fault;
}
