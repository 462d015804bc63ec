/* The whole engine, with the shipped rules: a capture file goes in, and what comes out must be fit to be shown. The
 * golden captures are the seeds. Of the file's header only the link type counts, and a byte that is 0 in real files: it
 * says how the engine is asked. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/moment.h"
#include "base/text.h"
#include "engine/engine.h"
#include "output/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ASK_LIVE = 1, ASK_ALL = 2, ASK_SUSPECTS = 4 };
enum { RULES_FILE_AT_MOST = 1 << 20, FRAME_AT_MOST = 1 << 18, LINK_TYPE_BITS = 0xffff, MEMORY = 4 << 20 };

static void must(bool condition) {
    if (!condition) abort();
}

static void rule_file_load(struct rule_table *table, const char *name) {
    static char text[RULES_FILE_AT_MOST];
    char path[4096], error[512];
    must(snprintf(path, sizeof path, "%s/%s", TLSWHY_SHIPPED_RULES, name) < (int)sizeof path);
    FILE *file = fopen(path, "rb");
    must(file != NULL);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    must(length < sizeof text);
    must(rule_table_add(table, name, text, length, false, error, sizeof error));
}

static const struct rule_table *rules_load(void) {
    struct rule_table *table = rule_table_new();
    DIR *folder = opendir(TLSWHY_SHIPPED_RULES);
    must(table != NULL && folder != NULL);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, ".json") != NULL) rule_file_load(table, entry->d_name);
    closedir(folder);
    must(rule_table_count(table) > 0);
    return table;
}

/* A failure names its cause and says one sentence; every form of it is clean and within its bounds. */
static void hold(void *context, const struct diag *diag) {
    static const struct output_observer observer = {.version = "0", .hostname = "sensor", .interface = "eth0"};
    static char line[OUTPUT_LINE_CAP + 1], record[OUTPUT_JOURNAL_CAP], account[1 << 16];
    uint64_t *sequence = context;
    must((diag->outcome == DIAG_FAILURE) == (diag->cause != NULL && !diag->suspect));
    must(diag->message[0] != '\0' && text_is_clean(diag->message));
    must(diag->connection.end >= diag->connection.start);
    size_t length = output_json(diag, &observer, ++*sequence, line);
    must(length > 0 && length <= OUTPUT_LINE_CAP && line[length] == '\0' && strlen(line) == length);
    must(text_is_clean(line));
    struct text_writer writer = text_writer_over(record, sizeof record);
    output_journal_diag(diag, &observer, *sequence, line, length, &writer);
    writer = text_writer_over(account, sizeof account);
    output_text(diag, false, &writer);
    for (char *at = account; (at = strchr(at, '\n')) != NULL;)
        *at = ' ';
    must(text_is_clean(account));
}

/* One record of the file: seconds, microseconds, bytes at hand, bytes on the wire. The frame goes in as a block of
 * exactly its size. */
static bool frame_feed(struct engine *engine, struct cursor *file) {
    uint32_t seconds, microseconds, captured, on_wire;
    const uint8_t *bytes;
    if (!cursor_get_u32_little(file, &seconds) || !cursor_get_u32_little(file, &microseconds) ||
        !cursor_get_u32_little(file, &captured) || !cursor_get_u32_little(file, &on_wire))
        return false;
    if (captured > FRAME_AT_MOST || !cursor_take(file, captured, &bytes)) return false;
    uint8_t *frame = malloc(captured > 0 ? captured : 1);
    if (frame == NULL) return false;
    if (captured > 0) memcpy(frame, bytes, captured);
    engine_packet(engine, seconds * MOMENT_SECOND + microseconds * (MOMENT_MILLISECOND / 1000), frame, captured,
                  on_wire);
    free(frame);
    return true;
}

/* Every flow is forgotten, and all of its memory given back. */
static void all_is_given_back(struct engine *engine) {
    struct engine_memory memory;
    engine_finish(engine);
    engine_memory_read(engine, &memory);
    must(engine_flow_counters(engine)->flows_now == 0 && memory.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct rule_table *rules;
    static const struct siphash_key key = {1, 2};
    struct cursor file = cursor_over(data, size);
    struct engine_options options;
    uint64_t sequence = 0;
    uint32_t link_type;
    uint8_t asked;
    bool unknown_link;
    if (rules == NULL) rules = rules_load();
    if (!cursor_skip(&file, 8) || !cursor_get_u8(&file, &asked) || !cursor_skip(&file, 11) ||
        !cursor_get_u32_little(&file, &link_type))
        return 0;
    engine_options_default(&options);
    options.link_type = (int)(link_type & LINK_TYPE_BITS);
    options.memory = MEMORY;
    options.key = key;
    options.rules = rules;
    options.continuous = (asked & ASK_LIVE) != 0;
    options.successes = (asked & ASK_ALL) != 0;
    options.suspects = (asked & ASK_SUSPECTS) != 0;
    options.inspector = x509_inspector_new(4, &key);
    struct engine *engine = engine_new(&options, hold, &sequence, &unknown_link);
    if (engine != NULL) {
        while (frame_feed(engine, &file))
            continue;
        all_is_given_back(engine);
    }
    engine_free(engine);
    x509_inspector_free(options.inspector);
    return 0;
}
