/* Bytes written as hexadecimal digits, as RFCs and key logs have them. */
#ifndef DECRYPT_HEX_H
#define DECRYPT_HEX_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes into BYTES, which has room for ROOM; returns how many. */
static inline size_t from_hex(const char *hex, uint8_t *bytes, size_t room) {
    size_t length = strlen(hex) / 2;
    if (length > room) abort();
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return length;
}

#endif
