/* Configuration files: what is taken, and that every refusal names file and line. */
#include "config_file.h"

#include "config_folder.h"
#include "files.h"
#include "option_table.h"
#include "run_suite.h"

/* inih's buffer holds so many characters of a line. */
#define LINE_CAP 198

static bool file_take(struct options *options, char *error, size_t size) {
    *options = (struct options){0};
    error[0] = '\0';
    return config_file_read(options, "c", error, size);
}

static const struct {
    const char *text;
    unsigned line; /* that the error names */
    const char *says;
} refusals[] = {
    {"[capture]\ninterfaec = eth0\n", 2, "there is no key \"interfaec\""},
    {"\n\n[capture]\n# x\nmemory = 1\n", 5, "memory takes a size from 4M to 64G, not \"1\""},
    {"[capture]\nformat = text\n", 2, "\"format\" belongs below [output], not [capture]"},
    {"interface = eth0\n", 1, "\"interface\" stands before any section: put it below [capture]"},
    {"[captrue]\ninterface = eth0\n", 2, "there is no section [captrue]"},
    {"[capture]\ninterface\n", 2, "neither"},
    {"[capture]\ninterface =\n", 2, "interface takes"},
    {"[capture\ninterface = eth0\n", 1, "neither"},
    {"[capture]\nread = x\n", 2, "command line only"},
    {"[service]\nconfig = x\n", 2, "command line only"},
    {"[diagnosis]\nall = true\n", 2, "all takes yes or no, not \"true\""},
    {"[diagnosis]\nall\n", 2, "neither"},
    {"[output]\noutput = stdout\noutput = floor\n", 3, "output takes"},
    {"[output]\nOutput = stdout\n", 2, "there is no key \"Output\""},
    {"[capture]\nmemory = 8M\n  64M\n", 3, "neither"}, /* no continuation of the line before */
    {"[capture]\nmemory = 8M\r\nbuffer = 1\r\n", 3, "buffer takes"},
    {"[capture]\nmemory = 8M\n[output]\n[service]\nmemory = 8M", 5, "belongs below [capture]"},
    {"[capture]\nmemory = 8M\n[output]\n[capture]\nmemory = 8M\n", 5, "\"memory\" stands twice in this file"},
    {"[diagnosis]\nall = no\nall = yes\n", 3, "\"all\" stands twice"},
    {"[capture]\ninterface = eth0 eth1\n", 2, "interface takes the name of one interface"},
    {"[capture]\ninterface = eth0 # the uplink\n", 2, "interface takes the name of one interface"},
    {"[capture]\ninterface = abcdefghijklmnop\n", 2, "15 bytes at most"}, /* IFNAMSIZ is 16, with its NUL */
    {"[capture]\ninterface = ../eth0\n", 2, "interface takes"},
    {"[capture]\ninterface = ..\n", 2, "interface takes"},
    {"[capture]\nmemory = 1\nmemory = 2\nnonsense\n", 2, "not \"1\""}, /* the first error is told */
};

START_TEST(test_refusal) {
    struct options options;
    char error[512], place[32];
    config_folder_put("c", refusals[_i].text);
    ck_assert(!file_take(&options, error, sizeof error));
    snprintf(place, sizeof place, "c:%u: ", refusals[_i].line);
    ck_assert_msg(strncmp(error, place, strlen(place)) == 0, "\"%s\" does not begin with %s", error, place);
    ck_assert_msg(strstr(error, refusals[_i].says) != NULL, "\"%s\" does not say \"%s\"", error, refusals[_i].says);
    options_done(&options);
}
END_TEST

START_TEST(test_forms) {
    struct options options;
    char error[512];
    config_folder_put("c", "\xef\xbb\xbf; a comment\n# another\n\n  [capture]  \n\tinterface=eth0\n"
                           "interface : eth1 ; to the left\r\n   # indented\nfilter = tcp port 443 and host 10.0.0.1\n"
                           "[diagnosis]\nall = yes\n[capture]\nmemory = 8M");
    ck_assert_msg(file_take(&options, error, sizeof error), "%s", error);
    ck_assert_uint_eq(options.interface_count, 2);
    ck_assert_str_eq(options.interfaces[0], "eth0");
    ck_assert_str_eq(options.interfaces[1], "eth1");
    ck_assert_str_eq(options.filter, "tcp port 443 and host 10.0.0.1");
    ck_assert_uint_eq(options.memory, 8388608);
    ck_assert(options.all);
    options_done(&options);
}
END_TEST

