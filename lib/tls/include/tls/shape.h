/* What the sizes and the order of TLS 1.3's encrypted records say. RFC 8446 section 5.2: a record's body is the inner
 * content, one byte of type, padding, and the tag (16 bytes; 8 with the CCM_8 suites). An alert is 2 + 1 + 16 = 19
 * bytes, a Finished 4 + hash + 1 + 16 = 53 or 69, an empty client Certificate 8 + 1 + 16 = 25. JSSE pads every record
 * by 16. Facts, not verdicts; nothing here is better than "inferred", unless the conversation was decrypted: then the
 * same is read from the messages themselves. */
#ifndef TLS_SHAPE_H
#define TLS_SHAPE_H

#include "tls/conversation.h"

/* The server's flight behind its ServerHello: EncryptedExtensions to Finished. */
enum tls_server_flight {
    TLS_FLIGHT_NONE,
    TLS_FLIGHT_BEGUN,
    TLS_FLIGHT_WHOLE, /* its Finished was seen, by size, or the client answered the flight */
};

/* Whether the server asked for a client certificate. */
enum tls_request {
    TLS_REQUEST_UNKNOWN,
    TLS_REQUEST_NO,       /* four records, or a pre-shared key, or the client answered without a Certificate */
    TLS_REQUEST_LIKELY,   /* five records: one more between EncryptedExtensions and Certificate */
    TLS_REQUEST_ANSWERED, /* the client answered with a Certificate, which may be empty */
};

/* How the client answered the server's flight: its first record that is not early data. */
enum tls_answer {
    TLS_ANSWER_NONE,
    TLS_ANSWER_ALERT,             /* as long as an alert: it refused, or left */
    TLS_ANSWER_ALERT_PLAIN,       /* an alert in the clear (OpenSSL clients) */
    TLS_ANSWER_FINISHED,          /* nothing but Finished */
    TLS_ANSWER_CERTIFICATE_EMPTY, /* it was asked for a certificate and has none */
    TLS_ANSWER_CERTIFICATE,       /* it was asked for one and sent one */
    TLS_ANSWER_UNCLEAR,           /* a size that fits nothing, or the beginning was missed */
};

/* How the client's Finished was recognised. */
enum tls_finished {
    TLS_FINISHED_NOT_SEEN,
    TLS_FINISHED_BY_SIZE,
    TLS_FINISHED_JOINED,  /* in one record with the Certificate before it */
    TLS_FINISHED_IMPLIED, /* the traffic went on as it only does behind it */
    TLS_FINISHED_READ,    /* decrypted */
};

/* What a side said next. */
enum tls_word {
    TLS_WORD_NONE,
    TLS_WORD_ALERT, /* a record as long as an alert, or an alert in the clear */
    TLS_WORD_MORE,  /* anything else: tickets, application data */
};

/* Indexes are into conversation->events, -1 where there is no such event. */
struct tls_shape {
    bool applies; /* a TLS 1.3 ServerHello is among the events; else all below is empty */
    bool early_data;
    bool early_ticket;       /* the server said something between its Finished and the client's answer */
    bool missed[SIDE_COUNT]; /* bytes of this side were missed behind the ServerHello */
    uint16_t server_records; /* encrypted records of the server before the client's answer */
    uint16_t client_records; /* encrypted records of the client from its answer on */
    uint16_t later_records;  /* encrypted records of the server behind the beginning of the client's answer */
    enum tls_server_flight server_flight;
    enum tls_request request;
    int16_t server_alert; /* the server broke off before the client answered: its last record, as long as an alert */
    enum tls_answer answer;
    int16_t answer_event;
    enum tls_finished finished; /* of the client */
    int16_t finished_event;
    enum tls_word server_word; /* the server's first word behind the beginning of the client's answer */
    int16_t server_word_event;
    bool server_went_on;       /* and it proves that the client's Finished was accepted */
    enum tls_word client_word; /* the client's first word behind its Finished */
    int16_t client_word_event;
    bool client_data;           /* the client sent something else than alerts behind its Finished */
    int16_t client_closing;     /* the client's first alert-sized record behind its Finished */
    int8_t padding[SIDE_COUNT]; /* bytes that this side adds to every record, 0 or 16; -1 not known */
};

/* Reads the events of CONVERSATION; always fills SHAPE. */
void tls_shape_read(const struct tls_conversation *conversation, struct tls_shape *shape);

/* Who closed TCP first, by FIN or RST. */
enum tls_closing {
    TLS_CLOSING_NONE, /* nobody: time ran out or the capture ended */
    TLS_CLOSING_CLIENT,
    TLS_CLOSING_SERVER,
};

/* Whether the handshake was completed, once its end is known. */
enum tls_completion {
    TLS_COMPLETION_PROVEN,
    TLS_COMPLETION_OPEN,       /* both Finished went out, and nothing more was said by either side */
    TLS_COMPLETION_DROPPED,    /* both Finished went out, and the server closed without another word */
    TLS_COMPLETION_REFUSED,    /* the server's first word behind the client's answer is as long as an alert */
    TLS_COMPLETION_UNFINISHED, /* a Finished is missing */
    TLS_COMPLETION_UNKNOWN,    /* what was missed, or sizes that fit nothing, leave it open */
};

/* For TLS 1.2 and older only PROVEN, UNFINISHED and UNKNOWN (bytes were missed). */
enum tls_completion tls_shape_completion(const struct tls_conversation *conversation, enum tls_closing closing);

#endif
