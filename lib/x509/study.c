/* From what was sent to what is known of it, time and name left aside. */
#include "study.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certificate.h"

/* Certificate POSITION of the entry: one that is known already, or read anew; NULL where it is none. */
static X509 *certificate_get(struct x509_entry *entry, unsigned position, struct x509_learned *learned) {
    struct cursor der = x509_entry_der(entry, position);
    char *sha256 = entry->certificate[position].sha256;
    bool trailing;
    X509 *x509 = x509_sha256_hex(NULL, der.position, der.remaining, sha256) ? x509_learned_find(learned, sha256) : NULL;
    if (x509 != NULL && X509_up_ref(x509) == 1) return x509;
    x509 = x509_certificate_parse(der, &trailing);
    if (x509 == NULL)
        x509_verdict_add(&entry->unreadable, X509_FAULT_BAD_CHAIN, position, "it cannot be read");
    else if (trailing)
        x509_verdict_add(&entry->unreadable, X509_FAULT_BAD_CHAIN, position, "bytes follow its end");
    return x509;
}

static void certificates_read(struct x509_entry *entry, struct x509_chain *chain, struct x509_learned *learned) {
    chain->count = entry->kept;
    for (unsigned i = 0; i < entry->kept; i++) {
        chain->x509[i] = certificate_get(entry, i, learned);
        if (chain->x509[i] == NULL) continue;
        x509_certificate_describe(chain->x509[i], &entry->certificate[i]);
        chain->self_signed[i] = entry->certificate[i].self_signed;
    }
}

/* What follows a certificate would be forgotten if the next chain took it from here: only whole chains teach. */
static void certificates_learn(const struct x509_entry *entry, const struct x509_chain *chain,
                               struct x509_learned *learned) {
    if (entry->unreadable.faults != 0) return;
    for (unsigned i = 0; i < chain->count; i++)
        if (entry->certificate[i].is_ca) x509_learned_add(learned, chain->x509[i], &entry->certificate[i]);
}

static bool paths_keep(struct x509_entry *entry, const struct x509_path *paths, unsigned count) {
    entry->path = calloc(count, sizeof *paths);
    if (entry->path == NULL) return false;
    memcpy(entry->path, paths, count * sizeof *paths);
    entry->path_count = count;
    return true;
}

bool x509_entry_study(struct x509_entry *entry, const struct x509_roots *roots, struct x509_learned *learned) {
    struct x509_chain chain = {0};
    struct x509_path paths[X509_PATHS_KEPT];
    bool done = true;
    x509_verdict_init(&entry->unreadable);
    certificates_read(entry, &chain, learned);
    if (chain.x509[0] != NULL)
        done = x509_names_collect(chain.x509[0], &entry->names) &&
               paths_keep(entry, paths, x509_chain_study(&chain, roots, entry->purpose, paths));
    certificates_learn(entry, &chain, learned);
    for (unsigned i = 0; i < chain.count; i++)
        X509_free(chain.x509[i]);
    ERR_clear_error();
    return done;
}

/* An authorityKeyIdentifier may name the issuer's issuer (RFC 5280 section 4.2.1.1): the same name is a root. */
static enum x509_lesson key_identifier_ask(X509 *top) {
    const GENERAL_NAMES *names = X509_get0_authority_issuer(top);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DIRNAME) continue;
        bool same = X509_NAME_cmp(name->d.directoryName, X509_get_issuer_name(top)) == 0;
        return same ? X509_LESSON_ROOT : X509_LESSON_INTERMEDIATE;
    }
    return X509_LESSON_NONE;
}

/* Several CAs up and the last one's issuer unknown: that is a root, which is properly left out. A leaf alone was most
 * likely issued by an intermediate, unless its issuer calls itself a root and nobody offers it for fetching. */
static enum x509_lesson guess(const struct x509_path *path, const struct x509_certificate *top) {
    if (path->count > 1) return X509_LESSON_ROOT;
    bool named_root = strcasestr(top->issuer_common_name, "root") != NULL;
    return named_root && top->issuer_url[0] == '\0' ? X509_LESSON_ROOT : X509_LESSON_INTERMEDIATE;
}

static enum x509_lesson lesson_find(const struct x509_entry *entry, const struct x509_path *path, X509 *top,
                                    const struct x509_roots *roots, struct x509_learned *learned) {
    enum x509_lesson lesson = x509_learned_ask(learned, roots, top);
    if (lesson == X509_LESSON_NONE) lesson = key_identifier_ask(top);
    if (lesson == X509_LESSON_NONE) lesson = guess(path, &entry->certificate[path->node[path->count - 1]]);
    return lesson;
}

enum x509_fault x509_entry_trust_fault(struct x509_entry *entry, const struct x509_path *path,
                                       const struct x509_roots *roots, struct x509_learned *learned) {
    if (path->root_sent) return X509_FAULT_UNKNOWN_CA;
    uint64_t stamp = entry->lesson_asked ? x509_learned_stamp(learned, entry->missing_hash) : 0;
    if (!entry->lesson_asked || stamp != entry->lesson_stamp) {
        bool trailing;
        X509 *top = x509_certificate_parse(x509_entry_der(entry, path->node[path->count - 1]), &trailing);
        if (top == NULL) return X509_FAULT_UNKNOWN_CA;
        entry->missing_hash = x509_learned_hash(X509_get_issuer_name(top));
        entry->lesson_stamp = x509_learned_stamp(learned, entry->missing_hash);
        entry->lesson = lesson_find(entry, path, top, roots, learned);
        entry->lesson_asked = true;
        X509_free(top);
        ERR_clear_error();
    }
    return entry->lesson == X509_LESSON_INTERMEDIATE ? X509_FAULT_MISSING_INTERMEDIATE : X509_FAULT_UNKNOWN_CA;
}
