/* The handshake message framer and what it keeps, through the conversation. */
#include "tls_script.h"

/* The flight's bytes in handshake records of PIECE bytes. */
static void say_pieces(struct script *script, enum side side, const struct script_bytes *flight, size_t piece) {
    for (size_t at = 0; at < flight->length; at += piece)
        say_record(script, side, TLS_CONTENT_HANDSHAKE, flight->data + at,
                   flight->length - at < piece ? flight->length - at : piece);
}

static void check_kept(const struct script_reader *reader, enum tls_slot slot, size_t length) {
    struct script_bytes *want = new_bytes();
    struct cursor body;
    put_noise(want, length);
    ck_assert(tls_conversation_message(&reader->conversation, slot, &body));
    ck_assert_uint_eq(cursor_remaining(&body), length);
    ck_assert_mem_eq(body.position, want->data, length);
    ck_assert_uint_eq(reader->conversation.kept[slot].full_length, length);
    free(want);
}

START_TEST(messages_are_joined_whatever_the_size_of_records) {
    struct script_bytes *flight = new_bytes();
    char trace[256];
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 260);
    put_message(flight, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 70);
    put_message(flight, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
    for (size_t piece = 1; piece <= flight->length; piece++) {
        struct script *script = new_script(0x0303);
        struct script_reader *reader = new_reader(16 << 10);
        say_pieces(script, SIDE_SERVER, flight, piece);
        reader_play(reader, script, 0);
        ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:11 S:12 S:14");
        check_kept(reader, TLS_SLOT_SERVER_CERTIFICATE, 260);
        check_kept(reader, TLS_SLOT_SERVER_KEY_EXCHANGE, 70);
        const struct tls_direction *server = &reader->conversation.direction[SIDE_SERVER];
        ck_assert_uint_eq(server->message_length, 0);
        bool at_borders = piece == 264 || piece == 264 + 74 || piece == flight->length;
        ck_assert_uint_eq(server->fragments > 0, !at_borders);
        free_reader(reader);
        free(script);
    }
    free(flight);
}
END_TEST

START_TEST(a_message_in_progress_says_what_it_waits_for) {
    struct script *script = new_script(0x0303);
    struct script_bytes *flight = new_bytes();
    struct script_reader *reader = new_reader(16 << 10);
    const struct tls_direction *client = &reader->conversation.direction[SIDE_CLIENT];
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 500);
    say_record(script, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, flight->data, 104);
    reader_play(reader, script, 0);
    ck_assert_uint_eq(client->message_length, 104);
    ck_assert_uint_eq(client->message_wanted, 504);
    ck_assert_uint_eq(client->fragments, 1);
    ck_assert_uint_eq(reader->conversation.event_count, 0);
    ck_assert(!reader->conversation.kept[TLS_SLOT_CLIENT_CERTIFICATE].seen);
    free_reader(reader);
    free(flight);
    free(script);
}
END_TEST

/* Over the cap: seen, of known length, not kept; and the next message is found behind it. */
START_TEST(a_message_over_the_cap_is_seen_and_not_kept) {
    static const size_t sizes[] = {TLS_MESSAGE_KEPT, TLS_MESSAGE_KEPT + 1, 150000};
    static const size_t pieces[] = {16384, 5000};
    char trace[256];
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
        for (size_t p = 0; p < ARRAY_LENGTH(pieces); p++) {
            struct script *script = new_script(0x0303);
            struct script_bytes *flight = new_bytes();
            struct script_reader *reader = new_reader(1 << 20);
            const struct tls_kept *kept = &reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE];
            put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, sizes[i]);
            put_message(flight, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
            say_pieces(script, SIDE_SERVER, flight, pieces[p]);
            reader_play(reader, script, 0);
            ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:11 S:14");
            ck_assert(kept->seen);
            ck_assert_uint_eq(kept->full_length, sizes[i]);
            ck_assert_uint_eq(kept->truncated, sizes[i] > TLS_MESSAGE_KEPT);
            if (!kept->truncated) check_kept(reader, TLS_SLOT_SERVER_CERTIFICATE, sizes[i]);
            free_reader(reader);
            free(flight);
            free(script);
        }
}
END_TEST

