#include "exposition.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "samples.h"

enum metric_type { COUNTER, GAUGE };

/* Where a counter that is summed up over all interfaces stands. */
enum metric_origin { ORIGIN_NONE, ORIGIN_ENGINE, ORIGIN_FLOWS, ORIGIN_PACKETS, ORIGIN_HISTORY };

/* One metric. Its value comes from a counter of the engines, from VALUE, from SECONDS, or its samples from SAMPLES. */
struct metric {
    const char *name, *help;
    enum metric_type type;
    enum metric_origin origin;
    size_t offset; /* of a uint64_t in the counters of ORIGIN */
    uint64_t (*value)(const struct figures *figures);
    double (*seconds)(const struct figures *figures);
    samples_function *samples;
};

#define ENGINE(field)  .origin = ORIGIN_ENGINE, .offset = offsetof(struct engine_counters, field)
#define FLOWS(field)   .origin = ORIGIN_FLOWS, .offset = offsetof(struct flow_counters, field)
#define PACKETS(field) .origin = ORIGIN_PACKETS, .offset = offsetof(struct packet_counters, field)
#define HISTORY(field) .origin = ORIGIN_HISTORY, .offset = offsetof(struct history_counters, field)

static double seconds_of(int64_t moment) {
    return (double)moment / (double)MOMENT_SECOND;
}

static double started(const struct figures *figures) {
    return seconds_of(figures->started);
}

static double reloaded(const struct figures *figures) {
    return seconds_of(figures->reloaded);
}

static double processor(const struct figures *figures) {
    struct timespec used;
    (void)figures;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return 0;
    return seconds_of((int64_t)used.tv_sec * MOMENT_SECOND + used.tv_nsec);
}

static uint64_t ready(const struct figures *figures) {
    return figures->ready ? 1 : 0;
}

static uint64_t kernel_drops(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        sum += figures->watches[i].kernel_drops;
    return sum;
}

static uint64_t interface_drops(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        sum += figures->watches[i].interface_drops;
    return sum;
}

static uint64_t interface_losses(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        sum += figures->watches[i].losses;
    return sum;
}

static uint64_t interfaces_deaf(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        sum += figures->watches[i].deaf ? 1 : 0;
    return sum;
}

static uint64_t flows_capacity(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        if (figures->watches[i].engine != NULL) sum += engine_flow_counters(figures->watches[i].engine)->flows_capacity;
    return sum;
}

/* All engines together. */
static struct engine_memory memory_sum(const struct figures *figures) {
    struct engine_memory sum = {0}, one;
    for (unsigned i = 0; i < figures->watch_count; i++) {
        if (figures->watches[i].engine == NULL) continue;
        engine_memory_read(figures->watches[i].engine, &one);
        sum.table += one.table;
        sum.used += one.used;
        sum.held += one.held;
        sum.refused += one.refused;
    }
    return sum;
}

static uint64_t memory_used(const struct figures *figures) {
    return memory_sum(figures).used;
}

static uint64_t memory_held(const struct figures *figures) {
    return memory_sum(figures).held;
}

static uint64_t memory_table(const struct figures *figures) {
    return memory_sum(figures).table;
}

static uint64_t memory_refused(const struct figures *figures) {
    return memory_sum(figures).refused;
}

static uint64_t memory_limit(const struct figures *figures) {
    return figures->memory;
}

static uint64_t history_servers(const struct figures *figures) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < figures->watch_count; i++)
        if (figures->watches[i].engine != NULL) sum += engine_history_counters(figures->watches[i].engine)->entries;
    return sum;
}

static uint64_t suspects(const struct figures *figures) {
    return figures->verdicts->suspects;
}

static uint64_t repeated(const struct figures *figures) {
    return figures->repeated;
}

static uint64_t folded(const struct figures *figures) {
    return figures->fold != NULL ? figures->fold->held : 0;
}

static uint64_t summaries(const struct figures *figures) {
    return figures->fold != NULL ? figures->fold->summaries : 0;
}

static uint64_t untracked(const struct figures *figures) {
    return figures->fold != NULL ? figures->fold->untracked : 0;
}

static uint64_t events(const struct figures *figures) {
    return figures->sequence;
}

static uint64_t rules(const struct figures *figures) {
    return rule_table_count(figures->rules);
}

static uint64_t roots(const struct figures *figures) {
    return figures->roots;
}

static uint64_t reload_good(const struct figures *figures) {
    return figures->reload_failed ? 0 : 1;
}

