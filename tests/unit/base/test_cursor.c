/* The cursor: each getter at each length, children that cannot see past their parents, outputs kept on failure. */
#include "base/cursor.h"
#include "run_suite.h"

static const unsigned char eight[8] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

/* The getters under one signature, so that one loop tests them all. */
static bool get_u8(struct cursor *cursor, uint64_t *value) {
    uint8_t got = (uint8_t)*value;
    bool ok = cursor_get_u8(cursor, &got);
    *value = got;
    return ok;
}

static bool get_u16(struct cursor *cursor, uint64_t *value) {
    uint16_t got = (uint16_t)*value;
    bool ok = cursor_get_u16(cursor, &got);
    *value = got;
    return ok;
}

static bool get_u24(struct cursor *cursor, uint64_t *value) {
    uint32_t got = (uint32_t)*value;
    bool ok = cursor_get_u24(cursor, &got);
    *value = got;
    return ok;
}

static bool get_u32(struct cursor *cursor, uint64_t *value) {
    uint32_t got = (uint32_t)*value;
    bool ok = cursor_get_u32(cursor, &got);
    *value = got;
    return ok;
}

static bool get_u32_little(struct cursor *cursor, uint64_t *value) {
    uint32_t got = (uint32_t)*value;
    bool ok = cursor_get_u32_little(cursor, &got);
    *value = got;
    return ok;
}

static bool get_u64(struct cursor *cursor, uint64_t *value) {
    return cursor_get_u64(cursor, value);
}

static const struct {
    const char *name;
    bool (*get)(struct cursor *cursor, uint64_t *value);
    size_t size;
    uint64_t want;
} getters[] = {
    {"u8", get_u8, 1, 0x01},
    {"u16", get_u16, 2, 0x0102},
    {"u24", get_u24, 3, 0x010203},
    {"u32", get_u32, 4, 0x01020304},
    {"u32_little", get_u32_little, 4, 0x04030201},
    {"u64", get_u64, 8, UINT64_C(0x0102030405060708)},
};

START_TEST(getters_read_and_refuse) {
    const size_t size = getters[_i].size;
    for (size_t length = 0; length <= sizeof(eight); length++) {
        unsigned char *copy = exact_copy(eight, length);
        struct cursor cursor = cursor_over(copy, length);
        uint64_t value = 0x5a;
        bool ok = getters[_i].get(&cursor, &value);
        ck_assert_msg(ok == (length >= size), "%s of %zu bytes", getters[_i].name, length);
        ck_assert_uint_eq(value, ok ? getters[_i].want : 0x5a);
        ck_assert_uint_eq(cursor_remaining(&cursor), ok ? length - size : length);
        ck_assert_uint_eq(cursor_offset(&cursor), ok ? size : 0);
        free(copy);
    }
}
END_TEST

START_TEST(all_ones_are_not_sign_extended) {
    const unsigned char ones[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct cursor cursor = cursor_over(ones, sizeof(ones));
    uint64_t value = 0;
    ck_assert(getters[_i].get(&cursor, &value));
    uint64_t want = getters[_i].size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * getters[_i].size) - 1;
    ck_assert_uint_eq(value, want);
}
END_TEST

START_TEST(nothing_from_nothing) {
    struct cursor cursor = cursor_over(NULL, 0);
    const uint8_t *bytes = NULL;
    ck_assert(cursor_is_empty(&cursor));
    ck_assert(cursor_take(&cursor, 0, &bytes));
    ck_assert(cursor_skip(&cursor, 0));
    ck_assert(!cursor_take(&cursor, 1, &bytes));
    struct cursor rest = cursor_rest(&cursor);
    ck_assert(cursor_is_empty(&rest));
}
END_TEST

START_TEST(huge_counts_are_refused) {
    struct cursor cursor = cursor_over(eight, sizeof(eight));
    struct cursor child;
    ck_assert(cursor_skip(&cursor, 3));
    ck_assert(!cursor_skip(&cursor, SIZE_MAX));
    ck_assert(!cursor_skip(&cursor, SIZE_MAX - 2));
    ck_assert(!cursor_sub(&cursor, SIZE_MAX, &child));
    ck_assert(!cursor_skip(&cursor, 6));
    ck_assert_uint_eq(cursor_remaining(&cursor), 5);
    ck_assert(cursor_skip(&cursor, 5));
    ck_assert(cursor_is_empty(&cursor));
}
END_TEST

START_TEST(copy_copies_or_leaves_alone) {
    struct cursor cursor = cursor_over(eight, sizeof(eight));
    unsigned char target[16] = {0};
    ck_assert(!cursor_copy(&cursor, target, 9));
    ck_assert_uint_eq(target[0], 0);
    ck_assert(cursor_copy(&cursor, target, 3));
    ck_assert_mem_eq(target, eight, 3);
    ck_assert_uint_eq(target[3], 0);
    ck_assert(cursor_copy(&cursor, NULL, 0));
}
END_TEST

