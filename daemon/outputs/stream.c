/* Standard output: a terminal, a pipe, a file of the shell's, or the journal's stream. It is shared with others, so it
 * is not made non-blocking; live, poll() and pieces that a pipe takes whole keep the thread from being held up. While a
 * capture file is read a slow reader may hold it up, and many lines are written at once. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "outlet.h"

static bool stdout_open(struct outlet *outlet) {
    outlet->descriptor = STDOUT_FILENO;
    return true;
}

/* Whether a write of PIPE_BUF bytes would not wait. Files and terminals without flow control always say yes. */
static bool stdout_is_ready(void) {
    struct pollfd watched = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&watched, 1, 0) != 0;
}

/* A terminal that was closed answers with EIO (tty_ioctl(4), hang-up). */
static bool terminal_is_closed(void) {
    struct pollfd watched = {.fd = STDOUT_FILENO};
    return poll(&watched, 1, 0) > 0 && (watched.revents & POLLHUP) != 0;
}

static enum outlet_result failure_judge(void) {
    int error = errno;
    if (error == EPIPE || (error == EIO && terminal_is_closed())) return OUTLET_GONE;
    errno = error;
    if (errno == EAGAIN || errno == EINTR) return OUTLET_WAIT;
    return OUTLET_FAILED;
}

static enum outlet_result stdout_write(struct outlet *outlet, const unsigned char *entry, size_t length) {
    while (outlet->partial < length) {
        size_t piece = length - outlet->partial;
        if (outlet->live) {
            if (!stdout_is_ready()) return OUTLET_WAIT;
            if (piece > PIPE_BUF) piece = PIPE_BUF;
        }
        ssize_t count = write(STDOUT_FILENO, entry + outlet->partial, piece);
        if (count < 0) return failure_judge();
        outlet->partial += (size_t)count;
    }
    return OUTLET_DONE;
}

/* The descriptor is the process's, not ours. */
static void stdout_close(struct outlet *outlet) {
    outlet->descriptor = -1;
}

const struct outlet_kind outlet_stdout = {
    .name = "stdout",
    .may_leave = true,
    .joins = true,
    .form = FORM_JSON,
    .advice = "free some space or give another place",
    .open = stdout_open,
    .write = stdout_write,
    .close = stdout_close,
};
