/* Verifying one signature. */
#include "signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>

#include "certificate.h"

/* False where a failed verification would say more about libcrypto than about the certificate. */
static bool algorithm_is_supported(X509 *certificate) {
    int hash, key;
    if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &hash, &key) != 1) return false;
    hash = x509_signature_hash(certificate);
    if (hash == NID_undef) return true; /* Ed25519 and the like */
    EVP_MD *algorithm = EVP_MD_fetch(NULL, OBJ_nid2sn(hash), NULL);
    EVP_MD_free(algorithm);
    return algorithm != NULL;
}

/* RFC 5280 section 4.1.1.2: the algorithm is written twice, inside what is signed and outside. */
static bool algorithms_agree(X509 *certificate) {
    const X509_ALGOR *outside;
    X509_get0_signature(NULL, &outside, certificate);
    return X509_ALGOR_cmp(outside, X509_get0_tbs_sigalg(certificate)) == 0;
}

enum x509_link x509_link_check(X509 *certificate, X509 *issuer) {
    if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0) return X509_LINK_NONE;
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    enum x509_link link = X509_LINK_UNKNOWN;
    if (key != NULL) {
        if (X509_verify(certificate, key) == 1)
            link = X509_LINK_VERIFIED;
        else if (!algorithms_agree(certificate) || algorithm_is_supported(certificate))
            link = X509_LINK_REFUTED;
    }
    ERR_clear_error();
    return link;
}
