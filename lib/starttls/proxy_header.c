/* The PROXY protocol's header (haproxy.org, "The PROXY protocol", versions 1 and 2), sent before anything else. */
#include "line.h"

enum { LINE_LONGEST = 107, SIGNATURE_LENGTH = 12, ADDRESSES_LONGEST = 4096, VERSION_2 = 2 };

/* Section 2.1: "PROXY TCP4 192.0.2.1 192.0.2.2 51234 443\r\n", at most 107 bytes. */
static enum starttls_framed line_get(struct cursor *input) {
    static const char *const openings[] = {"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN", NULL};
    struct cursor line;
    enum starttls_recognition found = starttls_prefix_among(*input, openings);
    if (found == STARTTLS_IS_UNDECIDED) return STARTTLS_FRAMED_NEED_MORE;
    if (found == STARTTLS_IS_NOT) return STARTTLS_FRAMED_BAD;
    enum starttls_framed framed = starttls_line_get(input, &line);
    bool endless = framed == STARTTLS_FRAMED_NEED_MORE && cursor_remaining(input) >= LINE_LONGEST;
    return endless ? STARTTLS_FRAMED_BAD : framed;
}

/* Section 2.2: signature, version and command, family, uint16 length, addresses and more. */
static enum starttls_framed binary_get(struct cursor *input) {
    static const uint8_t signature[SIGNATURE_LENGTH] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                        0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    struct cursor at = *input, addresses;
    uint8_t byte, version, family;
    uint16_t length;
    for (size_t i = 0; i < SIGNATURE_LENGTH; i++) {
        if (!cursor_get_u8(&at, &byte)) return STARTTLS_FRAMED_NEED_MORE;
        if (byte != signature[i]) return STARTTLS_FRAMED_BAD;
    }
    if (!cursor_get_u8(&at, &version) || !cursor_get_u8(&at, &family) || !cursor_get_u16(&at, &length))
        return STARTTLS_FRAMED_NEED_MORE;
    if (version >> 4 != VERSION_2 || length > ADDRESSES_LONGEST) return STARTTLS_FRAMED_BAD;
    if (!cursor_sub(&at, length, &addresses)) return STARTTLS_FRAMED_NEED_MORE;
    *input = at;
    return STARTTLS_FRAMED_READY;
}

enum starttls_framed starttls_proxy_header_get(struct cursor *input, uint8_t *version) {
    enum starttls_framed framed = line_get(input);
    if (framed == STARTTLS_FRAMED_READY) *version = 1;
    if (framed != STARTTLS_FRAMED_BAD) return framed;
    framed = binary_get(input);
    if (framed == STARTTLS_FRAMED_READY) *version = 2;
    return framed;
}
