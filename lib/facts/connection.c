#include "facts/connection.h"

#include <string.h>

#include "base/text.h"

/* Upgrade protocols that "openssl s_client -starttls" knows by the name that we use. */
static const char *const openssl_starttls[] = {"smtp", "imap",     "pop3",  "ftp",  "ldap",
                                               "xmpp", "postgres", "mysql", "nntp", "sieve"};

/* True for a name that a shell takes as one word and openssl not as an option: names from the wire are hostile, and
 * people paste commands. */
static bool name_is_plain(const char *name) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return name[0] != '-' && name[strspn(name, plain)] == '\0';
}

static void set_openssl_target(struct facts *facts, const char *destination, const char *application) {
    char buffer[FACTS_TEXT_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    const char *name = facts_text(facts, FACT_CLIENT_SERVER_NAME);
    text_append_format(&writer, "-connect %s", destination);
    if (name != NULL && name_is_plain(name)) text_append_format(&writer, " -servername %s", name);
    for (size_t i = 0; application != NULL && i < ARRAY_LENGTH(openssl_starttls); i++)
        if (strcmp(openssl_starttls[i], application) == 0) text_append_format(&writer, " -starttls %s", application);
    facts_set_clean_text(facts, FACT_CONNECTION_OPENSSL_TARGET, buffer);
}

void facts_set_connection(struct facts *facts, const struct facts_endpoint *client, const struct facts_endpoint *server,
                          const char *application) {
    char destination[80];
    struct text_writer writer = text_writer_over(destination, sizeof(destination));
    bool brackets = strchr(server->address, ':') != NULL; /* RFC 3986 section 3.2.2 */
    text_append_format(&writer, brackets ? "[%s]:%u" : "%s:%u", server->address, (unsigned)server->port);
    facts_set_clean_text(facts, FACT_CONNECTION_SOURCE, client->address);
    facts_set_integer(facts, FACT_CONNECTION_SOURCE_PORT, client->port);
    facts_set_clean_text(facts, FACT_CONNECTION_DESTINATION, destination);
    facts_set_clean_text(facts, FACT_CONNECTION_SERVER_ADDRESS, server->address);
    facts_set_integer(facts, FACT_CONNECTION_SERVER_PORT, server->port);
    facts_set_name(facts, FACT_CONNECTION_APPLICATION, application);
    set_openssl_target(facts, destination, application);
}
