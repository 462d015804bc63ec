/* A TLS conversation as a witness hears it: both directions' records framed, the handshake messages in plain
 * text kept, everything else noted with its size and time. Reports what was said, never judges.
 *
 * While a handshake runs, little more than framing is done; the kept messages are parsed (client_hello.h,
 * server_hello.h ...) when somebody asks, which for a handshake that succeeds may be never. */
#ifndef TLS_CONVERSATION_H
#define TLS_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/block.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "base/side.h"

#define TLS_EVENTS_KEPT    64
#define TLS_ODD_BYTES_KEPT 96
#define TLS_MESSAGE_KEPT   65536 /* longest message body that is kept */
#define TLS_ENCRYPTED_KEPT 65536 /* bytes of encrypted records kept of each side, where asked for */
#define TLS_UNIT_LONGEST   18437 /* header and body of the longest record */

/* Record content types, RFC 8446 section 5.1. */
enum tls_content_type {
    TLS_CONTENT_CHANGE_CIPHER_SPEC = 20,
    TLS_CONTENT_ALERT = 21,
    TLS_CONTENT_HANDSHAKE = 22,
    TLS_CONTENT_APPLICATION_DATA = 23,
    TLS_CONTENT_HEARTBEAT = 24,
};

/* Handshake message types, RFC 8446 section 4, RFC 5246 section 7.4 and the IANA registry. */
enum tls_message_type {
    TLS_MESSAGE_HELLO_REQUEST = 0,
    TLS_MESSAGE_CLIENT_HELLO = 1,
    TLS_MESSAGE_SERVER_HELLO = 2,
    TLS_MESSAGE_NEW_SESSION_TICKET = 4,
    TLS_MESSAGE_ENCRYPTED_EXTENSIONS = 8,
    TLS_MESSAGE_CERTIFICATE = 11,
    TLS_MESSAGE_SERVER_KEY_EXCHANGE = 12,
    TLS_MESSAGE_CERTIFICATE_REQUEST = 13,
    TLS_MESSAGE_SERVER_HELLO_DONE = 14,
    TLS_MESSAGE_CERTIFICATE_VERIFY = 15,
    TLS_MESSAGE_CLIENT_KEY_EXCHANGE = 16,
    TLS_MESSAGE_FINISHED = 20,
    TLS_MESSAGE_CERTIFICATE_STATUS = 22,
    TLS_MESSAGE_COMPRESSED_CERTIFICATE = 25, /* RFC 8879 */
};

/* Messages that are kept whole (up to TLS_MESSAGE_KEPT bytes) for later parsing. */
enum tls_slot {
    TLS_SLOT_CLIENT_HELLO,
    TLS_SLOT_CLIENT_HELLO_RETRIED, /* the second one, after a HelloRetryRequest */
    TLS_SLOT_HELLO_RETRY_REQUEST,
    TLS_SLOT_SERVER_HELLO,
    TLS_SLOT_SERVER_CERTIFICATE,
    TLS_SLOT_CERTIFICATE_STATUS,
    TLS_SLOT_SERVER_KEY_EXCHANGE,
    TLS_SLOT_CERTIFICATE_REQUEST,
    TLS_SLOT_CLIENT_CERTIFICATE,
    TLS_SLOT_CLIENT_KEY_EXCHANGE,
    TLS_SLOT_CERTIFICATE_VERIFY,
    TLS_SLOT_ENCRYPTED_EXTENSIONS, /* out of a decrypted flight only */
    TLS_SLOT_COUNT
};

/* The body of a kept message (without its 4-byte header; of an SSLv2-format ClientHello, without the record
 * header). BYTES is a block of the pool, ROOM its size. */
struct tls_kept {
    uint8_t *bytes;
    uint32_t length;      /* bytes kept */
    uint32_t full_length; /* as the message's header announced it */
    size_t room;
    int64_t time; /* of the packet that completed it */
    bool seen;
    bool truncated;  /* longer than the cap, or memory was short: not to be parsed */
    bool compressed; /* a CompressedCertificate in the place of a Certificate, out of a decrypted flight only */
};