START_TEST(a_child_ends_where_it_was_cut) {
    struct cursor cursor = cursor_over(eight, sizeof(eight));
    struct cursor child, grandchild;
    uint8_t value;
    ck_assert(cursor_skip(&cursor, 1));
    ck_assert(cursor_sub(&cursor, 4, &child));
    ck_assert_uint_eq(cursor_remaining(&cursor), 3);
    ck_assert_uint_eq(cursor_offset(&child), 1);
    ck_assert(cursor_skip(&child, 2));
    ck_assert(!cursor_sub(&child, 3, &grandchild));
    ck_assert(cursor_sub(&child, 2, &grandchild));
    ck_assert_uint_eq(cursor_offset(&grandchild), 3);
    ck_assert(cursor_get_u8(&grandchild, &value));
    ck_assert_uint_eq(value, 0x04);
    ck_assert(cursor_get_u8(&grandchild, &value));
    ck_assert(!cursor_get_u8(&grandchild, &value));
    ck_assert(cursor_is_empty(&child));
    ck_assert(cursor_get_u8(&cursor, &value));
    ck_assert_uint_eq(value, 0x06);
}
END_TEST

START_TEST(rest_empties_the_parent) {
    struct cursor cursor = cursor_over(eight, sizeof(eight));
    ck_assert(cursor_skip(&cursor, 6));
    struct cursor rest = cursor_rest(&cursor);
    ck_assert_uint_eq(cursor_remaining(&rest), 2);
    ck_assert_uint_eq(cursor_offset(&rest), 6);
    ck_assert(cursor_is_empty(&cursor));
    ck_assert_uint_eq(cursor_offset(&cursor), 8);
}
END_TEST

static const struct {
    const char *name;
    size_t length, prefix, child, left;
    unsigned char bytes[6];
    bool ok;
} prefixed[] = {
    {"u8, whole", 4, 1, 2, 1, {0x02, 0xaa, 0xbb, 0xcc}, true},
    {"u8, to the end", 4, 1, 3, 0, {0x03, 0xaa, 0xbb, 0xcc}, true},
    {"u8, empty", 1, 1, 0, 0, {0x00}, true},
    {"u8, one too long", 4, 1, 0, 4, {0x04, 0xaa, 0xbb, 0xcc}, false},
    {"u8, no length", 0, 1, 0, 0, {0}, false},
    {"u16, whole", 5, 2, 2, 1, {0x00, 0x02, 0xaa, 0xbb, 0xcc}, true},
    {"u16, high byte counts", 4, 2, 0, 4, {0x01, 0x00, 0xaa, 0xbb}, false},
    {"u16, half a length", 1, 2, 0, 1, {0x00}, false},
    {"u24, whole", 6, 3, 2, 1, {0x00, 0x00, 0x02, 0xaa, 0xbb, 0xcc}, true},
    {"u24, one too long", 6, 3, 0, 6, {0x00, 0x00, 0x04, 0xaa, 0xbb, 0xcc}, false},
    {"u24, no whole length", 2, 3, 0, 2, {0x00, 0x00}, false},
};

START_TEST(prefixed_children) {
    unsigned char *copy = exact_copy(prefixed[_i].bytes, prefixed[_i].length);
    struct cursor cursor = cursor_over(copy, prefixed[_i].length);
    struct cursor child = cursor_over(NULL, 0);
    bool ok = prefixed[_i].prefix == 1   ? cursor_get_u8_prefixed(&cursor, &child)
              : prefixed[_i].prefix == 2 ? cursor_get_u16_prefixed(&cursor, &child)
                                         : cursor_get_u24_prefixed(&cursor, &child);
    ck_assert_msg(ok == prefixed[_i].ok, "%s", prefixed[_i].name);
    ck_assert_uint_eq(cursor_remaining(&child), prefixed[_i].child);
    ck_assert_uint_eq(cursor_remaining(&cursor), prefixed[_i].left);
    ck_assert_uint_eq(cursor_offset(&cursor), prefixed[_i].length - prefixed[_i].left);
    if (ok) ck_assert_uint_eq(cursor_offset(&child), prefixed[_i].prefix);
    free(copy);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cursor");
    TCase *cases = tcase_create("cursor");
    tcase_add_loop_test(cases, getters_read_and_refuse, 0, ARRAY_LENGTH(getters));
    tcase_add_loop_test(cases, all_ones_are_not_sign_extended, 0, ARRAY_LENGTH(getters));
    tcase_add_test(cases, nothing_from_nothing);
    tcase_add_test(cases, huge_counts_are_refused);
    tcase_add_test(cases, copy_copies_or_leaves_alone);
    tcase_add_test(cases, a_child_ends_where_it_was_cut);
    tcase_add_test(cases, rest_empties_the_parent);
    tcase_add_loop_test(cases, prefixed_children, 0, ARRAY_LENGTH(prefixed));
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
