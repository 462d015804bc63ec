/* The verdict: outcome, texts and alternatives out of facts and a small table. */
#include "base/compiler.h"
#include "base/text.h"
#include "diag/diag.h"
#include "facts/connection.h"
#include "run_suite.h"

static struct facts facts;
static struct diag diag;
static struct rule_table *table;

/* The server's certificate was refused: the narrow rule that explains, an equally narrow one, the wide one. */
static const char rules[] =
    "{\"family\":\"test\",\"description\":\"d\",\"rules\":["
    "{\"id\":\"expired\",\"name\":\"Expired\",\"description\":\"d\",\"cause\":\"server_cert.expired\","
    "\"confidence\":\"observed\",\"at_fault\":\"server\",\"rank\":70,\"narrows\":true,"
    "\"when\":{\"server_cert.fault\":\"expired\"},"
    "\"message\":\"{source} refused {client.server_name|the server} ({destination}): {server_cert.fault}\","
    "\"evidence\":[\"leaf notAfter {server_cert.not_after}\",\"alert {alert.name}\"],"
    "\"alternatives\":[{\"cause\":\"server_cert.revoked\",\"because\":\"{server_cert.fault} hides it\"},"
    "                  {\"cause\":\"server_cert.unknown_ca\",\"because\":\"named by another rule already\"}],"
    "\"advice\":\"renew it\"},"
    "{\"id\":\"unknown-ca\",\"name\":\"Unknown\",\"description\":\"d\",\"cause\":\"server_cert.unknown_ca\","
    "\"confidence\":\"inferred\",\"at_fault\":\"server\",\"rank\":60,\"narrows\":true,"
    "\"when\":{\"alert.name\":\"unknown_ca\"},\"message\":\"refused with {alert.name}\","
    "\"evidence\":[\"{alert.number}\",\"alert {alert.name}\"],\"advice\":\"a\"},"
    "{\"id\":\"rejected\",\"name\":\"Rejected\",\"description\":\"d\",\"cause\":\"server_cert.rejected\","
    "\"confidence\":\"observed\",\"at_fault\":\"unknown\",\"rank\":10,\"narrows\":false,"
    "\"when\":{\"end.by\":\"client\"},\"message\":\"refused\",\"evidence\":[\"e\"],\"advice\":\"look\"},"
    "{\"id\":\"rejected-again\",\"name\":\"Rejected\",\"description\":\"d\",\"cause\":\"server_cert.rejected\","
    "\"confidence\":\"observed\",\"at_fault\":\"unknown\",\"rank\":9,\"narrows\":false,"
    "\"when\":{\"end.by\":\"client\"},\"message\":\"refused\",\"evidence\":[\"e2\"],\"advice\":\"look\"},"
    "{\"id\":\"lost\",\"name\":\"Lost\",\"description\":\"d\",\"cause\":\"hello.lost\","
    "\"confidence\":\"inferred\",\"at_fault\":\"path\",\"rank\":50,\"narrows\":true,\"unfinished\":true,"
    "\"when\":{\"tcp.client_retransmissions\":{\"at_least\":4}},\"message\":\"lost\",\"evidence\":[\"e\"],"
    "\"advice\":\"a\"}]}";

static void setup(void) {
    struct facts_endpoint client = {.address = "10.0.0.5", .port = 51234},
                          server = {.address = "192.0.2.7", .port = 443};
    char error[512] = "";
    table = rule_table_new();
    ck_assert_ptr_nonnull(table);
    ck_assert_msg(rule_table_add(table, "test.json", rules, strlen(rules), false, error, sizeof(error)), "%s", error);
    facts_reset(&facts);
    memset(&diag, 0xa5, sizeof(diag)); /* what an earlier verdict left behind */
    facts_set_boolean(&facts, FACT_CLIENT_HELLO_SEEN, true);
    facts_set_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example", 11);
    facts_set_connection(&facts, &client, &server, NULL);
}

static void teardown(void) {
    rule_table_free(table);
}

static void refuse(const char *fault, const char *alert) {
    facts_set_name(&facts, FACT_END_KIND, "alert");
    facts_set_name(&facts, FACT_END_BY, "client");
    facts_set_name(&facts, FACT_SERVER_CERT_FAULT, fault);
    facts_set_name(&facts, FACT_ALERT_NAME, alert);
}

