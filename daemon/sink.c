#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

void sink_init(struct sink *sink, FILE *stream, const struct options *options, const char *hostname) {
    const char *no_color = getenv("NO_COLOR"); /* no-color.org: any value but the empty one */
    bool terminal = isatty(fileno(stream)) == 1;
    sink->stream = stream;
    sink->format = options->format;
    sink->colour = terminal && (no_color == NULL || no_color[0] == '\0');
    sink->at_once = terminal || options->interface_count > 0;
    sink->failed = false;
    sink->sequence = 0;
    sink->observer =
        (struct output_observer){.version = TLSWHY_VERSION, .hostname = hostname, .interface = options->interfaces[0]};
}

/* Says once that nobody takes our events any more; a reader that left (head, less) is no failure worth words. */
static void sink_fail(struct sink *sink) {
    if (!sink->failed && errno != EPIPE)
        report("cannot write events to standard output: %s; free some space or give another place", strerror(errno));
    sink->failed = true;
}

static void sink_write(struct sink *sink, const char *bytes, size_t length) {
    if (sink->failed) return;
    bool good = fwrite(bytes, 1, length, sink->stream) == length;
    if (good && sink->at_once) good = fflush(sink->stream) == 0;
    if (!good) sink_fail(sink);
}

static void sink_write_line(struct sink *sink, size_t length) {
    if (length == 0) return; /* memory was short: the sequence shows the loss */
    sink->line[length] = '\n';
    sink_write(sink, sink->line, length + 1);
}

void sink_diag(void *context, const struct diag *diag) {
    struct sink *sink = context;
    sink->sequence++;
    if (sink->format == OPTIONS_FORMAT_JSON) {
        sink_write_line(sink, output_json(diag, &sink->observer, sink->sequence, sink->line));
        return;
    }
    struct text_writer writer = text_writer_over(sink->text, sizeof sink->text);
    output_text(diag, sink->colour, &writer);
    sink_write(sink, writer.data, writer.length);
}

void sink_notice(struct sink *sink, const struct output_notice *notice) {
    if (sink->format == OPTIONS_FORMAT_TEXT) {
        report("%s", notice->message);
        return;
    }
    sink->sequence++;
    sink_write_line(sink, output_json_notice(notice, &sink->observer, sink->sequence, sink->line));
}

bool sink_finish(struct sink *sink) {
    if (!sink->failed && fflush(sink->stream) != 0) sink_fail(sink);
    return !sink->failed;
}
