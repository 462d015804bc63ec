/* Who sent the RST or the FIN: signs that only something on the path explains, signs that a kernel shows too, and what
 * takes a sign's force away. */
#include "scene.h"

static const uint16_t suites[] = {0xc02f, 0};
static const struct scene_offer offer = {.suites = suites, .name = "api.example"};

enum { RTT_MS = 20, HELLO_MS = SCENE_HELLO_MS, RST_ACK = PACKET_TCP_RST | PACKET_TCP_ACK };

/* The SYN-ACK came 20 ms after the SYN with a TTL of 57, the hello of 200 bytes was sent; timestamps all along. */
static struct scene *stage(void) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &offer);
    struct flow_half *client = &scene.flow.half[SIDE_CLIENT], *server = &scene.flow.half[SIDE_SERVER];
    client->next_sequence = client->highest_sequence = 1200;
    client->payload_packets = 1;
    client->timestamps = server->timestamps = true;
    client->ttl_last = 64;
    server->ttl_last = 57;
    server->ip_id_last = 0x7102;
    server->syn_time = SCENE_AT(RTT_MS);
    server->packets = 3;
    return &scene;
}

/* The server's own RST: a round trip behind the hello, all as in its other packets. */
static const struct flow_reset genuine = {.sequence = 5000,
                                          .acknowledgement = 1200,
                                          .side = SIDE_SERVER,
                                          .ttl = 57,
                                          .flags = RST_ACK,
                                          .has_timestamps = true,
                                          .in_window = true,
                                          .window = 501};

static void add_reset(struct scene *scene, int ms, struct flow_reset reset) {
    reset.time = SCENE_AT(ms);
    scene->flow.resets[scene->flow.reset_count++] = reset;
    if (!scene->flow.first_end_valid) scene_close(scene, ms, (enum side)reset.side, true);
}

/* A list of names as one text: "ttl early". */
static const char *names_of(const struct scene *scene, enum fact fact) {
    static char text[256];
    text[0] = '\0';
    const struct fact_list *list = facts_list(&scene->facts, fact);
    if (!facts_has(&scene->facts, fact)) return "-";
    for (unsigned i = 0; i < list->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "", list->items[i]);
    return text;
}

START_TEST(the_servers_own_reset_shows_no_sign) {
    struct scene *scene = stage();
    add_reset(scene, HELLO_MS + RTT_MS + 1, genuine);
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_RST_STRONG_SIGNS), "");
    ck_assert_str_eq(names_of(scene, FACT_RST_WEAK_SIGNS), "");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_AFTER_RTT), 105);
    ck_assert_str_eq(scene_word(scene, FACT_RST_ACK), "all");
    ck_assert_str_eq(scene_flag(scene, FACT_RST_BEFORE_ANSWER), "yes");
    ck_assert(!facts_has(&scene->facts, FACT_FIN_FROM));
}
END_TEST

/* What a RST differs in, and what is to be said of it. */
struct reset_case {
    const char *name;
    int ms; /* behind the hello */
    struct flow_reset change;
    uint8_t ttl_changes;
    bool heard_before;
    const char *strong, *weak;
};

#define LIKE_GENUINE .sequence = 5000, .acknowledgement = 1200, .side = SIDE_SERVER, .flags = RST_ACK

