/* The facts about who talked to whom. */
#ifndef FACTS_CONNECTION_H
#define FACTS_CONNECTION_H

#include <stdint.h>

#include "facts/facts.h"

/* One end of the connection as text and number; the address is borrowed for the call. */
struct facts_endpoint {
    const char *address; /* "192.0.2.7", "2001:db8::7" */
    uint16_t port;
};

/* Sets every connection.* fact. APPLICATION (static, may be NULL) is the protocol that led to TLS. Call it after
 * client.server_name and upgrade.target are set: both go into connection.openssl_target. */
void facts_set_connection(struct facts *facts, const struct facts_endpoint *client, const struct facts_endpoint *server,
                          const char *application);

#endif
