/* The line of a diag: the contract's example word for word, and what is left out where it is not known. */
#include <jansson.h>
#include <stdio.h>

#include "run_suite.h"
#include "sample_diag.h"

static struct sample_store store;
static char line[OUTPUT_LINE_CAP + 1];

/* The event of a sample as an object; json_decref() it. */
static json_t *event_of(enum sample sample, const struct output_observer *observer) {
    json_error_t error;
    sample_make(&store, sample);
    size_t length = output_json(&store.diag, observer, 7, line);
    ck_assert_uint_gt(length, 0);
    ck_assert_uint_eq(length, strlen(line));
    json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(event != NULL, "%s", error.text);
    return event;
}

/* The value at PATH, keys parted by slashes ("event/code", "tlswhy/evidence"); NULL where there is none. */
static json_t *at(json_t *value, const char *path) {
    while (value != NULL && *path != '\0') {
        size_t length = strcspn(path, "/");
        value = json_object_getn(value, path, length);
        path += length + (path[length] == '/');
    }
    return value;
}

#define ck_assert_text(event, path, wanted)                                                                            \
    ck_assert_msg(json_is_string(at(event, path)) && strcmp(json_string_value(at(event, path)), wanted) == 0,          \
                  "%s: %s", path, json_string_value(at(event, path)))

/* docs/events.md, the example, key by key and in its order. */
static const char contract[] =
    "{\"@timestamp\":\"2026-11-21T19:30:00.041000Z\",\"log.level\":\"error\","
    "\"message\":\"10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago\","
    "\"ecs.version\":\"9.4.0\","
    "\"event\":{\"kind\":\"alert\",\"category\":[\"network\"],\"type\":[\"connection\",\"protocol\"],"
    "\"outcome\":\"failure\",\"code\":\"server_cert.expired\",\"severity\":3,\"sequence\":7,"
    "\"id\":\"00112233445566778899aabbccddeeff\",\"dataset\":\"tlswhy.failure\","
    "\"start\":\"2026-11-21T19:30:00.000000Z\",\"end\":\"2026-11-21T19:30:00.041000Z\",\"duration\":41000000},"
    "\"error\":{\"type\":\"server_cert.expired\",\"code\":\"45\",\"message\":\"certificate_expired\"},"
    "\"network\":{\"type\":\"ipv4\",\"transport\":\"tcp\",\"protocol\":\"tls\",\"application\":\"smtp\","
    "\"community_id\":\"1:gEH8K1sV5tuxYsB3KWVfGdeEJUM=\"},"
    "\"source\":{\"ip\":\"10.0.0.5\",\"port\":51234},\"destination\":{\"ip\":\"192.0.2.7\",\"port\":443},"
    "\"tls\":{\"established\":false,\"resumed\":false,\"version\":\"1.2\",\"version_protocol\":\"tls\","
    "\"cipher\":\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\",\"next_protocol\":\"h2\","
    "\"client\":{\"server_name\":\"api.example\",\"supported_ciphers\":[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\","
    "\"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\"],\"ja3\":\"e7d705a3286e19ea42f587b344ee6865\"},"
    "\"server\":{\"x509\":{\"subject\":{\"common_name\":\"api.example\"},\"issuer\":{\"common_name\":\"Acme Issuing "
    "CA\"},"
    "\"not_before\":\"2025-11-20T00:00:00Z\",\"not_after\":\"2026-11-18T00:00:00Z\","
    "\"alternative_names\":[\"api.example\",\"192.0.2.7\"]},"
    "\"hash\":{\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}}},"
    "\"tlswhy\":{\"schema\":1,\"cause\":\"server_cert.expired\",\"confidence\":\"observed\",\"at_fault\":\"server\","
    "\"phase\":\"certificate\","
    "\"alert\":{\"from\":\"client\",\"level\":\"fatal\",\"number\":45,\"name\":\"certificate_expired\","
    "\"encrypted\":false},"
    "\"evidence\":[\"leaf CN=api.example notAfter 2026-11-18T00:00:00Z is 3 days before the capture\","
    "\"client alert certificate_expired 2 ms after Certificate\"],"
    "\"alternatives\":[{\"cause\":\"server_cert.rejected\",\"confidence\":\"inferred\","
    "\"because\":\"the alert may mean more\"}],"
    "\"advice\":\"renew the certificate of api.example and reload the server\","
    "\"timeline\":[{\"ms\":0.0,\"from\":\"client\",\"what\":\"SYN\"},{\"ms\":0.4,\"from\":\"server\",\"what\":\"SYN-"
    "ACK\"},"
    "{\"ms\":0.9,\"from\":\"client\",\"what\":\"ClientHello TLS 1.2, 30 ciphers, SNI api.example\"},"
    "{\"ms\":12.345,\"from\":\"server\",\"what\":\"ServerHello TLS 1.2\"},"
    "{\"ms\":12.345,\"from\":\"server\",\"what\":\"Certificate CN=api.example, 2 certificates\"},"
    "{\"ms\":41.0,\"from\":\"client\",\"what\":\"alert fatal certificate_expired\"}],"
    "\"sight\":{\"complete\":true,\"gaps\":0,\"one_sided\":false,\"midstream\":false},"
    "\"client_ja4\":\"t12d300400_8a7f3c9d1e2b_5d65ea3fb1d4\",\"nel_type\":\"tls.cert.date_invalid\",\"truncated\":[]},"
    "\"rule\":{\"id\":\"server-cert-expired\",\"name\":\"Server certificate expired\","
    "\"description\":\"A certificate of the server's chain is past its notAfter.\","
    "\"reference\":\"https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5\"},"
    "\"observer\":{\"type\":\"sensor\",\"product\":\"tlswhyd\",\"version\":\"0.1.0\",\"hostname\":\"gateway\","
    "\"ingress\":{\"interface\":{\"name\":\"eth0\"}}}}";

