/* The repair of a file's last line: every way in which a kill can tear two lines. */
#include "outputs/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/output.h"
#include "run_suite.h"

#define FIRST  "{\"message\":\"a brace } in a string, a quote \\\" and a backslash \\\\\",\"tlswhy\":{\"schema\":1}}"
#define SECOND "{\"event\":{\"sequence\":2},\"list\":[{\"a\":\"{\"},{}],\"text\":\"\\\"}\"}"

/* A file of CONTENT: as O_APPEND as the real one. */
static int file_make(const void *content, size_t length) {
    char path[] = "/tmp/tlswhy-tail-XXXXXX";
    int descriptor = mkostemp(path, O_APPEND);
    ck_assert_int_ge(descriptor, 0);
    unlink(path);
    ck_assert_int_eq(write(descriptor, content, length), (ssize_t)length);
    return descriptor;
}

static void content_check(int descriptor, const char *want, size_t length) {
    char *got = malloc(length + 2);
    ck_assert_ptr_nonnull(got);
    ck_assert_int_eq(pread(descriptor, got, length + 2, 0), (ssize_t)length);
    ck_assert_mem_eq(got, want, length);
    free(got);
}

/* Nothing is lost but what was torn, and what follows begins on a line of its own. */
START_TEST(every_prefix_of_two_lines) {
    static const char whole[] = FIRST "\n" SECOND "\n";
    const size_t first = sizeof FIRST - 1, second = first + 1 + sizeof SECOND - 1;
    for (size_t length = 0; length <= sizeof whole - 1; length++) {
        int descriptor = file_make(whole, length);
        size_t want = 0;
        if (length >= first) want = first + 1; /* the object was whole, or the line already */
        if (length >= second) want = second + 1;
        ck_assert_int_eq(tail_repair(descriptor), 0);
        content_check(descriptor, whole, want);
        ck_assert_int_eq(tail_repair(descriptor), 0); /* once is enough */
        content_check(descriptor, whole, want);
        close(descriptor);
    }
}
END_TEST

/* A line of the greatest length, torn anywhere, behind one of the greatest length. */
START_TEST(every_prefix_of_the_longest_line) {
    static char whole[2 * (OUTPUT_LINE_CAP + 1)];
    for (size_t i = 0; i < 2; i++) {
        char *line = whole + i * (OUTPUT_LINE_CAP + 1);
        memset(line, 'x', OUTPUT_LINE_CAP);
        memcpy(line, "{\"m\":\"", 6);
        memcpy(line + OUTPUT_LINE_CAP - 2, "\"}\n", 3);
    }
    for (size_t torn = 1; torn <= OUTPUT_LINE_CAP; torn++) {
        int descriptor = file_make(whole, OUTPUT_LINE_CAP + 1 + torn);
        ck_assert_int_eq(tail_repair(descriptor), 0);
        content_check(descriptor, whole, torn == OUTPUT_LINE_CAP ? sizeof whole : OUTPUT_LINE_CAP + 1);
        close(descriptor);
    }
}
END_TEST

/* What cannot be ours is left alone. */
START_TEST(files_of_others) {
    static char long_line[OUTPUT_LINE_CAP + 2];
    memset(long_line, '{', sizeof long_line);
    static const struct {
        const char *content;
        size_t length;
    } files[] = {
        {"root:x:0:0", 10},
        {FIRST "\nroot:x:0:0", sizeof FIRST + 10},
        {"\0\0\0", 3},
        {long_line, sizeof long_line}, /* longer than any event */
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int descriptor = file_make(files[i].content, files[i].length);
        ck_assert_int_eq(tail_repair(descriptor), -EBADMSG);
        content_check(descriptor, files[i].content, files[i].length);
        close(descriptor);
    }
}
END_TEST

/* Text of others that ends with a newline does not tear. */
START_TEST(whole_lines_are_not_looked_into) {
    int descriptor = file_make("anything\n", 9);
    ck_assert_int_eq(tail_repair(descriptor), 0);
    content_check(descriptor, "anything\n", 9);
    close(descriptor);
}
END_TEST

START_TEST(a_file_that_cannot_be_read) {
    ck_assert_int_eq(tail_repair(-1), -EBADF);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tail");
    TCase *tests = tcase_create("tail");
    tcase_add_test(tests, every_prefix_of_two_lines);
    tcase_add_test(tests, every_prefix_of_the_longest_line);
    tcase_add_test(tests, files_of_others);
    tcase_add_test(tests, whole_lines_are_not_looked_into);
    tcase_add_test(tests, a_file_that_cannot_be_read);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
