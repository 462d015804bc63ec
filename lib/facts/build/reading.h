/* One handshake as the fact builders see it: its sources, the kept messages parsed once, and how it ended. */
#ifndef FACTS_BUILD_READING_H
#define FACTS_BUILD_READING_H

#include "completion.h"
#include "facts_build/build.h"
#include "tls/client_hello.h"
#include "tls/names.h"
#include "tls/server_flight.h"
#include "tls/server_hello.h"

/* Alert numbers that the builders reason about: RFC 8446 section 6, RFC 5246 section 7.2. */
enum {
    ALERT_CLOSE_NOTIFY = 0,
    ALERT_NO_CERTIFICATE = 41, /* SSL 3.0: "I have none", an answer to CertificateRequest and no complaint */
};

/* Everything that the builders read. Large: lives on the stack of facts_build() only. */
struct reading {
    const struct facts_sources *sources;
    const struct flow *flow;
    const struct tls_conversation *conversation; /* never NULL: an empty one where no byte of TLS was seen */
    struct facts_end end;
    struct completion completion;
    bool has_hello, hello_well_formed;
    bool has_retried, has_retry_request, has_server_hello, server_hello_well_formed;
    bool has_key_exchange, has_request, has_server_chain, has_client_chain;
    const struct tls_suite *suite; /* that the ServerHello chose; NULL where unknown */
    struct tls_client_hello hello, retried;
    struct tls_server_hello retry_request, server_hello;
    struct tls_server_key_exchange key_exchange;
    struct tls_certificate_request request;
    struct tls_certificate_list server_chain, client_chain;
};

/* Parses what was kept and finds the end. READING borrows SOURCES. */
void reading_begin(struct reading *reading, const struct facts_sources *sources);

/* An empty conversation: what stands for "no byte of TLS was seen". Static. */
const struct tls_conversation *reading_silence(void);

/* When anything new happened last: new bytes of either side, or TCP's own opening; retransmissions do not count. */
int64_t reading_last_progress(const struct facts_sources *sources);

/* The last event of SIDE before event BEFORE (or of all, where BEFORE is event_count); -1 where there is none. */
int reading_last_event(const struct tls_conversation *conversation, enum side side, int before);

/* Whether a list of the client's has CODE. */
bool reading_offers(const struct tls_code_list *list, uint16_t code);

/* Whether the server answers an SSLv2-format hello with an SSL 2.0 SERVER-HELLO: a protocol of its own that is not
 * followed here. */
bool reading_answers_in_ssl2(const struct tls_conversation *conversation);

/* Suites that are none: GREASE and the two signalling values. */
bool reading_suite_is_signal(uint16_t suite);

/* A name out of NAMES by POSITION; NULL beyond COUNT. */
#define reading_name(names, position) ((size_t)(position) < ARRAY_LENGTH(names) ? (names)[position] : NULL)

/* What is remembered of the server as a whole, or of the name that was asked for; NULL where nothing is. */
const struct history_entry *reading_recall(const struct reading *reading, bool named);

/* The families; each sets what it can and leaves the rest absent. */
void build_sight(struct facts *facts, const struct reading *reading);
void build_end(struct facts *facts, const struct reading *reading);
void build_tcp(struct facts *facts, const struct reading *reading);
void build_path(struct facts *facts, const struct reading *reading);
void build_reset(struct facts *facts, const struct reading *reading);
void build_shape(struct facts *facts, const struct reading *reading);
void build_handshake(struct facts *facts, const struct reading *reading);
void build_alert(struct facts *facts, const struct reading *reading);
void build_client_hello(struct facts *facts, const struct reading *reading);
void build_client_offer(struct facts *facts, const struct reading *reading);
void build_fingerprint(struct facts *facts, const struct reading *reading);
void build_server_hello(struct facts *facts, const struct reading *reading);
void build_history(struct facts *facts, const struct reading *reading);
void build_server_certificate(struct facts *facts, const struct reading *reading);
void build_client_certificate(struct facts *facts, const struct reading *reading);
void build_upgrade(struct facts *facts, const struct reading *reading);

#endif
