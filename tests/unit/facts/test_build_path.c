/* Where a flight got lost, and whether size decided: beside the sender and beside the receiver. */
#include "scene.h"

static const uint16_t suites[] = {0xc02f, 0};
static const struct scene_offer offer = {.suites = suites, .name = "api.example"};

enum { FLIGHT = 4000, FULL = 1448, HOLE_MS = 50, END_MS = 10050 };

/* Both MSS are 1460; the hello of 200 bytes was acknowledged; the server's bytes begin at 5000. */
static struct scene *stage(void) {
    static struct scene scene;
    scene_begin(&scene);
    scene_hello(&scene, &offer);
    struct flow_half *client = &scene.flow.half[SIDE_CLIENT], *server = &scene.flow.half[SIDE_SERVER];
    client->next_sequence = client->highest_sequence = client->acknowledged = 1200;
    client->payload_packets = 1;
    client->maximum_segment_size = server->maximum_segment_size = 1460;
    client->initial_sequence = 999;
    server->initial_sequence = 4999;
    client->last_payload_time = SCENE_AT(SCENE_HELLO_MS);
    return &scene;
}

/* The server's flight beside the server: TRIES retransmissions of full-size segments, ACKNOWLEDGED bytes. */
static struct scene *unacknowledged(unsigned tries, uint32_t acknowledged, bool sacked) {
    struct scene *scene = stage();
    struct flow_half *server = &scene->flow.half[SIDE_SERVER];
    server->payload_packets = 3;
    server->largest_payload = FULL;
    server->next_sequence = server->highest_sequence = 5000 + FLIGHT;
    server->acknowledged = 5000 + acknowledged;
    server->retransmissions = server->full_size_lost = tries;
    server->sacked = sacked;
    server->last_payload_time = SCENE_AT(HOLE_MS);
    scene_close(scene, END_MS, SIDE_CLIENT, false);
    return scene;
}

/* The server's flight beside the client: SHORTS segments came by, of which HELD bytes lie behind a hole of LOST. */
static struct scene *unseen(unsigned shorts, uint32_t held, uint32_t lost, uint32_t largest) {
    struct scene *scene = stage();
    struct flow_half *server = &scene->flow.half[SIDE_SERVER];
    server->payload_packets = shorts;
    server->largest_payload = largest;
    server->highest_sequence = 5000 + lost + held;
    server->announced_sequence = server->highest_sequence;
    server->announced_valid = true;
    server->last_payload_time = shorts > 0 ? SCENE_AT(HOLE_MS) : 0;
    scene->flow.stream[SIDE_SERVER].segment_bytes = held;
    scene_close(scene, END_MS, SIDE_CLIENT, false);
    return scene;
}

START_TEST(what_was_acknowledged_is_not_lost) {
    struct scene *scene = unacknowledged(4, FLIGHT, false);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "-");
    ck_assert_str_eq(scene_word(scene, FACT_PATH_CLIENT_LOST), "-");
    ck_assert(!facts_has(&scene->facts, FACT_PATH_WAITED_MS));
}
END_TEST

static const struct sender_case {
    const char *name;
    unsigned tries;
    uint32_t acknowledged;
    bool sacked;
    uint8_t duplicates; /* duplicate acknowledgements, as without SACK */
    const char *lost;
} beside_the_sender[] = {
    {"sent again once: too little to say", 1, 0, false, 0, "-"},
    {"full size again and again, what is behind acknowledged selectively", 4, 0, true, 0, "full_size"},
    {"full size again and again, what is behind acknowledged by duplicates, without SACK", 4, 0, false, 2, "full_size"},
    {"full size again and again, a short one before it passed", 4, 90, false, 0, "full_size"},
    {"full size again and again, nothing passed", 4, 0, false, 0, "all"},
    {"full size again and again, but one of full size passed", 4, FULL + 100, false, 0, "all"},
};

