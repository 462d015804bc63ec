#include "sealed_scene.h"
#include "tls/shape.h"

static const size_t chunks[] = {0, 1, 13, 1000};

#define FLIGHT        "C:1 S:2 S:c S:8 S:11 S:15 S:20"
#define FLIGHT_ASKING "C:1 S:2 S:c S:8 S:13 S:11 S:15 S:20"

START_TEST(a_refused_server_is_read) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    struct tls_shape shape;
    say_flight(scene, false);
    say_change_cipher_spec(scene->script, SIDE_CLIENT);
    say_hidden_alert(scene, SIDE_CLIENT, SEAL_CLIENT, 2, 45);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, FLIGHT " C:c C:a2.45");
    check_kept(scene, TLS_SLOT_SERVER_CERTIFICATE, certificate_12, sizeof certificate_12);
    check_kept(scene, TLS_SLOT_CERTIFICATE_STATUS, status, sizeof status);
    check_kept(scene, TLS_SLOT_ENCRYPTED_EXTENSIONS, extensions, sizeof extensions);
    tls_shape_read(&scene->replay.conversation, &shape);
    ck_assert_int_eq(shape.server_flight, TLS_FLIGHT_WHOLE);
    ck_assert_int_eq(shape.request, TLS_REQUEST_NO);
    ck_assert_int_eq(shape.answer, TLS_ANSWER_ALERT_PLAIN);
    ck_assert_int_eq(shape.finished, TLS_FINISHED_NOT_SEEN);
    ck_assert_int_eq(scene->replay.conversation.phase, TLS_PHASE_SERVER_DONE);
    ck_assert_int_eq(tls_shape_completion(&scene->replay.conversation, TLS_CLOSING_CLIENT), TLS_COMPLETION_UNFINISHED);
    scene_free(scene);
}
END_TEST

START_TEST(a_refused_client_is_read) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    struct tls_shape shape;
    say_flight(scene, true);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_CERTIFICATE, certificate_13, sizeof certificate_13);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_CERTIFICATE_VERIFY, NULL, 76);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_FINISHED, NULL, 32);
    say_hidden_alert(scene, SIDE_SERVER, SEAL_SERVER_DATA, 2, 48);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, FLIGHT_ASKING " C:11 C:15 C:20 S:a2.48");
    check_kept(scene, TLS_SLOT_CERTIFICATE_REQUEST, request, sizeof request);
    check_kept(scene, TLS_SLOT_CLIENT_CERTIFICATE, certificate_12, sizeof certificate_12);
    tls_shape_read(&scene->replay.conversation, &shape);
    ck_assert_int_eq(shape.request, TLS_REQUEST_ANSWERED);
    ck_assert_int_eq(shape.answer, TLS_ANSWER_CERTIFICATE);
    ck_assert_int_eq(shape.finished, TLS_FINISHED_READ);
    ck_assert_int_eq(scene->replay.conversation.phase, TLS_PHASE_CLIENT_FINISHED);
    ck_assert_int_eq(tls_shape_completion(&scene->replay.conversation, TLS_CLOSING_SERVER), TLS_COMPLETION_REFUSED);
    scene_free(scene);
}
END_TEST

START_TEST(an_empty_certificate_is_read) {
    static const uint8_t empty[] = {0x00, 0x00, 0x00, 0x00};
    char trace[1024];
    struct scene *scene = scene_new(false);
    struct tls_shape shape;
    say_flight(scene, true);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_CERTIFICATE, empty, sizeof empty);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_FINISHED, NULL, 32);
    say_hidden_alert(scene, SIDE_SERVER, SEAL_SERVER_DATA, 2, 116);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, FLIGHT_ASKING " C:11 C:20 S:a2.116");
    check_kept(scene, TLS_SLOT_CLIENT_CERTIFICATE, "\0\0\0", 3);
    tls_shape_read(&scene->replay.conversation, &shape);
    ck_assert_int_eq(shape.answer, TLS_ANSWER_CERTIFICATE_EMPTY);
    scene_free(scene);
}
END_TEST

