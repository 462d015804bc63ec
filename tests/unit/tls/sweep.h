/* Every way to cut a message short and every byte of it flipped, each time in a heap block of its exact size. */
#ifndef UNIT_TLS_SWEEP_H
#define UNIT_TLS_SWEEP_H

#include <stdint.h>

#include "base/cursor.h"
#include "run_suite.h"
#include "tls/parse_error.h"

/* Parses BODY, checks whatever must hold for any bytes, and returns what the parser returned. */
typedef bool sweep_parse(struct cursor body);

/* An error is there where the message is not whole, and its place is within the message. */
static inline void sweep_error_is_sane(bool whole, const struct tls_parse_error *error, const struct cursor *body) {
    ck_assert(whole == (error->field == NULL));
    ck_assert(whole == (error->reason == NULL));
    ck_assert(error->offset <= cursor_remaining(body));
}

/* One parse out of a block of exactly LENGTH bytes. */
static inline bool sweep_once(const uint8_t *bytes, size_t length, sweep_parse *parse) {
    uint8_t *copy = exact_copy(bytes, length);
    bool whole = parse(cursor_over(copy, length));
    free(copy);
    return whole;
}

/* Parses every proper prefix. Returns how many of them are whole messages. */
static inline size_t sweep_prefixes(const uint8_t *bytes, size_t length, sweep_parse *parse) {
    size_t whole = 0;
    for (size_t i = 0; i < length; i++)
        whole += sweep_once(bytes, i, parse);
    return whole;
}

/* Flips each byte in three ways. Returns how many of the 3 * LENGTH results are whole messages. */
static inline size_t sweep_flips(const uint8_t *bytes, size_t length, sweep_parse *parse) {
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    size_t whole = 0;
    for (size_t i = 0; i < length * sizeof(masks); i++) {
        uint8_t *copy = exact_copy(bytes, length);
        copy[i / sizeof(masks)] ^= masks[i % sizeof(masks)];
        whole += parse(cursor_over(copy, length));
        free(copy);
    }
    return whole;
}

#endif
