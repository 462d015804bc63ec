/* The system calls of a running tlswhyd, and no other. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_bonding.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "privileges/privileges.h"
#include "report.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* When a call is allowed. */
enum { ALWAYS, LIVE, UNDER_SANITIZERS };

/* Calls allowed whatever their arguments. */
struct call_row {
    int call;
    unsigned when;
};

static const struct call_row calls[] = {
    /* memory */
    {SCMP_SYS(brk), ALWAYS},
    {SCMP_SYS(munmap), ALWAYS},
    {SCMP_SYS(mremap), ALWAYS},
    {SCMP_SYS(madvise), ALWAYS},
    {SCMP_SYS(memfd_create), ALWAYS},
    /* time */
    {SCMP_SYS(clock_gettime), ALWAYS},
    {SCMP_SYS(clock_getres), ALWAYS},
    {SCMP_SYS(clock_nanosleep), ALWAYS},
    {SCMP_SYS(nanosleep), ALWAYS},
    {SCMP_SYS(gettimeofday), ALWAYS},
    {SCMP_SYS(time), ALWAYS},
    {SCMP_SYS(timerfd_create), ALWAYS},
    {SCMP_SYS(timerfd_settime), ALWAYS},
    /* files: captures, key logs, events, and on a reload configuration, rules and roots */
    {SCMP_SYS(openat), ALWAYS},
    {SCMP_SYS(open), ALWAYS},
    {SCMP_SYS(close), ALWAYS},
    {SCMP_SYS(read), ALWAYS},
    {SCMP_SYS(readv), ALWAYS},
    {SCMP_SYS(pread64), ALWAYS},
    {SCMP_SYS(write), ALWAYS},
    {SCMP_SYS(writev), ALWAYS},
    {SCMP_SYS(pwrite64), ALWAYS},
    {SCMP_SYS(lseek), ALWAYS},
    {SCMP_SYS(fstat), ALWAYS},
    {SCMP_SYS(stat), ALWAYS},
    {SCMP_SYS(lstat), ALWAYS},
    {SCMP_SYS(statx), ALWAYS},
    {SCMP_SYS(newfstatat), ALWAYS},
    {SCMP_SYS(access), ALWAYS},
    {SCMP_SYS(faccessat), ALWAYS},
    {SCMP_SYS(faccessat2), ALWAYS},
    {SCMP_SYS(readlink), ALWAYS},
    {SCMP_SYS(readlinkat), ALWAYS},
    {SCMP_SYS(getdents64), ALWAYS},
    {SCMP_SYS(fcntl), ALWAYS},
    {SCMP_SYS(ftruncate), ALWAYS},
    {SCMP_SYS(fsync), ALWAYS},
    {SCMP_SYS(fdatasync), ALWAYS},
    {SCMP_SYS(rename), ALWAYS},
    {SCMP_SYS(renameat), ALWAYS},
    {SCMP_SYS(renameat2), ALWAYS},
    {SCMP_SYS(unlink), ALWAYS},
    {SCMP_SYS(unlinkat), ALWAYS},
    {SCMP_SYS(dup), ALWAYS},
    {SCMP_SYS(dup3), ALWAYS},
    {SCMP_SYS(pipe2), ALWAYS},
    {SCMP_SYS(getcwd), ALWAYS},
    /* waiting */
    {SCMP_SYS(epoll_create1), ALWAYS},
    {SCMP_SYS(epoll_ctl), ALWAYS},
    {SCMP_SYS(epoll_wait), ALWAYS},
    {SCMP_SYS(epoll_pwait), ALWAYS},
    {SCMP_SYS(epoll_pwait2), ALWAYS},
    {SCMP_SYS(eventfd2), ALWAYS},
    {SCMP_SYS(poll), ALWAYS},
    {SCMP_SYS(ppoll), ALWAYS},
    {SCMP_SYS(select), ALWAYS},
    {SCMP_SYS(pselect6), ALWAYS},
    /* threads and signals */
    {SCMP_SYS(futex), ALWAYS},
    {SCMP_SYS(set_robust_list), ALWAYS},
    {SCMP_SYS(rseq), ALWAYS},
    {SCMP_SYS(sched_yield), ALWAYS},
    {SCMP_SYS(sched_getaffinity), ALWAYS},
    {SCMP_SYS(rt_sigaction), ALWAYS},
    {SCMP_SYS(rt_sigprocmask), ALWAYS},
    {SCMP_SYS(rt_sigreturn), ALWAYS},
    {SCMP_SYS(restart_syscall), ALWAYS},
    {SCMP_SYS(sigaltstack), ALWAYS},
    {SCMP_SYS(tgkill), ALWAYS},
    {SCMP_SYS(gettid), ALWAYS},
    {SCMP_SYS(getpid), ALWAYS},
    {SCMP_SYS(exit), ALWAYS},
    {SCMP_SYS(exit_group), ALWAYS},
    /* what the process is told about itself and the machine */
    {SCMP_SYS(getrandom), ALWAYS},
    {SCMP_SYS(uname), ALWAYS},
    {SCMP_SYS(sysinfo), ALWAYS},
    {SCMP_SYS(getrusage), ALWAYS},
    {SCMP_SYS(times), ALWAYS},
    {SCMP_SYS(getuid), ALWAYS},
    {SCMP_SYS(geteuid), ALWAYS},
    {SCMP_SYS(getgid), ALWAYS},
    {SCMP_SYS(getegid), ALWAYS},
    /* sockets: the journal, syslog and systemd; live, the ring, netlink and the metrics' HTTP server */
    {SCMP_SYS(connect), ALWAYS},
    {SCMP_SYS(sendto), ALWAYS},
    {SCMP_SYS(sendmsg), ALWAYS},
    {SCMP_SYS(sendmmsg), ALWAYS},
    {SCMP_SYS(recvfrom), ALWAYS},
    {SCMP_SYS(recvmsg), ALWAYS},
    {SCMP_SYS(getsockopt), ALWAYS},
    {SCMP_SYS(setsockopt), ALWAYS},
    {SCMP_SYS(getsockname), ALWAYS},
    {SCMP_SYS(getpeername), ALWAYS},
    {SCMP_SYS(shutdown), ALWAYS},
    {SCMP_SYS(bind), LIVE},
    {SCMP_SYS(accept), LIVE},
    {SCMP_SYS(accept4), LIVE},
    /* what these are called where a word has 32 bits; elsewhere the library passes over them */
    {SCMP_SYS(fcntl64), ALWAYS},
    {SCMP_SYS(fstat64), ALWAYS},
    {SCMP_SYS(stat64), ALWAYS},
    {SCMP_SYS(lstat64), ALWAYS},
    {SCMP_SYS(fstatat64), ALWAYS},
    {SCMP_SYS(_llseek), ALWAYS},
    {SCMP_SYS(ftruncate64), ALWAYS},
    {SCMP_SYS(getuid32), ALWAYS},
    {SCMP_SYS(geteuid32), ALWAYS},
    {SCMP_SYS(getgid32), ALWAYS},
    {SCMP_SYS(getegid32), ALWAYS},
    {SCMP_SYS(clock_gettime64), ALWAYS},
    {SCMP_SYS(clock_getres_time64), ALWAYS},
    {SCMP_SYS(clock_nanosleep_time64), ALWAYS},
    {SCMP_SYS(timerfd_settime64), ALWAYS},
    {SCMP_SYS(futex_time64), ALWAYS},
    {SCMP_SYS(ppoll_time64), ALWAYS},
    {SCMP_SYS(pselect6_time64), ALWAYS},
    {SCMP_SYS(_newselect), ALWAYS},
    {SCMP_SYS(sigreturn), ALWAYS},
    {SCMP_SYS(send), ALWAYS},
    {SCMP_SYS(recv), ALWAYS},
    /* how leaks are found at the end, and reports written */
    {SCMP_SYS(clone), UNDER_SANITIZERS},
    {SCMP_SYS(ptrace), UNDER_SANITIZERS},
    {SCMP_SYS(prctl), UNDER_SANITIZERS},
    {SCMP_SYS(wait4), UNDER_SANITIZERS},
    {SCMP_SYS(getdents), UNDER_SANITIZERS},
    {SCMP_SYS(getppid), UNDER_SANITIZERS},
    {SCMP_SYS(arch_prctl), UNDER_SANITIZERS},
};

