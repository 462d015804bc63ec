/* The record framer: RFC 8446 section 5.1, RFC 5246 section 6.2.1, RFC 6101 section 5.2, and the SSLv2 header that
 * a ClientHello may have (RFC 5246 appendix E.2). Finds the borders of records, looks into none of them. */
#ifndef TLS_RECORD_H
#define TLS_RECORD_H

#include "base/cursor.h"
#include "tls/conversation.h"

#define TLS_RECORD_HEADER_LENGTH 5
#define TLS_PLAINTEXT_LONGEST    16384          /* 2^14, RFC 8446 section 5.1 */
#define TLS_RECORD_LONGEST       (16384 + 2048) /* TLSCiphertext of TLS 1.2 and older, RFC 5246 section 6.2.3 */

/* What a framer says about the next unit. */
enum tls_framed {
    TLS_FRAMED_NEED_MORE, /* not whole yet: nothing was taken */
    TLS_FRAMED_READY,
    TLS_FRAMED_BAD, /* the bytes at hand cannot be the beginning of one */
    TLS_FRAMED_GAP, /* where the next one starts is not known */
};

struct tls_record {
    uint8_t type; /* enum tls_content_type */
    uint16_t version;
    uint16_t length; /* of the body; may be over what the protocol allows */
};

/* Takes a record header; INPUT stays where it is unless READY. BAD as soon as the first bytes contradict: a content
 * type that does not exist, another major version than 3. (BearSSL's early alerts have version 0x0000.) */
enum tls_framed tls_record_header_get(struct cursor *input, struct tls_record *record);

/* Whether a record of SIDE starts right behind a gap, at INPUT; ENCRYPTED says whether this side is known to have
 * changed its cipher. READY, NEED_MORE, or GAP; takes nothing. */
enum tls_framed tls_record_resume(struct cursor input, enum side side, bool encrypted);

/* Takes the 2-byte header of an SSLv2-format ClientHello; *LENGTH is that of what follows. Strict: the three lengths
 * in the hello must add up, so that it is READY only where 11 bytes are at hand. */
enum tls_framed tls_record_ssl2_header_get(struct cursor *input, uint16_t *length);

#endif
