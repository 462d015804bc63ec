/* The journal's native protocol (systemd, docs/JOURNAL_NATIVE_PROTOCOL.md): one record a datagram, or, where that is
 * too large, a sealed memory file that the datagram carries. sd_journal_send() would wait where journald does. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "datagram.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

/* A sealed memory file that holds the record; -1 with errno set. */
static int record_file_make(const void *record, size_t length) {
    int file = memfd_create("tlswhyd-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    ssize_t written = write(file, record, length);
    if (written == (ssize_t)length && fcntl(file, F_ADD_SEALS, SEALS) == 0) return file;
    int error = written >= 0 && written != (ssize_t)length ? ENOSPC : errno;
    close(file);
    errno = error;
    return -1;
}

static enum outlet_result record_file_send(struct outlet *outlet, const void *record, size_t length) {
    int file = record_file_make(record, length);
    if (file < 0) return OUTLET_FAILED;
    enum outlet_result result = datagram_send(outlet, "", 0, file);
    int error = errno;
    close(file);
    errno = error;
    return result;
}

static enum outlet_result journal_write(struct outlet *outlet, const unsigned char *record, size_t length) {
    enum outlet_result result = datagram_send(outlet, record, length, -1);
    bool too_large = result == OUTLET_FAILED && (errno == EMSGSIZE || errno == ENOBUFS);
    return too_large ? record_file_send(outlet, record, length) : result;
}

const struct outlet_kind outlet_journal = {
    .name = "journal",
    .place = "/run/systemd/journal/socket",
    .takes_place = true,
    .form = FORM_JOURNAL,
    .patience = 5000,
    .advice = "is systemd-journald running?",
    .open = datagram_open,
    .write = journal_write,
    .settle = datagram_settle,
    .close = datagram_close,
};
