/* Whether first bytes are TLS. Each row is also tried at every shorter length: what is decided early must stand. */
#include "run_suite.h"
#include "tls/conversation.h"

#define IS        TLS_IS
#define IS_NOT    TLS_IS_NOT
#define UNDECIDED TLS_IS_UNDECIDED

struct row {
    const char *name;
    uint8_t bytes[48];
    size_t length;
    enum tls_recognition want; /* of all of them */
    size_t decided;            /* after how many bytes; before, undecided */
};

static const struct row client_rows[] = {
    /* record: type, version, length; ClientHello: type, length */
    {"TLS 1.0 record", {22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3}, 11, IS, 9},
    {"SSL 3.0 record", {22, 3, 0, 0, 0x43, 1, 0, 0, 0x3f, 3, 0}, 11, IS, 9},
    {"TLS 1.2 record", {22, 3, 3, 2, 0, 1, 0, 1, 0xfc, 3, 3}, 11, IS, 9},
    {"hello longer than its record", {22, 3, 1, 0, 64, 1, 0, 6, 0xfc, 3, 3}, 11, IS, 9},
    {"hello in tiny records", {22, 3, 1, 0, 1, 1, 22, 3, 1, 0, 1, 0}, 12, IS, 6},
    {"hello in records of three", {22, 3, 1, 0, 3, 1, 0, 1, 22}, 9, IS, 6},
    {"version 3.5", {22, 3, 5, 2, 0, 1, 0, 1, 0xfc}, 9, IS_NOT, 5},
    {"major version 4", {22, 4, 0, 2, 0, 1, 0, 1, 0xfc}, 9, IS_NOT, 2},
    {"empty record", {22, 3, 1, 0, 0, 22}, 6, IS_NOT, 5},
    {"a ServerHello", {22, 3, 3, 0, 80, 2, 0, 0, 76}, 9, IS_NOT, 6},
    {"hello too short to be one", {22, 3, 1, 0, 20, 1, 0, 0, 16}, 9, IS_NOT, 9},
    {"hello too long to be one", {22, 3, 1, 2, 0, 1, 0x10, 0, 0}, 9, IS_NOT, 9},
    {"an alert", {21, 3, 1, 0, 2, 2, 40}, 7, IS_NOT, 5},
    {"an alert of version 0.0", {21, 0, 0, 0, 2, 2, 40}, 7, IS_NOT, 5},
    {"application data", {23, 3, 3, 0, 40, 1, 2, 3}, 8, IS_NOT, 5},
    {"HTTP", {'G', 'E', 'T', ' ', '/'}, 5, IS_NOT, 1},
    {"SSH", {'S', 'S', 'H', '-'}, 4, IS_NOT, 1},
    {"nothing", {0}, 0, UNDECIDED, 0},
    {"SSLv2 format, SSL 2.0", {0x80, 0x1f, 1, 0, 2, 0, 6, 0, 0, 0, 16, 1, 0, 0x80}, 14, IS, 11},
    {"SSLv2 format, TLS 1.0", {0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f}, 14, IS, 11},
    {"SSLv2 format, session id", {0x80, 0x2c, 1, 3, 1, 0, 3, 0, 16, 0, 16, 0}, 12, IS, 11},
    {"SSLv2 format, long", {0x81, 0x19, 1, 3, 1, 1, 0, 0, 0, 0, 16, 0}, 12, IS_NOT, 11}, /* 256 is not 3 x n */
    {"SSLv2 format, 255 bytes of suites", {0x81, 0x18, 1, 3, 1, 0, 0xff, 0, 0, 0, 16, 0}, 12, IS, 11},
    {"SSLv2 format, lengths that do not add up", {0x80, 0x1d, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0}, 12, IS_NOT, 11},
    {"SSLv2 format, no suites", {0x80, 0x19, 1, 3, 1, 0, 0, 0, 0, 0, 16, 0}, 12, IS_NOT, 11},
    {"SSLv2 format, challenge of 15", {0x80, 0x1b, 1, 3, 1, 0, 3, 0, 0, 0, 15, 0}, 12, IS_NOT, 11},
    {"SSLv2 format, session id of 8", {0x80, 0x24, 1, 3, 1, 0, 3, 0, 8, 0, 16, 0}, 12, IS_NOT, 11},
    {"SSLv2 server hello", {0x80, 0x2b, 4, 0, 1, 0, 2}, 7, IS_NOT, 3},
    {"SSLv2 format, version 4.0", {0x80, 0x1c, 1, 4, 0, 0, 3}, 7, IS_NOT, 5},
    {"SSLv2 format, version 0.3", {0x80, 0x1c, 1, 0, 3, 0, 3}, 7, IS_NOT, 5},
    {"noise", {0xd1, 0x38, 0x2f}, 3, IS_NOT, 3},
    {"DTLS hello", {22, 0xfe, 0xfd, 0, 0}, 5, IS_NOT, 2},
};

