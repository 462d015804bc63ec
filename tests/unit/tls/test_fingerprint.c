#include "tls/fingerprint.h"

#include "run_suite.h"

#define CODES(...) {__VA_ARGS__}, sizeof((uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t)

/* Just the lists that a fingerprint is made of. */
struct client {
    uint16_t legacy_version;
    uint16_t versions[8];
    size_t version_count;
    uint16_t suites[40];
    size_t suite_count;
    uint16_t extensions[24];
    size_t extension_count;
    uint16_t groups[8];
    size_t group_count;
    uint16_t signature_algorithms[16];
    size_t signature_algorithm_count;
    const char *protocol; /* the first one offered */
    bool point_format;    /* uncompressed */
};

/* The browser of the JA4 description (FoxIO, technical_details/JA4.md), GREASE put back in. */
static const struct client chrome = {
    0x0303,
    CODES(0xbaba, 0x0304, 0x0303),
    CODES(0xfafa, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
          0x009d, 0x002f, 0x0035),
    CODES(0x2a2a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b,
          0xff01, 0x000b, 0x000a, 0x6a6a, 0x0015),
    CODES(0x4a4a, 0x001d, 0x0017, 0x0018),
    CODES(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
    "h2",
    true,
};

/* The first example of the description of JA3 (salesforce/ja3): "769,47-53-...,0-10-11,23-24-25,0". */
static const struct client ja3_example = {
    .legacy_version = 0x0301,
    .suites = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4},
    .suite_count = 12,
    .extensions = {0, 10, 11},
    .extension_count = 3,
    .groups = {23, 24, 25},
    .group_count = 3,
    .point_format = true,
};

/* The second: a hello without extensions. */
static const struct client ja3_example_bare = {
    .legacy_version = 0x0301, .suites = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}, .suite_count = 11};

static void fill_list(struct tls_code_list *list, const uint16_t *codes, size_t count) {
    list->present = count > 0;
    list->count = (uint16_t)count;
    memcpy(list->codes, codes, count * sizeof(codes[0]));
}

static struct tls_client_hello hello_of(const struct client *client) {
    struct tls_client_hello hello = {.legacy_version = client->legacy_version};
    hello.suite_count = (uint16_t)client->suite_count;
    memcpy(hello.suites, client->suites, sizeof(client->suites));
    hello.has_extensions = client->extension_count > 0;
    hello.extension_count = (uint16_t)client->extension_count;
    memcpy(hello.extensions, client->extensions, sizeof(client->extensions));
    fill_list(&hello.versions, client->versions, client->version_count);
    fill_list(&hello.groups, client->groups, client->group_count);
    fill_list(&hello.signature_algorithms, client->signature_algorithms, client->signature_algorithm_count);
    hello.point_format_count = client->point_format;
    if (client->protocol != NULL) {
        hello.has_protocols = true;
        hello.protocol_count = 1;
        hello.protocols[0].length = (uint8_t)strlen(client->protocol);
        memcpy(hello.protocols[0].bytes, client->protocol, strlen(client->protocol));
    }
    return hello;
}

