#include "reload_outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "files.h"

static const char *const words[] = {"refused", "accepted"};

/* The first of several that $RUNTIME_DIRECTORY may name, with colons between them. */
bool reload_outcome_folder(const struct options *options, char *path, size_t size) {
    const char *folder = options->run_folder;
    if (folder == NULL) folder = getenv("RUNTIME_DIRECTORY");
    if (folder == NULL) return false;
    size_t length = options->run_folder != NULL ? strlen(folder) : strcspn(folder, ":");
    if (length == 0 || length >= size) return false;
    memcpy(path, folder, length);
    path[length] = '\0';
    return true;
}

static int path_make(char path[PATH_MAX], const char *folder, const char *name) {
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int file_write(const char *path, const char *text, size_t length) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0) return -errno;
    ssize_t written = write(file, text, length);
    int result = written < 0 ? -errno : written < (ssize_t)length ? -ENOSPC : 0;
    if (close(file) != 0 && result == 0) result = -errno;
    if (result != 0) unlink(path);
    return result;
}

int reload_outcome_write(const char *folder, const struct reload_outcome *outcome) {
    char path[PATH_MAX], fresh[PATH_MAX], text[RELOAD_SENTENCE_SIZE + 64], sentence[RELOAD_SENTENCE_SIZE];
    struct text_writer clean = text_writer_over(sentence, sizeof sentence);
    struct text_writer writer = text_writer_over(text, sizeof text);
    text_append_hostile(&clean, outcome->sentence, strnlen(outcome->sentence, sizeof outcome->sentence));
    text_append_format(&writer, "%d %" PRIu64 " %s\n%s\n", outcome->process, outcome->sequence,
                       words[outcome->accepted], sentence);
    int result = path_make(path, folder, "reload");
    if (result == 0) result = path_make(fresh, folder, ".reload.new");
    if (result == 0) result = file_write(fresh, text, writer.length);
    if (result == 0 && rename(fresh, path) != 0) result = -errno;
    return result;
}

/* Digits of a number up to LARGEST and the space behind them; moves *TEXT on. */
static bool number_parse(char **text, uint64_t largest, uint64_t *number) {
    char *end;
    if (**text < '0' || **text > '9') return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    if (errno != 0 || *number > largest || *end != ' ') return false;
    *text = end + 1;
    return true;
}

static bool word_parse(char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0) return false;
    *text += length;
    return true;
}

/* "PROCESS SEQUENCE WORD\nSENTENCE\n" and nothing else. */
static bool outcome_parse(char *text, struct reload_outcome *outcome) {
    uint64_t process;
    struct reload_outcome read = {0};
    char *sentence = text;
    if (!number_parse(&sentence, INT_MAX, &process) || !number_parse(&sentence, UINT64_MAX, &read.sequence))
        return false;
    read.process = (int)process;
    read.accepted = word_parse(&sentence, words[true]);
    if (!read.accepted && !word_parse(&sentence, words[false])) return false;
    size_t length = strlen(sentence);
    if (length < 2 || sentence[0] != '\n' || sentence[length - 1] != '\n') return false;
    sentence[length - 1] = '\0';
    sentence++;
    if (length - 2 >= sizeof read.sentence || strchr(sentence, '\n') != NULL || !text_is_clean(sentence)) return false;
    memcpy(read.sentence, sentence, length - 1);
    *outcome = read;
    return true;
}

int reload_outcome_read(const char *folder, struct reload_outcome *outcome) {
    char path[PATH_MAX];
    size_t length;
    int result = path_make(path, folder, "reload");
    if (result != 0) return result;
    char *text = files_read(path, &length);
    if (text == NULL) return -errno;
    bool good = strlen(text) == length && outcome_parse(text, outcome);
    free(text);
    return good ? 0 : -EBADMSG;
}
