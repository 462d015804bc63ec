#include "starttls/dialogue.h"

#include <string.h>

#include "protocol.h"

static const struct starttls_rules *const protocols[STARTTLS_PROTOCOL_COUNT] = {
    [STARTTLS_SMTP] = &starttls_smtp,     [STARTTLS_FTP] = &starttls_ftp,
    [STARTTLS_IMAP] = &starttls_imap,     [STARTTLS_POP3] = &starttls_pop3,
    [STARTTLS_SIEVE] = &starttls_sieve,   [STARTTLS_NNTP] = &starttls_nntp,
    [STARTTLS_IRC] = &starttls_irc,       [STARTTLS_XMPP] = &starttls_xmpp,
    [STARTTLS_LDAP] = &starttls_ldap,     [STARTTLS_POSTGRES] = &starttls_postgres,
    [STARTTLS_MYSQL] = &starttls_mysql,   [STARTTLS_RDP] = &starttls_rdp,
    [STARTTLS_HTTP] = &starttls_http,     [STARTTLS_SOCKS5] = &starttls_socks5,
    [STARTTLS_SOCKS4] = &starttls_socks4,
};

const char *starttls_protocol_name(enum starttls_protocol protocol) {
    return protocols[protocol] != NULL ? protocols[protocol]->name : NULL;
}

bool starttls_protocol_is_tunnel(enum starttls_protocol protocol) {
    return protocols[protocol] != NULL && protocols[protocol]->tunnel;
}

void starttls_dialogue_init(struct starttls_dialogue *dialogue) {
    memset(dialogue, 0, offsetof(struct starttls_dialogue, words));
}

void starttls_dialogue_gap(struct starttls_dialogue *dialogue, enum side side) {
    if (side == SIDE_SERVER || !dialogue->hidden) dialogue->blind = true;
}

void starttls_dialogue_hide_client(struct starttls_dialogue *dialogue, uint32_t bytes) {
    dialogue->hidden = true;
    if (dialogue->opening_length[SIDE_SERVER] == 0) dialogue->unheard = bytes;
}

void starttls_dialogue_nest(struct starttls_dialogue *dialogue) {
    uint32_t client = dialogue->spoken[SIDE_CLIENT], server = dialogue->spoken[SIDE_SERVER];
    bool hidden = dialogue->hidden;
    starttls_dialogue_init(dialogue);
    dialogue->spoken[SIDE_CLIENT] = client;
    dialogue->spoken[SIDE_SERVER] = server;
    dialogue->hidden = hidden;
    dialogue->nested = true;
}

void starttls_say(struct starttls_dialogue *dialogue) {
    dialogue->commands++;
    if (dialogue->listed) dialogue->went_on = true;
}

void starttls_ask_list(struct starttls_dialogue *dialogue) {
    dialogue->list_at = ++dialogue->commands;
    dialogue->listed = dialogue->offered = dialogue->went_on = false;
}

void starttls_ask(struct starttls_dialogue *dialogue) {
    dialogue->asked_at = ++dialogue->commands;
    dialogue->asked = true;
    dialogue->asked_time = dialogue->now;
    dialogue->answer = STARTTLS_UNANSWERED;
    dialogue->has_code = false;
    dialogue->words_length = 0;
}

void starttls_leave(struct starttls_dialogue *dialogue) {
    dialogue->commands++;
    dialogue->left = dialogue->listed && !dialogue->offered && !dialogue->went_on && !dialogue->asked;
}

bool starttls_reply_is_list(const struct starttls_dialogue *dialogue) {
    return dialogue->list_at != 0 && dialogue->replies + 1 == dialogue->list_at;
}

bool starttls_reply_is_answer(const struct starttls_dialogue *dialogue) {
    return dialogue->asked_at != 0 && dialogue->replies + 1 == dialogue->asked_at;
}

void starttls_reply_end(struct starttls_dialogue *dialogue) {
    if (dialogue->replies < dialogue->commands) dialogue->replies++;
}

enum starttls_heard starttls_grant(struct starttls_dialogue *dialogue) {
    dialogue->answer = STARTTLS_GRANTED;
    dialogue->answer_time = dialogue->now;
    return STARTTLS_HEARD_GRANT;
}

/* As many bytes of FROM as ROOM allows; returns how many. */
static uint8_t copy_some(uint8_t *to, size_t room, struct cursor from) {
    size_t length = cursor_remaining(&from) < room ? cursor_remaining(&from) : room;
    return cursor_copy(&from, to, length) ? (uint8_t)length : 0;
}

enum starttls_heard starttls_refuse(struct starttls_dialogue *dialogue, struct cursor words) {
    dialogue->answer = STARTTLS_REFUSED;
    dialogue->answer_time = dialogue->now;
    dialogue->words_length = copy_some(dialogue->words, STARTTLS_WORDS_KEPT, words);
    return STARTTLS_HEARD;
}

void starttls_set_code(struct starttls_dialogue *dialogue, uint16_t code) {
    dialogue->code = code;
    dialogue->has_code = true;
}

void starttls_set_target(struct starttls_dialogue *dialogue, struct cursor host, uint16_t port) {
    dialogue->target_length = copy_some(dialogue->target, STARTTLS_TARGET_KEPT, host);
    dialogue->target_port = port;
}

static void opening_keep(struct starttls_dialogue *dialogue, enum side side, int64_t time, struct cursor input) {
    if (dialogue->opening_length[side] == STARTTLS_OPENING_KEPT) return;
    if (dialogue->opening_length[side] == 0) dialogue->opening_time[side] = time;
    uint8_t *room = &dialogue->opening[side][dialogue->opening_length[side]];
    uint8_t copied = copy_some(room, (size_t)STARTTLS_OPENING_KEPT - dialogue->opening_length[side], input);
    dialogue->opening_length[side] = (uint8_t)(dialogue->opening_length[side] + copied);
}