static const struct {
    const struct client *client;
    const char *want;
} ja3_cases[] = {
    {&ja3_example, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"},
    {&ja3_example_bare, "769,4-5-10-9-100-98-3-6-19-18-99,,,"},
    {&chrome, "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
              "27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0"},
};

START_TEST(ja3_is_as_published) {
    char text[TLS_JA3_TEXT_SIZE];
    struct tls_client_hello hello = hello_of(ja3_cases[_i].client);
    ck_assert(tls_ja3_string(&hello, text, sizeof(text)));
    ck_assert_str_eq(text, ja3_cases[_i].want);
}
END_TEST

START_TEST(ja4_is_as_published) {
    char a[11], suites[TLS_JA4_RAW_SIZE], extensions[TLS_JA4_RAW_SIZE];
    struct tls_client_hello hello = hello_of(&chrome);
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(a, "t13d1516h2");
    ck_assert_str_eq(suites, "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9");
    ck_assert_str_eq(extensions, "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_"
                                 "0403,0804,0401,0503,0805,0501,0806,0601");
}
END_TEST

START_TEST(ja4_lists_may_be_empty) {
    char a[11], suites[TLS_JA4_RAW_SIZE], extensions[TLS_JA4_RAW_SIZE];
    struct tls_client_hello hello = {.legacy_version = 0x0300};
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(a, "ts3i000000");
    ck_assert_str_eq(suites, "");
    ck_assert_str_eq(extensions, "");

    /* server_name and ALPN alone leave nothing either */
    hello.extensions[0] = 16;
    hello.extension_count = 2;
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(a, "ts3d000200");
    ck_assert_str_eq(extensions, "");

    /* without signature algorithms there is no underscore */
    hello.extensions[2] = 23;
    hello.extension_count = 3;
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(extensions, "0017");
}
END_TEST

/* What the description says of versions and of odd protocol names. */
static const struct {
    uint16_t legacy_version, version; /* of supported_versions; 0: absent */
    const char *protocol;
    size_t length;
    const char *want;
} ja4_a_cases[] = {
    {0x0303, 0x0304, "h2", 2, "t13i0000h2"},
    {0x0303, 0x0a0a, "", 0, "t00i000000"}, /* nothing but GREASE in supported_versions */
    {0x0303, 0, "http/1.1", 8, "t12i0000h1"},
    {0x0302, 0, "x", 1, "t11i0000xx"},
    {0x0301, 0, "\xab", 1, "t10i0000ab"},
    {0x0300, 0, "\xab\xcd", 2, "ts3i0000ad"},
    {0x0002, 0, "\x30\xab", 2, "ts2i00003b"},
    {0x0303, 0, "\x30\x31\xab\xcd", 4, "t12i00003d"},
    {0x0303, 0, "\x30\xab\xcd\x31", 4, "t12i000001"},
    {0x0305, 0, NULL, 0, "t00i000000"},
};

START_TEST(ja4_begins_as_described) {
    char a[11], suites[16], extensions[16];
    struct tls_client_hello hello = {.legacy_version = ja4_a_cases[_i].legacy_version};
    if (ja4_a_cases[_i].version != 0) fill_list(&hello.versions, &ja4_a_cases[_i].version, 1);
    hello.protocol_count = ja4_a_cases[_i].protocol != NULL;
    hello.protocols[0].length = (uint8_t)ja4_a_cases[_i].length;
    if (ja4_a_cases[_i].protocol != NULL)
        memcpy(hello.protocols[0].bytes, ja4_a_cases[_i].protocol, ja4_a_cases[_i].length);
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(a, ja4_a_cases[_i].want);
}
END_TEST

START_TEST(ja4_counts_stop_at_99) {
    char a[11], suites[TLS_JA4_RAW_SIZE], extensions[TLS_JA4_RAW_SIZE];
    struct tls_client_hello hello = {.legacy_version = 0x0303, .suite_count = TLS_SUITES_KEPT};
    for (uint16_t i = 0; i < TLS_SUITES_KEPT; i++)
        hello.suites[i] = (uint16_t)(TLS_SUITES_KEPT - i); /* the worst order for a sort */
    ck_assert(tls_ja4_parts(&hello, a, suites, extensions, sizeof(suites)));
    ck_assert_str_eq(a, "t12i990000");
    ck_assert_uint_eq(strlen(suites), TLS_SUITES_KEPT * 5 - 1);
    ck_assert_mem_eq(suites, "0001,0002,0003,", 15);
}
END_TEST

/* A buffer of every size too small, on the heap: nothing is written past it. */
START_TEST(text_that_does_not_fit_is_refused) {
    struct tls_client_hello hello = hello_of(&chrome);
    char a[11], whole[TLS_JA3_TEXT_SIZE], other[TLS_JA4_RAW_SIZE];
    ck_assert(tls_ja3_string(&hello, whole, sizeof(whole)));
    for (size_t capacity = 0; capacity <= strlen(whole) + 1; capacity++) {
        char *text = malloc(capacity + 1);
        ck_assert_ptr_nonnull(text);
        text[capacity] = '#';
        ck_assert_int_eq(tls_ja3_string(&hello, text, capacity), capacity > strlen(whole));
        ck_assert_int_eq(text[capacity], '#');
        free(text);
    }
    ck_assert(tls_ja4_parts(&hello, a, whole, other, 110)); /* 14 extensions, 8 schemes, their separators, the NUL */
    ck_assert(!tls_ja4_parts(&hello, a, whole, other, 109));
    hello.extension_count = 0;
    ck_assert(tls_ja4_parts(&hello, a, whole, other, 75)); /* 15 suites, 14 commas, the NUL */
    ck_assert(!tls_ja4_parts(&hello, a, whole, other, 74));
}
END_TEST

static void cut_suites(struct tls_client_hello *hello) {
    hello->suites_truncated = true;
}

static void cut_extensions(struct tls_client_hello *hello) {
    hello->extensions_truncated = true;
}

static void make_ssl2(struct tls_client_hello *hello) {
    hello->ssl2_format = true;
}

static void make_contradictory(struct tls_client_hello *hello) {
    hello->error.field = "extensions";
}

static void (*const without_fingerprint[])(struct tls_client_hello *hello) = {cut_suites, cut_extensions, make_ssl2,
                                                                              make_contradictory};

START_TEST(a_hello_that_is_not_whole_has_no_fingerprint) {
    char a[11], first[TLS_JA4_RAW_SIZE], second[TLS_JA4_RAW_SIZE];
    struct tls_client_hello hello = hello_of(&chrome);
    without_fingerprint[_i](&hello);
    ck_assert(!tls_ja3_string(&hello, first, sizeof(first)));
    ck_assert(!tls_ja4_parts(&hello, a, first, second, sizeof(first)));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls fingerprint");
    TCase *tcase = tcase_create("ja3 and ja4");
    tcase_add_loop_test(tcase, ja3_is_as_published, 0, ARRAY_LENGTH(ja3_cases));
    tcase_add_test(tcase, ja4_is_as_published);
    tcase_add_test(tcase, ja4_lists_may_be_empty);
    tcase_add_loop_test(tcase, ja4_begins_as_described, 0, ARRAY_LENGTH(ja4_a_cases));
    tcase_add_test(tcase, ja4_counts_stop_at_99);
    tcase_add_test(tcase, text_that_does_not_fit_is_refused);
    tcase_add_loop_test(tcase, a_hello_that_is_not_whole_has_no_fingerprint, 0, ARRAY_LENGTH(without_fingerprint));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
