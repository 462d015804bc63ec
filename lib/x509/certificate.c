/* Reading one certificate (RFC 5280 section 4.1). */
#include "certificate.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "names.h"

struct named_number {
    int number;
    const char *name;
};

static const struct named_number key_types[] = {
    {EVP_PKEY_RSA, "RSA"},         {EVP_PKEY_RSA_PSS, "RSA-PSS"}, {EVP_PKEY_EC, "EC"},
    {EVP_PKEY_ED25519, "Ed25519"}, {EVP_PKEY_ED448, "Ed448"},     {EVP_PKEY_DSA, "DSA"},
    {EVP_PKEY_X25519, "X25519"},   {EVP_PKEY_X448, "X448"},       {EVP_PKEY_SM2, "SM2"},
};

static const struct named_number hashes[] = {
    {NID_md2, "MD2"},
    {NID_md4, "MD4"},
    {NID_md5, "MD5"},
    {NID_sha1, "SHA-1"},
    {NID_sha224, "SHA-224"},
    {NID_sha256, "SHA-256"},
    {NID_sha384, "SHA-384"},
    {NID_sha512, "SHA-512"},
    {NID_sha3_256, "SHA3-256"},
    {NID_sha3_384, "SHA3-384"},
    {NID_sha3_512, "SHA3-512"},
    {NID_sm3, "SM3"},
    {NID_ripemd160, "RIPEMD-160"},
};

/* Curves that people know by another name than libcrypto's. */
static const struct named_number curves[] = {
    {NID_X9_62_prime192v1, "P-192"}, {NID_secp224r1, "P-224"}, {NID_X9_62_prime256v1, "P-256"},
    {NID_secp384r1, "P-384"},        {NID_secp521r1, "P-521"},
};

static const char *name_of(const struct named_number *table, size_t length, int number) {
    for (size_t i = 0; i < length; i++)
        if (table[i].number == number) return table[i].name;
    return NULL;
}

X509 *x509_certificate_parse(struct cursor der, bool *trailing) {
    struct cursor rest = der;
    const uint8_t *start, *end;
    *trailing = false;
    if (!cursor_take(&rest, der.remaining, &start) || der.remaining == 0 || der.remaining > INT32_MAX) return NULL;
    end = start;
    X509 *x509 = d2i_X509(NULL, &end, (long)der.remaining);
    ERR_clear_error();
    if (x509 != NULL) *trailing = (size_t)(end - start) != der.remaining;
    return x509;
}

int64_t x509_seconds(const ASN1_TIME *time) {
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1) return 0;
    return (int64_t)timegm(&tm);
}

int x509_signature_hash(X509 *x509) {
    int hash = NID_undef;
    if (X509_get_signature_info(x509, &hash, NULL, NULL, NULL) != 1 && hash == NID_undef) {
        int key;
        if (OBJ_find_sigid_algs(X509_get_signature_nid(x509), &hash, &key) != 1) hash = NID_undef;
    }
    return hash;
}

void x509_name_append(const X509_NAME *name, char text[X509_TEXT_KEPT]) {
    struct text_writer writer = text_writer_over(text, X509_TEXT_KEPT);
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL) return;
    /* UTF-8 stays readable instead of being written as \XX; control and bidi characters are cleaned below. */
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        char *printed = NULL;
        long length = BIO_get_mem_data(bio, &printed);
        if (length > 0) text_append_hostile(&writer, printed, (size_t)length);
    }
    BIO_free(bio);
    ERR_clear_error();
}

void x509_name_format(struct cursor der, char text[X509_TEXT_KEPT]) {
    size_t length = der.remaining;
    const uint8_t *start, *end;
    text[0] = '\0';
    if (length == 0 || length > INT32_MAX || !cursor_take(&der, length, &start)) return;
    end = start;
    X509_NAME *name = d2i_X509_NAME(NULL, &end, (long)length);
    if (name != NULL && (size_t)(end - start) == length) x509_name_append(name, text);
    X509_NAME_free(name);
    ERR_clear_error();
}