START_TEST(where_memory_is_short_messages_are_seen_and_not_kept) {
    static const size_t pieces[] = {16384, 300};
    char trace[256];
    for (size_t p = 0; p < ARRAY_LENGTH(pieces); p++) {
        struct script *script = new_script(0x0303);
        struct script_bytes *flight = new_bytes();
        struct script_reader *reader = new_reader(0);
        struct cursor body;
        put_server_hello(flight, 0x0303, 0xc02f, HELLO_PLAIN);
        say_message(script, SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO, flight->data, flight->length);
        flight->length = 0;
        put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 3000);
        put_message(flight, TLS_MESSAGE_SERVER_HELLO_DONE, NULL, 0);
        say_pieces(script, SIDE_SERVER, flight, pieces[p]);
        reader_play(reader, script, 0);
        ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:2 S:11 S:14");
        ck_assert(reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].truncated);
        ck_assert(!tls_conversation_message(&reader->conversation, TLS_SLOT_SERVER_CERTIFICATE, &body));
        ck_assert_uint_eq(reader->conversation.version, 0x0303); /* read before it was to be kept */
        free_reader(reader);
        free(flight);
        free(script);
    }
}
END_TEST

/* Memory that a header promises is not reserved before the bytes are there. */
START_TEST(a_promise_reserves_nothing) {
    static const uint8_t begun[] = {22, 3, 3, 0, 8, 11, 0, 0xff, 0xff, 1, 2, 3, 4}; /* Certificate of 65535 bytes */
    struct script_reader *reader = new_reader(1 << 20);
    reader_feed(reader, SIDE_SERVER, 1, begun, sizeof begun);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].message_wanted, 4 + 65535);
    ck_assert_uint_le(reader->pool.used, 4096);
    free_reader(reader);
}
END_TEST

/* A second one of a kind is heard and not kept: the first counts. */
START_TEST(the_first_message_of_a_kind_is_kept) {
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(16 << 10);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 100);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, NULL, 200);
    reader_play(reader, script, 0);
    check_kept(reader, TLS_SLOT_SERVER_CERTIFICATE, 100);
    ck_assert_uint_eq(reader->conversation.event_count, 2);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(hellos_around_a_retry_request_have_their_own_slots) {
    static const enum tls_slot slots[] = {TLS_SLOT_CLIENT_HELLO, TLS_SLOT_HELLO_RETRY_REQUEST,
                                          TLS_SLOT_CLIENT_HELLO_RETRIED, TLS_SLOT_SERVER_HELLO};
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(16 << 10);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0x1301, HELLO_13 | HELLO_RETRY);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0x1301, HELLO_13);
    reader_play(reader, script, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(slots); i++) {
        ck_assert(reader->conversation.kept[slots[i]].seen);
        ck_assert_int_eq(reader->conversation.kept[slots[i]].time, (int)i + 1);
    }
    ck_assert(reader->conversation.hello_retry && reader->conversation.tls13);
    ck_assert_int_eq(reader->conversation.hello_time, 1);
    free_reader(reader);
    free(script);
}
END_TEST

/* Without a HelloRetryRequest a second ClientHello is no answer to one. */
START_TEST(a_second_hello_without_a_retry_request_is_out_of_order) {
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(16 << 10);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0xc02f, HELLO_PLAIN);
    say_client_hello(script);
    reader_play(reader, script, 0);
    ck_assert(reader->conversation.out_of_order);
    ck_assert(!reader->conversation.kept[TLS_SLOT_CLIENT_HELLO_RETRIED].seen);
    ck_assert_uint_eq(reader->conversation.phase, TLS_PHASE_SERVER_HELLO);
    free_reader(reader);
    free(script);
}
END_TEST

struct bad_case {
    const char *name;
    uint8_t header[4];
    bool bad;
};

static const struct bad_case headers[] = {
    {"type that does not exist", {99, 0, 0, 4}, true},
    {"hello_verify_request is DTLS's", {3, 0, 0, 4}, true},
    {"ServerHelloDone that is not empty", {14, 0, 0, 1}, true},
    {"HelloRequest that is not empty", {0, 0, 0, 1}, true},
    {"a certificate list of 15 MiB", {11, 0xf0, 0, 0}, true},
    {"a certificate list of 1 MiB", {11, 0x10, 0, 0}, false},
    {"Finished in plain text", {20, 0, 0, 12}, false},
};

/* In a record of its own, whole or with its header spread over four records. */
START_TEST(a_header_that_cannot_be_is_bad) {
    const struct bad_case *row = &headers[_i];
    for (size_t piece = 1; piece <= 4; piece++) {
        struct script *script = new_script(0x0303);
        struct script_bytes *header = new_bytes();
        struct script_reader *reader = new_reader(16 << 10);
        put(header, row->header, 4);
        say_pieces(script, SIDE_SERVER, header, piece);
        reader_play(reader, script, 0);
        ck_assert_msg((reader->conversation.event_count == 1) == row->bad, "%s", row->name);
        ck_assert_msg(reader->conversation.out_of_order == row->bad, "%s", row->name);
        if (row->bad) {
            ck_assert_uint_eq(reader->conversation.events[0].kind, TLS_EVENT_BAD_MESSAGE);
            ck_assert_uint_eq(reader->conversation.events[0].type, row->header[0]);
        }
        ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].message_wanted > 0, !row->bad);
        free_reader(reader);
        free(header);
        free(script);
    }
}
END_TEST