START_TEST(contract_word_for_word) {
    json_t *event = event_of(SAMPLE_EXPIRED, &sample_live);
    ck_assert_str_eq(line, contract);
    json_decref(event);
}
END_TEST

/* What must not be there, for each sample. */
static const struct {
    enum sample sample;
    const char *path;
} absences[] = {
    {SAMPLE_REFUSED, "error/code"},
    {SAMPLE_REFUSED, "error/message"},
    {SAMPLE_REFUSED, "network/application"},
    {SAMPLE_REFUSED, "tls/version"},
    {SAMPLE_REFUSED, "tls/version_protocol"},
    {SAMPLE_REFUSED, "tls/resumed"},
    {SAMPLE_REFUSED, "tls/client"},
    {SAMPLE_REFUSED, "tls/server"},
    {SAMPLE_REFUSED, "tlswhy/alert"},
    {SAMPLE_REFUSED, "tlswhy/evidence"},
    {SAMPLE_REFUSED, "tlswhy/alternatives"},
    {SAMPLE_REFUSED, "tlswhy/advice"},
    {SAMPLE_REFUSED, "tlswhy/sight"},
    {SAMPLE_REFUSED, "tlswhy/nel_type"},
    {SAMPLE_REFUSED, "tlswhy/client_ja4"},
    {SAMPLE_REFUSED, "rule/reference"},
    {SAMPLE_HIDDEN, "error/code"},
    {SAMPLE_HIDDEN, "tlswhy/alert/number"},
    {SAMPLE_CA_EXPIRED, "tls/server/x509/not_before"},
    {SAMPLE_CA_EXPIRED, "tls/server/x509/not_after"},
    {SAMPLE_CLIENT_CERT, "tls/client/x509/issuer"}, /* that name has no CN */
    {SAMPLE_CLIENT_CERT, "tls/client/x509/not_before"},
    {SAMPLE_SUCCESS, "error"},
    {SAMPLE_SUCCESS, "rule"},
    {SAMPLE_SUCCESS, "event/code"},
    {SAMPLE_SUCCESS, "tlswhy/cause"},
    {SAMPLE_SUCCESS, "tlswhy/confidence"},
    {SAMPLE_UNKNOWN, "tls"},
    {SAMPLE_UNKNOWN, "error"},
};