/* The last CN is the most specific one. */
static void common_name_describe(const X509_NAME *name, char text[X509_TEXT_KEPT]) {
    struct text_writer writer = text_writer_over(text, X509_TEXT_KEPT);
    int last = -1;
    for (int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1); i >= 0;
         i = X509_NAME_get_index_by_NID(name, NID_commonName, i))
        last = i;
    if (last < 0) return;
    unsigned char *utf8 = NULL;
    int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (length > 0) text_append_hostile(&writer, utf8, (size_t)length);
    OPENSSL_free(utf8);
}

static void key_describe(X509 *x509, struct x509_certificate *certificate) {
    EVP_PKEY *key = X509_get0_pubkey(x509);
    char group[64];
    size_t length;
    certificate->key_type = "unknown";
    if (key == NULL) return;
    const char *type = name_of(key_types, ARRAY_LENGTH(key_types), EVP_PKEY_get_base_id(key));
    if (type != NULL) certificate->key_type = type;
    int bits = EVP_PKEY_get_bits(key);
    certificate->key_bits = bits > 0 ? (unsigned)bits : 0;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1)
        return;
    int curve = OBJ_sn2nid(group);
    certificate->key_curve = name_of(curves, ARRAY_LENGTH(curves), curve);
    if (certificate->key_curve == NULL && curve != NID_undef) certificate->key_curve = OBJ_nid2sn(curve);
}

/* authorityInfoAccess, RFC 5280 section 4.2.2.1: the first URI where the issuer's certificate can be fetched. */
static void issuer_url_describe(X509 *x509, char text[X509_TEXT_KEPT]) {
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
        const ACCESS_DESCRIPTION *description = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(description->method) != NID_ad_ca_issuers || description->location->type != GEN_URI) continue;
        const ASN1_IA5STRING *uri = description->location->d.uniformResourceIdentifier;
        struct text_writer writer = text_writer_over(text, X509_TEXT_KEPT);
        text_append_hostile(&writer, ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri));
        break;
    }
    AUTHORITY_INFO_ACCESS_free(access);
}

/* TLS Feature, RFC 7633: status_request is number 5. */
static bool must_staple_find(X509 *x509) {
    TLS_FEATURE *features = X509_get_ext_d2i(x509, NID_tlsfeature, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
        if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == 5) found = true;
    TLS_FEATURE_free(features);
    return found;
}

static void serial_describe(const ASN1_INTEGER *serial, char *text, size_t size) {
    struct text_writer writer = text_writer_over(text, size);
    text_append_hex(&writer, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
}

void x509_certificate_describe(X509 *x509, struct x509_certificate *certificate) {
    uint32_t flags = X509_get_extension_flags(x509);
    certificate->readable = true;
    x509_name_append(X509_get_subject_name(x509), certificate->subject);
    x509_name_append(X509_get_issuer_name(x509), certificate->issuer);
    common_name_describe(X509_get_subject_name(x509), certificate->subject_common_name);
    common_name_describe(X509_get_issuer_name(x509), certificate->issuer_common_name);
    serial_describe(X509_get0_serialNumber(x509), certificate->serial, sizeof certificate->serial);
    certificate->not_before = x509_seconds(X509_get0_notBefore(x509));
    certificate->not_after = x509_seconds(X509_get0_notAfter(x509));
    key_describe(x509, certificate);
    certificate->signature_hash = name_of(hashes, ARRAY_LENGTH(hashes), x509_signature_hash(x509));
    certificate->is_ca = X509_check_ca(x509) != 0;
    certificate->self_issued = (flags & EXFLAG_SI) != 0;
    certificate->self_signed = X509_self_signed(x509, 1) == 1;
    certificate->must_staple = must_staple_find(x509);
    issuer_url_describe(x509, certificate->issuer_url);
    x509_names_describe(x509, certificate);
    ERR_clear_error();
}
