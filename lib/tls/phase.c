#include "phase.h"

#include "tls/shape.h"

/* The last message that came in order. R_: abbreviated handshake. */
enum step {
    STEP_NONE,
    STEP_HELLO,
    STEP_RETRY_REQUEST,
    STEP_HELLO_RETRIED,
    STEP_SERVER_HELLO,
    STEP_SERVER_SUPPLEMENT,
    STEP_SERVER_CERTIFICATE,
    STEP_CERTIFICATE_STATUS,
    STEP_SERVER_KEY_EXCHANGE,
    STEP_CERTIFICATE_REQUEST,
    STEP_SERVER_DONE,
    STEP_CLIENT_SUPPLEMENT,
    STEP_CLIENT_CERTIFICATE,
    STEP_CLIENT_KEY_EXCHANGE,
    STEP_CERTIFICATE_VERIFY,
    STEP_CLIENT_CHANGE,
    STEP_CLIENT_FINISHED,
    STEP_TICKET,
    STEP_SERVER_CHANGE,
    STEP_SERVER_FINISHED,
    STEP_R_TICKET,
    STEP_R_SERVER_CHANGE,
    STEP_R_SERVER_FINISHED,
    STEP_R_CLIENT_CHANGE,
    STEP_R_CLIENT_FINISHED,
};

struct transition {
    uint8_t side;   /* who says it */
    uint16_t heard; /* message type or enum tls_heard */
    uint32_t after; /* set of steps behind which it belongs */
    uint8_t step, phase;
};

#define AFTER(step) (UINT32_C(1) << STEP_##step)

static const struct transition full[] = {
    {SIDE_CLIENT, TLS_MESSAGE_CLIENT_HELLO, AFTER(NONE), STEP_HELLO, TLS_PHASE_CLIENT_HELLO},
    {SIDE_SERVER, TLS_HEARD_HELLO_RETRY_REQUEST, AFTER(HELLO), STEP_RETRY_REQUEST, TLS_PHASE_HELLO_RETRY},
    {SIDE_CLIENT, TLS_MESSAGE_CLIENT_HELLO, AFTER(RETRY_REQUEST), STEP_HELLO_RETRIED, TLS_PHASE_CLIENT_HELLO_RETRIED},
    {SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO, AFTER(HELLO) | AFTER(HELLO_RETRIED), STEP_SERVER_HELLO,
     TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, 23 /* SupplementalData, RFC 4680 */, AFTER(SERVER_HELLO), STEP_SERVER_SUPPLEMENT,
     TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE, AFTER(SERVER_HELLO) | AFTER(SERVER_SUPPLEMENT), STEP_SERVER_CERTIFICATE,
     TLS_PHASE_SERVER_CERTIFICATE},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_STATUS, AFTER(SERVER_CERTIFICATE), STEP_CERTIFICATE_STATUS,
     TLS_PHASE_SERVER_CERTIFICATE},
    {SIDE_SERVER, TLS_MESSAGE_SERVER_KEY_EXCHANGE,
     AFTER(SERVER_HELLO) | AFTER(SERVER_SUPPLEMENT) | AFTER(SERVER_CERTIFICATE) | AFTER(CERTIFICATE_STATUS),
     STEP_SERVER_KEY_EXCHANGE, TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, TLS_MESSAGE_CERTIFICATE_REQUEST,
     AFTER(SERVER_CERTIFICATE) | AFTER(CERTIFICATE_STATUS) | AFTER(SERVER_KEY_EXCHANGE), STEP_CERTIFICATE_REQUEST,
     TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, TLS_MESSAGE_SERVER_HELLO_DONE,
     AFTER(SERVER_HELLO) | AFTER(SERVER_SUPPLEMENT) | AFTER(SERVER_CERTIFICATE) | AFTER(CERTIFICATE_STATUS) |
         AFTER(SERVER_KEY_EXCHANGE) | AFTER(CERTIFICATE_REQUEST),
     STEP_SERVER_DONE, TLS_PHASE_SERVER_DONE},
    {SIDE_CLIENT, 23 /* SupplementalData */, AFTER(SERVER_DONE), STEP_CLIENT_SUPPLEMENT, TLS_PHASE_SERVER_DONE},
    {SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE, AFTER(SERVER_DONE) | AFTER(CLIENT_SUPPLEMENT), STEP_CLIENT_CERTIFICATE,
     TLS_PHASE_CLIENT_CERTIFICATE},
    {SIDE_CLIENT, 21 /* CertificateURL, RFC 6066 */, AFTER(SERVER_DONE) | AFTER(CLIENT_SUPPLEMENT),
     STEP_CLIENT_CERTIFICATE, TLS_PHASE_CLIENT_CERTIFICATE},
    {SIDE_CLIENT, TLS_MESSAGE_CLIENT_KEY_EXCHANGE,
     AFTER(SERVER_DONE) | AFTER(CLIENT_SUPPLEMENT) | AFTER(CLIENT_CERTIFICATE), STEP_CLIENT_KEY_EXCHANGE,
     TLS_PHASE_CLIENT_KEY_EXCHANGE},
    {SIDE_CLIENT, TLS_MESSAGE_CERTIFICATE_VERIFY, AFTER(CLIENT_KEY_EXCHANGE), STEP_CERTIFICATE_VERIFY,
     TLS_PHASE_CLIENT_KEY_EXCHANGE},
    {SIDE_CLIENT, TLS_HEARD_CHANGE_CIPHER_SPEC, AFTER(CLIENT_KEY_EXCHANGE) | AFTER(CERTIFICATE_VERIFY),
     STEP_CLIENT_CHANGE, TLS_PHASE_CLIENT_KEY_EXCHANGE},
    {SIDE_CLIENT, TLS_HEARD_FINISHED, AFTER(CLIENT_CHANGE), STEP_CLIENT_FINISHED, TLS_PHASE_CLIENT_FINISHED},
    {SIDE_SERVER, TLS_MESSAGE_NEW_SESSION_TICKET, AFTER(CLIENT_FINISHED), STEP_TICKET, TLS_PHASE_CLIENT_FINISHED},
    {SIDE_SERVER, TLS_HEARD_CHANGE_CIPHER_SPEC, AFTER(CLIENT_FINISHED) | AFTER(TICKET), STEP_SERVER_CHANGE,
     TLS_PHASE_CLIENT_FINISHED},
    {SIDE_SERVER, TLS_HEARD_FINISHED, AFTER(SERVER_CHANGE), STEP_SERVER_FINISHED, TLS_PHASE_CLIENT_FINISHED},
};

