/* What the server asked the client for, and what the client sent. */
#include <string.h>

#include "certificate.h"

/* The server's roots are not known here: faults of trust are left out, and a client certificate has no name to match.
 */
#define FAULT_BIT(fault) (UINT32_C(1) << (fault))
static const struct certificate_facts client_role = {
    .fault = FACT_CLIENT_CERT_FAULT,
    .faults = FACT_CLIENT_CERT_FAULTS,
    .fitting = FACT_CLIENT_CERT_FITTING,
    .chain_length = FACT_CLIENT_CERT_CHAIN_LENGTH,
    .subject = FACT_CLIENT_CERT_SUBJECT,
    .issuer = FACT_CLIENT_CERT_ISSUER,
    .not_before = FACT_CLIENT_CERT_NOT_BEFORE,
    .not_after = FACT_CLIENT_CERT_NOT_AFTER,
    .off_by = FACT_CLIENT_CERT_OFF_BY,
    .key = FACT_CLIENT_CERT_KEY,
    .odd_key = FACT_CLIENT_CERT_ODD_KEY,
    .detail = FACT_CLIENT_CERT_DETAIL,
    .mask = FAULT_BIT(X509_FAULT_BAD_CHAIN) | FAULT_BIT(X509_FAULT_EXPIRED) | FAULT_BIT(X509_FAULT_NOT_YET_VALID) |
            FAULT_BIT(X509_FAULT_WRONG_USAGE) | FAULT_BIT(X509_FAULT_WEAK),
};

static void build_request(struct facts *facts, const struct tls_certificate_request *request) {
    char name[X509_TEXT_KEPT];
    facts_set_integer(facts, FACT_CLIENT_CERT_AUTHORITY_COUNT, request->authority_total);
    facts_list_begin(facts, FACT_CLIENT_CERT_AUTHORITIES);
    for (uint16_t i = 0; i < request->authority_count && i < TLS_AUTHORITIES_KEPT; i++) {
        x509_name_format(request->authorities[i], name);
        facts_list_add_text(facts, FACT_CLIENT_CERT_AUTHORITIES, name, strlen(name));
    }
}

static bool is_listed(const struct tls_certificate_request *request, const struct cursor *certificates,
                      unsigned count) {
    for (uint16_t i = 0; i < request->authority_count && i < TLS_AUTHORITIES_KEPT; i++)
        if (x509_issued_by(certificates, count, request->authorities[i])) return true;
    return false;
}

/* Where the leaf's issuer was not sent: does a CA of the server's own chain stand for it that is no root, and does it
 * lead to an authority that the server named (if it named any)? Then the client left an intermediate out. ISSUER is the
 * leaf's. */
static bool chain_breaks(const struct reading *reading, const char *issuer, int64_t time) {
    const struct tls_certificate_list *chain = &reading->server_chain;
    bool named = reading->request.authority_total > 0;
    struct x509_findings findings = {0};
    if (!reading->has_server_chain || chain->count < 2) return false;
    x509_inspect(reading->sources->inspector, X509_FOR_SERVER, chain->certificates, chain->count, NULL, 0, NULL, 0,
                 time, &findings);
    for (unsigned i = 1; i < findings.certificate_count && i < chain->count; i++) {
        const struct x509_certificate *authority = &findings.certificate[i];
        if (!authority->is_ca || authority->self_signed || strcmp(authority->subject, issuer) != 0) continue;
        if (!named || is_listed(&reading->request, &chain->certificates[i], 1)) return true;
    }
    return false;
}

/* The client's issuer against the authorities that the server named; a list that was cut proves nothing. */
static void build_trust(struct facts *facts, const struct reading *reading, const char *issuer, bool self_signed,
                        int64_t time) {
    const struct tls_certificate_request *request = &reading->request;
    const struct tls_certificate_list *chain = &reading->client_chain;
    if (!reading->has_request) return;
    bool named = request->authority_total > 0;
    bool listed = named && is_listed(request, chain->certificates, chain->count);
    if (named && !listed && request->authority_count < request->authority_total) return;
    if (named) facts_set_boolean(facts, FACT_CLIENT_CERT_LISTED, listed);
    bool lone = chain->total == 1 && !self_signed && !listed;
    facts_set_boolean(facts, FACT_CLIENT_CERT_CHAIN_BREAKS, lone && chain_breaks(reading, issuer, time));
}

/* ClientCertificateType values (RFC 5246 section 7.4.4, RFC 8422 section 5.5) and the SignatureAlgorithm that a kind of
 * key needs: Ed25519 and Ed448 come under ecdsa_sign. */
