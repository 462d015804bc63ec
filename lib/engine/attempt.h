/* Connections that came to nothing before a byte was sent. Private to the engine. */
#ifndef ENGINE_ATTEMPT_H
#define ENGINE_ATTEMPT_H

#include "connection.h"
#include "facts_build/build.h"

/* The first payload of FLOW has come. */
void attempt_opened(struct engine *engine, const struct flow *flow);

/* After PACKET of a flow without payload: remembers that it was refused, or not answered at once. */
void attempt_watch(struct engine *engine, const struct flow *flow, enum side side, const struct packet *packet);

/* Fills in what the client of FLOW did elsewhere at the time; UNOPENED: no byte was said, so it may have lost a race.
 */
void attempt_judge(const struct engine *engine, const struct flow *flow, bool unopened, struct facts_sources *sources);

/* Whether TLS was to be expected of FLOW's server: by its port, or because it was seen speaking TLS (causes.md). */
bool attempt_expects_tls(const struct engine *engine, const struct flow *flow, int64_t now);

#endif
