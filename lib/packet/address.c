/* Addresses as text. */
#include <arpa/inet.h>

#include "base/text.h"
#include "packet/packet.h"

void packet_address_format(const struct packet_address *address, uint8_t ip_version,
                           char text[PACKET_ADDRESS_TEXT_SIZE]) {
    const uint8_t *b = address->bytes;
    struct text_writer writer = text_writer_over(text, PACKET_ADDRESS_TEXT_SIZE);
    if (ip_version == 4) /* inet_ntop() takes a printf() for it */
        text_append_format(&writer, "%u.%u.%u.%u", (unsigned)b[0], (unsigned)b[1], (unsigned)b[2], (unsigned)b[3]);
    else if (inet_ntop(AF_INET6, b, text, PACKET_ADDRESS_TEXT_SIZE) == NULL)
        text[0] = '\0';
}
