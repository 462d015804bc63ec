/* Every way to get a rule file wrong, with the sentence that a person reads. */
#include "base/compiler.h"
#include "rule_text.h"

/* A rule in which every key is right; a case replaces the value of one key, or adds one. */
static const struct {
    const char *key, *value;
} sound[] = {
    {"id", "\"r-1\""},
    {"name", "\"A name\""},
    {"description", "\"d\""},
    {"cause", "\"hello.rejected\""},
    {"confidence", "\"observed\""},
    {"at_fault", "\"server\""},
    {"rank", "10"},
    {"narrows", "true"},
    {"when", "{\"end.by\":\"client\"}"},
    {"message", "\"{source} was refused by {end.by}\""},
    {"evidence", "[\"{alert.name}\"]"},
    {"advice", "\"a\""},
};

/* The rule with KEY's value replaced by VALUE; NULL leaves the key out. */
static void sound_but(char file[RULE_TEXT_CAP], const char *key, const char *value) {
    static char rule[RULE_TEXT_CAP];
    struct text_writer writer = text_writer_over(rule, sizeof(rule));
    bool replaced = key == NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(sound); i++) {
        bool same = key != NULL && strcmp(key, sound[i].key) == 0;
        replaced = replaced || same;
        const char *use = same ? value : sound[i].value;
        if (use == NULL) continue;
        text_append_format(&writer, "%s\"%s\":", writer.length > 0 ? "," : "{", sound[i].key);
        text_append(&writer, use);
    }
    if (!replaced) {
        text_append_format(&writer, ",\"%s\":", key);
        text_append(&writer, value);
    }
    text_append(&writer, "}");
    ck_assert(!writer.truncated);
    file_text(file, rule);
}

static void expect_error(const char *file, const char *want) {
    char error[1024] = "";
    struct rule_table *table = rule_table_new();
    ck_assert(!table_add(table, "x.json", file, false, error, sizeof(error)));
    ck_assert_str_eq(error, want);
    ck_assert_uint_eq(rule_table_count(table), 0);
    rule_table_free(table);
}

#define WHEN(when) "when", "{" when "}"
#define R          "x.json: rule r-1: "
#define LISTED     "docs/rules.md lists them all"

