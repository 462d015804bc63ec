/* Judging a path (RFC 5280 sections 4.2.1 and 6.1.4; sizes and hashes after RFC 9325 section 4.5). */
#include "judge.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "certificate.h"

#define RSA_BITS_MIN 2048 /* DSA likewise */
#define EC_BITS_MIN  224

struct judgement {
    const struct x509_chain *chain;
    const struct x509_roots *roots;
    struct x509_path *path;
    unsigned length; /* certificates on the path, the root of the store included */
};

/* What the finding is filed under: the position in the chain sent; the root of the store comes after the last. */
static unsigned position_in_chain(const struct judgement *judgement, unsigned position) {
    return position < judgement->path->count ? judgement->path->node[position] : judgement->chain->count;
}

static X509 *certificate_at(const struct judgement *judgement, unsigned position) {
    return x509_path_certificate(judgement->chain, judgement->roots, judgement->path, position);
}

static bool is_anchor(const struct judgement *judgement, unsigned position) {
    return judgement->path->anchored && position == judgement->length - 1;
}

static void bad_chain(const struct judgement *judgement, unsigned position, const char *detail) {
    x509_verdict_add(&judgement->path->verdict, X509_FAULT_BAD_CHAIN, position_in_chain(judgement, position), detail);
}

/* The object identifier of the first critical extension that nobody knows. */
static void critical_extension_judge(const struct judgement *judgement, unsigned position, X509 *x509) {
    char name[64] = "";
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        if (X509_EXTENSION_get_critical(extension) == 0 || X509_supported_extension(extension) != 0) continue;
        (void)OBJ_obj2txt(name, sizeof name, X509_EXTENSION_get_object(extension), 1);
        break;
    }
    x509_verdict_explain(&judgement->path->verdict, X509_FAULT_BAD_CHAIN, position_in_chain(judgement, position),
                         "critical extension %s is not understood", name);
}

static void extensions_judge(const struct judgement *judgement, unsigned position) {
    X509 *x509 = certificate_at(judgement, position);
    uint32_t flags = X509_get_extension_flags(x509);
    if ((flags & EXFLAG_INVALID) != 0) bad_chain(judgement, position, "an extension is malformed");
    if ((flags & EXFLAG_CRITICAL) != 0) critical_extension_judge(judgement, position, x509);
}

/* basicConstraints and keyUsage of an issuer. A root of the store is a CA because the store says so. */
static void issuer_judge(const struct judgement *judgement, unsigned position, unsigned intermediates) {
    X509 *issuer = certificate_at(judgement, position);
    long allowed = X509_get_pathlen(issuer);
    if (!is_anchor(judgement, position) && X509_check_ca(issuer) == 0)
        bad_chain(judgement, position,
                  (X509_get_extension_flags(issuer) & EXFLAG_CA) != 0
                      ? "issued a certificate, and its key usage does not allow that"
                      : "issued a certificate, and is no CA (basicConstraints)");
    if (allowed >= 0 && (unsigned long)allowed < intermediates)
        bad_chain(judgement, position, "more CAs follow below it than its path length constraint allows");
}

/* RFC 5280 section 6.1.4 (l): self-issued certificates do not count. */
static void issuers_judge(const struct judgement *judgement) {
    unsigned intermediates = 0;
    for (unsigned i = 1; i < judgement->length; i++) {
        issuer_judge(judgement, i, intermediates);
        if ((X509_get_extension_flags(certificate_at(judgement, i)) & EXFLAG_SI) == 0) intermediates++;
    }
}

/* nameConstraints of the certificate at POSITION against all below it (RFC 5280 section 4.2.1.10). */
static void name_constraints_judge(const struct judgement *judgement, unsigned position) {
    NAME_CONSTRAINTS *constraints =
        X509_get_ext_d2i(certificate_at(judgement, position), NID_name_constraints, NULL, NULL);
    if (constraints == NULL) return;
    for (unsigned i = 0; i < position; i++) {
        X509 *below = certificate_at(judgement, i);
        if (i > 0 && (X509_get_extension_flags(below) & EXFLAG_SI) != 0) continue;
        int result = NAME_CONSTRAINTS_check(below, constraints);
        if (result == X509_V_OK && i == 0 && X509_get_ext_by_NID(below, NID_subject_alt_name, -1) < 0)
            result = NAME_CONSTRAINTS_check_CN(below, constraints);
        if (result == X509_V_OK) continue;
        bad_chain(judgement, i, "its name is outside the name constraints of a CA above it");
        break;
    }
    NAME_CONSTRAINTS_free(constraints);
}