static enum starttls_recognition recognise(const struct starttls_dialogue *dialogue, const struct starttls_rules *rules,
                                           enum side side, struct cursor bytes) {
    if (rules->recognise[side] != NULL) return rules->recognise[side](bytes);
    if (side == SIDE_CLIENT || !dialogue->hidden || rules->recognise_hidden == NULL) return STARTTLS_IS_NOT;
    return rules->recognise_hidden(dialogue, bytes);
}

/* Which protocol the first bytes of SIDE begin. */
static enum starttls_recognition protocol_find(struct starttls_dialogue *dialogue, enum side side,
                                               struct cursor bytes) {
    enum starttls_recognition best = STARTTLS_IS_NOT;
    for (unsigned i = STARTTLS_NONE + 1; i < STARTTLS_PROTOCOL_COUNT; i++) {
        enum starttls_recognition found = recognise(dialogue, protocols[i], side, bytes);
        if (found > best) best = found;
        if (found != STARTTLS_IS) continue;
        dialogue->protocol = (uint8_t)i;
        break;
    }
    return best;
}

/* What a direction begins with: a PROXY header, which is passed over, or a protocol. */
static enum starttls_step dialogue_open(struct starttls_dialogue *dialogue, enum side side, struct cursor *input) {
    static const enum starttls_step steps[] = {
        [STARTTLS_IS_NOT] = STARTTLS_UNKNOWN, [STARTTLS_IS_UNDECIDED] = STARTTLS_WAIT, [STARTTLS_IS] = STARTTLS_ON};
    if (side == SIDE_CLIENT && dialogue->proxy_header == 0) {
        enum starttls_framed framed = starttls_proxy_header_get(input, &dialogue->proxy_header);
        if (framed == STARTTLS_FRAMED_NEED_MORE) return STARTTLS_WAIT;
        if (framed == STARTTLS_FRAMED_READY) return STARTTLS_ON;
    }
    return steps[protocol_find(dialogue, side, *input)];
}

static bool is_too_long(const struct starttls_dialogue *dialogue) {
    return dialogue->units > STARTTLS_UNITS_CAP ||
           dialogue->spoken[SIDE_CLIENT] + dialogue->spoken[SIDE_SERVER] > STARTTLS_BYTES_CAP;
}

static enum starttls_step heard_step(struct starttls_dialogue *dialogue, enum side side, enum starttls_heard heard) {
    switch (heard) {
    case STARTTLS_HEARD_GRANT:
        dialogue->tls[SIDE_CLIENT] = dialogue->tls[SIDE_SERVER] = true;
        return STARTTLS_TLS;
    case STARTTLS_HEARD_PLAIN:
        if (side == SIDE_CLIENT) dialogue->went_on = true;
        return STARTTLS_PLAIN;
    case STARTTLS_HEARD_BAD:
        return STARTTLS_PLAIN;
    default:
        return is_too_long(dialogue) ? STARTTLS_PLAIN : STARTTLS_ON;
    }
}

static enum starttls_step unit_read(struct starttls_dialogue *dialogue, enum side side, struct cursor *input) {
    const struct starttls_rules *rules = protocols[dialogue->protocol];
    struct cursor whole = *input, unit;
    enum starttls_framed framed = rules->frame(dialogue, side, input, &unit);
    if (framed == STARTTLS_FRAMED_NEED_MORE) return STARTTLS_WAIT;
    if (framed == STARTTLS_FRAMED_BAD) return STARTTLS_PLAIN;
    size_t length = cursor_remaining(&whole) - cursor_remaining(input);
    dialogue->spoken[side] += (uint32_t)length;
    if (cursor_sub(&whole, length, &whole)) opening_keep(dialogue, side, dialogue->now, whole);
    if (framed == STARTTLS_FRAMED_PASSED) return is_too_long(dialogue) ? STARTTLS_PLAIN : STARTTLS_ON;
    dialogue->units++;
    return heard_step(dialogue, side, rules->hear[side](dialogue, unit));
}

/* Behind a gap the borders of units are not known. */
static enum starttls_step pass_over(struct starttls_dialogue *dialogue, enum side side, struct cursor *input) {
    dialogue->units++;
    dialogue->spoken[side] += (uint32_t)cursor_remaining(input);
    (void)cursor_rest(input);
    return is_too_long(dialogue) ? STARTTLS_PLAIN : STARTTLS_ON;
}

enum starttls_step starttls_dialogue_read(struct starttls_dialogue *dialogue, enum side side, int64_t time,
                                          struct cursor *input) {
    if (cursor_is_empty(input)) return STARTTLS_WAIT;
    dialogue->now = time;
    if (side == SIDE_CLIENT && dialogue->hidden) { /* what it said before is missing after all */
        dialogue->hidden = false;
        dialogue->blind = true;
    }
    if (dialogue->blind) return pass_over(dialogue, side, input);
    if (dialogue->protocol != STARTTLS_NONE) return unit_read(dialogue, side, input);
    size_t before = cursor_remaining(input);
    struct cursor whole = *input;
    enum starttls_step step = dialogue_open(dialogue, side, input);
    if (step != STARTTLS_ON) return step;
    if (dialogue->protocol != STARTTLS_NONE) return unit_read(dialogue, side, input);
    size_t length = before - cursor_remaining(input);
    dialogue->spoken[side] += (uint32_t)length;
    if (cursor_sub(&whole, length, &whole)) opening_keep(dialogue, side, time, whole);
    return STARTTLS_ON;
}
