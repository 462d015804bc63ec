/* A capture file as a source of packets, and what it shares with live interfaces (watch.h): both are read by libpcap.
 */
#ifndef DAEMON_CAPTURE_H
#define DAEMON_CAPTURE_H

#include <pcap/pcap.h>

#include "engine/engine.h"
#include "options.h"
#include "verdicts.h"

/* What a source needs to run. All borrowed. */
struct capture {
    const struct options *options;
    struct engine_options *engine_options; /* link_type is filled in by the source */
    struct verdicts *verdicts;
};

/* Opens FILE ("-" is standard input); pcap_close() it. NULL after having reported. */
MUST_USE pcap_t *capture_file_open(const char *file);

/* Reads HANDLE, which is options->file, to its end (or to where it breaks off). Returns an exit status; what was read
 * is diagnosed. */
int capture_file_run(const struct capture *capture, pcap_t *handle);

/* Compiles and sets options->filter; false after having reported. */
MUST_USE bool capture_filter_set(pcap_t *handle, const struct options *options);

/* An engine for frames of HANDLE's link type; NULL after having reported. */
MUST_USE struct engine *capture_engine_new(const struct capture *capture, pcap_t *handle);

/* A pcap_handler: USER is the engine; time stamps are in nanoseconds. */
void capture_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes);

/* --statistics: one line of counts on standard error; DROPS are the kernel's. */
void capture_statistics_print(const struct engine *engine, uint64_t drops);

#endif
