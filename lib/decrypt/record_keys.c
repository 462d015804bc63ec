/* From secrets to the keys of a direction. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <string.h>

#include "cipher.h"
#include "tls/names.h"

enum { RANDOM_LENGTH = 32, MASTER_LENGTH = 48, BLOCK_CAP = 2 * (32 + 16 + 48), TRAFFIC_IV = 12 };

/* OpenSSL's parameters take what they do not change as pointers to what they could; so the input is copied first. */
static bool derive(const char *kdf_name, OSSL_PARAM *parameters, uint8_t *output, size_t length) {
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, kdf_name, NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    bool good = context != NULL && EVP_KDF_derive(context, output, length, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return good;
}

/* HKDF-Expand-Label with an empty context, RFC 8446 section 7.1: struct { uint16 length; opaque label<7..255>;
 * opaque context<0..255>; } HkdfLabel. */
static bool expand_label(const char *hash, const uint8_t *secret, size_t secret_length, const char *label,
                         uint8_t *output, size_t length) {
    static const char prefix[] = "tls13 ";
    uint8_t info[32], key[EVP_MAX_MD_SIZE];
    char digest[16];
    size_t label_length = strlen(prefix) + strlen(label);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    if (secret_length > sizeof key || label_length + 4 > sizeof info) return false;
    info[0] = 0;
    info[1] = (uint8_t)length;
    info[2] = (uint8_t)label_length;
    memcpy(info + 3, prefix, strlen(prefix));
    memcpy(info + 3 + strlen(prefix), label, strlen(label));
    info[3 + label_length] = 0;
    memcpy(key, secret, secret_length);
    OPENSSL_strlcpy(digest, hash, sizeof digest);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, secret_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, label_length + 4),
        OSSL_PARAM_construct_end(),
    };
    bool good = derive("HKDF", parameters, output, length);
    OPENSSL_cleanse(key, sizeof key);
    return good;
}

bool record_keys_from_traffic(struct record_keys *keys, uint16_t suite, const uint8_t *secret, size_t length) {
    const struct record_cipher *cipher = cipher_find(suite);
    const struct tls_suite *row = tls_suite_find(suite);
    *keys = (struct record_keys){.version = TLS_VERSION_13};
    if (cipher == NULL || row->minimum_version != TLS_VERSION_13 || length != row->hash_length) return false;
    keys->cipher = cipher;
    if (expand_label(cipher->prf, secret, length, "key", keys->key, cipher->key_length) &&
        expand_label(cipher->prf, secret, length, "iv", keys->iv, TRAFFIC_IV))
        return true;
    record_keys_done(keys);
    return false;
}

/* key_block = PRF(master_secret, "key expansion", server_random + client_random), RFC 5246 section 6.3. Before TLS 1.2
 * the PRF joins MD5 and SHA-1 (RFC 2246 section 5). */
static bool key_block_make(const struct record_cipher *cipher, const struct record_master *master, uint8_t *block,
                           size_t length) {
    static const char label[] = "key expansion";
    uint8_t secret[MASTER_LENGTH], seed[sizeof label - 1 + 2 * RANDOM_LENGTH];
    char digest[16];
    memcpy(secret, master->secret, sizeof secret);
    memcpy(seed, label, sizeof label - 1);
    memcpy(seed + sizeof label - 1, master->server_random, RANDOM_LENGTH);
    memcpy(seed + sizeof label - 1 + RANDOM_LENGTH, master->client_random, RANDOM_LENGTH);
    OPENSSL_strlcpy(digest, master->version < TLS_VERSION_12 ? "MD5-SHA1" : cipher->prf, sizeof digest);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, sizeof secret),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
        OSSL_PARAM_construct_end(),
    };
    bool good = derive("TLS1-PRF", parameters, block, length);
    OPENSSL_cleanse(secret, sizeof secret);
    return good;
}

/* The key block holds client_write_MAC_key, server_write_MAC_key, client_write_key, server_write_key,
 * client_write_IV, server_write_IV. */
static bool key_block_deal(struct record_keys keys[SIDE_COUNT], const struct record_cipher *cipher,
                           struct cursor block) {
    size_t mac = cipher->kind == CIPHER_CBC ? cipher->tag_length : 0;
    return cursor_copy(&block, keys[SIDE_CLIENT].mac_key, mac) && cursor_copy(&block, keys[SIDE_SERVER].mac_key, mac) &&
           cursor_copy(&block, keys[SIDE_CLIENT].key, cipher->key_length) &&
           cursor_copy(&block, keys[SIDE_SERVER].key, cipher->key_length) &&
           cursor_copy(&block, keys[SIDE_CLIENT].iv, cipher->iv_length) &&
           cursor_copy(&block, keys[SIDE_SERVER].iv, cipher->iv_length);
}

bool record_keys_from_master(struct record_keys keys[SIDE_COUNT], const struct record_master *master) {
    const struct record_cipher *cipher = cipher_find(master->suite);
    uint8_t block[BLOCK_CAP];
    for (int side = 0; side < SIDE_COUNT; side++)
        keys[side] = (struct record_keys){.version = master->version, .encrypt_then_mac = master->encrypt_then_mac};
    bool known = cipher != NULL && master->version >= TLS_VERSION_10 && master->version <= TLS_VERSION_12 &&
                 tls_suite_find(master->suite)->minimum_version <= master->version;
    if (!known) return false;
    keys[SIDE_CLIENT].cipher = keys[SIDE_SERVER].cipher = cipher;
    bool good = key_block_make(cipher, master, block, sizeof block) &&
                key_block_deal(keys, cipher, cursor_over(block, sizeof block));
    OPENSSL_cleanse(block, sizeof block);
    if (good) return true;
    record_keys_done(&keys[SIDE_CLIENT]);
    record_keys_done(&keys[SIDE_SERVER]);
    return false;
}

void record_keys_done(struct record_keys *keys) {
    OPENSSL_cleanse(keys, sizeof *keys);
}