/* RFC 5246 section 7.3, figure 2, and RFC 5077: the server finishes first. */
static const struct transition abbreviated[] = {
    {SIDE_SERVER, TLS_MESSAGE_NEW_SESSION_TICKET, AFTER(SERVER_HELLO), STEP_R_TICKET, TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, TLS_HEARD_CHANGE_CIPHER_SPEC, AFTER(SERVER_HELLO) | AFTER(R_TICKET), STEP_R_SERVER_CHANGE,
     TLS_PHASE_SERVER_HELLO},
    {SIDE_SERVER, TLS_HEARD_FINISHED, AFTER(R_SERVER_CHANGE), STEP_R_SERVER_FINISHED, TLS_PHASE_SERVER_DONE},
    {SIDE_CLIENT, TLS_HEARD_CHANGE_CIPHER_SPEC, AFTER(R_SERVER_FINISHED), STEP_R_CLIENT_CHANGE, TLS_PHASE_SERVER_DONE},
    {SIDE_CLIENT, TLS_HEARD_FINISHED, AFTER(R_CLIENT_CHANGE), STEP_R_CLIENT_FINISHED, TLS_PHASE_CLIENT_FINISHED},
};

/* The first transition of TABLE for what was heard, behind the steps in AFTER; NULL where there is none. */
static const struct transition *find(const struct transition *table, size_t count, enum side side, unsigned heard,
                                     uint32_t after) {
    for (size_t i = 0; i < count; i++)
        if (table[i].heard == heard && table[i].side == side && (table[i].after & after) != 0) return &table[i];
    return NULL;
}

static const struct transition *find_expected(const struct tls_conversation *conversation, enum side side,
                                              unsigned heard) {
    uint32_t here = UINT32_C(1) << conversation->step;
    const struct transition *found = find(full, ARRAY_LENGTH(full), side, heard, here);
    return found != NULL ? found : find(abbreviated, ARRAY_LENGTH(abbreviated), side, heard, here);
}