static const struct metric metric_table[] = {
    {"tlswhy_build_info", "The version that runs.", GAUGE, .samples = samples_build},
    {"tlswhy_start_time_seconds", "When the daemon started, since the epoch.", GAUGE, .seconds = started},
    {"tlswhy_ready", "1 where everything is loaded and the capture is open.", GAUGE, .value = ready},
    {"process_cpu_seconds_total", "Processor time used, user and system.", COUNTER, .seconds = processor},

    {"tlswhy_failures_total", "Failed handshakes by cause and by the side that has to act.", COUNTER,
     .samples = samples_failures},
    {"tlswhy_handshakes_total", "Handshakes that were judged, by outcome.", COUNTER, .samples = samples_outcomes},
    {"tlswhy_client_hellos_total", "Handshakes whose ClientHello was seen.", COUNTER, ENGINE(handshakes)},
    {"tlswhy_suspects_total", "Handshakes completed, then left over a certificate that is visibly wrong.", COUNTER,
     .value = suspects},
    {"tlswhy_decrypted_handshakes_total", "Handshakes that the key log opened.", COUNTER, ENGINE(decrypted)},
    {"tlswhy_rule_hits_total", "Verdicts by the rule that decided, since the rules were loaded.", COUNTER,
     .samples = samples_rule_hits},
    {"tlswhy_rules", "Rules loaded.", GAUGE, .value = rules},
    {"tlswhy_trusted_roots", "Trusted roots loaded.", GAUGE, .value = roots},

    {"tlswhy_packets_total", "Packets captured.", COUNTER, ENGINE(packets)},
    {"tlswhy_packet_bytes_total", "Bytes of these packets as they were on the wire.", COUNTER, ENGINE(bytes)},
    {"tlswhy_packets_passed_over_total", "Packets that could not be used, by reason.", COUNTER,
     .samples = samples_passed_over},
    {"tlswhy_kernel_drops_total", "Packets that the kernel had no room for in the ring.", COUNTER,
     .value = kernel_drops},
    {"tlswhy_interface_drops_total", "Packets that the interfaces dropped.", COUNTER, .value = interface_drops},
    {"tlswhy_fragments_total", "IP fragments seen.", COUNTER, PACKETS(fragments)},
    {"tlswhy_fragmented_datagrams_joined_total", "Datagrams made whole of fragments.", COUNTER,
     PACKETS(fragments_joined)},
    {"tlswhy_fragmented_datagrams_dropped_total", "Datagrams of which fragments were missing or contradicted.", COUNTER,
     PACKETS(fragments_dropped)},
    {"tlswhy_tunnelled_packets_total", "Packets found in tunnels.", COUNTER, PACKETS(tunnelled)},
    {"tlswhy_tunnels_too_deep_total", "Packets left alone in tunnels within tunnels.", COUNTER,
     PACKETS(tunnels_too_deep)},

    {"tlswhy_interfaces", "Interfaces that are watched, by state.", GAUGE, .samples = samples_interfaces},
    {"tlswhy_interfaces_deaf", "Interfaces that are up and silent for too long, or of which too much is dropped.",
     GAUGE, .value = interfaces_deaf},
    {"tlswhy_interface_losses_total", "How often an interface went away.", COUNTER, .value = interface_losses},

    {"tlswhy_flows", "Connections followed now, by how far they have come.", GAUGE, .samples = samples_flows},
    {"tlswhy_flows_capacity", "Connections that can be followed at once.", GAUGE, .value = flows_capacity},
    {"tlswhy_flows_created_total", "Connections that were followed.", COUNTER, FLOWS(flows_created)},
    {"tlswhy_flows_ended_total", "Connections no longer followed, by reason.", COUNTER, .samples = samples_flows_ended},
    {"tlswhy_flows_evicted_total", "Connections given up because memory was short, by how far they had come.", COUNTER,
     .samples = samples_flows_evicted},
    {"tlswhy_flows_refused_total", "Connections not followed because nothing could be evicted.", COUNTER,
     FLOWS(refused)},
    {"tlswhy_flows_short_of_memory_total", "Connections dropped because no memory was left for their bytes.", COUNTER,
     ENGINE(memory_refused)},
    {"tlswhy_segments_dropped_total", "Segments out of order that were over the cap.", COUNTER,
     FLOWS(segments_dropped)},
    {"tlswhy_packets_unfollowed_total", "Packets of connections that are not followed.", COUNTER,
     FLOWS(lookups_missed)},
    {"tlswhy_packets_late_total", "Packets of connections that were decided already.", COUNTER,
     FLOWS(recently_decided)},
    {"tlswhy_packets_out_of_window_total", "Packets whose sequence number cannot belong to their connection.", COUNTER,
     FLOWS(out_of_window)},
    {"tlswhy_packet_copies_total", "Packets that were seen twice.", COUNTER, FLOWS(copies)},
    {"tlswhy_clock_leaps_total", "How often the time of packets leapt, and open connections were given up.", COUNTER,
     ENGINE(clock_leaps)},

    {"tlswhy_memory_limit_bytes", "At most so much for connections, all told.", GAUGE, .value = memory_limit},
    {"tlswhy_memory_table_bytes", "Of these, the tables of connections.", GAUGE, .value = memory_table},
    {"tlswhy_memory_used_bytes", "Bytes kept of connections now.", GAUGE, .value = memory_used},
    {"tlswhy_memory_held_bytes", "Memory taken from the system for them so far.", GAUGE, .value = memory_held},
    {"tlswhy_memory_refused_total", "Requests for memory that found it used up.", COUNTER, .value = memory_refused},
    {"tlswhy_history_servers", "Servers and names that are remembered.", GAUGE, .value = history_servers},
    {"tlswhy_history_observed_total", "Handshakes that taught something about a server.", COUNTER, HISTORY(observed)},
    {"tlswhy_history_forgotten_total", "Servers and names forgotten for want of room.", COUNTER, HISTORY(forgotten)},
    {"tlswhy_history_chains_refused_total", "Certificate chains not remembered for want of room.", COUNTER,
     HISTORY(chains_refused)},

    {"tlswhy_events_total", "Events of this run: event.sequence of the last.", COUNTER, .value = events},
    {"tlswhy_output_events_total", "Events that were written, by output.", COUNTER, .samples = samples_output_written},
    {"tlswhy_output_lost_total", "Events that were lost, by output.", COUNTER, .samples = samples_output_lost},
    {"tlswhy_output_queue_events", "Events that wait, by output.", GAUGE, .samples = samples_output_queued},
    {"tlswhy_output_queue_bytes", "Bytes of these, by output.", GAUGE, .samples = samples_output_queue_bytes},
    {"tlswhy_output_queue_limit_bytes", "At most so many may wait, by output.", GAUGE,
     .samples = samples_output_queue_limit},
    {"tlswhy_output_failing", "1 where the last attempt to write failed, by output.", GAUGE,
     .samples = samples_output_failing},
    {"tlswhy_folded_failures_total", "Failures counted into a storm instead of told one by one.", COUNTER,
     .value = folded},
    {"tlswhy_repeated_sightings_total", "Verdicts not told again, because another interface had come to the same.",
     COUNTER, .value = repeated},
    {"tlswhy_fold_summaries_total", "Summaries of storms.", COUNTER, .value = summaries},
    {"tlswhy_fold_untracked_total", "Failures told one by one because there were too many storms at once.", COUNTER,
     .value = untracked},

    {"tlswhy_reloads_total", "Reloads of configuration and rules, by result.", COUNTER, .samples = samples_reloads},
    {"tlswhy_config_last_reload_successful", "1 where the last reload was taken over.", GAUGE, .value = reload_good},
    {"tlswhy_config_last_reload_success_timestamp_seconds", "When configuration and rules were last taken over.", GAUGE,
     .seconds = reloaded},
};

