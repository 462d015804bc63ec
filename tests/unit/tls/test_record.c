/* The record framer, through the conversation: where a record starts, how long it is, when it is none. */
#include "tls_script.h"

struct first_bytes {
    const char *name;
    uint8_t bytes[24];
    size_t length;
    size_t decided;  /* after how many bytes a non-record is known as such, 0: it is a record */
    size_t consumed; /* of a record */
};

static const struct first_bytes server_starts[] = {
    {"text", {'H', 'T', 'T', 'P', '/'}, 5, 1, 0},
    {"ssh banner", {'S', 'S', 'H', '-'}, 4, 1, 0},
    {"content type 19", {19, 3, 3, 0, 1, 1}, 6, 1, 0},
    {"content type 25", {25, 3, 3, 0, 1, 1}, 6, 1, 0},
    {"major version 2", {22, 2, 0, 0, 4}, 5, 2, 0},
    {"major version 4", {22, 4, 0, 0, 4}, 5, 2, 0},
    {"handshake of version 0.0", {22, 0, 0, 0, 4}, 5, 2, 0},
    {"alert of version 0.1", {21, 0, 1, 0, 2, 2, 40}, 7, 3, 0},
    {"alert of version 0.0, long", {21, 0, 0, 0, 3, 2, 40, 0}, 8, 5, 0},
    {"SSLv2 server hello", {0x80, 0x2b, 0x04, 0x00, 0x01}, 5, 1, 0},
    {"alert of version 0.0", {21, 0, 0, 0, 2, 2, 70}, 7, 0, 7},
    {"alert", {21, 3, 1, 0, 2, 2, 40}, 7, 0, 7},
    {"alert of a version to come", {21, 3, 9, 0, 2, 2, 40}, 7, 0, 7},
    {"ServerHelloDone", {22, 3, 3, 0, 4, 14, 0, 0, 0}, 9, 0, 9},
    {"two records", {22, 3, 3, 0, 4, 14, 0, 0, 0, 21, 3, 3, 0, 2, 2, 40}, 16, 0, 16},
    {"one record and a half", {22, 3, 3, 0, 4, 14, 0, 0, 0, 21, 3, 3, 0, 2, 2}, 15, 0, 9},
    {"one record and a bit", {22, 3, 3, 0, 4, 14, 0, 0, 0, 21}, 10, 0, 9},
    {"body not whole", {22, 3, 3, 0, 4, 14, 0, 0}, 8, 0, 0},
    {"header not whole", {22, 3, 3, 0}, 4, 0, 0},
    {"application data, not whole", {23, 3, 3, 0, 9, 1, 2, 3}, 8, 0, 8},
};

static size_t read_exact(struct tls_conversation *conversation, enum side side, const uint8_t *bytes, size_t length) {
    uint8_t *copy = exact_copy(bytes, length);
    size_t consumed = tls_conversation_read(conversation, side, 1, copy, length);
    free(copy);
    return consumed;
}

START_TEST(a_record_starts_or_does_not) {
    const struct first_bytes *row = &server_starts[_i];
    for (size_t length = 1; length <= row->length; length++) {
        struct script_reader *reader = new_reader(16 << 10);
        struct tls_conversation *conversation = &reader->conversation;
        size_t consumed = read_exact(conversation, SIDE_SERVER, row->bytes, length);
        bool stopped = row->decided != 0 && length >= row->decided;
        ck_assert_msg(conversation->direction[SIDE_SERVER].not_tls == stopped, "%s: after %zu", row->name, length);
        if (stopped) ck_assert_uint_eq(consumed, length);
        if (stopped) ck_assert_uint_eq(conversation->direction[SIDE_SERVER].odd_length, length);
        if (row->decided == 0 && length == row->length) ck_assert_uint_eq(consumed, row->consumed);
        free_reader(reader);
    }
}
END_TEST

struct length_case {
    const char *name;
    uint8_t type;
    uint16_t length;
    bool stops;        /* nothing is read any more */
    const char *trace; /* after header and body */
};

