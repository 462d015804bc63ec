/* The main of a Check program: one suite, run without forking so that sanitizers and debuggers see it. */
#ifndef SUPPORT_RUN_SUITE_H
#define SUPPORT_RUN_SUITE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Runs SUITE and returns the process's exit status. */
static inline int run_suite(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A copy of BYTES in a heap block of exactly LENGTH bytes, so that a one-byte over-read is seen; free() it. */
static inline unsigned char *exact_copy(const void *bytes, size_t length) {
    unsigned char *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL) abort();
    if (length > 0) memcpy(copy, bytes, length);
    return copy;
}

#endif
