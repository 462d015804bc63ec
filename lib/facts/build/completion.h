/* Whether the handshake was completed: never call one failed that was, nor done one that was refused. */
#ifndef FACTS_BUILD_COMPLETION_H
#define FACTS_BUILD_COMPLETION_H

#include "facts_build/build.h"
#include "tls/shape.h"

enum completed { COMPLETED_NO, COMPLETED_YES, COMPLETED_UNKNOWN };

/* What is known about the end of a conversation by its shape. */
struct completion {
    struct tls_shape shape; /* applies to TLS 1.3 only */
    enum tls_completion seen;
    enum completed completed;
};

/* Judges; CONVERSATION may be NULL (nothing was completed). */
void completion_judge(const struct flow *flow, const struct tls_conversation *conversation,
                      struct completion *completion);

/* The event that is an alert by its size (TLS 1.3): a refusal of the other side's flight. -1 where there is none. */
int completion_encrypted_alert(const struct completion *completion);

#endif
