/* What TCP tells: sight, acknowledgements, lost flights, ICMP, the first RST; and the plain text that is no TLS. */
#include "scene.h"

static const uint16_t suites[] = {0xc02f, 0};
static const struct scene_offer offer = {.suites = suites, .name = "api.example"};

/* A connection with a ClientHello of 200 bytes that was acknowledged. */
static struct scene *stage(void) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &offer);
    struct flow_half *client = &scene.flow.half[SIDE_CLIENT];
    client->next_sequence = client->highest_sequence = client->acknowledged = 1200;
    client->payload_packets = 1;
    return &scene;
}

START_TEST(a_clear_sight) {
    struct scene *scene = stage();
    scene_close(scene, 5000, SIDE_CLIENT, false);
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_COMPLETE), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_CLEAR), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_HELLO_ACKNOWLEDGED), "yes");
    ck_assert_double_eq_tol(scene->facts.value[FACT_TCP_RTT_MS].milliseconds, 1, 0.001);
}
END_TEST

START_TEST(holes_cloud_the_sight) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_SERVER].gaps = 1;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_CLEAR), "no");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_SIGHT_SERVER_GAPS), 1);
    scene = stage();
    scene->flow.half[SIDE_CLIENT].truncated = true;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_CLEAR), "no");
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_TRUNCATED), "yes");
}
END_TEST

/* No packet of the server, and yet the client acknowledged some: our loss. SYNs alone prove nothing. */
START_TEST(one_sided_is_what_must_have_been_answered) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_SERVER] = (struct flow_half){.acknowledged_valid = true};
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_ONE_SIDED), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_CLEAR), "no");
    scene_begin(scene);
    scene->flow.half[SIDE_SERVER] = (struct flow_half){0};
    scene->flow.half[SIDE_CLIENT].acknowledged_valid = false;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_ONE_SIDED), "no");
    ck_assert_str_eq(scene_flag(scene, FACT_SIGHT_SERVER_SEEN), "no");
}
END_TEST

START_TEST(a_hello_that_was_never_acknowledged) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_CLIENT].acknowledged = 1000;
    scene->flow.half[SIDE_CLIENT].retransmissions = 4;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_HELLO_ACKNOWLEDGED), "no");
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_CLIENT_FLIGHT_ACKNOWLEDGED), "no");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_CLIENT_RETRANSMISSIONS), 4);
}
END_TEST

/* Sequence numbers wrap: 16 bytes past 2^32 is behind 0xfffffff0. */
START_TEST(sequence_numbers_wrap) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_CLIENT].highest_sequence = 0x10;
    scene->flow.half[SIDE_CLIENT].acknowledged = 0xfffffff0;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_HELLO_ACKNOWLEDGED), "no");
    scene->flow.half[SIDE_CLIENT].highest_sequence = 0xfffffff0;
    scene->flow.half[SIDE_CLIENT].acknowledged = 0x10;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_HELLO_ACKNOWLEDGED), "yes");
}
END_TEST

/* network-behaviour: the server's ACK carries the sequence number behind all that it has sent. */
START_TEST(a_flight_that_was_lost_before_the_tap) {
    struct scene *scene = stage();
    struct flow_half *server = &scene->flow.half[SIDE_SERVER];
    server->announced_valid = true;
    server->announced_sequence = 5000 + 5872;
    scene_build(scene);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_SERVER_UNSEEN), 5872);
    server->announced_sequence = 5001; /* one past the FIN, which has a number of its own */
    server->fin_seen = true;
    server->fin_sequence = 5000;
    scene_build(scene);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_SERVER_UNSEEN), 0);
}
END_TEST

struct icmp_case {
    uint8_t ip_version, type, code;
    const char *name;
};

