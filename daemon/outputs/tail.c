#include "tail.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "output/output.h"

/* Whether LINE, which is a piece from the front of a JSON object, is all of it: the last brace is the one that closes
 * the first (RFC 8259 section 4). Braces within strings do not count. */
static bool object_is_whole(struct cursor line) {
    unsigned depth = 0;
    bool in_string = false;
    uint8_t letter = 0;
    while (cursor_get_u8(&line, &letter)) {
        if (in_string) {
            if (letter == '\\' && !cursor_skip(&line, 1)) return false;
            in_string = letter != '"';
            continue;
        }
        in_string = letter == '"';
        if (letter == '{') depth++;
        if (letter == '}' && --depth == 0) return cursor_is_empty(&line);
    }
    return false;
}

/* 0 or a negative errno. */
static int newline_append(int descriptor, off_t size) {
    ssize_t count = pwrite(descriptor, "\n", 1, size);
    if (count == 1) return 0;
    return count < 0 ? -errno : -EIO;
}

int tail_repair(int descriptor) {
    char block[OUTPUT_LINE_CAP + 1];
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    size_t length = status.st_size < (off_t)sizeof block ? (size_t)status.st_size : sizeof block;
    if (length == 0) return 0;
    off_t start = status.st_size - (off_t)length;
    ssize_t count = pread(descriptor, block, length, start);
    if (count != (ssize_t)length) return count < 0 ? -errno : -EIO;
    const char *newline = memrchr(block, '\n', length);
    if (newline == NULL && start > 0) return -EBADMSG;
    size_t kept = newline != NULL ? (size_t)(newline - block) + 1 : 0;
    if (kept == length) return 0;
    if (block[kept] != '{') return -EBADMSG;
    if (object_is_whole(cursor_over(block + kept, length - kept))) return newline_append(descriptor, status.st_size);
    return ftruncate(descriptor, start + (off_t)kept) != 0 ? -errno : 0;
}
