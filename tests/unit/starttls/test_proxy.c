/* HTTP CONNECT and SOCKS. */
#include "dialogue_case.h"

#define CONNECT "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n"
/* VER 5, CONNECT, RSV, a name of 11 bytes, port 443 */
#define SOCKS5_CONNECT                                                                                                 \
    "\x05\x01\x00\x03\x0b"                                                                                             \
    "api.example"                                                                                                      \
    "\x01\xbb"

static const struct dialogue_case cases[] = {
    {"connect granted",
     {C(CONNECT), S("HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n")},
     .protocol = STARTTLS_HTTP,
     GRANTED,
     .code = 200},
    {"connect refused, with a body in parts",
     {C(CONNECT), S("HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\n<html>"), S("</html")},
     .protocol = STARTTLS_HTTP,
     REFUSED("HTTP/1.1 403 Forbidden"),
     .code = 403},
    {"connect, granted after the login",
     {C(CONNECT), S("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 6\r\n\r\n<html>"),
      C("CONNECT api.example:443 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n")},
     .protocol = STARTTLS_HTTP,
     GRANTED,
     .code = 200},
    {"connect refused without a body",
     {C(CONNECT), S("HTTP/1.0 502 Bad Gateway\r\n\r\n")},
     .protocol = STARTTLS_HTTP,
     REFUSED("HTTP/1.0 502 Bad Gateway"),
     .code = 502},
    {"another method", {C("GET / HTTP/1.1\r\n\r\n")}, .last = STARTTLS_UNKNOWN},
    {"socks5 granted",
     {C_BYTES("\x05\x01\x00"), S_BYTES("\x05\x00"), C_BYTES(SOCKS5_CONNECT),
      S_BYTES("\x05\x00\x00\x01\x0a\x00\x00\x01\x1f\x90")},
     .protocol = STARTTLS_SOCKS5,
     GRANTED},
    {"socks5, the client does not wait for the choice of a method",
     {C_BYTES("\x05\x01\x00" SOCKS5_CONNECT), S_BYTES("\x05\x00"), S_BYTES("\x05\x00\x00\x01\x0a\x00\x00\x01\x1f\x90")},
     .protocol = STARTTLS_SOCKS5,
     GRANTED},
    {"socks5, granted after the login",
     {C_BYTES("\x05\x02\x00\x02"), S_BYTES("\x05\x02"),
      C_BYTES("\x01\x01"
              "a"
              "\x01"
              "b"),
      S_BYTES("\x01\x00"), C_BYTES(SOCKS5_CONNECT), S_BYTES("\x05\x00\x00\x01\x0a\x00\x00\x01\x1f\x90")},
     .protocol = STARTTLS_SOCKS5,
     GRANTED},
    {"socks5, login refused",
     {C_BYTES("\x05\x01\x02"), S_BYTES("\x05\x02"),
      C_BYTES("\x01\x01"
              "a"
              "\x01"
              "b"),
      S_BYTES("\x01\x01")},
     .protocol = STARTTLS_SOCKS5,
     REFUSED("authentication failed"),
     .code = 1},
    {"socks5, no method",
     {C_BYTES("\x05\x01\x00"), S_BYTES("\x05\xff")},
     .protocol = STARTTLS_SOCKS5,
     REFUSED("no acceptable authentication method"),
     .code = 255},
    {"socks5, not allowed",
     {C_BYTES("\x05\x01\x00"), S_BYTES("\x05\x00"), C_BYTES(SOCKS5_CONNECT),
      S_BYTES("\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")},
     .protocol = STARTTLS_SOCKS5,
     REFUSED("connection not allowed by ruleset"),
     .code = 2},
    {"socks4a granted",
     {C_BYTES("\x04\x01\x01\xbb\x00\x00\x00\x01"
              "me\0"
              "api.example\0"),
      S_BYTES("\x00\x5a\x00\x00\x00\x00\x00\x00")},
     .protocol = STARTTLS_SOCKS4,
     GRANTED},
    {"socks4 refused",
     {C_BYTES("\x04\x01\x01\xbb\xc0\x00\x02\x07\x00"), S_BYTES("\x00\x5b\x00\x00\x00\x00\x00\x00")},
     .protocol = STARTTLS_SOCKS4,
     REFUSED("request rejected or failed"),
     .code = 0x5b},
};

static const struct {
    size_t at;
    const char *target;
    unsigned port;
} targets[] = {{0, "api.example:443", 443}, {5, "api.example", 443}, {11, "api.example", 443}, {12, "192.0.2.7", 443}};

START_TEST(target_is_kept) {
    static struct heard heard;
    case_run(&cases[targets[_i].at], &heard, 8192);
    ck_assert_uint_eq(heard.dialogue.target_length, strlen(targets[_i].target));
    ck_assert_mem_eq(heard.dialogue.target, targets[_i].target, strlen(targets[_i].target));
    ck_assert_uint_eq(heard.dialogue.target_port, targets[_i].port);
}
END_TEST

START_TEST(dialogue_is_followed) {
    case_hold(&cases[_i]);
}
END_TEST

START_TEST(dialogue_is_swept) {
    case_sweep(&cases[_i]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("proxy");
    TCase *tests = tcase_create("proxy");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, dialogue_is_followed, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, dialogue_is_swept, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, target_is_kept, 0, (int)ARRAY_LENGTH(targets));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
