/* /metrics (Prometheus text, exposition format 0.0.4) and /healthz by libevent's HTTP server, on a loopback address or
 * on a socket that systemd passed. No name and no address is ever a label. */
#ifndef DAEMON_METRICS_METRICS_H
#define DAEMON_METRICS_METRICS_H

#include <event2/event.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "figures.h"

struct metrics;

/* Fills *FIGURES with how the daemon stands now. */
typedef void (*metrics_source)(void *context, struct figures *figures);

/* Listens on ADDRESS ("127.0.0.1:9788", "[::1]:9788"; another than a loopback address is refused), or, where ADDRESS is
 * NULL, on a socket that systemd passed ($LISTEN_FDS); *METRICS is NULL where there is neither. Call before privileges
 * are given up. False after having reported. */
MUST_USE bool metrics_new(struct metrics **metrics, struct event_base *base, const char *address, metrics_source source,
                          void *context);
void metrics_free(struct metrics *metrics);

#endif
