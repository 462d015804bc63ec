/* The samples of metrics that have labels. Private to the exposition. */
#ifndef DAEMON_METRICS_SAMPLES_H
#define DAEMON_METRICS_SAMPLES_H

#include <event2/buffer.h>

#include "figures.h"

/* Appends the sample lines of the metric NAME. */
typedef void samples_function(const char *name, const struct figures *figures, struct evbuffer *text);

samples_function samples_build, samples_failures, samples_outcomes, samples_passed_over;
samples_function samples_flows, samples_flows_ended, samples_flows_evicted;
samples_function samples_output_written, samples_output_lost, samples_output_queued, samples_output_queue_bytes,
    samples_output_queue_limit, samples_output_failing;
samples_function samples_rule_hits, samples_reloads, samples_interfaces;

#endif
