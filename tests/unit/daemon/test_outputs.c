/* Which outputs the operator's words mean, how they stand, what they tell about themselves. */
#include "outputs/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "outputs/outlet.h"
#include "run_suite.h"
#include "sample_diag.h"

#define QUEUE 65536

static char folder[] = "/tmp/tlswhy-outputs-XXXXXX";

/* PREFIX, then the path of NAME in the tests' folder; four of them live at a time. */
static const char *in_folder(const char *prefix, const char *name) {
    static char paths[4][128];
    static unsigned next;
    char *text = paths[next++ % 4];
    snprintf(text, sizeof paths[0], "%s%s/%s", prefix, folder, name);
    return text;
}

static struct options options_of(const char *first, const char *second) {
    struct options options = {.queue = QUEUE};
    if (first != NULL) options.outputs[options.output_count++] = first;
    if (second != NULL) options.outputs[options.output_count++] = second;
    return options;
}

static struct outputs *outputs_of(const char *first, const char *second) {
    struct options options = options_of(first, second);
    struct outputs *outputs = outputs_new(&options, true, "host");
    ck_assert_ptr_nonnull(outputs);
    return outputs;
}

static const char *name_of(struct outputs *outputs, unsigned position) {
    static struct outputs_status status;
    outputs_status(outputs, position, &status);
    return status.name;
}

static void notice_send(struct outputs *outputs, const char *message) {
    outputs_notice(outputs, "eth0",
                   &(struct output_notice){
                       .dataset = "tlswhy.lifecycle", .code = "test", .severity = 5, .time = 0, .message = message});
}

/* How often WORD is in the file at PATH, which is removed. */
static unsigned file_count(const char *path, const char *word) {
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    unlink(path);
    unsigned count = 0;
    for (const char *place = text; (place = strstr(place, word)) != NULL; place++)
        count++;
    return count;
}

START_TEST(words_that_mean_nothing) {
    static const char *const words[] = {"",
                                        "std",
                                        "stdout:",
                                        "stdout:x",
                                        "file",
                                        "file:",
                                        "journal:",
                                        "syslog:",
                                        "files:/tmp/x",
                                        "auto:x",
                                        "JSON",
                                        ":",
                                        "file:/nowhere/at/all"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        struct options options = options_of(words[i], NULL);
        ck_assert_msg(outputs_new(&options, true, NULL) == NULL, "\"%s\" was taken", words[i]);
    }
}
END_TEST

START_TEST(each_place_once) {
    struct options options = options_of("stdout", "stdout");
    ck_assert_ptr_null(outputs_new(&options, true, NULL));
    options = options_of(in_folder("file:", "a"), in_folder("file:", "a"));
    ck_assert_ptr_null(outputs_new(&options, true, NULL));
    struct outputs *outputs = outputs_of(in_folder("file:", "a"), in_folder("file:", "b"));
    ck_assert_uint_eq(outputs_count(outputs), 2);
    ck_assert_str_eq(name_of(outputs, 0), "file");
    ck_assert_str_eq(name_of(outputs, 1), "file 2");
    ck_assert(outputs_finish(outputs, 0));
    unlink(in_folder("", "a"));
    unlink(in_folder("", "b"));
}
END_TEST

/* systemd says by device and inode which file it made standard output (systemd.exec(5), $JOURNAL_STREAM). */
START_TEST(automatic) {
    struct stat status;
    char stream[64];
    ck_assert_int_eq(fstat(STDOUT_FILENO, &status), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    const struct {
        const char *stream, *name;
    } cases[] = {{NULL, "stdout"}, {"", "stdout"}, {"1:1", "stdout"}, {"x", "stdout"}, {stream, "journal"}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        if (cases[i].stream != NULL)
            setenv("JOURNAL_STREAM", cases[i].stream, 1);
        else
            unsetenv("JOURNAL_STREAM");
        for (unsigned said = 0; said < 2; said++) {
            struct outputs *outputs = outputs_of(said ? "auto" : NULL, NULL);
            ck_assert_str_eq(name_of(outputs, 0), cases[i].name);
            ck_assert(outputs_finish(outputs, 0));
        }
    }
    unsetenv("JOURNAL_STREAM");
}
END_TEST

/* An event has one number, whoever takes it. */
START_TEST(one_sequence_for_all) {
    static struct sample_store sample;
    sample_make(&sample, SAMPLE_EXPIRED);
    struct outputs *outputs = outputs_of(in_folder("file:", "a"), in_folder("file:", "b"));
    ck_assert(outputs_start(outputs));
    notice_send(outputs, "one");
    outputs_diag(outputs, "eth0", &sample.diag);
    ck_assert_uint_eq(outputs_sequence(outputs), 2);
    ck_assert(outputs_finish(outputs, 2000));
    static const char *const names[] = {"a", "b"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *path = in_folder("", names[i]);
        char copy[128];
        snprintf(copy, sizeof copy, "%s.copy", path);
        ck_assert_int_eq(link(path, copy), 0);
        ck_assert_uint_eq(file_count(path, "\"sequence\":1,"), 1);
        ck_assert_uint_eq(file_count(copy, "\"sequence\":2,"), 1);
    }
}
END_TEST

/* Nobody takes from the queue: what does not fit is counted, told once, and nothing more is told of what is known. */
START_TEST(losses_are_counted_and_told_once) {
    static char message[2001];
    struct outputs_status status;
    memset(message, 'x', sizeof message - 1);
    struct outputs *outputs = outputs_of(in_folder("file:", "a"), NULL);
    for (unsigned i = 0; i < 100; i++)
        notice_send(outputs, message);
    outputs_status(outputs, 0, &status);
    ck_assert_uint_eq(status.queued + status.lost, 100);
    ck_assert_uint_ge(status.lost, 100 - QUEUE / sizeof message);
    ck_assert_uint_eq(status.written, 0);
    ck_assert_uint_le(status.bytes, status.cap);
    ck_assert_uint_eq(status.cap, QUEUE);
    uint64_t lost = status.lost;
    outputs_check(outputs, 0); /* events_lost, which is shorter than the message and may fit */
    ck_assert_uint_eq(outputs_sequence(outputs), 101);
    for (unsigned i = 0; i < 5; i++)
        outputs_check(outputs, 0); /* nothing but that notice was lost since, at most */
    ck_assert_uint_eq(outputs_sequence(outputs), 101);
    outputs_status(outputs, 0, &status);
    ck_assert_uint_eq(status.queued + status.lost, 101);
    ck_assert_uint_ge(status.lost, lost);
    ck_assert(!outputs_finish(outputs, 0)); /* what waited is lost now */
    unlink(in_folder("", "a"));
}
END_TEST

static int server_open(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(server, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&address, sizeof address), 0);
    return server;
}

