/* Building paths (RFC 5280 section 6.1, RFC 4158): depth first, trusted roots first, every step verified. */
#include "chain.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "judge.h"

#define VERIFICATIONS_MAX 40  /* signatures checked for one chain */
#define STEPS_MAX         200 /* nodes visited for one chain: cross-signed chains could be walked for ever */

struct search {
    struct x509_chain *chain;
    const struct x509_roots *roots;
    struct x509_path path;     /* under construction */
    struct x509_path dead_end; /* the longest that led nowhere; count 0 where there is none */
    struct x509_path *found;
    unsigned found_count, steps;
};

/* Verifies, but not more often than is good for us; then the link counts as unknown. */
static enum x509_link link_try(struct x509_chain *chain, X509 *certificate, X509 *issuer) {
    if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0) return X509_LINK_NONE;
    if (chain->verifications >= VERIFICATIONS_MAX) return X509_LINK_UNKNOWN;
    chain->verifications++;
    return x509_link_check(certificate, issuer);
}

static enum x509_link link_get(struct x509_chain *chain, unsigned child, unsigned issuer) {
    uint8_t *link = &chain->link[child][issuer];
    if (*link == X509_LINK_UNTRIED) *link = (uint8_t)link_try(chain, chain->x509[child], chain->x509[issuer]);
    return *link;
}

static bool link_holds(enum x509_link link) {
    return link == X509_LINK_VERIFIED || link == X509_LINK_UNKNOWN;
}

/* The same certificate may not come twice on one path, nor may one with the same subject and key. */
static bool path_has(const struct search *search, unsigned candidate) {
    const struct x509_chain *chain = search->chain;
    for (unsigned i = 0; i < search->path.count; i++) {
        X509 *node = chain->x509[search->path.node[i]];
        if (search->path.node[i] == candidate) return true;
        if (X509_NAME_cmp(X509_get_subject_name(node), X509_get_subject_name(chain->x509[candidate])) == 0 &&
            X509_get0_pubkey(node) != NULL && X509_get0_pubkey(chain->x509[candidate]) != NULL &&
            EVP_PKEY_eq(X509_get0_pubkey(node), X509_get0_pubkey(chain->x509[candidate])) == 1)
            return true;
    }
    return false;
}

static void anchored_record(struct search *search, unsigned root, bool sent) {
    if (search->found_count == X509_PATHS_KEPT - 1) return;
    struct x509_path *path = &search->found[search->found_count++];
    *path = search->path;
    path->anchored = true;
    path->anchor_sent = sent;
    path->root = root;
}

/* Keeps the longest. */
static void dead_end_record(struct search *search, bool refuted, const char *why) {
    if (search->path.count <= search->dead_end.count) return;
    search->dead_end = search->path;
    if (refuted)
        x509_verdict_add(&search->dead_end.verdict, X509_FAULT_BAD_CHAIN, search->path.node[search->path.count - 1],
                         why);
}

/* Ends at every root that issued TOP; true where there is one. *REFUTED: a root claims to, by name and key identifier,
 * and its key does not verify. */
static bool roots_try(struct search *search, unsigned top, bool *refuted) {
    X509 *certificate = search->chain->x509[top];
    const struct x509_root *itself = x509_roots_find(search->roots, certificate);
    if (itself != NULL) {
        anchored_record(search, (unsigned)(itself - search->roots->root), true);
        return true;
    }
    bool found = false;
    for (unsigned i = 0; i < search->roots->count; i++) {
        X509 *root = search->roots->root[i].x509;
        if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(root)) != 0 ||
            X509_check_issued(root, certificate) != X509_V_OK)
            continue;
        enum x509_link link = link_try(search->chain, certificate, root);
        if (link == X509_LINK_REFUTED) *refuted = true;
        if (!link_holds(link)) continue;
        anchored_record(search, i, false);
        found = true;
    }
    return found;
}

static void explore(struct search *search) {
    struct x509_chain *chain = search->chain;
    unsigned top = search->path.node[search->path.count - 1];
    const char *why = "its signature does not verify with the key of the trusted root that it names";
    bool refuted = false;
    if (++search->steps > STEPS_MAX) return;
    bool extended = roots_try(search, top, &refuted);
    for (unsigned i = 0; i < chain->count && !chain->self_signed[top]; i++) {
        if (chain->x509[i] == NULL || path_has(search, i)) continue;
        enum x509_link link = link_get(chain, top, i);
        if (link == X509_LINK_REFUTED) {
            refuted = true;
            why = "its signature does not verify with the key of the issuer that was sent";
        }
        if (!link_holds(link)) continue;
        extended = true;
        search->path.node[search->path.count++] = (uint8_t)i;
        explore(search);
        search->path.count--;
    }
    if (!extended) dead_end_record(search, refuted, why);
}

/* RFC 5246 section 7.4.2: each certificate certifies the one before it. */
static bool is_misordered(const struct x509_path *path) {
    for (unsigned i = 0; i < path->count; i++)
        if (path->node[i] != i) return true;
    return false;
}

/* Nothing of what was sent leads on from the leaf, and an intermediate CA of somebody else's was sent. */
static bool is_unrelated(const struct x509_chain *chain, const struct x509_roots *roots) {
    for (unsigned i = 1; i < chain->count; i++)
        if (chain->x509[i] != NULL && !chain->self_signed[i] && X509_cmp(chain->x509[i], chain->x509[0]) != 0 &&
            X509_check_ca(chain->x509[i]) != 0 && x509_roots_find(roots, chain->x509[i]) == NULL)
            return true;
    return false;
}

static void path_finish(const struct search *search, enum x509_purpose purpose, struct x509_path *path) {
    const struct x509_chain *chain = search->chain;
    path->misordered = is_misordered(path);
    path->root_sent = path->count > 1 && chain->self_signed[path->node[path->count - 1]];
    if (!path->anchored && path->count == 1 && !chain->self_signed[0] &&
        !x509_verdict_has(&path->verdict, X509_FAULT_BAD_CHAIN) && is_unrelated(chain, search->roots)) {
        path->unrelated = true;
        x509_verdict_add(&path->verdict, X509_FAULT_BAD_CHAIN, 1, "the CAs that were sent are not those of the leaf");
    }
    x509_path_judge(chain, search->roots, purpose, path);
}

unsigned x509_chain_study(struct x509_chain *chain, const struct x509_roots *roots, enum x509_purpose purpose,
                          struct x509_path paths[X509_PATHS_KEPT]) {
    struct search search = {.chain = chain, .roots = roots, .found = paths};
    x509_verdict_init(&search.path.verdict);
    search.path.node[search.path.count++] = 0;
    explore(&search);
    if (search.dead_end.count == 0 && search.found_count == 0) search.dead_end = search.path;
    if (search.dead_end.count > 0) paths[search.found_count++] = search.dead_end;
    for (unsigned i = 0; i < search.found_count; i++)
        path_finish(&search, purpose, &paths[i]);
    return search.found_count;
}

X509 *x509_path_certificate(const struct x509_chain *chain, const struct x509_roots *roots,
                            const struct x509_path *path, unsigned position) {
    return position < path->count ? chain->x509[path->node[position]] : roots->root[path->root].x509;
}
