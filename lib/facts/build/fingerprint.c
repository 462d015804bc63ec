/* JA3 and JA4 of the ClientHello: tls/fingerprint.h gives the texts, libcrypto the hashes. */
#include "tls/fingerprint.h"

#include <string.h>

#include "base/text.h"
#include "reading.h"

static void build_ja3(struct facts *facts, struct x509_inspector *inspector, const struct tls_client_hello *hello) {
    char text[TLS_JA3_TEXT_SIZE], hash[33];
    if (tls_ja3_string(hello, text, sizeof text) && x509_md5_hex(inspector, text, strlen(text), hash))
        facts_set_clean_text(facts, FACT_CLIENT_JA3, hash);
}

/* An empty list is not hashed: JA4 writes twelve zeros for it. */
static bool ja4_part(struct x509_inspector *inspector, const char *list, char part[13]) {
    char hash[65];
    memcpy(part, "000000000000", 13);
    if (list[0] == '\0') return true;
    if (!x509_sha256_hex(inspector, list, strlen(list), hash)) return false;
    memcpy(part, hash, 12);
    return true;
}

static void build_ja4(struct facts *facts, struct x509_inspector *inspector, const struct tls_client_hello *hello) {
    char prefix[11], suites[TLS_JA4_RAW_SIZE], extensions[TLS_JA4_RAW_SIZE], first[13], second[13], text[64];
    if (!tls_ja4_parts(hello, prefix, suites, extensions, TLS_JA4_RAW_SIZE)) return;
    if (!ja4_part(inspector, suites, first) || !ja4_part(inspector, extensions, second)) return;
    struct text_writer writer = text_writer_over(text, sizeof text);
    text_append_format(&writer, "%.10s_%s_%s", prefix, first, second);
    facts_set_clean_text(facts, FACT_CLIENT_JA4, text);
}

void build_fingerprint(struct facts *facts, const struct reading *reading) {
    if (!reading->has_hello || !reading->hello_well_formed || reading->hello.ssl2_format) return;
    build_ja3(facts, reading->sources->inspector, &reading->hello);
    build_ja4(facts, reading->sources->inspector, &reading->hello);
}