START_TEST(absent_facts_are_absent_keys) {
    json_t *event = event_of(absences[_i].sample, &sample_file);
    ck_assert_msg(at(event, absences[_i].path) == NULL, "%s is there: %s", absences[_i].path, line);
    ck_assert_ptr_null(at(event, "observer/hostname"));
    ck_assert_ptr_null(at(event, "observer/ingress"));
    json_decref(event);
}
END_TEST

/* And what must be. */
static const struct {
    enum sample sample;
    const char *path, *text;
} presences[] = {
    {SAMPLE_REFUSED, "event/code", "tcp.refused"},
    {SAMPLE_REFUSED, "error/type", "tcp.refused"},
    {SAMPLE_HIDDEN, "log.level", "warning"},
    {SAMPLE_HIDDEN, "tls/version", "1.3"},
    {SAMPLE_HIDDEN, "tlswhy/at_fault", "unknown"},
    {SAMPLE_HIDDEN, "tlswhy/alert/from", "client"},
    {SAMPLE_CLIENT_CERT, "network/type", "ipv6"},
    {SAMPLE_CLIENT_CERT, "source/ip", "2001:db8::5"},
    {SAMPLE_CLIENT_CERT, "tlswhy/confidence", "confirmed"},
    {SAMPLE_CLIENT_CERT, "log.level", "error"},
    {SAMPLE_CLIENT_CERT, "tls/client/x509/subject/common_name", "alice+bob"}, /* the escape undone */
    {SAMPLE_CLIENT_CERT, "tls/client/x509/not_after", "2026-11-18T00:00:00Z"},
    {SAMPLE_OLD, "tls/version", "3.0"},
    {SAMPLE_OLD, "tls/version_protocol", "ssl"},
    {SAMPLE_OLD, "log.level", "info"},
    {SAMPLE_SUCCESS, "event/kind", "event"},
    {SAMPLE_SUCCESS, "event/outcome", "success"},
    {SAMPLE_SUCCESS, "event/dataset", "tlswhy.handshake"},
    {SAMPLE_SUCCESS, "log.level", "info"},
    {SAMPLE_UNKNOWN, "event/outcome", "unknown"},
    {SAMPLE_UNKNOWN, "event/dataset", "tlswhy.handshake"},
};

START_TEST(known_facts_are_there) {
    json_t *event = event_of(presences[_i].sample, &sample_live);
    ck_assert_text(event, presences[_i].path, presences[_i].text);
    json_decref(event);
}
END_TEST

START_TEST(established_is_a_success) {
    json_t *event = event_of(SAMPLE_SUCCESS, &sample_live);
    ck_assert(json_is_true(at(event, "tls/established")));
    ck_assert(json_is_true(at(event, "tls/resumed")));
    json_decref(event);
    event = event_of(SAMPLE_REFUSED, &sample_live);
    ck_assert(json_is_false(at(event, "tls/established")));
    json_decref(event);
}
END_TEST

