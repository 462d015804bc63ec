/* See sample_diag.h. */
#include "sample_diag.h"

#include <stdio.h>
#include <string.h>

#include "base/side.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)
#define START       (INT64_C(1795289400) * SECOND) /* 2026-11-21T19:30:00Z */

const struct output_observer sample_live = {.version = "0.1.0", .hostname = "gateway", .interface = "eth0"};
const struct output_observer sample_file = {.version = "0.1.0"};

static const struct rule expired_rule = {
    .id = "server-cert-expired",
    .name = "Server certificate expired",
    .description = "A certificate of the server's chain is past its notAfter.",
    .reference = "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
    .cause = "server_cert.expired",
    .nel_type = "tls.cert.date_invalid",
    .confidence = RULE_OBSERVED,
    .at_fault = RULE_FAULT_SERVER,
    .narrows = true,
};

static void put(char *target, size_t size, const char *text) {
    (void)snprintf(target, size, "%s", text);
}

static void step(struct diag *diag, int64_t offset, enum side side, const char *what) {
    struct diag_step *next = &diag->timeline[diag->timeline_count++];
    next->offset = offset;
    next->side = (uint8_t)side;
    put(next->what, sizeof next->what, what);
}

static void connection(struct diag *diag, const char *source, const char *destination, uint8_t version) {
    struct diag_connection *of = &diag->connection;
    put(of->source_address, sizeof of->source_address, source);
    put(of->destination_address, sizeof of->destination_address, destination);
    of->source_port = 51234;
    of->destination_port = 443;
    of->ip_version = version;
    put(of->community_id, sizeof of->community_id, "1:gEH8K1sV5tuxYsB3KWVfGdeEJUM=");
    put(of->id, sizeof of->id, "00112233445566778899aabbccddeeff");
    of->start = START;
    of->end = START + 41 * MILLISECOND;
}

static void failure(struct sample_store *store, const char *cause, enum rule_confidence confidence,
                    const char *message) {
    store->rule = expired_rule;
    store->rule.cause = cause;
    store->rule.confidence = confidence;
    store->diag.outcome = DIAG_FAILURE;
    store->diag.rule = &store->rule;
    store->diag.cause = cause;
    put(store->diag.message, sizeof store->diag.message, message);
}

static void sight(struct facts *facts, bool complete, bool midstream) {
    facts_set_boolean(facts, FACT_SIGHT_COMPLETE, complete);
    facts_set_integer(facts, FACT_SIGHT_GAPS, 0);
    facts_set_boolean(facts, FACT_SIGHT_ONE_SIDED, false);
    facts_set_boolean(facts, FACT_SIGHT_MIDSTREAM, midstream);
}

static void text(struct facts *facts, enum fact fact, const char *value) {
    facts_set_text(facts, fact, value, strlen(value));
}

static void alert(struct facts *facts, const char *from, int64_t number, const char *name) {
    facts_set_name(facts, FACT_ALERT_FROM, from);
    facts_set_name(facts, FACT_ALERT_LEVEL, "fatal");
    facts_set_integer(facts, FACT_ALERT_NUMBER, number);
    facts_set_name(facts, FACT_ALERT_NAME, name);
    facts_set_boolean(facts, FACT_ALERT_ENCRYPTED, false);
}

