/* Remembered chains: the same answer as at first, for what was sent and nothing else; and what it costs. */
#include "chain_case.h"

#include <time.h>

#define LEAVES 40

static struct made_certificate *root, *intermediate, *leaves[LEAVES];

static void setup(void) {
    root = make_certificate(&(struct make_recipe){.common_name = "Root", .ca = true});
    intermediate = make_certificate(&(struct make_recipe){.common_name = "CA", .issuer = root, .ca = true});
    for (unsigned i = 0; i < LEAVES; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "leaf%u.example", i);
        leaves[i] = make_certificate(&(struct make_recipe){.common_name = name, .issuer = intermediate});
    }
}

static void teardown(void) {
    made_free(root);
    made_free(intermediate);
    for (unsigned i = 0; i < LEAVES; i++)
        made_free(leaves[i]);
}

/* More chains than fit, in turns: whether remembered or studied anew, each gets its own answer. */
START_TEST(more_chains_than_fit) {
    struct x509_inspector *inspector = case_inspector(root); /* remembers 16 */
    struct x509_findings findings;
    char name[32], subject[40];
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < LEAVES; i += round + 1) {
            struct cursor chain[] = {made_cursor(leaves[i]), made_cursor(intermediate)};
            (void)snprintf(name, sizeof name, "leaf%u.example", i);
            (void)snprintf(subject, sizeof subject, "CN=%s", name);
            case_inspect(inspector, chain, 2, name, &findings);
            ck_assert_faults(&findings, 0);
            ck_assert_str_eq(findings.certificate[0].subject, subject);
            case_inspect(inspector, chain, 1, "other.example", &findings);
            ck_assert_faults(&findings, FAULT(MISSING_INTERMEDIATE) | FAULT(NAME_MISMATCH));
        }
    x509_inspector_free(inspector);
}
END_TEST

/* Chains that differ in one byte, in where a certificate ends, in order, in length, or in purpose are different. */
START_TEST(similar_chains_are_not_confused) {
    struct x509_inspector *inspector = case_inspector(root);
    struct x509_findings findings;
    struct cursor sound[] = {made_cursor(leaves[0]), made_cursor(intermediate)};
    struct cursor swapped[] = {made_cursor(intermediate), made_cursor(leaves[0])};
    struct cursor shifted[2];
    uint8_t *block, *joined;
    struct cursor corrupt[] = {made_corrupt(leaves[0], &block), made_cursor(intermediate)};
    size_t first = sound[0].remaining, total = first + sound[1].remaining;
    joined = malloc(total);
    ck_assert_ptr_nonnull(joined);
    memcpy(joined, sound[0].position, first);
    memcpy(joined + first, sound[1].position, total - first);
    shifted[0] = cursor_over(joined, first + 1);
    shifted[1] = cursor_over(joined + first + 1, total - first - 1);
    for (unsigned round = 0; round < 2; round++) {
        case_inspect(inspector, sound, 2, NULL, &findings);
        ck_assert_faults(&findings, 0);
        case_inspect(inspector, corrupt, 2, NULL, &findings);
        ck_assert_faults(&findings, FAULT(BAD_CHAIN));
        case_inspect(inspector, shifted, 2, NULL, &findings);
        ck_assert(findings.faults & FAULT(BAD_CHAIN));
        case_inspect(inspector, swapped, 2, NULL, &findings);
        ck_assert_str_eq(findings.certificate[0].subject, "CN=CA");
        case_inspect(inspector, sound, 1, NULL, &findings);
        ck_assert_faults(&findings, FAULT(MISSING_INTERMEDIATE));
        x509_inspect(inspector, X509_FOR_CLIENT, sound, 2, (const uint8_t *)"x", 1, NULL, 0, NOW_SECONDS * SECOND,
                     &findings);
        ck_assert_faults(&findings, 0);
    }
    free(block);
    free(joined);
    x509_inspector_free(inspector);
}
END_TEST

