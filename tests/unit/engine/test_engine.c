/* The engine from outside: frames in, verdicts out. Whole handshakes are the golden cases' part. */
#include "engine/engine.h"

#include <stdio.h>

#include "base/moment.h"
#include "run_suite.h"

enum { ETHERNET = 1, RAW_IP = 101, IEEE802_11 = 105 };

static const char rules_text[] =
    "{\"family\": \"test\", \"description\": \"d\", \"rules\": [{\"id\": \"refused\", \"name\": \"n\", "
    "\"description\": \"d\","
    " \"cause\": \"tcp.refused\", \"confidence\": \"observed\", \"at_fault\": \"server\", \"rank\": 1, \"narrows\": "
    "true,"
    " \"when\": {\"rst.from\": \"server\", \"client.hello_seen\": false}, \"message\": \"refused\", \"advice\": \"a\","
    " \"evidence\": [\"a RST\"]}]}";

/* What the sink remembers of the verdicts. */
struct seen {
    unsigned count;
    struct diag_connection connection;
    char cause[32];
};

static void remember(void *context, const struct diag *diag) {
    struct seen *seen = context;
    seen->count++;
    seen->connection = diag->connection;
    snprintf(seen->cause, sizeof seen->cause, "%s", diag->cause != NULL ? diag->cause : "");
}

static struct rule_table *rules;

static struct engine *engine_start_as(bool continuous, int link_type, uint16_t port, struct seen *seen, bool *unknown) {
    struct engine_options options;
    engine_options_default(&options);
    options.link_type = link_type;
    options.memory = (size_t)8 << 20;
    options.tls_ports[0] = port;
    options.tls_port_count = 1;
    options.rules = rules;
    options.continuous = continuous;
    return engine_new(&options, remember, seen, unknown);
}

static struct engine *engine_start(int link_type, uint16_t port, struct seen *seen, bool *unknown) {
    return engine_start_as(false, link_type, port, seen, unknown);
}

/* The tuple of the Community ID specification's first TCP example: 128.232.110.120:34855 to 66.35.250.204:80. */
static const uint8_t client[6] = {128, 232, 110, 120, 34855 >> 8, 34855 & 0xff};
static const uint8_t server[6] = {66, 35, 250, 204, 0, 80};

/* Ethernet, IPv4, TCP without options or payload. */
static void frame_send(struct engine *engine, int64_t time, bool from_client, uint8_t flags, uint32_t sequence,
                       uint32_t acknowledgement) {
    uint8_t frame[54] = {[12] = 0x08, [14] = 0x45, [17] = 40, [22] = 64, [23] = 6, [46] = 0x50, [47] = flags};
    const uint8_t *source = from_client ? client : server, *destination = from_client ? server : client;
    memcpy(frame + 26, source, 4);
    memcpy(frame + 30, destination, 4);
    memcpy(frame + 34, source + 4, 2);
    memcpy(frame + 36, destination + 4, 2);
    for (int i = 0; i < 4; i++) {
        frame[38 + i] = (uint8_t)(sequence >> (24 - 8 * i));
        frame[42 + i] = (uint8_t)(acknowledgement >> (24 - 8 * i));
    }
    engine_packet(engine, time, frame, sizeof frame, sizeof frame);
}

static void refuse(uint16_t tls_port, int64_t start, struct seen *seen) {
    bool unknown;
    *seen = (struct seen){0};
    struct engine *engine = engine_start(ETHERNET, tls_port, seen, &unknown);
    ck_assert_ptr_nonnull(engine);
    frame_send(engine, start, true, PACKET_TCP_SYN, 1000, 0);
    frame_send(engine, start + MOMENT_MILLISECOND, false, PACKET_TCP_RST | PACKET_TCP_ACK, 0, 1001);
    engine_finish(engine);
    ck_assert_uint_eq(engine_counters(engine)->packets, 2);
    engine_free(engine);
}