START_TEST(a_completed_handshake_is_a_success_whatever_matches) {
    refuse("expired", "unknown_ca");
    facts_set_boolean(&facts, FACT_COMPLETED, true);
    facts_set_version(&facts, FACT_HANDSHAKE_VERSION, 0x0304);
    facts_set_name(&facts, FACT_HANDSHAKE_CIPHER, "TLS_AES_128_GCM_SHA256");
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_SUCCESS);
    ck_assert_ptr_null(diag.rule);
    ck_assert_ptr_null(diag.cause);
    ck_assert_ptr_eq(diag.facts, &facts);
    ck_assert_str_eq(diag.message, "TLS 1.3 handshake between 10.0.0.5 and api.example (192.0.2.7:443) done, "
                                   "TLS_AES_128_GCM_SHA256");
    ck_assert_str_eq(diag.advice, "");
    ck_assert_uint_eq(diag.evidence_count, 0);
    ck_assert_uint_eq(diag.alternative_count, 0);
}
END_TEST

START_TEST(a_success_of_which_little_is_known_has_a_sentence) {
    facts_reset(&facts);
    facts_set_boolean(&facts, FACT_COMPLETED, true);
    facts_set_boolean(&facts, FACT_RESUMED, true);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_SUCCESS);
    ck_assert_str_eq(diag.message, "TLS handshake between the client and the server done, resumed");
}
END_TEST

START_TEST(the_best_rule_explains) {
    refuse("expired", "certificate_expired");
    facts_set_moment(&facts, FACT_SERVER_CERT_NOT_AFTER, 0);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_FAILURE);
    ck_assert_str_eq(diag.rule->id, "expired");
    ck_assert_str_eq(diag.cause, "server_cert.expired");
    ck_assert_str_eq(diag.message, "10.0.0.5 refused api.example (192.0.2.7:443): expired");
    ck_assert_str_eq(diag.advice, "renew it");
    ck_assert_uint_eq(diag.evidence_count, 2);
    ck_assert_str_eq(diag.evidence[0], "leaf notAfter 1970-01-01T00:00:00Z");
    ck_assert_str_eq(diag.evidence[1], "alert certificate_expired");
}
END_TEST

START_TEST(evidence_that_lacks_a_fact_is_left_out) {
    refuse("expired", "certificate_expired");
    diag_judge(&diag, &facts, table);
    ck_assert_uint_eq(diag.evidence_count, 1);
    ck_assert_str_eq(diag.evidence[0], "alert certificate_expired");
}
END_TEST

START_TEST(what_the_capture_lacks_is_evidence) {
    refuse("expired", NULL);
    facts_set_integer(&facts, FACT_SIGHT_GAPS, 2);
    facts_set_boolean(&facts, FACT_SIGHT_ONE_SIDED, true);
    diag_judge(&diag, &facts, table);
    ck_assert_uint_eq(diag.evidence_count, 2);
    ck_assert_str_eq(diag.evidence[0], "the capture missed bytes in 2 places");
    ck_assert_str_eq(diag.evidence[1], "packets of one direction only were captured");
    facts_set_integer(&facts, FACT_SIGHT_GAPS, 1);
    diag_judge(&diag, &facts, table);
    ck_assert_str_eq(diag.evidence[0], "the capture missed bytes in one place");
    facts_set_integer(&facts, FACT_SIGHT_GAPS, 0);
    facts_set_boolean(&facts, FACT_SIGHT_ONE_SIDED, false);
    diag_judge(&diag, &facts, table);
    ck_assert_uint_eq(diag.evidence_count, 0);
}
END_TEST

/* unknown_ca matches too, with its first evidence that can be told; then the rule's own, less what is named already.
 * The wide rules say nothing that the narrow one leaves open. */
START_TEST(alternatives_come_best_first_and_once) {
    refuse("expired", "unknown_ca");
    diag_judge(&diag, &facts, table);
    ck_assert_uint_eq(diag.alternative_count, 2);
    ck_assert_str_eq(diag.alternatives[0].cause, "server_cert.unknown_ca");
    ck_assert_int_eq(diag.alternatives[0].confidence, RULE_INFERRED);
    ck_assert_str_eq(diag.alternatives[0].because, "alert unknown_ca");
    ck_assert_str_eq(diag.alternatives[1].cause, "server_cert.revoked");
    ck_assert_str_eq(diag.alternatives[1].because, "expired hides it");
}
END_TEST

