#include "reply.h"

static enum starttls_intent intent_find(struct cursor line, const struct starttls_command *commands) {
    for (; commands->words != NULL; commands++) {
        struct cursor at = line;
        if (starttls_take_word(&at, commands->words)) return commands->intent;
    }
    return STARTTLS_SAYS;
}

static bool is_awaiting(const struct starttls_dialogue *dialogue) {
    return dialogue->asked && dialogue->answer == STARTTLS_UNANSWERED;
}

enum starttls_heard starttls_command_hear(struct starttls_dialogue *dialogue, struct cursor line,
                                          const struct starttls_command *commands) {
    switch (intent_find(line, commands)) {
    case STARTTLS_LISTS:
        starttls_ask_list(dialogue);
        break;
    case STARTTLS_ASKS:
        starttls_ask(dialogue);
        break;
    case STARTTLS_LEAVES:
        starttls_leave(dialogue);
        break;
    case STARTTLS_WORKS:
        if (!is_awaiting(dialogue)) return STARTTLS_HEARD_PLAIN;
        starttls_say(dialogue);
        break;
    default:
        starttls_say(dialogue);
    }
    return STARTTLS_HEARD;
}

/* A reply by which an asking is known that nobody saw. */
static bool is_answer_unasked(const struct starttls_dialogue *dialogue, const struct starttls_reply *reply,
                              struct cursor line) {
    if (!dialogue->hidden || dialogue->asked || reply->says == NULL) return false;
    return reply->says[0] == '\0' || starttls_has_word(line, reply->says);
}

enum starttls_heard starttls_reply_hear(struct starttls_dialogue *dialogue, const struct starttls_reply *reply,
                                        struct cursor line) {
    if (is_answer_unasked(dialogue, reply, line)) starttls_ask(dialogue);
    bool list = starttls_reply_is_list(dialogue), answer = starttls_reply_is_answer(dialogue);
    starttls_reply_end(dialogue);
    if (list && reply->ends_list) dialogue->listed = !dialogue->cut[SIDE_SERVER];
    if (!answer) return STARTTLS_HEARD;
    if (reply->code != 0) starttls_set_code(dialogue, reply->code);
    return reply->grants ? starttls_grant(dialogue) : starttls_refuse(dialogue, line);
}

enum starttls_heard starttls_code_hear(struct starttls_dialogue *dialogue, uint16_t code, struct cursor line,
                                       const struct starttls_reply *replies) {
    const struct starttls_reply no = {.code = code};
    for (; replies->code != 0; replies++)
        if (replies->code == code) return starttls_reply_hear(dialogue, replies, line);
    return starttls_reply_hear(dialogue, &no, line);
}

enum starttls_heard starttls_dotted_hear(struct starttls_dialogue *dialogue, struct cursor line, const char *keyword) {
    struct cursor at = line;
    if (starttls_take_word(&at, keyword)) dialogue->offered = true;
    if (!starttls_take_word(&line, ".")) return STARTTLS_HEARD;
    dialogue->listing = false;
    dialogue->listed = !dialogue->cut[SIDE_SERVER];
    starttls_reply_end(dialogue);
    return STARTTLS_HEARD;
}
