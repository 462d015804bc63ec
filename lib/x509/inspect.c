/* The chain at a point in time, for a name: what the rest of the house sees of this room. */
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "certificate.h"
#include "digest.h"
#include "study.h"

struct x509_inspector {
    struct x509_roots roots;
    struct x509_cache cache;
    struct x509_learned learned;
    struct x509_digests digests;
};

struct x509_digests *x509_inspector_digests(struct x509_inspector *inspector) {
    return inspector != NULL ? &inspector->digests : NULL;
}

struct x509_inspector *x509_inspector_new(size_t cache_limit, const struct siphash_key *key) {
    struct x509_inspector *inspector = calloc(1, sizeof *inspector);
    if (inspector != NULL) x509_cache_init(&inspector->cache, cache_limit, key);
    return inspector;
}

void x509_inspector_free(struct x509_inspector *inspector) {
    if (inspector == NULL) return;
    x509_cache_done(&inspector->cache);
    x509_learned_done(&inspector->learned);
    x509_roots_done(&inspector->roots);
    x509_digests_done(&inspector->digests);
    free(inspector);
}

bool x509_inspector_trust_pem(struct x509_inspector *inspector, const char *pem, size_t length, unsigned *added,
                              char *error, size_t size) {
    x509_cache_clear(&inspector->cache);
    return x509_roots_add_pem(&inspector->roots, pem, length, added, error, size);
}

/* Both ends of the validity are part of it (RFC 5280 section 4.1.2.5). */
static void dates_judge(int64_t not_before, int64_t not_after, int64_t seconds, unsigned position,
                        struct x509_verdict *verdict) {
    if (seconds > not_after) x509_verdict_add(verdict, X509_FAULT_EXPIRED, position, NULL);
    if (seconds < not_before) x509_verdict_add(verdict, X509_FAULT_NOT_YET_VALID, position, NULL);
}

static void path_dates_judge(const struct x509_inspector *inspector, const struct x509_entry *entry,
                             const struct x509_path *path, int64_t seconds, struct x509_verdict *verdict) {
    for (unsigned i = 0; i < path->count; i++) {
        const struct x509_certificate *certificate = &entry->certificate[path->node[i]];
        dates_judge(certificate->not_before, certificate->not_after, seconds, path->node[i], verdict);
    }
    if (!path->anchored || path->anchor_sent) return;
    const struct x509_root *root = &inspector->roots.root[path->root];
    dates_judge(root->not_before, root->not_after, seconds, entry->kept, verdict);
}

/* How good a path is: a trusted root, sound in itself, valid at that time, free of lesser faults; in this order. */
static unsigned path_score(const struct x509_path *path, const struct x509_verdict *dates) {
    return (path->anchored ? 8U : 0U) | (!x509_verdict_has(&path->verdict, X509_FAULT_BAD_CHAIN) ? 4U : 0U) |
           (dates->faults == 0 ? 2U : 0U) | (path->verdict.faults == 0 ? 1U : 0U);
}

/* The best path at that time, its faults and those of its dates in *VERDICT: clients look for one that works, so an
 * expired cross-signed CA hurts only where there is no way round it. */
static const struct x509_path *path_choose(const struct x509_inspector *inspector, const struct x509_entry *entry,
                                           int64_t seconds, struct x509_verdict *verdict) {
    const struct x509_path *best = NULL;
    struct x509_verdict best_dates = {0};
    unsigned best_score = 0;
    for (unsigned i = 0; i < entry->path_count; i++) {
        struct x509_verdict dates;
        x509_verdict_init(&dates);
        path_dates_judge(inspector, entry, &entry->path[i], seconds, &dates);
        unsigned score = path_score(&entry->path[i], &dates);
        if (best != NULL && score <= best_score) continue;
        best = &entry->path[i];
        best_score = score;
        best_dates = dates;
    }
    *verdict = entry->unreadable;
    if (best == NULL) return NULL;
    x509_verdict_merge(verdict, &best->verdict);
    x509_verdict_merge(verdict, &best_dates);
    return best;
}

/* The last comparison is remembered: the same clients ask for the same name. */
static bool names_compare(struct x509_inspector *inspector, struct x509_entry *entry, bool is_address,
                          const uint8_t *bytes, size_t length) {
    uint64_t hash = siphash(&inspector->cache.key, bytes, length) ^ (is_address ? 1 : 0);
    if (entry->name_asked && entry->name_hash == hash) return entry->name_matched;
    entry->name_matched = is_address ? x509_names_match_address(&entry->names, bytes, length)
                                     : x509_names_match(&entry->names, bytes, length);
    entry->name_hash = hash;
    entry->name_asked = true;
    return entry->name_matched;
}

