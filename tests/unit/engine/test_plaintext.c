/* Plain text where TLS may be spoken: what makes it a failure, on a port of TLS and elsewhere. */
#include "engine/engine.h"

#include <stdio.h>

#include "base/moment.h"
#include "run_suite.h"

enum {
    ETHERNET = 1,
    HEADERS = 54,
    CLIENT_PORT = 34855,
    SERVER_PORT = 8000,
    CLIENT_SEQUENCE = 1000,
    SERVER_SEQUENCE = 5000,
    NO_PORT = 1
};

static const char rules_text[] =
    "{\"family\": \"test\", \"description\": \"d\", \"rules\": [{\"id\": \"plain\", \"name\": \"n\", "
    "\"description\": \"d\", \"cause\": \"protocol.plaintext_client\", \"confidence\": \"observed\", "
    "\"at_fault\": \"client\", \"rank\": 1, \"narrows\": true, "
    "\"when\": {\"end.kind\": \"plaintext\", \"any\": [{\"handshake.plaintext_answer\": \"alert\"}, "
    "{\"tcp.tls_port\": true, \"handshake.plaintext_answer\": \"close\"}]}, "
    "\"message\": \"m\", \"advice\": \"a\", \"evidence\": [\"e\"]}]}";

static struct rule_table *rules;

static void remember(void *context, const struct diag *diag) {
    (void)diag;
    ++*(unsigned *)context;
}

/* One connection, packet by packet. */
struct talk {
    struct engine *engine;
    int64_t time;
    uint32_t next[SIDE_COUNT]; /* sequence number of each side's next byte */
};

static void number_put(uint8_t *bytes, uint32_t number) {
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void say(struct talk *talk, enum side side, uint8_t flags, const char *text, uint32_t length) {
    static const uint8_t address[SIDE_COUNT][6] = {
        [SIDE_CLIENT] = {192, 0, 2, 1, CLIENT_PORT >> 8, CLIENT_PORT & 0xff},
        [SIDE_SERVER] = {198, 51, 100, 7, SERVER_PORT >> 8, SERVER_PORT & 0xff},
    };
    uint8_t frame[HEADERS + 64] = {[12] = 0x08, [14] = 0x45, [22] = 64, [23] = 6, [46] = 0x50, [47] = flags};
    enum side other = side_other(side);
    frame[17] = (uint8_t)(40 + length);
    memcpy(frame + 26, address[side], 4);
    memcpy(frame + 30, address[other], 4);
    memcpy(frame + 34, address[side] + 4, 2);
    memcpy(frame + 36, address[other] + 4, 2);
    number_put(frame + 38, talk->next[side]);
    number_put(frame + 42, talk->next[other]);
    if (length > 0) memcpy(frame + HEADERS, text, length);
    talk->time += MOMENT_MILLISECOND;
    talk->next[side] += (uint32_t)(length + ((flags & (PACKET_TCP_SYN | PACKET_TCP_FIN)) != 0));
    engine_packet(talk->engine, talk->time, frame, HEADERS + length, HEADERS + length);
}

#define TEXT(text) (text), sizeof(text) - 1

static const char fatal_alert[] = {21, 3, 3, 0, 2, 2, 10}; /* unexpected_message, RFC 8446 section 6 */

static const struct plain_case {
    const char *name;
    const char *greeting; /* the server's, NULL where it is silent */
    const char *answer;   /* to the client's request, NULL where it closes without a word */
    uint32_t answer_length;
    uint16_t tls_port;
    unsigned verdicts;
} cases[] = {
    {"a TLS alert is proof that TLS was meant", NULL, fatal_alert, sizeof fatal_alert, NO_PORT, 1},
    {"the same on a port of TLS", NULL, fatal_alert, sizeof fatal_alert, SERVER_PORT, 1},
    {"plain HTTP on its own port", NULL, TEXT("HTTP/1.1 200 OK\r\n\r\n"), NO_PORT, 0},
    {"closed elsewhere: many a server does", NULL, NULL, 0, NO_PORT, 0},
    {"closed on a port of TLS", NULL, NULL, 0, SERVER_PORT, 1},
    {"the server greets: it speaks first, and not TLS", "hello there\r\n", TEXT("what?\r\n"), NO_PORT, 0},
};

START_TEST(test_plaintext) {
    const struct plain_case *plain = &cases[_i];
    struct engine_options options;
    unsigned verdicts = 0;
    bool unknown;
    engine_options_default(&options);
    options.link_type = ETHERNET;
    options.memory = (size_t)8 << 20;
    options.tls_ports[0] = plain->tls_port;
    options.tls_port_count = 1;
    options.rules = rules;
    struct talk talk = {.engine = engine_new(&options, remember, &verdicts, &unknown),
                        .time = 1000 * MOMENT_SECOND,
                        .next = {[SIDE_CLIENT] = CLIENT_SEQUENCE, [SIDE_SERVER] = SERVER_SEQUENCE}};
    ck_assert_ptr_nonnull(talk.engine);
    say(&talk, SIDE_CLIENT, PACKET_TCP_SYN, NULL, 0);
    say(&talk, SIDE_SERVER, PACKET_TCP_SYN | PACKET_TCP_ACK, NULL, 0);
    if (plain->greeting != NULL)
        say(&talk, SIDE_SERVER, PACKET_TCP_ACK, plain->greeting, (uint32_t)strlen(plain->greeting));
    say(&talk, SIDE_CLIENT, PACKET_TCP_ACK, TEXT("GET / HTTP/1.1\r\n\r\n"));
    if (plain->answer != NULL) say(&talk, SIDE_SERVER, PACKET_TCP_ACK, plain->answer, plain->answer_length);
    say(&talk, SIDE_SERVER, PACKET_TCP_FIN | PACKET_TCP_ACK, NULL, 0);
    say(&talk, SIDE_CLIENT, PACKET_TCP_FIN | PACKET_TCP_ACK, NULL, 0);
    engine_finish(talk.engine);
    ck_assert_msg(verdicts == plain->verdicts, "%s: %u verdicts", plain->name, verdicts);
    engine_free(talk.engine);
}
END_TEST

int main(void) {
    char error[200];
    rules = rule_table_new();
    if (rules == NULL ||
        !rule_table_add(rules, "test", rules_text, sizeof rules_text - 1, false, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("plaintext");
    TCase *tests = tcase_create("plaintext");
    tcase_add_loop_test(tests, test_plaintext, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    rule_table_free(rules);
    return status;
}
