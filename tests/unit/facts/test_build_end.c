/* What ended the handshake first, and what was only a reaction to it. */
#include "scene.h"

#define CLIENT SIDE_CLIENT
#define SERVER SIDE_SERVER

/* One thing that happens: an event of the conversation, or the first FIN or RST. */
enum act { ACT_NONE, ACT_MESSAGE, ACT_ALERT, ACT_ENCRYPTED, ACT_CHANGE, ACT_TEXT, ACT_GAP, ACT_FIN, ACT_RST };
struct happening {
    int ms;
    enum act act;
    enum side side;
    unsigned type, code; /* message type; level and number; content type */
};

struct end_case {
    const char *name;
    struct happening happenings[6];
    enum flow_end why;
    int now; /* ms; 0: 1000 */
    const char *kind, *by, *alert;
};

enum { WARNING = 1, FATAL = 2 };

static const struct end_case cases[] = {
    {"a fatal alert of the server ends it",
     {{20, ACT_ALERT, SERVER, FATAL, 40}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "handshake_failure"},
    {"the FIN behind one's own alert is not the end",
     {{20, ACT_ALERT, SERVER, FATAL, 40}, {20, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "handshake_failure"},
    {"a FIN stands behind all of its side's bytes, even where we saw them later",
     {{30, ACT_ALERT, SERVER, FATAL, 40}, {20, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "handshake_failure"},
    {"an alert behind the other side's FIN is a reaction",
     {{30, ACT_ALERT, CLIENT, FATAL, 50}, {20, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "fin",
     "server",
     "-"},
    {"an alert behind the other side's RST is a reaction",
     {{30, ACT_ALERT, CLIENT, FATAL, 80}, {20, ACT_RST, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "rst",
     "server",
     "-"},
    {"a RST behind the other side's alert is a reaction",
     {{20, ACT_ALERT, CLIENT, FATAL, 48}, {21, ACT_RST, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "client",
     "unknown_ca"},
    {"within one instant the words come first",
     {{20, ACT_ALERT, CLIENT, FATAL, 48}, {20, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "client",
     "unknown_ca"},
    {"a warning that its sender goes on from is no end",
     {{20, ACT_ALERT, SERVER, WARNING, 112},
      {20, ACT_MESSAGE, SERVER, TLS_MESSAGE_SERVER_HELLO, 0},
      {40, ACT_FIN, CLIENT, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "fin",
     "client",
     "-"},
    {"a warning with nothing behind it is one",
     {{20, ACT_ALERT, SERVER, WARNING, 112}, {21, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "unrecognized_name"},
    {"close_notify in mid-handshake ends it",
     {{20, ACT_ALERT, CLIENT, WARNING, 0}, {20, ACT_FIN, CLIENT, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "client",
     "close_notify"},
    {"SSL 3.0's no_certificate is an answer and no end",
     {{20, ACT_ALERT, CLIENT, WARNING, 41}, {25, ACT_ALERT, SERVER, FATAL, 40}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "handshake_failure"},
    {"of two alerts the first is the end",
     {{20, ACT_ALERT, SERVER, FATAL, 49}, {20, ACT_ALERT, SERVER, FATAL, 42}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "access_denied"},
    {"an encrypted alert behind ChangeCipherSpec ends it",
     {{20, ACT_CHANGE, CLIENT, 0, 0},
      {20, ACT_ENCRYPTED, CLIENT, TLS_CONTENT_HANDSHAKE, 0},
      {22, ACT_ENCRYPTED, CLIENT, TLS_CONTENT_ALERT, 0},
      {30, ACT_FIN, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "client",
     "-"},
    {"plain text instead of TLS ends it; what the client says to it is a reaction",
     {{20, ACT_TEXT, SERVER, 0, 0}, {21, ACT_ALERT, CLIENT, FATAL, 10}, {22, ACT_FIN, CLIENT, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "plaintext",
     "server",
     "-"},
    {"plain text behind an alert is a reaction",
     {{20, ACT_ALERT, SERVER, FATAL, 70}, {20, ACT_TEXT, SERVER, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "alert",
     "server",
     "protocol_version"},
    {"no TLS behind a hole in what we saw may be the middle of a record, and a close there may be an ordinary one",
     {{15, ACT_GAP, SERVER, 0, 0}, {20, ACT_TEXT, SERVER, 0, 0}, {30, ACT_FIN, CLIENT, 0, 0}},
     FLOW_END_CLOSED,
     0,
     "capture",
     "-",
     "-"},
    {"a capture that stops is no silence", {{0, ACT_NONE, CLIENT, 0, 0}}, FLOW_END_CAPTURE, 900, "capture", "-", "-"},
    {"unless the peers had been silent for long",
     {{0, ACT_NONE, CLIENT, 0, 0}},
     FLOW_END_CAPTURE,
     10100,
     "silence",
     "-",
     "-"},
    {"silence in packet time is one", {{0, ACT_NONE, CLIENT, 0, 0}}, FLOW_END_TIMEOUT, 5000, "silence", "-", "-"},
    {"an evicted flow tells nothing", {{0, ACT_NONE, CLIENT, 0, 0}}, FLOW_END_EVICTED, 900, "capture", "-", "-"},
};

static const uint16_t suites[] = {0xc02f, 0};
static const struct scene_offer plain_offer = {.suites = suites};

static void happen(struct scene *scene, const struct happening *happening) {
    static const enum tls_event_kind kinds[] = {
        [ACT_MESSAGE] = TLS_EVENT_MESSAGE,     [ACT_ALERT] = TLS_EVENT_ALERT,
        [ACT_ENCRYPTED] = TLS_EVENT_ENCRYPTED, [ACT_CHANGE] = TLS_EVENT_CHANGE_CIPHER_SPEC,
        [ACT_TEXT] = TLS_EVENT_NOT_TLS,        [ACT_GAP] = TLS_EVENT_GAP,
    };
    if (happening->act == ACT_NONE) return;
    if (happening->act == ACT_FIN || happening->act == ACT_RST) {
        scene_close(scene, happening->ms, happening->side, happening->act == ACT_RST);
        return;
    }
    if (happening->act == ACT_GAP) scene->conversation.gaps[happening->side]++;
    if (happening->act == ACT_TEXT) scene->conversation.direction[happening->side].not_tls = true;
    scene_event(scene, happening->ms, happening->side, kinds[happening->act], happening->type, happening->code, 7);
}

START_TEST(finds_the_first_end) {
    static struct scene scene;
    const struct end_case *test = &cases[_i];
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer);
    for (size_t i = 0; i < ARRAY_LENGTH(test->happenings); i++)
        happen(&scene, &test->happenings[i]);
    scene.sources.why = test->why;
    scene.sources.now = SCENE_AT(test->now != 0 ? test->now : 1000);
    scene_build(&scene);
    ck_assert_msg(strcmp(scene_word(&scene, FACT_END_KIND), test->kind) == 0, "%s: ends by %s", test->name,
                  scene_word(&scene, FACT_END_KIND));
    ck_assert_msg(strcmp(scene_word(&scene, FACT_END_BY), test->by) == 0, "%s: by the %s", test->name,
                  scene_word(&scene, FACT_END_BY));
    ck_assert_msg(strcmp(scene_word(&scene, FACT_ALERT_NAME), test->alert) == 0, "%s: alert %s", test->name,
                  scene_word(&scene, FACT_ALERT_NAME));
}
END_TEST

START_TEST(a_completed_handshake_has_no_end) {
    static struct scene scene;
    struct facts_end end;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer);
    scene.conversation.phase = TLS_PHASE_DONE;
    scene_event(&scene, 50, SERVER, TLS_EVENT_ENCRYPTED, TLS_CONTENT_ALERT, 0, 26);
    scene_close(&scene, 50, SERVER, false);
    facts_end_find(&scene.sources, &end);
    ck_assert_int_eq(end.kind, FACTS_END_NONE);
    scene_build(&scene);
    ck_assert_str_eq(scene_flag(&scene, FACT_COMPLETED), "yes");
}
END_TEST

START_TEST(times_are_measured_to_the_first_end) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer); /* at 2 ms */
    scene_event(&scene, 22, SERVER, TLS_EVENT_ALERT, FATAL, 40, 2);
    scene_close(&scene, 23, SERVER, false);
    scene_build(&scene);
    ck_assert_double_eq_tol(scene.facts.value[FACT_END_AFTER_HELLO_MS].milliseconds, 20, 0.001);
    ck_assert_double_eq_tol(scene.facts.value[FACT_END_MS].milliseconds, 20, 0.001);
    ck_assert_double_eq_tol(scene.facts.value[FACT_ALERT_AFTER_MS].milliseconds, 20, 0.001);
    ck_assert_str_eq(scene_word(&scene, FACT_ALERT_ANSWERS), "ClientHello");
    ck_assert(!facts_has(&scene.facts, FACT_END_CLIENT_WAITED_MS));
    ck_assert_str_eq(scene_word(&scene, FACT_END_CLOSED_WITH), "fin");
}
END_TEST

START_TEST(a_client_that_gave_up_had_waited) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer); /* at 2 ms */
    scene_close(&scene, 10002, CLIENT, false);
    scene_build(&scene);
    ck_assert_double_eq_tol(scene.facts.value[FACT_END_CLIENT_WAITED_MS].milliseconds, 10000, 0.001);
}
END_TEST

START_TEST(a_survived_warning_is_remembered) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer);
    scene_event(&scene, 20, SERVER, TLS_EVENT_ALERT, WARNING, 112, 2);
    scene_event(&scene, 20, SERVER, TLS_EVENT_MESSAGE, TLS_MESSAGE_SERVER_HELLO, 0, 90);
    scene_close(&scene, 25, CLIENT, false);
    scene_build(&scene);
    ck_assert_str_eq(scene_word(&scene, FACT_ALERT_EARLIER_WARNING), "unrecognized_name");
    ck_assert_str_eq(scene_word(&scene, FACT_ALERT_EARLIER_FROM), "server");
    ck_assert(!facts_has(&scene.facts, FACT_ALERT_NUMBER));
}
END_TEST

START_TEST(alerts_suggest_faults) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer);
    scene_event(&scene, 20, CLIENT, TLS_EVENT_ALERT, FATAL, 45, 2);
    scene_build(&scene);
    const struct fact_list *list = facts_list(&scene.facts, FACT_ALERT_SUGGESTS);
    ck_assert_ptr_nonnull(list);
    ck_assert_uint_eq(list->count, 2);
    ck_assert_str_eq(list->items[0], "expired");
    ck_assert_str_eq(list->items[1], "not_yet_valid");
}
END_TEST

/* The client closes at 6 s. When it was heard last (its FIN again and again), when the server was, and whether that
 * acknowledged the FIN. */
static const struct unheard {
    const char *name;
    int client_ms, server_ms;
    bool acknowledged;
    const char *flag;
} unheards[] = {
    {"sent again for seconds, and nothing came back", 9000, 45, false, "yes"},
    {"sent once: the capture may have stopped there", 6000, 45, false, "no"},
    {"sent again once, at once", 6300, 45, false, "no"},
    {"something of the server came behind it", 9000, 6100, false, "no"},
    {"it was acknowledged", 9000, 45, true, "no"},
};

START_TEST(a_fin_may_be_unheard) {
    const struct unheard *test = &unheards[_i];
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &plain_offer);
    scene_event(&scene, 40, SERVER, TLS_EVENT_MESSAGE, TLS_MESSAGE_SERVER_HELLO, 0, 90);
    scene_close(&scene, 6000, CLIENT, false);
    struct flow_half *client = &scene.flow.half[CLIENT];
    client->fin_seen = true;
    client->fin_sequence = client->highest_sequence;
    client->fin_time = SCENE_AT(6000);
    client->last_packet_time = SCENE_AT(test->client_ms);
    client->acknowledged = client->fin_sequence + test->acknowledged;
    scene.flow.half[SERVER].last_packet_time = SCENE_AT(test->server_ms);
    scene_build(&scene);
    ck_assert_msg(strcmp(scene_flag(&scene, FACT_END_FIN_UNHEARD), test->flag) == 0, "%s", test->name);
}
END_TEST

/* An SSLv2-format hello that is answered in SSL 2.0 (a record of 2 bytes of length, then SERVER-HELLO) is a session of
 * another protocol, of whose end we know nothing; any other text is no TLS. */
START_TEST(ssl2_is_no_plain_text) {
    static const uint8_t server_hello[] = {0x84, 0x2b, 0x04, 0x00, 0x01}, text[] = {'2', '2', '0', ' '};
    static struct scene scene;
    for (int ssl2 = 0; ssl2 < 2; ssl2++) {
        scene_begin(&scene);
        scene_hello(&scene, &plain_offer);
        scene.conversation.ssl2_hello = true;
        struct tls_direction *server = &scene.conversation.direction[SERVER];
        server->not_tls = true;
        server->odd_length = ssl2 ? sizeof server_hello : sizeof text;
        memcpy(server->odd_bytes, ssl2 ? server_hello : text, server->odd_length);
        scene_event(&scene, 20, SERVER, TLS_EVENT_NOT_TLS, 0, 0, 5);
        scene_close(&scene, 30, CLIENT, false);
        scene_build(&scene);
        ck_assert_str_eq(scene_word(&scene, FACT_END_KIND), ssl2 ? "none" : "plaintext");
        ck_assert_str_eq(scene_flag(&scene, FACT_SERVER_NOT_TLS), ssl2 ? "no" : "yes");
    }
}
END_TEST

/* Words of the server before the ClientHello, and nothing behind it. */
static const struct {
    const char *name, *words;
    bool leaves, live, early;
    const char *end;
} greetings[] = {
    {"words that nobody knows may be the consent to an upgrade", "%%SECURE? begin\n", false, false, true, "silence"},
    {"unless somebody leaves", "%%SECURE? begin\n", true, false, true, "plaintext"},
    {"or nothing comes, where silence is silence", "%%SECURE? begin\n", false, true, true, "plaintext"},
    {"SSH never comes to TLS", "SSH-2.0-OpenSSH_9.2\r\n", false, false, true, "plaintext"},
    {"behind the ClientHello they are its answer", "%%SECURE? begin\n", false, false, false, "plaintext"},
};

START_TEST(words_before_the_hello_may_be_a_consent) {
    static struct scene scene;
    scene_begin(&scene);
    struct tls_direction *server = &scene.conversation.direction[SERVER];
    server->not_tls = true;
    server->odd_length = (uint8_t)strlen(greetings[_i].words);
    memcpy(server->odd_bytes, greetings[_i].words, server->odd_length);
    if (greetings[_i].early) scene_event(&scene, 5, SERVER, TLS_EVENT_NOT_TLS, 0, 0, 5);
    scene_hello(&scene, &plain_offer);
    if (!greetings[_i].early) scene_event(&scene, 20, SERVER, TLS_EVENT_NOT_TLS, 0, 0, 5);
    if (greetings[_i].leaves) scene_close(&scene, 30, CLIENT, false);
    scene.sources.continuous = greetings[_i].live;
    scene_build(&scene);
    ck_assert_msg(strcmp(scene_word(&scene, FACT_END_KIND), greetings[_i].end) == 0, "%s: the end is %s",
                  greetings[_i].name, scene_word(&scene, FACT_END_KIND));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_end");
    TCase *tcase = tcase_create("end");
    tcase_add_loop_test(tcase, finds_the_first_end, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_test(tcase, a_completed_handshake_has_no_end);
    tcase_add_test(tcase, times_are_measured_to_the_first_end);
    tcase_add_test(tcase, a_client_that_gave_up_had_waited);
    tcase_add_test(tcase, a_survived_warning_is_remembered);
    tcase_add_test(tcase, alerts_suggest_faults);
    tcase_add_loop_test(tcase, a_fin_may_be_unheard, 0, (int)ARRAY_LENGTH(unheards));
    tcase_add_test(tcase, ssl2_is_no_plain_text);
    tcase_add_loop_test(tcase, words_before_the_hello_may_be_a_consent, 0, (int)ARRAY_LENGTH(greetings));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
