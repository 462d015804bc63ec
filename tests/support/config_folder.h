/* A folder of configuration files for one test: entered before it, removed after it. */
#ifndef SUPPORT_CONFIG_FOLDER_H
#define SUPPORT_CONFIG_FOLDER_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char config_folder_path[32];

/* Makes the folder and goes there. */
static inline void config_folder_enter(void) {
    strcpy(config_folder_path, "/tmp/tlswhy-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(config_folder_path));
    ck_assert_int_eq(chdir(config_folder_path), 0);
}

static inline int config_folder_remove(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void config_folder_leave(void) {
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(nftw(config_folder_path, config_folder_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Writes LENGTH bytes of TEXT to the file PATH; its folder is made where it is missing. */
static inline void config_folder_write(const char *path, const void *text, size_t length) {
    const char *slash = strrchr(path, '/');
    char folder[64] = "";
    if (slash != NULL) {
        ck_assert_uint_lt((size_t)(slash - path), sizeof folder);
        memcpy(folder, path, (size_t)(slash - path));
        mkdir(folder, 0700);
    }
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static inline void config_folder_put(const char *path, const char *text) {
    config_folder_write(path, text, strlen(text));
}

#endif
