/* Privileges given up for good, and a sandbox that holds: each trial runs in a process of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privileges/privileges.h"
#include "run_suite.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* What a trial returns where its deed was possible. */
enum { POSSIBLE = 0, OTHERWISE = 255 };

/* The errno of a call that gave RESULT, POSSIBLE where it succeeded. */
static int outcome(long result) {
    return result >= 0 ? POSSIBLE : errno;
}

static int try_execve(void) {
    char name[] = "true", *const arguments[] = {name, NULL};
    return outcome(execv("/bin/true", arguments));
}

static int try_ptrace(void) {
    return outcome(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return outcome(child);
}

static int try_kill(void) {
    return outcome(kill(getppid(), 0));
}

static int try_mount(void) {
    return outcome(syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL));
}

static int try_setuid(void) {
    return outcome(syscall(SYS_setuid, 0));
}

static int try_unshare(void) {
    return outcome(syscall(SYS_unshare, 0));
}

static int try_chmod(void) {
    return outcome(syscall(SYS_fchmodat, AT_FDCWD, "/", 0755));
}

static int try_io_uring(void) {
    return outcome(syscall(SYS_io_uring_setup, 1, NULL));
}

static int try_listen(void) {
    return outcome(syscall(SYS_listen, 0, 1));
}

static int try_seccomp(void) {
    return outcome(syscall(SYS_seccomp, 0, 0, NULL));
}

static int try_socket(int family, int type) {
    return outcome(socket(family, type, 0));
}

static int try_inet(void) {
    return try_socket(AF_INET, SOCK_STREAM);
}

static int try_inet6(void) {
    return try_socket(AF_INET6, SOCK_DGRAM);
}

static int try_unix(void) {
    return try_socket(AF_UNIX, SOCK_DGRAM);
}

static int try_netlink(void) {
    return try_socket(AF_NETLINK, SOCK_RAW);
}

static int try_packet(void) {
    return try_socket(AF_PACKET, SOCK_RAW);
}

static int try_executable_map(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : POSSIBLE;
}