struct wanted_name {
    const uint8_t *name, *address;
    size_t name_length, address_length;
};

static void name_judge(struct x509_inspector *inspector, struct x509_entry *entry, const struct wanted_name *wanted,
                       struct x509_findings *findings, struct x509_verdict *verdict) {
    bool by_name = wanted->name != NULL;
    if (entry->path_count == 0 || entry->purpose == X509_FOR_CLIENT) return;
    if (!by_name && (wanted->address == NULL || !entry->names.has_address)) return;
    findings->name_checked = true;
    bool matched = by_name ? names_compare(inspector, entry, false, wanted->name, wanted->name_length)
                           : names_compare(inspector, entry, true, wanted->address, wanted->address_length);
    if (!matched) x509_verdict_add(verdict, X509_FAULT_NAME_MISMATCH, 0, NULL);
}

/* Why no trusted root was reached. Not asked where another fault says why, where no roots are known, and where the
 * chain is longer than what we looked at. */
static void trust_judge(struct x509_inspector *inspector, struct x509_entry *entry, const struct x509_path *path,
                        struct x509_findings *findings, struct x509_verdict *verdict) {
    if (path->anchored || x509_verdict_has(verdict, X509_FAULT_SELF_SIGNED)) return;
    if (!path->unrelated && x509_verdict_has(verdict, X509_FAULT_BAD_CHAIN)) return;
    if (!findings->trust_known || entry->count > entry->kept) return;
    unsigned top = path->node[path->count - 1];
    const struct x509_certificate *certificate = &entry->certificate[top];
    x509_verdict_add(verdict, x509_entry_trust_fault(entry, path, &inspector->roots, &inspector->learned), top, NULL);
    memcpy(findings->missing_issuer, certificate->issuer, sizeof findings->missing_issuer);
    if (!path->root_sent)
        memcpy(findings->missing_issuer_url, certificate->issuer_url, sizeof findings->missing_issuer_url);
}

/* Where a root of the store is at fault, it is described behind the certificates that were sent. */
static void root_describe(const struct x509_inspector *inspector, struct x509_entry *entry,
                          const struct x509_path *path, const struct x509_verdict *verdict) {
    bool needed = false;
    if (!path->anchored || path->anchor_sent) return;
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        if (x509_verdict_has(verdict, (enum x509_fault)fault) && verdict->faulty[fault] == entry->kept) needed = true;
    if (!needed) return;
    memset(&entry->certificate[entry->kept], 0, sizeof entry->certificate[entry->kept]);
    x509_certificate_describe(inspector->roots.root[path->root].x509, &entry->certificate[entry->kept]);
}

static struct x509_entry *entry_get(struct x509_inspector *inspector, struct x509_chain_key *key) {
    struct x509_entry *entry = x509_cache_find(&inspector->cache, key);
    if (entry != NULL) return entry;
    entry = x509_cache_add(&inspector->cache, key);
    if (entry == NULL || x509_entry_study(entry, &inspector->roots, &inspector->learned)) return entry;
    x509_cache_drop(&inspector->cache, entry);
    return NULL;
}

void x509_inspect(struct x509_inspector *inspector, enum x509_purpose purpose, const struct cursor *certificates,
                  unsigned count, const uint8_t *name, size_t name_length, const uint8_t *address,
                  size_t address_length, int64_t time, struct x509_findings *findings) {
    const struct wanted_name wanted = {name, address, name_length, address_length};
    struct x509_chain_key key = x509_chain_key_make(purpose, certificates, count);
    struct x509_verdict verdict;
    memset(findings, 0, sizeof *findings);
    findings->chain_length = count;
    findings->trust_known = inspector->roots.count > 0;
    if (count == 0) return;
    struct x509_entry *entry = entry_get(inspector, &key);
    if (entry == NULL) return;
    int64_t seconds = time / MOMENT_SECOND - (time % MOMENT_SECOND < 0 ? 1 : 0);
    const struct x509_path *path = path_choose(inspector, entry, seconds, &verdict);
    name_judge(inspector, entry, &wanted, findings, &verdict);
    if (path != NULL) {
        trust_judge(inspector, entry, path, findings, &verdict);
        root_describe(inspector, entry, path, &verdict);
        findings->trusted = path->anchored && !x509_verdict_has(&path->verdict, X509_FAULT_BAD_CHAIN);
        findings->misordered = path->misordered;
        findings->root_sent = path->root_sent;
    }
    findings->certificate = entry->certificate;
    findings->certificate_count = entry->kept;
    findings->faults = verdict.faults;
    memcpy(findings->faulty, verdict.faulty, sizeof findings->faulty);
    memcpy(findings->detail, verdict.detail, sizeof verdict.detail);
}
