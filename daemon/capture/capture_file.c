/* Offline: a capture file, or a pipe. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "report.h"

/* "the capture FILE", "the capture on standard input" */
static const char *source_name(const char *file) {
    return strcmp(file, "-") == 0 ? "standard input" : file;
}

static FILE *stream_open(const char *file) {
    if (strcmp(file, "-") == 0) return stdin;
    FILE *stream = fopen(file, "rbe");
    if (stream == NULL)
        report("cannot open the capture %s: %s; check the path and its permissions", file, strerror(errno));
    return stream;
}

pcap_t *capture_file_open(const char *file) {
    char error[PCAP_ERRBUF_SIZE] = "";
    FILE *stream = stream_open(file);
    if (stream == NULL) return NULL;
    pcap_t *handle = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
    if (handle == NULL) {
        report("cannot read %s as a capture: %s; give a pcap or pcapng file", source_name(file), error);
        if (stream != stdin) fclose(stream);
    }
    return handle;
}

static int file_read(pcap_t *handle, struct engine *engine, const char *file) {
    int result = pcap_loop(handle, -1, capture_packet, (u_char *)engine);
    engine_finish(engine);
    if (result >= 0) return EXIT_OK;
    report("%s cannot be read to its end: %s; what came before is diagnosed", source_name(file), pcap_geterr(handle));
    return EXIT_FAILED;
}

int capture_file_run(const struct capture *capture, pcap_t *handle) {
    const struct options *options = capture->options;
    if (!capture_filter_set(handle, options)) return EXIT_FAILED;
    struct engine *engine = capture_engine_new(capture, handle);
    if (engine == NULL) return EXIT_FAILED;
    int status = file_read(handle, engine, options->file);
    if (options->statistics) capture_statistics_print(engine, 0);
    engine_free(engine);
    return status;
}
