/* ClientHello bodies of either format, and the fingerprints of what was read. The first byte chooses the format. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls/client_hello.h"
#include "tls/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

static void check_list(const struct tls_code_list *list) {
    check(list->count <= TLS_LIST_KEPT);
    check(list->present || list->count == 0);
    check(!list->truncated || list->count == TLS_LIST_KEPT);
}

static void check_hello(const struct tls_client_hello *hello, bool whole, size_t size) {
    check(whole == (hello->error.field == NULL));
    check(whole == (hello->error.reason == NULL));
    check(hello->error.offset <= size);
    check(hello->suite_count <= TLS_SUITES_KEPT);
    check(hello->extension_count <= TLS_EXTENSIONS_KEPT);
    check(hello->server_name_length <= TLS_NAME_KEPT);
    check(hello->protocol_count <= TLS_PROTOCOLS_KEPT);
    check(hello->point_format_count <= sizeof(hello->point_formats));
    check(hello->psk_mode_count <= sizeof(hello->psk_modes));
    for (uint8_t i = 0; i < hello->protocol_count; i++)
        check(hello->protocols[i].length <= TLS_PROTOCOL_KEPT);
    check_list(&hello->versions);
    check_list(&hello->groups);
    check_list(&hello->key_shares);
    check_list(&hello->signature_algorithms);
    check_list(&hello->signature_algorithms_cert);
}

static void check_fingerprints(const struct tls_client_hello *hello, bool whole) {
    static char text[TLS_JA3_TEXT_SIZE], suites[TLS_JA4_RAW_SIZE], extensions[TLS_JA4_RAW_SIZE];
    char a[11];
    if (tls_ja3_string(hello, text, sizeof(text))) {
        check(whole);
        check(strlen(text) < sizeof(text));
    }
    if (tls_ja4_parts(hello, a, suites, extensions, sizeof(suites))) {
        check(whole);
        check(strlen(a) == 10);
        check(strlen(suites) <= (size_t)hello->suite_count * 5);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tls_client_hello hello;
    struct cursor body = cursor_over(data, size);
    uint8_t format;
    if (!cursor_get_u8(&body, &format)) return 0;
    bool whole = (format & 1) != 0 ? tls_client_hello_parse_ssl2(body, &hello) : tls_client_hello_parse(body, &hello);
    check_hello(&hello, whole, size - 1);
    check(hello.ssl2_format == ((format & 1) != 0));
    check_fingerprints(&hello, whole);
    return 0;
}
