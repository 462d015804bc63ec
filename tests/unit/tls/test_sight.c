/* What is kept and counted of what was heard, and what a conversation makes of bytes that were missed. */
#include "tls_handshakes.h"

#define FLIGHT_13 "S:c S:e23:27 S:e23:900 S:e23:281 S:e23:53"

START_TEST(what_is_kept_is_what_was_said) {
    struct script *script = new_script(0x0303);
    fragmented_12(script);
    struct script_bytes *want = new_bytes();
    struct script_reader *reader = new_reader(16 << 10);
    struct cursor body;
    reader_play(reader, script, 0);
    put_noise(want, 700); /* the Certificate, out of 14 records */
    ck_assert(tls_conversation_message(&reader->conversation, TLS_SLOT_SERVER_CERTIFICATE, &body));
    ck_assert_uint_eq(cursor_remaining(&body), 700);
    ck_assert_mem_eq(body.position, want->data, 700);
    want->length = 0;
    put_client_hello(want, 40);
    ck_assert(tls_conversation_message(&reader->conversation, TLS_SLOT_CLIENT_HELLO, &body));
    ck_assert_uint_eq(cursor_remaining(&body), want->length);
    ck_assert_mem_eq(body.position, want->data, want->length);
    ck_assert_int_eq(reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].time, 2);
    ck_assert(!tls_conversation_message(&reader->conversation, TLS_SLOT_CLIENT_CERTIFICATE, &body));
    ck_assert(cursor_is_empty(&body));
    free_reader(reader);
    free(want);
    free(script);
}
END_TEST

START_TEST(odd_bytes_are_the_first_that_are_no_tls) {
    struct script *script = new_script(0x0303);
    http_answer(script);
    for (size_t chunk = 1; chunk < 80; chunk++) {
        struct script_reader *reader = new_reader(16 << 10);
        const struct tls_direction *server = &reader->conversation.direction[SIDE_SERVER];
        reader_play(reader, script, chunk);
        ck_assert(server->not_tls && !server->started);
        ck_assert_uint_eq(server->odd_length, script->turns[1].length);
        ck_assert_mem_eq(server->odd_bytes, "HTTP/1.1 400 Bad Request\r\n", 26);
        free_reader(reader);
    }
    free(script);
}
END_TEST

/* More than is kept: the rest is swallowed and changes nothing. */
START_TEST(odd_bytes_have_a_cap) {
    struct script_reader *reader = new_reader(16 << 10);
    uint8_t text[500];
    memset(text, 'A', sizeof text);
    reader_feed(reader, SIDE_SERVER, 1, text, sizeof text);
    reader_feed(reader, SIDE_SERVER, 2, text, sizeof text);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].odd_length, TLS_ODD_BYTES_KEPT);
    ck_assert_uint_eq(reader->conversation.event_count, 1);
    ck_assert_uint_eq(reader->left_length[SIDE_SERVER], 0);
    free_reader(reader);
}
END_TEST

/* Encrypted bodies are not asked for as a whole, however long. */
START_TEST(encrypted_bodies_are_passed_over) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    reader_play(reader, script, 0);
    uint8_t piece[1000] = {0x17, 0x03, 0x03, 0x40, 0x00}; /* 16384 bytes follow */
    reader_feed(reader, SIDE_SERVER, 9, piece, sizeof piece);
    ck_assert_uint_eq(reader->left_length[SIDE_SERVER], 0);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].skip, 16384 - 995);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].application_records, 0);
    memset(piece, 0, sizeof piece);
    for (int i = 0; i < 15; i++)
        reader_feed(reader, SIDE_SERVER, 10, piece, sizeof piece);
    reader_feed(reader, SIDE_SERVER, 11, piece, 389);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].application_records, 1);
    const struct tls_event *last = &reader->conversation.events[reader->conversation.event_count - 1];
    ck_assert_uint_eq(last->length, 16384);
    ck_assert_int_eq(last->time, 11);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(a_gap_inside_a_passed_over_body_is_harmless) {
    struct script *script = new_script(0x0303);
    full_13(script);
    const struct script_turn *flight = &script->turns[1];
    /* the 900-byte record that stands for the Certificate is the fourth of the flight */
    size_t hello = 5 + (size_t)script->bytes[flight->offset + 4] + 256 * (size_t)script->bytes[flight->offset + 3];
    size_t body = hello + 6 + 5 + 27 + 5;
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 1, body + 100, 800); /* to the very end of it */
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "C:1 S:2 " FLIGHT_13 " C:c C:e23:53 S:e23:250");
    ck_assert_uint_eq(reader->conversation.gaps[SIDE_SERVER], 0);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* A gap inside the Certificate's record: its end is known, and what follows is read. */