START_TEST(test_refusal_where_tls_was_expected) {
    struct seen seen;
    refuse(80, 1000 * MOMENT_SECOND, &seen);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_str_eq(seen.cause, "tcp.refused");
    ck_assert_str_eq(seen.connection.source_address, "128.232.110.120");
    ck_assert_uint_eq(seen.connection.source_port, 34855);
    ck_assert_uint_eq(seen.connection.destination_port, 80);
    ck_assert_int_eq(seen.connection.end - seen.connection.start, MOMENT_MILLISECOND);
    ck_assert_str_eq(seen.connection.community_id, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
}
END_TEST

START_TEST(test_refusal_elsewhere_is_not_ours) {
    struct seen seen;
    refuse(443, 1000 * MOMENT_SECOND, &seen);
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(test_id_follows_the_flow_alone) {
    struct seen first, again, later;
    refuse(80, 1000 * MOMENT_SECOND, &first);
    refuse(80, 1000 * MOMENT_SECOND, &again);
    refuse(80, 1001 * MOMENT_SECOND, &later);
    ck_assert_str_eq(first.connection.id, again.connection.id);
    ck_assert_str_ne(first.connection.id, later.connection.id);
    ck_assert_uint_eq(strlen(first.connection.id), 32);
}
END_TEST

START_TEST(test_unknown_link_type_is_said) {
    bool unknown = false;
    ck_assert_ptr_null(engine_start(IEEE802_11, 80, NULL, &unknown));
    ck_assert(unknown);
}
END_TEST

START_TEST(test_time_goes_on_without_packets) {
    struct seen seen = {0};
    bool unknown;
    struct engine *engine = engine_start(ETHERNET, 80, &seen, &unknown);
    frame_send(engine, 1000 * MOMENT_SECOND, true, PACKET_TCP_SYN, 1000, 0);
    ck_assert_uint_eq(engine_flow_counters(engine)->flows_now, 1);
    engine_advance(engine, 1010 * MOMENT_SECOND);
    ck_assert_uint_eq(engine_flow_counters(engine)->flows_now, 1);
    engine_advance(engine, 1030 * MOMENT_SECOND);
    ck_assert_uint_eq(engine_flow_counters(engine)->flows_now, 0);
    engine_free(engine);
}
END_TEST

/* The first packet is that of one connection, the second, at another time, of the next. Nothing else is heard. */
static const struct {
    const char *name;
    bool continuous;
    int64_t first, second;
    uint64_t leaps, ended_by_capture, ended_by_silence;
} times[] = {
    {"a moment later", false, 1000 * MOMENT_SECOND, 1001 * MOMENT_SECOND, 0, 0, 0},
    {"packets that changed places", false, 1000 * MOMENT_SECOND, 999 * MOMENT_SECOND, 0, 0, 0},
    {"just no leap back", false, 1000 * MOMENT_SECOND, 970 * MOMENT_SECOND, 0, 0, 0},
    {"a leap back", false, 1000 * MOMENT_SECOND, 969 * MOMENT_SECOND, 1, 1, 0},
    {"a leap back live", true, 1000 * MOMENT_SECOND, 969 * MOMENT_SECOND, 1, 1, 0},
    {"a file with a long silence", false, 1000 * MOMENT_SECOND, 4600 * MOMENT_SECOND, 0, 0, 1},
    {"a file of two captures", false, 1000 * MOMENT_SECOND, 4601 * MOMENT_SECOND, 1, 1, 0},
    {"live, the machine slept", true, 1000 * MOMENT_SECOND, 5000 * MOMENT_SECOND, 1, 1, 0},
    {"live, a pause", true, 1000 * MOMENT_SECOND, 1030 * MOMENT_SECOND, 0, 0, 1},
    {"no time that there is", false, 1000 * MOMENT_SECOND, INT64_MIN, 1, 1, 0},
    {"nor that there will be", false, 1000 * MOMENT_SECOND, INT64_MAX, 1, 1, 0},
};

START_TEST(test_time_leaps) {
    struct seen seen = {0};
    bool unknown;
    struct engine *engine = engine_start_as(times[_i].continuous, ETHERNET, 80, &seen, &unknown);
    frame_send(engine, times[_i].first, true, PACKET_TCP_SYN, 1000, 0);
    engine_advance(engine, times[_i].second);
    const struct flow_counters *flows = engine_flow_counters(engine);
    ck_assert_msg(engine_counters(engine)->clock_leaps == times[_i].leaps, "%s", times[_i].name);
    ck_assert_msg(flows->ended[FLOW_END_CAPTURE] == times[_i].ended_by_capture, "%s", times[_i].name);
    ck_assert_msg(flows->ended[FLOW_END_TIMEOUT] == times[_i].ended_by_silence, "%s", times[_i].name);
    engine_free(engine);
}
END_TEST

/* Two captures in one file, the older one behind: its verdict has its own times, whatever came before. */
START_TEST(test_older_capture_behind_a_younger_one) {
    struct seen seen = {0};
    bool unknown;
    struct engine *engine = engine_start(ETHERNET, 80, &seen, &unknown);
    frame_send(engine, 9000 * MOMENT_SECOND, true, PACKET_TCP_SYN, 5000, 0);
    frame_send(engine, 1000 * MOMENT_SECOND, true, PACKET_TCP_SYN, 1000, 0);
    frame_send(engine, 1000 * MOMENT_SECOND + MOMENT_MILLISECOND, false, PACKET_TCP_RST | PACKET_TCP_ACK, 0, 1001);
    engine_finish(engine);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_int_eq(seen.connection.start, 1000 * MOMENT_SECOND);
    ck_assert_int_eq(seen.connection.end, 1000 * MOMENT_SECOND + MOMENT_MILLISECOND);
    engine_free(engine);
}
END_TEST

/* Both hear the same; what changes between them are the ports where TLS is to be expected. */
START_TEST(test_options_change_between_two_packets) {
    struct seen seen = {0};
    bool unknown;
    struct engine *engine = engine_start(ETHERNET, 443, &seen, &unknown);
    struct engine_options options;
    engine_options_default(&options);
    options.rules = rules;
    options.tls_ports[0] = 80;
    options.tls_port_count = 1;
    frame_send(engine, 1000 * MOMENT_SECOND, true, PACKET_TCP_SYN, 1000, 0);
    engine_set_options(engine, &options);
    frame_send(engine, 1000 * MOMENT_SECOND + MOMENT_MILLISECOND, false, PACKET_TCP_RST | PACKET_TCP_ACK, 0, 1001);
    engine_finish(engine);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_str_eq(seen.cause, "tcp.refused");
    engine_free(engine);
}
END_TEST

/* The interface came back without Ethernet headers: the flow that was open goes on. */
START_TEST(test_link_type_changes_between_two_packets) {
    /* RST and ACK of the server as raw IPv4 */
    static const uint8_t reset[40] = {0x45,
                                      0,
                                      0,
                                      40,
                                      0,
                                      0,
                                      0,
                                      0,
                                      64,
                                      6,
                                      0,
                                      0, /* addresses: below */
                                      [20] = 0,
                                      80,
                                      34855 >> 8,
                                      34855 & 0xff,
                                      /* sequence 0 */[30] = 0x03,
                                      [31] = 0xe9,
                                      [32] = 0x50,
                                      PACKET_TCP_RST | PACKET_TCP_ACK};
    uint8_t frame[sizeof reset];
    struct seen seen = {0};
    bool unknown;
    struct engine *engine = engine_start(ETHERNET, 80, &seen, &unknown);
    memcpy(frame, reset, sizeof frame);
    memcpy(frame + 12, server, 4);
    memcpy(frame + 16, client, 4);
    frame_send(engine, 1000 * MOMENT_SECOND, true, PACKET_TCP_SYN, 1000, 0);
    ck_assert(!engine_set_link_type(engine, IEEE802_11));
    ck_assert(engine_set_link_type(engine, RAW_IP));
    engine_packet(engine, 1000 * MOMENT_SECOND + MOMENT_MILLISECOND, frame, sizeof frame, sizeof frame);
    engine_finish(engine);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_uint_eq(engine_packet_counters(engine)->packets, 2);
    engine_free(engine);
}
END_TEST

START_TEST(test_memory_is_told) {
    struct engine_memory memory;
    bool unknown;
    struct engine *engine = engine_start(ETHERNET, 80, NULL, &unknown);
    engine_memory_read(engine, &memory);
    ck_assert_uint_eq(memory.table + memory.limit, (size_t)8 << 20);
    ck_assert_uint_eq(memory.used, 0);
    ck_assert_uint_eq(engine_history_counters(engine)->entries, 0);
    engine_free(engine);
}
END_TEST

int main(void) {
    char error[256];
    rules = rule_table_new();
    if (rules == NULL ||
        !rule_table_add(rules, "test", rules_text, sizeof rules_text - 1, false, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_add_test(tests, test_refusal_where_tls_was_expected);
    tcase_add_test(tests, test_refusal_elsewhere_is_not_ours);
    tcase_add_test(tests, test_id_follows_the_flow_alone);
    tcase_add_test(tests, test_unknown_link_type_is_said);
    tcase_add_test(tests, test_time_goes_on_without_packets);
    tcase_add_loop_test(tests, test_time_leaps, 0, ARRAY_LENGTH(times));
    tcase_add_test(tests, test_older_capture_behind_a_younger_one);
    tcase_add_test(tests, test_options_change_between_two_packets);
    tcase_add_test(tests, test_link_type_changes_between_two_packets);
    tcase_add_test(tests, test_memory_is_told);
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    rule_table_free(rules);
    return status;
}