/* docs/events.md, "Severity". */
START_TEST(severities) {
    static const struct {
        enum diag_outcome outcome;
        enum rule_confidence confidence;
        bool narrows;
        int severity;
        const char *level;
    } cases[] = {
        {DIAG_FAILURE, RULE_OBSERVED, true, 3, "error"},   {DIAG_FAILURE, RULE_CONFIRMED, true, 3, "error"},
        {DIAG_FAILURE, RULE_INFERRED, true, 4, "warning"}, {DIAG_FAILURE, RULE_OBSERVED, false, 6, "info"},
        {DIAG_FAILURE, RULE_INFERRED, false, 6, "info"},   {DIAG_SUCCESS, RULE_OBSERVED, true, 6, "info"},
        {DIAG_UNKNOWN, RULE_OBSERVED, true, 6, "info"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *level = NULL;
        sample_make(&store, SAMPLE_EXPIRED);
        store.diag.outcome = cases[i].outcome;
        store.rule.confidence = cases[i].confidence;
        store.rule.narrows = cases[i].narrows;
        ck_assert_int_eq(output_severity(&store.diag, &level), cases[i].severity);
        ck_assert_str_eq(level, cases[i].level);
    }
}
END_TEST

/* A common name in any place of the name, and none. */
START_TEST(common_names) {
    static const struct {
        const char *subject, *common_name;
    } names[] = {
        {"CN=a", "a"},
        {"O=b,CN=a", "a"},
        {"CN=a,CN=b", "a"},
        {"O=x\\,CN=y,CN=a", "a"},
        {"O=x+CN=a", "a"},
        {"CN=a\\, b\\+c\\\"d\\\\e", "a, b+c\"d\\e"},
        {"CN=\\ a\\ ", " a "},
        {"CN=a\\x1bb", "a\\x1bb"}, /* our own escape of a control character stays */
        {"CN=B\xc3\xbc"
         "cher",
         "B\xc3\xbc"
         "cher"},
        {"O=x", NULL},
        {"OCN=x", NULL},
        {"CN=", NULL},
        {"", NULL},
        {"O=x\\", NULL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        sample_make(&store, SAMPLE_REFUSED);
        facts_set_clean_text(&store.facts, FACT_SERVER_CERT_SUBJECT, names[i].subject);
        ck_assert_uint_gt(output_json(&store.diag, &sample_file, 1, line), 0);
        json_t *event = json_loads(line, 0, NULL);
        json_t *value = at(event, "tls/server/x509/subject/common_name");
        ck_assert_pstr_eq(json_string_value(value), names[i].common_name);
        json_decref(event);
    }
}
END_TEST

/* A host name is nothing that came from the wire, and may still be no UTF-8. */
START_TEST(host_name_in_another_encoding) {
    struct output_observer observer = {.version = "0.1.0", .hostname = "caf\xe9", .interface = "eth\xff"};
    json_t *event = event_of(SAMPLE_REFUSED, &observer);
    ck_assert_text(event, "observer/hostname", "caf\\xe9");
    ck_assert_text(event, "observer/ingress/interface/name", "eth\\xff");
    json_decref(event);
}
END_TEST

START_TEST(notices) {
    static const struct output_figure figures[] = {{"dropped", 17}, {"dropped_total", 4000000000}};
    static const char wanted[] =
        "{\"@timestamp\":\"2026-11-21T19:30:00.123456Z\",\"log.level\":\"warning\",\"message\":\"17 packets lost\","
        "\"ecs.version\":\"9.4.0\",\"event\":{\"kind\":\"metric\",\"category\":[\"network\"],\"type\":[\"info\"],"
        "\"code\":\"packets_dropped\",\"severity\":4,\"sequence\":9,\"dataset\":\"tlswhy.health\"},"
        "\"tlswhy\":{\"schema\":1,\"dropped\":17,\"dropped_total\":4000000000,\"truncated\":[]},"
        "\"observer\":{\"type\":\"sensor\",\"product\":\"tlswhyd\",\"version\":\"0.1.0\"}}";
    static const struct output_notice lost = {.dataset = "tlswhy.health",
                                              .code = "packets_dropped",
                                              .severity = 4,
                                              .time = INT64_C(1795289400123456789),
                                              .message = "17 packets lost",
                                              .figures = figures,
                                              .count = 2};
    static const struct output_notice started = {
        .dataset = "tlswhy.lifecycle", .code = "started", .severity = 5, .message = "started"};
    size_t length = output_json_notice(&lost, &sample_file, 9, line);
    ck_assert_str_eq(line, wanted);
    ck_assert_uint_eq(length, strlen(wanted));
    ck_assert_uint_gt(output_json_notice(&started, &sample_live, 1, line), 0);
    json_t *event = json_loads(line, 0, NULL);
    ck_assert_text(event, "event/kind", "event");
    ck_assert_text(event, "log.level", "notice");
    json_decref(event);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output json");
    TCase *json = tcase_create("json");
    tcase_add_test(json, contract_word_for_word);
    tcase_add_loop_test(json, absent_facts_are_absent_keys, 0, ARRAY_LENGTH(absences));
    tcase_add_loop_test(json, known_facts_are_there, 0, ARRAY_LENGTH(presences));
    tcase_add_test(json, established_is_a_success);
    tcase_add_test(json, severities);
    tcase_add_test(json, common_names);
    tcase_add_test(json, host_name_in_another_encoding);
    tcase_add_test(json, notices);
    suite_add_tcase(suite, json);
    return run_suite(suite);
}
