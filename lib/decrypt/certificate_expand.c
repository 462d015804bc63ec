#include "certificate_expand.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cursor.h"

/* CertificateCompressionAlgorithm algorithm; uint24 uncompressed_length;
 * opaque compressed_certificate_message<1..2^24-1> */
struct compressed_certificate {
    uint16_t algorithm;
    uint32_t uncompressed_length;
    struct cursor message;
};

/* RFC 8879 section 4 */
static bool compressed_certificate_get(struct cursor body, struct compressed_certificate *certificate) {
    return cursor_get_u16(&body, &certificate->algorithm) && cursor_get_u24(&body, &certificate->uncompressed_length) &&
           cursor_get_u24_prefixed(&body, &certificate->message) && !cursor_is_empty(&certificate->message) &&
           cursor_is_empty(&body);
}

/* RFC 1950 */
static bool zlib_expand(struct cursor message, uint8_t *plain, size_t length) {
    uLongf written = length;
    uLong taken = cursor_remaining(&message);
    return uncompress2(plain, &written, message.position, &taken) == Z_OK && written == length &&
           taken == cursor_remaining(&message);
}

/* A stream may announce a window of 16 MiB and tables without end; what expands to 64 KiB needs neither. */
static void *brotli_take(void *ignored, size_t size) {
    enum { LARGEST = 1 << 20 };
    (void)ignored;
    return size <= LARGEST ? malloc(size) : NULL;
}

static void brotli_give(void *ignored, void *block) {
    (void)ignored;
    free(block);
}

/* RFC 7932 */
static bool brotli_expand(struct cursor message, uint8_t *plain, size_t length) {
    size_t in_left = cursor_remaining(&message), out_left = length;
    const uint8_t *in = message.position;
    BrotliDecoderState *state = BrotliDecoderCreateInstance(brotli_take, brotli_give, NULL);
    if (state == NULL) return false;
    BrotliDecoderResult result = BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &plain, NULL);
    BrotliDecoderDestroyInstance(state);
    return result == BROTLI_DECODER_RESULT_SUCCESS && in_left == 0 && out_left == 0;
}

/* RFC 8878. At one stroke: the window is PLAIN itself, whatever a frame announces. */
static bool zstd_expand(struct cursor message, uint8_t *plain, size_t length) {
    return ZSTD_decompress(plain, length, message.position, cursor_remaining(&message)) == length;
}

/* RFC 8879 section 7.3. They fill PLAIN, LENGTH bytes, and take all of the message, or fail. */
static const struct {
    uint16_t algorithm;
    bool (*expand)(struct cursor message, uint8_t *plain, size_t length);
} algorithms[] = {
    {1, zlib_expand},
    {2, brotli_expand},
    {3, zstd_expand},
};

static bool message_expand(const struct compressed_certificate *certificate, uint8_t *plain) {
    for (size_t i = 0; i < ARRAY_LENGTH(algorithms); i++)
        if (algorithms[i].algorithm == certificate->algorithm)
            return algorithms[i].expand(certificate->message, plain, certificate->uncompressed_length);
    return false;
}

void certificate_expand(struct tls_kept *kept, struct block_pool *pool) {
    struct compressed_certificate certificate;
    size_t room;
    if (!kept->compressed || kept->truncated) return;
    kept->truncated = true;
    if (!compressed_certificate_get(cursor_over(kept->bytes, kept->length), &certificate)) return;
    if (certificate.uncompressed_length > TLS_MESSAGE_KEPT) return;
    uint8_t *plain = block_get(pool, certificate.uncompressed_length, &room);
    if (plain == NULL) return;
    if (!message_expand(&certificate, plain)) {
        block_put(pool, plain, room);
        return;
    }
    block_put(pool, kept->bytes, kept->room);
    kept->bytes = plain;
    kept->room = room;
    kept->length = kept->full_length = certificate.uncompressed_length;
    kept->truncated = kept->compressed = false;
}
