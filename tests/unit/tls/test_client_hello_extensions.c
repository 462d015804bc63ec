/* Each extension of a ClientHello on its own: what is read, and where it contradicts itself. */
#include "run_suite.h"
#include "tls/client_hello.h"
#include "tls/extension_type.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* version, random, session id, one suite, null compression */
static const uint8_t fixed_part[] = {
    0x03, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    0,    0,    0,    0,    0,    0,
    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x00, 0x02, 0xc0, 0x2f, 0x01, 0x00,
};

/* Where the data of the first extension starts: behind the length of all, its type and its length. */
#define DATA_OFFSET (sizeof(fixed_part) + 2 + 4)

/* Parses a hello whose one extension is of TYPE, with DATA. */
static bool parse_extension(uint16_t type, const char *data, size_t length, struct tls_client_hello *hello) {
    uint8_t bytes[DATA_OFFSET + 1024];
    ck_assert_uint_le(length, 1024);
    memcpy(bytes, fixed_part, sizeof(fixed_part));
    uint8_t header[6] = {(uint8_t)((length + 4) >> 8), (uint8_t)(length + 4), (uint8_t)(type >> 8), (uint8_t)type,
                         (uint8_t)(length >> 8),       (uint8_t)length};
    memcpy(bytes + sizeof(fixed_part), header, sizeof(header));
    memcpy(bytes + DATA_OFFSET, data, length);
    uint8_t *copy = exact_copy(bytes, DATA_OFFSET + length);
    bool whole = tls_client_hello_parse(cursor_over(copy, DATA_OFFSET + length), hello);
    free(copy);
    ck_assert_uint_eq(hello->extension_count, 1);
    ck_assert_uint_eq(hello->extensions[0], type);
    return whole;
}

/* Extensions in order, and the field that they fill: an integer or a flag. */
#define FIELD(name) offsetof(struct tls_client_hello, name), sizeof(((struct tls_client_hello *)0)->name)