START_TEST(a_gap_inside_a_message_loses_that_message) {
    struct script *script = new_script(0x0303);
    client_auth_12(script);
    const struct script_turn *flight = &script->turns[1];
    size_t hello = 5 + (size_t)script->bytes[flight->offset + 4];
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 1, hello + 50, 300);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace),
                     "C:1 S:2 S:g300 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40");
    ck_assert(!reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].seen);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    ck_assert(!reader->conversation.out_of_order);
    free_reader(reader);
    free(script);
}
END_TEST

/* A gap that swallows the Certificate and cuts ServerKeyExchange: the border is found again at a segment's start. */
START_TEST(behind_a_gap_the_next_record_is_found) {
    struct script *script = new_script(0x0303);
    client_auth_12(script);
    const struct script_turn *flight = &script->turns[1];
    const uint8_t *bytes = script->bytes + flight->offset;
    size_t hello = 5 + (size_t)bytes[4], certificate = 5 + 4 + 700, exchange = 5 + 4 + 329;
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    reader_feed(reader, SIDE_CLIENT, 1, script->bytes, script->turns[0].length);
    reader_feed(reader, SIDE_SERVER, 2, bytes, hello);
    reader_gap(reader, SIDE_SERVER, 2, certificate + 30);
    reader_feed(reader, SIDE_SERVER, 2, bytes + hello + certificate + 30, exchange - 30);
    size_t rest = hello + certificate + exchange;
    reader_feed(reader, SIDE_SERVER, 3, bytes + rest, flight->length - rest);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "C:1 S:2 S:g739 S:13 S:14");
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_SERVER_DONE);
    ck_assert(!reader->conversation.direction[SIDE_SERVER].resynchronise);
    free_reader(reader);
    free(script);
}
END_TEST

/* The client's ChangeCipherSpec was missed: its Finished is no message, and what it was is left open until the server
 * sends data. */
START_TEST(a_missed_change_cipher_spec_is_no_bad_message) {
    struct script *script = new_script(0x0303);
    full_12(script);
    say_encrypted(script, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 300);
    const struct script_turn *turn = &script->turns[2];
    struct script_reader *reader = new_reader(16 << 10);
    char trace[1024];
    play_with_gap(reader, script, 2, turn->length - 45 - 6, 6);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace),
                     "C:1 S:2 S:11 S:22 S:12 S:14 C:16 C:g6 C:e22:40 S:4 S:c S:e22:40 S:e23:300");
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* The other way round: the server's was missed, and size and place make its Finished. */
START_TEST(a_finished_behind_a_missed_change_cipher_spec_is_known_by_size) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    play_with_gap(reader, script, 3, script->turns[3].length - 45 - 6, 6);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_DONE);
    ck_assert(!reader->conversation.out_of_order);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(a_capture_of_the_server_alone_is_not_out_of_order) {
    struct script *script = new_script(0x0303);
    full_12(script);
    struct script_reader *reader = new_reader(16 << 10);
    for (unsigned i = 1; i < script->count; i += 2)
        reader_feed(reader, SIDE_SERVER, i + 1, script->bytes + script->turns[i].offset, script->turns[i].length);
    ck_assert(!reader->conversation.out_of_order);
    ck_assert(reader->conversation.direction[SIDE_SERVER].finished);
    ck_assert_uint_ne(reader->conversation.phase, TLS_PHASE_DONE);
    free_reader(reader);
    free(script);
}
END_TEST

/* Only so many events are kept; the rest is counted. */
START_TEST(events_have_a_cap) {
    struct script_reader *reader = new_reader(16 << 10);
    uint8_t alerts[5 + 200] = {0x15, 0x03, 0x03, 0x00, 200};
    for (size_t i = 5; i < sizeof alerts; i += 2)
        alerts[i] = 1, alerts[i + 1] = 90;
    reader_feed(reader, SIDE_SERVER, 1, alerts, sizeof alerts);
    ck_assert_uint_eq(reader->conversation.event_count, TLS_EVENTS_KEPT);
    ck_assert_uint_eq(reader->conversation.events_dropped, 100 - TLS_EVENTS_KEPT);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].alerts, 100);
    free_reader(reader);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls sight");
    TCase *tcase = tcase_create("sight");
    tcase_add_test(tcase, what_is_kept_is_what_was_said);
    tcase_add_test(tcase, odd_bytes_are_the_first_that_are_no_tls);
    tcase_add_test(tcase, odd_bytes_have_a_cap);
    tcase_add_test(tcase, encrypted_bodies_are_passed_over);
    tcase_add_test(tcase, a_gap_inside_a_passed_over_body_is_harmless);
    tcase_add_test(tcase, a_gap_inside_a_message_loses_that_message);
    tcase_add_test(tcase, behind_a_gap_the_next_record_is_found);
    tcase_add_test(tcase, a_missed_change_cipher_spec_is_no_bad_message);
    tcase_add_test(tcase, a_finished_behind_a_missed_change_cipher_spec_is_known_by_size);
    tcase_add_test(tcase, a_capture_of_the_server_alone_is_not_out_of_order);
    tcase_add_test(tcase, events_have_a_cap);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
