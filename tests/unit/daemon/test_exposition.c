/* The text of /metrics, parsed back by the rules of Prometheus' text format 0.0.4, and of /healthz. */
#include "metrics/exposition.h"

#include <ctype.h>
#include <stdio.h>

#include "base/moment.h"
#include "run_suite.h"

enum { ETHERNET = 1, SAMPLES_CAP = 1024, METRICS_CAP = 256 };

static const char rules_text[] =
    "{\"family\": \"test\", \"description\": \"d\", \"rules\": [{\"id\": \"refused\", \"name\": \"n\", "
    "\"description\": \"d\", \"cause\": \"tcp.refused\", \"confidence\": \"observed\", \"at_fault\": \"server\", "
    "\"rank\": 1, \"narrows\": true, \"when\": {\"rst.from\": \"server\"}, \"message\": \"refused\", \"advice\": "
    "\"a\", \"evidence\": [\"a RST\"]}]}";

static struct rule_table *rules;
static struct engine *engines[2];
static struct figures_verdicts verdicts;
static const struct fold_counters fold = {.held = 901, .summaries = 902, .untracked = 903};
static const uint64_t hits[] = {17};

/* A text taken apart. */
struct metric_seen {
    char name[96], type[16];
    bool helped;
    unsigned samples;
};

struct sample_seen {
    char series[200]; /* name and labels as written */
    double value;
};

static struct {
    struct metric_seen metrics[METRICS_CAP];
    struct sample_seen samples[SAMPLES_CAP];
    unsigned metric_count, sample_count;
} seen;

static void no_verdict(void *context, const struct diag *diag) {
    (void)context;
    (void)diag;
}

static struct engine *engine_make(void) {
    struct engine_options options;
    bool unknown;
    engine_options_default(&options);
    options.link_type = ETHERNET;
    options.memory = (size_t)8 << 20;
    options.rules = rules;
    return engine_new(&options, no_verdict, NULL, &unknown);
}

/* Two interfaces that are well, one output, nothing counted but what a test sets. */
static struct figures figures_make(void) {
    return (struct figures){
        .version = "1.2.3",
        .started = 1795300000 * MOMENT_SECOND + 250 * MOMENT_MILLISECOND,
        .verdicts = &verdicts,
        .rules = rules,
        .rule_hits = hits,
        .roots = 140,
        .watches = {{.name = "eth0", .state = WATCH_OPEN, .kernel_drops = 5, .losses = 1, .engine = engines[0]},
                    {.name = "eth1", .state = WATCH_OPEN, .kernel_drops = 6, .losses = 2, .engine = engines[1]}},
        .watch_count = 2,
        .outputs = {{.name = "journal", .written = 11, .lost = 12, .queued = 13, .bytes = 14, .cap = 15}},
        .output_count = 1,
        .repeated = 904,
        .fold = &fold,
        .sequence = 4711,
        .reloads = 21,
        .reloads_refused = 22,
        .reloaded = 1795300001 * MOMENT_SECOND,
        .memory = 64 << 20,
        .ready = true,
    };
}

/* Letters, digits, underscores; no digit first. */
static bool is_name(const char *text, size_t length) {
    if (length == 0 || isdigit((unsigned char)text[0])) return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_') return false;
    return true;
}

static bool is_allowed_label(const char *label, size_t length) {
    static const char *const allowed[] = {"version", "cause",  "at_fault", "outcome", "reason",
                                          "state",   "output", "rule",     "result"};
    for (size_t i = 0; i < ARRAY_LENGTH(allowed); i++)
        if (strlen(allowed[i]) == length && strncmp(allowed[i], label, length) == 0) return true;
    return false;
}

/* Reads {label="value",...} at TEXT; returns what is behind it. */
static const char *labels_read(const char *text) {
    do {
        const char *label = ++text; /* behind the brace or comma */
        size_t length = strcspn(label, "=");
        ck_assert_msg(is_name(label, length) && is_allowed_label(label, length), "label in %s", label);
        text = label + length + 1;
        ck_assert_int_eq(*text++, '"');
        for (; *text != '"'; text++) {
            ck_assert_int_ne(*text, '\0');
            if (*text != '\\') continue;
            text++;
            ck_assert(*text == '\\' || *text == '"' || *text == 'n');
        }
        text++;
    } while (*text == ',');
    ck_assert_int_eq(*text, '}');
    return text + 1;
}

