/* What is told of an interface that is watched: lifecycle and health events. */
#ifndef DAEMON_CAPTURE_TELL_H
#define DAEMON_CAPTURE_TELL_H

#include "base/compiler.h"
#include "capture/watch.h"
#include "output/output.h"

enum tell_news {
    TELL_ABSENT,          /* not there at the start */
    TELL_LOST,            /* deleted, renamed or moved away */
    TELL_BACK,            /* packets again */
    TELL_DOWN,            /* the link is down */
    TELL_UP,              /* it is up again */
    TELL_REFUSED,         /* there, but it cannot be opened */
    TELL_SILENT,          /* up, and not a packet for too long */
    TELL_HEARD_AGAIN,     /* packets after such a silence */
    TELL_PACKETS_DROPPED, /* by the kernel */
    TELL_ALL_DROPPED,     /* the same, and none came through */
    TELL_DROPS_OVER,      /* no more than a hundredth in the last minute */
};

/* Hands the event to the outputs, now by the clock. FIGURES (COUNT of them) may be NULL. The message is printf-like. */
void tell(const struct watch_shared *shared, const char *interface, enum tell_news news,
          const struct output_figure *figures, size_t count, const char *format, ...) PRINTF_LIKE(6, 7);

#endif