enum tls_event_kind {
    TLS_EVENT_MESSAGE, /* a handshake message in plain text: type; code is 1 for a HelloRetryRequest */
    TLS_EVENT_CHANGE_CIPHER_SPEC,
    TLS_EVENT_ALERT,       /* in plain text: type = level, code = number */
    TLS_EVENT_ENCRYPTED,   /* an encrypted record: type = content type; heartbeats (24) too, plain or not; code is 1
                              where it was opened and holds application data */
    TLS_EVENT_GAP,         /* bytes the capture missed: length saturates */
    TLS_EVENT_NOT_TLS,     /* bytes that are no TLS record where one had to start */
    TLS_EVENT_OVERSIZED,   /* a record longer than the protocol allows: type = content type */
    TLS_EVENT_BAD_MESSAGE, /* a handshake message that contradicts its own length, or a type that does not exist */
};

struct tls_event {
    int64_t time; /* nanoseconds; of the packet that completed it */
    uint8_t side; /* enum side */
    uint8_t kind; /* enum tls_event_kind */
    uint8_t type, code;
    uint16_t length;  /* record body or message body length, saturating */
    uint16_t version; /* of the record header; TLS_VERSION_SSL2 for an SSLv2-format hello */
};

/* Order in which a handshake comes forward; only what was really seen moves it. */
enum tls_phase {
    TLS_PHASE_NONE, /* no ClientHello yet */
    TLS_PHASE_CLIENT_HELLO,
    TLS_PHASE_HELLO_RETRY, /* HelloRetryRequest seen */
    TLS_PHASE_CLIENT_HELLO_RETRIED,
    TLS_PHASE_SERVER_HELLO,
    TLS_PHASE_SERVER_CERTIFICATE, /* TLS 1.2 and older; in 1.3 any encrypted record of the server */
    TLS_PHASE_SERVER_DONE,        /* ServerHelloDone, or the server's CCS + Finished when resumed */
    TLS_PHASE_CLIENT_CERTIFICATE,
    TLS_PHASE_CLIENT_KEY_EXCHANGE,
    TLS_PHASE_CLIENT_FINISHED, /* encrypted handshake record behind the client's CCS; in 1.3 by size */
    TLS_PHASE_DONE,            /* both Finished in order */
};

/* One direction of the record layer. */
struct tls_direction {
    uint32_t skip;           /* bytes of a record's body still to be passed over */
    uint32_t waiting;        /* whole length of the unit that read() left over; 0: none, or not known yet */
    bool passing;            /* the record that is passed over becomes an event at its end: */
    uint8_t passing_type;    /* its content type, */
    uint16_t passing_length; /* its body's length, */
    uint16_t passing_version;
    bool change_cipher_spec; /* TLS 1.2 and older: what follows is encrypted */
    bool finished;           /* its Finished was seen (by place and size where encrypted) */
    bool resynchronise;      /* after a gap: the next record border is not known */
    bool doubtful;           /* after a gap: encryption may have begun, or a message may be cut in two */
    bool not_tls;            /* stopped: these bytes are no TLS; see odd_bytes */
    bool started;            /* at least one record was read */
    bool alert_begun;        /* half an alert was read: */
    uint8_t alert_level;
    uint8_t odd_length;
    uint16_t first_record_version;
    uint32_t records, encrypted_records, application_records, alerts;
    uint64_t encrypted_bytes;
    /* a handshake message that spans records */
    uint8_t *message; /* its body as far as it came, a block of the pool; NULL where it is not kept */
    size_t message_room;
    uint32_t message_length, message_wanted; /* with its 4-byte header; 0: none begun, or the header is not whole */
    uint8_t message_header[4];
    uint16_t fragments; /* handshake records that carried only a part of a message */
    /* the bodies of the first encrypted records, one behind the other, where the conversation keeps them */
    uint8_t *encrypted; /* a block of the pool */
    size_t encrypted_room;
    uint32_t encrypted_length;             /* bytes of whole bodies */
    uint32_t encrypted_begun;              /* bytes of the body that is being read, behind them */
    uint16_t encrypted_kept;               /* TLS_EVENT_ENCRYPTED of this side, the first ones, that they belong to */
    bool encrypted_lost;                   /* no more are kept: the cap, memory, or a gap */
    uint8_t odd_bytes[TLS_ODD_BYTES_KEPT]; /* where it stopped being TLS: hostile; last, so that init() spares it */
};