static const struct {
    const char *key, *value, *want;
} wrong[] = {
    /* keys */
    {"id", NULL, "x.json: rule number 1: id: is missing; every rule needs it"},
    {"name", NULL, R "name: is missing; every rule needs it"},
    {"description", NULL, R "description: is missing; every rule needs it"},
    {"cause", NULL, R "cause: is missing; every rule needs it"},
    {"confidence", NULL, R "confidence: is missing; every rule needs it"},
    {"at_fault", NULL, R "at_fault: is missing; every rule needs it"},
    {"rank", NULL, R "rank: is missing; every rule needs it"},
    {"narrows", NULL, R "narrows: is missing; every rule needs it"},
    {"when", NULL, R "when: is missing; every rule needs it"},
    {"message", NULL, R "message: is missing; every rule needs it"},
    {"evidence", NULL, R "evidence: is missing; every rule needs it"},
    {"advice", NULL, R "advice: is missing; every rule needs it"},
    {"colour", "\"red\"", R "colour: is no key of a rule; " LISTED},
    {"id", "7", "x.json: rule number 1: id: has to be a text in quotes"},
    {"id", "\"\"", "x.json: rule number 1: id: has to be a text in quotes"},
    {"id", "\"Big One\"", "x.json: rule number 1: id: has to consist of small letters, digits and hyphens"},
    {"name", "\"a\\u202eb\"", R "name: holds a control or invisible character; take it out, a text is one line"},
    {"cause", "\"hello.regected\"", R "cause: there is no cause hello.regected; docs/causes.md lists them all"},
    {"cause", "true", R "cause: has to be a text in quotes"},
    {"confidence", "\"sure\"", R "confidence: has to be \"observed\", \"inferred\" or \"confirmed\""},
    {"confidence", "1", R "confidence: has to be \"observed\", \"inferred\" or \"confirmed\""},
    {"at_fault", "\"nobody\"", R "at_fault: has to be \"client\", \"server\", \"path\" or \"unknown\""},
    {"rank", "-1", R "rank: has to be a whole number from 0 to 1000"},
    {"rank", "1001", R "rank: has to be a whole number from 0 to 1000"},
    {"rank", "1.5", R "rank: has to be a whole number from 0 to 1000"},
    {"rank", "\"7\"", R "rank: has to be a whole number from 0 to 1000"},
    {"narrows", "1", R "narrows: has to be true or false"},
    {"unfinished", "\"yes\"", R "unfinished: has to be true or false"},
    {"reference", "[]", R "reference: has to be a text in quotes"},
    {"nel_type", "null", R "nel_type: has to be a text in quotes"},
    /* conditions */
    {"when", "{}", R "when: has to be an object with at least one condition"},
    {"when", "[]", R "when: has to be an object with at least one condition"},
    {WHEN("\"alert.nam\":1"), R "when.alert.nam: there is no such fact; " LISTED},
    {WHEN("\"any\":{}"), R "when.any: has to be a list of condition objects, as in [{...}, {...}]"},
    {WHEN("\"all\":[]"), R "when.all: has to be a list of condition objects, as in [{...}, {...}]"},
    {WHEN("\"any\":[{\"end.by\":\"client\"},{\"x.y\":1}]"), R "when.any[1].x.y: there is no such fact; " LISTED},
    {WHEN("\"any\":[7]"), R "when.any[0]: has to be an object with at least one condition"},
    {WHEN("\"not\":[{}]"), R "when.not: has to be an object with at least one condition"},
    {WHEN("\"not\":{\"end.by\":7}"), R "when.not.end.by: has to be a word in quotes, since the fact is of type NAME"},
    {WHEN("\"tcp.syn_seen\":1"), R "when.tcp.syn_seen: has to be true or false, since the fact is of type BOOLEAN"},
    {WHEN("\"tcp.syn_count\":\"3\""),
     R "when.tcp.syn_count: has to be a whole number, since the fact is of type INTEGER"},
    {WHEN("\"tcp.syn_count\":[1,2.5]"),
     R "when.tcp.syn_count[1]: has to be a whole number, since the fact is of type INTEGER"},
    {WHEN("\"handshake.version\":1.2"), R
     "when.handshake.version: has to be a version in quotes, such as \"1.2\" or \"SSL 3.0\", since the fact is of type "
     "VERSION"},
    {WHEN("\"handshake.version\":{\"at_most\":\"1.4\"}"),
     R "when.handshake.version.at_most: has to be a version in quotes, such as \"1.2\" or \"SSL 3.0\", since the fact "
       "is of type VERSION"},
    {WHEN("\"client.server_name\":true"),
     R "when.client.server_name: has to be a text in quotes, since the fact is of type TEXT"},
    {WHEN("\"client.server_name\":\"\""),
     R "when.client.server_name: has to be a text in quotes, since the fact is of type TEXT"},
    {WHEN("\"server_cert.not_after\":\"2026-01-01\""),
     R "when.server_cert.not_after: has to be a whole number of seconds since 1970, since the fact is of type MOMENT"},
    {WHEN("\"tcp.rtt_ms\":{\"above\":\"1 s\"}"),
     R "when.tcp.rtt_ms.above: has to be a number of milliseconds, since the fact is of type MILLISECONDS"},
    {WHEN("\"tcp.rtt_ms\":5"),
     R "when.tcp.rtt_ms: facts of type MILLISECONDS are not compared for equality; write an object with "
       "at_least, at_most, above or below"},
    {WHEN("\"client.alpn\":\"h2\""),
     R "when.client.alpn: facts of type TEXTS are not compared for equality; write an object with "
       "contains, contains_any, contains_all, only or not"},
    {WHEN("\"end.by\":[]"), R "when.end.by: is an empty list; name at least one value"},
    {WHEN("\"end.by\":null"), R "when.end.by: has to be a word in quotes, since the fact is of type NAME"},
    {WHEN("\"end.by\":\"nobody\""), R "when.end.by: end.by is never nobody; docs/rules.md lists its words"},
    {WHEN("\"alert.name\":{\"not\":[\"unknown_ca\",\"unknown_cb\"]}"),
     R "when.alert.name.not: alert.name is never unknown_cb; docs/rules.md lists its words"},
    {WHEN("\"end.by\":{}"), R "when.end.by: holds no operator; write a value, or an operator such as present"},
    {WHEN("\"end.by\":{\"is\":\"client\"}"), R "when.end.by.is: is no operator; " LISTED},
    {WHEN("\"end.by\":{\"\":\"client\"}"), R "when.end.by.: is no operator; " LISTED},
    {WHEN("\"end.by\":{\"at_least\":\"client\"}"),
     R "when.end.by.at_least: does not apply to facts of type NAME; see the operators in docs/rules.md"},
    {WHEN("\"tcp.syn_count\":{\"contains\":1}"),
     R "when.tcp.syn_count.contains: does not apply to facts of type INTEGER; see the operators in docs/rules.md"},
    {WHEN("\"tcp.syn_count\":{\"at_least\":[1]}"), R "when.tcp.syn_count.at_least: takes one value, not a list"},
    {WHEN("\"client.alpn\":{\"contains\":[\"h2\"]}"), R "when.client.alpn.contains: takes one value, not a list"},
    {WHEN("\"client.alpn\":{\"contains_any\":\"h2\"}"),
     R "when.client.alpn.contains_any: has to be a list, as in [\"a\", \"b\"]"},
    {WHEN("\"client.alpn\":{\"contains_all\":[]}"),
     R "when.client.alpn.contains_all: is an empty list; name at least one value"},
    {WHEN("\"end.by\":{\"present\":1}"), R "when.end.by.present: has to be true or false"},
    {WHEN("\"end.by\":{\"not\":\"client\",\"present\":false}"),
     R "when.end.by.present: contradicts the other operators; let it stand alone"},
    {WHEN("\"end.by\":{\"same_as\":7}"), R "when.end.by.same_as: has to be the name of a fact, in quotes"},
    {WHEN("\"end.by\":{\"same_as\":\"x.y\"}"), R "when.end.by.same_as: there is no fact x.y; " LISTED},
    {WHEN("\"end.by\":{\"same_as\":\"tcp.syn_count\"}"),
     R "when.end.by.same_as: tcp.syn_count is of type INTEGER; compare with a fact of type NAME"},
    {WHEN("\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"end.by\":\"client\"}}}}}}}}"),
     R "when.not.not.not.not.not.not.not.not: is nested too deep; 8 levels are the most"},
    /* templates */
    {"message", "7", R "message: has to be a text in quotes"},
    {"message", "\"\"", R "message: has to be a text in quotes"},
    {"message", "\"a\\nb\"", R "message: holds a control or invisible character; take it out, a text is one line"},
    {"message", "\"{end.bye|x}\"", R "message: there is no fact {end.bye}; " LISTED},
    {"message", "\"{}\"", R "message: there is no fact {}; " LISTED},
    {"message", "\"a {end.by\"", R "message: has a { that is not closed; write {{ for a brace"},
    {"message", "\"a {end{by}\"", R "message: has a { that is not closed; write {{ for a brace"},
    {"message", "\"a } b\"", R "message: has a } that closes nothing; write }} for a brace"},
    {"message", "\"{alert.name}\"",
     R "message: {alert.name} may be absent here; give it a default, {alert.name|...}, "
       "or require the fact in when"},
    {"advice", "\"{connection.application}\"",
     R "advice: {connection.application} may be absent here; give it a default, {connection.application|...}, or "
       "require the fact in when"},
    {"evidence", "[]", R "evidence: has to be a list of 1 to 8 texts"},
    {"evidence", "\"e\"", R "evidence: has to be a list of 1 to 8 texts"},
    {"evidence", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]",
     R "evidence: has to be a list of 1 to 8 texts"},
    {"evidence", "[\"a\",\"{x}\"]", R "evidence[1]: there is no fact {x}; " LISTED},
    /* alternatives */
    {"alternatives", "{}", R "alternatives: has to be a list of at most 8 objects of cause and because"},
    {"alternatives", "[{\"cause\":\"hello.closed\"}]",
     R "alternatives[0]: has to be an object of exactly cause and because"},
    {"alternatives", "[{\"cause\":\"hello.closed\",\"because\":\"b\",\"why\":1}]",
     R "alternatives[0]: has to be an object of exactly cause and because"},
    {"alternatives", "[7]", R "alternatives[0]: has to be an object of exactly cause and because"},
    {"alternatives", "[{\"cause\":\"hello.x\",\"because\":\"b\"}]",
     R "alternatives[0].cause: there is no cause hello.x; docs/causes.md lists them all"},
    {"alternatives", "[{\"cause\":\"hello.rejected\",\"because\":\"b\"}]",
     R "alternatives[0].cause: hello.rejected is named twice in this rule; leave one out"},
    {"alternatives", "[{\"cause\":\"hello.closed\",\"because\":\"b\"},{\"cause\":\"hello.closed\",\"because\":\"c\"}]",
     R "alternatives[1].cause: hello.closed is named twice in this rule; leave one out"},
    {"alternatives", "[{\"cause\":\"hello.closed\",\"because\":\"{alert.name}\"}]",
     R "alternatives[0].because: {alert.name} may be absent here; give it a default, {alert.name|...}, or require the "
       "fact in when"},
};