static const struct icmp_case icmp_cases[] = {
    {4, 3, 0, "network_unreachable"},
    {4, 3, 1, "host_unreachable"},
    {4, 3, 3, "port_unreachable"},
    {4, 3, 4, "fragmentation_needed"},
    {4, 3, 13, "prohibited"},
    {4, 11, 0, "time_exceeded"},
    {4, 12, 0, "other"},
    {6, 1, 0, "network_unreachable"},
    {6, 1, 1, "prohibited"},
    {6, 1, 4, "port_unreachable"},
    {6, 2, 0, "fragmentation_needed"},
    {6, 3, 1, "time_exceeded"},
};

START_TEST(icmp_errors_have_names) {
    struct scene *scene = stage();
    scene->flow.ip_version = icmp_cases[_i].ip_version;
    scene->flow.icmp_type = icmp_cases[_i].type;
    scene->flow.icmp_code = icmp_cases[_i].code;
    scene->flow.icmp_time = SCENE_AT(5);
    scene->flow.icmp_from = (struct packet_address){{192, 0, 2, 1}};
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_TCP_ICMP), icmp_cases[_i].name);
    ck_assert_str_eq(scene_word(scene, FACT_TCP_ICMP_FROM),
                     icmp_cases[_i].ip_version == 4 ? "192.0.2.1" : "c000:201::");
}
END_TEST

/* A RST a quarter of a round trip behind the hello, from four hops nearer, without the timestamps of the connection. */
START_TEST(a_forged_reset_shows_its_signs) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_SERVER].syn_time = SCENE_AT(1); /* SYN at 0: a round trip of 1 ms; the hello at 2 ms */
    scene->flow.half[SIDE_SERVER].timestamps = true;
    scene->flow.reset_count = 2;
    scene->flow.resets[0] = (struct flow_reset){
        .time = SCENE_AT(2) + MOMENT_MILLISECOND / 4, .side = SIDE_SERVER, .ttl = 61, .in_window = true};
    scene_close(scene, 3, SIDE_SERVER, true);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_RST_FROM), "server");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_COUNT), 2);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_TTL_DELTA), 4);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_AFTER_RTT), 25);
    ck_assert_str_eq(scene_flag(scene, FACT_RST_TIMESTAMPS_MISSING), "yes");
    ck_assert_str_eq(scene_flag(scene, FACT_RST_DATA_AFTER), "no");
}
END_TEST

START_TEST(no_reset_no_facts) {
    struct scene *scene = stage();
    scene_build(scene);
    ck_assert(!facts_has(&scene->facts, FACT_RST_FROM) && !facts_has(&scene->facts, FACT_RST_COUNT));
}
END_TEST

/* Plain text of the client, and how the server takes it. */
START_TEST(answers_to_plain_text) {
    static const char *const answers[] = {"alert", "text", "close", "none"};
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        struct scene *scene = stage();
        scene_begin(scene);
        struct tls_direction *client = &scene->conversation.direction[SIDE_CLIENT];
        client->not_tls = true;
        client->odd_length = 5;
        memcpy(client->odd_bytes, "GET /", 5);
        scene_event(scene, 3, SIDE_CLIENT, TLS_EVENT_NOT_TLS, 0, 0, 5);
        if (i == 0) scene_event(scene, 4, SIDE_SERVER, TLS_EVENT_ALERT, 2, 10, 2);
        if (i == 1) scene->flow.half[SIDE_SERVER].payload_packets = 1;
        if (i <= 2) scene_close(scene, 5, SIDE_SERVER, false);
        scene_build(scene);
        ck_assert_str_eq(scene_word(scene, FACT_END_KIND), "plaintext");
        ck_assert_str_eq(scene_word(scene, FACT_END_BY), "client");
        ck_assert_str_eq(scene_word(scene, FACT_PLAINTEXT_ANSWER), answers[i]);
        ck_assert_str_eq(scene_word(scene, FACT_CLIENT_FIRST_BYTES), "GET /");
        ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_NOT_TLS), "yes");
    }
}
END_TEST

