/* Before TLS: recognises it at the start of a side, or follows the dialogue that leads to it. */
#include "upgrade.h"

enum { HTTP_BAD_REQUEST = 400 };

/* The dialogue so far, to be looked at; an empty one where nothing was said in plain text. */
static const struct starttls_dialogue *dialogue_heard(const struct connection *connection) {
    static const struct starttls_dialogue silence;
    return connection->upgrade != NULL ? connection->upgrade : &silence;
}

/* The dialogue, to be gone on with: it takes its memory when the first words are heard. NULL: memory is short. */
static struct starttls_dialogue *dialogue_open(struct engine *engine, const struct flow *flow,
                                               struct connection *connection) {
    if (connection->upgrade != NULL) return connection->upgrade;
    struct starttls_dialogue *dialogue =
        connection_block_get(engine, flow, sizeof *dialogue, &connection->upgrade_room);
    if (dialogue == NULL) return NULL;
    starttls_dialogue_init(dialogue);
    dialogue->tls[SIDE_CLIENT] = connection->client_recognised;
    dialogue->tls[SIDE_SERVER] = connection->server_recognised;
    connection->upgrade = dialogue;
    return dialogue;
}

/* Whether nothing but TLS of SIDE is to come from here on. */
static bool is_tls_due(const struct connection *connection, enum side side) {
    if (connection->upgrade != NULL) return connection->upgrade->tls[side];
    return side == SIDE_CLIENT ? connection->client_recognised : connection->server_recognised;
}

static bool has_begun(const struct tls_direction *direction) {
    return direction->started || direction->not_tls;
}

/* Plain text on a port where TLS is to be expected is our subject; elsewhere it is not. */
static bool plaintext_matters(const struct engine *engine, const struct flow *flow) {
    return engine_is_tls_port(engine, flow->port[SIDE_SERVER]);
}

/* Lets the conversation hear what SIDE said first, now that it turns out to stand in the place of TLS. */
static void opening_replay(struct connection *connection, enum side side) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    if (dialogue == NULL) return;
    dialogue->spoken[side] = 0;
    if (dialogue->opening_length[side] == 0 || has_begun(&connection->conversation.direction[side])) return;
    (void)tls_conversation_read(&connection->conversation, side, dialogue->opening_time[side], dialogue->opening[side],
                                dialogue->opening_length[side]);
}

static void set_state(struct engine *engine, struct flow *flow, enum flow_state state) {
    if (flow->state < state) flow_table_set_state(engine->table, flow, state);
}

/* A ClientHello. Where nobody asked for the upgrade, what the server said before stands in the place of TLS; where
 * bytes were missed, the server's TLS may have begun too. */
static enum upgrade_step hello_begin(struct engine *engine, struct flow *flow, struct connection *connection,
                                     int64_t time) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    struct tls_conversation *conversation = &connection->conversation;
    connection->client_recognised = true;
    engine->counters.handshakes++;
    flow_table_set_state(engine->table, flow, FLOW_HANDSHAKE);
    if (dialogue == NULL) return UPGRADE_READ;
    bool asked = dialogue->asked || dialogue->protocol == STARTTLS_NONE;
    dialogue->tls[SIDE_CLIENT] = true;
    if (dialogue->blind || !asked) dialogue->tls[SIDE_SERVER] = true;
    if (dialogue->blind)
        tls_conversation_gap(conversation, SIDE_SERVER, time, 1, 0);
    else if (!asked)
        opening_replay(connection, SIDE_SERVER);
    return UPGRADE_READ;
}

/* No TLS where it was promised: behind an upgrade nothing else may follow, behind a proxy anything, another upgrade
 * inside the tunnel too. */
static enum upgrade_step broken_promise(struct connection *connection) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    if (dialogue == NULL || !starttls_protocol_is_tunnel(dialogue->protocol)) return UPGRADE_READ;
    if (!connection->client_recognised && !connection->server_recognised) starttls_dialogue_nest(dialogue);
    return UPGRADE_DROP;
}

/* Whether SIDE has said anything, TLS or not. */
static bool has_spoken(const struct connection *connection, enum side side) {
    return has_begun(&connection->conversation.direction[side]) || dialogue_heard(connection)->opening_length[side] > 0;
}

/* Plain text of no protocol that leads to TLS. Where TLS is not to be expected, a client that spoke first is heard
 * until the server answers: by a TLS alert, and then it does speak TLS, or by anything else. */