START_TEST(what_is_wrong_is_said) {
    char file[RULE_TEXT_CAP];
    sound_but(file, wrong[_i].key, wrong[_i].value);
    expect_error(file, wrong[_i].want);
}
END_TEST

static const struct {
    const char *file, *want;
} wrong_files[] = {
    {"", "x.json: is not JSON that can be read: line 1, column 0: '[' or '{' expected near end of file"},
    {"[]", "x.json: has to hold an object of family, description and rules"},
    {"{\"description\":\"d\",\"rules\":[]}", "x.json: family: has to be a text in quotes"},
    {"{\"family\":\"f\",\"rules\":[]}", "x.json: description: has to be a text in quotes"},
    {"{\"family\":\"f\",\"description\":\"d\"}", "x.json: rules: has to be a list of at least one rule"},
    {"{\"family\":\"f\",\"description\":\"d\",\"rules\":{}}", "x.json: rules: has to be a list of at least one rule"},
    {"{\"family\":\"f\",\"description\":\"d\",\"rules\":[]}", "x.json: rules: has to be a list of at least one rule"},
    {"{\"family\":\"f\",\"description\":\"d\",\"rules\":[3]}", "x.json: rule number 1: a rule has to be an object"},
    {"{\"family\":\"f\",\"comment\":\"c\"}",
     "x.json: comment: is no key of a rule file; it takes family, description and rules"},
};