/* Calls allowed only where one argument is as it should be; otherwise they fail with EPERM. */
struct argument_row {
    int call;
    unsigned when;
    unsigned argument; /* its position */
    uint64_t mask;     /* what of it counts; 0: all */
    uint64_t value;
    bool then_zero; /* the argument behind it has to be 0 */
};

static const struct argument_row arguments[] = {
    /* no memory is made executable */
    {SCMP_SYS(mmap), ALWAYS, 2, PROT_EXEC, 0, false},
    {SCMP_SYS(mmap2), ALWAYS, 2, PROT_EXEC, 0, false},
    {SCMP_SYS(mprotect), ALWAYS, 2, PROT_EXEC, 0, false},
    /* threads, and no processes */
    {SCMP_SYS(clone), ALWAYS, 0, CLONE_THREAD, CLONE_THREAD, false},
    {SCMP_SYS(prctl), ALWAYS, 0, 0, PR_SET_NAME, false},
    {SCMP_SYS(prctl), ALWAYS, 0, 0, PR_SET_DUMPABLE, true},
    /* limits are read, not changed, but for core dumps: these are off, and whoever is not root only lowers a limit */
    {SCMP_SYS(prlimit64), ALWAYS, 2, 0, 0, false},
    {SCMP_SYS(prlimit64), ALWAYS, 1, 0, RLIMIT_CORE, false},
    {SCMP_SYS(socket), ALWAYS, 0, 0, AF_UNIX, false},
    {SCMP_SYS(socketpair), ALWAYS, 0, 0, AF_UNIX, false},
    {SCMP_SYS(socket), LIVE, 0, 0, AF_PACKET, false},
    {SCMP_SYS(socket), LIVE, 0, 0, AF_NETLINK, false},
    {SCMP_SYS(ioctl), ALWAYS, 1, 0, TCGETS, false},
    {SCMP_SYS(ioctl), ALWAYS, 1, 0, TIOCGWINSZ, false},
    {SCMP_SYS(ioctl), ALWAYS, 1, 0, FIONREAD, false},
    {SCMP_SYS(ioctl), ALWAYS, 1, 0, FIONBIO, false},
    {SCMP_SYS(ioctl), ALWAYS, 1, 0, SIOCOUTQ, false},
    /* what libpcap asks before it captures */
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCGIFNAME, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCGIFINDEX, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCGIFFLAGS, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCGIFHWADDR, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCGIFMTU, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCETHTOOL, false},
    {SCMP_SYS(ioctl), LIVE, 1, 0, SIOCBONDINFOQUERY, false},
};