static const struct {
    uint16_t type;
    const char *data;
    size_t length;
    size_t offset, size; /* of the field */
    uint64_t want;
} readable[] = {
    {0, BYTES("\x00\x06\x00\x00\x03\x66\x6f\x6f"), FIELD(has_server_name), true},
    {0, BYTES("\x00\x06\x00\x00\x03\x66\x6f\x6f"), FIELD(server_name_length), 3},
    {0, BYTES("\x00\x06\x00\x00\x03\x66\x6f\x6f"), FIELD(server_name_malformed), false},
    /* name_type 1 does not exist */
    {0, BYTES("\x00\x06\x01\x00\x03\x66\x6f\x6f"), FIELD(server_name_malformed), true},
    {0, BYTES("\x00\x06\x01\x00\x03\x66\x6f\x6f"), FIELD(server_name_length), 0},
    /* an empty name */
    {0, BYTES("\x00\x03\x00\x00\x00"), FIELD(server_name_malformed), true},
    {0, BYTES("\x00\x03\x00\x00\x00"), FIELD(has_server_name), true},
    /* two names: "a", "b" */
    {0, BYTES("\x00\x08\x00\x00\x01\x61\x00\x00\x01\x62"), FIELD(server_name_malformed), true},
    {0, BYTES("\x00\x08\x00\x00\x01\x61\x00\x00\x01\x62"), FIELD(server_name_length), 1},
    {1, BYTES("\x04"), FIELD(max_fragment_length), 4},
    /* ocsp, no responders, no extensions */
    {5, BYTES("\x01\x00\x00\x00\x00"), FIELD(has_status_request), true},
    /* a type that nobody knows has contents that nobody knows */
    {5, BYTES("\x07\xff\xff"), FIELD(has_status_request), true},
    {10, BYTES("\x00\x04\x00\x1d\x00\x17"), FIELD(groups.count), 2},
    {10, BYTES("\x00\x04\x00\x1d\x00\x17"), FIELD(groups.present), true},
    {11, BYTES("\x03\x00\x01\x02"), FIELD(point_format_count), 3},
    {11, BYTES("\x03\x00\x01\x02"), FIELD(point_formats[2]), 2},
    {11, BYTES("\x09\x00\x01\x02\x03\x04\x05\x06\x07\x08"), FIELD(point_format_count), 8},
    {11, BYTES("\x09\x00\x01\x02\x03\x04\x05\x06\x07\x08"), FIELD(point_formats_truncated), true},
    {13, BYTES("\x00\x02\x08\x04"), FIELD(signature_algorithms.codes[0]), 0x0804},
    /* "h2", "http/1.1" */
    {16, BYTES("\x00\x0c\x02h2\x08http/1.1"), FIELD(protocol_count), 2},
    {16, BYTES("\x00\x0c\x02h2\x08http/1.1"), FIELD(protocols[1].length), 8},
    {16, BYTES("\x00\x0c\x02h2\x08http/1.1"), FIELD(protocols[0].bytes[1]), '2'},
    {16, BYTES("\x00\x0c\x02h2\x08http/1.1"), FIELD(has_protocols), true},
    {18, BYTES(""), FIELD(has_sct), true},
    {22, BYTES(""), FIELD(has_encrypt_then_mac), true},
    {23, BYTES(""), FIELD(has_extended_master_secret), true},
    /* brotli */
    {27, BYTES("\x02\x00\x02"), FIELD(has_compress_certificate), true},
    {28, BYTES("\x40\x01"), FIELD(record_size_limit), 0x4001},
    {35, BYTES(""), FIELD(has_session_ticket), true},
    {35, BYTES("ticket"), FIELD(session_ticket_length), 6},
    /* two identities, "ab" and "c", each with its age; one binder of 3 bytes */
    {41,
     BYTES("\x00\x0f\x00\x02"
           "ab\x01\x02\x03\x04\x00\x01"
           "c\x01\x02\x03\x04\x00\x04\x03xyz"),
     FIELD(psk_identity_count), 2},
    {41,
     BYTES("\x00\x07\x00\x01"
           "c\x01\x02\x03\x04\x00\x04\x03xyz"),
     FIELD(has_psk), true},
    {41,
     BYTES("\x00\x07\x00\x01"
           "c\x01\x02\x03\x04\x00\x04\x03xyz"),
     FIELD(psk_is_last), true},
    {42, BYTES(""), FIELD(has_early_data), true},
    {43, BYTES("\x04\x03\x04\x03\x03"), FIELD(versions.count), 2},
    {43, BYTES("\x04\x03\x04\x03\x03"), FIELD(versions.codes[1]), 0x0303},
    {44, BYTES("\x00\x01\x55"), FIELD(has_cookie), true},
    {45, BYTES("\x02\x01\x00"), FIELD(psk_mode_count), 2},
    {45, BYTES("\x02\x01\x00"), FIELD(psk_modes[0]), 1},
    {45, BYTES("\x05\x01\x00\x02\x03\x04"), FIELD(psk_mode_count), 4},
    {49, BYTES(""), FIELD(has_post_handshake_auth), true},
    {50, BYTES("\x00\x02\x08\x05"), FIELD(signature_algorithms_cert.codes[0]), 0x0805},
    {50, BYTES("\x00\x02\x08\x05"), FIELD(signature_algorithms.present), false},
    /* x25519 with a share of 2 bytes, secp256r1 with one of 1 */
    {51, BYTES("\x00\x0b\x00\x1d\x00\x02\x01\x02\x00\x17\x00\x01\x03"), FIELD(key_shares.count), 2},
    {51, BYTES("\x00\x0b\x00\x1d\x00\x02\x01\x02\x00\x17\x00\x01\x03"), FIELD(key_shares.codes[1]), 0x0017},
    /* no share: asks for a HelloRetryRequest */
    {51, BYTES("\x00\x00"), FIELD(key_shares.present), true},
    /* outer, HKDF-SHA256, AES-128-GCM, config 7, enc of 1 byte, payload of 2 */
    {0xfe0d, BYTES("\x00\x00\x01\x00\x01\x07\x00\x01\x55\x00\x02\xaa\xbb"), FIELD(has_ech), true},
    {0xfe0d, BYTES("\x00\x00\x01\x00\x01\x07\x00\x01\x55\x00\x02\xaa\xbb"), FIELD(ech_outer), true},
    {0xfe0d, BYTES("\x01"), FIELD(has_ech), true},
    {0xfe0d, BYTES("\x01"), FIELD(ech_outer), false},
    {0xff01, BYTES("\x00"), FIELD(has_renegotiation_info), true},
    {0xff01, BYTES("\x02\x11\x22"), FIELD(has_renegotiation_info), true},
    /* unknown: recorded, not read */
    {0x1234, BYTES("\xff\xff\xff"), FIELD(extension_count), 1},
};

