#include "decrypt/record.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "hex.h"
#include "records.h"
#include "run_suite.h"
#include "tls/conversation.h"
#include "tls/names.h"

#define RECORD_ROOM 1024

/* RFC 8448 section 3, "Simple 1-RTT Handshake": secrets of the client and its records after the ServerHello. */
static const char client_handshake_secret[] = "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21";
static const char client_application_secret[] = "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";
static const char client_finished[] = "75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f8"
                                      "0338ac98fc46deb384bd1caeacab6867d726c40546";
static const char client_finished_content[] =
    "14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61";
static const char client_data[] = "a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e"
                                  "2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4";
static const char client_alert[] = "c9872760655666b74d7ff1153efd6db6d0b0e3";

/* What comes out of record_open(), with the record in a block of exactly its length. */
struct opened {
    bool good;
    uint8_t type, plain[RECORD_PLAIN_CAP];
    size_t length;
};

static const struct opened *open_bytes(struct record_keys *keys, uint8_t type, uint16_t version, const uint8_t *bytes,
                                       size_t length) {
    static struct opened opened;
    unsigned char *copy = exact_copy(bytes, length);
    struct record_sealed record = {type, version, cursor_over(copy, length)};
    opened.good = record_open(keys, &record, opened.plain, &opened.length, &opened.type);
    free(copy);
    return &opened;
}

static const struct opened *open_hex(struct record_keys *keys, uint8_t type, uint16_t version, const char *hex) {
    uint8_t bytes[RECORD_ROOM];
    return open_bytes(keys, type, version, bytes, from_hex(hex, bytes, sizeof bytes));
}

static struct record_keys traffic_keys(uint16_t suite, const char *secret_hex) {
    uint8_t secret[48];
    struct record_keys keys;
    size_t length = from_hex(secret_hex, secret, sizeof secret);
    ck_assert(record_keys_from_traffic(&keys, suite, secret, length));
    return keys;
}

START_TEST(the_keys_are_those_of_rfc_8448) {
    uint8_t key[16], iv[12];
    struct record_keys keys = traffic_keys(0x1301, client_handshake_secret);
    from_hex("dbfaa693d1762c5b666af5d950258d01", key, sizeof key);
    from_hex("5bd3c71b836e0b76bb73265f", iv, sizeof iv);
    ck_assert_mem_eq(keys.key, key, sizeof key);
    ck_assert_mem_eq(keys.iv, iv, sizeof iv);
    record_keys_done(&keys);
    ck_assert_mem_ne(keys.key, key, sizeof key);
}
END_TEST

START_TEST(the_records_of_rfc_8448_open) {
    uint8_t content[36];
    from_hex(client_finished_content, content, sizeof content);
    struct record_keys keys = traffic_keys(0x1301, client_handshake_secret);
    const struct opened *opened = open_hex(&keys, 23, 0x0303, client_finished);
    ck_assert(opened->good);
    ck_assert_uint_eq(opened->type, TLS_CONTENT_HANDSHAKE);
    ck_assert_uint_eq(opened->length, sizeof content);
    ck_assert_mem_eq(opened->plain, content, sizeof content);
    record_keys_done(&keys);
    keys = traffic_keys(0x1301, client_application_secret);
    opened = open_hex(&keys, 23, 0x0303, client_data);
    ck_assert(opened->good);
    ck_assert_uint_eq(opened->type, TLS_CONTENT_APPLICATION_DATA);
    ck_assert_uint_eq(opened->length, 50); /* 00 01 02 ... 31 */
    for (uint8_t i = 0; i < 50; i++)
        ck_assert_uint_eq(opened->plain[i], i);
    opened = open_hex(&keys, 23, 0x0303, client_alert);
    ck_assert(opened->good);
    ck_assert_uint_eq(opened->type, TLS_CONTENT_ALERT);
    ck_assert_uint_eq(opened->length, 2);
    ck_assert_mem_eq(opened->plain, "\x01\x00", 2); /* warning, close_notify */
    record_keys_done(&keys);
}
END_TEST

