/* The command line, and how it and the configuration files go together. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_folder.h"
#include "option_table.h"
#include "options.h"
#include "run_suite.h"

/* Reads the command line LINE, split at spaces. */
static bool line_read(struct options *options, const char *line, char *error, size_t size) {
    char text[1024], *words[64] = {NULL};
    int count = 0;
    ck_assert_uint_lt(strlen(line), sizeof text);
    strcpy(text, line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    return options_read(options, count, words, error, size);
}

static struct options line_take(const char *line) {
    struct options options;
    char error[512] = "";
    ck_assert_msg(line_read(&options, line, error, sizeof error), "%s: %s", line, error);
    return options;
}

static void line_refuse(const char *line, const char *says) {
    struct options options;
    char error[512] = "";
    bool taken = line_read(&options, line, error, sizeof error);
    ck_assert_msg(!taken, "%s was taken", line);
    ck_assert_msg(strstr(error, says) != NULL, "%s: \"%s\" does not say \"%s\"", line, error, says);
    ck_assert_ptr_null(options.strings);
}

static const struct {
    const char *line, *says;
} refusals[] = {
    {"tlswhyd", "-i IFACE"},
    {"tlswhyd -i eth0 -r x", "exclude"},
    {"tlswhyd -r", "-r wants a value"},
    {"tlswhyd --colour", "--colour"},
    {"tlswhyd -r x y", "\"y\" is not an option"},
    {"tlswhyd -r x --format xml", "--format takes json or text, not \"xml\""},
    {"tlswhyd -r x --all=maybe", "--all takes yes or no"},
    {"tlswhyd -r x --memory 4095K", "4M"},
    {"tlswhyd -r x --memory 65G", "64G"},
    {"tlswhyd -r x --memory 64MB", "64MB"},
    {"tlswhyd -r x --memory +64M", "+64M"},
    {"tlswhyd -r x --memory 18446744073709551616", "--memory"},
    {"tlswhyd -r x --memory 17179869185G", "--memory"}, /* 2^64 bytes and one G */
    {"tlswhyd -r x --queue 63K", "--queue"},
    {"tlswhyd -r x --snaplen 255", "--snaplen"},
    {"tlswhyd -r x --fold-seconds 0", "--fold-seconds"},
    {"tlswhyd -r x --fold-burst -1", "--fold-burst"},
    {"tlswhyd -r x --deaf-seconds 1h", "--deaf-seconds"},
    {"tlswhyd -r x --tls-ports 9010-9000", "--tls-ports"},
    {"tlswhyd -r x --tls-ports 0", "--tls-ports"},
    {"tlswhyd -r x --tls-ports 443,", "--tls-ports"},
    {"tlswhyd -r x --tls-ports 1-129", "128"},
    {"tlswhyd -r x --output pigeon", "--output"},
    {"tlswhyd -r x --output file:", "--output"},
    {"tlswhyd -r x --output stdout:x", "--output"},
    {"tlswhyd -r x --output journal:", "--output"},
    {"tlswhyd -r x -o auto -o journal -o file:/1 -o file:/2 -o file:/3 -o file:/4 -o file:/5 -o file:/6 -o file:/7",
     "at most 8"},
    {"tlswhyd -i 1 -i 2 -i 3 -i 4 -i 5 -i 6 -i 7 -i 8 -i 9 -i 10 -i 11 -i 12 -i 13 -i 14 -i 15 -i 16 -i 17",
     "at most 16"},
    {"tlswhyd -i x --metrics 10.0.0.1:9788", "loopback"},
    {"tlswhyd -i x --metrics 127.0.0.1", "loopback"},
    {"tlswhyd -i x --metrics ::1:9788", "loopback"},
    {"tlswhyd -i x --metrics [::2]:9788", "loopback"},
    {"tlswhyd -i x --metrics 127.0.0.1:65536", "loopback"},
    {"tlswhyd -i x --metrics localhost:1", "loopback"},
    {"tlswhyd --reload 0", "--reload"},
    {"tlswhyd --reload tlswhyd", "the number of a process"},
};

START_TEST(test_refusal) {
    line_refuse(refusals[_i].line, refusals[_i].says);
}
END_TEST

START_TEST(test_defaults) {
    struct options options = line_take("tlswhyd -i eth0");
    ck_assert_uint_eq(options.interface_count, 1);
    ck_assert_str_eq(options.interfaces[0], "eth0");
    ck_assert_uint_eq(options.output_count, 0);
    ck_assert_uint_eq(options.memory, 67108864);
    ck_assert_uint_eq(options.buffer, 67108864);
    ck_assert_uint_eq(options.queue, 201326592);
    ck_assert_int_eq(options.snaplen, 262144);
    ck_assert_uint_eq(options.fold_burst, 60);
    ck_assert_uint_eq(options.fold_seconds, 60);
    ck_assert_uint_eq(options.deaf_seconds, 300);
    ck_assert_int_eq(options.format, OPTIONS_FORMAT_JSON);
    ck_assert(!options.all && !options.suspects && !options.check && options.local_rules == NULL);
    options_done(&options);
}
END_TEST

START_TEST(test_all_options) {
    struct options options = line_take(
        "tlswhyd -i eth0 --interface eth1 -i eth0 -o stdout -o stdout --output file:/x:y --output syslog:/s --trust t "
        "--rules r "
        "--local-rules l --keylog k --filter tcp --user u --metrics [::1]:9788 --run-folder f --format text --all "
        "--suspects --statistics --memory 4M --buffer 2047M --queue 1G --snaplen 256 --fold-burst 0 "
        "--fold-seconds 86400 --deaf-seconds 0 --tls-ports 443,9000-9002,65535");
    ck_assert_uint_eq(options.interface_count, 2); /* the same one twice is one */
    ck_assert_str_eq(options.interfaces[1], "eth1");
    ck_assert_uint_eq(options.output_count, 3); /* likewise */
    ck_assert_str_eq(options.outputs[1], "file:/x:y");
    ck_assert_str_eq(options.trust, "t");
    ck_assert_str_eq(options.rules, "r");
    ck_assert_str_eq(options.local_rules, "l");
    ck_assert_str_eq(options.keylog, "k");
    ck_assert_str_eq(options.filter, "tcp");
    ck_assert_str_eq(options.user, "u");
    ck_assert_str_eq(options.metrics, "[::1]:9788");
    ck_assert_str_eq(options.run_folder, "f");
    ck_assert_int_eq(options.format, OPTIONS_FORMAT_TEXT);
    ck_assert(options.all && options.suspects && options.statistics);
    ck_assert_uint_eq(options.memory, 4194304);
    ck_assert_uint_eq(options.buffer, 2146435072);
    ck_assert_uint_eq(options.queue, 1073741824);
    ck_assert_int_eq(options.snaplen, 256);
    ck_assert_uint_eq(options.fold_burst, 0);
    ck_assert_uint_eq(options.fold_seconds, 86400);
    ck_assert_uint_eq(options.deaf_seconds, 0);
    ck_assert_uint_eq(options.tls_port_count, 5);
    ck_assert_uint_eq(options.tls_ports[3], 9002);
    ck_assert_uint_eq(options.tls_ports[4], 65535);
    options_done(&options);
    ck_assert_ptr_null(options.strings);
}
END_TEST

START_TEST(test_last_one_wins) {
    struct options options = line_take("tlswhyd -r a -r b --all --all=no --tls-ports 1,2,3 --tls-ports 4");
    ck_assert_str_eq(options.file, "b");
    ck_assert(!options.all);
    ck_assert_uint_eq(options.tls_port_count, 1);
    ck_assert_uint_eq(options.tls_ports[0], 4);
    options_done(&options);
}
END_TEST

/* No source is needed where nothing is captured. */
START_TEST(test_without_source) {
    static const char *const lines[] = {"tlswhyd -h", "tlswhyd -V", "tlswhyd --check", "tlswhyd --reload 1"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options = line_take(lines[i]);
        ck_assert_int_eq(options.reload, i == 3 ? 1 : 0);
        options_done(&options);
    }
}
END_TEST

/* The configuration below the command line; the folder is the current one. */
START_TEST(test_layers) {
    config_folder_put("c", "[capture]\ninterface = a\ninterface = b\nmemory = 32M\n[diagnosis]\nall = yes\n"
                           "[output]\noutput = journal\nqueue = 1M\n");
    config_folder_put("c.d/20.conf", "[capture]\nmemory = 16M\nbuffer = 2M\n");
    config_folder_put("c.d/10.conf", "[capture]\ninterface = d\nmemory = 8M\nbuffer = 4M\n");
    config_folder_put("c.d/30.conf.old", "not read");
    struct options options = line_take("tlswhyd --config c --queue 2M --buffer 3M");
    ck_assert_uint_eq(options.interface_count, 1); /* a file that names some replaces what came before */
    ck_assert_str_eq(options.interfaces[0], "d");
    ck_assert_uint_eq(options.memory, 16777216); /* the later drop-in */
    ck_assert_uint_eq(options.buffer, 3145728);  /* the command line */
    ck_assert_uint_eq(options.queue, 2097152);
    ck_assert(options.all);
    ck_assert_uint_eq(options.output_count, 1);
    ck_assert_str_eq(options.config, "c");
    options_done(&options);
    options = line_take("tlswhyd -i e --all=no --output stdout -i f --config c");
    ck_assert_uint_eq(options.interface_count, 2);
    ck_assert_str_eq(options.interfaces[0], "e");
    ck_assert_str_eq(options.outputs[0], "stdout");
    ck_assert(!options.all);
    options_done(&options);
}
END_TEST

/* A capture file is read to standard output, whatever the service does. */
START_TEST(test_capture_file) {
    config_folder_put("c", "[capture]\ninterface = a\ntls-ports = 1\n[output]\noutput = journal\n");
    struct options options = line_take("tlswhyd -r f --config c");
    ck_assert_uint_eq(options.interface_count, 0);
    ck_assert_uint_eq(options.output_count, 0);
    ck_assert_uint_eq(options.tls_port_count, 1);
    options_done(&options);
    options = line_take("tlswhyd -r f --config c --output syslog");
    ck_assert_uint_eq(options.output_count, 1);
    ck_assert_str_eq(options.outputs[0], "syslog");
    options_done(&options);
    options = line_take("tlswhyd -r f --output journal:/run/s");
    ck_assert_str_eq(options.outputs[0], "journal:/run/s");
    options_done(&options);
    line_refuse("tlswhyd -r f -i x --config c", "exclude");
}
END_TEST

START_TEST(test_without_interface) {
    config_folder_put("c", "[output]\nformat = text\n");
    line_refuse("tlswhyd --config c", "c names no interface");
    line_refuse("tlswhyd --config gone", "cannot read the configuration gone: No such file");
    struct options options = line_take("tlswhyd --help --config gone"); /* help needs no file */
    ck_assert(options.help);
    options_done(&options);
}
END_TEST

/* The same command line is read again at each reload, with what the file says then. */
START_TEST(test_read_again) {
    char program[] = "tlswhyd", config[] = "--config", file[] = "c", all[] = "--all", error[512];
    char *line[] = {program, config, file, all, NULL};
    struct options first, second;
    config_folder_put("c", "[capture]\ninterface = a\n");
    ck_assert(options_read(&first, 4, line, error, sizeof error));
    config_folder_put("c", "[capture]\ninterface = b\n");
    ck_assert(options_read(&second, 4, line, error, sizeof error));
    ck_assert_str_eq(first.interfaces[0], "a");
    ck_assert_str_eq(second.interfaces[0], "b");
    ck_assert(first.all && second.all);
    options_done(&first);
    options_done(&second);
}
END_TEST

/* Every option is in the help, which fits a screen. */
START_TEST(test_help) {
    char text[8192] = "";
    FILE *kept = stdout, *stream = fmemopen(text, sizeof text, "w");
    ck_assert_ptr_nonnull(stream);
    stdout = stream;
    options_help();
    stdout = kept;
    ck_assert_int_eq(fclose(stream), 0);
    for (size_t i = 0; i < option_rows_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "--%s ", option_rows[i].name);
        ck_assert_msg(strstr(text, name) != NULL, "%s is missing", name);
    }
    unsigned lines = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
        ck_assert_msg(strlen(line) <= 80, "too wide: %s", line);
    ck_assert_uint_le(lines, 40);
}
END_TEST

