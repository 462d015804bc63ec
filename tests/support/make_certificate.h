/* Certificates made at test time by libcrypto: sound ones, and ones that are wrong in exactly one respect. Whatever
 * fails in here aborts the test program. */
#ifndef SUPPORT_MAKE_CERTIFICATE_H
#define SUPPORT_MAKE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define MAKE_EXTENSIONS_MAX 8

enum make_key { MAKE_KEY_P256, MAKE_KEY_P192, MAKE_KEY_ED25519, MAKE_KEY_RSA_1024, MAKE_KEY_RSA_2048 };

struct made_certificate; /* certificate, its key, its DER */

/* How an attribute of a Name is written. */
enum make_string { MAKE_UTF8, MAKE_PRINTABLE, MAKE_BMP };

struct make_attribute {
    const char *type; /* "CN", "O" */
    const char *value;
    int length; /* 0: up to the NUL */
    enum make_string string;
};

/* What a certificate is to be like; everything left out is sound. */
struct make_recipe {
    const char *common_name;
    struct make_attribute attribute[4];       /* further ones, or all of them */
    const struct made_certificate *issuer;    /* NULL: signed with its own key */
    const struct made_certificate *wrong_key; /* signed with this one's key instead of the issuer's */
    const struct made_certificate *same_key;  /* has this one's key instead of one of its own */
    enum make_key key;                        /* where it gets one of its own */
    int64_t not_before, not_after;            /* seconds; both 0: 2020 to 2040 */
    const char *hash;                         /* "SHA256" where it is NULL */
    bool ca;                                  /* basicConstraints CA:TRUE and keyCertSign */
    struct {
        const char *name, *value; /* as in an openssl configuration: "subjectAltName", "DNS:api.example" */
    } extension[MAKE_EXTENSIONS_MAX];
    struct {
        const void *bytes; /* the whole SubjectAltName in DER, for what no configuration can say */
        size_t length;
    } alternative_names;
    bool no_key_identifiers; /* neither subject nor authority key identifier */
};

struct made_certificate *make_certificate(const struct make_recipe *recipe);
void made_free(struct made_certificate *made);

/* Its DER, borrowed; a heap block of the exact size. */
struct cursor made_cursor(const struct made_certificate *made);

/* Its DER with the last byte of the signature flipped, or with EXTRA zero bytes behind it. The caller frees *BLOCK. */
struct cursor made_corrupt(const struct made_certificate *made, uint8_t **block);
struct cursor made_longer(const struct made_certificate *made, size_t extra, uint8_t **block);

/* Its subject as a DER Name; the caller frees *BLOCK. */
struct cursor made_subject(const struct made_certificate *made, uint8_t **block);

/* It as PEM text; the caller frees. */
char *made_pem(const struct made_certificate *made);

#endif
