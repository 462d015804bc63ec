/* What systemd is told, and how often the watchdog wants to be fed. */
#include "notify/notify.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run_suite.h"

static char folder[] = "/tmp/tlswhy-notify-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static void environment_clear(void) {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

START_TEST(test_without_systemd_nothing_happens) {
    environment_clear();
    ck_assert(!notify_wanted());
    notify("READY=1");
    ck_assert_uint_eq(notify_watchdog_interval(), 0);
    setenv("NOTIFY_SOCKET", "", 1);
    ck_assert(!notify_wanted());
}
END_TEST

START_TEST(test_state_is_sent) {
    char state[256] = "";
    int systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(systemd, (struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    ck_assert(notify_wanted());
    notify("READY=1\nSTATUS=%d interfaces, %s", 2, "all well");
    ck_assert_int_gt(recv(systemd, state, sizeof state - 1, MSG_DONTWAIT), 0);
    ck_assert_str_eq(state, "READY=1\nSTATUS=2 interfaces, all well");
    close(systemd);
    unlink(address.sun_path);
    notify("STOPPING=1"); /* nobody is there any more: no harm */
    environment_clear();
}
END_TEST

struct watchdog {
    const char *microseconds;
    bool other_process;
    uint64_t interval;
};

static const struct watchdog watchdogs[] = {
    {"30000000", false, 15000000}, /* WatchdogSec=30s */
    {"3000000", false, 1500000},
    {"1", false, 0},       /* half of a microsecond is none */
    {"30000000", true, 0}, /* meant for another process: sd_watchdog_enabled(3) */
    {"0", false, 0},       /* makes no sense */
    {"a while", false, 0}, /* neither does this */
    {NULL, false, 0},
};

START_TEST(test_watchdog_is_fed_twice_in_its_time) {
    char process[32];
    const struct watchdog *watchdog = &watchdogs[_i];
    environment_clear();
    snprintf(process, sizeof process, "%ld", watchdog->other_process ? 1L : (long)getpid());
    setenv("WATCHDOG_PID", process, 1);
    if (watchdog->microseconds != NULL) setenv("WATCHDOG_USEC", watchdog->microseconds, 1);
    ck_assert_uint_eq(notify_watchdog_interval(), watchdog->interval);
    environment_clear();
}
END_TEST

int main(void) {
    if (mkdtemp(folder) == NULL) return EXIT_FAILURE;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    Suite *suite = suite_create("notify");
    TCase *tests = tcase_create("notify");
    tcase_add_test(tests, test_without_systemd_nothing_happens);
    tcase_add_test(tests, test_state_is_sent);
    tcase_add_loop_test(tests, test_watchdog_is_fed_twice_in_its_time, 0, sizeof watchdogs / sizeof watchdogs[0]);
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    rmdir(folder);
    return status;
}
