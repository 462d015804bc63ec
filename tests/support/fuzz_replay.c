/* The main of a fuzz harness where there is no libFuzzer: runs the harness over each file of the folders given. A
 * folder that does not exist has no files; no file at all is a failure, because then nothing was tested. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a whole file into a heap block of exactly its size; NULL where that fails. */
static uint8_t *file_read(FILE *file, size_t size) {
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (data != NULL && fread(data, 1, size, file) == size) return data;
    free(data);
    return NULL;
}

/* Runs one file; false where it cannot be read. Other things than files are passed over. */
static bool file_replay(const char *path, unsigned *count) {
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        perror(path);
        if (file != NULL) fclose(file);
        return false;
    }
    bool read = true;
    if (S_ISREG(status.st_mode)) {
        uint8_t *data = file_read(file, (size_t)status.st_size);
        read = data != NULL;
        if (read) {
            LLVMFuzzerTestOneInput(data, (size_t)status.st_size);
            (*count)++;
        } else {
            perror(path);
        }
        free(data);
    }
    fclose(file);
    return read;
}

static bool folder_replay(const char *path, unsigned *count) {
    DIR *folder = opendir(path);
    if (folder == NULL) return true;
    bool ok = true;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char name[4096];
        if (entry->d_name[0] == '.') continue;
        int length = snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        ok = length > 0 && (size_t)length < sizeof(name) && file_replay(name, count) && ok;
    }
    closedir(folder);
    return ok;
}

int main(int argc, char **argv) {
    unsigned count = 0;
    bool ok = true;
    for (int i = 1; i < argc; i++)
        ok = folder_replay(argv[i], &count) && ok;
    printf("%u inputs\n", count);
    return ok && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
