#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/siphash.h"
#include "output/output.h"

/* "tlswhyd, MESSAGE_ID" in two halves. Not secret, and never to be changed: an id is public once it was written. */
static const struct siphash_key high_key = {UINT64_C(0x746c737768796420), UINT64_C(0x4d455353414745)};
static const struct siphash_key low_key = {UINT64_C(0x746c737768796420), UINT64_C(0x5f4944)};

/* sd-id128(3): an id of 128 bits that has the form of a random UUID, version 4 and variant 1 (RFC 9562 section 5.4). */
void output_message_id(const char *name, char id[OUTPUT_MESSAGE_ID_SIZE]) {
    uint64_t high = siphash(&high_key, name, strlen(name)), low = siphash(&low_key, name, strlen(name));
    high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
    (void)snprintf(id, OUTPUT_MESSAGE_ID_SIZE, "%016" PRIx64 "%016" PRIx64, high, low);
}