/* After a ticket it is done; a close_notify in its place proves the same. */
START_TEST(a_completed_handshake_is_done) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    say_flight(scene, false);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_FINISHED, NULL, 32);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER_DATA, TLS_MESSAGE_NEW_SESSION_TICKET, NULL, 100);
    say_sealed(scene, SIDE_CLIENT, SEAL_CLIENT_DATA, TLS_CONTENT_APPLICATION_DATA, (const uint8_t *)"GET", 3);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, FLIGHT " C:20 S:4 C:e23:20");
    ck_assert_int_eq(scene->replay.conversation.phase, TLS_PHASE_DONE);
    ck_assert_int_eq(tls_shape_completion(&scene->replay.conversation, TLS_CLOSING_NONE), TLS_COMPLETION_PROVEN);
    scene_free(scene);
    scene = scene_new(false);
    say_flight(scene, false);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_FINISHED, NULL, 32);
    say_hidden_alert(scene, SIDE_SERVER, SEAL_SERVER_DATA, 1, 0);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, FLIGHT " C:20 S:a1.0");
    ck_assert_int_eq(tls_shape_completion(&scene->replay.conversation, TLS_CLOSING_SERVER), TLS_COMPLETION_PROVEN);
    scene_free(scene);
}
END_TEST

START_TEST(early_data_comes_under_its_own_key) {
    static const uint8_t end_of_early_data[] = {5, 0, 0, 0};
    char trace[1024];
    struct scene *scene = scene_new(true);
    struct tls_shape shape;
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_ENCRYPTED_EXTENSIONS, extensions,
                       sizeof extensions);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_FINISHED, NULL, 32);
    say_sealed(scene, SIDE_CLIENT, SEAL_EARLY, TLS_CONTENT_HANDSHAKE, end_of_early_data, sizeof end_of_early_data);
    say_hidden_message(scene, SIDE_CLIENT, SEAL_CLIENT, TLS_MESSAGE_FINISHED, NULL, 32);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, "C:1 C:e23:28 S:2 S:c S:8 S:20 C:5 C:20");
    tls_shape_read(&scene->replay.conversation, &shape);
    ck_assert(shape.early_data);
    ck_assert_int_eq(shape.answer, TLS_ANSWER_FINISHED);
    ck_assert_int_eq(tls_shape_completion(&scene->replay.conversation, TLS_CLOSING_NONE), TLS_COMPLETION_OPEN);
    scene_free(scene);
}
END_TEST

/* A message that is cut over two records, and two in one. */
START_TEST(messages_are_joined_over_records) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    struct script_bytes *flight = new_bytes();
    put_message(flight, TLS_MESSAGE_ENCRYPTED_EXTENSIONS, extensions, sizeof extensions);
    put_message(flight, TLS_MESSAGE_CERTIFICATE, certificate_13, sizeof certificate_13);
    say_sealed(scene, SIDE_SERVER, SEAL_SERVER, TLS_CONTENT_HANDSHAKE, flight->data, 25);
    say_sealed(scene, SIDE_SERVER, SEAL_SERVER, TLS_CONTENT_HANDSHAKE, flight->data + 25, flight->length - 25);
    free(flight);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, "C:1 S:2 S:c S:8 S:11");
    check_kept(scene, TLS_SLOT_SERVER_CERTIFICATE, certificate_12, sizeof certificate_12);
    scene_free(scene);
}
END_TEST

/* Without the right secrets nothing is said, and nothing is kept. */
START_TEST(other_secrets_open_nothing) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    say_flight(scene, false);
    secret_add(scene, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", SEAL_EARLY);
    secret_add(scene, "SERVER_HANDSHAKE_TRAFFIC_SECRET", SEAL_EARLY);
    reader_play(scene->reader, scene->script, chunks[_i]);
    size_t used = scene->reader->pool.used;
    ck_assert(!decrypt_replay_begin(&scene->replay, &scene->reader->conversation, scene->keylog));
    ck_assert_uint_eq(scene->reader->pool.used, used);
    struct keylog *none = keylog_new(1, &key);
    ck_assert(!decrypt_replay_begin(&scene->replay, &scene->reader->conversation, none));
    keylog_free(none);
    scene_free(scene);
    scene = scene_new(false);
    scene->reader->conversation.keep_encrypted = false;
    say_flight(scene, false);
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert(!scene->replayed);
    scene_free(scene);
}
END_TEST

