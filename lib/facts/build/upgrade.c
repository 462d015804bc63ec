/* What was said in plain text before TLS, or instead of it. */
#include "reading.h"
#include "starttls/recognise.h"

/* The client read all that the server had said, and closed. One that does not read (a health check) closes by RST, or
 * before the server speaks. */
static bool client_read_and_left(const struct reading *reading) {
    const struct flow_half *server = &reading->flow->half[SIDE_SERVER];
    const struct facts_end *end = &reading->end;
    return end->kind == FACTS_END_FIN && end->by == SIDE_CLIENT && server->acknowledged_valid &&
           (int32_t)(server->acknowledged - server->highest_sequence) >= 0 &&
           reading->flow->half[SIDE_CLIENT].fin_time >= server->last_payload_time;
}

static bool client_left(const struct starttls_dialogue *upgrade, const struct reading *reading) {
    if (upgrade->left) return true;
    return upgrade->listed && !upgrade->offered && !upgrade->asked && !upgrade->went_on &&
           client_read_and_left(reading);
}

static void build_answer(struct facts *facts, const struct starttls_dialogue *upgrade, const struct reading *reading) {
    static const char *const answers[] = {
        [STARTTLS_UNANSWERED] = "none", [STARTTLS_GRANTED] = "granted", [STARTTLS_REFUSED] = "refused"};
    facts_set_name(facts, FACT_UPGRADE_ANSWER, reading_name(answers, upgrade->answer));
    if (upgrade->has_code) facts_set_integer(facts, FACT_UPGRADE_CODE, upgrade->code);
    if (upgrade->answer == STARTTLS_REFUSED && upgrade->words_length > 0)
        facts_set_text(facts, FACT_UPGRADE_WORDS, upgrade->words, upgrade->words_length);
    if (upgrade->answer == STARTTLS_UNANSWERED && reading->sources->now >= upgrade->asked_time) {
        bool ended = reading->end.kind == FACTS_END_FIN || reading->end.kind == FACTS_END_RST;
        int64_t until = ended ? reading->end.time : reading->sources->now;
        facts_set_milliseconds(facts, FACT_UPGRADE_WAITED_MS, until - upgrade->asked_time);
    }
    if (upgrade->target_length == 0) return;
    facts_set_text(facts, FACT_UPGRADE_TARGET, upgrade->target, upgrade->target_length);
    if (upgrade->target_port != 0) facts_set_integer(facts, FACT_UPGRADE_TARGET_PORT, upgrade->target_port);
}

/* The client was told to begin, and said nothing any more. */
static void build_granted(struct facts *facts, const struct starttls_dialogue *upgrade, const struct reading *reading) {
    bool ended = reading->end.kind == FACTS_END_FIN || reading->end.kind == FACTS_END_RST;
    if (upgrade->answer != STARTTLS_GRANTED || !ended || reading->end.time < upgrade->answer_time) return;
    if (reading->flow->half[SIDE_CLIENT].last_payload_time > upgrade->answer_time) return;
    facts_set_milliseconds(facts, FACT_UPGRADE_GRANTED_MS, reading->end.time - upgrade->answer_time);
}

static void build_dialogue(struct facts *facts, const struct starttls_dialogue *upgrade,
                           const struct reading *reading) {
    facts_set_name(facts, FACT_UPGRADE_PROTOCOL, starttls_protocol_name(upgrade->protocol));
    facts_set_boolean(facts, FACT_UPGRADE_TUNNEL, starttls_protocol_is_tunnel(upgrade->protocol));
    facts_set_boolean(facts, FACT_UPGRADE_LISTED, upgrade->listed);
    if (upgrade->listed) facts_set_boolean(facts, FACT_UPGRADE_OFFERED, upgrade->offered);
    facts_set_boolean(facts, FACT_UPGRADE_ASKED, upgrade->asked);
    facts_set_boolean(facts, FACT_UPGRADE_CLIENT_WENT_ON, upgrade->went_on);
    facts_set_boolean(facts, FACT_UPGRADE_CLIENT_LEFT, client_left(upgrade, reading));
    for (int side = 0; side < SIDE_COUNT; side++)
        if (upgrade->masked[side]) facts_set_name(facts, FACT_UPGRADE_MASKED, side_name((enum side)side));
    if (!upgrade->asked) return;
    build_answer(facts, upgrade, reading);
    build_granted(facts, upgrade, reading);
}

static void build_speech(struct facts *facts, const struct reading *reading) {
    static const enum fact speaks[SIDE_COUNT] = {FACT_UPGRADE_CLIENT_SPEAKS, FACT_UPGRADE_SERVER_SPEAKS};
    for (enum side side = SIDE_CLIENT; side < SIDE_COUNT; side++) {
        const struct tls_direction *direction = &reading->conversation->direction[side];
        if (!direction->not_tls || direction->records > 0) continue;
        struct cursor bytes = cursor_over(direction->odd_bytes, direction->odd_length);
        facts_set_name(facts, speaks[side], starttls_speech_name(side, bytes));
    }
}

void build_upgrade(struct facts *facts, const struct reading *reading) {
    static const char *const headers[] = {[1] = "v1", [2] = "v2"};
    const struct starttls_dialogue *upgrade = reading->sources->upgrade;
    build_speech(facts, reading);
    if (upgrade == NULL) return;
    facts_set_name(facts, FACT_UPGRADE_PROXY_HEADER, reading_name(headers, upgrade->proxy_header));
    if (upgrade->protocol != STARTTLS_NONE) build_dialogue(facts, upgrade, reading);
}
