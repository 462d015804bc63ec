/* What was negotiated and shown, in ECS's words. */
#include "json_tls.h"

#include <string.h>

#include "common_name.h"
#include "facts/version.h"

/* "TLS 1.2" is the protocol "tls" and the version "1.2". */
static void version_put(struct build *build, struct node *tls, const struct facts *facts) {
    if (!facts_has(facts, FACT_HANDSHAKE_VERSION)) return;
    const char *name = fact_version_name((uint16_t)facts_integer(facts, FACT_HANDSHAKE_VERSION));
    const char *space = name != NULL ? strchr(name, ' ') : NULL;
    if (space == NULL) return;
    build_put_text(build, tls, "version", space + 1);
    build_put_text(build, tls, "version_protocol", strncmp(name, "SSL", 3) == 0 ? "ssl" : "tls");
}

static void common_name_put(struct build *build, struct node *x509, const char *key, const struct facts *facts,
                            enum fact fact) {
    char text[FACTS_TEXT_CAP];
    struct text_writer writer = text_writer_over(text, sizeof text);
    struct node *name = build_object(build);
    common_name_append(facts_text(facts, fact), &writer);
    build_put_copy(build, name, "common_name", text);
    build_put(build, x509, key, name);
}

/* The facts about dates are those of the faulty certificate; ECS wants the leaf's. */
static bool dates_are_of_leaf(const struct facts *facts) {
    return !facts_has(facts, FACT_SERVER_CERT_FAULTY_POSITION) ||
           facts_integer(facts, FACT_SERVER_CERT_FAULTY_POSITION) == 0;
}

static struct node *server(struct build *build, const struct facts *facts) {
    struct node *object = build_object(build), *x509 = build_object(build), *hash = build_object(build);
    common_name_put(build, x509, "subject", facts, FACT_SERVER_CERT_SUBJECT);
    common_name_put(build, x509, "issuer", facts, FACT_SERVER_CERT_ISSUER);
    if (dates_are_of_leaf(facts)) {
        build_put_fact(build, x509, "not_before", facts, FACT_SERVER_CERT_NOT_BEFORE);
        build_put_fact(build, x509, "not_after", facts, FACT_SERVER_CERT_NOT_AFTER);
    }
    build_put_fact(build, x509, "alternative_names", facts, FACT_SERVER_CERT_NAMES);
    build_put_fact(build, hash, "sha256", facts, FACT_SERVER_CERT_SHA256);
    build_put(build, object, "x509", x509);
    build_put(build, object, "hash", hash);
    return object;
}

static struct node *client(struct build *build, const struct facts *facts) {
    struct node *object = build_object(build), *x509 = build_object(build);
    build_put_fact(build, object, "server_name", facts, FACT_CLIENT_SERVER_NAME);
    build_put_fact(build, object, "supported_ciphers", facts, FACT_CLIENT_SUITES);
    build_put_fact(build, object, "ja3", facts, FACT_CLIENT_JA3);
    common_name_put(build, x509, "subject", facts, FACT_CLIENT_CERT_SUBJECT);
    common_name_put(build, x509, "issuer", facts, FACT_CLIENT_CERT_ISSUER);
    build_put_fact(build, x509, "not_before", facts, FACT_CLIENT_CERT_NOT_BEFORE);
    build_put_fact(build, x509, "not_after", facts, FACT_CLIENT_CERT_NOT_AFTER);
    build_put(build, object, "x509", x509);
    return object;
}

struct node *json_tls(struct build *build, const struct diag *diag) {
    const struct facts *facts = diag->facts;
    struct node *tls = build_object(build);
    /* where the start or the end was not seen, nobody knows */
    if (diag->outcome != DIAG_UNKNOWN || diag->suspect)
        build_put_boolean(build, tls, "established", diag->outcome != DIAG_FAILURE);
    build_put_fact(build, tls, "resumed", facts, FACT_RESUMED);
    version_put(build, tls, facts);
    build_put_fact(build, tls, "cipher", facts, FACT_HANDSHAKE_CIPHER);
    build_put_fact(build, tls, "next_protocol", facts, FACT_SERVER_ALPN);
    build_put(build, tls, "client", client(build, facts));
    build_put(build, tls, "server", server(build, facts));
    return tls;
}
