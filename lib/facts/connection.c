#include "facts/connection.h"

#include <string.h>

#include "base/text.h"

/* Upgrade protocols that "openssl s_client -starttls" knows by the name that we use. */
static const char *const openssl_starttls[] = {"smtp",     "imap",  "pop3", "ftp",   "ldap", "xmpp",
                                               "postgres", "mysql", "nntp", "sieve", "irc"};

#define PLAIN_IN_NAMES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

/* True for a word that a shell takes as it stands and openssl not as an option: names from the wire are hostile, and
 * people paste commands. */
static bool is_plain(const char *word, const char *characters) {
    return word != NULL && word[0] != '-' && word[0] != '\0' && word[strspn(word, characters)] == '\0';
}

static bool is_openssl_starttls(const char *application) {
    for (size_t i = 0; application != NULL && i < ARRAY_LENGTH(openssl_starttls); i++)
        if (strcmp(openssl_starttls[i], application) == 0) return true;
    return false;
}

/* Through a tunnel the server is what the client asked the proxy for. */
static void append_address(struct facts *facts, const char *destination, const char *application,
                           struct text_writer *writer) {
    const char *target = facts_text(facts, FACT_UPGRADE_TARGET);
    bool tunnel = application != NULL && strcmp(application, "http") == 0 && is_plain(target, PLAIN_IN_NAMES ":");
    if (tunnel)
        text_append_format(writer, "-proxy %s -connect %s", destination, target);
    else
        text_append_format(writer, "-connect %s", destination);
}

static void set_openssl_target(struct facts *facts, const char *destination, const char *application) {
    char buffer[FACTS_TEXT_CAP];
    struct text_writer writer = text_writer_over(buffer, sizeof(buffer));
    const char *name = facts_text(facts, FACT_CLIENT_SERVER_NAME);
    bool named = is_plain(name, PLAIN_IN_NAMES);
    append_address(facts, destination, application, &writer);
    if (named) text_append_format(&writer, " -servername %s", name);
    if (is_openssl_starttls(application)) {
        text_append_format(&writer, " -starttls %s", application);
        /* a stream is opened to a domain (RFC 6120 section 4.7.2), not to an address */
        if (named && strcmp(application, "xmpp") == 0) text_append_format(&writer, " -xmpphost %s", name);
    }
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