/* extendedKeyUsage; also of intermediates, which restrict what they issue. */
static void extended_usage_judge(const struct judgement *judgement, enum x509_purpose purpose, unsigned position) {
    X509 *x509 = certificate_at(judgement, position);
    uint32_t wanted = purpose == X509_FOR_SERVER ? XKU_SSL_SERVER | XKU_SGC : XKU_SSL_CLIENT;
    if ((X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0) return;
    if ((X509_get_extended_key_usage(x509) & (wanted | XKU_ANYEKU)) != 0) return;
    x509_verdict_explain(&judgement->path->verdict, X509_FAULT_WRONG_USAGE, position_in_chain(judgement, position),
                         "extended key usage lacks %s", purpose == X509_FOR_SERVER ? "serverAuth" : "clientAuth");
}

static void usage_judge(const struct judgement *judgement, enum x509_purpose purpose) {
    X509 *leaf = certificate_at(judgement, 0);
    uint32_t wanted = KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT;
    if (purpose == X509_FOR_SERVER) wanted |= KU_KEY_ENCIPHERMENT;
    for (unsigned i = 0; i < judgement->length; i++)
        if (!is_anchor(judgement, i) || i == 0) extended_usage_judge(judgement, purpose, i);
    if ((X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(leaf) & wanted) != 0) return;
    x509_verdict_explain(&judgement->path->verdict, X509_FAULT_WRONG_USAGE, 0,
                         "key usage allows neither digitalSignature nor key%s",
                         purpose == X509_FOR_SERVER ? "Encipherment" : "Agreement");
}

static void key_judge(const struct judgement *judgement, unsigned position, X509 *x509) {
    EVP_PKEY *key = X509_get0_pubkey(x509);
    if (key == NULL) return;
    int kind = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);
    bool is_rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    bool too_small =
        ((is_rsa || kind == EVP_PKEY_DSA) && bits < RSA_BITS_MIN) || (kind == EVP_PKEY_EC && bits < EC_BITS_MIN);
    if (!too_small) return;
    x509_verdict_explain(&judgement->path->verdict, X509_FAULT_WEAK, position_in_chain(judgement, position),
                         "%s key of %d bits",
                         is_rsa                 ? "RSA"
                         : kind == EVP_PKEY_DSA ? "DSA"
                                                : "EC",
                         bits);
}

/* Nobody relies on the hash of a root's own signature, nor on that of a self-signed leaf. */
static void hash_judge(const struct judgement *judgement, unsigned position, X509 *x509) {
    const char *name;
    if (is_anchor(judgement, position)) return;
    if (position < judgement->path->count && judgement->chain->self_signed[judgement->path->node[position]]) return;
    switch (x509_signature_hash(x509)) {
    case NID_md2:
    case NID_md4:
    case NID_md5:
        name = "MD5 or older";
        break;
    case NID_sha1:
        name = "SHA-1";
        break;
    default:
        return;
    }
    x509_verdict_explain(&judgement->path->verdict, X509_FAULT_WEAK, position_in_chain(judgement, position),
                         "signed with %s", name);
}

void x509_path_judge(const struct x509_chain *chain, const struct x509_roots *roots, enum x509_purpose purpose,
                     struct x509_path *path) {
    struct judgement judgement = {chain, roots, path, path->count + (path->anchored && !path->anchor_sent ? 1U : 0U)};
    for (unsigned i = 0; i < judgement.length; i++)
        extensions_judge(&judgement, i);
    issuers_judge(&judgement);
    for (unsigned i = 1; i < judgement.length; i++)
        name_constraints_judge(&judgement, i);
    if (!path->anchored && path->count == 1 && chain->self_signed[0])
        x509_verdict_add(&path->verdict, X509_FAULT_SELF_SIGNED, 0, NULL);
    usage_judge(&judgement, purpose);
    for (unsigned i = 0; i < judgement.length; i++) {
        X509 *x509 = certificate_at(&judgement, i);
        key_judge(&judgement, i, x509);
        hash_judge(&judgement, i, x509);
    }
    ERR_clear_error();
}