/* Where it would have belonged. What only a full handshake has decides which of the two it is. */
static const struct transition *find_anywhere(const struct tls_conversation *conversation, enum side side,
                                              unsigned heard) {
    const struct transition *found = NULL;
    if (conversation->phase < TLS_PHASE_SERVER_CERTIFICATE || conversation->resumed)
        found = find(abbreviated, ARRAY_LENGTH(abbreviated), side, heard, UINT32_MAX);
    return found != NULL ? found : find(full, ARRAY_LENGTH(full), side, heard, UINT32_MAX);
}

/* Bytes were missed; or one side answers another of whom nothing was captured. */
static bool is_our_loss(const struct tls_turn *turn) {
    return tls_turn_has_gaps(turn) || !turn->conversation->direction[side_other(turn->side)].started;
}

void tls_phase_hear(const struct tls_turn *turn, unsigned heard) {
    struct tls_conversation *conversation = turn->conversation;
    if (heard == TLS_MESSAGE_HELLO_REQUEST) return; /* may come at any time, RFC 5246 section 7.4.1.1 */
    if (conversation->decrypted) return; /* the order is known already, or tls_phase_encrypted_13() sees to it */
    const struct transition *transition = find_expected(conversation, turn->side, heard);
    if (transition == NULL) {
        if (!is_our_loss(turn)) conversation->out_of_order = true;
        transition = find_anywhere(conversation, turn->side, heard);
        if (transition == NULL || transition->phase < conversation->phase) return;
    }
    conversation->step = transition->step;
    if (transition->phase > conversation->phase) conversation->phase = transition->phase;
    if (transition->step == STEP_R_SERVER_FINISHED && conversation->gaps[SIDE_SERVER] == 0)
        conversation->resumed = true;
}

static void phase_done(const struct tls_turn *turn) {
    struct tls_conversation *conversation = turn->conversation;
    if (conversation->alerted || conversation->phase == TLS_PHASE_DONE) return;
    conversation->phase = TLS_PHASE_DONE;
    conversation->done_time = turn->time;
}

void tls_phase_finished(const struct tls_turn *turn) {
    const struct tls_conversation *conversation = turn->conversation;
    turn->direction->finished = true;
    tls_phase_hear(turn, TLS_HEARD_FINISHED);
    if (conversation->direction[SIDE_CLIENT].finished && conversation->direction[SIDE_SERVER].finished)
        phase_done(turn);
}

void tls_phase_data(const struct tls_turn *turn) {
    struct tls_conversation *conversation = turn->conversation;
    if (conversation->version == 0 || conversation->phase == TLS_PHASE_DONE) return;
    bool finished = turn->side == SIDE_SERVER || conversation->direction[SIDE_SERVER].finished;
    if (tls_turn_has_gaps(turn) && finished)
        phase_done(turn);
    else if (!turn->direction->finished && !is_our_loss(turn))
        conversation->out_of_order = true;
}

static void phase_reach(struct tls_conversation *conversation, enum tls_phase phase) {
    if (conversation->phase < phase) conversation->phase = (uint8_t)phase;
}

void tls_phase_encrypted_13(const struct tls_turn *turn) {
    struct tls_conversation *conversation = turn->conversation;
    struct tls_shape shape;
    if (conversation->phase < TLS_PHASE_SERVER_HELLO || conversation->phase == TLS_PHASE_DONE) return;
    if (conversation->events_dropped > 0) return; /* the shape knows no more than last time */
    tls_shape_read(conversation, &shape);
    if (shape.server_flight != TLS_FLIGHT_NONE) phase_reach(conversation, TLS_PHASE_SERVER_CERTIFICATE);
    if (shape.server_flight == TLS_FLIGHT_WHOLE) {
        phase_reach(conversation, TLS_PHASE_SERVER_DONE);
        conversation->direction[SIDE_SERVER].finished = true;
    }
    if (shape.answer == TLS_ANSWER_CERTIFICATE || shape.answer == TLS_ANSWER_CERTIFICATE_EMPTY)
        phase_reach(conversation, TLS_PHASE_CLIENT_CERTIFICATE);
    if (shape.finished != TLS_FINISHED_NOT_SEEN) {
        phase_reach(conversation, TLS_PHASE_CLIENT_FINISHED);
        conversation->direction[SIDE_CLIENT].finished = true;
    }
    if (shape.server_went_on) phase_done(turn);
}

void tls_phase_alerted(const struct tls_turn *turn) {
    if (turn->conversation->phase != TLS_PHASE_DONE) turn->conversation->alerted = true;
}
