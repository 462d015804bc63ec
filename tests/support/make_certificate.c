/* See make_certificate.h. */
#include "make_certificate.h"

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_2020 INT64_C(1577836800)
#define YEAR_2040 INT64_C(2208988800)

struct made_certificate {
    X509 *x509;
    EVP_PKEY *key;
    uint8_t *der;
    size_t length;
};

static void must(bool fine, const char *what) {
    if (fine) return;
    fprintf(stderr, "make_certificate: %s failed\n", what);
    abort();
}

static EVP_PKEY *key_make(const struct make_recipe *recipe) {
    EVP_PKEY *key = NULL;
    if (recipe->same_key != NULL) {
        must(EVP_PKEY_up_ref(recipe->same_key->key) == 1, "key reference");
        return recipe->same_key->key;
    }
    switch (recipe->key) {
    case MAKE_KEY_P256:
        key = EVP_EC_gen("P-256");
        break;
    case MAKE_KEY_P192:
        key = EVP_EC_gen("P-192");
        break;
    case MAKE_KEY_ED25519:
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    case MAKE_KEY_RSA_1024:
        key = EVP_RSA_gen(1024);
        break;
    case MAKE_KEY_RSA_2048:
        key = EVP_RSA_gen(2048);
        break;
    }
    must(key != NULL, "key");
    return key;
}

static void attribute_add(X509_NAME *name, const struct make_attribute *attribute) {
    static const int types[] = {
        [MAKE_UTF8] = V_ASN1_UTF8STRING, [MAKE_PRINTABLE] = V_ASN1_PRINTABLESTRING, [MAKE_BMP] = V_ASN1_BMPSTRING};
    int length = attribute->length > 0 ? attribute->length : -1;
    if (attribute->type == NULL) return;
    must(X509_NAME_add_entry_by_txt(name, attribute->type, types[attribute->string],
                                    (const unsigned char *)attribute->value, length, -1, 0) == 1,
         attribute->type);
}

static void subject_set(X509 *x509, const struct make_recipe *recipe) {
    X509_NAME *name = X509_NAME_new();
    must(name != NULL, "name");
    if (recipe->common_name != NULL)
        attribute_add(name, &(struct make_attribute){.type = "CN", .value = recipe->common_name});
    for (size_t i = 0; i < ARRAY_LENGTH(recipe->attribute); i++)
        attribute_add(name, &recipe->attribute[i]);
    must(X509_set_subject_name(x509, name) == 1, "subject");
    X509_NAME_free(name);
}

static void extension_add(X509 *x509, X509 *issuer, const char *name, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &context, name, value);
    must(extension != NULL && X509_add_ext(x509, extension, -1) == 1, name);
    X509_EXTENSION_free(extension);
}

static bool has_extension(const struct make_recipe *recipe, const char *name) {
    for (size_t i = 0; i < MAKE_EXTENSIONS_MAX; i++)
        if (recipe->extension[i].name != NULL && strcmp(recipe->extension[i].name, name) == 0) return true;
    return false;
}

static void extensions_set(X509 *x509, X509 *issuer, const struct make_recipe *recipe) {
    if (recipe->ca && !has_extension(recipe, "basicConstraints"))
        extension_add(x509, issuer, "basicConstraints", "critical,CA:TRUE");
    if (recipe->ca && !has_extension(recipe, "keyUsage"))
        extension_add(x509, issuer, "keyUsage", "critical,keyCertSign,cRLSign");
    if (!recipe->no_key_identifiers) {
        extension_add(x509, issuer, "subjectKeyIdentifier", "hash");
        if (issuer != x509 && !has_extension(recipe, "authorityKeyIdentifier"))
            extension_add(x509, issuer, "authorityKeyIdentifier", "keyid");
    }
    for (size_t i = 0; i < MAKE_EXTENSIONS_MAX; i++)
        if (recipe->extension[i].name != NULL)
            extension_add(x509, issuer, recipe->extension[i].name, recipe->extension[i].value);
    if (recipe->alternative_names.bytes == NULL) return;
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    must(ASN1_OCTET_STRING_set(octets, recipe->alternative_names.bytes, (int)recipe->alternative_names.length) == 1,
         "octets");
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, octets);
    must(extension != NULL && X509_add_ext(x509, extension, -1) == 1, "subjectAltName");
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
}