static const struct length_case lengths[] = {
    {"plain text of 2^14", 22, 16384, false, "S:11"},
    {"plain text of 2^14 + 1", 22, 16385, false, "S:o16385"},
    {"application data of 2^14 + 256", 23, 16640, false, "S:e23:16640"},
    {"application data of 2^14 + 2048", 23, 18432, false, "S:e23:18432"},
    {"application data of 2^14 + 2049", 23, 18433, true, "S:o18433"},
    {"plain text of 2^16 - 1", 22, 65535, true, "S:o65535"},
    {"heartbeat", 24, 19, false, "S:e24:19"},
    {"empty application data", 23, 0, false, "S:e23:0"},
    {"empty handshake record", 22, 0, false, "S:b22"},
    {"empty alert record", 21, 0, false, "S:b21"},
};

START_TEST(a_record_has_a_longest_length) {
    const struct length_case *row = &lengths[_i];
    struct script *script = new_script(0x0303);
    struct script_bytes *body = new_bytes();
    struct script_reader *reader = new_reader(64 << 10);
    char trace[256];
    if (row->type == 22 && row->length > 4) put_message(body, TLS_MESSAGE_CERTIFICATE, NULL, row->length - 4u);
    if (row->type != 22) put_noise(body, row->length);
    say_record(script, SIDE_SERVER, row->type, body->data, row->length);
    reader_play(reader, script, 0);
    ck_assert_msg(strcmp(reader_trace(reader, trace, sizeof trace), row->trace) == 0, "%s: %s", row->name, trace);
    ck_assert_msg(reader->conversation.direction[SIDE_SERVER].not_tls == row->stops, "%s", row->name);
    free_reader(reader);
    free(body);
    free(script);
}
END_TEST

/* The longest unit that may have to be left over is what the header says. */
START_TEST(the_longest_unit_is_as_announced) {
    static const uint8_t header[] = {22, 3, 3, 0x40, 0x00}; /* 2^14 */
    struct script_reader *reader = new_reader(64 << 10);
    struct script_bytes *bytes = new_bytes();
    put(bytes, header, sizeof header);
    put_fill(bytes, 0, 16383);
    ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_SERVER, bytes->data, bytes->length), 0);
    ck_assert_uint_lt(bytes->length, TLS_UNIT_LONGEST);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_SERVER].waiting, sizeof header + 16384);
    free(bytes);
    free_reader(reader);
}
END_TEST

/* Behind ChangeCipherSpec every record is passed over, but an alert of two bytes cannot be encrypted. */
START_TEST(behind_change_cipher_spec_all_is_encrypted) {
    static const uint8_t bytes[] = {
        22, 3, 3, 0, 4,  14, 0,  0, 0,                                        /* ServerHelloDone: TLS 1.2 or older */
        20, 3, 3, 0, 1,  1,                                                   /* ChangeCipherSpec */
        21, 3, 3, 0, 2,  2,  40,                                              /* a plain alert nevertheless */
        20, 3, 3, 0, 17, 1,  1,  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* encrypted ChangeCipherSpec */
    };
    struct script_reader *reader = new_reader(16 << 10);
    char trace[256];
    ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_SERVER, bytes, sizeof bytes), sizeof bytes);
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), "S:14 S:c S:a2.40 S:e20:17");
    free_reader(reader);
}
END_TEST

/* RFC 8446 section 5: the value of ChangeCipherSpec is 1, its length 1. */
START_TEST(a_strange_change_cipher_spec_changes_nothing) {
    static const uint8_t rows[][7] = {{20, 3, 3, 0, 1, 2, 0}, {20, 3, 3, 0, 2, 1, 1}};
    static const size_t row_lengths[] = {6, 7};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct script_reader *reader = new_reader(16 << 10);
        ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_SERVER, rows[i], row_lengths[i]), row_lengths[i]);
        ck_assert(reader->conversation.out_of_order);
        ck_assert(!reader->conversation.direction[SIDE_SERVER].change_cipher_spec);
        free_reader(reader);
    }
}
END_TEST

