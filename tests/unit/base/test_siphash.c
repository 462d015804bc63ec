/* SipHash-1-3 against the reference vectors: key 00..0f, message 00, 01, 02 … of each length. They are the ones of
 * the reference implementation built with one and three rounds. */
#include <inttypes.h>

#include "base/compiler.h"
#include "base/siphash.h"
#include "run_suite.h"

static const struct siphash_key reference_key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

static const struct {
    size_t length;
    uint64_t want;
} reference_vectors[] = {
    {0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},   {2, UINT64_C(0x82cb9b024dc7d44d)},
    {7, UINT64_C(0xd3927d989bb11140)},  {8, UINT64_C(0x369095118d299a8e)},   {9, UINT64_C(0x25a48eb36c063de4)},
    {15, UINT64_C(0xd320d86d2a519956)}, {16, UINT64_C(0xcc4fdd1a7d908b66)},  {17, UINT64_C(0x9cf2689063dbd80c)},
    {31, UINT64_C(0x2370dd1f8c21d1bc)}, {32, UINT64_C(0x81157b6c16a7b60d)},  {40, UINT64_C(0xc1d2363299e41531)},
    {63, UINT64_C(0x9d199062b7bbb3a8)}, {255, UINT64_C(0xf76214e3153c4a15)}, {256, UINT64_C(0x75b3e64e167de370)},
};

START_TEST(reference_vectors_match) {
    unsigned char message[256];
    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (unsigned char)i;
    unsigned char *copy = exact_copy(message, reference_vectors[_i].length);
    uint64_t got = siphash(&reference_key, copy, reference_vectors[_i].length);
    free(copy);
    ck_assert_msg(got == reference_vectors[_i].want, "length %zu: %016" PRIx64, reference_vectors[_i].length, got);
}
END_TEST

START_TEST(every_bit_of_the_key_and_message_counts) {
    const unsigned char message[12] = "twelve bytes";
    uint64_t plain = siphash(&reference_key, message, sizeof(message));
    for (unsigned bit = 0; bit < 64; bit++) {
        struct siphash_key low = reference_key, high = reference_key;
        low.k0 ^= UINT64_C(1) << bit;
        high.k1 ^= UINT64_C(1) << bit;
        ck_assert_uint_ne(siphash(&low, message, sizeof(message)), plain);
        ck_assert_uint_ne(siphash(&high, message, sizeof(message)), plain);
    }
    for (unsigned bit = 0; bit < 8 * sizeof(message); bit++) {
        unsigned char changed[sizeof(message)];
        memcpy(changed, message, sizeof(message));
        changed[bit / 8] ^= (unsigned char)(1U << bit % 8);
        ck_assert_uint_ne(siphash(&reference_key, changed, sizeof(changed)), plain);
    }
}
END_TEST

START_TEST(no_bytes_may_be_null) {
    ck_assert_uint_eq(siphash(&reference_key, NULL, 0), reference_vectors[0].want);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("siphash");
    TCase *cases = tcase_create("siphash");
    tcase_add_loop_test(cases, reference_vectors_match, 0, ARRAY_LENGTH(reference_vectors));
    tcase_add_test(cases, every_bit_of_the_key_and_message_counts);
    tcase_add_test(cases, no_bytes_may_be_null);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