static void dates_set(X509 *x509, const struct make_recipe *recipe) {
    bool given = recipe->not_before != 0 || recipe->not_after != 0;
    must(ASN1_TIME_set(X509_getm_notBefore(x509), given ? recipe->not_before : YEAR_2020) != NULL, "notBefore");
    must(ASN1_TIME_set(X509_getm_notAfter(x509), given ? recipe->not_after : YEAR_2040) != NULL, "notAfter");
}

static void sign(struct made_certificate *made, const struct make_recipe *recipe) {
    EVP_PKEY *key = made->key;
    if (recipe->issuer != NULL) key = recipe->issuer->key;
    if (recipe->wrong_key != NULL) key = recipe->wrong_key->key;
    const EVP_MD *hash = EVP_get_digestbyname(recipe->hash != NULL ? recipe->hash : "SHA256");
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) hash = NULL;
    must(X509_sign(made->x509, key, hash) > 0, "signature");
}

struct made_certificate *make_certificate(const struct make_recipe *recipe) {
    static long serial; /* no two certificates of one issuer alike */
    struct made_certificate *made = calloc(1, sizeof *made);
    must(made != NULL, "memory");
    made->x509 = X509_new();
    made->key = key_make(recipe);
    X509 *issuer = recipe->issuer != NULL ? recipe->issuer->x509 : made->x509;
    must(X509_set_version(made->x509, X509_VERSION_3) == 1, "version");
    must(ASN1_INTEGER_set(X509_get_serialNumber(made->x509), 4096 + ++serial) == 1, "serial");
    must(X509_set_pubkey(made->x509, made->key) == 1, "public key");
    subject_set(made->x509, recipe);
    must(X509_set_issuer_name(made->x509, X509_get_subject_name(issuer)) == 1, "issuer");
    dates_set(made->x509, recipe);
    extensions_set(made->x509, issuer, recipe);
    sign(made, recipe);
    unsigned char *der = NULL;
    int length = i2d_X509(made->x509, &der);
    must(length > 0, "encoding");
    made->length = (size_t)length;
    made->der = malloc(made->length);
    must(made->der != NULL, "memory");
    memcpy(made->der, der, made->length);
    OPENSSL_free(der);
    return made;
}

void made_free(struct made_certificate *made) {
    if (made == NULL) return;
    X509_free(made->x509);
    EVP_PKEY_free(made->key);
    free(made->der);
    free(made);
}

struct cursor made_cursor(const struct made_certificate *made) {
    return cursor_over(made->der, made->length);
}

struct cursor made_longer(const struct made_certificate *made, size_t extra, uint8_t **block) {
    *block = calloc(1, made->length + extra);
    must(*block != NULL, "memory");
    memcpy(*block, made->der, made->length);
    return cursor_over(*block, made->length + extra);
}

struct cursor made_corrupt(const struct made_certificate *made, uint8_t **block) {
    struct cursor copy = made_longer(made, 0, block);
    (*block)[made->length - 1] ^= 1;
    return copy;
}

struct cursor made_subject(const struct made_certificate *made, uint8_t **block) {
    unsigned char *der = NULL;
    int length = i2d_X509_NAME(X509_get_subject_name(made->x509), &der);
    must(length > 0, "name");
    *block = malloc((size_t)length);
    must(*block != NULL, "memory");
    memcpy(*block, der, (size_t)length);
    OPENSSL_free(der);
    return cursor_over(*block, (size_t)length);
}

char *made_pem(const struct made_certificate *made) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes, *text;
    must(bio != NULL && PEM_write_bio_X509(bio, made->x509) == 1, "PEM");
    long length = BIO_get_mem_data(bio, &bytes);
    text = strndup(bytes, (size_t)length);
    must(text != NULL, "memory");
    BIO_free(bio);
    return text;
}