START_TEST(an_ssl2_hello_is_for_the_start_of_the_client_only) {
    static const uint8_t hello[] = {
        0x80, 0x1c, 0x01, 0x03, 0x01, 0x00, 0x03, 0x00, 0x00, 0x00, 0x10, /* one suite, challenge of 16 */
        0x00, 0x00, 0x2f, 1,    2,    3,    4,    5,    6,    7,    8,    9, 10, 11, 12, 13, 14, 15, 16,
    };
    static const uint8_t alert[] = {21, 3, 1, 0, 2, 1, 0};
    struct script_reader *reader = new_reader(16 << 10);
    struct cursor body;
    for (size_t length = 0; length < sizeof hello; length++) /* not whole: left over */
        ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_CLIENT, hello, length), 0);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_CLIENT].waiting, sizeof hello);
    ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_CLIENT, hello, sizeof hello), sizeof hello);
    ck_assert(reader->conversation.ssl2_hello);
    ck_assert_uint_eq(reader->conversation.direction[SIDE_CLIENT].first_record_version, TLS_VERSION_SSL2);
    ck_assert(tls_conversation_message(&reader->conversation, TLS_SLOT_CLIENT_HELLO, &body));
    ck_assert_uint_eq(cursor_remaining(&body), sizeof hello - 2);
    ck_assert_mem_eq(body.position, hello + 2, sizeof hello - 2);
    free_reader(reader);

    reader = new_reader(16 << 10);
    ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_CLIENT, alert, sizeof alert), sizeof alert);
    ck_assert_uint_eq(read_exact(&reader->conversation, SIDE_CLIENT, hello, sizeof hello), sizeof hello);
    ck_assert(reader->conversation.direction[SIDE_CLIENT].not_tls && !reader->conversation.ssl2_hello);
    free_reader(reader);
}
END_TEST

struct resume_case {
    const char *name;
    uint8_t bytes[12];
    uint8_t length;
    bool found;
};

/* What a side may go on with behind a gap whose end is the end of no known record. */
static const struct resume_case resumes[] = {
    {"ServerKeyExchange", {22, 3, 3, 1, 0x4d, 12, 0, 1, 0x49, 3, 0, 29}, 12, true},
    {"ServerHelloDone", {22, 3, 3, 0, 4, 14, 0, 0, 0}, 9, true},
    {"application data", {23, 3, 3, 0, 40}, 5, true},
    {"alert", {21, 3, 3, 0, 2, 2, 48}, 7, true},
    {"encrypted alert", {21, 3, 3, 0, 26}, 5, true},
    {"ChangeCipherSpec", {20, 3, 3, 0, 1, 1}, 6, true},
    {"alert of level 9", {21, 3, 3, 0, 2, 9, 48}, 7, false},
    {"ChangeCipherSpec of 2", {20, 3, 3, 0, 1, 2}, 6, false},
    {"a message of the other side", {22, 3, 3, 0, 4, 16, 0, 0, 0}, 9, false},
    {"version 3.5", {23, 3, 5, 0, 40}, 5, false},
    {"version 0.0", {21, 0, 0, 0, 2, 2, 70}, 7, false},
    {"empty", {23, 3, 3, 0, 0}, 5, false},
    {"too long", {23, 3, 3, 0x48, 1}, 5, false},
    {"noise", {0x9c, 0x11, 0x03, 0x03, 0x17}, 5, false},
};

START_TEST(behind_a_gap_a_border_has_to_be_plausible) {
    const struct resume_case *row = &resumes[_i];
    for (size_t chunk = 1; chunk <= row->length; chunk++) {
        struct script_reader *reader = new_reader(16 << 10);
        const struct tls_direction *direction = &reader->conversation.direction[SIDE_SERVER];
        reader_gap(reader, SIDE_SERVER, 1, 1000);
        ck_assert(direction->resynchronise);
        reader_feed(reader, SIDE_SERVER, 2, row->bytes, chunk);
        if (chunk == row->length) ck_assert_msg(direction->resynchronise != row->found, "%s", row->name);
        if (!row->found && chunk == row->length) ck_assert_uint_eq(reader->left_length[SIDE_SERVER], 0);
        free_reader(reader);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls record");
    TCase *tcase = tcase_create("record");
    tcase_add_loop_test(tcase, a_record_starts_or_does_not, 0, (int)ARRAY_LENGTH(server_starts));
    tcase_add_loop_test(tcase, a_record_has_a_longest_length, 0, (int)ARRAY_LENGTH(lengths));
    tcase_add_test(tcase, the_longest_unit_is_as_announced);
    tcase_add_test(tcase, behind_change_cipher_spec_all_is_encrypted);
    tcase_add_test(tcase, a_strange_change_cipher_spec_changes_nothing);
    tcase_add_test(tcase, an_ssl2_hello_is_for_the_start_of_the_client_only);
    tcase_add_loop_test(tcase, behind_a_gap_a_border_has_to_be_plausible, 0, (int)ARRAY_LENGTH(resumes));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