/* What a key log opened confirms what rests on it: an alert that was read, a certificate; not what TCP did, and not
 * what is guessed about an alert that stayed closed. */
static const struct {
    const char *name;
    bool decrypted, certificate; /* certificate: the cause is the rule on it, else hello.lost */
    int alert;                   /* its number, -1 where there is none, -2 where it is encrypted */
    enum rule_confidence want;
} confirmations[] = {
    {"nothing was opened", false, true, 45, RULE_OBSERVED},
    {"certificate and alert were read", true, true, 45, RULE_CONFIRMED},
    {"certificate was read, no alert came", true, true, -1, RULE_CONFIRMED},
    {"the alert stayed closed", true, true, -2, RULE_OBSERVED},
    {"an alert was read", true, false, 80, RULE_CONFIRMED},
    {"TCP decided", true, false, -1, RULE_INFERRED},
};

START_TEST(what_was_decrypted_confirms) {
    refuse(confirmations[_i].certificate ? "expired" : NULL, NULL);
    if (!confirmations[_i].certificate) facts_set_integer(&facts, FACT_TCP_CLIENT_RETRANSMISSIONS, 4);
    facts_set_boolean(&facts, FACT_SIGHT_DECRYPTED, confirmations[_i].decrypted);
    facts_set_boolean(&facts, FACT_ALERT_ENCRYPTED, confirmations[_i].alert == -2);
    if (confirmations[_i].alert >= 0) facts_set_integer(&facts, FACT_ALERT_NUMBER, confirmations[_i].alert);
    diag_judge(&diag, &facts, table);
    ck_assert_str_eq(diag.cause, confirmations[_i].certificate ? "server_cert.expired" : "hello.lost");
    ck_assert_msg(diag_confidence(&diag) == confirmations[_i].want, "%s", confirmations[_i].name);
}
END_TEST

START_TEST(an_inferred_cause_leaves_the_wide_one_open) {
    refuse(NULL, "unknown_ca");
    diag_judge(&diag, &facts, table);
    ck_assert_str_eq(diag.cause, "server_cert.unknown_ca");
    ck_assert_uint_eq(diag.alternative_count, 1);
    ck_assert_str_eq(diag.alternatives[0].cause, "server_cert.rejected");
    ck_assert_int_eq(diag.alternatives[0].confidence, RULE_OBSERVED);
    ck_assert_str_eq(diag.alternatives[0].because, "e");
}
END_TEST

START_TEST(a_second_rule_of_the_same_cause_is_no_alternative) {
    refuse(NULL, NULL);
    diag_judge(&diag, &facts, table);
    ck_assert_str_eq(diag.rule->id, "rejected");
    ck_assert_uint_eq(diag.alternative_count, 0);
}
END_TEST

START_TEST(nothing_that_matches_is_unknown) {
    facts_set_name(&facts, FACT_END_KIND, "fin");
    facts_set_name(&facts, FACT_END_BY, "server");
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_UNKNOWN);
    ck_assert_ptr_null(diag.rule);
    ck_assert_ptr_null(diag.cause);
    ck_assert_str_eq(diag.message, "10.0.0.5 and api.example (192.0.2.7:443): no rule explains the end of this "
                                   "handshake: fin by the server");
    ck_assert_str_eq(diag.advice, "");
    ck_assert_uint_eq(diag.evidence_count, 0);
}
END_TEST

static const char *const unseen_ends[] = {"capture", "none", NULL};

START_TEST(an_end_that_was_not_seen_is_unknown_whatever_matches) {
    refuse("expired", "unknown_ca");
    facts_set_name(&facts, FACT_END_KIND, unseen_ends[_i]);
    facts_set_milliseconds(&facts, FACT_END_AFTER_HELLO_MS, 3000000);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_UNKNOWN);
    ck_assert_str_eq(diag.message, "10.0.0.5 and api.example (192.0.2.7:443): unfinished: what was captured ends "
                                   "3.0 ms after the ClientHello");
}
END_TEST

START_TEST(an_unfinished_handshake_without_times_is_told_so) {
    facts_set_name(&facts, FACT_END_KIND, "capture");
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_UNKNOWN);
    ck_assert_str_eq(diag.message, "10.0.0.5 and api.example (192.0.2.7:443): unfinished: the end of this "
                                   "handshake was not captured");
}
END_TEST

