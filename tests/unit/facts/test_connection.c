/* The facts about who talked to whom; above all, that no command with a hostile name in it is offered for pasting. */
#include "base/compiler.h"
#include "facts/connection.h"
#include "run_suite.h"

static struct facts facts;

static void set(const char *server, const char *name, const char *application) {
    struct facts_endpoint from = {.address = "10.0.0.5", .port = 51234}, to = {.address = server, .port = 443};
    facts_reset(&facts);
    if (name != NULL) facts_set_text(&facts, FACT_CLIENT_SERVER_NAME, name, strlen(name));
    facts_set_connection(&facts, &from, &to, application);
}

START_TEST(ends_are_told) {
    set("192.0.2.7", NULL, "smtp");
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_SOURCE), "10.0.0.5");
    ck_assert_int_eq(facts_integer(&facts, FACT_CONNECTION_SOURCE_PORT), 51234);
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_DESTINATION), "192.0.2.7:443");
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_SERVER_ADDRESS), "192.0.2.7");
    ck_assert_int_eq(facts_integer(&facts, FACT_CONNECTION_SERVER_PORT), 443);
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_APPLICATION), "smtp");
}
END_TEST

START_TEST(an_ipv6_address_is_bracketed) {
    set("2001:db8::7", NULL, NULL);
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_DESTINATION), "[2001:db8::7]:443");
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_SERVER_ADDRESS), "2001:db8::7");
    ck_assert(!facts_has(&facts, FACT_CONNECTION_APPLICATION));
}
END_TEST

static const struct {
    const char *name, *application, *want;
} targets[] = {
    {NULL, NULL, "-connect 192.0.2.7:443"},
    {"api.example", NULL, "-connect 192.0.2.7:443 -servername api.example"},
    {"_sip.a-b.example.", NULL, "-connect 192.0.2.7:443 -servername _sip.a-b.example."},
    {"api.example", "smtp", "-connect 192.0.2.7:443 -servername api.example -starttls smtp"},
    {"api.example", "irc", "-connect 192.0.2.7:443 -servername api.example -starttls irc"},
    {"im.example", "xmpp", "-connect 192.0.2.7:443 -servername im.example -starttls xmpp -xmpphost im.example"},
    {NULL, "xmpp", "-connect 192.0.2.7:443 -starttls xmpp"},
    {"im;reboot", "xmpp", "-connect 192.0.2.7:443 -starttls xmpp"},
    {NULL, "rdp", "-connect 192.0.2.7:443"}, /* openssl has no such upgrade */
    {"a;reboot", NULL, "-connect 192.0.2.7:443"},
    {"$(reboot)", NULL, "-connect 192.0.2.7:443"},
    {"a b", NULL, "-connect 192.0.2.7:443"},
    {"a\nb", NULL, "-connect 192.0.2.7:443"},
    {"-proxy", NULL, "-connect 192.0.2.7:443"},
    {"\xc3\xa9.example", NULL, "-connect 192.0.2.7:443"},
};

/* Through an HTTP proxy, whose address is that of the connection. */
static const struct {
    const char *target, *want;
} tunnels[] = {
    {"api.example:443", "-proxy 192.0.2.7:443 -connect api.example:443 -servername api.example"},
    {NULL, "-connect 192.0.2.7:443 -servername api.example"},
    {"a:443;reboot", "-connect 192.0.2.7:443 -servername api.example"},
    {"`reboot`:443", "-connect 192.0.2.7:443 -servername api.example"},
    {"-help", "-connect 192.0.2.7:443 -servername api.example"},
    {"", "-connect 192.0.2.7:443 -servername api.example"},
};

START_TEST(a_tunnel_is_gone_through) {
    struct facts_endpoint from = {.address = "10.0.0.5", .port = 51234}, to = {.address = "192.0.2.7", .port = 443};
    const char *target = tunnels[_i].target;
    facts_reset(&facts);
    facts_set_clean_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example");
    if (target != NULL) facts_set_text(&facts, FACT_UPGRADE_TARGET, target, strlen(target));
    facts_set_connection(&facts, &from, &to, "http");
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_OPENSSL_TARGET), tunnels[_i].want);
}
END_TEST

START_TEST(the_command_is_safe_to_paste) {
    set("192.0.2.7", targets[_i].name, targets[_i].application);
    ck_assert_str_eq(facts_text(&facts, FACT_CONNECTION_OPENSSL_TARGET), targets[_i].want);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("connection");
    TCase *tests = tcase_create("connection");
    tcase_add_test(tests, ends_are_told);
    tcase_add_test(tests, an_ipv6_address_is_bracketed);
    tcase_add_loop_test(tests, a_tunnel_is_gone_through, 0, ARRAY_LENGTH(tunnels));
    tcase_add_loop_test(tests, the_command_is_safe_to_paste, 0, ARRAY_LENGTH(targets));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