struct tls_conversation {
    struct block_pool *pool; /* borrowed */
    uint8_t phase;           /* enum tls_phase: how far it came */
    uint8_t step;            /* private: the last message that came in order, see phase.h */
    bool resumed;            /* abbreviated handshake, or TLS 1.3 with a pre-shared key accepted */
    bool tls13;              /* the ServerHello (or HelloRetryRequest) chose TLS 1.3 */
    bool hello_retry;
    bool ssl2_hello;
    bool out_of_order;         /* a message came where the protocol does not have it */
    bool alerted;              /* a fatal or encrypted alert, or close_notify, came before DONE: DONE will not come */
    bool keep_encrypted;       /* set after init(): keep the bodies of encrypted records, for who has the keys */
    bool decrypted;            /* encrypted records were opened, and stand among the events as what they hold */
    uint16_t version;          /* of the ServerHello (supported_versions where present), 0 before */
    uint16_t cipher_suite;     /* of the ServerHello */
    uint16_t gaps[SIDE_COUNT]; /* a gap inside a record that would have been passed over is not counted */
    uint16_t event_count;      /* events kept */
    uint32_t events_dropped;   /* events over TLS_EVENTS_KEPT */
    int64_t hello_time;        /* packet that completed the (first) ClientHello */
    int64_t done_time;         /* packet that completed the handshake */
    uint32_t hello_segments;   /* TCP segments that carried the first ClientHello; filled by the caller */
    struct tls_kept kept[TLS_SLOT_COUNT];
    struct tls_direction direction[SIDE_COUNT];
    struct tls_event events[TLS_EVENTS_KEPT]; /* last: only event_count of them are ever written */
};

/* What the first bytes of a direction are. */
enum tls_recognition { TLS_IS_NOT, TLS_IS_UNDECIDED, TLS_IS };

/* Whether bytes that begin with FIRST can be what tls_recognise_client() or tls_recognise_server() take for TLS:
 * for a cheap no before these are asked. A handshake, an alert, or the length of an SSLv2-format hello. */
static inline bool tls_recognise_first(uint8_t first) {
    enum { ALERT = 21, HANDSHAKE = 22, SSL2_LENGTH = 0x80 };
    return first == HANDSHAKE || first == ALERT || (first & SSL2_LENGTH) != 0;
}

/* Whether BYTES, the first that a client sent (after an upgrade: the first after it), begin a ClientHello, in TLS or
 * SSLv2 format. */
enum tls_recognition tls_recognise_client(const uint8_t *bytes, size_t length);

/* Whether BYTES, the first that a server sent, begin with TLS records (ServerHello or alert). */
enum tls_recognition tls_recognise_server(const uint8_t *bytes, size_t length);

/* An empty conversation whose kept messages come out of POOL (borrowed). */
void tls_conversation_init(struct tls_conversation *conversation, struct block_pool *pool);

/* Gives the kept messages back to the pool. */
void tls_conversation_done(struct tls_conversation *conversation);

/* Reads bytes of one side, in order. Returns how many it consumed; the rest is a unit that is not whole yet
 * (framer: NEED_MORE) and must be offered again, followed by what comes next; it is never longer than
 * TLS_UNIT_LONGEST. Right after tls_conversation_gap() BYTES must begin where the gap ended.
 * TIME: packet of the last byte. */
size_t tls_conversation_read(struct tls_conversation *conversation, enum side side, int64_t time, const uint8_t *bytes,
                             size_t length);

/* COUNT bytes of this side are missing (framer: GAP); DISCARDED bytes that read() had left over are gone too. */
void tls_conversation_gap(struct tls_conversation *conversation, enum side side, int64_t time, uint64_t count,
                          uint64_t discarded);

/* What SIDE has said so far was no TLS, and now it comes to TLS: its direction begins anew, and what it said is no
 * event any more. Harmless where a record of it was read. */
void tls_conversation_restart(struct tls_conversation *conversation, enum side side);

/* Reads a record of SIDE that somebody else has opened: CONTENT is what it holds, of inner TYPE; LENGTH and VERSION are
 * those of the record. For conversations that are marked as decrypted. Application data is noted, not read. */
void tls_conversation_reveal(struct tls_conversation *conversation, enum side side, const struct tls_event *record,
                             uint8_t type, struct cursor content);

/* Whether the client has said ech_required (RFC 9849 section 6.1.6): it completes the handshake that its outer
 * ClientHello led to, and only then says that it wanted another one. So it is no success, whatever was completed. */
MUST_USE bool tls_conversation_ech_refused(const struct tls_conversation *conversation);

/* A cursor over a kept message, empty and false where it was not seen or is truncated. */
MUST_USE bool tls_conversation_message(const struct tls_conversation *conversation, enum tls_slot slot,
                                       struct cursor *body);

#endif