START_TEST(a_rule_that_can_do_without_the_end_explains) {
    refuse("expired", "unknown_ca"); /* these match, and may not */
    facts_set_name(&facts, FACT_END_KIND, "capture");
    facts_set_integer(&facts, FACT_TCP_CLIENT_RETRANSMISSIONS, 4);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_FAILURE);
    ck_assert_str_eq(diag.cause, "hello.lost");
    ck_assert_uint_eq(diag.alternative_count, 0);
}
END_TEST

START_TEST(a_start_that_was_not_seen_is_unknown_whatever_matches) {
    refuse("expired", "unknown_ca");
    facts_set_boolean(&facts, FACT_CLIENT_HELLO_SEEN, false);
    facts_set_boolean(&facts, FACT_SIGHT_MIDSTREAM, true);
    facts_set_integer(&facts, FACT_SIGHT_GAPS, 1);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_UNKNOWN);
    ck_assert_str_eq(diag.message, "10.0.0.5 and api.example (192.0.2.7:443): the capture started after the "
                                   "ClientHello, and the capture has gaps");
}
END_TEST

START_TEST(a_missed_syn_alone_hides_nothing) {
    refuse("expired", NULL);
    facts_set_boolean(&facts, FACT_SIGHT_MIDSTREAM, true);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_FAILURE);
}
END_TEST

START_TEST(a_connection_without_a_hello_is_told_so) {
    facts_set_boolean(&facts, FACT_CLIENT_HELLO_SEEN, false);
    facts_set_name(&facts, FACT_END_KIND, "fin");
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_UNKNOWN);
    ck_assert_str_eq(diag.message, "10.0.0.5 and api.example (192.0.2.7:443): no ClientHello was seen");
}
END_TEST

/* Without the connection's facts the message cannot be told; the rule's name stands in. */
START_TEST(a_message_that_cannot_be_told_is_the_rules_name) {
    facts_reset(&facts);
    refuse("expired", NULL);
    diag_judge(&diag, &facts, table);
    ck_assert_int_eq(diag.outcome, DIAG_FAILURE);
    ck_assert_str_eq(diag.message, "Expired");
}
END_TEST

START_TEST(the_callers_parts_are_left_alone) {
    refuse("expired", NULL);
    diag.timeline_count = 3;
    diag.connection.source_port = 51234;
    diag_judge(&diag, &facts, table);
    ck_assert_uint_eq(diag.timeline_count, 3);
    ck_assert_uint_eq(diag.connection.source_port, 51234);
}
END_TEST

START_TEST(outcomes_are_those_of_events) {
    ck_assert_str_eq(diag_outcome_name(DIAG_SUCCESS), "success");
    ck_assert_str_eq(diag_outcome_name(DIAG_FAILURE), "failure");
    ck_assert_str_eq(diag_outcome_name(DIAG_UNKNOWN), "unknown");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("diag");
    TCase *tests = tcase_create("diag");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_completed_handshake_is_a_success_whatever_matches);
    tcase_add_test(tests, a_success_of_which_little_is_known_has_a_sentence);
    tcase_add_test(tests, the_best_rule_explains);
    tcase_add_test(tests, evidence_that_lacks_a_fact_is_left_out);
    tcase_add_test(tests, what_the_capture_lacks_is_evidence);
    tcase_add_test(tests, alternatives_come_best_first_and_once);
    tcase_add_test(tests, an_inferred_cause_leaves_the_wide_one_open);
    tcase_add_test(tests, a_second_rule_of_the_same_cause_is_no_alternative);
    tcase_add_test(tests, nothing_that_matches_is_unknown);
    tcase_add_loop_test(tests, an_end_that_was_not_seen_is_unknown_whatever_matches, 0, ARRAY_LENGTH(unseen_ends));
    tcase_add_test(tests, an_unfinished_handshake_without_times_is_told_so);
    tcase_add_test(tests, a_rule_that_can_do_without_the_end_explains);
    tcase_add_test(tests, a_start_that_was_not_seen_is_unknown_whatever_matches);
    tcase_add_test(tests, a_missed_syn_alone_hides_nothing);
    tcase_add_test(tests, a_connection_without_a_hello_is_told_so);
    tcase_add_test(tests, a_message_that_cannot_be_told_is_the_rules_name);
    tcase_add_test(tests, the_callers_parts_are_left_alone);
    tcase_add_test(tests, outcomes_are_those_of_events);
    tcase_add_loop_test(tests, what_was_decrypted_confirms, 0, ARRAY_LENGTH(confirmations));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