/* A record that is out of turn stays closed, and the one whose turn it is still opens. */
START_TEST(a_failure_does_not_move_the_number) {
    struct record_keys keys = traffic_keys(0x1301, client_application_secret);
    ck_assert(!open_hex(&keys, 23, 0x0303, client_alert)->good);
    ck_assert_uint_eq(keys.sequence, 0);
    ck_assert(open_hex(&keys, 23, 0x0303, client_data)->good);
    ck_assert_uint_eq(keys.sequence, 1);
    record_keys_done(&keys);
}
END_TEST

static struct record_keys master_keys(const struct finished_record *record) {
    uint8_t secret[48], client_random[32], server_random[32];
    struct record_keys keys[SIDE_COUNT];
    from_hex(record->master, secret, sizeof secret);
    from_hex(record->client_random, client_random, sizeof client_random);
    from_hex(record->server_random, server_random, sizeof server_random);
    struct record_master master = {
        .version = record->version,
        .suite = record->suite,
        .encrypt_then_mac = record->encrypt_then_mac,
        .secret = secret,
        .client_random = client_random,
        .server_random = server_random,
    };
    ck_assert_msg(record_keys_from_master(keys, &master), "%s", record->name);
    return keys[record->side];
}

/* Finished of TLS 1.0 to 1.2: 12 bytes of verify_data (RFC 5246 section 7.4.9). */
START_TEST(finished_of_every_cipher_opens) {
    const struct finished_record *record = &finished_records[_i];
    struct record_keys keys = master_keys(record);
    const struct opened *opened = open_hex(&keys, TLS_CONTENT_HANDSHAKE, record->version, record->record);
    ck_assert_msg(opened->good, "%s", record->name);
    ck_assert_uint_eq(opened->type, TLS_CONTENT_HANDSHAKE);
    ck_assert_uint_eq(opened->length, 16);
    ck_assert_mem_eq(opened->plain, "\x14\x00\x00\x0c", 4);
    record_keys_done(&keys);
}
END_TEST

/* Nothing that differs in a single bit, or is shorter or longer, may open. */
START_TEST(nothing_else_opens) {
    const struct finished_record *record = &finished_records[_i];
    uint8_t bytes[RECORD_ROOM];
    size_t length = from_hex(record->record, bytes, sizeof bytes);
    struct record_keys keys = master_keys(record);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct record_keys copy = keys;
        ck_assert_msg(!open_bytes(&copy, 22, record->version, bytes, length)->good, "%s: bit %zu", record->name, bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t shorter = 0; shorter < length; shorter++)
        ck_assert(!open_bytes(&keys, 22, record->version, bytes, shorter)->good);
    bytes[length] = 0;
    ck_assert(!open_bytes(&keys, 22, record->version, bytes, length + 1)->good);
    ck_assert(!open_bytes(&keys, 23, record->version, bytes, length)->good);
    ck_assert(!open_bytes(&keys, 22, record->version ^ 1, bytes, length)->good);
    keys.sequence = 1;
    ck_assert(!open_bytes(&keys, 22, record->version, bytes, length)->good);
    keys.sequence = 0;
    ck_assert(open_bytes(&keys, 22, record->version, bytes, length)->good);
    record_keys_done(&keys);
}
END_TEST

/* RFC 2246 section 6.2.3.2: MAC, padding, and the last block of the record before as the IV. */
static size_t seal_tls10(const struct record_keys *keys, const uint8_t *iv, const uint8_t *text, size_t length,
                         uint8_t *sealed) {
    uint8_t block[64], header[13] = {0};
    unsigned mac_length;
    int written;
    header[7] = (uint8_t)keys->sequence;
    header[8] = 22;
    header[9] = 3;
    header[10] = 1;
    header[12] = (uint8_t)length;
    memcpy(block, header, sizeof header);
    memcpy(block + sizeof header, text, length);
    uint8_t plain[64], mac[EVP_MAX_MD_SIZE];
    ck_assert_ptr_nonnull(HMAC(EVP_sha1(), keys->mac_key, 20, block, sizeof header + length, mac, &mac_length));
    memcpy(plain, text, length);
    memcpy(plain + length, mac, mac_length);
    size_t whole = (length + mac_length) / 16 * 16 + 16;
    memset(plain + length + mac_length, (int)(whole - length - mac_length - 1), whole - length - mac_length);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    ck_assert_int_eq(EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, keys->key, iv), 1);
    EVP_CIPHER_CTX_set_padding(context, 0);
    ck_assert_int_eq(EVP_EncryptUpdate(context, sealed, &written, plain, (int)whole), 1);
    EVP_CIPHER_CTX_free(context);
    return (size_t)written;
}