static const struct row server_rows[] = {
    {"ServerHello", {22, 3, 3, 0, 80, 2, 0, 0, 76}, 9, IS, 9},
    {"ServerHello and more in one record", {22, 3, 1, 8, 0, 2, 0, 0, 76}, 9, IS, 9},
    {"ServerHello in tiny records", {22, 3, 3, 0, 1, 2, 22}, 7, IS, 6},
    {"fatal alert", {21, 3, 1, 0, 2, 2, 40}, 7, IS, 6},
    {"warning alert", {21, 3, 3, 0, 2, 1, 112}, 7, IS, 6},
    {"alert of version 0.0", {21, 0, 0, 0, 2, 2, 70}, 7, IS, 6},
    {"alert of level 3", {21, 3, 3, 0, 2, 3, 40}, 7, IS_NOT, 6},
    {"alert of length 3", {21, 3, 3, 0, 3, 2, 40}, 7, IS_NOT, 5},
    {"a ClientHello", {22, 3, 1, 2, 0, 1, 0, 1, 0xfc}, 9, IS_NOT, 6},
    {"ServerHello too short to be one", {22, 3, 3, 0, 20, 2, 0, 0, 16}, 9, IS_NOT, 9},
    {"application data", {23, 3, 3, 0, 40, 1}, 6, IS_NOT, 5},
    {"version 3.9", {22, 3, 9, 0, 80, 2, 0, 0, 76}, 9, IS_NOT, 5},
    {"HTTP", {'H', 'T', 'T', 'P'}, 4, IS_NOT, 1},
    {"SMTP", {'2', '2', '0', ' '}, 4, IS_NOT, 1},
    {"MySQL", {0x4a, 0, 0, 0, 10}, 5, IS_NOT, 1},
    {"nothing", {0}, 0, UNDECIDED, 0},
};

static void check_row(const struct row *row, enum tls_recognition (*recognise)(const uint8_t *, size_t)) {
    for (size_t length = 0; length <= row->length; length++) {
        uint8_t *bytes = exact_copy(row->bytes, length);
        enum tls_recognition want = length >= row->decided ? row->want : UNDECIDED;
        enum tls_recognition got = recognise(bytes, length);
        ck_assert_msg(got == want, "%s: %d after %zu bytes", row->name, got, length);
        if (got == IS) ck_assert_msg(tls_recognise_first(row->bytes[0]), "%s: by its first byte", row->name);
        free(bytes);
    }
}

START_TEST(the_client_is_recognised) {
    check_row(&client_rows[_i], tls_recognise_client);
}
END_TEST

START_TEST(the_server_is_recognised) {
    check_row(&server_rows[_i], tls_recognise_server);
}
END_TEST

START_TEST(the_first_byte_says_no_to_what_tls_does_not_begin_with) {
    static const uint8_t firsts[] = {0, 0x14 /* ChangeCipherSpec */, 0x17 /* application data */, 'G', 'S', '2', 0x7f};
    for (size_t i = 0; i < ARRAY_LENGTH(firsts); i++)
        ck_assert_msg(!tls_recognise_first(firsts[i]), "%02x", firsts[i]);
}
END_TEST

/* Random data is not taken for TLS: of 2^20 blocks that start with a byte that TLS may start with, next to none. */
START_TEST(noise_is_not_taken_for_tls) {
    static const uint8_t firsts[] = {0x16, 0x80};
    uint32_t state = 1;
    unsigned taken = 0;
    for (unsigned i = 0; i < 1u << 20; i++) {
        uint8_t bytes[16];
        for (size_t at = 0; at < sizeof bytes; at++) {
            state = state * 1664525u + 1013904223u;
            bytes[at] = (uint8_t)(state >> 24);
        }
        bytes[0] = firsts[i % 2];
        if (tls_recognise_client(bytes, sizeof bytes) == TLS_IS) taken++;
    }
    ck_assert_uint_le(taken, 4);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls recognise");
    TCase *tcase = tcase_create("recognise");
    tcase_add_loop_test(tcase, the_client_is_recognised, 0, (int)ARRAY_LENGTH(client_rows));
    tcase_add_loop_test(tcase, the_server_is_recognised, 0, (int)ARRAY_LENGTH(server_rows));
    tcase_add_test(tcase, the_first_byte_says_no_to_what_tls_does_not_begin_with);
    tcase_add_test(tcase, noise_is_not_taken_for_tls);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
