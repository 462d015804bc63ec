#include "datagram.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

/* What the kernel may hold for us, where the limits of the machine allow it (journald asks for as much). */
#define SEND_BUFFER (8 << 20)

#define SETTLE_STEP 5 /* milliseconds between two looks */

void datagram_close(struct outlet *outlet) {
    if (outlet->descriptor >= 0) close(outlet->descriptor);
    outlet->descriptor = -1;
}

/* Failure is no harm: the kernel keeps its default. */
static void buffer_enlarge(int descriptor) {
    const int size = SEND_BUFFER;
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/* 0 or a negative errno. */
static int datagram_connect(struct outlet *outlet) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    datagram_close(outlet);
    if (strlen(outlet->place) >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, outlet->place, strlen(outlet->place) + 1);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    buffer_enlarge(descriptor);
    outlet->descriptor = descriptor;
    return 0;
}

/* Errors that pass when the consumer starts. */
static bool error_passes(int error) {
    static const int passing[] = {ENOENT, ECONNREFUSED, ENOTCONN, ECONNRESET, EPIPE};
    for (size_t i = 0; i < ARRAY_LENGTH(passing); i++)
        if (error == passing[i]) return true;
    return false;
}

bool datagram_open(struct outlet *outlet) {
    int status = datagram_connect(outlet);
    if (status == 0) return true;
    if (outlet->live && error_passes(-status)) return true;
    report("cannot send events to %s: %s; %s", outlet->place, strerror(-status), outlet->kind->advice);
    return false;
}

/* 0 or a negative errno. */
static int message_send(int descriptor, const void *bytes, size_t length, int attached) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec content = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = length > 0};
    if (attached >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        *part =
            (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof attached), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(part), &attached, sizeof attached);
    }
    return sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

enum outlet_result datagram_send(struct outlet *outlet, const void *bytes, size_t length, int attached) {
    int status = outlet->descriptor >= 0 ? message_send(outlet->descriptor, bytes, length, attached) : -ENOTCONN;
    if (status < 0 && error_passes(-status)) {
        status = datagram_connect(outlet);
        if (status == 0) status = message_send(outlet->descriptor, bytes, length, attached);
    }
    if (status == 0) return OUTLET_DONE;
    errno = -status;
    return errno == EAGAIN || errno == EINTR ? OUTLET_WAIT : OUTLET_FAILED;
}

void datagram_settle(struct outlet *outlet, unsigned milliseconds) {
    static const struct timespec step = {.tv_nsec = SETTLE_STEP * 1000000L};
    int unread;
    for (unsigned waited = 0; outlet->descriptor >= 0 && waited < milliseconds; waited += SETTLE_STEP) {
        if (ioctl(outlet->descriptor, SIOCOUTQ, &unread) != 0 || unread <= 0) return;
        nanosleep(&step, NULL);
    }
}
