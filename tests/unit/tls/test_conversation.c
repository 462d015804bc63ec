/* Whole handshakes, as scripts: what is heard, and how far they are said to have come. */
#include "tls_handshakes.h"

struct scenario {
    const char *name;
    void (*build)(struct script *);
    const char *trace;
    enum tls_phase phase;
    uint16_t version;
    unsigned done_turn; /* the turn (from 1) that completes it, 0: never */
    bool resumed, out_of_order, alerted;
};

#define FLIGHT      "S:11 S:12 S:14 "
#define SPOKEN      "C:1 S:2 " FLIGHT "C:16 C:c C:e22:40"
#define FLIGHT_13   "S:c S:e23:27 S:e23:900 S:e23:281 S:e23:53"
#define FLIGHT_AUTH "S:c S:e23:27 S:e23:112 S:e23:900 S:e23:281 S:e23:53"

static const struct scenario scenarios[] = {
    {"full", full_12, "C:1 S:2 S:11 S:22 S:12 S:14 C:16 C:c C:e22:40 S:4 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4,
     false, false, false},
    {"client certificate", client_auth_12, "C:1 S:2 S:11 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40",
     TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"coalesced", coalesced_12, "C:1 S:2 S:11 S:12 S:13 S:14 C:11 C:16 C:15 C:c C:e22:40 S:c S:e22:40", TLS_PHASE_DONE,
     0x0303, 4, false, false, false},
    {"fragmented", fragmented_12, SPOKEN " S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"resumed", resumed_12, "C:1 S:2 S:c S:e22:40 C:c C:e22:40", TLS_PHASE_DONE, 0x0303, 3, true, false, false},
    {"resumed, new ticket", resumed_ticket_12, "C:1 S:2 S:4 S:c S:e22:40 C:c C:e22:40", TLS_PHASE_DONE, 0x0303, 3, true,
     false, false},
    {"false start", false_start_12, SPOKEN " C:e23:120 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false, false, false},
    {"late refusal", late_refusal_12, SPOKEN " C:e21:26 S:c S:e22:40", TLS_PHASE_CLIENT_FINISHED, 0x0303, 0, false,
     false, true},
    {"certificate refused", refused_certificate_12, "C:1 S:2 " FLIGHT "C:a2.48", TLS_PHASE_SERVER_DONE, 0x0303, 0,
     false, false, true},
    {"Finished refused", bad_finished_12, SPOKEN " S:a2.20", TLS_PHASE_CLIENT_FINISHED, 0x0303, 0, false, false, true},
    {"warned", warned_12, "C:1 S:a1.112 S:2 " FLIGHT "C:16 C:c C:e22:40 S:c S:e22:40", TLS_PHASE_DONE, 0x0303, 4, false,
     false, false},
    {"SSL 3.0, no certificate", no_certificate_ssl3, "C:1 S:2 S:11 S:13 S:14 C:a1.41 C:16 C:c C:e22:64 S:c S:e22:64",
     TLS_PHASE_DONE, 0x0300, 4, false, false, false},
    {"SSLv2-format hello", ssl2_hello, "C:1 S:2 S:11 S:14 C:16 C:c C:e22:48 S:c S:e22:48", TLS_PHASE_DONE, 0x0301, 4,
     false, false, false},
    {"1.3", full_13, "C:1 S:2 " FLIGHT_13 " C:c C:e23:53 S:e23:250", TLS_PHASE_DONE, 0x0304, 4, false, false, false},
    {"1.3, retried", retry_13, "C:1 S:2r S:c C:c C:1 S:2 S:e23:27 S:e23:900 S:e23:281 S:e23:53 C:e23:53 S:e23:250",
     TLS_PHASE_DONE, 0x0304, 6, false, false, false},
    {"1.3, early data", early_data_13,
     "C:1 C:c C:e23:300 S:2 S:c S:e23:31 S:e23:53 C:e23:200 C:e23:21 C:e23:53 S:e23:400", TLS_PHASE_DONE, 0x0304, 4,
     true, false, false},
    {"1.3, refused in the clear", refused_certificate_13, "C:1 S:2 " FLIGHT_13 " C:a2.48", TLS_PHASE_SERVER_DONE,
     0x0304, 0, false, false, true},
    {"1.3, refused", refused_quietly_13, "C:1 S:2 " FLIGHT_13 " C:c C:e23:19", TLS_PHASE_SERVER_DONE, 0x0304, 0, false,
     false, false},
    {"1.3, client certificate missing", missing_certificate_13,
     "C:1 S:2 " FLIGHT_AUTH " C:c C:e23:25 C:e23:53 C:e23:95 S:e23:19", TLS_PHASE_CLIENT_FINISHED, 0x0304, 0, false,
     false, false},
    {"alert of version 0.0", versionless_alert, "C:1 S:a2.70", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"HTTP", http_answer, "C:1 S:x C:a2.70", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"wrong order", wrong_order, "C:1 S:11 C:a2.47", TLS_PHASE_SERVER_CERTIFICATE, 0, 0, false, true, true},
    {"two retry requests", retry_twice, "C:1 S:2r C:1 S:2r C:a2.10", TLS_PHASE_CLIENT_HELLO_RETRIED, 0, 0, false, true,
     true},
    {"odd alerts", odd_alerts, "C:1 S:a1.49 S:a1.42 S:a2.40", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"oversized", oversized, "C:1 S:o18433 C:a2.22", TLS_PHASE_CLIENT_HELLO, 0, 0, false, false, true},
    {"bad messages", bad_messages, "C:1 S:b99 S:b22 C:a2.10", TLS_PHASE_CLIENT_HELLO, 0, 0, false, true, true},
};

static struct script *scenario_build(const struct scenario *scenario) {
    struct script *script = new_script(0x0303);
    scenario->build(script);
    return script;
}

static void check_scenario(const struct scenario *scenario, const struct script_reader *reader) {
    const struct tls_conversation *conversation = &reader->conversation;
    char trace[4096];
    ck_assert_str_eq(reader_trace(reader, trace, sizeof trace), scenario->trace);
    ck_assert_msg(conversation->phase == scenario->phase, "%s: phase %d", scenario->name, conversation->phase);
    ck_assert_msg(conversation->version == scenario->version, "%s: version %x", scenario->name, conversation->version);
    ck_assert_msg(conversation->resumed == scenario->resumed, "%s: resumed", scenario->name);
    ck_assert_msg(conversation->out_of_order == scenario->out_of_order, "%s: order", scenario->name);
    ck_assert_msg(conversation->alerted == scenario->alerted, "%s: alerted", scenario->name);
    ck_assert_msg(conversation->done_time == scenario->done_turn, "%s: done at %d", scenario->name,
                  (int)conversation->done_time);
    ck_assert_msg(conversation->hello_time == 1, "%s: hello at %d", scenario->name, (int)conversation->hello_time);
    ck_assert_uint_eq(reader->left_length[SIDE_CLIENT] + reader->left_length[SIDE_SERVER], 0);
}

START_TEST(each_scenario_whole_and_cut_into_every_size) {
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t chunk = 0; chunk <= 160; chunk++) {
        struct script_reader *reader = new_reader(16 << 10);
        reader_play(reader, script, chunk);
        check_scenario(scenario, reader);
        free_reader(reader);
    }
    free(script);
}
END_TEST

/* Feeds the first LENGTH bytes of the script. */
static void play_prefix(struct script_reader *reader, const struct script *script, size_t length) {
    for (unsigned i = 0; i < script->count && script->turns[i].offset < length; i++) {
        const struct script_turn *turn = &script->turns[i];
        size_t here = length - turn->offset < turn->length ? length - turn->offset : turn->length;
        reader_feed(reader, turn->side, i + 1, script->bytes + turn->offset, here);
    }
}

START_TEST(a_prefix_is_not_done_before_the_handshake_is) {
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t length = 0; length < script->length; length++) {
        struct script_reader *reader = new_reader(16 << 10);
        play_prefix(reader, script, length);
        ck_assert_msg(reader->conversation.phase != TLS_PHASE_DONE, "%s: done after %zu of %zu", scenario->name, length,
                      script->length);
        free_reader(reader);
    }
    free(script);
}
END_TEST