static const struct {
    const char *kind;
    uint8_t type;
} certificate_types[] = {{"rsa", 1}, {"dsa", 2}, {"ecdsa", 64}, {"eddsa", 64}};

static bool type_is_asked(const struct tls_certificate_request *request, const char *kind) {
    for (size_t i = 0; i < ARRAY_LENGTH(certificate_types); i++) {
        if (strcmp(certificate_types[i].kind, kind) != 0) continue;
        for (uint8_t j = 0; j < request->type_count && j < sizeof request->types; j++)
            if (request->types[j] == certificate_types[i].type) return true;
    }
    return request->type_count == 0;
}

/* The part of a scheme's name that tells the kind of key: "rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256", "ed25519".
 */
static bool scheme_fits(uint16_t scheme, const struct x509_certificate *leaf, const char *kind) {
    if (strcmp(kind, "eddsa") == 0) return scheme == (strcmp(leaf->key_type, "Ed25519") == 0 ? 0x0807 : 0x0808);
    const char *name = tls_signature_scheme_name(scheme);
    return name != NULL && strncmp(name, kind, strlen(kind)) == 0;
}

static void build_acceptable(struct facts *facts, const struct reading *reading, const struct x509_certificate *leaf) {
    const struct tls_certificate_request *request = &reading->request;
    const char *kind = certificate_key_kind(leaf);
    if (!reading->has_request || kind == NULL || request->signature_algorithms.truncated) return;
    bool signable = !request->signature_algorithms.present || request->signature_algorithms.count == 0;
    for (uint16_t i = 0; i < request->signature_algorithms.count; i++)
        signable = signable || scheme_fits(request->signature_algorithms.codes[i], leaf, kind);
    facts_set_boolean(facts, FACT_CLIENT_CERT_KEY_REQUESTED, signable && type_is_asked(request, kind));
}

static void build_chain(struct facts *facts, const struct reading *reading) {
    const struct tls_certificate_list *chain = &reading->client_chain;
    int64_t time = reading->conversation->kept[TLS_SLOT_CLIENT_CERTIFICATE].time;
    struct x509_findings findings = {0};
    char issuer[X509_TEXT_KEPT];
    if (chain->count == 0 || reading->sources->inspector == NULL) return;
    x509_inspect(reading->sources->inspector, X509_FOR_CLIENT, chain->certificates, chain->count, NULL, 0, NULL, 0,
                 time, &findings);
    if (findings.certificate_count == 0) return;
    certificate_build(facts, &client_role, &findings, time);
    const struct x509_certificate *leaf = &findings.certificate[0];
    bool self_signed = leaf->self_signed;
    facts_set_boolean(facts, FACT_CLIENT_CERT_SELF_SIGNED, self_signed);
    build_acceptable(facts, reading, leaf);
    memcpy(issuer, leaf->issuer, sizeof issuer); /* the findings die with the next inspection */
    build_trust(facts, reading, issuer, self_signed, time);
}

/* "I have none": an empty Certificate, or SSL 3.0's warning in its place. */
static bool client_has_none(const struct reading *reading) {
    const struct tls_conversation *conversation = reading->conversation;
    if (reading->has_client_chain) return reading->client_chain.total == 0;
    for (int i = 0; i < conversation->event_count; i++)
        if (conversation->events[i].side == SIDE_CLIENT && conversation->events[i].kind == TLS_EVENT_ALERT &&
            conversation->events[i].code == ALERT_NO_CERTIFICATE)
            return true;
    return false;
}

void build_client_certificate(struct facts *facts, const struct reading *reading) {
    const struct tls_kept *kept = reading->conversation->kept;
    bool none = client_has_none(reading);
    bool readable = !reading->conversation->tls13 || reading->conversation->decrypted;
    if (readable && reading->conversation->version != 0)
        facts_set_boolean(facts, FACT_CLIENT_CERT_REQUESTED, kept[TLS_SLOT_CERTIFICATE_REQUEST].seen);
    if (reading->has_request) build_request(facts, &reading->request);
    facts_set_boolean(facts, FACT_CLIENT_CERT_SEEN, reading->has_client_chain);
    facts_set_boolean(facts, FACT_CLIENT_CERT_VERIFY_SEEN, kept[TLS_SLOT_CERTIFICATE_VERIFY].seen);
    if (!reading->has_client_chain && !none) return;
    facts_set_boolean(facts, FACT_CLIENT_CERT_EMPTY, none);
    facts_set_boolean(facts, FACT_CLIENT_CERT_SENT, !none);
    facts_set_integer(facts, FACT_CLIENT_CERT_CHAIN_LENGTH,
                      reading->has_client_chain ? reading->client_chain.total : 0);
    if (reading->has_client_chain && !none) build_chain(facts, reading);
}
