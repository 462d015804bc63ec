/* One protocol as the dialogue drives it, and what the protocols share. Private to the room. */
#ifndef STARTTLS_PROTOCOL_H
#define STARTTLS_PROTOCOL_H

#include "starttls/dialogue.h"

enum starttls_recognition { STARTTLS_IS_NOT, STARTTLS_IS_UNDECIDED, STARTTLS_IS };
enum starttls_framed {
    STARTTLS_FRAMED_NEED_MORE,
    STARTTLS_FRAMED_READY,
    STARTTLS_FRAMED_PASSED, /* bytes were passed over that nobody hears */
    STARTTLS_FRAMED_BAD
};

/* What a unit means for the dialogue. */
enum starttls_heard {
    STARTTLS_HEARD,       /* nothing that ends it */
    STARTTLS_HEARD_GRANT, /* TLS follows on both sides */
    STARTTLS_HEARD_PLAIN, /* the client goes for plain text: the upgrade will not come */
    STARTTLS_HEARD_BAD    /* not this protocol after all */
};

struct starttls_rules {
    const char *name;
    bool tunnel;
    /* Whether these are the first bytes of a side that speaks first; NULL where this side does not. */
    enum starttls_recognition (*recognise[SIDE_COUNT])(struct cursor bytes);
    /* Whether these are the first bytes of a server whose client is hidden; NULL where that cannot be told, or where
     * the server speaks first anyway. */
    enum starttls_recognition (*recognise_hidden)(const struct starttls_dialogue *dialogue, struct cursor bytes);
    /* Takes the next unit of a side. */
    enum starttls_framed (*frame)(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                  struct cursor *unit);
    enum starttls_heard (*hear[SIDE_COUNT])(struct starttls_dialogue *dialogue, struct cursor unit);
};

extern const struct starttls_rules starttls_smtp, starttls_ftp, starttls_imap, starttls_pop3, starttls_sieve,
    starttls_nntp, starttls_irc, starttls_xmpp, starttls_ldap, starttls_postgres, starttls_mysql, starttls_rdp,
    starttls_http, starttls_socks5, starttls_socks4;

/* The header of the PROXY protocol, version 1 or 2, at the front of INPUT, which moves past it; *VERSION is set. */
enum starttls_framed starttls_proxy_header_get(struct cursor *input, uint8_t *version);

/* --- what was said --- */

/* A command that is neither of those below. */
void starttls_say(struct starttls_dialogue *dialogue);
/* A command whose reply lists the server's features. */
void starttls_ask_list(struct starttls_dialogue *dialogue);
/* A command that asks for the upgrade or the tunnel. */
void starttls_ask(struct starttls_dialogue *dialogue);
/* A command that says good-bye. */
void starttls_leave(struct starttls_dialogue *dialogue);

/* Whether the reply that is being read belongs to the list that was asked for, or to the asking for the upgrade. */
bool starttls_reply_is_list(const struct starttls_dialogue *dialogue);
bool starttls_reply_is_answer(const struct starttls_dialogue *dialogue);
/* A reply is whole; call it after the two above. */
void starttls_reply_end(struct starttls_dialogue *dialogue);

enum starttls_heard starttls_grant(struct starttls_dialogue *dialogue);
/* WORDS are kept, cut to STARTTLS_WORDS_KEPT. */
enum starttls_heard starttls_refuse(struct starttls_dialogue *dialogue, struct cursor words);
/* The number that came with the answer. */
void starttls_set_code(struct starttls_dialogue *dialogue, uint16_t code);
/* What the proxy is to connect to: a name or an address as text, and a port. */
void starttls_set_target(struct starttls_dialogue *dialogue, struct cursor host, uint16_t port);

#endif
