/* What the daemon's own events mean, for the message catalogue. */
#ifndef CATALOG_NOTICES_H
#define CATALOG_NOTICES_H

#include <stddef.h>

/* An event that is about no cause. */
struct notice {
    const char *code; /* event.code; of a verdict without a cause its outcome */
    const char *subject;
    const char *means;
    const char *todo; /* NULL: there is nothing to do */
};

extern const struct notice notices[];
extern const size_t notices_count;

#endif
