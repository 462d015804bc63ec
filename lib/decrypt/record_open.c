/* Opens one record: AEAD and CBC. */
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>

#include "cipher.h"
#include "tls/names.h"

enum {
    NONCE = 12,
    EXPLICIT_NONCE = 8,
    BLOCK = 16,
    SEQUENCE = 8,
    HEADER = 5,
    VERSION_LEGACY = 0x0303, /* RFC 8446 section 5.2: what additional data and the header say */
};

static void u16_write(uint8_t *at, size_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void sequence_write(uint8_t at[SEQUENCE], uint64_t sequence) {
    for (int i = SEQUENCE - 1; i >= 0; i--, sequence >>= 8)
        at[i] = (uint8_t)sequence;
}

/* What an AEAD of these keys is given beside the ciphertext. */
struct aead_input {
    uint8_t nonce[NONCE];
    uint8_t data[SEQUENCE + HEADER]; /* additional data */
    int data_length;
    struct cursor body; /* ciphertext and tag */
};

/* RFC 8446 section 5.3, RFC 7905 section 2: the IV, its end XORed with the record's number. */
static void nonce_number(const struct record_keys *keys, uint8_t nonce[NONCE]) {
    uint8_t sequence[SEQUENCE];
    sequence_write(sequence, keys->sequence);
    memcpy(nonce, keys->iv, NONCE);
    for (int i = 0; i < SEQUENCE; i++)
        nonce[NONCE - SEQUENCE + i] ^= sequence[i];
}

/* RFC 8446 section 5.2: the additional data is the record's header. */
static bool aead_input_13(const struct record_keys *keys, const struct record_sealed *record,
                          struct aead_input *input) {
    nonce_number(keys, input->nonce);
    input->data[0] = record->type;
    u16_write(input->data + 1, VERSION_LEGACY);
    u16_write(input->data + 3, cursor_remaining(&record->body));
    input->data_length = HEADER;
    return true;
}

/* RFC 5246 section 6.2.3.3: seq_num + type + version + length of the plaintext. With GCM and CCM the record begins with
 * the second part of the nonce (RFC 5288 section 3). */
static bool aead_input_12(const struct record_keys *keys, const struct record_sealed *record,
                          struct aead_input *input) {
    const struct record_cipher *cipher = keys->cipher;
    memcpy(input->nonce, keys->iv, cipher->iv_length);
    if (cipher->kind == CIPHER_CHACHA)
        nonce_number(keys, input->nonce);
    else if (!cursor_copy(&input->body, input->nonce + cipher->iv_length, EXPLICIT_NONCE))
        return false;
    if (cursor_remaining(&input->body) < cipher->tag_length) return false;
    sequence_write(input->data, keys->sequence);
    input->data[SEQUENCE] = record->type;
    u16_write(input->data + SEQUENCE + 1, record->version);
    u16_write(input->data + SEQUENCE + 3, cursor_remaining(&input->body) - cipher->tag_length);
    input->data_length = SEQUENCE + HEADER;
    return true;
}

/* CCM wants the tag's length, and the ciphertext's, before everything else. */
static bool aead_begin(EVP_CIPHER_CTX *context, const struct record_keys *keys, const struct aead_input *input,
                       uint8_t *tag, int ciphertext_length) {
    const struct record_cipher *cipher = keys->cipher;
    int ignored;
    return EVP_DecryptInit_ex(context, cipher->cipher(), NULL, NULL, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, cipher->tag_length, tag) == 1 &&
           EVP_DecryptInit_ex(context, NULL, NULL, keys->key, input->nonce) == 1 &&
           (cipher->kind != CIPHER_CCM || EVP_DecryptUpdate(context, NULL, &ignored, NULL, ciphertext_length) == 1) &&
           EVP_DecryptUpdate(context, NULL, &ignored, input->data, input->data_length) == 1;
}

static bool aead_open(const struct record_keys *keys, struct aead_input *input, uint8_t *plain, size_t *length) {
    const struct record_cipher *cipher = keys->cipher;
    const uint8_t *ciphertext;
    uint8_t tag[BLOCK];
    int written = 0, rest = 0;
    size_t body = cursor_remaining(&input->body);
    if (body < cipher->tag_length || body - cipher->tag_length > RECORD_PLAIN_CAP) return false;
    int count = (int)(body - cipher->tag_length);
    if (!cursor_take(&input->body, (size_t)count, &ciphertext) || !cursor_copy(&input->body, tag, cipher->tag_length))
        return false;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL && aead_begin(context, keys, input, tag, count) &&
                EVP_DecryptUpdate(context, plain, &written, ciphertext, count) == 1 &&
                (cipher->kind == CIPHER_CCM || EVP_DecryptFinal_ex(context, plain + written, &rest) == 1);
    EVP_CIPHER_CTX_free(context);
    *length = (size_t)written;
    return good;
}

/* RFC 8446 section 5.4: the type is the last byte that is not zero. */
static bool inner_type_find(const uint8_t *plain, size_t *length, uint8_t *type) {
    while (*length > 0 && plain[*length - 1] == 0)
        --*length;
    if (*length == 0) return false;
    *type = plain[--*length];
    return true;
}

static bool aead_record_open(struct record_keys *keys, const struct record_sealed *record, uint8_t *plain,
                             size_t *length, uint8_t *type) {
    struct aead_input input = {.body = record->body};
    bool tls13 = keys->version == TLS_VERSION_13;
    bool begun = tls13 ? aead_input_13(keys, record, &input) : aead_input_12(keys, record, &input);
    *type = record->type;
    return begun && aead_open(keys, &input, plain, length) && (!tls13 || inner_type_find(plain, length, type));
}

/* The MAC over the record's number, header and CONTENT: RFC 5246 section 6.2.3.1, RFC 7366 section 3. */
static bool mac_verify(const struct record_keys *keys, const struct record_sealed *record, const uint8_t *content,
                       size_t length, const uint8_t *mac) {
    const struct record_cipher *cipher = keys->cipher;
    uint8_t input[SEQUENCE + HEADER + RECORD_PLAIN_CAP], made[EVP_MAX_MD_SIZE];
    unsigned made_length = 0;
    if (length > RECORD_PLAIN_CAP) return false;
    sequence_write(input, keys->sequence);
    input[SEQUENCE] = record->type;
    u16_write(input + SEQUENCE + 1, record->version);
    u16_write(input + SEQUENCE + 3, length);
    if (length > 0) memcpy(input + SEQUENCE + HEADER, content, length);
    if (HMAC(cipher->mac(), keys->mac_key, cipher->tag_length, input, SEQUENCE + HEADER + length, made, &made_length) ==
        NULL)
        return false;
    return made_length == cipher->tag_length && CRYPTO_memcmp(made, mac, made_length) == 0;
}

/* Decrypts whole blocks; LENGTH is not changed. */
static bool blocks_decrypt(const struct record_keys *keys, const uint8_t *iv, const uint8_t *blocks, size_t length,
                           uint8_t *plain) {
    int written = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL && EVP_DecryptInit_ex(context, keys->cipher->cipher(), NULL, keys->key, iv) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_DecryptUpdate(context, plain, &written, blocks, (int)length) == 1;
    EVP_CIPHER_CTX_free(context);
    return good && (size_t)written == length;
}

/* uint8 padding[padding_length]; uint8 padding_length: all of them say how many there are. */
static bool padding_strip(const uint8_t *plain, size_t *length) {
    if (*length == 0) return false;
    size_t padding = plain[*length - 1];
    if (padding + 1 > *length) return false;
    for (size_t i = 1; i <= padding; i++)
        if (plain[*length - 1 - i] != padding) return false;
    *length -= padding + 1;
    return true;
}

/* Splits the body: the IV (TLS 1.1 and 1.2 send it), whole blocks, and a MAC behind them with encrypt_then_mac. */
static bool cbc_split(const struct record_keys *keys, struct cursor body, const uint8_t **iv, struct cursor *blocks,
                      const uint8_t **mac) {
    size_t mac_length = keys->encrypt_then_mac ? keys->cipher->tag_length : 0;
    *iv = keys->iv;
    if (keys->version >= TLS_VERSION_10 + 1 && !cursor_take(&body, BLOCK, iv)) return false;
    if (cursor_remaining(&body) < mac_length + BLOCK) return false;
    if (!cursor_sub(&body, cursor_remaining(&body) - mac_length, blocks)) return false;
    size_t length = cursor_remaining(blocks);
    return length % BLOCK == 0 && length <= RECORD_PLAIN_CAP && cursor_take(&body, mac_length, mac);
}

/* With encrypt_then_mac the MAC stands behind the ciphertext and covers it, else behind the content and within. */
static bool cbc_verify(const struct record_keys *keys, const struct record_sealed *record, const uint8_t *mac,
                       const uint8_t *plain, size_t *length) {
    size_t mac_length = keys->cipher->tag_length;
    if (keys->encrypt_then_mac) {
        struct cursor covered = record->body;
        const uint8_t *bytes;
        size_t count = cursor_remaining(&covered) - mac_length;
        return cursor_take(&covered, count, &bytes) && mac_verify(keys, record, bytes, count, mac) &&
               padding_strip(plain, length);
    }
    if (!padding_strip(plain, length) || *length < mac_length) return false;
    *length -= mac_length;
    return mac_verify(keys, record, plain, *length, plain + *length);
}

static bool cbc_record_open(struct record_keys *keys, const struct record_sealed *record, uint8_t *plain,
                            size_t *length, uint8_t *type) {
    const uint8_t *iv, *mac = NULL, *bytes;
    struct cursor blocks;
    if (!cbc_split(keys, record->body, &iv, &blocks, &mac)) return false;
    *length = cursor_remaining(&blocks);
    if (!cursor_take(&blocks, *length, &bytes)) return false;
    size_t count = *length;
    if (!blocks_decrypt(keys, iv, bytes, count, plain) || !cbc_verify(keys, record, mac, plain, length)) return false;
    if (keys->version == TLS_VERSION_10) memcpy(keys->iv, bytes + count - BLOCK, BLOCK);
    *type = record->type;
    return true;
}

bool record_open(struct record_keys *keys, const struct record_sealed *record, uint8_t *plain, size_t *length,
                 uint8_t *type) {
    if (keys->cipher == NULL) return false;
    bool good = keys->cipher->kind == CIPHER_CBC ? cbc_record_open(keys, record, plain, length, type)
                                                 : aead_record_open(keys, record, plain, length, type);
    if (good) keys->sequence++;
    return good;
}