static int try_executable_protect(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? OTHERWISE : outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_terminal_input(void) {
    return outcome(ioctl(0, TIOCSTI, "x"));
}

static int try_limits(void) {
    struct rlimit none = {0};
    return outcome(setrlimit(RLIMIT_NOFILE, &none));
}

static int try_dumpable(void) {
    return outcome(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void *thread_main(void *argument) {
    *(int *)argument = 1;
    return argument;
}

static int try_thread(void) {
    pthread_t thread;
    int ran = 0;
    int result = pthread_create(&thread, NULL, thread_main, &ran);
    if (result != 0) return result;
    return pthread_join(thread, NULL) == 0 && ran == 1 ? POSSIBLE : OTHERWISE;
}

static void *thread_forbidden(void *argument) {
    (void)!syscall(SYS_unshare, 0);
    return argument;
}

/* A thread's forbidden call ends the whole process. */
static int try_thread_forbidden(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, thread_forbidden, NULL) != 0) return OTHERWISE;
    pthread_join(thread, NULL);
    return POSSIBLE;
}

static int try_reading(void) {
    char text[64];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    return file < 0 ? errno : outcome(read(file, text, sizeof text));
}

enum ending { ENDS_OK, ENDS_REFUSED, ENDS_KILLED };

struct trial {
    const char *name;
    int (*deed)(void);
    enum ending live, file;
    bool sanitizer_allows; /* a sanitizer's own work needs it */
};

static const struct trial trials[] = {
    {"execve", try_execve, ENDS_KILLED, ENDS_KILLED, false},
    {"ptrace", try_ptrace, ENDS_KILLED, ENDS_KILLED, true},
    {"fork", try_fork, ENDS_REFUSED, ENDS_REFUSED, true},
    {"kill", try_kill, ENDS_KILLED, ENDS_KILLED, false},
    {"mount", try_mount, ENDS_KILLED, ENDS_KILLED, false},
    {"setuid", try_setuid, ENDS_KILLED, ENDS_KILLED, false},
    {"unshare", try_unshare, ENDS_KILLED, ENDS_KILLED, false},
    {"unshare in a thread", try_thread_forbidden, ENDS_KILLED, ENDS_KILLED, false},
    {"chmod", try_chmod, ENDS_KILLED, ENDS_KILLED, false},
    {"io_uring", try_io_uring, ENDS_KILLED, ENDS_KILLED, false},
    {"listen", try_listen, ENDS_KILLED, ENDS_KILLED, false},
    {"another filter", try_seccomp, ENDS_KILLED, ENDS_KILLED, false},
    {"AF_INET", try_inet, ENDS_REFUSED, ENDS_REFUSED, false},
    {"AF_INET6", try_inet6, ENDS_REFUSED, ENDS_REFUSED, false},
    {"AF_UNIX", try_unix, ENDS_OK, ENDS_OK, false},
    {"AF_NETLINK", try_netlink, ENDS_OK, ENDS_REFUSED, false},
    {"executable memory", try_executable_map, ENDS_REFUSED, ENDS_REFUSED, false},
    {"memory made executable", try_executable_protect, ENDS_REFUSED, ENDS_REFUSED, false},
    {"typing into the terminal", try_terminal_input, ENDS_REFUSED, ENDS_REFUSED, false},
    {"raising limits", try_limits, ENDS_REFUSED, ENDS_REFUSED, false},
    {"core dumps again", try_dumpable, ENDS_REFUSED, ENDS_REFUSED, true},
    {"a thread", try_thread, ENDS_OK, ENDS_OK, false},
    {"reading a file", try_reading, ENDS_OK, ENDS_OK, false},
};

/* Runs DEED in a child in the sandbox; its wait status. */
static int deed_run(int (*deed)(void), bool live) {
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (!privileges_drop(NULL, live) || !privileges_sandbox(live)) _exit(OTHERWISE);
        _exit(deed());
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void ending_expect(const struct trial *trial, bool live) {
    enum ending want = live ? trial->live : trial->file;
    int status = deed_run(trial->deed, live);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (SANITIZED && trial->sanitizer_allows) return;
    switch (want) {
    case ENDS_OK:
        ck_assert_msg(code == POSSIBLE, "%s: status %#x", trial->name, status);
        break;
    case ENDS_REFUSED:
        ck_assert_msg(code == EPERM, "%s: status %#x", trial->name, status);
        break;
    case ENDS_KILLED:
        ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s: status %#x", trial->name, status);
        break;
    }
}

START_TEST(test_live) {
    ending_expect(&trials[_i], true);
}
END_TEST

START_TEST(test_file) {
    ending_expect(&trials[_i], false);
}
END_TEST

/* The line NAME of /proc/self/status as a number of BASE; -1 where there is none. */
static long long status_number(const char *name, int base) {
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    long long number = -1;
    size_t length = strlen(name);
    if (file == NULL) return -1;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == ':') number = strtoll(line + length + 1, NULL, base);
    fclose(file);
    return number;
}

enum { CAP_NET_RAW_BIT = 1 << 13 };

static int status_check(long long capabilities) {
    struct rlimit core;
    if (status_number("CapEff", 16) != capabilities || status_number("CapPrm", 16) != capabilities) return 1;
    if (status_number("CapInh", 16) != 0 || status_number("CapAmb", 16) != 0 || status_number("CapBnd", 16) != 0)
        return 2;
    if (status_number("NoNewPrivs", 10) != 1 || status_number("Seccomp", 10) != 2) return 3;
    if (getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0) return 4;
    if (status_number("Uid", 10) != (long long)getuid()) return 5;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) return 6;
    return POSSIBLE;
}

static int status_check_live(void) {
    return status_check(CAP_NET_RAW_BIT);
}

static int status_check_file(void) {
    return status_check(0);
}

