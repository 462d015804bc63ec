/* Records of the journal, read back as journald does. */
#include <ctype.h>
#include <stdio.h>

#include "run_suite.h"
#include "sample_diag.h"

static struct sample_store store;
static struct fold_summary summary;
static char line[OUTPUT_LINE_CAP + 1];

/* A record as it is sent: exactly its bytes, NUL-terminated; free() it. */
static char *record_copy(const struct text_writer *writer) {
    ck_assert(!writer->truncated);
    ck_assert_uint_gt(writer->length, 0);
    return (char *)exact_copy(writer->data, writer->length + 1);
}

static char *diag_record(const struct output_observer *observer) {
    char buffer[OUTPUT_JOURNAL_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof buffer);
    size_t length = output_json(&store.diag, observer, 7, line);
    ck_assert_uint_gt(length, 0);
    output_journal_diag(&store.diag, observer, 7, line, length, &writer);
    return record_copy(&writer);
}

static char *summary_record(void) {
    char buffer[OUTPUT_JOURNAL_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof buffer);
    size_t length = output_json_summary(&summary, &sample_live, 8, line);
    ck_assert_uint_gt(length, 0);
    output_journal_summary(&summary, &sample_live, 8, line, length, &writer);
    return record_copy(&writer);
}

static char *notice_record(const struct output_notice *notice) {
    char buffer[OUTPUT_JOURNAL_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof buffer);
    size_t length = output_json_notice(notice, &sample_live, 9, line);
    ck_assert_uint_gt(length, 0);
    output_journal_notice(notice, &sample_live, 9, line, length, &writer);
    return record_copy(&writer);
}

/* JOURNAL_NATIVE_PROTOCOL: lines of KEY=value, each ended by a newline; journald drops fields whose names are longer
 * than 64 characters or of other characters, and begin with a letter those that are not its own. */