static const void *counters_of(const struct engine *engine, enum metric_origin origin) {
    switch (origin) {
    case ORIGIN_ENGINE:
        return engine_counters(engine);
    case ORIGIN_FLOWS:
        return engine_flow_counters(engine);
    case ORIGIN_PACKETS:
        return engine_packet_counters(engine);
    case ORIGIN_HISTORY:
        return engine_history_counters(engine);
    case ORIGIN_NONE:
        break;
    }
    return NULL;
}

static uint64_t counter_sum(const struct figures *figures, const struct metric *metric) {
    uint64_t sum = 0, one;
    for (unsigned i = 0; i < figures->watch_count; i++) {
        if (figures->watches[i].engine == NULL) continue;
        memcpy(&one, (const char *)counters_of(figures->watches[i].engine, metric->origin) + metric->offset,
               sizeof one);
        sum += one;
    }
    return sum;
}

static void metric_write(const struct metric *metric, const struct figures *figures, struct evbuffer *text) {
    evbuffer_add_printf(text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                        metric->type == COUNTER ? "counter" : "gauge");
    if (metric->samples != NULL)
        metric->samples(metric->name, figures, text);
    else if (metric->seconds != NULL)
        evbuffer_add_printf(text, "%s %.3f\n", metric->name, metric->seconds(figures));
    else
        evbuffer_add_printf(text, "%s %" PRIu64 "\n", metric->name,
                            metric->value != NULL ? metric->value(figures) : counter_sum(figures, metric));
}

void exposition_write(const struct figures *figures, struct evbuffer *text) {
    for (size_t i = 0; i < ARRAY_LENGTH(metric_table); i++)
        metric_write(&metric_table[i], figures, text);
}

static void watch_health_write(const struct watch_status *watch, struct evbuffer *text) {
    if (watch->state == WATCH_ABSENT) evbuffer_add_printf(text, "interface %s is absent\n", watch->name);
    if (watch->state == WATCH_DOWN) evbuffer_add_printf(text, "interface %s is down\n", watch->name);
    if (watch->deaf) evbuffer_add_printf(text, "interface %s is deaf\n", watch->name);
}

bool exposition_health_write(const struct figures *figures, struct evbuffer *text) {
    size_t before = evbuffer_get_length(text);
    if (!figures->ready) evbuffer_add_printf(text, "not ready\n");
    for (unsigned i = 0; i < figures->watch_count; i++)
        watch_health_write(&figures->watches[i], text);
    for (unsigned i = 0; i < figures->output_count; i++)
        if (figures->outputs[i].failing) evbuffer_add_printf(text, "output %s is failing\n", figures->outputs[i].name);
    if (figures->reload_failed) evbuffer_add_printf(text, "the last reload was refused\n");
    if (evbuffer_get_length(text) > before) return false;
    evbuffer_add_printf(text, "ok\n");
    return true;
}
