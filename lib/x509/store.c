/* Reading trusted roots. */
#include "store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "base/text.h"
#include "certificate.h"

const struct x509_root *x509_roots_find(const struct x509_roots *roots, const X509 *x509) {
    for (unsigned i = 0; i < roots->count; i++)
        if (X509_NAME_cmp(X509_get_subject_name(roots->root[i].x509), X509_get_subject_name(x509)) == 0 &&
            X509_cmp(roots->root[i].x509, x509) == 0)
            return &roots->root[i];
    return NULL;
}

/* Takes X509 over; one that is there already is freed. */
static bool root_add(struct x509_roots *roots, X509 *x509) {
    if (x509_roots_find(roots, x509) != NULL) {
        X509_free(x509);
        return true;
    }
    if (roots->count == roots->room) {
        unsigned room = roots->room == 0 ? 64 : 2 * roots->room;
        struct x509_root *root = reallocarray(roots->root, room, sizeof *root);
        if (root == NULL) {
            X509_free(x509);
            return false;
        }
        roots->root = root;
        roots->room = room;
    }
    roots->root[roots->count++] = (struct x509_root){.x509 = x509,
                                                     .not_before = x509_seconds(X509_get0_notBefore(x509)),
                                                     .not_after = x509_seconds(X509_get0_notAfter(x509))};
    return true;
}

/* True where the reader stopped because no further PEM block starts, and not because one is broken. */
static bool pem_is_over(void) {
    unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

bool x509_roots_add_pem(struct x509_roots *roots, const char *pem, size_t length, unsigned *added, char *error,
                        size_t size) {
    struct text_writer why = text_writer_over(error, size);
    *added = 0;
    BIO *bio = length <= INT32_MAX ? BIO_new_mem_buf(pem, (int)length) : NULL;
    if (bio == NULL) {
        text_append(&why, "the text is too long or memory is short");
        return false;
    }
    ERR_clear_error();
    bool room = true;
    X509 *x509;
    /* TRUSTED CERTIFICATE blocks are taken too, without their trust settings. */
    while (room && (x509 = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL) {
        room = root_add(roots, x509);
        if (room) ++*added;
    }
    if (!room)
        text_append(&why, "memory is short");
    else if (!pem_is_over())
        text_append_format(&why, "certificate %u of the PEM text cannot be read", *added + 1);
    else if (*added == 0)
        text_append(&why, "the PEM text holds no certificate");
    ERR_clear_error();
    BIO_free(bio);
    return why.length == 0;
}

void x509_roots_done(struct x509_roots *roots) {
    for (unsigned i = 0; i < roots->count; i++)
        X509_free(roots->root[i].x509);
    free(roots->root);
    *roots = (struct x509_roots){0};
}
