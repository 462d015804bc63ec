/* ServerHello and HelloRetryRequest bodies. */
#include <stdint.h>
#include <stdlib.h>

#include "tls/server_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tls_server_hello hello;
    bool whole = tls_server_hello_parse(cursor_over(data, size), &hello);
    check(whole == (hello.error.field == NULL));
    check(hello.error.offset <= size);
    check(hello.extension_count <= TLS_EXTENSIONS_KEPT);
    check(hello.protocol.length <= TLS_PROTOCOL_KEPT);
    check(!hello.is_hello_retry_request || hello.downgrade == TLS_DOWNGRADE_NONE);
    check(hello.has_extensions || hello.version == hello.legacy_version);
    return 0;
}
