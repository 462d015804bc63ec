/* A file of JSON lines. Every line is appended by one write(); what is torn all the same, because the disk is full or
 * the process was killed, is taken back before another line follows. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outlet.h"
#include "report.h"
#include "tail.h"

#define MODE 0640

/* The file at the outlet's place, ready for the next line. A descriptor, or a negative errno: -EINVAL where it is no
 * regular file, -ENOENT where its folder is missing. */
static int file_take(const struct outlet *outlet) {
    struct stat status;
    int descriptor = open(outlet->place, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, MODE);
    if (descriptor < 0) return -errno;
    int error = fstat(descriptor, &status) != 0 ? -errno : S_ISREG(status.st_mode) ? tail_repair(descriptor) : -EINVAL;
    if (error == 0) return descriptor;
    close(descriptor);
    return error;
}

/* What is wrong with a place that cannot be taken, and what to do. */
static void file_complain(const struct outlet *outlet, int error, const char *consequence) {
    static const struct {
        int error;
        const char *meaning;
    } meanings[] = {
        {ENOENT, "its folder does not exist; make it"},
        {ELOOP, "it is a symbolic link; give the file itself"},
        {EINVAL, "it is no regular file; give another place"},
        {EBADMSG, "its last line is no event, so it is not ours to repair; move it away"},
        {EACCES, "not permitted; the folder has to belong to the user that tlswhyd runs as"},
        {EROFS, "the file system is read-only; with systemd, name the folder in ReadWritePaths="},
    };
    const char *meaning = strerror(error);
    for (size_t i = 0; i < ARRAY_LENGTH(meanings); i++)
        if (error == meanings[i].error) meaning = meanings[i].meaning;
    report("cannot append events to %s: %s%s", outlet->place, meaning, consequence);
}

static bool file_open(struct outlet *outlet) {
    int descriptor = file_take(outlet);
    if (descriptor < 0) {
        file_complain(outlet, -descriptor, "");
        return false;
    }
    outlet->descriptor = descriptor;
    return true;
}

/* Takes back the piece of a line that was appended; where that fails the rest of the line will be appended instead.
 * Only where the piece is still the end of the file: another writer's line is not ours to cut. */
static void piece_take_back(struct outlet *outlet) {
    struct stat status;
    off_t end = lseek(outlet->descriptor, 0, SEEK_CUR); /* O_APPEND: behind what this descriptor wrote last */
    if (outlet->partial == 0 || end < (off_t)outlet->partial) return;
    if (fstat(outlet->descriptor, &status) != 0 || status.st_size != end) return;
    if (ftruncate(outlet->descriptor, end - (off_t)outlet->partial) == 0) outlet->partial = 0;
}

/* Somebody removed the file: nobody will ever read what is written to it now (unlink(2)). */
static bool file_is_removed(const struct outlet *outlet) {
    struct stat status;
    return fstat(outlet->descriptor, &status) == 0 && status.st_nlink == 0;
}

/* A new file in the place of one that was removed. False with errno set. */
static bool file_renew(struct outlet *outlet) {
    int descriptor = file_take(outlet);
    if (descriptor < 0) {
        errno = -descriptor;
        return false;
    }
    report_note("%s was removed: a new file is begun there", outlet->place);
    close(outlet->descriptor);
    outlet->descriptor = descriptor;
    return true;
}

static enum outlet_result file_write(struct outlet *outlet, const unsigned char *line, size_t length) {
    if (outlet->partial == 0 && file_is_removed(outlet) && !file_renew(outlet)) return OUTLET_FAILED;
    while (outlet->partial < length) {
        ssize_t count = write(outlet->descriptor, line + outlet->partial, length - outlet->partial);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            int error = errno;
            piece_take_back(outlet);
            errno = error;
            return OUTLET_FAILED;
        }
        outlet->partial += (size_t)count;
    }
    return OUTLET_DONE;
}

/* Where the place cannot be taken again the old file goes on being written to. */
static void file_reopen(struct outlet *outlet) {
    piece_take_back(outlet); /* before the repair, which could take it for a whole line */
    int descriptor = file_take(outlet);
    if (descriptor < 0) {
        file_complain(outlet, -descriptor, "; the old file is still written to");
        return;
    }
    outlet->partial = 0;
    close(outlet->descriptor);
    outlet->descriptor = descriptor;
}

static void file_close(struct outlet *outlet) {
    if (outlet->descriptor >= 0) close(outlet->descriptor);
    outlet->descriptor = -1;
}

const struct outlet_kind outlet_file = {
    .name = "file",
    .takes_place = true,
    .form = FORM_JSON,
    .advice = "free some space or give another place",
    .open = file_open,
    .write = file_write,
    .reopen = file_reopen,
    .close = file_close,
};