START_TEST(test_empty) {
    struct options options;
    char error[512];
    config_folder_put("c", "");
    ck_assert(file_take(&options, error, sizeof error));
    ck_assert_uint_eq(options.interface_count, 0);
    options_done(&options);
}
END_TEST

/* A line that fits to the last character, and one that inih would cut. */
START_TEST(test_long_line) {
    char text[512] = "[capture]\nfilter = ", error[512];
    struct options options;
    size_t begin = strlen("[capture]\n");
    memset(text + strlen(text), 'x', begin + LINE_CAP - strlen(text));
    config_folder_put("c", text);
    ck_assert_msg(file_take(&options, error, sizeof error), "%s", error);
    ck_assert_uint_eq(strlen(options.filter), LINE_CAP - strlen("filter = "));
    options_done(&options);
    text[begin + LINE_CAP] = 'x';
    config_folder_put("c", text);
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_str_eq(error, "c:2: the line is too long: at most 198 characters fit");
    options_done(&options);
}
END_TEST

START_TEST(test_nul) {
    static const char text[] = "[capture]\nmemory = 8M\0\nbuffer = 8M\n";
    struct options options;
    char error[512];
    config_folder_write("c", text, sizeof text - 1);
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_str_eq(error, "c:2: there is a NUL byte: this is no text");
    options_done(&options);
}
END_TEST

/* A drop-in is blamed by its own name, and what cannot be read by the reason. */
START_TEST(test_drop_in) {
    struct options options;
    char error[512];
    config_folder_put("c", "[capture]\nmemory = 8M\n");
    config_folder_put("c.d/1.conf", "[capture]\nmemory = 9M\n");
    config_folder_put("c.d/2.conf", "[capture]\n\nmemory = 9MB\n");
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_str_eq(error, "c.d/2.conf:3: memory takes a size from 4M to 64G, not \"9MB\"");
    options_done(&options);
    ck_assert_int_eq(remove("c.d/2.conf"), 0);
    ck_assert(file_take(&options, error, sizeof error));
    ck_assert_uint_eq(options.memory, 9437184);
    options_done(&options);
}
END_TEST

/* A link that leads nowhere was meant as a file; a folder was not. */
START_TEST(test_dangling) {
    struct options options;
    char error[512];
    config_folder_put("c", "[capture]\nmemory = 8M\n");
    ck_assert_int_eq(mkdir("c.d", 0700), 0);
    ck_assert_int_eq(mkdir("c.d/1.conf", 0700), 0);
    ck_assert_msg(file_take(&options, error, sizeof error), "%s", error);
    options_done(&options);
    ck_assert_int_eq(symlink("../gone.conf", "c.d/2.conf"), 0);
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "cannot read the configuration c.d/2.conf: No such file"));
    options_done(&options);
}
END_TEST

START_TEST(test_unreadable) {
    struct options options;
    char error[512];
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "cannot read the configuration c: No such file"));
    options_done(&options);
    ck_assert_int_eq(mkdir("c", 0700), 0);
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "cannot read the configuration c: Is a directory"));
    options_done(&options);
    ck_assert_int_eq(rmdir("c"), 0);
    config_folder_put("c", "");
    config_folder_put("c.d", "a file, not a folder");
    ck_assert(!file_take(&options, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "cannot read the folder c.d: Not a directory"));
    options_done(&options);
}
END_TEST

/* ERROR is "c:LINE: sentence" with a LINE that TEXT has. */
static void blame_check(const char *error, const char *text, size_t length) {
    unsigned lines = 1, line = 0;
    int end = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    ck_assert_msg(sscanf(error, "c:%u: %n", &line, &end) == 1 && end > 0, "%s", error);
    ck_assert_msg(line >= 1 && line <= lines, "%s, of %u lines", error, lines);
    ck_assert_uint_gt(strlen(error + end), 10);
}

