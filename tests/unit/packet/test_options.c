/* TCP options: what is used, what is passed over, and where a malformed list ends. */
#include "base/compiler.h"
#include "packet/packet.h"
#include "run_suite.h"

#define MSS(value)        2, 4, (value) >> 8, (value)&0xff
#define SACK_PERMITTED    4, 2
#define TIMESTAMPS        8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88
#define NOP               1
#define WINDOW_SCALE(by)  3, 3, by
#define SACK_BLOCK(first) first, 0, 0, 1, first, 0, 0, 2
#define LIST(...)         (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void read_list(const uint8_t *bytes, size_t length, struct packet_tcp_options *options) {
    uint8_t *copy = exact_copy(bytes, length);
    struct packet packet = {.tcp_options = cursor_over(copy, length)};
    memset(options, 0xee, sizeof(*options)); /* the reader clears what was not there */
    packet_tcp_options_read(&packet, options);
    free(copy);
}

START_TEST(a_linux_syn) {
    static const uint8_t syn[] = {MSS(1460), SACK_PERMITTED, TIMESTAMPS, NOP, WINDOW_SCALE(7)};
    struct packet_tcp_options options;
    read_list(syn, sizeof(syn), &options);
    ck_assert(options.has_maximum_segment_size);
    ck_assert_uint_eq(options.maximum_segment_size, 1460);
    ck_assert(options.sack_permitted);
    ck_assert(options.has_timestamps);
    ck_assert_uint_eq(options.timestamp, 0x11223344);
    ck_assert_uint_eq(options.timestamp_echo, 0x55667788);
    ck_assert(options.has_window_scale);
    ck_assert_uint_eq(options.window_scale, 7);
    ck_assert(!options.has_sack);
    ck_assert_uint_eq(options.sack_count, 0);
    ck_assert(!options.fast_open);
}
END_TEST

START_TEST(sack_blocks) {
    static const uint8_t list[] = {NOP, NOP, 5, 34, SACK_BLOCK(1), SACK_BLOCK(2), SACK_BLOCK(3), SACK_BLOCK(4)};
    for (unsigned count = 1; count <= 4; count++) {
        uint8_t some[sizeof(list)];
        struct packet_tcp_options options;
        memcpy(some, list, sizeof(list));
        some[3] = (uint8_t)(2 + 8 * count);
        read_list(some, 4 + 8 * count, &options);
        ck_assert(options.has_sack);
        ck_assert_uint_eq(options.sack_count, count);
        for (unsigned i = 0; i < count; i++) {
            ck_assert_uint_eq(options.sack[i][0], (i + 1) << 24 | 1);
            ck_assert_uint_eq(options.sack[i][1], (i + 1) << 24 | 2);
        }
    }
}
END_TEST

START_TEST(fast_open_in_both_forms) {
    static const uint8_t standard[] = {34, 10, 1, 2, 3, 4, 5, 6, 7, 8}, request[] = {34, 2};
    static const uint8_t experiment[] = {254, 4, 0xf9, 0x89}, other[] = {254, 4, 0xf9, 0x88};
    struct packet_tcp_options options;
    read_list(standard, sizeof(standard), &options);
    ck_assert(options.fast_open);
    read_list(request, sizeof(request), &options);
    ck_assert(options.fast_open);
    read_list(experiment, sizeof(experiment), &options);
    ck_assert(options.fast_open);
    read_list(other, sizeof(other), &options);
    ck_assert(!options.fast_open);
}
END_TEST

/* RFC 7323 section 2.3: a shift over 14 is used as 14. */
START_TEST(window_scale_is_capped) {
    static const uint8_t list[] = {WINDOW_SCALE(200)};
    struct packet_tcp_options options;
    read_list(list, sizeof(list), &options);
    ck_assert(options.has_window_scale);
    ck_assert_uint_eq(options.window_scale, 14);
}
END_TEST