START_TEST(lost_beside_the_sender) {
    const struct sender_case *want = &beside_the_sender[_i];
    struct scene *scene = unacknowledged(want->tries, want->acknowledged, want->sacked);
    scene->flow.half[SIDE_CLIENT].duplicate_acknowledgements = want->duplicates;
    scene_build(scene);
    ck_assert_msg(strcmp(scene_word(scene, FACT_PATH_SERVER_LOST), want->lost) == 0, "%s: %s", want->name,
                  scene_word(scene, FACT_PATH_SERVER_LOST));
    if (strcmp(want->lost, "-") == 0) return;
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_PATH_SERVER_LOST_BYTES), FLIGHT - want->acknowledged);
    ck_assert_double_eq_tol(scene->facts.value[FACT_PATH_WAITED_MS].milliseconds, END_MS - HOLE_MS, 0.001);
}
END_TEST

/* Short segments that are sent again: whatever their size, they are lost. */
START_TEST(short_segments_are_lost_too) {
    struct scene *scene = unacknowledged(4, 0, false);
    scene->flow.half[SIDE_SERVER].full_size_lost = 0;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "all");
    scene->flow.half[SIDE_SERVER].sacked = true;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "some");
}
END_TEST

/* ICMP says it: one retransmission of full size is enough then, and nothing short need have passed. */
START_TEST(the_path_says_its_mtu) {
    struct scene *scene = unacknowledged(2, 0, false);
    scene->flow.half[SIDE_SERVER].full_size_lost = 1;
    scene->flow.icmp_time = SCENE_AT(60);
    scene->flow.icmp_type = 3;
    scene->flow.icmp_code = 4;
    scene->flow.icmp_mtu = 1400;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "full_size");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_TCP_ICMP_MTU), 1400);
}
END_TEST

static const struct receiver_case {
    const char *name;
    unsigned shorts;
    uint32_t held, lost, largest;
    const char *pattern;
} beside_the_receiver[] = {
    {"nothing came by, the server's numbers tell of a flight", 0, 0, FLIGHT, 0, "all"},
    {"a short one behind a hole of full-size ones", 1, 300, 2 * FULL, 300, "full_size"},
    {"a short one before what is missing, and nothing behind it", 1, 0, FLIGHT, 90, "full_size"},
    {"the hole is too small for a full-size one", 1, 300, 200, 300, "some"},
    {"one of full size came by: size does not decide", 2, FULL, FULL, FULL, "some"},
};

START_TEST(lost_beside_the_receiver) {
    const struct receiver_case *want = &beside_the_receiver[_i];
    struct scene *scene = unseen(want->shorts, want->held, want->lost, want->largest);
    scene_build(scene);
    ck_assert_msg(strcmp(scene_word(scene, FACT_PATH_SERVER_LOST), want->pattern) == 0, "%s: %s", want->name,
                  scene_word(scene, FACT_PATH_SERVER_LOST));
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_PATH_SERVER_LOST_BYTES), want->lost);
}
END_TEST

/* Where the MSS is not known, nobody can say what full size is. */
START_TEST(without_an_mss_size_says_nothing) {
    struct scene *scene = unseen(1, 300, FLIGHT, 300);
    scene->flow.half[SIDE_CLIENT].maximum_segment_size = scene->flow.half[SIDE_SERVER].maximum_segment_size = 0;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "some");
}
END_TEST

/* The smaller MSS of the two bounds both directions: clamped to 1280, 1240 bytes are full size. */
START_TEST(a_clamped_mss_is_full_size) {
    struct scene *scene = unseen(1, 300, 1240, 300);
    scene->flow.half[SIDE_CLIENT].maximum_segment_size = 1280;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "full_size");
}
END_TEST

/* A claim of more than a flight is another connection's, or made up. */
START_TEST(a_claim_out_of_all_bounds_is_not_believed) {
    struct scene *scene = unseen(1, 0, 0x30000000, 300);
    scene->flow.half[SIDE_SERVER].highest_sequence = 5300;
    scene->flow.half[SIDE_SERVER].next_sequence = 5300;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_SERVER_LOST), "-");
}
END_TEST