static const struct reset_case cases[] = {
    {"another TTL", 21, {LIKE_GENUINE, .ttl = 61, .has_timestamps = true, .in_window = true}, 0, false, "ttl", ""},
    {"another TTL, but the server's TTL changes of itself",
     21,
     {LIKE_GENUINE, .ttl = 61, .has_timestamps = true, .in_window = true},
     1,
     false,
     "",
     ""},
    {"a quarter of a round trip",
     5,
     {LIKE_GENUINE, .ttl = 57, .has_timestamps = true, .in_window = true},
     0,
     false,
     "early",
     ""},
    {"as early, but the server had acknowledged the hello before: the way is shorter than the SYN's answer says",
     5,
     {LIKE_GENUINE, .ttl = 57, .has_timestamps = true, .in_window = true},
     0,
     true,
     "",
     ""},
    {"as early, and it answers the SYN, not the hello",
     5,
     {.sequence = 5000,
      .acknowledgement = 1000,
      .side = SIDE_SERVER,
      .flags = RST_ACK,
      .ttl = 57,
      .has_timestamps = true,
      .in_window = true},
     0,
     false,
     "",
     ""},
    {"a kernel's for a socket that is gone",
     21,
     {.sequence = 5000, .side = SIDE_SERVER, .flags = PACKET_TCP_RST, .ttl = 57, .in_window = true, .answers = true},
     0,
     false,
     "",
     "no_timestamps"},
    {"a kernel's, for a segment that acknowledged less than was sent",
     21,
     {.sequence = 4000, .side = SIDE_SERVER, .flags = PACKET_TCP_RST, .ttl = 57, .answers = true},
     0,
     false,
     "",
     "no_timestamps"},
    {"an IP ID from nowhere",
     21,
     {LIKE_GENUINE, .ttl = 57, .has_timestamps = true, .in_window = true, .ip_id = 0x0100, .ip_id_valid = true},
     0,
     false,
     "",
     "odd_ip_id"},
    {"an IP ID of 0, as a kernel gives it",
     21,
     {LIKE_GENUINE, .ttl = 57, .has_timestamps = true, .in_window = true, .ip_id_valid = true},
     0,
     false,
     "",
     ""},
    {"a window that no kernel's has, and a number from nowhere",
     21,
     {.sequence = 4000, .side = SIDE_SERVER, .flags = RST_ACK, .ttl = 57, .window = 2079},
     0,
     false,
     "",
     "no_timestamps odd_window out_of_window"},
};

START_TEST(signs_of_a_reset) {
    const struct reset_case *want = &cases[_i];
    struct scene *scene = stage();
    struct flow_reset reset = want->change;
    reset.heard_before = want->heard_before;
    scene->flow.half[SIDE_SERVER].ttl_changes = want->ttl_changes;
    add_reset(scene, HELLO_MS + want->ms, reset);
    scene_build(scene);
    ck_assert_msg(strcmp(names_of(scene, FACT_RST_STRONG_SIGNS), want->strong) == 0, "%s: strong: %s", want->name,
                  names_of(scene, FACT_RST_STRONG_SIGNS));
    ck_assert_msg(strcmp(names_of(scene, FACT_RST_WEAK_SIGNS), want->weak) == 0, "%s: weak: %s", want->name,
                  names_of(scene, FACT_RST_WEAK_SIGNS));
}
END_TEST

/* Beside the server the opening takes microseconds: that says nothing of the way. */
START_TEST(beside_the_server_nothing_is_early) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_SERVER].syn_time = SCENE_AT(1);
    add_reset(scene, HELLO_MS, genuine);
    scene_build(scene);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_AFTER_RTT), 0);
    ck_assert_str_eq(names_of(scene, FACT_RST_STRONG_SIGNS), "");
}
END_TEST

/* A SYN that was sent twice: which of them was answered is not known (RFC 6298 section 3). */
START_TEST(an_ambiguous_round_trip_is_none) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_CLIENT].syn_count = 2;
    add_reset(scene, HELLO_MS + 1, genuine);
    scene_build(scene);
    ck_assert(!facts_has(&scene->facts, FACT_RST_AFTER_RTT));
    ck_assert_str_eq(names_of(scene, FACT_RST_STRONG_SIGNS), "");
}
END_TEST

START_TEST(a_side_that_talks_on_did_not_reset) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_SERVER].packets_after_reset = true;
    add_reset(scene, HELLO_MS + RTT_MS + 1, genuine);
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_RST_STRONG_SIGNS), "talks_on");
    ck_assert_str_eq(scene_flag(scene, FACT_RST_DATA_AFTER), "yes");
}
END_TEST

/* RSTs that disagree about their sender's number within moments; both sides at once. */
START_TEST(resets_in_company) {
    struct scene *scene = stage();
    struct flow_reset second = genuine, back = genuine;
    second.sequence = 6460;
    back.side = SIDE_CLIENT;
    back.ttl = 64;
    add_reset(scene, HELLO_MS + RTT_MS, genuine);
    add_reset(scene, HELLO_MS + RTT_MS + 1, second);
    add_reset(scene, HELLO_MS + RTT_MS + 2, back);
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_RST_WEAK_SIGNS), "several both_sides");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_WEAK_COUNT), 2);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_COUNT), 3);
}
END_TEST