/* The descriptor that an empty datagram carries. */
static int descriptor_receive(int server) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char content[16];
    struct iovec vector = {.iov_base = content, .iov_len = sizeof content};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    int descriptor = -1;
    ck_assert_int_eq(recvmsg(server, &message, 0), 0);
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    ck_assert_ptr_nonnull(part);
    ck_assert_int_eq(part->cmsg_type, SCM_RIGHTS);
    memcpy(&descriptor, CMSG_DATA(part), sizeof descriptor);
    return descriptor;
}

static struct outlet *outlet_of(const struct outlet_kind *kind, const char *place) {
    struct outlet *outlet = calloc(1, sizeof *outlet);
    ck_assert_ptr_nonnull(outlet);
    outlet->kind = kind;
    outlet->place = place;
    outlet->live = true;
    ck_assert(outlet_init(outlet, QUEUE));
    return outlet;
}

/* More than a socket's buffer takes (Linux: net.core.wmem_default) goes in a memory file that nobody can change. */
START_TEST(a_large_record_goes_by_a_sealed_file) {
    enum { LARGE = 32 << 20 };
    const char *path = in_folder("", "socket");
    int server = server_open(path);
    struct outlet *outlet = outlet_of(&outlet_journal, path);
    unsigned char *record = malloc(LARGE);
    ck_assert_ptr_nonnull(record);
    memset(record, 'r', LARGE);
    ck_assert_int_eq(outlet->kind->write(outlet, record, LARGE), OUTLET_DONE);
    int file = descriptor_receive(server);
    struct stat status;
    ck_assert_int_eq(fstat(file, &status), 0);
    ck_assert_int_eq(status.st_size, LARGE);
    ck_assert_int_eq(fcntl(file, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    close(file);
    free(record);
    outlet_done(outlet);
    free(outlet);
    close(server);
    unlink(path);
}
END_TEST

/* A consumer that is full makes us wait, one that is gone is looked for again, one that is back is found. */
START_TEST(a_socket_that_fills_goes_and_comes) {
    const struct outlet_kind *const kinds[] = {&outlet_journal, &outlet_syslog};
    static const unsigned char entry[] = "entry";
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        const char *path = in_folder("", "socket");
        int server = server_open(path);
        struct outlet *outlet = outlet_of(kinds[i], path);
        enum outlet_result result = OUTLET_DONE;
        for (unsigned sent = 0; sent < 100000 && result == OUTLET_DONE; sent++)
            result = outlet->kind->write(outlet, entry, sizeof entry);
        ck_assert_int_eq(result, OUTLET_WAIT);
        close(server);
        ck_assert_int_eq(outlet->kind->write(outlet, entry, sizeof entry), OUTLET_FAILED);
        ck_assert_int_eq(errno, ECONNREFUSED);
        unlink(path);
        ck_assert_int_eq(outlet->kind->write(outlet, entry, sizeof entry), OUTLET_FAILED);
        ck_assert_int_eq(errno, ENOENT);
        server = server_open(path);
        ck_assert_int_eq(outlet->kind->write(outlet, entry, sizeof entry), OUTLET_DONE);
        char got[16];
        ck_assert_int_eq(recv(server, got, sizeof got, 0), sizeof entry);
        outlet_done(outlet);
        free(outlet);
        close(server);
        unlink(path);
    }
}
END_TEST

int main(void) {
    if (mkdtemp(folder) == NULL) return EXIT_FAILURE;
    Suite *suite = suite_create("outputs");
    TCase *tests = tcase_create("outputs");
    tcase_add_test(tests, words_that_mean_nothing);
    tcase_add_test(tests, each_place_once);
    tcase_add_test(tests, automatic);
    tcase_add_test(tests, one_sequence_for_all);
    tcase_add_test(tests, losses_are_counted_and_told_once);
    tcase_add_test(tests, a_large_record_goes_by_a_sealed_file);
    tcase_add_test(tests, a_socket_that_fills_goes_and_comes);
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    rmdir(folder);
    return status;
}
