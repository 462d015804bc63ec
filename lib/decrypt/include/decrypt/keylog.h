/* A key log in NSS format (SSLKEYLOGFILE, draft-ietf-tls-keylogfile): secrets by client random. It may grow while it
 * is read. Bounded; the least lately used connection makes room. All of it is wiped before it is given back: key
 * material must never reach an event, a log or a core dump. */
#ifndef DECRYPT_KEYLOG_H
#define DECRYPT_KEYLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/siphash.h"

#define KEYLOG_RANDOM_LENGTH 32
#define KEYLOG_SECRET_CAP    48  /* SHA-384, and the master secret of TLS 1.2 and older */
#define KEYLOG_LINE_CAP      512 /* longest line that is looked at */

/* The secrets that open handshakes; exporter secrets and all other labels are passed over. */
enum keylog_label {
    KEYLOG_MASTER,           /* CLIENT_RANDOM: TLS 1.2 and older */
    KEYLOG_CLIENT_EARLY,     /* CLIENT_EARLY_TRAFFIC_SECRET */
    KEYLOG_CLIENT_HANDSHAKE, /* CLIENT_HANDSHAKE_TRAFFIC_SECRET */
    KEYLOG_SERVER_HANDSHAKE, /* SERVER_HANDSHAKE_TRAFFIC_SECRET */
    KEYLOG_CLIENT_TRAFFIC,   /* CLIENT_TRAFFIC_SECRET_0 */
    KEYLOG_SERVER_TRAFFIC,   /* SERVER_TRAFFIC_SECRET_0 */
    KEYLOG_LABEL_COUNT
};

struct keylog_secret {
    uint8_t length; /* 0: not in the log */
    uint8_t bytes[KEYLOG_SECRET_CAP];
};

/* The secrets of one connection. */
struct keylog_secrets {
    struct keylog_secret of[KEYLOG_LABEL_COUNT];
};

/* Counts, for metrics; nothing secret. */
struct keylog_counters {
    uint64_t lines;     /* that held a secret */
    uint64_t passed;    /* comments, empty lines and labels that open no handshake */
    uint64_t malformed; /* that make no sense, or are too long */
    uint64_t forgotten; /* connections that made room for newer ones */
    size_t connections; /* held now */
};

struct keylog;

/* An empty key log for at most CAPACITY connections (at least 1); NULL where memory is short. */
MUST_USE struct keylog *keylog_new(size_t capacity, const struct siphash_key *key);
void keylog_free(struct keylog *keylog);

/* Takes the next LENGTH bytes of the log. A last line without its end is waited for. */
void keylog_append(struct keylog *keylog, const char *bytes, size_t length);

/* The log is at its end (an offline file): what stands without an end of line is a line too. */
void keylog_end(struct keylog *keylog);

/* The log begins anew (the file was cut or replaced): half a line that was waited for will not come. */
void keylog_restart(struct keylog *keylog);

/* The secrets of the connection whose ClientHello has RANDOM; NULL where the log has none. Valid until the next
 * keylog_append(). The connection counts as used. */
MUST_USE const struct keylog_secrets *keylog_find(struct keylog *keylog, const uint8_t random[KEYLOG_RANDOM_LENGTH]);

const struct keylog_counters *keylog_counters(const struct keylog *keylog);

#endif
