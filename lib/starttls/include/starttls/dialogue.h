/* What two sides say in plain text before TLS: upgrades (STARTTLS and its kin), tunnels through a proxy (CONNECT,
 * SOCKS) and the PROXY protocol's header. Recognised by what is said, never by the port number. Reports what was
 * said, never judges. */
#ifndef STARTTLS_DIALOGUE_H
#define STARTTLS_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/side.h"

#define STARTTLS_WORDS_KEPT   120
#define STARTTLS_TARGET_KEPT  80
#define STARTTLS_OPENING_KEPT 96
#define STARTTLS_TAG_KEPT     32
#define STARTTLS_LINE_LONGEST 1024  /* bytes of a line that are heard, its end included, or of another unit */
#define STARTTLS_UNITS_CAP    128   /* lines or messages of both sides, until a dialogue is given up */
#define STARTTLS_BYTES_CAP    32768 /* bytes of both sides */

enum starttls_protocol {
    STARTTLS_NONE, /* not recognised, or not yet */
    STARTTLS_SMTP, /* and LMTP */
    STARTTLS_FTP,
    STARTTLS_IMAP,
    STARTTLS_POP3,
    STARTTLS_SIEVE,
    STARTTLS_NNTP,
    STARTTLS_IRC,
    STARTTLS_XMPP,
    STARTTLS_LDAP,
    STARTTLS_POSTGRES,
    STARTTLS_MYSQL,
    STARTTLS_RDP,
    STARTTLS_HTTP, /* CONNECT */
    STARTTLS_SOCKS5,
    STARTTLS_SOCKS4,
    STARTTLS_PROTOCOL_COUNT
};

enum starttls_answer { STARTTLS_UNANSWERED, STARTTLS_GRANTED, STARTTLS_REFUSED };

/* One dialogue; small, a part of its connection. Nothing in it has to be freed. */
struct starttls_dialogue {
    uint8_t protocol;        /* enum starttls_protocol */
    uint8_t proxy_header;    /* version of the PROXY protocol's header that the client began with, 0 for none */
    uint8_t answer;          /* enum starttls_answer: to the last time that the client asked */
    bool listed;             /* the server told its features, to the end of the list, or that it has no such list */
    bool offered;            /* and the upgrade is among them */
    bool asked;              /* the client asked for the upgrade, or for the tunnel */
    bool went_on;            /* the client went on in plain text after the list or the refusal */
    bool left;               /* the client said good-bye right after a list that does not offer the upgrade */
    bool blind;              /* bytes were missed: nothing but the beginning of TLS is looked for */
    bool nested;             /* it is spoken inside a tunnel */
    bool hidden;             /* the client's packets are not captured: what it asked for is told by the answers alone */
    bool tls[SIDE_COUNT];    /* from here on this side's bytes are TLS */
    bool masked[SIDE_COUNT]; /* something on the path wrote X over this side's "STARTTLS" */
    bool has_code;
    uint16_t code; /* the answer's number: SMTP reply, HTTP status, LDAP resultCode, SOCKS reply ... */
    uint16_t target_port;
    int64_t asked_time, answer_time;
    int64_t opening_time[SIDE_COUNT];
    uint32_t spoken[SIDE_COUNT]; /* bytes of this side that belong to the dialogue, and not to what follows it */

    /* private to the room */
    bool greeted;                                  /* the server's greeting is over */
    bool listing;                                  /* inside a list of several lines */
    uint8_t state;                                 /* a protocol's own */
    uint8_t tag_length;                            /* IMAP: of the command that asks */
    bool cut[SIDE_COUNT];                          /* a line of this side was too long, and its end was not heard */
    bool cutting[SIDE_COUNT];                      /* that end is still to be passed over */
    uint32_t unheard;                              /* bytes of a hidden client, before the server's first */
    uint32_t message_id;                           /* LDAP: of the request that asks */
    uint32_t body_length;                          /* HTTP: bytes of the refusal's body still to come */
    uint16_t commands, replies, asked_at, list_at; /* commands and replies are counted, so that they find together */
    uint16_t units;
    int64_t now;

    uint8_t words_length, target_length;
    uint8_t opening_length[SIDE_COUNT];
    /* not cleared by init(): as long as the lengths above say; hostile */
    uint8_t words[STARTTLS_WORDS_KEPT];                 /* the server's own, of its refusal */
    uint8_t target[STARTTLS_TARGET_KEPT];               /* "host:port" that the client asked the proxy for */
    uint8_t opening[SIDE_COUNT][STARTTLS_OPENING_KEPT]; /* the first bytes of this side */
    uint8_t tag[STARTTLS_TAG_KEPT];
};

/* What to do with the side's bytes that are left. */
enum starttls_step {
    STARTTLS_WAIT,   /* framer: NEED_MORE; offer them again when more has come */
    STARTTLS_ON,     /* a unit was read: go on */
    STARTTLS_TLS,    /* a unit was read, and what follows is TLS, of both sides */
    STARTTLS_PLAIN,  /* the upgrade will not come: the rest is plain text and of no interest */
    STARTTLS_UNKNOWN /* none of the protocols known here; nothing was read */
};

/* A dialogue of which nothing was heard. */
void starttls_dialogue_init(struct starttls_dialogue *dialogue);

/* Reads one unit (a line, a message) of SIDE from the front of INPUT. TIME: packet of the last byte. */
enum starttls_step starttls_dialogue_read(struct starttls_dialogue *dialogue, enum side side, int64_t time,
                                          struct cursor *input);

/* Bytes of SIDE were sent and never seen. */
void starttls_dialogue_gap(struct starttls_dialogue *dialogue, enum side side);

/* No packet of the client has been captured; by the server's acknowledgements it has sent BYTES so far. */
void starttls_dialogue_hide_client(struct starttls_dialogue *dialogue, uint32_t bytes);

/* A tunnel was granted, and what comes through it is no TLS: an upgrade may be asked for inside. What was said so far
 * is forgotten but for its length. */
void starttls_dialogue_nest(struct starttls_dialogue *dialogue);

/* "smtp", "imap" ... as network.application names it; "http" is CONNECT, "socks" any SOCKS. NULL for STARTTLS_NONE. */
const char *starttls_protocol_name(enum starttls_protocol protocol);

/* Whether it is a tunnel through a proxy, in which anything may follow, and not a promise of TLS. */
bool starttls_protocol_is_tunnel(enum starttls_protocol protocol);

#endif