START_TEST(what_is_wrong_with_a_file_is_said) {
    expect_error(wrong_files[_i].file, wrong_files[_i].want);
}
END_TEST

START_TEST(a_broken_line_is_named) {
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    ck_assert(!table_add(table, "x.json", "{\n \"family\": \"f\",\n \"rules\": [,]\n}", false, error, sizeof(error)));
    ck_assert_msg(strstr(error, "x.json: is not JSON that can be read: line 3, ") == error, "%s", error);
    rule_table_free(table);
}
END_TEST

START_TEST(a_key_given_twice_is_an_error) {
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    const char *file = "{\"family\":\"f\",\"family\":\"g\",\"description\":\"d\",\"rules\":[]}";
    ck_assert(!table_add(table, "x.json", file, false, error, sizeof(error)));
    ck_assert_msg(strstr(error, "duplicate") != NULL, "%s", error);
    rule_table_free(table);
}
END_TEST

/* A rule whose condition has 2 + 2 * COUNT parts: the object, any, and for each member of any an object and a test. */
static void any_of(char file[RULE_TEXT_CAP], unsigned count) {
    static char when[RULE_TEXT_CAP];
    struct text_writer writer = text_writer_over(when, sizeof(when));
    text_append(&writer, "{\"any\":[");
    for (unsigned i = 0; i < count; i++)
        text_append(&writer, i > 0 ? ",{\"end.by\":\"client\"}" : "{\"end.by\":\"client\"}");
    text_append(&writer, "]}");
    ck_assert(!writer.truncated);
    sound_but(file, "when", when);
}

