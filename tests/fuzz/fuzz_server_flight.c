/* The other messages in plain text. The first byte chooses the message (low four bits) and the version (high four),
 * the second the key exchange (low bits) and whether the suite is anonymous (high bit). */
#include <stdint.h>
#include <stdlib.h>

#include "tls/names.h"
#include "tls/server_flight.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct choice {
    uint16_t version;
    enum tls_key_exchange exchange;
    bool anonymous;
};

static void check(bool holds) {
    if (!holds) abort();
}

/* Reads a borrowed child to its end: it must lie within the input. */
static void touch(struct cursor child) {
    volatile uint8_t last = 0;
    uint8_t byte;
    while (cursor_get_u8(&child, &byte))
        last = byte;
    (void)last;
}

static void check_error(const struct tls_parse_error *error, bool whole, struct cursor body) {
    check(whole == (error->field == NULL));
    check(error->offset <= cursor_remaining(&body));
}

static void check_chain(const struct tls_certificate_list *list) {
    check(list->count <= TLS_CHAIN_KEPT && list->count <= list->total);
    for (uint16_t i = 0; i < list->count; i++)
        touch(list->certificates[i]);
}

static void fuzz_certificate(struct cursor body, const struct choice *choice) {
    struct tls_certificate_list list;
    bool whole =
        choice->version >= TLS_VERSION_13 ? tls_certificate_parse_13(body, &list) : tls_certificate_parse(body, &list);
    check_error(&list.error, whole, body);
    check_chain(&list);
}

static void fuzz_server_key_exchange(struct cursor body, const struct choice *choice) {
    struct tls_server_key_exchange message;
    bool whole = tls_server_key_exchange_parse(body, choice->exchange, choice->anonymous, choice->version, &message);
    check_error(&message.error, whole, body);
    check(message.dh_bits <= 65535 * 8);
    check(message.signature_algorithm == 0 || choice->version >= TLS_VERSION_12);
}

static void fuzz_certificate_request(struct cursor body, const struct choice *choice) {
    struct tls_certificate_request request;
    bool whole = tls_certificate_request_parse(body, choice->version, &request);
    check_error(&request.error, whole, body);
    check(request.type_count <= sizeof(request.types));
    check(request.authority_count <= TLS_AUTHORITIES_KEPT && request.authority_count <= request.authority_total);
    for (uint16_t i = 0; i < request.authority_count; i++)
        touch(request.authorities[i]);
}

static void fuzz_certificate_verify(struct cursor body, const struct choice *choice) {
    uint16_t algorithm = 0;
    bool whole = tls_certificate_verify_parse(body, choice->version, &algorithm);
    check(algorithm == 0 || (whole && choice->version >= TLS_VERSION_12));
}

static void fuzz_certificate_status(struct cursor body, const struct choice *choice) {
    struct cursor response;
    (void)choice;
    if (tls_certificate_status_parse(body, &response)) touch(response);
}

static void (*const messages[])(struct cursor body, const struct choice *choice) = {
    fuzz_certificate,        fuzz_server_key_exchange, fuzz_certificate_request,
    fuzz_certificate_verify, fuzz_certificate_status,
};

static const uint16_t versions[] = {TLS_VERSION_SSL3, TLS_VERSION_10, TLS_VERSION_11, TLS_VERSION_12, TLS_VERSION_13};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cursor body = cursor_over(data, size);
    uint8_t first, second;
    if (!cursor_get_u8(&body, &first) || !cursor_get_u8(&body, &second)) return 0;
    struct choice choice = {
        .version = versions[(first >> 4) % ARRAY_LENGTH(versions)],
        .exchange = (enum tls_key_exchange)((second & 0x7f) % (TLS_KEY_EXCHANGE_TLS13 + 1)),
        .anonymous = (second & 0x80) != 0,
    };
    messages[(first & 0x0f) % ARRAY_LENGTH(messages)](body, &choice);
    return 0;
}
