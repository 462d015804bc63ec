/* From what was read to what is known: fills the facts of one handshake out of its flow and its conversation. */
#ifndef FACTS_BUILD_BUILD_H
#define FACTS_BUILD_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"
#include "flow/flow.h"
#include "history/history.h"
#include "starttls/dialogue.h"
#include "tls/conversation.h"
#include "x509/x509.h"

/* What the builders read; all borrowed. */
struct facts_sources {
    const struct flow *flow;
    const struct tls_conversation *conversation; /* NULL where no byte of TLS was seen */
    const struct starttls_dialogue *upgrade;     /* what was said in plain text before; NULL where nothing was */
    enum flow_end why;                           /* why the flow ended */
    int64_t now;                                 /* packet time of the end */
    bool tls_port;   /* TLS was to be expected: the server's port is on the list, or it was seen speaking TLS */
    bool elsewhere;  /* the client reached the same port of another address at the same time */
    bool scanning;   /* the client failed at many ports or servers, and more often than it succeeded */
    bool continuous; /* captured live: a file may have been cut, sampled or put together of several */
    struct x509_inspector *inspector; /* NULL: certificates are not looked at */
    const struct history *history;    /* NULL: nothing is known of other connections */
};

/* How the first end came about; the engine needs it for the timeline too. */
enum facts_end_kind {
    FACTS_END_NONE,
    FACTS_END_ALERT,
    FACTS_END_RST,
    FACTS_END_FIN,
    FACTS_END_SILENCE,
    FACTS_END_CAPTURE,
    FACTS_END_PLAINTEXT, /* one side does not speak TLS: its first bytes are none */
    FACTS_END_REFUSAL    /* the upgrade or the tunnel was refused, and no TLS of the server followed */
};
struct facts_end {
    enum facts_end_kind kind;
    enum side by; /* where kind is alert, rst, fin, plaintext or refusal */
    int64_t time;
    int event; /* index of the alert or the plain text in conversation->events, -1 where none */
};

/* Finds what ended the handshake first (causes.md, "Who ended it first"). */
void facts_end_find(const struct facts_sources *sources, struct facts_end *end);

/* Resets FACTS and fills in all that SOURCES support. */
void facts_build(struct facts *facts, const struct facts_sources *sources);

#endif