START_TEST(a_flipped_byte_does_no_harm) {
    static const uint8_t masks[] = {0xff, 0x01};
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (size_t at = 0; at < script->length; at++)
        for (size_t m = 0; m < ARRAY_LENGTH(masks); m++) {
            struct script_reader *reader = new_reader(16 << 10);
            script->bytes[at] ^= masks[m];
            reader_play(reader, script, 0);
            script->bytes[at] ^= masks[m];
            ck_assert_uint_le(reader->conversation.event_count, TLS_EVENTS_KEPT);
            free_reader(reader);
        }
    free(script);
}
END_TEST

/* Done is right where it is with the whole sight, and not before. Where the gap has swallowed the very refusal, both
 * Finished on the wire are all that can be asked for. */
static bool is_done_rightly(const struct scenario *scenario, const struct tls_conversation *conversation) {
    if (conversation->phase != TLS_PHASE_DONE) return true;
    if (scenario->done_turn != 0) return conversation->done_time >= scenario->done_turn;
    return scenario->alerted && !conversation->alerted && conversation->direction[SIDE_CLIENT].finished &&
           conversation->direction[SIDE_SERVER].finished;
}

START_TEST(a_gap_anywhere_never_makes_it_done) {
    static const size_t counts[] = {1, 9, 77, 700};
    const struct scenario *scenario = &scenarios[_i];
    struct script *script = scenario_build(scenario);
    for (unsigned turn = 0; turn < script->count; turn++)
        for (size_t at = 0; at < script->turns[turn].length; at++)
            for (size_t c = 0; c < ARRAY_LENGTH(counts); c++) {
                size_t rest = script->turns[turn].length - at;
                struct script_reader *reader = new_reader(16 << 10);
                play_with_gap(reader, script, turn, at, counts[c] < rest ? counts[c] : rest);
                ck_assert_msg(is_done_rightly(scenario, &reader->conversation),
                              "%s: done at %d, gap of %zu at turn %u + %zu", scenario->name,
                              (int)reader->conversation.done_time, counts[c], turn, at);
                free_reader(reader);
            }
    free(script);
}
END_TEST

