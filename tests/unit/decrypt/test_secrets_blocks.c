/* Secrets out of pcapng files. Every file is pushed in pieces of several sizes. */
#include "decrypt/secrets_blocks.h"

#include "run_suite.h"
#include "tls_script.h"

#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER  "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define LINE(random)                                                                                                   \
    "CLIENT_TRAFFIC_SECRET_0 " random " 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

enum { TLS_KEYS = 0x544c534b, WIREGUARD_KEYS = 0x57474b4c, ENHANCED_PACKET = 6, SECRETS = 10 };

static const struct siphash_key key = {1, 2};
static bool little;

static void put_u32(struct script_bytes *file, uint32_t value) {
    for (int i = 0; i < 4; i++)
        put_u8(file, value >> (little ? 8 * i : 24 - 8 * i) & 0xff);
}

/* Block Type, Block Total Length, body, padding, Block Total Length: section 3.1 */
static void put_block(struct script_bytes *file, uint32_t type, const struct script_bytes *body) {
    size_t padded = (body->length + 3) & ~(size_t)3;
    put_u32(file, type);
    put_u32(file, (uint32_t)(12 + padded));
    put(file, body->data, body->length);
    put_fill(file, 0, padded - body->length);
    put_u32(file, (uint32_t)(12 + padded));
}

static void put_section(struct script_bytes *file) {
    struct script_bytes *body = new_bytes();
    put_u32(body, 0x1a2b3c4d);           /* Byte-Order Magic */
    put_u32(body, little ? 1 : 1 << 16); /* version 1.0 */
    put_fill(body, 0xff, 8);             /* Section Length: not specified */
    put_block(file, 0x0a0d0d0a, body);
    free(body);
}

static void put_packet(struct script_bytes *file, size_t length) {
    struct script_bytes *body = new_bytes();
    put_noise(body, length);
    put_block(file, ENHANCED_PACKET, body);
    free(body);
}

static void put_secrets(struct script_bytes *file, uint32_t type, const char *text) {
    struct script_bytes *body = new_bytes();
    put_u32(body, type);
    put_u32(body, (uint32_t)strlen(text));
    put(body, text, strlen(text));
    put_block(file, SECRETS, body);
    free(body);
}

static bool has(struct keylog *keylog, const char *hex) {
    uint8_t random[KEYLOG_RANDOM_LENGTH];
    for (size_t i = 0; i < sizeof random; i++) {
        unsigned value = 0;
        ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &value), 1);
        random[i] = (uint8_t)value;
    }
    return keylog_find(keylog, random) != NULL;
}

struct outcome {
    bool good, found, random, other;
};

static struct outcome outcome_of(const uint8_t *bytes, size_t length, size_t piece) {
    struct keylog *keylog = keylog_new(4, &key);
    struct secrets_blocks blocks;
    struct outcome outcome = {.good = true};
    ck_assert_ptr_nonnull(keylog);
    secrets_blocks_init(&blocks, keylog);
    for (size_t at = 0; at < length && outcome.good; at += piece) {
        size_t here = length - at < piece ? length - at : piece;
        unsigned char *copy = exact_copy(bytes + at, here);
        outcome.good = secrets_blocks_push(&blocks, copy, here);
        free(copy);
    }
    outcome.found = blocks.found;
    outcome.random = has(keylog, RANDOM);
    outcome.other = has(keylog, OTHER);
    keylog_free(keylog);
    return outcome;
}

static void check(const struct script_bytes *file, bool good, bool random, bool other) {
    static const size_t pieces[] = {1, 3, 7, 64, SCRIPT_BYTES};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct outcome outcome = outcome_of(file->data, file->length, pieces[i]);
        ck_assert_msg(outcome.good == good && outcome.random == random && outcome.other == other,
                      "in pieces of %zu: %d %d %d", pieces[i], outcome.good, outcome.random, outcome.other);
    }
}