/* An MSS in front and one behind the interesting part: is the first seen, and is the second? */
static const struct {
    const char *name;
    const uint8_t *bytes;
    size_t length;
    uint16_t mss; /* of the last one read */
} lists[] = {
    {"empty", NULL, 0, 0},
    {"end of list", LIST(MSS(1), 0, MSS(2)), 1},
    {"no operation", LIST(NOP, NOP, MSS(2)), 2},
    {"MD5 signature", LIST(19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MSS(2)), 2},
    {"unknown option without a body", LIST(MSS(1), 99, 2, MSS(2)), 2},
    {"length 0", LIST(MSS(1), 99, 0, MSS(2)), 1},
    {"length 1", LIST(MSS(1), 99, 1, MSS(2)), 1},
    {"length past the end", LIST(MSS(1), 99, 7, MSS(2)), 1},
    {"kind without a length", LIST(MSS(1), 99), 1},
    {"MSS of 3 bytes", LIST(MSS(1), 2, 3, 9, MSS(2)), 1},
    {"MSS of 5 bytes", LIST(MSS(1), 2, 5, 9, 9, 9, MSS(2)), 1},
    {"MSS cut off", LIST(MSS(1), 2, 4, 9), 1},
    {"window scale of 4 bytes", LIST(MSS(1), 3, 4, 7, 7, MSS(2)), 1},
    {"SACK permitted with a body", LIST(MSS(1), 4, 3, 7, MSS(2)), 1},
    {"timestamps of 9 bytes", LIST(MSS(1), 8, 9, 0, 0, 0, 0, 0, 0, 0, MSS(2)), 1},
    {"SACK without a block", LIST(MSS(1), 5, 2, MSS(2)), 1},
    {"SACK of half a block", LIST(MSS(1), 5, 6, 0, 0, 0, 1, MSS(2)), 1},
    {"SACK of five blocks",
     LIST(MSS(1), 5, 42, SACK_BLOCK(1), SACK_BLOCK(2), SACK_BLOCK(3), SACK_BLOCK(4), SACK_BLOCK(5), MSS(2)), 1},
    {"fast open with an odd cookie", LIST(MSS(1), 34, 5, 1, 2, 3, MSS(2)), 1},
    {"experiment without a number", LIST(MSS(1), 254, 3, 1, MSS(2)), 1},
};

START_TEST(malformed_options_end_the_list) {
    struct packet_tcp_options options;
    read_list(lists[_i].bytes, lists[_i].length, &options);
    ck_assert_msg(options.has_maximum_segment_size == (lists[_i].mss != 0), "%s", lists[_i].name);
    ck_assert_msg(options.maximum_segment_size == lists[_i].mss, "%s: %u", lists[_i].name,
                  options.maximum_segment_size);
    ck_assert_msg(!options.has_timestamps && !options.has_sack && !options.has_window_scale &&
                      !options.sack_permitted && !options.fast_open,
                  "%s: something else was read", lists[_i].name);
}
END_TEST

START_TEST(every_length_and_every_byte) {
    static const uint8_t all[] = {MSS(1460),     SACK_PERMITTED, TIMESTAMPS, NOP, WINDOW_SCALE(7), 5, 18,
                                  SACK_BLOCK(1), SACK_BLOCK(2),  34,         2};
    struct packet_tcp_options options;
    for (size_t length = 0; length <= sizeof(all); length++) {
        read_list(all, length, &options);
        ck_assert_int_eq(options.has_maximum_segment_size, length >= 4);
        ck_assert_int_eq(options.sack_permitted, length >= 6);
        ck_assert_int_eq(options.has_timestamps, length >= 16);
        ck_assert_int_eq(options.has_window_scale, length >= 20);
        ck_assert_int_eq(options.has_sack, length >= 38);
        ck_assert_int_eq(options.fast_open, length >= 40);
    }
    for (size_t at = 0; at < sizeof(all); at++) {
        for (unsigned value = 0; value < 256; value++) {
            uint8_t changed[sizeof(all)];
            memcpy(changed, all, sizeof(all));
            changed[at] = (uint8_t)value;
            read_list(changed, sizeof(changed), &options);
            if (options.sack_count > 4 || options.window_scale > 14) ck_abort_msg("byte %zu as %u", at, value);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("options");
    TCase *cases = tcase_create("options");
    tcase_add_test(cases, a_linux_syn);
    tcase_add_test(cases, sack_blocks);
    tcase_add_test(cases, fast_open_in_both_forms);
    tcase_add_test(cases, window_scale_is_capped);
    tcase_add_loop_test(cases, malformed_options_end_the_list, 0, ARRAY_LENGTH(lists));
    tcase_add_test(cases, every_length_and_every_byte);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