static void comment_read(const char *line) {
    struct metric_seen *metric = &seen.metrics[seen.metric_count];
    char word[8], name[96];
    int text = 0;
    ck_assert_int_eq(sscanf(line, "# %7s %95s %n", word, name, &text), 2);
    if (strcmp(word, "HELP") == 0) {
        for (unsigned i = 0; i < seen.metric_count; i++)
            ck_assert_str_ne(seen.metrics[i].name, name);
        ck_assert_uint_lt(seen.metric_count, METRICS_CAP);
        seen.metric_count++;
        snprintf(metric->name, sizeof metric->name, "%s", name);
        metric->helped = line[text] != '\0';
        return;
    }
    ck_assert_str_eq(word, "TYPE");
    metric--;
    ck_assert_str_eq(metric->name, name);
    snprintf(metric->type, sizeof metric->type, "%s", line + text);
}

/* A sample belongs to the metric that was described last. */
static void sample_read(const char *line) {
    struct metric_seen *metric = &seen.metrics[seen.metric_count - 1];
    struct sample_seen *sample = &seen.samples[seen.sample_count];
    size_t length = strcspn(line, "{ ");
    ck_assert_uint_gt(seen.metric_count, 0);
    ck_assert_uint_lt(seen.sample_count, SAMPLES_CAP);
    ck_assert(strlen(metric->name) == length && strncmp(metric->name, line, length) == 0);
    const char *rest = line[length] == '{' ? labels_read(line + length) : line + length;
    char *end;
    ck_assert_int_eq(*rest, ' ');
    sample->value = strtod(rest + 1, &end);
    ck_assert(end != rest + 1 && *end == '\0');
    snprintf(sample->series, sizeof sample->series, "%.*s", (int)(rest - line), line);
    for (unsigned i = 0; i < seen.sample_count; i++)
        ck_assert_str_ne(seen.samples[i].series, sample->series);
    seen.sample_count++;
    metric->samples++;
}

static void text_parse(const struct figures *figures) {
    struct evbuffer *text = evbuffer_new();
    char *line;
    memset(&seen, 0, sizeof seen);
    exposition_write(figures, text);
    while ((line = evbuffer_readln(text, NULL, EVBUFFER_EOL_LF)) != NULL) {
        if (line[0] == '#')
            comment_read(line);
        else
            sample_read(line);
        free(line);
    }
    ck_assert_uint_eq(evbuffer_get_length(text), 0); /* the last line ends with a line feed, too */
    evbuffer_free(text);
}

static bool has_series(const char *series) {
    for (unsigned i = 0; i < seen.sample_count; i++)
        if (strcmp(seen.samples[i].series, series) == 0) return true;
    return false;
}

