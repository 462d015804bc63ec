/* Addresses as RFC 5952 wants them. */
#include "base/compiler.h"
#include "packet/packet.h"
#include "run_suite.h"

static const struct {
    uint8_t version;
    struct packet_address address;
    const char *want;
} addresses[] = {
    {4, {{192, 0, 2, 7}}, "192.0.2.7"},
    {4, {{0}}, "0.0.0.0"},
    {4, {{255, 255, 255, 255}}, "255.255.255.255"},
    {6, {{0}}, "::"},
    {6, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, "::1"},
    {6, {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, "2001:db8::1"},
    /* section 4.2.2: one group of zeros is not shortened */
    {6, {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}, "2001:db8:0:1:1:1:1:1"},
    /* section 4.2.3: the longest run is, and of equal ones the first */
    {6, {{0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}}, "2001:0:0:1::1"},
    {6, {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}}, "2001:db8::1:0:0:1"},
    /* section 4.3: lower case, no leading zeros; the longest text there is */
    {6,
     {{0xab, 0xcd, 0x0e, 0xf0, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xff, 0xff}},
     "abcd:ef0:abcd:abcd:abcd:abcd:abcd:ffff"},
    /* section 5: IPv4-mapped */
    {6, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 255, 255, 255, 255}}, "::ffff:255.255.255.255"},
};

START_TEST(addresses_format) {
    char text[PACKET_ADDRESS_TEXT_SIZE];
    packet_address_format(&addresses[_i].address, addresses[_i].version, text);
    ck_assert_str_eq(text, addresses[_i].want);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("address");
    TCase *cases = tcase_create("address");
    tcase_add_loop_test(cases, addresses_format, 0, ARRAY_LENGTH(addresses));
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