/* What comes behind a record that was changed on its way, or that was missed, stays closed. */
START_TEST(a_changed_record_stays_closed) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    say_flight(scene, false);
    scene->script->bytes[scene->script->length - 1] ^= 1; /* the tag of Finished */
    scene_play(scene, chunks[_i], trace, sizeof trace);
    ck_assert_str_eq(trace, "C:1 S:2 S:c S:8 S:11 S:15 S:e23:53");
    scene_free(scene);
}
END_TEST

START_TEST(a_gap_ends_what_can_be_opened) {
    char trace[1024];
    struct scene *scene = scene_new(false);
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_ENCRYPTED_EXTENSIONS, extensions,
                       sizeof extensions);
    reader_play(scene->reader, scene->script, 0);
    reader_gap(scene->reader, SIDE_SERVER, 8, 400);
    scene->script->count = 0;
    scene->script->length = 0;
    say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_FINISHED, NULL, 32);
    scene_play(scene, 0, trace, sizeof trace);
    ck_assert_str_eq(trace, "C:1 S:2 S:c S:8 S:g400 S:e23:53");
    scene_free(scene);
}
END_TEST

/* Certificates that contradict themselves, at every length: never more than what is there, never a parse of half. */
START_TEST(a_certificate_that_contradicts_itself_is_not_parsed) {
    for (size_t length = 3; length < sizeof certificate_13; length++) {
        char trace[1024];
        struct cursor body;
        struct scene *scene = scene_new(false);
        say_hidden_message(scene, SIDE_SERVER, SEAL_SERVER, TLS_MESSAGE_CERTIFICATE, certificate_13, length);
        scene_play(scene, 0, trace, sizeof trace);
        ck_assert_str_eq(trace, "C:1 S:2 S:c S:11");
        ck_assert(!tls_conversation_message(&scene->replay.conversation, TLS_SLOT_SERVER_CERTIFICATE, &body));
        scene_free(scene);
    }
}
END_TEST

/* Over the cap nothing more is kept; what was kept still opens. */
START_TEST(the_cap_is_kept) {
    static uint8_t data[3000];
    char trace[4096];
    struct scene *scene = scene_new(false);
    say_flight(scene, false);
    for (int i = 0; i < 30; i++)
        say_sealed(scene, SIDE_SERVER, SEAL_SERVER_DATA, TLS_CONTENT_APPLICATION_DATA, data, sizeof data);
    scene_play(scene, 0, trace, sizeof trace);
    const struct tls_direction *direction = &scene->reader->conversation.direction[SIDE_SERVER];
    ck_assert(direction->encrypted_lost);
    ck_assert_uint_le(direction->encrypted_length, TLS_ENCRYPTED_KEPT);
    ck_assert_int_eq(strncmp(trace, FLIGHT, strlen(FLIGHT)), 0);
    scene_free(scene);
}
END_TEST

int main(void) {
    int pieces = (int)(sizeof chunks / sizeof chunks[0]);
    Suite *suite = suite_create("replay");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, a_refused_server_is_read, 0, pieces);
    tcase_add_loop_test(cases, a_refused_client_is_read, 0, pieces);
    tcase_add_loop_test(cases, an_empty_certificate_is_read, 0, pieces);
    tcase_add_loop_test(cases, a_completed_handshake_is_done, 0, pieces);
    tcase_add_loop_test(cases, early_data_comes_under_its_own_key, 0, pieces);
    tcase_add_loop_test(cases, messages_are_joined_over_records, 0, pieces);
    tcase_add_loop_test(cases, other_secrets_open_nothing, 0, pieces);
    tcase_add_loop_test(cases, a_changed_record_stays_closed, 0, pieces);
    tcase_add_test(cases, a_gap_ends_what_can_be_opened);
    tcase_add_test(cases, a_certificate_that_contradicts_itself_is_not_parsed);
    tcase_add_test(cases, the_cap_is_kept);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