/* Of the client's chain: its hello had passed before, which says nothing of the next flight. */
START_TEST(the_clients_second_flight) {
    struct scene *scene = stage();
    struct flow_half *client = &scene->flow.half[SIDE_CLIENT], *server = &scene->flow.half[SIDE_SERVER];
    server->payload_packets = 2;
    client->payload_packets = 3;
    client->largest_payload = FULL;
    client->next_sequence = client->highest_sequence = 1200 + FLIGHT;
    client->retransmissions = client->full_size_lost = 4;
    client->last_payload_time = SCENE_AT(HOLE_MS);
    scene->sources.now = SCENE_AT(END_MS);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_CLIENT_LOST), "all");
    client->sacked = true;
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_CLIENT_LOST), "full_size");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_PATH_CLIENT_LOST_BYTES), FLIGHT);
}
END_TEST

/* The client's first words never came by, and the server, heard after that, acknowledged none of them. */
START_TEST(first_words_that_never_came_by) {
    struct scene *scene = stage();
    struct flow_half *client = &scene->flow.half[SIDE_CLIENT], *server = &scene->flow.half[SIDE_SERVER];
    scene_begin(scene);
    client->fin_seen = true;
    client->fin_sequence = client->highest_sequence = 1517;
    client->fin_time = SCENE_AT(END_MS);
    server->last_packet_time = SCENE_AT(END_MS + 1);
    scene->sources.conversation = NULL;
    scene_close(scene, END_MS, SIDE_CLIENT, false);
    scene_build(scene);
    ck_assert_str_eq(scene_word(scene, FACT_PATH_CLIENT_LOST), "all");
    ck_assert_int_eq(facts_integer(&scene->facts, FACT_PATH_CLIENT_LOST_BYTES), 517);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_CLIENT_UNHEARD), "yes");
    ck_assert_double_eq_tol(scene->facts.value[FACT_PATH_WAITED_MS].milliseconds, END_MS, 0.001);
    server->last_packet_time = SCENE_AT(1); /* never heard after that: perhaps this tap missed it all */
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_CLIENT_UNHEARD), "no");
}
END_TEST

/* Both ends are there, and nothing is said: for as long as both are heard of. */
START_TEST(both_were_alive_behind_the_last_words) {
    struct scene *scene = stage();
    scene->flow.half[SIDE_CLIENT].last_packet_time = SCENE_AT(30000);
    scene->flow.half[SIDE_SERVER].last_packet_time = SCENE_AT(15002);
    scene_build(scene);
    ck_assert_double_eq_tol(scene->facts.value[FACT_SIGHT_ALIVE_MS].milliseconds, 15000, 0.001);
    scene->flow.half[SIDE_SERVER].last_packet_time = SCENE_AT(1);
    scene_build(scene);
    ck_assert(!facts_has(&scene->facts, FACT_SIGHT_ALIVE_MS));
}
END_TEST

START_TEST(a_window_that_stays_closed) {
    struct scene *scene = stage();
    struct flow_half *client = &scene->flow.half[SIDE_CLIENT];
    client->window_zero_seen = true;
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_CLIENT_WINDOW_CLOSED), "yes");
    client->last_window = 501; /* it opened again */
    scene_build(scene);
    ck_assert_str_eq(scene_flag(scene, FACT_TCP_CLIENT_WINDOW_CLOSED), "no");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("build_path");
    TCase *tcase = tcase_create("path");
    tcase_add_test(tcase, what_was_acknowledged_is_not_lost);
    tcase_add_loop_test(tcase, lost_beside_the_sender, 0, (int)ARRAY_LENGTH(beside_the_sender));
    tcase_add_test(tcase, short_segments_are_lost_too);
    tcase_add_test(tcase, the_path_says_its_mtu);
    tcase_add_loop_test(tcase, lost_beside_the_receiver, 0, (int)ARRAY_LENGTH(beside_the_receiver));
    tcase_add_test(tcase, without_an_mss_size_says_nothing);
    tcase_add_test(tcase, a_clamped_mss_is_full_size);
    tcase_add_test(tcase, a_claim_out_of_all_bounds_is_not_believed);
    tcase_add_test(tcase, the_clients_second_flight);
    tcase_add_test(tcase, first_words_that_never_came_by);
    tcase_add_test(tcase, both_were_alive_behind_the_last_words);
    tcase_add_test(tcase, a_window_that_stays_closed);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