static double value_of(const char *series) {
    for (unsigned i = 0; i < seen.sample_count; i++)
        if (strcmp(seen.samples[i].series, series) == 0) return seen.samples[i].value;
    ck_abort_msg("there is no %s", series);
    return 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

START_TEST(test_every_metric_is_described_and_named_by_convention) {
    struct figures figures = figures_make();
    text_parse(&figures);
    ck_assert_uint_gt(seen.metric_count, 50);
    for (unsigned i = 0; i < seen.metric_count; i++) {
        const struct metric_seen *metric = &seen.metrics[i];
        bool counter = strcmp(metric->type, "counter") == 0;
        ck_assert_msg(counter || strcmp(metric->type, "gauge") == 0, "%s is a %s", metric->name, metric->type);
        ck_assert_msg(counter == ends_with(metric->name, "_total"), "%s", metric->name);
        ck_assert_msg(metric->helped, "%s", metric->name);
        ck_assert_msg(metric->samples > 0, "%s", metric->name);
        ck_assert(is_name(metric->name, strlen(metric->name)));
    }
}
END_TEST

struct want {
    const char *series;
    double value;
};

START_TEST(test_values) {
    static const struct want wants[] = {
        {"tlswhy_build_info{version=\"1.2.3\"}", 1},
        {"tlswhy_start_time_seconds", 1795300000.25},
        {"tlswhy_ready", 1},
        {"tlswhy_kernel_drops_total", 11},
        {"tlswhy_interface_losses_total", 3},
        {"tlswhy_interfaces{state=\"open\"}", 2},
        {"tlswhy_interfaces{state=\"absent\"}", 0},
        {"tlswhy_interfaces_deaf", 0},
        {"tlswhy_rules", 1},
        {"tlswhy_rule_hits_total{rule=\"refused\"}", 17},
        {"tlswhy_trusted_roots", 140},
        {"tlswhy_events_total", 4711},
        {"tlswhy_output_events_total{output=\"journal\"}", 11},
        {"tlswhy_output_lost_total{output=\"journal\"}", 12},
        {"tlswhy_output_queue_events{output=\"journal\"}", 13},
        {"tlswhy_output_queue_bytes{output=\"journal\"}", 14},
        {"tlswhy_output_queue_limit_bytes{output=\"journal\"}", 15},
        {"tlswhy_output_failing{output=\"journal\"}", 0},
        {"tlswhy_repeated_sightings_total", 904},
        {"tlswhy_folded_failures_total", 901},
        {"tlswhy_fold_summaries_total", 902},
        {"tlswhy_fold_untracked_total", 903},
        {"tlswhy_reloads_total{result=\"taken\"}", 21},
        {"tlswhy_reloads_total{result=\"refused\"}", 22},
        {"tlswhy_config_last_reload_successful", 1},
        {"tlswhy_config_last_reload_success_timestamp_seconds", 1795300001},
        {"tlswhy_memory_limit_bytes", 64 << 20},
        {"tlswhy_memory_used_bytes", 0},
        /* both engines took three frames of 14 bytes without IP */
        {"tlswhy_packets_total", 6},
        {"tlswhy_packet_bytes_total", 84},
        {"tlswhy_packets_passed_over_total{reason=\"other_protocol\"}", 6},
        {"tlswhy_packets_passed_over_total{reason=\"cut\"}", 0},
        {"tlswhy_flows{state=\"handshake\"}", 0},
        {"tlswhy_flows_ended_total{reason=\"decided\"}", 0},
        {"tlswhy_handshakes_total{outcome=\"success\"}", 0},
    };
    struct figures figures = figures_make();
    text_parse(&figures);
    for (size_t i = 0; i < ARRAY_LENGTH(wants); i++)
        ck_assert_msg(value_of(wants[i].series) == wants[i].value, "%s is %f", wants[i].series,
                      value_of(wants[i].series));
}
END_TEST

/* What rules can come to has its series from the start; the rest only once it has happened. */
START_TEST(test_failures_by_cause_and_fault) {
    struct figures figures = figures_make();
    unsigned expired = 0;
    while (strcmp(rule_causes[expired], "server_cert.expired") != 0)
        expired++;
    text_parse(&figures);
    ck_assert(value_of("tlswhy_failures_total{cause=\"tcp.refused\",at_fault=\"server\"}") == 0);
    ck_assert(!has_series("tlswhy_failures_total{cause=\"tcp.refused\",at_fault=\"client\"}"));
    ck_assert(!has_series("tlswhy_failures_total{cause=\"server_cert.expired\",at_fault=\"server\"}"));
    verdicts.failures[0][RULE_FAULT_SERVER] = 3; /* tcp.refused is the first of all causes */
    verdicts.failures[expired][RULE_FAULT_SERVER] = 4;
    text_parse(&figures);
    ck_assert(value_of("tlswhy_failures_total{cause=\"tcp.refused\",at_fault=\"server\"}") == 3);
    ck_assert(value_of("tlswhy_failures_total{cause=\"server_cert.expired\",at_fault=\"server\"}") == 4);
    memset(&verdicts, 0, sizeof verdicts);
}
END_TEST

/* Counts beyond what a double holds exactly are written as they are. */
START_TEST(test_large_counts_are_exact) {
    struct figures figures = figures_make();
    struct evbuffer *text = evbuffer_new();
    figures.sequence = UINT64_MAX;
    exposition_write(&figures, text);
    evbuffer_add(text, "", 1);
    ck_assert_ptr_nonnull(strstr((char *)evbuffer_pullup(text, -1), "\ntlswhy_events_total 18446744073709551615\n"));
    evbuffer_free(text);
}
END_TEST

START_TEST(test_labels_are_escaped) {
    struct figures figures = figures_make();
    snprintf(figures.outputs[0].name, sizeof figures.outputs[0].name, "a\"b\\c\nd");
    text_parse(&figures);
    ck_assert(value_of("tlswhy_output_lost_total{output=\"a\\\"b\\\\c\\nd\"}") == 12);
}
END_TEST

/* Interfaces that were never open have no engine, and nothing folds. */
START_TEST(test_figures_of_a_beginning) {
    struct figures figures = figures_make();
    figures.watches[0] = figures.watches[1] = (struct watch_status){.name = "eth0", .state = WATCH_ABSENT};
    figures.output_count = 0;
    figures.fold = NULL;
    figures.ready = false;
    text_parse(&figures);
    ck_assert(value_of("tlswhy_packets_total") == 0);
    ck_assert(value_of("tlswhy_interfaces{state=\"absent\"}") == 2);
    ck_assert(value_of("tlswhy_folded_failures_total") == 0);
    ck_assert(value_of("tlswhy_ready") == 0);
}
END_TEST

/* One trouble, and the line that tells it. */
struct trouble {
    const char *line;
    bool not_ready, deaf, failing, reload_failed;
    enum watch_state state;
};

static const struct trouble troubles[] = {
    {"ok\n", .state = WATCH_OPEN},
    {"not ready\n", .not_ready = true, .state = WATCH_OPEN},
    {"interface eth0 is absent\n", .state = WATCH_ABSENT},
    {"interface eth0 is down\n", .state = WATCH_DOWN},
    {"interface eth0 is deaf\n", .deaf = true, .state = WATCH_OPEN},
    {"output journal is failing\n", .failing = true, .state = WATCH_OPEN},
    {"the last reload was refused\n", .reload_failed = true, .state = WATCH_OPEN},
    {"not ready\ninterface eth0 is absent\noutput journal is failing\nthe last reload was refused\n", true, false, true,
     true, WATCH_ABSENT},
};

START_TEST(test_health) {
    const struct trouble *trouble = &troubles[_i];
    struct figures figures = figures_make();
    struct evbuffer *text = evbuffer_new();
    figures.ready = !trouble->not_ready;
    figures.watches[0].state = trouble->state;
    figures.watches[0].deaf = trouble->deaf;
    figures.outputs[0].failing = trouble->failing;
    figures.reload_failed = trouble->reload_failed;
    ck_assert(exposition_health_write(&figures, text) == (strcmp(trouble->line, "ok\n") == 0));
    evbuffer_add(text, "", 1);
    ck_assert_str_eq((char *)evbuffer_pullup(text, -1), trouble->line);
    evbuffer_free(text);
}
END_TEST

static bool world_make(void) {
    static const uint8_t frame[14] = {[12] = 0x08, 0x06}; /* ARP */
    char error[256];
    rules = rule_table_new();
    if (rules == NULL || !rule_table_add(rules, "test", rules_text, sizeof rules_text - 1, false, error, sizeof error))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        engines[i] = engine_make();
        if (engines[i] == NULL) return false;
        for (int packet = 0; packet < 3; packet++)
            engine_packet(engines[i], MOMENT_SECOND, frame, sizeof frame, sizeof frame);
    }
    return true;
}

int main(void) {
    if (!world_make()) return EXIT_FAILURE;
    Suite *suite = suite_create("exposition");
    TCase *tests = tcase_create("exposition");
    tcase_add_test(tests, test_every_metric_is_described_and_named_by_convention);
    tcase_add_test(tests, test_values);
    tcase_add_test(tests, test_failures_by_cause_and_fault);
    tcase_add_test(tests, test_large_counts_are_exact);
    tcase_add_test(tests, test_labels_are_escaped);
    tcase_add_test(tests, test_figures_of_a_beginning);
    tcase_add_loop_test(tests, test_health, 0, ARRAY_LENGTH(troubles));
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    engine_free(engines[0]);
    engine_free(engines[1]);
    rule_table_free(rules);
    return status;
}