/* Before the packets (Wireshark), behind some of them, and in either byte order; the last line without its end. */
START_TEST(secrets_are_found) {
    struct script_bytes *file = new_bytes();
    little = _i == 1;
    put_section(file);
    put_secrets(file, TLS_KEYS, "# a comment\n" LINE(RANDOM));
    put_packet(file, 61);
    put_secrets(file, TLS_KEYS, LINE(OTHER) "\r\n");
    put_packet(file, 60);
    check(file, true, true, true);
    free(file);
}
END_TEST

/* Two files written one behind the other, on machines of different byte orders. */
START_TEST(each_section_has_its_byte_order) {
    struct script_bytes *file = new_bytes();
    little = _i == 1;
    put_section(file);
    put_secrets(file, TLS_KEYS, LINE(RANDOM));
    little = !little;
    put_section(file);
    put_secrets(file, TLS_KEYS, LINE(OTHER));
    check(file, true, true, true);
    free(file);
}
END_TEST

START_TEST(other_secrets_and_other_blocks_are_passed_over) {
    struct script_bytes *file = new_bytes();
    little = _i == 1;
    put_section(file);
    put_secrets(file, WIREGUARD_KEYS, LINE(RANDOM));
    put_secrets(file, TLS_KEYS, "");
    put_packet(file, 1000);
    check(file, true, false, false);
    free(file);
}
END_TEST

START_TEST(what_contradicts_itself_is_not_read_on) {
    static const uint8_t pcap[] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    ck_assert(!outcome_of(pcap, sizeof pcap, sizeof pcap).good);
    struct script_bytes *file = new_bytes();
    little = _i == 1;
    put_secrets(file, TLS_KEYS, LINE(RANDOM)); /* no section begins the file */
    check(file, false, false, false);
    file->length = 0;
    put_section(file);
    put_u32(file, ENHANCED_PACKET);
    put_u32(file, 8); /* shorter than its own frame */
    put_u32(file, 8);
    put_secrets(file, TLS_KEYS, LINE(RANDOM));
    check(file, false, false, false);
    file->length = 0;
    put_section(file);
    put_u32(file, SECRETS);
    put_u32(file, 24); /* room for four bytes */
    put_u32(file, TLS_KEYS);
    put_u32(file, 5);
    put_fill(file, 'x', 8);
    put_secrets(file, TLS_KEYS, LINE(RANDOM));
    check(file, false, false, false);
    free(file);
}
END_TEST

/* A file that breaks off, and one with any byte changed: nothing breaks, and no secret comes from half a line. */
START_TEST(every_prefix_and_every_flipped_byte_is_survived) {
    struct script_bytes *file = new_bytes();
    little = _i == 1;
    put_section(file);
    size_t before = file->length;
    put_secrets(file, TLS_KEYS, LINE(RANDOM) "\n");
    size_t behind = before + 16 + strlen(LINE(RANDOM));
    put_packet(file, 20);
    for (size_t length = 0; length < file->length; length++) {
        struct outcome outcome = outcome_of(file->data, length, 5);
        ck_assert(outcome.good);
        ck_assert_int_eq(outcome.random, length > behind);
    }
    for (size_t at = 0; at < file->length; at++) {
        file->data[at] ^= 0x55;
        struct outcome outcome = outcome_of(file->data, file->length, 64);
        ck_assert(!outcome.other);
        file->data[at] ^= 0x55;
    }
    free(file);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("secrets_blocks");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, secrets_are_found, 0, 2);
    tcase_add_loop_test(cases, each_section_has_its_byte_order, 0, 2);
    tcase_add_loop_test(cases, other_secrets_and_other_blocks_are_passed_over, 0, 2);
    tcase_add_loop_test(cases, what_contradicts_itself_is_not_read_on, 0, 2);
    tcase_add_loop_test(cases, every_prefix_and_every_flipped_byte_is_survived, 0, 2);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
