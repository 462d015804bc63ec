/* What /metrics and /healthz say: figures as text. */
#ifndef DAEMON_METRICS_EXPOSITION_H
#define DAEMON_METRICS_EXPOSITION_H

#include <event2/buffer.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "figures.h"

/* Appends all metrics in Prometheus' text format 0.0.4. */
void exposition_write(const struct figures *figures, struct evbuffer *text);

/* Appends "ok", or a line for each trouble; true where there is none. */
MUST_USE bool exposition_health_write(const struct figures *figures, struct evbuffer *text);

#endif
