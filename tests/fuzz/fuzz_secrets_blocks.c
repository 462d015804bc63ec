/* pcapng files out of hostile hands, for the secrets that they bring along: the same bytes in one piece and in pieces
 * of their first byte's size must give the same. */
#include <stdint.h>
#include <stdlib.h>

#include "decrypt/secrets_blocks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static struct keylog_counters counters_of(const uint8_t *data, size_t size, size_t piece) {
    static const struct siphash_key key = {1, 2};
    struct keylog *keylog = keylog_new(8, &key);
    struct secrets_blocks blocks;
    check(keylog != NULL);
    secrets_blocks_init(&blocks, keylog);
    for (size_t at = 0; at < size; at += piece)
        if (!secrets_blocks_push(&blocks, data + at, size - at < piece ? size - at : piece)) break;
    struct keylog_counters counters = *keylog_counters(keylog);
    check(counters.connections <= 8 && (blocks.found || counters.lines == 0));
    keylog_free(keylog);
    return counters;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    struct keylog_counters whole = counters_of(data, size, size), cut = counters_of(data, size, data[0] % 32 + 1u);
    check(whole.lines == cut.lines && whole.passed == cut.passed && whole.malformed == cut.malformed);
    return 0;
}