/* Words before TLS that nobody knew for an upgrade: they are forgotten, and the records behind them are read. Where
 * there were records, nothing is. */
START_TEST(a_direction_begins_anew_behind_plain_text) {
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, 40}; /* fatal handshake_failure: RFC 8446 section 6 */
    struct script_reader *reader = new_reader(16 << 10);
    struct tls_conversation *conversation = &reader->conversation;
    static const char words[] = "ready for TLS\r\n";
    ck_assert_uint_eq(tls_conversation_read(conversation, SIDE_SERVER, 1, (const uint8_t *)words, sizeof words - 1),
                      sizeof words - 1);
    ck_assert(conversation->direction[SIDE_SERVER].not_tls);
    ck_assert_uint_eq(conversation->event_count, 1);
    tls_conversation_restart(conversation, SIDE_CLIENT);
    ck_assert_uint_eq(conversation->event_count, 1);
    tls_conversation_restart(conversation, SIDE_SERVER);
    ck_assert_uint_eq(conversation->event_count, 0);
    ck_assert(!conversation->direction[SIDE_SERVER].not_tls);
    for (unsigned times = 1; times <= 2; times++) {
        ck_assert_uint_eq(tls_conversation_read(conversation, SIDE_SERVER, 2, alert, sizeof alert), sizeof alert);
        ck_assert_uint_eq(conversation->direction[SIDE_SERVER].alerts, times);
        tls_conversation_restart(conversation, SIDE_SERVER);
    }
    ck_assert_int_eq(conversation->events[0].kind, TLS_EVENT_ALERT);
    free_reader(reader);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls conversation");
    TCase *scripts = tcase_create("scripts");
    int count = (int)ARRAY_LENGTH(scenarios);
    tcase_set_timeout(scripts, 0);
    tcase_add_loop_test(scripts, each_scenario_whole_and_cut_into_every_size, 0, count);
    tcase_add_loop_test(scripts, a_prefix_is_not_done_before_the_handshake_is, 0, count);
    tcase_add_loop_test(scripts, a_flipped_byte_does_no_harm, 0, count);
    tcase_add_loop_test(scripts, a_gap_anywhere_never_makes_it_done, 0, count);
    tcase_add_test(scripts, a_direction_begins_anew_behind_plain_text);
    suite_add_tcase(suite, scripts);
    return run_suite(suite);
}
