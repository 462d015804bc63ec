/* TLS 1.3: whether a handshake was completed or refused, by the sizes of its records and by who closed. */
#include "scene.h"
#include "tls_script.h"

/* RECORDS behind the ServerHello: side, length, side, length; "CLOSER" is who sends the first FIN, "BEFORE" how many of
 * the turns (hello, server's flight, then one for each change of side) come before it. */
struct completion_case {
    const char *name;
    struct {
        enum side side;
        unsigned length;
    } records[12];
    const char *closer;
    int before;
    const char *completed, *kind, *by, *client_answer, *server_answer;
};

#define C SIDE_CLIENT
#define S SIDE_SERVER
#define FLIGHT                                                                                                         \
    {S, 23}, {S, 1753}, {S, 281}, {                                                                                    \
        S, 53                                                                                                          \
    }
#define FLIGHT_ASKS                                                                                                    \
    {S, 23}, {S, 112}, {S, 1753}, {S, 281}, {                                                                          \
        S, 53                                                                                                          \
    }
#define FINISHED                                                                                                       \
    { C, 53 }
#define OWN_CHAIN                                                                                                      \
    {C, 1506}, {                                                                                                       \
        C, 97                                                                                                          \
    }
#define EMPTY                                                                                                          \
    { C, 25 }
#define ALERT(side)                                                                                                    \
    { side, 19 }
#define TICKETS                                                                                                        \
    {S, 234}, {                                                                                                        \
        S, 234                                                                                                         \
    }

static const struct completion_case cases[] = {
    {"tickets prove that the Finished was accepted",
     {FLIGHT, FINISHED, TICKETS},
     "client",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "talks"},
    {"an alert in place of the client's Finished refuses the flight",
     {FLIGHT, ALERT(C)},
     "client",
     9,
     "no",
     "alert",
     "client",
     "alert",
     "none"},
    {"a client that leaves after the flight without a word",
     {FLIGHT},
     "client",
     9,
     "no",
     "fin",
     "client",
     "none",
     "none"},
    {"no certificate, and an alert as the server's first word",
     {FLIGHT_ASKS, EMPTY, FINISHED, ALERT(S)},
     "server",
     9,
     "no",
     "alert",
     "server",
     "empty_certificate",
     "alert"},
    {"a certificate, and an alert as the server's first word",
     {FLIGHT_ASKS, OWN_CHAIN, FINISHED, ALERT(S)},
     "server",
     9,
     "no",
     "alert",
     "server",
     "certificate",
     "alert"},
    {"a certificate, and tickets",
     {FLIGHT_ASKS, OWN_CHAIN, FINISHED, {S, 1100}, {S, 1100}},
     "client",
     9,
     "yes",
     "none",
     "-",
     "certificate",
     "talks"},
    {"a certificate, and the server closes without a word (Node)",
     {FLIGHT_ASKS, OWN_CHAIN, FINISHED},
     "server",
     9,
     "no",
     "fin",
     "server",
     "certificate",
     "closes"},
    {"no certificate was asked for, and the server closes without a word: it has nothing to say",
     {FLIGHT, FINISHED},
     "server",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "closes"},
    {"a server that closes before the client's Finished did not wait for it",
     {FLIGHT, FINISHED},
     "server",
     2,
     "no",
     "fin",
     "server",
     "finished",
     "closes"},
    {"a certificate, the server closes without a word, and the client's close_notify answers that (Node)",
     {FLIGHT_ASKS, OWN_CHAIN, FINISHED, ALERT(C)},
     "server",
     2,
     "no",
     "fin",
     "server",
     "certificate",
     "closes"},
    {"a client that hangs up behind its Finished had what it wanted",
     {FLIGHT, FINISHED},
     "client",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "none"},
    {"an alert as the server's first word behind the client's Finished refuses it",
     {FLIGHT, FINISHED, ALERT(S)},
     "server",
     9,
     "no",
     "alert",
     "server",
     "finished",
     "alert"},
    {"and so it does where the client, that had asked for nothing, is the first to close",
     {FLIGHT, FINISHED, ALERT(S)},
     "client",
     9,
     "no",
     "alert",
     "server",
     "finished",
     "alert"},
    {"unless tickets came before (Go): then it may be a close_notify",
     {FLIGHT, {S, 147}, FINISHED, ALERT(S)},
     "server",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "alert"},
    {"or the client is leaving, and it answers that",
     {FLIGHT, FINISHED, ALERT(C), ALERT(S)},
     "server",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "alert"},
    {"or the client had left by TCP",
     {FLIGHT, FINISHED, ALERT(S)},
     "client",
     3,
     "yes",
     "none",
     "-",
     "finished",
     "alert"},
    {"or nobody closes: an answer of two bytes is as long as an alert",
     {FLIGHT, FINISHED, {C, 24}, ALERT(S)},
     "nobody",
     9,
     "yes",
     "none",
     "-",
     "finished",
     "alert"},
    {"an alert where EncryptedExtensions belongs", {ALERT(S)}, "server", 9, "no", "alert", "server", "none", "none"},
};