START_TEST(records_of_tls_10_are_chained) {
    const struct finished_record *finished = &finished_records[0];
    while (finished->version != TLS_VERSION_10 || finished->encrypt_then_mac)
        finished++;
    struct record_keys keys = master_keys(finished);
    uint8_t first[64], second[64];
    size_t first_length = seal_tls10(&keys, keys.iv, (const uint8_t *)"one", 3, first);
    struct record_keys later = keys;
    later.sequence = 1;
    size_t second_length =
        seal_tls10(&later, first + first_length - 16, (const uint8_t *)"the second one, longer", 22, second);
    const struct opened *opened = open_bytes(&keys, 22, 0x0301, first, first_length);
    ck_assert(opened->good && opened->length == 3 && memcmp(opened->plain, "one", 3) == 0);
    opened = open_bytes(&keys, 22, 0x0301, second, second_length);
    ck_assert(opened->good && opened->length == 22 && memcmp(opened->plain, "the second one, longer", 22) == 0);
    record_keys_done(&keys);
    record_keys_done(&later);
}
END_TEST

static const struct {
    const char *name;
    uint16_t suite, version; /* version 0: from a traffic secret of LENGTH */
    size_t length;
} unknown[] = {
    {"no such suite", 0x1234, 0, 32},
    {"TLS 1.3 with the secret of another hash", 0x1301, 0, 48},
    {"TLS 1.3 from a suite of TLS 1.2", 0xc02f, 0, 32},
    {"RC4", 0x0005, TLS_VERSION_12, 0},
    {"no encryption", 0x0002, TLS_VERSION_12, 0},
    {"3DES", 0x000a, TLS_VERSION_12, 0},
    {"AEAD before TLS 1.2", 0xc02f, TLS_VERSION_11, 0},
    {"SSL 3.0", 0x002f, TLS_VERSION_SSL3, 0},
    {"a suite of TLS 1.3 in TLS 1.2", 0x1301, TLS_VERSION_12, 0},
};

START_TEST(what_is_not_known_has_no_keys) {
    static const uint8_t zeroes[48];
    struct record_keys keys[SIDE_COUNT];
    struct record_master master = {
        .version = unknown[_i].version,
        .suite = unknown[_i].suite,
        .secret = zeroes,
        .client_random = zeroes,
        .server_random = zeroes,
    };
    bool made = unknown[_i].version == 0 ? record_keys_from_traffic(keys, unknown[_i].suite, zeroes, unknown[_i].length)
                                         : record_keys_from_master(keys, &master);
    ck_assert_msg(!made, "%s", unknown[_i].name);
    ck_assert_ptr_null(keys[0].cipher);
    ck_assert(!open_bytes(keys, 22, TLS_VERSION_12, zeroes, sizeof zeroes)->good);
}
END_TEST

int main(void) {
    int records = (int)(sizeof finished_records / sizeof finished_records[0]);
    Suite *suite = suite_create("opening records");
    TCase *cases = tcase_create("all");
    tcase_add_test(cases, the_keys_are_those_of_rfc_8448);
    tcase_add_test(cases, the_records_of_rfc_8448_open);
    tcase_add_test(cases, a_failure_does_not_move_the_number);
    tcase_add_loop_test(cases, finished_of_every_cipher_opens, 0, records);
    tcase_add_loop_test(cases, nothing_else_opens, 0, records);
    tcase_add_test(cases, records_of_tls_10_are_chained);
    tcase_add_loop_test(cases, what_is_not_known_has_no_keys, 0, sizeof unknown / sizeof unknown[0]);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
