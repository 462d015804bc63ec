/* Conditions: each operator on each type that it takes, with the fact present, different and absent. */
#include "base/compiler.h"
#include "rule_text.h"

static struct facts facts;

static bool holds(const char *when) {
    struct rule_table *table = table_of_condition(when);
    const struct rule *matches[RULE_MATCHES_CAP];
    unsigned count = rule_table_match(table, &facts, matches);
    rule_table_free(table);
    return count == 1;
}

static void list_fill(enum fact fact, const char *const *items) {
    facts_list_begin(&facts, fact);
    for (unsigned i = 0; items[i] != NULL; i++)
        if (fact_describe(fact)->type == FACT_TYPE_NAMES)
            facts_list_add_name(&facts, fact, items[i]);
        else
            facts_list_add_text(&facts, fact, items[i], strlen(items[i]));
}

/* What the table below is judged against. Absent: alert.*, end.after_ms, server.dh_bits, rst.*, client_cert.*. */
static void setup(void) {
    facts_reset(&facts);
    facts_set_boolean(&facts, FACT_COMPLETED, false);
    facts_set_boolean(&facts, FACT_TCP_SYN_SEEN, true);
    facts_set_boolean(&facts, FACT_TCP_SYN_ACK_SEEN, true);
    facts_set_integer(&facts, FACT_TCP_SYN_COUNT, 3);
    facts_set_integer(&facts, FACT_TCP_HELLO_SEGMENTS, 3);
    facts_set_integer(&facts, FACT_SIGHT_GAPS, 0);
    facts_set_version(&facts, FACT_HANDSHAKE_VERSION, 0x0303);
    facts_set_version(&facts, FACT_CLIENT_MAX_VERSION, 0x0303);
    facts_set_version(&facts, FACT_CLIENT_MIN_VERSION, 0x0300);
    facts_set_name(&facts, FACT_END_BY, "client");
    facts_set_name(&facts, FACT_END_CLOSED_BY, "client");
    facts_set_name(&facts, FACT_HANDSHAKE_CIPHER, "TLS_RSA_WITH_AES_128_CBC_SHA");
    facts_set_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example", 11);
    facts_set_text(&facts, FACT_SERVER_CERT_SUBJECT, "CN=api.example", 14);
    facts_set_milliseconds(&facts, FACT_TCP_RTT_MS, 2500000);
    facts_set_moment(&facts, FACT_SERVER_CERT_NOT_AFTER, 1000);
    facts_set_moment(&facts, FACT_SERVER_CERT_NOT_BEFORE, 10);
    list_fill(FACT_CLIENT_GROUPS, (const char *const[]){"x25519", "secp256r1", NULL});
    list_fill(FACT_CLIENT_ALPN, (const char *const[]){"h2", NULL});
    list_fill(FACT_CLIENT_KEY_SHARES, (const char *const[]){NULL});
}