START_TEST(too_many_conditions_are_refused) {
    static char file[RULE_TEXT_CAP];
    char error[512] = "";
    any_of(file, 64);
    expect_error(file, R "when.any[63]: is one condition too many; a rule takes 128, split it in two");
    any_of(file, 63);
    struct rule_table *table = rule_table_new();
    ck_assert_msg(table_add(table, "x.json", file, false, error, sizeof(error)), "%s", error);
    rule_table_free(table);
}
END_TEST

START_TEST(too_many_places_are_refused) {
    static char message[RULE_TEXT_CAP], file[RULE_TEXT_CAP];
    struct text_writer writer = text_writer_over(message, sizeof(message));
    text_append(&writer, "\"");
    for (unsigned i = 0; i < 65; i++)
        text_append(&writer, "{source}");
    text_append(&writer, "\"");
    sound_but(file, "message", message);
    expect_error(file, R "message: has too many places; make the text shorter");
}
END_TEST

START_TEST(the_sound_rule_loads) {
    static char file[RULE_TEXT_CAP];
    char error[512] = "";
    struct rule_table *table = rule_table_new();
    sound_but(file, NULL, NULL);
    ck_assert_msg(table_add(table, "x.json", file, false, error, sizeof(error)), "%s", error);
    ck_assert_uint_eq(rule_table_count(table), 1);
    const struct rule *rule = rule_table_get(table, 0);
    ck_assert_str_eq(rule->id, "r-1");
    ck_assert_str_eq(rule->name, "A name");
    ck_assert_str_eq(rule->cause, "hello.rejected");
    ck_assert_int_eq(rule->confidence, RULE_OBSERVED);
    ck_assert_int_eq(rule->at_fault, RULE_FAULT_SERVER);
    ck_assert_int_eq(rule->rank, 10);
    ck_assert(rule->narrows && !rule->unfinished);
    ck_assert_uint_eq(rule->evidence_count, 1);
    ck_assert_uint_eq(rule->alternative_count, 0);
    ck_assert_ptr_null(rule->reference);
    ck_assert_ptr_null(rule->nel_type);
    ck_assert_str_eq(rule->file, "x.json");
    rule_table_free(table);
}
END_TEST

/* Cut anywhere, a file is an error and never more than that. */
START_TEST(a_cut_file_is_refused) {
    static char file[RULE_TEXT_CAP];
    char error[512];
    struct rule_table *table = rule_table_new();
    sound_but(file, "alternatives", "[{\"cause\":\"hello.closed\",\"because\":\"b\"}]");
    for (size_t length = 0; length < strlen(file); length++) {
        unsigned char *copy = exact_copy(file, length);
        ck_assert(!rule_table_add(table, "x.json", (const char *)copy, length, false, error, sizeof(error)));
        free(copy);
    }
    ck_assert_uint_eq(rule_table_count(table), 0);
    rule_table_free(table);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("load");
    TCase *tests = tcase_create("load");
    tcase_add_loop_test(tests, what_is_wrong_is_said, 0, ARRAY_LENGTH(wrong));
    tcase_add_loop_test(tests, what_is_wrong_with_a_file_is_said, 0, ARRAY_LENGTH(wrong_files));
    tcase_add_test(tests, a_broken_line_is_named);
    tcase_add_test(tests, a_key_given_twice_is_an_error);
    tcase_add_test(tests, too_many_conditions_are_refused);
    tcase_add_test(tests, too_many_places_are_refused);
    tcase_add_test(tests, the_sound_rule_loads);
    tcase_add_test(tests, a_cut_file_is_refused);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
