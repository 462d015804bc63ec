/* A finished conversation heard again with the keys of a key log: what its encrypted records held stands in their place
 * among the events, and the messages in it are kept like those in plain text. */
#ifndef DECRYPT_REPLAY_H
#define DECRYPT_REPLAY_H

#include "decrypt/keylog.h"
#include "tls/conversation.h"

/* Holds no key material. Borrows from the conversation that it was made of. */
struct decrypt_replay {
    struct tls_conversation conversation; /* decrypted is set; not to be given to tls_conversation_done() */
    bool own[TLS_SLOT_COUNT];             /* kept messages that belong to the replay */
};

/* Opens what can be opened of CONVERSATION, which must have been told to keep_encrypted and must outlive the replay.
 * False where the log has no secrets for it or nothing verified under them: then there is nothing to give back.
 * Certificate messages of TLS 1.3 are kept in the form of TLS 1.2, expanded where they were compressed (RFC 8879),
 * the leaf's OCSP response as CertificateStatus. */
MUST_USE bool decrypt_replay_begin(struct decrypt_replay *replay, const struct tls_conversation *conversation,
                                   struct keylog *keylog);

/* Gives the replay's messages back to the pool. */
void decrypt_replay_done(struct decrypt_replay *replay);

#endif
