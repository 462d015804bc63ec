/* Feeds the real outputs with events, so that tests can stall, kill, fill and rotate what is behind them.
 *
 *   feed [--batch] [--text] [--rate N] [--count N] [--queue BYTES] [--finish MS] OUTPUT...
 *
 * Events are numbered by their sequence and as long as they can be, up to the cap. SIGHUP reopens, after SIGUSR1 there
 * are no more events but those about the outputs, SIGTERM ends. At the end one line of JSON on standard error says what
 * was sent and how the outputs stand. */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "outputs/outputs.h"
#include "sample_diag.h"

#define SECOND INT64_C(1000000000)

/* The example of the contract is every so manieth event; the others are notices of all lengths. */
#define DIAG_EVERY 5

static volatile sig_atomic_t hung_up, resting, ended;

static void signal_note(int signal_number) {
    if (signal_number == SIGHUP) hung_up = 1;
    if (signal_number == SIGUSR1) resting = 1;
    if (signal_number == SIGTERM) ended = 1;
}

struct feed {
    struct outputs *outputs;
    struct sample_store sample;
    bool batch;
    uint64_t rate, count;
    unsigned finish; /* milliseconds */
    uint64_t sent;
    int64_t checked; /* when outputs_check() was last called */
};

static int64_t clock_read(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* A message of another length each time: every length up to 3,600 comes before one comes again. */
static void event_send(struct feed *feed) {
    static char message[3601];
    struct output_notice notice = {.dataset = "tlswhy.lifecycle", .code = "test", .severity = 5, .message = message};
    notice.time = clock_read(CLOCK_REALTIME);
    size_t length = feed->sent * 1009 % (sizeof message - 1) + 1;
    memset(message, 'a' + (int)(feed->sent % 26), length);
    message[length] = '\0';
    if (feed->sent % DIAG_EVERY == 0)
        outputs_diag(feed->outputs, "eth0", &feed->sample.diag);
    else
        outputs_notice(feed->outputs, "eth0", &notice);
    feed->sent++;
}

static void turn(struct feed *feed) {
    int64_t now = clock_read(CLOCK_MONOTONIC);
    if (hung_up) {
        hung_up = 0;
        outputs_reopen(feed->outputs);
    }
    if (now - feed->checked < SECOND || feed->batch) return;
    feed->checked = now;
    outputs_check(feed->outputs, clock_read(CLOCK_REALTIME));
}

/* How many events should have been sent ELAPSED nanoseconds after the beginning. */
static uint64_t events_due(const struct feed *feed, int64_t elapsed) {
    return (uint64_t)((double)elapsed * (double)feed->rate / (double)SECOND);
}

/* Sends at the rate asked for. A quarter of a second is made up for; a machine that stood still for longer is not to be
 * followed by a flood. */
static void feed_run(struct feed *feed) {
    static const struct timespec nap = {.tv_nsec = 500000};
    int64_t start = clock_read(CLOCK_MONOTONIC), turned = start;
    feed->checked = start;
    while (!ended && feed->sent < feed->count) {
        int64_t now = clock_read(CLOCK_MONOTONIC);
        if (now - turned > SECOND / 4) start += now - turned;
        turned = now;
        if (!resting && (feed->rate == 0 || feed->sent <= events_due(feed, now - start)))
            event_send(feed);
        else
            nanosleep(&nap, NULL);
        turn(feed);
    }
}

/* How the outputs stand before they end, as the list of a JSON object. */
static void outputs_print(const struct outputs *outputs, FILE *stream) {
    for (unsigned i = 0; i < outputs_count(outputs); i++) {
        struct outputs_status status;
        outputs_status(outputs, i, &status);
        fprintf(stream,
                "%s{\"name\": \"%s\", \"written\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"queued\": %" PRIu64 "}",
                i > 0 ? ", " : "", status.name, status.written, status.lost, status.queued);
    }
}

static int feed_finish(struct feed *feed) {
    char standing[2048];
    FILE *stream = fmemopen(standing, sizeof standing, "w");
    if (stream == NULL) return EXIT_FAILURE;
    outputs_print(feed->outputs, stream);
    fclose(stream);
    uint64_t sequence = outputs_sequence(feed->outputs);
    int64_t begin = clock_read(CLOCK_MONOTONIC);
    bool good = outputs_finish(feed->outputs, feed->finish);
    double seconds = (double)(clock_read(CLOCK_MONOTONIC) - begin) / (double)SECOND;
    fprintf(stderr,
            "{\"sent\": %" PRIu64 ", \"sequence\": %" PRIu64 ", \"outputs\": [%s], \"good\": %s, \"finish\": %.3f}\n",
            feed->sent, sequence, standing, good ? "true" : "false", seconds);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool arguments_read(struct feed *feed, struct options *options, int argc, char **argv) {
    static const struct option names[] = {
        {"batch", no_argument, NULL, 'b'},
        {"text", no_argument, NULL, 't'},
        {"rate", required_argument, NULL, 'r'},
        {"count", required_argument, NULL, 'c'},
        {"queue", required_argument, NULL, 'q'},
        {"finish", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (name == 'b') feed->batch = true;
        if (name == 't') options->format = OPTIONS_FORMAT_TEXT;
        if (name == 'r') feed->rate = strtoull(optarg, NULL, 10);
        if (name == 'c') feed->count = strtoull(optarg, NULL, 10);
        if (name == 'q') options->queue = strtoull(optarg, NULL, 10);
        if (name == 'f') feed->finish = (unsigned)strtoul(optarg, NULL, 10);
        if (name == '?') return false;
    }
    for (; optind < argc && options->output_count < OPTIONS_OUTPUTS_CAP; optind++)
        options->outputs[options->output_count++] = argv[optind];
    return true;
}

int main(int argc, char **argv) {
    static struct feed feed = {.count = UINT64_MAX, .finish = 1500};
    struct options options = {.queue = (size_t)8 << 20};
    if (!arguments_read(&feed, &options, argc, argv)) return EXIT_FAILURE;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, signal_note);
    signal(SIGUSR1, signal_note);
    signal(SIGTERM, signal_note);
    sample_make(&feed.sample, SAMPLE_EXPIRED);
    feed.outputs = outputs_new(&options, !feed.batch, "host");
    if (feed.outputs == NULL || !outputs_start(feed.outputs)) return EXIT_FAILURE;
    feed_run(&feed);
    return feed_finish(&feed);
}
