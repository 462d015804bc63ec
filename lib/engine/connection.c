/* The flow table's handler: recognises TLS, feeds the conversation, notices when a connection is decided. */
#include "connection.h"
#include "attempt.h"
#include "base/moment.h"
#include "tls/shape.h"

#include "upgrade.h"

/* How much of a conversation in plain text is read before it is given up as none of ours. */
enum { PLAINTEXT_PATIENCE = 16384 };

static void connection_close(struct engine *engine, struct flow *flow) {
    struct connection *connection = flow->user;
    if (connection == NULL) return;
    tls_conversation_done(&connection->conversation);
    flow->user = NULL;
    block_put(&engine->pool, connection->upgrade, connection->upgrade_room);
    block_put(&engine->pool, connection, connection->room);
}

/* Stops following without a word. */
static void connection_drop(struct engine *engine, struct flow *flow) {
    connection_close(engine, flow);
    flow_table_forget(engine->table, flow);
}

void *connection_block_get(struct engine *engine, const struct flow *flow, size_t size, size_t *room) {
    void *block = block_get(&engine->pool, size, room);
    while (block == NULL && flow_table_make_room(engine->table, flow))
        block = block_get(&engine->pool, size, room);
    if (block == NULL) engine->counters.memory_refused++;
    return block;
}

static struct connection *connection_open(struct engine *engine, struct flow *flow) {
    size_t room;
    struct connection *connection = connection_block_get(engine, flow, sizeof *connection, &room);
    if (connection == NULL) return NULL;
    connection->room = room;
    connection->client_recognised = false;
    connection->server_recognised = false;
    connection->client_segments = 0;
    connection->upgrade = NULL;
    connection->upgrade_room = 0;
    tls_conversation_init(&connection->conversation, &engine->pool);
    connection->conversation.keep_encrypted = engine->options.keylog != NULL;
    flow->user = connection;
    attempt_opened(engine, flow);
    return connection;
}

/* All that can be known is known, or will not come any more. */
static void connection_judge(struct engine *engine, struct flow *flow, enum flow_end why, int64_t time) {
    struct connection *connection = flow->user;
    if (connection != NULL) upgrade_settle(engine, flow, connection);
    if (connection == NULL || upgrade_is_notable(engine, flow, connection))
        verdict_reach(engine, flow, connection, why, time);
}

static size_t connection_bytes(void *context, struct flow *flow, enum side side, int64_t time, const uint8_t *bytes,
                               size_t length) {
    struct engine *engine = context;
    struct connection *connection = flow->user;
    if (connection == NULL) connection = connection_open(engine, flow);
    if (connection == NULL) {
        flow_table_forget(engine->table, flow);
        return length;
    }
    struct tls_conversation *conversation = &connection->conversation;
    if (side == SIDE_CLIENT && conversation->phase == TLS_PHASE_NONE) connection->client_segments++;
    struct cursor input = cursor_over(bytes, length);
    switch (upgrade_read(engine, flow, connection, side, time, &input)) {
    case UPGRADE_WAIT:
        return cursor_offset(&input);
    case UPGRADE_JUDGE:
        connection_judge(engine, flow, FLOW_END_CLOSED, time);
        connection_drop(engine, flow);
        return length;
    case UPGRADE_DROP:
        connection_drop(engine, flow);
        return length;
    case UPGRADE_READ:
        break;
    }
    size_t consumed = cursor_offset(&input);
    consumed += tls_conversation_read(conversation, side, time, input.position, cursor_remaining(&input));
    if (conversation->hello_segments == 0 && conversation->phase >= TLS_PHASE_CLIENT_HELLO)
        conversation->hello_segments = connection->client_segments;
    return consumed;
}

static void connection_gap(void *context, struct flow *flow, enum side side, int64_t time, uint64_t count,
                           uint64_t discarded) {
    struct connection *connection = flow->user;
    /* first bytes that were missed: what follows them must not be taken for the first ones */
    if (connection == NULL) connection = connection_open(context, flow);
    if (connection != NULL) upgrade_gap(connection, side, time, count, discarded);
}

/* Both sides talk, and not TLS, for so long that it is no refusal: some other protocol lives on this port. */
static bool is_other_protocol(const struct flow *flow, const struct connection *connection) {
    const struct tls_direction *direction = connection->conversation.direction;
    return !connection->client_recognised && direction[SIDE_CLIENT].not_tls &&
           flow->half[SIDE_CLIENT].payload_bytes + flow->half[SIDE_SERVER].payload_bytes > PLAINTEXT_PATIENCE;
}

static bool was_alerted(const struct connection *connection) {
    if (connection == NULL) return false;
    const struct tls_direction *direction = connection->conversation.direction;
    return direction[SIDE_CLIENT].alerts + direction[SIDE_SERVER].alerts > 0;
}

/* This side has closed, and every byte before its FIN was read. */
static bool is_read_out(const struct flow_half *half) {
    return half->fin_seen && half->started && half->next_sequence == half->fin_sequence;
}

/* Bytes that were sent have not come by: they may be late, or missing from the capture. */
static bool is_awaited(const struct flow *flow, enum side side) {
    const struct flow_half *half = &flow->half[side];
    return flow->stream[side].segments != NULL || flow->stream[side].hole_open ||
           (half->acknowledged_valid && half->started && (int32_t)(half->acknowledged - half->next_sequence) > 1);
}