START_TEST(an_echo_is_noticed) {
    struct scene *scene = stage();
    scene_event(scene, 5, SIDE_SERVER, TLS_EVENT_MESSAGE, TLS_MESSAGE_CLIENT_HELLO, 0, 200);
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_SERVER_ECHOES), "yes");
}
END_TEST

START_TEST(malformed_streams_are_named) {
    struct scene *scene = stage();
    scene_event(scene, 5, SIDE_SERVER, TLS_EVENT_OVERSIZED, 22, 0, 40000);
    scene_event(scene, 6, SIDE_SERVER, TLS_EVENT_BAD_MESSAGE, 99, 0, 4);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_SERVER_MALFORMED), "oversized_record");
    ck_assert_str_eq(scene_word(scene, FACT_CLIENT_MALFORMED), "-");
}
END_TEST

START_TEST(nothing_but_a_syn) {
    struct scene *scene = stage();
    scene_begin(scene);
    scene->sources.conversation = NULL;
    scene->sources.why = FLOW_END_TIMEOUT;
    scene->flow.half[SIDE_SERVER] = (struct flow_half){0};
    scene->flow.half[SIDE_CLIENT].syn_count = 4;
    scene->flow.half[SIDE_CLIENT].last_packet_time = SCENE_AT(7100);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PHASE), "tcp");
    ck_assert_double_eq(facts_milliseconds(&scene->facts, FACT_TCP_TRIED_MS), 7100.0);
    ck_assert_str_eq(scene_word(scene, FACT_END_KIND), "silence");
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_SYN_ACK_SEEN), "no");
    ck_assert_str_eq(scene_flag(scene, FACT_CLIENT_HELLO_SEEN), "no");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_SYN_COUNT), 4);
    ck_assert(!facts_has(&scene->facts, FACT_TCP_RTT_MS));
}
END_TEST

/* What was said in plain text before the upgrade is no answer to the ClientHello. */
START_TEST(a_dialogue_before_tls_does_not_count) {
    static struct starttls_dialogue dialogue;
    struct scene *scene = stage();
    scene->flow.half[SIDE_CLIENT].payload_bytes = 230;
    scene->flow.half[SIDE_SERVER].payload_bytes = 120;
    starttls_dialogue_init(&dialogue);
    dialogue.protocol = STARTTLS_IMAP;
    dialogue.spoken[SIDE_CLIENT] = 30;
    dialogue.spoken[SIDE_SERVER] = 120;
    scene->sources.upgrade = &dialogue;
    scene_build(scene);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_SERVER_BYTES), 120); /* not upgraded: it stands for TLS */
    dialogue.tls[SIDE_CLIENT] = dialogue.tls[SIDE_SERVER] = true;
    scene_build(scene);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_SERVER_BYTES), 0);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_CLIENT_BYTES), 200);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_tcp");
    TCase *tcase = tcase_create("tcp");
    tcase_add_test(tcase, a_clear_sight);
    tcase_add_test(tcase, holes_cloud_the_sight);
    tcase_add_test(tcase, one_sided_is_what_must_have_been_answered);
    tcase_add_test(tcase, a_hello_that_was_never_acknowledged);
    tcase_add_test(tcase, sequence_numbers_wrap);
    tcase_add_test(tcase, a_flight_that_was_lost_before_the_tap);
    tcase_add_loop_test(tcase, icmp_errors_have_names, 0, (int)ARRAY_LENGTH(icmp_cases));
    tcase_add_test(tcase, a_forged_reset_shows_its_signs);
    tcase_add_test(tcase, no_reset_no_facts);
    tcase_add_test(tcase, answers_to_plain_text);
    tcase_add_test(tcase, an_echo_is_noticed);
    tcase_add_test(tcase, malformed_streams_are_named);
    tcase_add_test(tcase, nothing_but_a_syn);
    tcase_add_test(tcase, a_dialogue_before_tls_does_not_count);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