/* An alert between two fragments is heard and disturbs nothing. */
START_TEST(an_alert_between_fragments_is_only_noted) {
    struct script *script = new_script(0x0303);
    struct script_bytes *flight = new_bytes();
    struct script_reader *reader = new_reader(16 << 10);
    char trace[256];
    put_message(flight, TLS_MESSAGE_CERTIFICATE, NULL, 500);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, flight->data, 200);
    say_alert(script, SIDE_SERVER, 1, 112);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, flight->data + 200, 304);
    reader_play(reader, script, 0);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:a1.112 S:11");
    check_kept(reader, TLS_SLOT_SERVER_CERTIFICATE, 500);
    free_reader(reader);
    free(flight);
    free(script);
}
END_TEST

/* ChangeCipherSpec in the middle of a message: the message will not be whole. */
START_TEST(a_message_does_not_reach_over_change_cipher_spec) {
    struct script *script = new_script(0x0303);
    struct script_bytes *flight = new_bytes();
    struct script_reader *reader = new_reader(16 << 10);
    char trace[256];
    put_message(flight, TLS_MESSAGE_SERVER_KEY_EXCHANGE, NULL, 500);
    say_record(script, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, flight->data, 200);
    say_change_cipher_spec(script, SIDE_SERVER);
    reader_play(reader, script, 0);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:c S:b12");
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].message_length, 0);
    free_reader(reader);
    free(flight);
    free(script);
}
END_TEST

/* Drafts and field trials of TLS 1.3 are TLS 1.3; a version to come is not taken for it. */
START_TEST(the_server_hello_decides_the_version) {
    static const struct {
        unsigned legacy, flags;
        uint16_t version;
        bool tls13, resumed;
    } rows[] = {
        {0x0300, HELLO_PLAIN, 0x0300, false, false},        {0x0302, HELLO_PLAIN, 0x0302, false, false},
        {0x0303, HELLO_PLAIN, 0x0303, false, false},        {0x0303, HELLO_13, 0x0304, true, false},
        {0x0303, HELLO_13 | HELLO_PSK, 0x0304, true, true}, {0x7f1c, HELLO_PLAIN, 0x7f1c, true, false},
        {0x7e01, HELLO_PLAIN, 0x7e01, true, false},         {0xfb1a, HELLO_PLAIN, 0xfb1a, true, false},
        {0x0305, HELLO_PLAIN, 0x0305, false, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct script *script = new_script(0x0303);
        struct script_reader *reader = new_reader(16 << 10);
        say_client_hello(script);
        say_server_hello(script, rows[i].legacy, 0x1302, rows[i].flags);
        reader_play(reader, script, 0);
        ck_assert_uint_eq(reader->conversation.version, rows[i].version);
        ck_assert_uint_eq(reader->conversation.cipher_suite, 0x1302);
        ck_assert_uint_eq(reader->conversation.tls13, rows[i].tls13);
        ck_assert_uint_eq(reader->conversation.resumed, rows[i].resumed);
        free_reader(reader);
        free(script);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls message");
    TCase *tcase = tcase_create("message");
    tcase_add_test(tcase, messages_are_joined_whatever_the_size_of_records);
    tcase_add_test(tcase, a_message_in_progress_says_what_it_waits_for);
    tcase_add_test(tcase, a_message_over_the_cap_is_seen_and_not_kept);
    tcase_add_test(tcase, where_memory_is_short_messages_are_seen_and_not_kept);
    tcase_add_test(tcase, a_promise_reserves_nothing);
    tcase_add_test(tcase, the_first_message_of_a_kind_is_kept);
    tcase_add_test(tcase, hellos_around_a_retry_request_have_their_own_slots);
    tcase_add_test(tcase, a_second_hello_without_a_retry_request_is_out_of_order);
    tcase_add_loop_test(tcase, a_header_that_cannot_be_is_bad, 0, (int)ARRAY_LENGTH(headers));
    tcase_add_test(tcase, an_alert_between_fragments_is_only_noted);
    tcase_add_test(tcase, a_message_does_not_reach_over_change_cipher_spec);
    tcase_add_test(tcase, the_server_hello_decides_the_version);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