/* Nothing that could still come behind PACKET would change the verdict: both sides closed, or one resets after an
 * alert. A RST alone, or a FIN in mid-handshake, is not enough: what its alleged sender says afterwards tells whether
 * it was genuine. */
static bool is_over(const struct flow *flow, const struct connection *connection, const struct packet *packet) {
    if (connection == NULL) return false;
    bool closed = is_read_out(&flow->half[SIDE_CLIENT]) && is_read_out(&flow->half[SIDE_SERVER]);
    bool doubtful = connection->client_recognised && flow->first_end_side == SIDE_SERVER && !was_alerted(connection);
    if (closed && !doubtful) return true;
    if (is_awaited(flow, SIDE_CLIENT) || is_awaited(flow, SIDE_SERVER)) return false;
    return was_alerted(connection) && packet->kind == PACKET_TCP && (packet->tcp_flags & PACKET_TCP_RST) != 0;
}

/* An ICMP error after which a client gives up. Time exceeded (RFC 792, RFC 4443 section 3.3) is none: it tries again.
 */
static bool is_unreachable(const struct flow *flow) {
    uint8_t time_exceeded = flow->ip_version == 4 ? 11 : 3;
    return flow->icmp_time != 0 && flow->icmp_type != time_exceeded;
}

/* Something has happened after which the handshake cannot go on; what follows is waited for only briefly. */
static bool is_ending(const struct flow *flow, const struct connection *connection) {
    if (flow->first_end_valid && flow->first_end_reset) return true;
    if (flow->half[SIDE_CLIENT].fin_seen && flow->half[SIDE_SERVER].fin_seen) return true;
    if (is_unreachable(flow) && connection == NULL && flow->half[SIDE_SERVER].packets == 0) return true;
    return flow->first_end_valid && was_alerted(connection);
}

/* How long after a completed handshake the client's leaving still counts as "at once". */
#define LEAVING_AWAITED (2 * MOMENT_SECOND)

static bool client_sent_data(const struct tls_conversation *conversation) {
    struct tls_shape shape;
    if (!conversation->tls13) return conversation->direction[SIDE_CLIENT].application_records > 0;
    tls_shape_read(conversation, &shape);
    return shape.client_data;
}

/* The handshake is done, and nothing more is to be learned: where suspects are wanted, what the client does next. */
static bool is_settled(const struct engine *engine, const struct flow *flow, const struct connection *connection,
                       int64_t now) {
    const struct tls_conversation *conversation = &connection->conversation;
    if (conversation->phase != TLS_PHASE_DONE) return false;
    if (!engine->options.suspects || flow->first_end_valid) return true;
    return now - conversation->done_time > LEAVING_AWAITED || client_sent_data(conversation);
}

/* What a flow comes back to whose end was none: a RST that nobody heeded, an ICMP error before the answer. */
static enum flow_state state_alive(const struct flow *flow, const struct connection *connection) {
    if (connection != NULL) return connection->client_recognised ? FLOW_HANDSHAKE : FLOW_TALKING;
    return flow->half[SIDE_SERVER].packets > 0 ? FLOW_IDLE : FLOW_SYN_ONLY;
}

static void connection_packet(void *context, struct flow *flow, enum side side, const struct packet *packet) {
    struct engine *engine = context;
    struct connection *connection = flow->user;
    if (connection == NULL) attempt_watch(engine, flow, side, packet);
    int64_t now = packet->time > flow->last_time ? packet->time : flow->last_time; /* it may come behind a later one */
    bool settled = connection != NULL && is_settled(engine, flow, connection, now);
    if (settled || is_over(flow, connection, packet)) {
        connection_judge(engine, flow, FLOW_END_CLOSED, now);
        connection_drop(engine, flow);
        return;
    }
    if (connection != NULL && is_other_protocol(flow, connection)) {
        connection_drop(engine, flow);
        return;
    }
    bool ending = is_ending(flow, connection);
    if (ending != (flow->state == FLOW_ENDING))
        flow_table_set_state(engine->table, flow, ending ? FLOW_ENDING : state_alive(flow, connection));
}

static void connection_ended(void *context, struct flow *flow, enum flow_end why, int64_t time) {
    struct engine *engine = context;
    /* a flow whose end was seen is judged by that, however it left the table */
    bool seen = flow->state == FLOW_ENDING;
    connection_judge(engine, flow, seen ? FLOW_END_CLOSED : why, time);
    connection_close(engine, flow);
}

/* A segment of a connection whose beginning we missed: only a ClientHello or the start of a server's answer
 * make it worth a flow. */
static bool connection_worth_following(void *context, const struct packet *packet, enum side *sender) {
    (void)context;
    size_t length = cursor_remaining(&packet->payload);
    const uint8_t *bytes = packet->payload.position;
    struct cursor payload = packet->payload;
    uint8_t first;
    if (!cursor_get_u8(&payload, &first) || !tls_recognise_first(first)) return false;
    if (tls_recognise_client(bytes, length) == TLS_IS) {
        *sender = SIDE_CLIENT;
        return true;
    }
    if (tls_recognise_server(bytes, length) == TLS_IS) {
        *sender = SIDE_SERVER;
        return true;
    }
    return false;
}

struct flow_handler connection_handler(struct engine *engine) {
    return (struct flow_handler){
        .context = engine,
        .bytes = connection_bytes,
        .gap = connection_gap,
        .packet = connection_packet,
        .ended = connection_ended,
        .worth_following = connection_worth_following,
    };
}