static void record_check(const char *record) {
    ck_assert_uint_gt(strlen(record), 0);
    while (*record != '\0') {
        const char *end = strchr(record, '\n'), *equals = strchr(record, '=');
        ck_assert_msg(end != NULL, "no newline behind %s", record);
        ck_assert_msg(equals != NULL && equals < end, "no = in %s", record);
        ck_assert_int_le(equals - record, 64);
        ck_assert(isupper((unsigned char)*record));
        ck_assert_int_eq((int)strspn(record, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"), equals - record);
        ck_assert_int_gt(end - equals, 1); /* no empty values */
        record = end + 1;
    }
}

/* The value of KEY into VALUE; "" where there is none. A key that comes twice fails. */
static const char *value_of(const char *record, const char *key) {
    static char value[OUTPUT_JOURNAL_CAP];
    size_t length = strlen(key);
    bool found = false;
    value[0] = '\0';
    for (; *record != '\0'; record = strchr(record, '\n') + 1) {
        if (strncmp(record, key, length) != 0 || record[length] != '=') continue;
        ck_assert_msg(!found, "%s comes twice", key);
        found = true;
        snprintf(value, sizeof value, "%.*s", (int)strcspn(record + length + 1, "\n"), record + length + 1);
    }
    return value;
}

static const struct {
    const char *key, *value;
} expired[] = {
    {"MESSAGE", "10.0.0.5 refused api.example (192.0.2.7:443): the server's certificate expired 3 days ago"},
    {"PRIORITY", "3"},
    {"SYSLOG_IDENTIFIER", "tlswhyd"},
    {"TLSWHY_DATASET", "tlswhy.failure"},
    {"TLSWHY_SEQUENCE", "7"},
    {"TLSWHY_INTERFACE", "eth0"},
    {"TLSWHY_CAUSE", "server_cert.expired"},
    {"TLSWHY_FAMILY", "server_cert"},
    {"TLSWHY_CONFIDENCE", "observed"},
    {"TLSWHY_AT_FAULT", "server"},
    {"TLSWHY_RULE", "server-cert-expired"},
    {"TLSWHY_ADVICE", "renew the certificate of api.example and reload the server"},
    {"TLSWHY_SERVER_NAME", "api.example"},
    {"TLSWHY_APPLICATION", "smtp"},
    {"TLSWHY_COMMUNITY_ID", "1:gEH8K1sV5tuxYsB3KWVfGdeEJUM="},
    {"TLSWHY_ALERT", "certificate_expired"},
    {"TLSWHY_ID", "00112233445566778899aabbccddeeff"},
    {"SOURCE_IP", "10.0.0.5"},
    {"SOURCE_PORT", "51234"},
    {"DESTINATION_IP", "192.0.2.7"},
    {"DESTINATION_PORT", "443"},
    {"TLSWHY_COUNT", ""},
};

START_TEST(a_failure_has_its_fields) {
    char id[OUTPUT_MESSAGE_ID_SIZE];
    sample_make(&store, SAMPLE_EXPIRED);
    char *record = diag_record(&sample_live);
    record_check(record);
    for (size_t i = 0; i < ARRAY_LENGTH(expired); i++)
        ck_assert_msg(strcmp(value_of(record, expired[i].key), expired[i].value) == 0, "%s is \"%s\"", expired[i].key,
                      value_of(record, expired[i].key));
    output_message_id("server_cert.expired", id);
    ck_assert_str_eq(value_of(record, "MESSAGE_ID"), id);
    ck_assert_str_eq(value_of(record, "TLSWHY_EVENT"), line);
    free(record);
}
END_TEST

static const struct {
    enum sample sample;
    const char *key, *value; /* "": not there */
} facts_of_samples[] = {
    {SAMPLE_REFUSED, "TLSWHY_SERVER_NAME", ""},
    {SAMPLE_REFUSED, "TLSWHY_ALERT", ""},
    {SAMPLE_REFUSED, "TLSWHY_APPLICATION", ""},
    {SAMPLE_REFUSED, "TLSWHY_ADVICE", ""},
    {SAMPLE_REFUSED, "TLSWHY_FAMILY", "tcp"},
    {SAMPLE_HIDDEN, "PRIORITY", "4"},
    {SAMPLE_HIDDEN, "TLSWHY_ALERT", ""}, /* encrypted: it has no name */
    {SAMPLE_CLIENT_CERT, "TLSWHY_CONFIDENCE", "confirmed"},
    {SAMPLE_CLIENT_CERT, "SOURCE_IP", "2001:db8::5"},
    {SAMPLE_OLD, "PRIORITY", "6"},
    {SAMPLE_SUCCESS, "PRIORITY", "6"},
    {SAMPLE_SUCCESS, "TLSWHY_CAUSE", ""},
    {SAMPLE_SUCCESS, "TLSWHY_FAMILY", ""},
    {SAMPLE_SUCCESS, "TLSWHY_RULE", ""},
    {SAMPLE_SUCCESS, "TLSWHY_AT_FAULT", ""},
    {SAMPLE_SUCCESS, "TLSWHY_DATASET", "tlswhy.handshake"},
    {SAMPLE_UNKNOWN, "TLSWHY_CONFIDENCE", ""},
};

START_TEST(what_is_not_known_is_no_field) {
    sample_make(&store, facts_of_samples[_i].sample);
    char *record = diag_record(&sample_file);
    record_check(record);
    ck_assert_str_eq(value_of(record, facts_of_samples[_i].key), facts_of_samples[_i].value);
    ck_assert_str_eq(value_of(record, "TLSWHY_INTERFACE"), "");
    ck_assert_uint_eq(strlen(value_of(record, "MESSAGE_ID")), 32);
    free(record);
}
END_TEST

START_TEST(verdicts_without_a_cause_have_ids_of_their_own) {
    static const struct {
        enum sample sample;
        const char *name;
    } others[] = {{SAMPLE_SUCCESS, "success"}, {SAMPLE_UNKNOWN, "unknown"}};
    char id[OUTPUT_MESSAGE_ID_SIZE];
    sample_make(&store, others[_i].sample);
    char *record = diag_record(&sample_live);
    output_message_id(others[_i].name, id);
    ck_assert_str_eq(value_of(record, "MESSAGE_ID"), id);
    free(record);
}
END_TEST

START_TEST(a_summary_has_its_fields) {
    char id[OUTPUT_MESSAGE_ID_SIZE], sentence[OUTPUT_SENTENCE_SIZE];
    struct text_writer writer = text_writer_over(sentence, sizeof sentence);
    sample_summary(&summary);
    char *record = summary_record();
    record_check(record);
    output_message_id(OUTPUT_SUMMARY, id);
    output_summary_sentence(&summary, &writer);
    ck_assert_str_eq(value_of(record, "MESSAGE"), sentence);
    ck_assert_str_eq(value_of(record, "PRIORITY"), "5");
    ck_assert_str_eq(value_of(record, "MESSAGE_ID"), id);
    ck_assert_str_eq(value_of(record, "TLSWHY_DATASET"), "tlswhy.summary");
    ck_assert_str_eq(value_of(record, "TLSWHY_SEQUENCE"), "8");
    ck_assert_str_eq(value_of(record, "TLSWHY_CAUSE"), "server_cert.expired");
    ck_assert_str_eq(value_of(record, "TLSWHY_FAMILY"), "server_cert");
    ck_assert_str_eq(value_of(record, "TLSWHY_COUNT"), "4711");
    ck_assert_str_eq(value_of(record, "TLSWHY_CLIENTS"), "12");
    ck_assert_str_eq(value_of(record, "TLSWHY_TOTAL"), "9000");
    ck_assert_str_eq(value_of(record, "TLSWHY_SERVER_NAME"), "api.example");
    ck_assert_str_eq(value_of(record, "DESTINATION_IP"), "192.0.2.7");
    ck_assert_str_eq(value_of(record, "DESTINATION_PORT"), "443");
    ck_assert_str_eq(value_of(record, "SOURCE_IP"), "");
    ck_assert_str_eq(value_of(record, "TLSWHY_EVENT"), line);
    free(record);
}
END_TEST

START_TEST(a_notice_has_its_fields) {
    static const char long_name[] = "a_name_that_is_so_long_that_the_journal_would_drop_the_whole_field";
    static const struct output_figure figures[] = {{"dropped", 17}, {"sha_256", 1}, {long_name, 2}};
    struct output_notice notice = {.dataset = "tlswhy.health",
                                   .code = "packets_dropped",
                                   .severity = 4,
                                   .message = "17 packets\nMESSAGE=of somebody else",
                                   .figures = figures,
                                   .count = ARRAY_LENGTH(figures)};
    char id[OUTPUT_MESSAGE_ID_SIZE];
    char *record = notice_record(&notice);
    record_check(record);
    output_message_id("packets_dropped", id);
    ck_assert_str_eq(value_of(record, "MESSAGE"), "17 packets\\x0aMESSAGE=of somebody else");
    ck_assert_str_eq(value_of(record, "PRIORITY"), "4");
    ck_assert_str_eq(value_of(record, "MESSAGE_ID"), id);
    ck_assert_str_eq(value_of(record, "TLSWHY_DATASET"), "tlswhy.health");
    ck_assert_str_eq(value_of(record, "TLSWHY_CODE"), "packets_dropped");
    ck_assert_str_eq(value_of(record, "TLSWHY_DROPPED"), "17");
    ck_assert_str_eq(value_of(record, "TLSWHY_SHA_256"), "1");
    ck_assert_ptr_null(strstr(record, "A_NAME_THAT"));
    free(record);
}
END_TEST

/* Texts as long as they can be: everything fits, the event too. */
START_TEST(monsters_fit) {
    static const char *const pieces[] = {"x", "\"", "\\", "\\x1b[31m", "B\303\274cher ", "\xf0\x9f\x94\x92", "word "};
    sample_monster(&store, pieces[_i]);
    char *record = diag_record(&sample_live);
    record_check(record);
    ck_assert_str_eq(value_of(record, "TLSWHY_EVENT"), line);
    ck_assert_str_eq(value_of(record, "TLSWHY_ADVICE"), store.diag.advice);
    free(record);
    sample_summary_monster(&summary, pieces[_i]);
    record = summary_record();
    record_check(record);
    ck_assert_str_eq(value_of(record, "TLSWHY_ADVICE"), summary.advice);
    free(record);
}
END_TEST

/* A name off the wire that looks like more fields. The parser cleans it; the record does not rely on that. */
START_TEST(hostile_text_stays_in_its_field) {
    static const char hostile[] = "a\nPRIORITY=0\nMESSAGE=b\xff\x1b[31m\xe2\x80\xae";
    static const char cleaned[] = "a\\x0aPRIORITY=0\\x0aMESSAGE=b\\xff\\x1b[31m\\u{202E}";
    sample_summary(&summary);
    snprintf(summary.server_name, sizeof summary.server_name, "%s", hostile);
    char *record = summary_record();
    record_check(record);
    ck_assert_str_eq(value_of(record, "TLSWHY_SERVER_NAME"), cleaned);
    ck_assert_str_eq(value_of(record, "PRIORITY"), "5");
    free(record);
}
END_TEST

/* Whatever room there is, what was written is a record of whole fields, and those that come first are there. */
START_TEST(a_short_buffer_leaves_out_whole_fields) {
    sample_make(&store, SAMPLE_EXPIRED);
    size_t length = output_json(&store.diag, &sample_live, 7, line);
    char *whole = diag_record(&sample_live);
    for (size_t capacity = 1; capacity <= strlen(whole) + 1; capacity++) {
        char *buffer = malloc(capacity);
        ck_assert_ptr_nonnull(buffer);
        struct text_writer writer = text_writer_over(buffer, capacity);
        output_journal_diag(&store.diag, &sample_live, 7, line, length, &writer);
        ck_assert_uint_eq(writer.length, strlen(buffer));
        if (writer.length > 0) record_check(buffer);
        if (capacity > 128) ck_assert(strncmp(buffer, "MESSAGE=10.0.0.5 refused", 24) == 0);
        ck_assert((strcmp(buffer, whole) == 0) == (capacity == strlen(whole) + 1));
        free(buffer);
    }
    free(whole);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output journal");
    TCase *tests = tcase_create("journal");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_failure_has_its_fields);
    tcase_add_loop_test(tests, what_is_not_known_is_no_field, 0, ARRAY_LENGTH(facts_of_samples));
    tcase_add_loop_test(tests, verdicts_without_a_cause_have_ids_of_their_own, 0, 2);
    tcase_add_test(tests, a_summary_has_its_fields);
    tcase_add_test(tests, a_notice_has_its_fields);
    tcase_add_loop_test(tests, monsters_fit, 0, 7);
    tcase_add_test(tests, hostile_text_stays_in_its_field);
    tcase_add_test(tests, a_short_buffer_leaves_out_whole_fields);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
