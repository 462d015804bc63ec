/* Interfaces asked of the kernel, in a network namespace of the test's own: its loopback is there and down. */
#include "capture/links.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run_suite.h"

enum { SKIPPED = 77 };

static struct links links;

static void loopback_set(bool up) {
    struct ifreq request = {.ifr_name = "lo"};
    int asked = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_flags = up ? IFF_UP : 0;
    ck_assert_int_eq(ioctl(asked, SIOCSIFFLAGS, &request), 0);
    close(asked);
}

static bool news_come(void) {
    struct pollfd news = {.fd = links.news, .events = POLLIN};
    return poll(&news, 1, 0) == 1;
}

START_TEST(test_loopback_down_and_up) {
    struct links_look look = links_look_at(&links, "lo");
    ck_assert_int_eq(look.presence, LINKS_PRESENT);
    ck_assert_uint_eq(look.index, 1); /* the first interface of every namespace */
    ck_assert(!look.up && !look.running);
    loopback_set(true);
    look = links_look_at(&links, "lo");
    ck_assert(look.up && look.running);
    loopback_set(false);
    ck_assert(!links_look_at(&links, "lo").up);
}
END_TEST

START_TEST(test_names_that_are_not_there) {
    static const char *const names[] = {"eth0", "", "a name that is longer than the kernel's are", "lo0123456789012"};
    ck_assert_int_eq(links_look_at(&links, names[_i]).presence, LINKS_ABSENT);
}
END_TEST

START_TEST(test_any_is_always_there) {
    struct links_look look = links_look_at(&links, "any");
    ck_assert_int_eq(look.presence, LINKS_PRESENT);
    ck_assert(look.up && look.running);
    ck_assert_uint_eq(look.index, 0);
}
END_TEST

START_TEST(test_name_of_a_number) {
    char name[LINKS_NAME_SIZE];
    ck_assert(links_name_of(&links, 1, name));
    ck_assert_str_eq(name, "lo");
    ck_assert(!links_name_of(&links, 4711, name));
    ck_assert(!links_name_of(&links, 0, name));
}
END_TEST

START_TEST(test_news_come_and_are_taken) {
    links_news_drain(&links);
    ck_assert(!news_come());
    loopback_set(true);
    ck_assert(news_come());
    links_news_drain(&links);
    ck_assert(!news_come());
    loopback_set(false);
    links_news_drain(&links);
}
END_TEST

/* More news than the socket holds: what overflows says so once, and then there is silence again. */
START_TEST(test_overflow_of_news_is_taken) {
    int small = 2048;
    ck_assert_int_eq(setsockopt(links.news, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (int i = 0; i < 100; i++)
        loopback_set(i % 2 == 0);
    ck_assert(news_come());
    for (int i = 0; i < 4; i++)
        links_news_drain(&links);
    ck_assert(!news_come());
    loopback_set(true);
    ck_assert(news_come());
    loopback_set(false);
}
END_TEST

START_TEST(test_a_closed_socket_knows_nothing) {
    struct links closed;
    ck_assert(links_open(&closed));
    links_close(&closed);
    links_close(&closed);
    ck_assert_int_eq(links_look_at(&closed, "lo").presence, LINKS_UNKNOWN);
}
END_TEST

int main(void) {
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        printf("skipped: no network namespace can be made: %s\n", strerror(errno));
        return SKIPPED;
    }
    if (!links_open(&links)) return EXIT_FAILURE;
    Suite *suite = suite_create("links");
    TCase *tests = tcase_create("links");
    tcase_add_test(tests, test_loopback_down_and_up);
    tcase_add_loop_test(tests, test_names_that_are_not_there, 0, 4);
    tcase_add_test(tests, test_any_is_always_there);
    tcase_add_test(tests, test_name_of_a_number);
    tcase_add_test(tests, test_news_come_and_are_taken);
    tcase_add_test(tests, test_overflow_of_news_is_taken);
    tcase_add_test(tests, test_a_closed_socket_knows_nothing);
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    links_close(&links);
    return status;
}