static enum upgrade_step unknown_step(struct engine *engine, struct flow *flow, struct connection *connection,
                                      enum side side) {
    bool matters = plaintext_matters(engine, flow);
    if (dialogue_heard(connection)->nested) return UPGRADE_DROP;
    set_state(engine, flow, FLOW_TALKING);
    if (side == SIDE_SERVER)
        return matters || !connection->conversation.direction[SIDE_CLIENT].not_tls ? UPGRADE_READ : UPGRADE_DROP;
    if (!matters && has_spoken(connection, SIDE_SERVER)) return UPGRADE_DROP;
    opening_replay(connection, SIDE_CLIENT); /* a PROXY header */
    return UPGRADE_READ;
}

static enum upgrade_step client_recognise(struct engine *engine, struct flow *flow, struct connection *connection,
                                          int64_t time, const struct cursor *input) {
    switch (tls_recognise_client(input->position, cursor_remaining(input))) {
    case TLS_IS:
        return hello_begin(engine, flow, connection, time);
    case TLS_IS_UNDECIDED:
        return UPGRADE_WAIT;
    default:
        return is_tls_due(connection, SIDE_CLIENT) ? broken_promise(connection) : UPGRADE_DROP;
    }
}

/* TLS of the server, where nothing that it said led there: plain text of the client was refused by an alert, or the
 * capture shows one side only. */
static enum upgrade_step server_tls_begin(struct engine *engine, struct flow *flow, struct connection *connection) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    set_state(engine, flow, FLOW_HANDSHAKE);
    connection->server_recognised = true;
    if (dialogue == NULL) return UPGRADE_READ;
    bool unasked = !dialogue->tls[SIDE_SERVER] && !dialogue->blind && !connection->client_recognised;
    if (unasked && dialogue->opening_length[SIDE_SERVER] == 0) {
        opening_replay(connection, SIDE_CLIENT);
        starttls_dialogue_init(dialogue);
    }
    dialogue->tls[SIDE_SERVER] = true;
    return UPGRADE_READ;
}

/* The server's bytes are always read: a greeting before a ClientHello, an answer to one, or the half of a
 * handshake whose other half the capture missed. */
static enum upgrade_step server_recognise(struct engine *engine, struct flow *flow, struct connection *connection,
                                          const struct cursor *input) {
    const struct starttls_dialogue *dialogue = dialogue_heard(connection);
    if (connection->client_recognised && (dialogue->protocol == STARTTLS_NONE || dialogue->tls[SIDE_SERVER]))
        return UPGRADE_READ;
    switch (tls_recognise_server(input->position, cursor_remaining(input))) {
    case TLS_IS:
        return server_tls_begin(engine, flow, connection);
    case TLS_IS_UNDECIDED:
        return UPGRADE_WAIT;
    default:
        return is_tls_due(connection, SIDE_SERVER) ? broken_promise(connection) : UPGRADE_DROP;
    }
}

/* Bytes that the client must have sent, by the server's acknowledgements, and that were not captured. */
static uint32_t client_bytes_unseen(const struct flow *flow) {
    const struct flow_half *client = &flow->half[SIDE_CLIENT];
    uint32_t ahead = client->acknowledged_valid ? client->acknowledged - client->next_sequence : 0;
    return client->missing_bytes + ((int32_t)ahead > 0 ? ahead : 0);
}

/* Weak signatures need the beginning: of the client, or, where that is not captured at all, of the server. */
static bool is_beginning_seen(const struct flow *flow) {
    return !flow->midstream || (flow->half[SIDE_CLIENT].packets == 0 && flow->half[SIDE_SERVER].syn_seen);
}

