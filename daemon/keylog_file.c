#include "keylog_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decrypt/secrets_blocks.h"
#include "report.h"

/* Connections whose secrets are held: a log of a busy test machine's day. Memory is touched only as it fills. */
enum { CONNECTIONS_HELD = 1 << 17, CHUNK = 16384 };

/* Neither a core file nor a core handler nor a debugger of the same user gets at the secrets. */
static void dumps_forbid(void) {
    static const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        report("core dumps cannot be turned off: %s; they would hold the secrets of the key log", strerror(errno));
}

static void complain(struct keylog_file *file, const char *what) {
    if (!file->complained)
        report("cannot %s the key log %s: %s; make it readable, what is in it is not decrypted", what, file->path,
               strerror(errno));
    file->complained = true;
}

static void file_shut(struct keylog_file *file) {
    if (file->descriptor >= 0) close(file->descriptor);
    file->descriptor = -1;
}

/* From the front: the file is new, or was cut. */
static void file_begin(struct keylog_file *file, const struct stat *status) {
    keylog_restart(file->keylog);
    file->offset = 0;
    file->device = status->st_dev;
    file->inode = status->st_ino;
}

static bool file_connect(struct keylog_file *file) {
    struct stat status;
    file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file->descriptor < 0) return false;
    if (fstat(file->descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        errno = EINVAL;
        file_shut(file);
        return false;
    }
    file_begin(file, &status);
    return true;
}

static bool file_read(struct keylog_file *file) {
    char chunk[CHUNK];
    ssize_t count;
    while ((count = pread(file->descriptor, chunk, sizeof chunk, file->offset)) > 0) {
        keylog_append(file->keylog, chunk, (size_t)count);
        file->offset += count;
    }
    explicit_bzero(chunk, sizeof chunk);
    return count == 0;
}

bool keylog_file_open(struct keylog_file *file, const char *path, bool grows, const struct siphash_key *key) {
    *file = (struct keylog_file){.path = path, .descriptor = -1, .grows = grows};
    dumps_forbid();
    file->keylog = keylog_new(CONNECTIONS_HELD, key);
    if (file->keylog == NULL) {
        report("there is not enough memory for a key log");
        return false;
    }
    bool waits = grows && access(path, F_OK) != 0 && errno == ENOENT;
    if (waits) return true;
    if (!file_connect(file) || !file_read(file)) {
        report("cannot read the key log %s: %s; give a readable file in the format of SSLKEYLOGFILE", path,
               strerror(errno));
        keylog_file_close(file);
        return false;
    }
    if (grows) return true;
    keylog_end(file->keylog);
    file_shut(file);
    return true;
}

bool keylog_file_attach(struct keylog_file *file, const char *path, bool grows, struct engine_options *engine_options) {
    if (path == NULL) return true;
    if (!keylog_file_open(file, path, grows, &engine_options->key)) return false;
    engine_options->keylog = file->keylog;
    engine_options->keylog_refresh = keylog_file_refresh;
    engine_options->keylog_context = file;
    return true;
}

/* Reads the capture through; secrets that it holds go into KEYLOG. */
static bool capture_read(int descriptor, struct keylog *keylog) {
    struct secrets_blocks blocks;
    char chunk[CHUNK];
    ssize_t count;
    bool found = false;
    secrets_blocks_init(&blocks, keylog);
    while ((count = read(descriptor, chunk, sizeof chunk)) > 0) {
        bool good = secrets_blocks_push(&blocks, chunk, (size_t)count);
        if (blocks.found && !found) dumps_forbid();
        found = blocks.found;
        if (!good) break;
    }
    explicit_bzero(chunk, sizeof chunk);
    return found;
}

static int capture_open(const char *path) {
    struct stat status;
    if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return -1;
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

bool keylog_file_attach_capture(struct keylog_file *file, const char *path, struct engine_options *engine_options) {
    int descriptor = capture_open(path);
    if (descriptor < 0) return true;
    struct keylog *keylog = file->keylog != NULL ? file->keylog : keylog_new(CONNECTIONS_HELD, &engine_options->key);
    bool found = keylog != NULL && capture_read(descriptor, keylog);
    close(descriptor);
    if (keylog == NULL) {
        report("there is not enough memory for the secrets in %s", path);
        return false;
    }
    if (file->keylog == NULL && !found) {
        keylog_free(keylog);
        return true;
    }
    file->keylog = engine_options->keylog = keylog;
    return true;
}

/* Another file stands under the name (rotated), or none (and the old one may still be written to). */
static bool is_replaced(const struct keylog_file *file) {
    struct stat status;
    if (stat(file->path, &status) != 0) return false;
    return status.st_dev != file->device || status.st_ino != file->inode;
}

static bool is_cut(const struct keylog_file *file) {
    struct stat status;
    return fstat(file->descriptor, &status) == 0 && status.st_size < file->offset;
}

void keylog_file_refresh(void *context) {
    struct keylog_file *file = context;
    struct stat status;
    if (!file->grows) return;
    if (file->descriptor >= 0) {
        if (is_cut(file) && fstat(file->descriptor, &status) == 0) file_begin(file, &status);
        if (!file_read(file)) complain(file, "read");
        if (!is_replaced(file)) return;
        file_shut(file);
    }
    if (file_connect(file)) {
        file->complained = false;
        if (!file_read(file)) complain(file, "read");
    } else if (errno != ENOENT) {
        complain(file, "open");
    }
}

void keylog_file_close(struct keylog_file *file) {
    file_shut(file);
    keylog_free(file->keylog);
    file->keylog = NULL;
}