/* The facts are about the side that ended it, not about the first RST of all. */
START_TEST(the_reset_of_the_side_that_ended_it) {
    struct scene *scene = stage();
    struct flow_reset blind = genuine;
    blind.side = SIDE_CLIENT;
    blind.ttl = 11;
    scene_close(scene, HELLO_MS + RTT_MS, SIDE_SERVER, true);
    add_reset(scene, HELLO_MS + 1, blind);
    add_reset(scene, HELLO_MS + RTT_MS, genuine);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_RST_FROM), "server");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_RST_TTL_DELTA), 0);
}
END_TEST

static const struct flow_fin genuine_fin = {
    .acknowledgement = 1200, .ip_id = 0x7103, .ttl = 57, .ip_id_valid = true, .has_timestamps = true};

static struct scene *closed(int ms, struct flow_fin fin) {
    struct scene *scene = stage();
    scene->flow.fins[SIDE_SERVER] = fin;
    scene->flow.half[SIDE_SERVER].fin_seen = true;
    scene->flow.half[SIDE_SERVER].fin_sequence = 5000;
    scene->flow.half[SIDE_SERVER].fin_time = SCENE_AT(ms);
    scene_close(scene, ms, SIDE_SERVER, false);
    return scene;
}

START_TEST(the_servers_own_fin_shows_no_sign) {
    struct scene *scene = closed(HELLO_MS + RTT_MS + 1, genuine_fin);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_FIN_FROM), "server");
    ck_assert_str_eq(names_of(scene, FACT_FIN_STRONG_SIGNS), "");
    ck_assert_str_eq(names_of(scene, FACT_FIN_WEAK_SIGNS), "");
    ck_assert_str_eq(scene_flag(scene, FACT_FIN_BEFORE_ANSWER), "yes");
    ck_assert(!facts_has(&scene->facts, FACT_RST_FROM));
}
END_TEST

START_TEST(a_forged_fin_shows_its_signs) {
    struct flow_fin fin = {.acknowledgement = 1200, .ip_id = 0x0001, .ttl = 61, .ip_id_valid = true};
    struct scene *scene = closed(HELLO_MS + 5, fin);
    scene->flow.half[SIDE_SERVER].bytes_after_fin = true;
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_FIN_STRONG_SIGNS), "ttl early talks_on");
    ck_assert_str_eq(names_of(scene, FACT_FIN_WEAK_SIGNS), "no_timestamps odd_ip_id");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_FIN_WEAK_COUNT), 2);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_FIN_TTL_DELTA), 4);
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_FIN_AFTER_RTT), 25);
}
END_TEST

/* A host that counts the packets of all its connections is some way ahead by now; IPv6 has no ID. */
START_TEST(an_ip_id_that_is_not_odd) {
    struct flow_fin fin = genuine_fin;
    fin.ip_id = 0x7102 + 700;
    struct scene *scene = closed(HELLO_MS + RTT_MS + 1, fin);
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_FIN_WEAK_SIGNS), "");
    fin.ip_id = 1;
    fin.ip_id_valid = false;
    scene = closed(HELLO_MS + RTT_MS + 1, fin);
    scene_build(scene);
    ck_assert_str_eq(names_of(scene, FACT_FIN_WEAK_SIGNS), "");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_reset");
    TCase *tcase = tcase_create("reset");
    tcase_add_test(tcase, the_servers_own_reset_shows_no_sign);
    tcase_add_loop_test(tcase, signs_of_a_reset, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_test(tcase, beside_the_server_nothing_is_early);
    tcase_add_test(tcase, an_ambiguous_round_trip_is_none);
    tcase_add_test(tcase, a_side_that_talks_on_did_not_reset);
    tcase_add_test(tcase, resets_in_company);
    tcase_add_test(tcase, the_reset_of_the_side_that_ended_it);
    tcase_add_test(tcase, the_servers_own_fin_shows_no_sign);
    tcase_add_test(tcase, a_forged_fin_shows_its_signs);
    tcase_add_test(tcase, an_ip_id_that_is_not_odd);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