/* One more unit of the dialogue. Where its beginning was missed no protocol is looked for. */
static enum upgrade_step dialogue_step(struct engine *engine, struct flow *flow, struct connection *connection,
                                       enum side side, int64_t time, struct cursor *input, bool *again) {
    if (!is_beginning_seen(flow) && dialogue_heard(connection)->protocol == STARTTLS_NONE)
        return unknown_step(engine, flow, connection, side);
    struct starttls_dialogue *dialogue = dialogue_open(engine, flow, connection);
    if (dialogue == NULL) return UPGRADE_DROP;
    if (flow->half[SIDE_CLIENT].packets == 0) starttls_dialogue_hide_client(dialogue, client_bytes_unseen(flow));
    switch (starttls_dialogue_read(dialogue, side, time, input)) {
    case STARTTLS_ON:
    case STARTTLS_TLS:
        set_state(engine, flow, FLOW_TALKING);
        connection->client_segments = 0;
        *again = true;
        return UPGRADE_WAIT;
    case STARTTLS_WAIT:
        return UPGRADE_WAIT;
    case STARTTLS_PLAIN:
        (void)cursor_rest(input);
        if (connection->client_recognised) return UPGRADE_WAIT;
        return dialogue->asked && dialogue->answer == STARTTLS_REFUSED ? UPGRADE_JUDGE : UPGRADE_DROP;
    default:
        return unknown_step(engine, flow, connection, side);
    }
}

/* TLS of a server after all, where what it said before was an upgrade that is not known here: an answer to a
 * ClientHello that is one of TLS speaks for itself. */
static bool is_late_tls(const struct connection *connection, enum side side, const struct cursor *input) {
    return side == SIDE_SERVER && connection->client_recognised && connection->conversation.direction[side].not_tls &&
           tls_recognise_server(input->position, cursor_remaining(input)) == TLS_IS;
}

enum upgrade_step upgrade_read(struct engine *engine, struct flow *flow, struct connection *connection, enum side side,
                               int64_t time, struct cursor *input) {
    bool again = true;
    if (is_late_tls(connection, side, input)) tls_conversation_restart(&connection->conversation, side);
    if (has_begun(&connection->conversation.direction[side])) return UPGRADE_READ;
    enum upgrade_step step = UPGRADE_WAIT;
    while (again && !cursor_is_empty(input)) {
        again = false;
        step = side == SIDE_CLIENT ? client_recognise(engine, flow, connection, time, input)
                                   : server_recognise(engine, flow, connection, input);
        if (step == UPGRADE_DROP && !is_tls_due(connection, side))
            step = dialogue_step(engine, flow, connection, side, time, input, &again);
    }
    return step;
}

void upgrade_gap(struct connection *connection, enum side side, int64_t time, uint64_t count, uint64_t discarded) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    bool talking = dialogue != NULL && dialogue->protocol != STARTTLS_NONE && !dialogue->tls[side] &&
                   !has_begun(&connection->conversation.direction[side]);
    if (talking)
        starttls_dialogue_gap(dialogue, side);
    else
        tls_conversation_gap(&connection->conversation, side, time, count, discarded);
}

/* The client spoke first, and the server said nothing that the dialogue could use: it may well speak TLS. */
static bool is_one_sided_talk(const struct starttls_dialogue *dialogue) {
    bool first = dialogue->opening_length[SIDE_SERVER] == 0 ||
                 dialogue->opening_time[SIDE_CLIENT] <= dialogue->opening_time[SIDE_SERVER];
    return dialogue->opening_length[SIDE_CLIENT] > 0 && first && !dialogue->listed &&
           dialogue->answer == STARTTLS_UNANSWERED;
}

void upgrade_settle(const struct engine *engine, const struct flow *flow, struct connection *connection) {
    struct starttls_dialogue *dialogue = connection->upgrade;
    if (dialogue == NULL) return;
    bool web = dialogue->protocol == STARTTLS_HTTP && dialogue->has_code && dialogue->code == HTTP_BAD_REQUEST;
    if (!plaintext_matters(engine, flow) || connection->client_recognised) return;
    if (dialogue->protocol == STARTTLS_NONE || (!web && !is_one_sided_talk(dialogue))) return;
    opening_replay(connection, SIDE_CLIENT);
    opening_replay(connection, SIDE_SERVER);
    starttls_dialogue_init(dialogue);
}

bool upgrade_is_notable(const struct engine *engine, const struct flow *flow, const struct connection *connection) {
    const struct starttls_dialogue *dialogue = dialogue_heard(connection);
    const struct tls_direction *direction = connection->conversation.direction;
    bool plain = direction[SIDE_CLIENT].not_tls && !direction[SIDE_SERVER].started && !connection->client_recognised;
    if (plain && dialogue->protocol == STARTTLS_NONE && !plaintext_matters(engine, flow)) return false;
    if (dialogue->protocol == STARTTLS_NONE || connection->conversation.event_count > 0) return true;
    return dialogue->asked || (dialogue->listed && !dialogue->offered);
}