/* Rows that contradict each other would confuse getopt, or the file's reader. */
START_TEST(test_table) {
    for (size_t i = 0; i < option_rows_count; i++) {
        const struct option_row *row = &option_rows[i];
        ck_assert_ptr_eq(option_row_find(row->name), row);
        ck_assert_msg((row->argument == NULL) == ((row->flags & OPTION_FLAG) != 0), "%s", row->name);
        ck_assert_ptr_nonnull(row->wants);
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(row->letter == 0 || row->letter != option_rows[j].letter, "%s", row->name);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("options");
    TCase *line = tcase_create("command line");
    tcase_add_loop_test(line, test_refusal, 0, (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(line, test_defaults);
    tcase_add_test(line, test_all_options);
    tcase_add_test(line, test_last_one_wins);
    tcase_add_test(line, test_without_source);
    tcase_add_test(line, test_help);
    tcase_add_test(line, test_table);
    suite_add_tcase(suite, line);
    TCase *layers = tcase_create("layers");
    tcase_add_checked_fixture(layers, config_folder_enter, config_folder_leave);
    tcase_add_test(layers, test_layers);
    tcase_add_test(layers, test_capture_file);
    tcase_add_test(layers, test_without_interface);
    tcase_add_test(layers, test_read_again);
    suite_add_tcase(suite, layers);
    return run_suite(suite);
}
