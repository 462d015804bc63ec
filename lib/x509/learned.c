/* A bounded memory of CA certificates. */
#include "learned.h"

#include <openssl/err.h>
#include <string.h>

#include "signature.h"

#define DEPTH_MAX    4  /* intermediates that are followed */
#define FOLLOWED_MAX 16 /* signatures that are verified for one question */

unsigned long x509_learned_hash(const X509_NAME *name) {
    int ok = 0;
    unsigned long hash = X509_NAME_hash_ex(name, NULL, NULL, &ok);
    return ok != 0 ? hash : 0;
}

X509 *x509_learned_find(struct x509_learned *learned, const char *sha256) {
    for (unsigned i = 0; i < learned->count; i++)
        if (strcmp(learned->item[i].sha256, sha256) == 0) {
            learned->item[i].used = ++learned->clock;
            return learned->item[i].x509;
        }
    return NULL;
}

/* A place for one more: a free one, or that of the one that was not used for longest. */
static unsigned place_make(struct x509_learned *learned) {
    unsigned place = 0;
    if (learned->count < X509_LEARNED_KEPT) return learned->count++;
    for (unsigned i = 1; i < learned->count; i++)
        if (learned->item[i].used < learned->item[place].used) place = i;
    X509_free(learned->item[place].x509);
    return place;
}

void x509_learned_add(struct x509_learned *learned, X509 *x509, const struct x509_certificate *described) {
    if (x509_learned_find(learned, described->sha256) != NULL || X509_up_ref(x509) != 1) return;
    unsigned place = place_make(learned);
    learned->item[place].x509 = x509;
    learned->item[place].subject_hash = x509_learned_hash(X509_get_subject_name(x509));
    learned->item[place].stamp = ++learned->stamp;
    learned->item[place].used = ++learned->clock;
    learned->item[place].self_signed = described->self_signed;
    memcpy(learned->item[place].sha256, described->sha256, sizeof learned->item[place].sha256);
}

void x509_learned_done(struct x509_learned *learned) {
    for (unsigned i = 0; i < learned->count; i++)
        X509_free(learned->item[i].x509);
    learned->count = 0;
}

uint64_t x509_learned_stamp(const struct x509_learned *learned, unsigned long hash) {
    uint64_t newest = 0;
    for (unsigned i = 0; i < learned->count; i++)
        if (learned->item[i].subject_hash == hash && learned->item[i].stamp > newest) newest = learned->item[i].stamp;
    return newest;
}

static bool signed_by(X509 *certificate, X509 *issuer, unsigned *budget) {
    if (*budget == 0) return false;
    enum x509_link link = x509_link_check(certificate, issuer);
    if (link != X509_LINK_NONE) --*budget;
    return link == X509_LINK_VERIFIED;
}

/* True where CERTIFICATE leads to a trusted root over certificates that were learned. */
static bool leads_to_root(const struct x509_learned *learned, const struct x509_roots *roots, X509 *certificate,
                          unsigned depth, unsigned *budget) {
    for (unsigned i = 0; i < roots->count; i++)
        if (signed_by(certificate, roots->root[i].x509, budget)) return true;
    for (unsigned i = 0; i < learned->count && depth < DEPTH_MAX; i++)
        if (!learned->item[i].self_signed && signed_by(certificate, learned->item[i].x509, budget) &&
            leads_to_root(learned, roots, learned->item[i].x509, depth + 1, budget))
            return true;
    return false;
}

enum x509_lesson x509_learned_ask(struct x509_learned *learned, const struct x509_roots *roots, X509 *certificate) {
    unsigned long hash = x509_learned_hash(X509_get_issuer_name(certificate));
    enum x509_lesson lesson = X509_LESSON_NONE;
    unsigned budget = FOLLOWED_MAX;
    for (unsigned i = 0; i < learned->count; i++) {
        X509 *issuer = learned->item[i].x509;
        if (learned->item[i].subject_hash != hash || !signed_by(certificate, issuer, &budget)) continue;
        learned->item[i].used = ++learned->clock;
        if (learned->item[i].self_signed)
            lesson = X509_LESSON_ROOT;
        else if (leads_to_root(learned, roots, issuer, 0, &budget))
            return X509_LESSON_INTERMEDIATE;
        else if (lesson == X509_LESSON_NONE)
            lesson = X509_LESSON_INTERMEDIATE;
    }
    return lesson;
}
