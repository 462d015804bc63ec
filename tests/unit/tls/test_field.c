#include "../../../lib/tls/field.h"

#include "run_suite.h"

/* Each getter on input that is one byte too short for it. */
static const uint8_t short_u16[] = {0x01};
static const uint8_t short_vector8[] = {0x03, 'a', 'b'};
static const uint8_t short_vector16[] = {0x00, 0x03, 'a', 'b'};
static const uint8_t short_vector24[] = {0x00, 0x00, 0x03, 'a', 'b'};

static void cursor_is_unchanged(const struct cursor *cursor, const uint8_t *bytes, size_t length) {
    ck_assert_ptr_eq(cursor->position, bytes);
    ck_assert_uint_eq(cursor->remaining, length);
    ck_assert_uint_eq(cursor->offset, 0);
}

static void error_is(const struct tls_parse_error *error, const char *field, const char *reason, size_t offset) {
    ck_assert_pstr_eq(error->field, field);
    ck_assert_pstr_eq(error->reason, reason);
    ck_assert_uint_eq(error->offset, offset);
}

START_TEST(fixed_fields_leave_everything_untouched_on_failure) {
    struct tls_parse_error error = {0};
    struct cursor empty = cursor_over(NULL, 0);
    uint8_t byte = 0x5a, bytes[2] = {0x5a, 0x5a};
    uint16_t value = 0x5a5a;
    ck_assert(!tls_field_u8(&empty, &error, "first", &byte));
    ck_assert_uint_eq(byte, 0x5a);
    struct cursor in = cursor_over(short_u16, sizeof(short_u16));
    ck_assert(!tls_field_u16(&in, &error, "second", &value));
    ck_assert_uint_eq(value, 0x5a5a);
    ck_assert(!tls_field_copy(&in, &error, "third", bytes, sizeof(bytes)));
    ck_assert_uint_eq(bytes[0], 0x5a);
    cursor_is_unchanged(&in, short_u16, sizeof(short_u16));
    error_is(&error, "first", "runs past the end", 0);
}
END_TEST

static const struct {
    bool (*get)(struct cursor *in, struct tls_parse_error *error, const char *field, struct cursor *child);
    const uint8_t *bytes;
    size_t length;
} short_vectors[] = {
    {tls_field_vector8, short_vector8, sizeof(short_vector8)},    {tls_field_vector8, short_vector8, 0},
    {tls_field_vector16, short_vector16, sizeof(short_vector16)}, {tls_field_vector16, short_vector16, 1},
    {tls_field_vector24, short_vector24, sizeof(short_vector24)}, {tls_field_vector24, short_vector24, 2},
};

START_TEST(vectors_leave_everything_untouched_on_failure) {
    uint8_t *copy = exact_copy(short_vectors[_i].bytes, short_vectors[_i].length);
    struct cursor in = cursor_over(copy, short_vectors[_i].length);
    struct cursor child = cursor_over("child", 5);
    struct tls_parse_error error = {0};
    ck_assert(!short_vectors[_i].get(&in, &error, "vector", &child));
    cursor_is_unchanged(&in, copy, short_vectors[_i].length);
    ck_assert_uint_eq(child.remaining, 5);
    error_is(&error, "vector", "runs past the end", 0);
    free(copy);
}
END_TEST

START_TEST(the_first_error_stays) {
    struct tls_parse_error error = {0};
    ck_assert(!tls_field_fail(&error, "cipher_suites", "odd length", 7));
    ck_assert(!tls_field_fail(&error, "extensions", "has bytes left over", 9));
    error_is(&error, "cipher_suites", "odd length", 7);
}
END_TEST

START_TEST(a_code_list_keeps_what_fits) {
    uint8_t bytes[2 * (TLS_LIST_KEPT + 1)];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    struct tls_parse_error error = {0};
    struct tls_code_list list = {0};
    ck_assert(tls_field_code_list(cursor_over(bytes, sizeof(bytes) - 2), &error, "list", &list));
    ck_assert_uint_eq(list.count, TLS_LIST_KEPT);
    ck_assert(list.present && !list.truncated);
    ck_assert_uint_eq(list.codes[1], 0x0203);

    list = (struct tls_code_list){0};
    ck_assert(tls_field_code_list(cursor_over(bytes, sizeof(bytes)), &error, "list", &list));
    ck_assert_uint_eq(list.count, TLS_LIST_KEPT);
    ck_assert(list.truncated);
}
END_TEST

START_TEST(a_code_list_is_of_pairs) {
    static const uint8_t bytes[] = {0x00, 0x17, 0x00};
    struct tls_parse_error error = {0};
    struct tls_code_list list = {0};
    ck_assert(!tls_field_code_list(cursor_over(bytes, sizeof(bytes)), &error, "list", &list));
    error_is(&error, "list", "odd length", 2);
    ck_assert_uint_eq(list.count, 1); /* what was read before stands */
    ck_assert_uint_eq(list.codes[0], 0x0017);

    error = (struct tls_parse_error){0};
    ck_assert(!tls_field_code_list(cursor_over(NULL, 0), &error, "list", &list));
    error_is(&error, "list", "is empty", 0);
}
END_TEST

START_TEST(a_long_protocol_name_is_cut) {
    uint8_t bytes[1 + TLS_PROTOCOL_KEPT + 1] = {TLS_PROTOCOL_KEPT + 1};
    memset(bytes + 1, 'p', TLS_PROTOCOL_KEPT + 1);
    struct cursor in = cursor_over(bytes, sizeof(bytes));
    struct tls_parse_error error = {0};
    struct tls_protocol_name name;
    ck_assert(tls_field_protocol_name(&in, &error, &name));
    ck_assert_uint_eq(name.length, TLS_PROTOCOL_KEPT);
    ck_assert(name.truncated);
    ck_assert(cursor_is_empty(&in));

    bytes[0] = 0; /* ProtocolName<1..2^8-1> */
    in = cursor_over(bytes, 1);
    ck_assert(!tls_field_protocol_name(&in, &error, &name));
    error_is(&error, "protocol_name", "is empty", 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls field");
    TCase *tcase = tcase_create("getters");
    tcase_add_test(tcase, fixed_fields_leave_everything_untouched_on_failure);
    tcase_add_loop_test(tcase, vectors_leave_everything_untouched_on_failure, 0, ARRAY_LENGTH(short_vectors));
    tcase_add_test(tcase, the_first_error_stays);
    tcase_add_test(tcase, a_code_list_keeps_what_fits);
    tcase_add_test(tcase, a_code_list_is_of_pairs);
    tcase_add_test(tcase, a_long_protocol_name_is_cut);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
