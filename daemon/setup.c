#include "setup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "report.h"

/* Chains of certificates that are remembered, at some 25 KiB each: one a server, and most gateways talk to fewer. */
enum { CHAINS_REMEMBERED = 256 };

/* Where systems keep the roots that they trust: Debian, Red Hat, Alpine and SUSE. */
static const char *const system_roots[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
};

void setup_rules_folder(char *path, size_t size) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        char *slash = strrchr(program, '/');
        if (slash != NULL) *slash = '\0';
        int written = snprintf(path, size, "%s/../share/tlswhy/rules", program);
        if (written > 0 && (size_t)written < size && access(path, R_OK | X_OK) == 0) return;
    }
    snprintf(path, size, "%s", TLSWHY_RULES_FOLDER);
}

static bool rules_add_file(struct rule_table *table, const char *path, bool override) {
    char error[512];
    size_t length;
    char *text = files_read(path, &length);
    if (text == NULL) {
        report("cannot read the rule file %s: %s; make it readable or leave it out", path, strerror(errno));
        return false;
    }
    bool added = rule_table_add(table, path, text, length, override, error, sizeof error);
    if (!added) report("%s", error);
    free(text);
    return added;
}

/* The files of FOLDER by name; OVERRIDE: they are the local ones, whose rules replace others of the same id. A local
 * folder that is not there holds none. */
static bool rules_add_folder(struct rule_table *table, const char *folder, bool override) {
    static const char *const endings[] = {".json", NULL};
    size_t count = 0;
    char **paths = files_list(folder, endings, &count);
    if (paths == NULL) {
        if (override && errno == ENOENT) return true;
        report("cannot read the rule folder %s: %s; give the folder of the rule files with --%s", folder,
               strerror(errno), override ? "local-rules" : "rules");
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = rules_add_file(table, paths[i], override);
    files_list_free(paths, count);
    return good;
}

struct rule_table *setup_rules(const char *folder, const char *local) {
    char shipped[PATH_MAX];
    if (folder == NULL) {
        setup_rules_folder(shipped, sizeof shipped);
        folder = shipped;
    }
    struct rule_table *table = rule_table_new();
    if (table == NULL) {
        report("there is not enough memory for the rules");
        return NULL;
    }
    bool good = rules_add_folder(table, folder, false);
    if (good && rule_table_count(table) == 0) {
        report("there is no rule in %s: give the folder of the rule files with --rules", folder);
        good = false;
    }
    if (good && (local == NULL || rules_add_folder(table, local, true))) return table;
    rule_table_free(table);
    return NULL;
}

/* One file; IN_FOLDER: files of a folder that hold no certificate are passed over, and so are links to roots that a
 * system has removed. */
static bool trust_add_file(struct x509_inspector *inspector, const char *path, bool in_folder, unsigned *roots) {
    char error[512];
    unsigned added = 0;
    size_t length;
    char *pem = files_read(path, &length);
    if (pem == NULL && in_folder && errno == ENOENT) return true;
    if (pem == NULL) {
        report("cannot read the trusted roots in %s: %s; make the file readable", path, strerror(errno));
        return false;
    }
    bool holds = strstr(pem, "-----BEGIN") != NULL;
    bool good = (in_folder && !holds) || x509_inspector_trust_pem(inspector, pem, length, &added, error, sizeof error);
    if (!good) report("%s: %s; give a PEM file of certificates", path, error);
    free(pem);
    *roots += added;
    return good;
}

static bool trust_add_folder(struct x509_inspector *inspector, const char *folder, unsigned *roots) {
    static const char *const endings[] = {".pem", ".crt", ".cer", NULL};
    size_t count = 0;
    char **paths = files_list(folder, endings, &count);
    if (paths == NULL) {
        report("cannot read the folder of trusted roots %s: %s", folder, strerror(errno));
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = trust_add_file(inspector, paths[i], true, roots);
    files_list_free(paths, count);
    if (good && *roots == 0) {
        report("there is no certificate in %s: files must end in .pem, .crt or .cer", folder);
        return false;
    }
    return good;
}

static bool trust_add_path(struct x509_inspector *inspector, const char *path, unsigned *roots) {
    struct stat status;
    if (stat(path, &status) != 0) {
        report("cannot read the trusted roots in %s: %s; check the path", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) return trust_add_folder(inspector, path, roots);
    return trust_add_file(inspector, path, false, roots);
}

static bool trust_add_system(struct x509_inspector *inspector, unsigned *roots) {
    for (size_t i = 0; i < ARRAY_LENGTH(system_roots); i++)
        if (access(system_roots[i], R_OK) == 0) return trust_add_path(inspector, system_roots[i], roots);
    report("the system has no file of trusted roots, so unknown CAs cannot be told: install ca-certificates or "
           "give one with --trust");
    return true;
}

struct x509_inspector *setup_trust(const char *path, const struct siphash_key *key, unsigned *roots) {
    struct x509_inspector *inspector = x509_inspector_new(CHAINS_REMEMBERED, key);
    *roots = 0;
    if (inspector == NULL) {
        report("there is not enough memory to begin with");
        return NULL;
    }
    bool good = path != NULL ? trust_add_path(inspector, path, roots) : trust_add_system(inspector, roots);
    if (good) return inspector;
    x509_inspector_free(inspector);
    return NULL;
}
