/* The two sources of packets: a capture file and a live interface, both by libpcap, both for one engine. */
#ifndef DAEMON_CAPTURE_H
#define DAEMON_CAPTURE_H

#include <pcap/pcap.h>

#include "engine/engine.h"
#include "options.h"
#include "sink.h"

/* What a source needs to run. All borrowed. */
struct capture {
    const struct options *options;
    struct engine_options *engine_options; /* link_type is filled in by the source */
    struct sink *sink;
};

/* Reads options->file to its end (or to where it breaks off). Returns an exit status; what was read is diagnosed. */
int capture_file_run(const struct capture *capture);

/* Watches options->interface until SIGINT or SIGTERM. Returns an exit status. */
int capture_live_run(const struct capture *capture);

/* Compiles and sets options->filter; false after having reported. */
MUST_USE bool capture_filter_set(pcap_t *handle, const struct options *options);

/* An engine for frames of HANDLE's link type; NULL after having reported. */
MUST_USE struct engine *capture_engine_new(const struct capture *capture, pcap_t *handle);

/* A pcap_handler: USER is the engine; time stamps are in nanoseconds. */
void capture_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes);

/* --statistics: one line of counts on standard error; DROPS are the kernel's. */
void capture_statistics_print(const struct engine *engine, uint64_t drops);

#endif