/* The value of an integer or flag of SIZE bytes. */
static uint64_t field_value(const struct tls_client_hello *hello, size_t offset, size_t size) {
    uint8_t byte;
    uint16_t word;
    const char *field = (const char *)hello + offset;
    memcpy(&byte, field, sizeof(byte));
    if (size == sizeof(byte)) return byte;
    ck_assert_uint_eq(size, sizeof(word));
    memcpy(&word, field, sizeof(word));
    return word;
}

START_TEST(extensions_are_read) {
    struct tls_client_hello hello;
    bool whole = parse_extension(readable[_i].type, readable[_i].data, readable[_i].length, &hello);
    ck_assert_msg(whole, "%s %s", hello.error.field, hello.error.reason);
    ck_assert_uint_eq(field_value(&hello, readable[_i].offset, readable[_i].size), readable[_i].want);
}
END_TEST

static const struct {
    uint16_t type;
    const char *data;
    size_t length;
    const char *field, *reason;
    size_t offset; /* in the data */
} contradictions[] = {
    {0, BYTES(""), "server_name_list", "runs past the end", 0},
    {0, BYTES("\x00\x07\x00\x00\x03\x66\x6f\x6f"), "server_name_list", "runs past the end", 0},
    {0, BYTES("\x00\x00"), "name_type", "runs past the end", 2},
    {0, BYTES("\x00\x06\x00\x00\x04\x66\x6f\x6f"), "HostName", "runs past the end", 3},
    {0, BYTES("\x00\x06\x00\x00\x03\x66\x6f\x6f\x00"), "server_name", "has bytes left over", 8},
    {1, BYTES(""), "MaxFragmentLength", "runs past the end", 0},
    {1, BYTES("\x01\x01"), "max_fragment_length", "has bytes left over", 1},
    {5, BYTES(""), "status_type", "runs past the end", 0},
    {5, BYTES("\x01\x00\x01"), "responder_id_list", "runs past the end", 1},
    {5, BYTES("\x01\x00\x00\x00"), "request_extensions", "runs past the end", 3},
    {10, BYTES("\x00\x00"), "named_group_list", "is empty", 2},
    {10, BYTES("\x00\x03\x00\x1d\x00"), "named_group_list", "odd length", 4},
    {10, BYTES("\x00\x04\x00\x1d"), "named_group_list", "runs past the end", 0},
    {10, BYTES("\x00\x02\x00\x1d\x00"), "supported_groups", "has bytes left over", 4},
    {11, BYTES("\x00"), "ec_point_format_list", "is empty", 1},
    {11, BYTES("\x02\x00"), "ec_point_format_list", "runs past the end", 0},
    {13, BYTES("\x00\x00"), "supported_signature_algorithms", "is empty", 2},
    {13, BYTES("\x00\x03\x04\x01\x05"), "supported_signature_algorithms", "odd length", 4},
    {16, BYTES("\x00\x00"), "protocol_name_list", "is empty", 2},
    {16, BYTES("\x00\x04\x02h2\x00"), "protocol_name", "is empty", 6},
    {16, BYTES("\x00\x03\x03h2"), "protocol_name", "runs past the end", 2},
    {18, BYTES("\x00"), "signed_certificate_timestamp", "has bytes left over", 0},
    {22, BYTES("\x00"), "encrypt_then_mac", "has bytes left over", 0},
    {23, BYTES("\x00"), "extended_master_secret", "has bytes left over", 0},
    {27, BYTES("\x00"), "algorithms", "is empty", 1},
    {28, BYTES("\x40"), "RecordSizeLimit", "runs past the end", 0},
    {41, BYTES("\x00\x00\x00\x04\x03xyz"), "identities", "is empty", 2},
    {41,
     BYTES("\x00\x06\x00\x01"
           "c\x01\x02\x03"),
     "obfuscated_ticket_age", "runs past the end", 5},
    {41, BYTES("\x00\x02\x00\x01"), "identity", "runs past the end", 2},
    {41,
     BYTES("\x00\x07\x00\x01"
           "c\x01\x02\x03\x04"),
     "binders", "runs past the end", 9},
    {41,
     BYTES("\x00\x07\x00\x01"
           "c\x01\x02\x03\x04\x00\x00"),
     "binders", "is empty", 11},
    {42, BYTES("\x00"), "early_data", "has bytes left over", 0},
    {43, BYTES("\x00"), "versions", "is empty", 1},
    {43, BYTES("\x03\x03\x04\x03"), "versions", "odd length", 3},
    {44, BYTES("\x00\x00"), "cookie", "is empty", 2},
    {44, BYTES("\x00\x02\x55"), "cookie", "runs past the end", 0},
    {45, BYTES("\x00"), "ke_modes", "is empty", 1},
    {49, BYTES("\x00"), "post_handshake_auth", "has bytes left over", 0},
    {50, BYTES("\x00\x02\x08"), "supported_signature_algorithms", "runs past the end", 0},
    {51, BYTES("\x00\x01\x00"), "group", "runs past the end", 2},
    {51, BYTES("\x00\x05\x00\x1d\x00\x02\x01"), "key_exchange", "runs past the end", 4},
    {51, BYTES("\x00\x04\x00\x1d\x00\x00"), "key_exchange", "is empty", 6},
    {51, BYTES("\x00\x02\x00\x1d"), "key_exchange", "runs past the end", 4},
    {0xfe0d, BYTES(""), "ECHClientHelloType", "runs past the end", 0},
    {0xfe0d, BYTES("\x00\x00\x01\x00\x01\x07\x00\x00"), "payload", "runs past the end", 8},
    {0xfe0d, BYTES("\x00\x00\x01\x00\x01\x07\x00\x00\x00\x00"), "payload", "is empty", 10},
    {0xff01, BYTES(""), "renegotiated_connection", "runs past the end", 0},
    {0xff01, BYTES("\x00\x00"), "renegotiation_info", "has bytes left over", 1},
};

