/* The user, the capabilities, core dumps. */
#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "privileges/privileges.h"
#include "report.h"

/* Key material and other people's traffic are in memory: none of it goes to a disk when something breaks. */
static bool core_dumps_disable(void) {
    struct rlimit none = {0};
    if (setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0) return true;
    report("cannot switch core dumps off: %s", strerror(errno));
    return false;
}

/* Whom root becomes; NULL after having reported. The result is the C library's. */
static const struct passwd *user_find(const char *name) {
    const struct passwd *user = getpwnam(name != NULL ? name : "tlswhy");
    if (user == NULL && name == NULL) user = getpwnam("nobody");
    if (user == NULL)
        report("there is no user \"%s\" to give root up for: create it, or name another with --user",
               name != NULL ? name : "nobody");
    return user;
}

/* Keeping takes having: a container's root may lack CAP_NET_RAW. */
static bool net_raw_stays(bool live) {
    return live && capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW) != 0;
}

/* What is to stay is set up; the sets of this process are as they were. */
static void capabilities_choose(bool net_raw) {
    capng_clear(CAPNG_SELECT_ALL);
    if (net_raw) capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
}

/* Whether this process can use nothing but what was to stay. */
static bool capabilities_are_few(bool net_raw) {
    if (capng_get_caps_process() != 0) return false;
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; capability++) {
        bool may = net_raw && capability == CAP_NET_RAW;
        if (capng_have_capability(CAPNG_EFFECTIVE, capability) != may ||
            capng_have_capability(CAPNG_PERMITTED, capability) != may)
            return false;
    }
    return true;
}

static bool root_leave(const struct passwd *user, bool net_raw) {
    capabilities_choose(net_raw);
    errno = 0;
    if (capng_change_id((int)user->pw_uid, (int)user->pw_gid, CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING) == 0)
        return true;
    report("cannot become the user %s: %s; start as that user with CAP_NET_RAW, or stay root with --user root",
           user->pw_name, errno != 0 ? strerror(errno) : "the capabilities for it are missing");
    return false;
}

/* Ambient capabilities (systemd gives them) go too: no program is ever started. The bounding set can only be emptied by
 * who has CAP_SETPCAP; without it nothing in it is within reach either, as no_new_privs is set. The shipped unit
 * forbids capset(2) and has given no more than CAP_NET_RAW, so what counts is how the sets are afterwards. */
static bool capabilities_leave(bool net_raw, bool may_bound) {
    capabilities_choose(net_raw);
    capng_apply(CAPNG_SELECT_AMBIENT);
    int result = capng_apply(may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
    int problem = errno;
    if (capabilities_are_few(net_raw)) return true;
    report("cannot give capabilities up: %s", result != 0 ? strerror(problem) : "the kernel kept them");
    return false;
}

bool privileges_drop(const char *user, bool live) {
    const struct passwd *target = NULL;
    if (geteuid() == 0) {
        target = user_find(user);
        if (target == NULL) return false;
    }
    if (capng_get_caps_process() != 0) {
        report("cannot read the capabilities of this process: is /proc mounted?");
        return false;
    }
    bool net_raw = net_raw_stays(live);
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
    if (target != NULL && target->pw_uid != 0 && !root_leave(target, net_raw)) return false;
    if (!capabilities_leave(net_raw, may_bound && (target == NULL || target->pw_uid == 0))) return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        report("cannot set no_new_privs: %s", strerror(errno));
        return false;
    }
    return core_dumps_disable();
}