/* 0-RTT: the client has spoken before the ServerHello, and behind the flight it ends its early data (a record of 21
 * bytes) and says Finished. */
static const struct completion_case early_cases[] = {
    {"early data that the server answered within its flight, before it closed: the Finished was not waited for",
     {{S, 23}, {S, 53}, {S, 87}, {C, 21}, FINISHED},
     "server",
     2,
     "yes",
     "none",
     "-",
     "finished",
     "closes"},
    {"the same, and no Finished of the client was seen: it may still come, or not have been captured",
     {{S, 23}, {S, 53}, {S, 87}},
     "server",
     3,
     "-",
     "fin",
     "server",
     "none",
     "none"},
    {"early data that got no answer, no Finished, and the server closes",
     {{S, 23}, {S, 53}},
     "server",
     2,
     "no",
     "fin",
     "server",
     "none",
     "none"},
    {"early data that got no answer, and a server that closes before the client's Finished",
     {{S, 23}, {S, 53}, {C, 21}, FINISHED},
     "server",
     2,
     "no",
     "fin",
     "server",
     "finished",
     "closes"},
};

static void records_say(struct script *script, const struct completion_case *test) {
    for (size_t i = 0; i < ARRAY_LENGTH(test->records) && test->records[i].length > 0; i++)
        say_encrypted(script, test->records[i].side, TLS_CONTENT_APPLICATION_DATA, test->records[i].length);
}

#define expect(fact, want)                                                                                             \
    ck_assert_msg(strcmp(scene_word(scene, fact), want) == 0, "%s: %s is %s, not %s", test->name,                      \
                  fact_describe(fact)->name, scene_word(scene, fact), want)

/* Turns come at nanosecond 1, 2, 3 ...: a FIN behind N of them stands between the Nth and the next. */
static void close_behind(struct scene *scene, const struct completion_case *test) {
    if (strcmp(test->closer, "nobody") == 0) return;
    scene_close(scene, 0, strcmp(test->closer, "client") == 0 ? C : S, false);
    scene->flow.first_end_time = 10 * test->before + 5;
}

static void case_check(const struct completion_case *test, struct scene *scene, struct script_reader *reader) {
    scene_begin(scene);
    for (unsigned i = 0; i < reader->conversation.event_count; i++)
        reader->conversation.events[i].time *= 10; /* room between the turns */
    scene->sources.conversation = &reader->conversation;
    close_behind(scene, test);
    scene_build(scene);
    ck_assert_msg(strcmp(scene_flag(scene, FACT_COMPLETED), test->completed) == 0, "%s: completed is %s", test->name,
                  scene_flag(scene, FACT_COMPLETED));
    expect(FACT_END_KIND, test->kind);
    expect(FACT_END_BY, test->by);
    expect(FACT_SHAPE_CLIENT_ANSWER, test->client_answer);
    expect(FACT_SHAPE_SERVER_ANSWER, test->server_answer);
}

START_TEST(completed_or_refused) {
    static struct scene scene;
    struct script *script = new_script(TLS_VERSION_12);
    struct script_reader *reader = new_reader(1 << 20);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0x1301, HELLO_13);
    records_say(script, &cases[_i]);
    reader_play(reader, script, 0);
    case_check(&cases[_i], &scene, reader);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(early_data_answered_or_not) {
    static struct scene scene;
    struct script *script = new_script(TLS_VERSION_12);
    struct script_reader *reader = new_reader(1 << 20);
    say_client_hello(script);
    say_encrypted(script, C, TLS_CONTENT_APPLICATION_DATA, 35);
    say_server_hello(script, 0x0303, 0x1301, HELLO_13 | HELLO_PSK);
    records_say(script, &early_cases[_i]);
    reader_play(reader, script, 0);
    case_check(&early_cases[_i], &scene, reader);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(what_was_missed_is_not_judged) {
    static struct scene scene;
    struct script *script = new_script(TLS_VERSION_12);
    struct script_reader *reader = new_reader(1 << 20);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0x1301, HELLO_13);
    reader_play(reader, script, 0);
    reader_gap(reader, S, 3, 2000);
    scene_begin(&scene);
    scene.sources.conversation = &reader->conversation;
    scene_close(&scene, 0, S, false);
    scene_build(&scene);
    ck_assert_str_eq(scene_flag(&scene, FACT_COMPLETED), "-");
    ck_assert_str_eq(scene_flag(&scene, FACT_SIGHT_CLEAR), "no");
    free_reader(reader);
    free(script);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_completion");
    TCase *tcase = tcase_create("completion");
    tcase_add_loop_test(tcase, completed_or_refused, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tcase, early_data_answered_or_not, 0, (int)ARRAY_LENGTH(early_cases));
    tcase_add_test(tcase, what_was_missed_is_not_judged);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