START_TEST(contradictions_are_located) {
    struct tls_client_hello hello;
    ck_assert(!parse_extension(contradictions[_i].type, contradictions[_i].data, contradictions[_i].length, &hello));
    ck_assert_pstr_eq(hello.error.field, contradictions[_i].field);
    ck_assert_pstr_eq(hello.error.reason, contradictions[_i].reason);
    ck_assert_uint_eq(hello.error.offset, DATA_OFFSET + contradictions[_i].offset);
    if (contradictions[_i].type == TLS_EXTENSION_SERVER_NAME) ck_assert(hello.server_name_malformed);
}
END_TEST

/* A hello with the fixed part and EXTENSIONS, their common length left to us. */
static bool parse_extensions(const char *extensions, size_t length, struct tls_client_hello *hello) {
    uint8_t bytes[sizeof(fixed_part) + 2 + 256];
    memcpy(bytes, fixed_part, sizeof(fixed_part));
    bytes[sizeof(fixed_part)] = 0;
    bytes[sizeof(fixed_part) + 1] = (uint8_t)length;
    memcpy(bytes + sizeof(fixed_part) + 2, extensions, length);
    uint8_t *copy = exact_copy(bytes, sizeof(fixed_part) + 2 + length);
    bool whole = tls_client_hello_parse(cursor_over(copy, sizeof(fixed_part) + 2 + length), hello);
    free(copy);
    return whole;
}

