#include "cipher.h"

#include <string.h>

#include "tls/names.h"

#define GCM(name, family, bits, hash)                                                                                  \
    { (name), EVP_##family##_##bits##_gcm, NULL, (hash), CIPHER_GCM, (bits) / 8, 4, 16 }
#define CCM(name, bits, tag, hash)                                                                                     \
    { (name), EVP_aes_##bits##_ccm, NULL, (hash), CIPHER_CCM, (bits) / 8, 4, (tag) }
#define CBC(name, family, bits, mac, length, hash)                                                                     \
    { (name), EVP_##family##_##bits##_cbc, (mac), (hash), CIPHER_CBC, (bits) / 8, 16, (length) }

/* The hash of the PRF is SHA-256 unless the suite says SHA-384 (RFC 5246 section 5); before TLS 1.2 it is none of
 * these. */
static const struct record_cipher ciphers[] = {
    GCM("AES_128_GCM_SHA256", aes, 128, "SHA256"),
    GCM("AES_256_GCM_SHA384", aes, 256, "SHA384"),
    GCM("ARIA_128_GCM_SHA256", aria, 128, "SHA256"), /* RFC 6209 */
    GCM("ARIA_256_GCM_SHA384", aria, 256, "SHA384"),
    CCM("AES_128_CCM", 128, 16, "SHA256"),
    CCM("AES_256_CCM", 256, 16, "SHA256"),
    CCM("AES_128_CCM_8", 128, 8, "SHA256"),
    CCM("AES_256_CCM_8", 256, 8, "SHA256"),
    CCM("AES_128_CCM_SHA256", 128, 16, "SHA256"),
    CCM("AES_128_CCM_8_SHA256", 128, 8, "SHA256"),
    {"CHACHA20_POLY1305_SHA256", EVP_chacha20_poly1305, NULL, "SHA256", CIPHER_CHACHA, 32, 12, 16},
    CBC("AES_128_CBC_SHA", aes, 128, EVP_sha1, 20, "SHA256"),
    CBC("AES_256_CBC_SHA", aes, 256, EVP_sha1, 20, "SHA256"),
    CBC("AES_128_CBC_SHA256", aes, 128, EVP_sha256, 32, "SHA256"),
    CBC("AES_256_CBC_SHA256", aes, 256, EVP_sha256, 32, "SHA256"),
    CBC("AES_256_CBC_SHA384", aes, 256, EVP_sha384, 48, "SHA384"),
    CBC("CAMELLIA_128_CBC_SHA", camellia, 128, EVP_sha1, 20, "SHA256"), /* RFC 5932, RFC 6367 */
    CBC("CAMELLIA_256_CBC_SHA", camellia, 256, EVP_sha1, 20, "SHA256"),
    CBC("CAMELLIA_128_CBC_SHA256", camellia, 128, EVP_sha256, 32, "SHA256"),
    CBC("CAMELLIA_256_CBC_SHA256", camellia, 256, EVP_sha256, 32, "SHA256"),
    CBC("CAMELLIA_256_CBC_SHA384", camellia, 256, EVP_sha384, 48, "SHA384"),
};

/* "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" -> "AES_128_GCM_SHA256" */
static const char *cipher_part(const struct tls_suite *suite) {
    static const char with[] = "_WITH_", prefix[] = "TLS_";
    const char *found = strstr(suite->name, with);
    if (found != NULL) return found + strlen(with);
    return suite->minimum_version == TLS_VERSION_13 ? suite->name + strlen(prefix) : "";
}

const struct record_cipher *cipher_find(uint16_t code) {
    const struct tls_suite *suite = tls_suite_find(code);
    if (suite == NULL) return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(ciphers); i++)
        if (strcmp(ciphers[i].name, cipher_part(suite)) == 0) return &ciphers[i];
    return NULL;
}