static void hello(struct facts *facts) {
    text(facts, FACT_CLIENT_SERVER_NAME, "api.example");
    text(facts, FACT_CLIENT_JA3, "e7d705a3286e19ea42f587b344ee6865");
    text(facts, FACT_CLIENT_JA4, "t12d300400_8a7f3c9d1e2b_5d65ea3fb1d4");
    facts_list_begin(facts, FACT_CLIENT_SUITES);
    facts_list_add_name(facts, FACT_CLIENT_SUITES, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    facts_list_add_name(facts, FACT_CLIENT_SUITES, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
}

static void certificate(struct facts *facts) {
    text(facts, FACT_SERVER_CERT_SUBJECT, "CN=api.example,O=Example\\, Inc.");
    text(facts, FACT_SERVER_CERT_ISSUER, "O=Acme,CN=Acme Issuing CA");
    text(facts, FACT_SERVER_CERT_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    facts_set_moment(facts, FACT_SERVER_CERT_NOT_BEFORE, INT64_C(1763596800)); /* 2025-11-20T00:00:00Z */
    facts_set_moment(facts, FACT_SERVER_CERT_NOT_AFTER, INT64_C(1794960000));  /* 2026-11-18T00:00:00Z */
    facts_list_begin(facts, FACT_SERVER_CERT_NAMES);
    facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, "api.example", 11);
    facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, "192.0.2.7", 9);
}

static void make_expired(struct sample_store *store) {
    struct diag *diag = &store->diag;
    failure(store, "server_cert.expired", RULE_OBSERVED,
            "10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago");
    diag->connection.application = "smtp";
    facts_set_name(&store->facts, FACT_PHASE, "certificate");
    facts_set_boolean(&store->facts, FACT_RESUMED, false);
    facts_set_version(&store->facts, FACT_HANDSHAKE_VERSION, 0x0303);
    facts_set_name(&store->facts, FACT_HANDSHAKE_CIPHER, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    text(&store->facts, FACT_SERVER_ALPN, "h2");
    sight(&store->facts, true, false);
    alert(&store->facts, "client", 45, "certificate_expired");
    hello(&store->facts);
    certificate(&store->facts);
    put(diag->advice, sizeof diag->advice, "renew the certificate of api.example and reload the server");
    put(diag->evidence[0], sizeof diag->evidence[0],
        "leaf CN=api.example notAfter 2026-11-18T00:00:00Z is 3 days before the capture");
    put(diag->evidence[1], sizeof diag->evidence[1], "client alert certificate_expired 2 ms after Certificate");
    diag->evidence_count = 2;
    diag->alternatives[0] = (struct diag_alternative){"server_cert.rejected", RULE_INFERRED, "the alert may mean more"};
    diag->alternative_count = 1;
    step(diag, 0, SIDE_CLIENT, "SYN");
    step(diag, 400000, SIDE_SERVER, "SYN-ACK");
    step(diag, 900000, SIDE_CLIENT, "ClientHello TLS 1.2, 30 ciphers, SNI api.example");
    step(diag, 12345678, SIDE_SERVER, "ServerHello TLS 1.2");
    step(diag, 12345999, SIDE_SERVER, "Certificate CN=api.example, 2 certificates");
    step(diag, 41 * MILLISECOND, SIDE_CLIENT, "alert fatal certificate_expired");
}

static void make_refused(struct sample_store *store) {
    failure(store, "tcp.refused", RULE_OBSERVED, "192.0.2.7:443 refused the connection of 10.0.0.5");
    store->rule.nel_type = NULL;
    store->rule.reference = NULL;
    step(&store->diag, 0, SIDE_CLIENT, "SYN");
    step(&store->diag, 100000, SIDE_SERVER, "RST");
}

static void make_hidden(struct sample_store *store) {
    failure(store, "server_cert.rejected", RULE_INFERRED, "10.0.0.5 refused the certificate of 192.0.2.7:443");
    store->rule.at_fault = RULE_FAULT_UNKNOWN;
    facts_set_version(&store->facts, FACT_HANDSHAKE_VERSION, 0x0304);
    facts_set_name(&store->facts, FACT_ALERT_FROM, "client");
    facts_set_boolean(&store->facts, FACT_ALERT_ENCRYPTED, true);
    put(store->diag.evidence[0], sizeof store->diag.evidence[0],
        "the client answered the server's flight with one encrypted record of 19 bytes");
    store->diag.evidence_count = 1;
    sight(&store->facts, true, false);
}

static void make_client_cert(struct sample_store *store) {
    failure(store, "client_cert.expired", RULE_CONFIRMED, "the client's certificate expired");
    connection(&store->diag, "2001:db8::5", "2001:db8::7", 6);
    store->diag.connection.application = "imap";
    store->rule.at_fault = RULE_FAULT_CLIENT;
    alert(&store->facts, "server", 45, "certificate_expired");
    text(&store->facts, FACT_CLIENT_CERT_SUBJECT, "O=Acme+CN=alice\\+bob");
    text(&store->facts, FACT_CLIENT_CERT_ISSUER, "O=Acme");
    facts_set_moment(&store->facts, FACT_CLIENT_CERT_NOT_AFTER, INT64_C(1794960000));
}

static void make_success(struct sample_store *store) {
    store->diag.outcome = DIAG_SUCCESS;
    put(store->diag.message, sizeof store->diag.message, "10.0.0.5 reached api.example");
    facts_set_name(&store->facts, FACT_PHASE, "done");
    facts_set_boolean(&store->facts, FACT_RESUMED, true);
    facts_set_version(&store->facts, FACT_HANDSHAKE_VERSION, 0x0303);
    hello(&store->facts);
    sight(&store->facts, true, false);
}

void sample_make(struct sample_store *store, enum sample sample) {
    memset(store, 0, sizeof *store);
    facts_reset(&store->facts);
    store->diag.facts = &store->facts;
    connection(&store->diag, "10.0.0.5", "192.0.2.7", 4);
    switch (sample) {
    case SAMPLE_EXPIRED:
        make_expired(store);
        break;
    case SAMPLE_REFUSED:
        make_refused(store);
        break;
    case SAMPLE_HIDDEN:
        make_hidden(store);
        break;
    case SAMPLE_CLIENT_CERT:
        make_client_cert(store);
        break;
    case SAMPLE_CA_EXPIRED:
        make_expired(store);
        facts_set_integer(&store->facts, FACT_SERVER_CERT_FAULTY_POSITION, 1);
        break;
    case SAMPLE_OLD:
        failure(store, "hello.rejected", RULE_OBSERVED, "the server refused the hello");
        store->rule.narrows = false;
        facts_set_version(&store->facts, FACT_HANDSHAKE_VERSION, 0x0300);
        break;
    case SAMPLE_SUCCESS:
        make_success(store);
        break;
    case SAMPLE_UNKNOWN:
        store->diag.outcome = DIAG_UNKNOWN;
        put(store->diag.message, sizeof store->diag.message, "the capture started too late");
        sight(&store->facts, false, true);
        break;
    case SAMPLE_COUNT:
        break;
    }
}

/* As many whole copies of PIECE as fit. */
static void fill(char *target, size_t size, const char *piece) {
    size_t length = strlen(piece), used = 0;
    for (; used + length < size; used += length)
        memcpy(target + used, piece, length);
    target[used] = '\0';
}

static void monster_facts(struct facts *facts, const char *piece) {
    char long_text[FACTS_TEXT_CAP], name[FACTS_TEXT_CAP];
    fill(long_text, sizeof long_text, piece);
    fill(name, sizeof name - 3, piece);
    memmove(name + 3, name, strlen(name) + 1);
    memcpy(name, "CN=", 3);
    text(facts, FACT_CLIENT_SERVER_NAME, long_text);
    text(facts, FACT_SERVER_ALPN, long_text);
    text(facts, FACT_SERVER_CERT_SUBJECT, name);
    text(facts, FACT_SERVER_CERT_ISSUER, name);
    text(facts, FACT_CLIENT_CERT_SUBJECT, name);
    text(facts, FACT_CLIENT_CERT_ISSUER, name);
    facts_list_begin(facts, FACT_CLIENT_SUITES);
    for (unsigned i = 0; i < FACTS_LIST_CAP + 10; i++)
        facts_list_add_name(facts, FACT_CLIENT_SUITES, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
    facts_list_begin(facts, FACT_SERVER_CERT_NAMES);
    for (unsigned i = 0; i < FACTS_LIST_CAP + 10; i++)
        facts_list_add_text(facts, FACT_SERVER_CERT_NAMES, long_text,
                            strlen(long_text) < 120 ? strlen(long_text) : 120);
}

void sample_monster(struct sample_store *store, const char *piece) {
    static char long_rule[4096];
    struct diag *diag = &store->diag;
    sample_make(store, SAMPLE_EXPIRED);
    monster_facts(&store->facts, piece);
    fill(long_rule, sizeof long_rule, "A rule that explains itself at length. ");
    store->rule.name = store->rule.description = store->rule.reference = long_rule;
    fill(diag->message, sizeof diag->message, piece);
    fill(diag->advice, sizeof diag->advice, piece);
    for (diag->evidence_count = 0; diag->evidence_count < RULE_EVIDENCE_CAP + 2; diag->evidence_count++)
        fill(diag->evidence[diag->evidence_count], DIAG_EVIDENCE_SIZE, piece);
    for (diag->alternative_count = 0; diag->alternative_count < DIAG_ALTERNATIVES_CAP; diag->alternative_count++) {
        struct diag_alternative *alternative = &diag->alternatives[diag->alternative_count];
        alternative->cause = "server_cert.rejected";
        alternative->confidence = RULE_INFERRED;
        fill(alternative->because, sizeof alternative->because, piece);
    }
    for (diag->timeline_count = 0; diag->timeline_count < DIAG_TIMELINE_CAP;) {
        char what[DIAG_WHAT_SIZE];
        fill(what, sizeof what, piece);
        step(diag, (int64_t)diag->timeline_count * SECOND, diag->timeline_count % 2 == 0 ? SIDE_CLIENT : SIDE_SERVER,
             what);
    }
    diag->timeline_truncated = true;
}

void sample_summary(struct fold_summary *summary) {
    *summary = (struct fold_summary){
        .cause = "server_cert.expired",
        .rule_id = "server-cert-expired",
        .at_fault = "server",
        .confidence = "observed",
        .severity = 3,
        .server_port = 443,
        .ip_version = 4,
        .count = 4711,
        .clients = 12,
        .first = START,
        .last = START + 59 * SECOND,
        .total = 9000,
    };
    put(summary->server_address, sizeof summary->server_address, "192.0.2.7");
    put(summary->server_name, sizeof summary->server_name, "api.example");
    put(summary->message, sizeof summary->message,
        "10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago");
    put(summary->advice, sizeof summary->advice, "renew the certificate of api.example and reload the server");
}

void sample_summary_monster(struct fold_summary *summary, const char *piece) {
    sample_summary(summary);
    summary->cause = "server_cert.missing_intermediate";
    summary->clients_capped = true;
    summary->ip_version = 6;
    put(summary->server_address, sizeof summary->server_address, "2001:db8:ffff:ffff:ffff:ffff:255.255.255.255");
    summary->count = summary->clients = summary->total = INT64_MAX;
    fill(summary->server_name, sizeof summary->server_name, piece);
    fill(summary->message, sizeof summary->message, piece);
    fill(summary->advice, sizeof summary->advice, piece);
}