/* The filter of all threads is two: the kernel obeys the stricter. The first looks at the call alone and ends the
 * process at one that is not listed; the second looks at arguments, and what is not listed fails. */
enum stage { STAGE_CALLS, STAGE_ARGUMENTS };

static bool row_counts(unsigned when, bool live) {
    return when == ALWAYS || (when == LIVE && live) || (when == UNDER_SANITIZERS && SANITIZED);
}

/* 0, or a negative errno. */
static int argument_allow(scmp_filter_ctx filter, const struct argument_row *row) {
    struct scmp_arg_cmp compare[2] = {
        {.arg = row->argument, .op = SCMP_CMP_EQ, .datum_a = row->value},
        {.arg = row->argument + 1, .op = SCMP_CMP_EQ, .datum_a = 0},
    };
    if (row->mask != 0)
        compare[0] = (struct scmp_arg_cmp){
            .arg = row->argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = row->mask, .datum_b = row->value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, row->call, row->then_zero ? 2 : 1, compare);
}

static int rules_add(scmp_filter_ctx filter, enum stage stage, bool live) {
    int result = 0;
    for (size_t i = 0; result == 0 && i < ARRAY_LENGTH(calls); i++)
        if (row_counts(calls[i].when, live)) result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i].call, 0);
    for (size_t i = 0; result == 0 && i < ARRAY_LENGTH(arguments); i++) {
        if (!row_counts(arguments[i].when, live)) continue;
        if (stage == STAGE_CALLS)
            result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, arguments[i].call, 0);
        else
            result = argument_allow(filter, &arguments[i]);
    }
    /* the flags of clone3 are out of a filter's sight; the C library falls back to clone() */
    if (result == 0)
        result = seccomp_rule_add(filter, stage == STAGE_CALLS ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS),
                                  SCMP_SYS(clone3), 0);
    /* arguments are loaded first, and let the other filter through, which ends that */
    if (result == 0 && stage == STAGE_ARGUMENTS)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(seccomp), 0);
    return result;
}

static int filter_load(enum stage stage, bool live) {
    scmp_filter_ctx filter =
        seccomp_init(stage == STAGE_CALLS ? (uint32_t)SCMP_ACT_KILL_PROCESS : (uint32_t)SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) return -ENOMEM;
    int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0) result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    /* no_new_privs is set once: afterwards prctl() is limited */
    if (result == 0) result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, stage == STAGE_ARGUMENTS);
    if (result == 0) result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (result == 0) result = rules_add(filter, stage, live);
    if (result == 0) result = seccomp_load(filter);
    seccomp_release(filter);
    return result;
}

bool privileges_sandbox(bool live) {
    int result = filter_load(STAGE_ARGUMENTS, live);
    if (result == 0) result = filter_load(STAGE_CALLS, live);
    if (result == 0) return true;
    report("cannot limit the system calls: %s; the kernel has to allow seccomp filters", strerror(-result));
    return false;
}