/* Dates are never remembered. */
START_TEST(time_goes_on) {
    struct x509_inspector *inspector = case_inspector(root);
    struct cursor chain[] = {made_cursor(leaves[0]), made_cursor(intermediate)};
    struct x509_findings findings;
    for (unsigned round = 0; round < 2; round++) {
        case_inspect(inspector, chain, 2, NULL, &findings);
        ck_assert_faults(&findings, 0);
        case_inspect_at(inspector, chain, 2, NULL, 0, &findings); /* 1970 */
        ck_assert_faults(&findings, FAULT(NOT_YET_VALID));
        case_inspect_at(inspector, chain, 2, NULL, INT64_C(4102444800), &findings); /* 2100 */
        ck_assert_faults(&findings, FAULT(EXPIRED));
    }
    x509_inspector_free(inspector);
}
END_TEST

static double cpu_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* A chain that keeps failing costs next to nothing. The bound is loose, for sanitizers and slow machines; a chain
 * studied anew costs hundreds of microseconds. */
START_TEST(known_chain_is_cheap) {
    enum { ROUNDS = 20000 };
    struct x509_inspector *inspector = case_inspector(root);
    struct cursor chain[] = {made_cursor(leaves[0]), made_cursor(intermediate), made_cursor(root)};
    struct x509_findings findings;
    double begin = cpu_nanoseconds();
    for (unsigned i = 0; i < ROUNDS; i++)
        case_inspect(inspector, chain, 3, "other.example", &findings);
    double each = (cpu_nanoseconds() - begin) / ROUNDS;
    printf("a chain that is known: %.0f ns\n", each);
    ck_assert_faults(&findings, FAULT(NAME_MISMATCH));
    ck_assert_msg(each < 50000, "%.0f ns", each);
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(fingerprints) {
    struct x509_inspector *inspectors[] = {NULL, x509_inspector_new(1, &test_key)};
    char md5[33], sha1[29], sha256[65];
    uint8_t *abc = exact_copy("abc", 3);
    /* RFC 1321 section A.5; FIPS 180-4, the examples of one block; twice: contexts are used again */
    for (unsigned i = 0; i < 2 * ARRAY_LENGTH(inspectors); i++) {
        struct x509_inspector *inspector = inspectors[i / 2];
        ck_assert(x509_md5_hex(inspector, abc, 3, md5));
        ck_assert_str_eq(md5, "900150983cd24fb0d6963f7d28e17f72");
        ck_assert(x509_sha256_hex(inspector, abc, 3, sha256));
        ck_assert_str_eq(sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        ck_assert(x509_sha1_base64(inspector, abc, 3, sha1));
        ck_assert_str_eq(sha1, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
        ck_assert(x509_md5_hex(inspector, "", 0, md5));
        ck_assert_str_eq(md5, "d41d8cd98f00b204e9800998ecf8427e");
    }
    x509_inspector_free(inspectors[1]);
    free(abc);
}
END_TEST

/* More texts than are remembered, in turn and again: each has its own digest, the same as of one that is not asked. */
START_TEST(texts_are_told_apart) {
    struct x509_inspector *inspector = x509_inspector_new(1, &test_key);
    char text[600], remembered[65], fresh[65];
    memset(text, 'a', sizeof text);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 20; i++) {
            size_t length = i < 10 ? 100 : 508 + i; /* of one length, then around what is kept */
            text[50] = (char)('a' + i);
            ck_assert(x509_sha256_hex(inspector, text, length, remembered));
            ck_assert(x509_sha256_hex(inspector, text, length, remembered));
            ck_assert(x509_sha256_hex(NULL, text, length, fresh));
            ck_assert_str_eq(remembered, fresh);
        }
    x509_inspector_free(inspector);
}
END_TEST

START_TEST(faults_have_names) {
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        ck_assert_ptr_nonnull(x509_fault_name((enum x509_fault)fault));
    ck_assert_str_eq(x509_fault_name(X509_FAULT_MISSING_INTERMEDIATE), "missing_intermediate");
    ck_assert_str_eq(x509_fault_name(X509_FAULT_WEAK), "weak");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("x509 cache");
    TCase *cache = tcase_create("cache");
    tcase_add_unchecked_fixture(cache, setup, teardown);
    tcase_set_timeout(cache, 60);
    tcase_add_test(cache, more_chains_than_fit);
    tcase_add_test(cache, similar_chains_are_not_confused);
    tcase_add_test(cache, time_goes_on);
    tcase_add_test(cache, known_chain_is_cheap);
    tcase_add_test(cache, fingerprints);
    tcase_add_test(cache, texts_are_told_apart);
    tcase_add_test(cache, faults_have_names);
    suite_add_tcase(suite, cache);
    return run_suite(suite);
}
