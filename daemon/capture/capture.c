#include "capture/capture.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/moment.h"
#include "report.h"

bool capture_filter_set(pcap_t *handle, const struct options *options) {
    struct bpf_program program;
    if (options->filter == NULL) return true;
    if (pcap_compile(handle, &program, options->filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        report("the filter \"%s\" makes no sense: %s; see pcap-filter(7)", options->filter, pcap_geterr(handle));
        return false;
    }
    bool set = pcap_setfilter(handle, &program) == 0;
    if (!set) report("the filter \"%s\" cannot be set: %s", options->filter, pcap_geterr(handle));
    pcap_freecode(&program);
    return set;
}

static void diag_take(void *context, const struct diag *diag) {
    verdicts_diag(context, NULL, diag);
}

struct engine *capture_engine_new(const struct capture *capture, pcap_t *handle) {
    bool unknown_link;
    int link_type = pcap_datalink(handle);
    capture->engine_options->link_type = link_type;
    struct engine *engine = engine_new(capture->engine_options, diag_take, capture->verdicts, &unknown_link);
    if (engine != NULL) return engine;
    if (unknown_link) {
        const char *name = pcap_datalink_val_to_name(link_type);
        report("packets of link type %s (%d) cannot be read: capture on a link of one of %s", name != NULL ? name : "?",
               link_type, packet_link_types());
    } else {
        report("there is not enough memory for %zu MiB of flows: give less with --memory",
               capture->engine_options->memory >> 20);
    }
    return NULL;
}

/* A pcapng file may claim any second of 64 bits: what no clock shows is held to the ends of ours. */
static int64_t capture_time(const struct timeval *stamp) {
    int64_t time;
    /* libpcap's tv_usec counts nanoseconds where that precision was asked for and given */
    bool fits = !__builtin_mul_overflow((int64_t)stamp->tv_sec, MOMENT_SECOND, &time) &&
                !__builtin_add_overflow(time, (int64_t)stamp->tv_usec, &time);
    if (fits) return time;
    return stamp->tv_sec < 0 ? INT64_MIN : INT64_MAX;
}

void capture_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
    int64_t time = capture_time(&header->ts);
    engine_packet((struct engine *)(void *)user, time, bytes, header->caplen, header->len);
}

void capture_statistics_print(const struct engine *engine, uint64_t drops) {
    const struct engine_counters *counters = engine_counters(engine);
    const struct flow_counters *flows = engine_flow_counters(engine);
    const struct packet_counters *packets = engine_packet_counters(engine);
    fprintf(stderr,
            "packets %" PRIu64 ", dropped by the kernel %" PRIu64 ", cut %" PRIu64 ", malformed %" PRIu64
            ", handshakes %" PRIu64 ", successes %" PRIu64 ", failures %" PRIu64 ", unknown %" PRIu64 ", flows %" PRIu64
            ", evicted before a ClientHello %" PRIu64 ", with one %" PRIu64 ", memory refused %" PRIu64 "\n",
            counters->packets, drops, packets->cut, packets->malformed, counters->handshakes, counters->successes,
            counters->failures, counters->unknowns, flows->flows_created,
            flows->evicted[FLOW_SYN_ONLY] + flows->evicted[FLOW_IDLE] + flows->evicted[FLOW_TALKING],
            flows->evicted[FLOW_HANDSHAKE] + flows->evicted[FLOW_ENDING], counters->memory_refused + flows->refused);
}