static const struct {
    const char *when;
    bool want;
} cases[] = {
    /* equality */
    {"{\"tcp.syn_seen\":true}", true},
    {"{\"tcp.syn_seen\":false}", false},
    {"{\"handshake.completed\":false}", true},
    {"{\"handshake.resumed\":false}", false}, /* absent is not false */
    {"{\"tcp.syn_seen\":[true,false]}", true},
    {"{\"tcp.syn_count\":3}", true},
    {"{\"tcp.syn_count\":4}", false},
    {"{\"tcp.syn_count\":[1,2,3]}", true},
    {"{\"tcp.syn_count\":[1,2]}", false},
    {"{\"alert.number\":0}", false}, /* absent is not zero */
    {"{\"handshake.version\":\"1.2\"}", true},
    {"{\"handshake.version\":\"TLS 1.2\"}", true},
    {"{\"handshake.version\":\"1.3\"}", false},
    {"{\"handshake.version\":[\"SSL 3.0\",\"1.2\"]}", true},
    {"{\"end.by\":\"client\"}", true},
    {"{\"end.by\":\"server\"}", false},
    {"{\"end.by\":[\"server\",\"client\"]}", true},
    {"{\"client.server_name\":\"api.example\"}", true},
    {"{\"client.server_name\":\"api.exampl\"}", false},
    {"{\"client.server_name\":\"api.example.\"}", false},
    {"{\"server_cert.not_after\":1000}", true},
    {"{\"server_cert.not_after\":1001}", false},
    {"{\"alert.name\":\"unknown_ca\"}", false},
    /* at_least, at_most, above, below: under, at and over the edge */
    {"{\"tcp.syn_count\":{\"at_least\":2}}", true},
    {"{\"tcp.syn_count\":{\"at_least\":3}}", true},
    {"{\"tcp.syn_count\":{\"at_least\":4}}", false},
    {"{\"tcp.syn_count\":{\"at_most\":2}}", false},
    {"{\"tcp.syn_count\":{\"at_most\":3}}", true},
    {"{\"tcp.syn_count\":{\"above\":2}}", true},
    {"{\"tcp.syn_count\":{\"above\":3}}", false},
    {"{\"tcp.syn_count\":{\"below\":3}}", false},
    {"{\"tcp.syn_count\":{\"below\":4}}", true},
    {"{\"tcp.syn_count\":{\"above\":2,\"below\":4}}", true},
    {"{\"tcp.syn_count\":{\"above\":3,\"below\":4}}", false},
    {"{\"handshake.version\":{\"at_most\":\"1.2\"}}", true},
    {"{\"handshake.version\":{\"below\":\"1.2\"}}", false},
    {"{\"handshake.version\":{\"at_least\":\"SSL 3.0\"}}", true},
    {"{\"handshake.version\":{\"above\":\"1.2\"}}", false},
    {"{\"tcp.rtt_ms\":{\"at_least\":2.5}}", true},
    {"{\"tcp.rtt_ms\":{\"above\":2.5}}", false},
    {"{\"tcp.rtt_ms\":{\"at_most\":2.5}}", true},
    {"{\"tcp.rtt_ms\":{\"below\":2.5}}", false},
    {"{\"tcp.rtt_ms\":{\"below\":3}}", true},
    {"{\"server_cert.not_after\":{\"above\":999}}", true},
    {"{\"server_cert.not_after\":{\"at_most\":999}}", false},
    {"{\"server.dh_bits\":{\"at_most\":1024}}", false},
    {"{\"server.dh_bits\":{\"at_least\":0}}", false},
    {"{\"server.dh_bits\":{\"below\":1024}}", false},
    {"{\"end.after_ms\":{\"below\":1000}}", false},
    {"{\"end.after_ms\":{\"at_most\":1000}}", false},
    /* not, as an operator */
    {"{\"tcp.syn_seen\":{\"not\":false}}", true},
    {"{\"handshake.resumed\":{\"not\":true}}", false},
    {"{\"tcp.syn_count\":{\"not\":3}}", false},
    {"{\"tcp.syn_count\":{\"not\":[1,2]}}", true},
    {"{\"handshake.version\":{\"not\":\"1.3\"}}", true},
    {"{\"end.by\":{\"not\":\"server\"}}", true},
    {"{\"end.by\":{\"not\":[\"server\",\"client\"]}}", false},
    {"{\"client.server_name\":{\"not\":\"other.example\"}}", true},
    {"{\"alert.name\":{\"not\":\"unknown_ca\"}}", false},
    {"{\"client.groups\":{\"not\":\"x448\"}}", true},
    {"{\"client.groups\":{\"not\":\"x25519\"}}", false},
    {"{\"client.groups\":{\"not\":[\"x448\",\"secp256r1\"]}}", false},
    {"{\"client.key_shares\":{\"not\":\"x25519\"}}", true}, /* an empty list is known */
    {"{\"client.suites\":{\"not\":\"TLS_NULL\"}}", false},  /* an absent one is not */
    /* starts_with, contains */
    {"{\"handshake.cipher\":{\"starts_with\":\"TLS_RSA_\"}}", true},
    {"{\"handshake.cipher\":{\"starts_with\":\"RSA_\"}}", false},
    {"{\"end.by\":{\"starts_with\":\"cl\"}}", true}, /* part of a word of a fixed set */
    {"{\"client.server_name\":{\"starts_with\":[\"www.\",\"api.\"]}}", true},
    {"{\"client.server_name\":{\"starts_with\":[\"www.\",\"mail.\"]}}", false},
    {"{\"client.server_name\":{\"contains\":\"exam\"}}", true},
    {"{\"client.server_name\":{\"contains\":[\"x.y\",\"pi.\"]}}", true},
    {"{\"client.server_name\":{\"contains\":\"com\"}}", false},
    {"{\"handshake.server_first_bytes\":{\"starts_with\":\"220\"}}", false},
    {"{\"handshake.server_first_bytes\":{\"contains\":\"220\"}}", false},
    /* lists */
    {"{\"client.groups\":{\"contains\":\"x25519\"}}", true},
    {"{\"client.groups\":{\"contains\":\"x448\"}}", false},
    {"{\"client.alpn\":{\"contains\":\"h2\"}}", true},
    {"{\"client.alpn\":{\"contains\":\"h\"}}", false},
    {"{\"client.groups\":{\"contains_any\":[\"x448\",\"secp256r1\"]}}", true},
    {"{\"client.groups\":{\"contains_any\":[\"x448\",\"secp521r1\"]}}", false},
    {"{\"client.groups\":{\"contains_all\":[\"secp256r1\",\"x25519\"]}}", true},
    {"{\"client.groups\":{\"contains_all\":[\"secp256r1\",\"x448\"]}}", false},
    {"{\"client.groups\":{\"only\":[\"secp256r1\",\"x25519\",\"x448\"]}}", true},
    {"{\"client.groups\":{\"only\":[\"secp256r1\"]}}", false},
    {"{\"client.alpn\":{\"only\":\"h2\"}}", true},
    {"{\"client.key_shares\":{\"only\":\"x25519\"}}", false}, /* empty */
    {"{\"client.key_shares\":{\"contains\":\"x25519\"}}", false},
    {"{\"client.suites\":{\"contains\":\"TLS_NULL\"}}", false},
    {"{\"client.suites\":{\"contains_any\":[\"TLS_NULL\"]}}", false},
    {"{\"client.suites\":{\"contains_all\":[\"TLS_NULL\"]}}", false},
    {"{\"client.suites\":{\"only\":[\"TLS_NULL\"]}}", false},
    /* present */
    {"{\"tcp.syn_seen\":{\"present\":true}}", true},
    {"{\"handshake.completed\":{\"present\":true}}", true}, /* known to be false */
    {"{\"tcp.syn_seen\":{\"present\":false}}", false},
    {"{\"alert.name\":{\"present\":false}}", true},
    {"{\"alert.name\":{\"present\":true}}", false},
    {"{\"client.key_shares\":{\"present\":true}}", true},
    {"{\"client.suites\":{\"present\":false}}", true},
    {"{\"tcp.rtt_ms\":{\"present\":true}}", true},
    {"{\"server_cert.not_after\":{\"present\":false}}", false},
    /* same_as */
    {"{\"tcp.syn_seen\":{\"same_as\":\"tcp.syn_ack_seen\"}}", true},
    {"{\"tcp.syn_seen\":{\"same_as\":\"handshake.completed\"}}", false},
    {"{\"tcp.syn_seen\":{\"same_as\":\"handshake.resumed\"}}", false},
    {"{\"tcp.syn_count\":{\"same_as\":\"tcp.hello_segments\"}}", true},
    {"{\"tcp.syn_count\":{\"same_as\":\"sight.gaps\"}}", false},
    {"{\"sight.gaps\":{\"same_as\":\"server.dh_bits\"}}", false}, /* zero is not absent */
    {"{\"server.dh_bits\":{\"same_as\":\"sight.gaps\"}}", false},
    {"{\"server.dh_bits\":{\"same_as\":\"alert.number\"}}", false}, /* both absent */
    {"{\"handshake.version\":{\"same_as\":\"client.max_version\"}}", true},
    {"{\"handshake.version\":{\"same_as\":\"client.min_version\"}}", false},
    {"{\"end.by\":{\"same_as\":\"end.closed_by\"}}", true},
    {"{\"end.by\":{\"same_as\":\"alert.from\"}}", false},
    {"{\"client.server_name\":{\"same_as\":\"server_cert.subject\"}}", false},
    {"{\"server_cert.not_after\":{\"same_as\":\"server_cert.not_before\"}}", false},
    /* groups */
    {"{\"tcp.syn_seen\":true,\"end.by\":\"client\"}", true},
    {"{\"tcp.syn_seen\":true,\"end.by\":\"server\"}", false},
    {"{\"client.alpn\":{\"contains\":\"h2\"},\"tcp.syn_seen\":false}", false},
    {"{\"all\":[{\"tcp.syn_seen\":true},{\"end.by\":\"client\"}]}", true},
    {"{\"all\":[{\"tcp.syn_seen\":true},{\"end.by\":\"server\"}]}", false},
    {"{\"any\":[{\"tcp.syn_seen\":false},{\"end.by\":\"client\"}]}", true},
    {"{\"any\":[{\"tcp.syn_seen\":false},{\"end.by\":\"server\"}]}", false},
    {"{\"any\":[{\"tcp.syn_seen\":true,\"end.by\":\"server\"},{\"tcp.syn_count\":9}]}", false},
    {"{\"not\":{\"end.by\":\"server\"}}", true},
    {"{\"not\":{\"end.by\":\"client\"}}", false},
    {"{\"not\":{\"end.by\":\"client\",\"tcp.syn_count\":9}}", true}, /* not all of them */
    {"{\"not\":{\"alert.name\":\"unknown_ca\"}}", true},             /* turns absence round, too */
    {"{\"not\":{\"alert.name\":{\"not\":\"unknown_ca\"}}}", true},
    {"{\"any\":[{\"not\":{\"end.by\":\"client\"}},{\"all\":[{\"tcp.syn_count\":3},{\"not\":{\"sight.gaps\":1}}]}]}",
     true},
    {"{\"all\":[{\"any\":[{\"sight.gaps\":1},{\"sight.gaps\":0}]},{\"any\":[{\"end.by\":\"server\"}]}]}", false},
};

START_TEST(a_condition_holds_or_not) {
    ck_assert_msg(holds(cases[_i].when) == cases[_i].want, "%s", cases[_i].when);
}
END_TEST

/* 65 groups are offered, of which 64 are kept: nobody knows what the last one was. */
START_TEST(a_cut_list_proves_only_what_it_holds) {
    facts_list_begin(&facts, FACT_CLIENT_GROUPS);
    for (unsigned i = 0; i <= FACTS_LIST_CAP; i++)
        facts_list_add_name(&facts, FACT_CLIENT_GROUPS, "x25519");
    ck_assert(holds("{\"client.groups\":{\"contains\":\"x25519\"}}"));
    ck_assert(!holds("{\"client.groups\":{\"only\":\"x25519\"}}"));
    ck_assert(!holds("{\"client.groups\":{\"not\":\"x448\"}}"));
    ck_assert(!holds("{\"client.groups\":{\"not\":\"x25519\"}}"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("condition");
    TCase *tests = tcase_create("condition");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, a_condition_holds_or_not, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_cut_list_proves_only_what_it_holds);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