/* A generator that gives every run the same numbers. */
static unsigned random_next(unsigned *state) {
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static void text_mutate(char *text, size_t *length, unsigned *state) {
    for (unsigned changes = random_next(state) % 4 + 1; changes > 0 && *length > 2; changes--) {
        size_t at = random_next(state) % *length, more = random_next(state) % (*length - at);
        switch (random_next(state) % 4) {
        case 0: /* another byte */
            text[at] = (char)random_next(state);
            break;
        case 1: /* a piece is missing */
            memmove(text + at, text + at + more, *length - at - more);
            *length -= more;
            break;
        case 2: /* a piece stands elsewhere */
            memmove(text + at, text + (*length - more), more);
            break;
        default: /* a line's end, or a section's */
            text[at] = "\n[]=; "[random_next(state) % 6];
        }
    }
}

/* Files spoilt in all ways are taken or refused with a place, and never more than that. */
START_TEST(test_mutated) {
    unsigned state = 20261122, refused = 0;
    size_t whole;
    char *shipped = files_read(TLSWHY_SHIPPED_CONFIG, &whole), error[512];
    ck_assert_ptr_nonnull(shipped);
    for (unsigned round = 0; round < 400; round++) {
        struct options options;
        size_t length = whole;
        char *text = (char *)exact_copy(shipped, whole);
        for (size_t i = 0; i + 1 < whole; i++) /* most of it is comments: let them speak */
            if (text[i] == '#' && text[i + 1] != ' ') text[i] = ' ';
        text_mutate(text, &length, &state);
        config_folder_write("c", text, length);
        if (!file_take(&options, error, sizeof error)) {
            refused++;
            blame_check(error, text, length);
        }
        options_done(&options);
        free(text);
    }
    free(shipped);
    ck_assert_uint_gt(refused, 200);
    ck_assert_uint_lt(refused, 400);
}
END_TEST

START_TEST(test_prefixes) {
    static const char text[] = "[capture]\ninterface = eth0\n[output]\nqueue = 1M\n";
    for (size_t length = 0; length < sizeof text; length++) {
        struct options options;
        char error[512];
        config_folder_write("c", text, length);
        if (!file_take(&options, error, sizeof error)) blame_check(error, text, length);
        options_done(&options);
    }
}
END_TEST

static void shipped_take(struct options *options, const char *path) {
    char error[512];
    *options = (struct options){0};
    ck_assert_msg(config_file_read(options, path, error, sizeof error), "%s", error);
}

START_TEST(test_shipped) {
    struct options options;
    shipped_take(&options, TLSWHY_SHIPPED_CONFIG);
    ck_assert_uint_eq(options.interface_count, 1);
    ck_assert_str_eq(options.interfaces[0], "any");
    ck_assert_str_eq(options.local_rules, "/etc/tlswhy/rules.d");
    options_done(&options);
}
END_TEST

/* With its examples switched on it loads too, names every key, and what it calls a default is one. */
START_TEST(test_shipped_examples) {
    size_t length;
    char *text = files_read(TLSWHY_SHIPPED_CONFIG, &length);
    char program[] = "tlswhyd", interface[] = "-iany", error[512], *line[] = {program, interface, NULL};
    struct options options, defaults;
    ck_assert_ptr_nonnull(text);
    for (char *hash = text; (hash = strstr(hash, "\n#")) != NULL; hash++)
        if (hash[2] != ' ') hash[1] = ' ';
    config_folder_write("c", text, length);
    shipped_take(&options, "c");
    for (size_t i = 0; i < option_rows_count; i++) {
        char key[64];
        snprintf(key, sizeof key, "\n %s = ", option_rows[i].name);
        if (option_rows[i].section == NULL || strcmp(option_rows[i].name, "local-rules") == 0) continue;
        ck_assert_msg(strstr(text, key) != NULL, "%s is missing", option_rows[i].name);
    }
    ck_assert(options_read(&defaults, 2, line, error, sizeof error));
    ck_assert_uint_eq(options.memory, defaults.memory);
    ck_assert_uint_eq(options.buffer, defaults.buffer);
    ck_assert_int_eq(options.snaplen, defaults.snaplen);
    ck_assert_uint_eq(options.deaf_seconds, defaults.deaf_seconds);
    ck_assert_uint_eq(options.queue, defaults.queue);
    ck_assert_uint_eq(options.fold_burst, defaults.fold_burst);
    ck_assert_uint_eq(options.fold_seconds, defaults.fold_seconds);
    ck_assert_int_eq(options.format, defaults.format);
    ck_assert(!options.all && !options.suspects);
    ck_assert_uint_eq(options.output_count, 3);
    options_done(&defaults);
    options_done(&options);
    free(text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("config_file");
    TCase *file = tcase_create("file");
    tcase_add_checked_fixture(file, config_folder_enter, config_folder_leave);
    tcase_set_timeout(file, 60);
    tcase_add_loop_test(file, test_refusal, 0, (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(file, test_forms);
    tcase_add_test(file, test_empty);
    tcase_add_test(file, test_long_line);
    tcase_add_test(file, test_nul);
    tcase_add_test(file, test_drop_in);
    tcase_add_test(file, test_dangling);
    tcase_add_test(file, test_unreadable);
    tcase_add_test(file, test_mutated);
    tcase_add_test(file, test_prefixes);
    tcase_add_test(file, test_shipped);
    tcase_add_test(file, test_shipped_examples);
    suite_add_tcase(suite, file);
    return run_suite(suite);
}
