/* What a side says before TLS, or instead of it. Private to the engine. */
#ifndef ENGINE_UPGRADE_H
#define ENGINE_UPGRADE_H

#include "connection.h"

/* What to do with the bytes of a side that has not come to TLS yet. */
enum upgrade_step {
    UPGRADE_WAIT,  /* more must come first; what was read is behind INPUT */
    UPGRADE_READ,  /* the rest of INPUT is the conversation's: TLS, or plain text in its place */
    UPGRADE_JUDGE, /* the upgrade was refused and the client goes on in plain text: all is said */
    UPGRADE_DROP   /* none of our business */
};

/* Reads what SIDE says in plain text from the front of INPUT. */
enum upgrade_step upgrade_read(struct engine *engine, struct flow *flow, struct connection *connection, enum side side,
                               int64_t time, struct cursor *input);

/* Bytes of SIDE are missing, as tls_conversation_gap() has it. */
void upgrade_gap(struct connection *connection, enum side side, int64_t time, uint64_t count, uint64_t discarded);

/* Before a verdict: words of an upgrade to a server that takes none, on a port where TLS is to be expected, are plain
 * text in the place of TLS. */
void upgrade_settle(const struct engine *engine, const struct flow *flow, struct connection *connection);

/* Whether the plain text that was heard can be a failure, or led to TLS; where none was heard, true. */
bool upgrade_is_notable(const struct engine *engine, const struct flow *flow, const struct connection *connection);

#endif
