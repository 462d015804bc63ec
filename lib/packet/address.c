/* Addresses as text. */
#include <arpa/inet.h>

#include "packet/packet.h"

void packet_address_format(const struct packet_address *address, uint8_t ip_version,
                           char text[PACKET_ADDRESS_TEXT_SIZE]) {
    int family = ip_version == 4 ? AF_INET : AF_INET6;
    if (inet_ntop(family, address->bytes, text, PACKET_ADDRESS_TEXT_SIZE) == NULL) text[0] = '\0';
}