START_TEST(of_an_extension_that_comes_twice_the_first_counts) {
    struct tls_client_hello hello;
    ck_assert(parse_extensions(BYTES("\x00\x0a\x00\x04\x00\x02\x00\x1d"           /* supported_groups: x25519 */
                                     "\x00\x17\x00\x00"                           /* extended_master_secret */
                                     "\x00\x0a\x00\x06\x00\x04\x00\x17\x00\x18"), /* secp256r1, secp384r1 */
                               &hello));
    ck_assert(hello.duplicate_extension);
    ck_assert_uint_eq(hello.duplicate_extension_type, 10);
    ck_assert_uint_eq(hello.extension_count, 3); /* as on the wire */
    ck_assert_uint_eq(hello.groups.count, 1);
    ck_assert_uint_eq(hello.groups.codes[0], 0x001d);
}
END_TEST

START_TEST(high_types_are_duplicates_too) {
    struct tls_client_hello hello;
    ck_assert(parse_extensions(BYTES("\xff\x01\x00\x01\x00"
                                     "\x0a\x0a\x00\x00"
                                     "\xff\x01\x00\x01\x00"),
                               &hello));
    ck_assert(hello.duplicate_extension);
    ck_assert_uint_eq(hello.duplicate_extension_type, 0xff01);
}
END_TEST

START_TEST(one_bad_extension_does_not_hide_the_others) {
    struct tls_client_hello hello;
    ck_assert(!parse_extensions(BYTES("\x00\x0a\x00\x02\x00\x00"       /* supported_groups: empty list */
                                      "\x00\x2b\x00\x03\x02\x03\x04"   /* supported_versions: TLS 1.3 */
                                      "\x00\x0d\x00\x03\x00\x02\x08"), /* signature_algorithms: too short */
                                &hello));
    ck_assert_str_eq(hello.error.field, "named_group_list"); /* the first */
    ck_assert_uint_eq(hello.versions.count, 1);
    ck_assert_uint_eq(hello.extension_count, 3);
}
END_TEST

START_TEST(a_pre_shared_key_in_the_middle_is_not_last) {
    struct tls_client_hello hello;
    ck_assert(parse_extensions(BYTES("\x00\x29\x00\x0f\x00\x07\x00\x01"
                                     "c\x01\x02\x03\x04\x00\x04\x03xyz"
                                     "\x00\x17\x00\x00"),
                               &hello));
    ck_assert(hello.has_psk);
    ck_assert(!hello.psk_is_last);
}
END_TEST

START_TEST(long_names_are_cut) {
    char data[5 + 300] = {0x01, 0x2f, 0x00, 0x01, 0x2c}; /* list of 303, host_name of 300 */
    memset(data + 5, 'a', 300);
    struct tls_client_hello hello;
    ck_assert(parse_extension(TLS_EXTENSION_SERVER_NAME, data, sizeof(data), &hello));
    ck_assert_uint_eq(hello.server_name_length, TLS_NAME_KEPT);
    ck_assert(hello.server_name_malformed); /* no host name is that long */
}
END_TEST

START_TEST(many_protocols_are_cut) {
    char data[2 + 2 * 20] = {0x00, 40};
    for (size_t i = 0; i < 20; i++) {
        data[2 + 2 * i] = 1;
        data[3 + 2 * i] = (char)('a' + i);
    }
    struct tls_client_hello hello;
    ck_assert(parse_extension(16, data, sizeof(data), &hello));
    ck_assert_uint_eq(hello.protocol_count, TLS_PROTOCOLS_KEPT);
    ck_assert_uint_eq(hello.protocols[TLS_PROTOCOLS_KEPT - 1].bytes[0], 'p');
    ck_assert(hello.protocols_truncated);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls client_hello_extensions");
    TCase *tcase = tcase_create("extensions");
    tcase_add_loop_test(tcase, extensions_are_read, 0, ARRAY_LENGTH(readable));
    tcase_add_loop_test(tcase, contradictions_are_located, 0, ARRAY_LENGTH(contradictions));
    tcase_add_test(tcase, of_an_extension_that_comes_twice_the_first_counts);
    tcase_add_test(tcase, high_types_are_duplicates_too);
    tcase_add_test(tcase, one_bad_extension_does_not_hide_the_others);
    tcase_add_test(tcase, a_pre_shared_key_in_the_middle_is_not_last);
    tcase_add_test(tcase, long_names_are_cut);
    tcase_add_test(tcase, many_protocols_are_cut);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