/* The interface that comes back: opened anew with what is left. */
static int try_capture(void) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct ifreq request = {.ifr_name = "lo"};
    int packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (packets < 0) return errno;
    if (ioctl(packets, SIOCGIFINDEX, &request) != 0) return errno;
    address.sll_ifindex = request.ifr_ifindex;
    return outcome(bind(packets, (struct sockaddr *)&address, sizeof address));
}

static void root_expect(int (*deed)(void), bool live, int want) {
    if (geteuid() != 0) {
        fprintf(stderr, "skipped: this takes root\n");
        return;
    }
    int status = deed_run(deed, live);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == want, "status %#x", status);
}

START_TEST(test_root_live) {
    root_expect(status_check_live, true, POSSIBLE);
}
END_TEST

START_TEST(test_root_file) {
    root_expect(status_check_file, false, POSSIBLE);
}
END_TEST

START_TEST(test_capture) {
    root_expect(try_capture, true, POSSIBLE);
    root_expect(try_packet, false, EPERM);
}
END_TEST

/* As the shipped unit starts it: not root, CAP_NET_RAW in all sets, capset(2) forbidden. */
static void become_unit(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {{CAP_NET_RAW_BIT, CAP_NET_RAW_BIT, CAP_NET_RAW_BIT}};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; capability++)
        if (capability != CAP_NET_RAW && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) _exit(OTHERWISE);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setresgid(65534, 65534, 65534) != 0 ||
        setresuid(65534, 65534, 65534) != 0 || syscall(SYS_capset, &header, sets) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) != 0)
        _exit(OTHERWISE);
    if (filter == NULL || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset), 0) != 0 ||
        seccomp_load(filter) != 0)
        _exit(OTHERWISE);
    seccomp_release(filter);
}

static int unit_check(void) {
    become_unit();
    if (!privileges_drop(NULL, true) || !privileges_sandbox(true)) return OTHERWISE;
    if (status_number("CapEff", 16) != CAP_NET_RAW_BIT || status_number("CapPrm", 16) != CAP_NET_RAW_BIT) return 1;
    if (status_number("CapAmb", 16) != 0 || status_number("NoNewPrivs", 10) != 1) return 2;
    return try_capture();
}

/* Without the right to lay capabilities down, a capture file is not read with them: that is refused. */
static int unit_check_file(void) {
    become_unit();
    return privileges_drop(NULL, false) ? OTHERWISE : POSSIBLE;
}

START_TEST(test_unit) {
    static int (*const deeds[])(void) = {unit_check, unit_check_file};
    if (geteuid() != 0) return;
    for (size_t i = 0; i < 2; i++) {
        fflush(NULL);
        pid_t child = fork();
        int status = -1;
        ck_assert_int_ge(child, 0);
        if (child == 0) _exit(deeds[i]());
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == POSSIBLE, "deed %zu: status %#x", i, status);
    }
}
END_TEST

/* Nobody is left in the sandbox half-way: an unknown user is an error before anything has changed. */
START_TEST(test_unknown_user) {
    if (geteuid() == 0) ck_assert(!privileges_drop("no-such-user-here", true));
    ck_assert_int_eq(status_number("NoNewPrivs", 10), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("privileges");
    TCase *drop = tcase_create("drop");
    tcase_add_test(drop, test_root_live);
    tcase_add_test(drop, test_root_file);
    tcase_add_test(drop, test_capture);
    tcase_add_test(drop, test_unit);
    tcase_add_test(drop, test_unknown_user);
    suite_add_tcase(suite, drop);
    TCase *sandbox = tcase_create("sandbox");
    tcase_add_loop_test(sandbox, test_live, 0, (int)(sizeof trials / sizeof trials[0]));
    tcase_add_loop_test(sandbox, test_file, 0, (int)(sizeof trials / sizeof trials[0]));
    suite_add_tcase(suite, sandbox);
    return run_suite(suite);
}
