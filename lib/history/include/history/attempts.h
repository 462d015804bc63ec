/* Attempts to connect, remembered for seconds: which of them came to a byte of payload, and which did not. A client
 * that tries two addresses at once and takes the one that answers (Happy Eyeballs, RFC 8305), or that knocks at many
 * doors (a scan), is no failure to report. Bounded: where two clients fall into one place, the older is forgotten. */
#ifndef HISTORY_ATTEMPTS_H
#define HISTORY_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* One attempt. Pointers are borrowed. */
struct attempt {
    const uint8_t *client, *server; /* 16 bytes each */
    uint16_t port;                  /* of the server */
    uint8_t ip_version;
    uint8_t ttl;                   /* of the client's SYN */
    bool timestamps;               /* its SYN has TCP timestamps */
    uint16_t maximum_segment_size; /* of its SYN, 0 where there is none */
    int64_t start;                 /* when the SYN was sent first, nanoseconds */
    int64_t last_try;              /* and last */
    int64_t decided_at;            /* when it failed, as far as that was seen; else START */
    int64_t opened_at;             /* of one that was opened: when the first byte of payload was sent */
    int64_t away; /* of such a one: from the SYN-ACK to the client's answer; how far the client is from this tap */
};

struct attempts;

/* An empty memory of CAPACITY clients and some thousand openings; NULL where memory is short. */
MUST_USE struct attempts *attempts_new(size_t capacity);
void attempts_free(struct attempts *attempts);

/* All that was noted is forgotten: times of before are not to be compared with those to come. */
void attempts_forget(struct attempts *attempts);

/* The client of ATTEMPT sent payload: the connection is of use. */
void attempts_note_opened(struct attempts *attempts, const struct attempt *attempt);

/* ATTEMPT came to nothing: refused, unreachable, not answered at once, or left without a byte. */
void attempts_note_failed(struct attempts *attempts, const struct attempt *attempt);

/* True where ATTEMPT lost a race: the same client opened a connection to the same port of another address at the same
 * time, or right after it failed. One that carried bytes before ATTEMPT began was no rival of it. Another address
 * family is another address of the client, too: there the port, the time and its SYN's looks (TTL, timestamps, MSS)
 * stand for the client. In a crowd, behind NAT or on a gateway, others open connections all the time: there only what
 * follows at once counts. A client that goes on trying for seconds has not won elsewhere. */
MUST_USE bool attempts_opened_elsewhere(const struct attempts *attempts, const struct attempt *attempt);

/* True where the client of ATTEMPT failed at so many ports or servers within a minute or two, and more often than it
 * succeeded, that it is looking for one: at five ports, or ten servers. */
MUST_USE bool attempts_is_scan(const struct attempts *attempts, const struct attempt *attempt);

#endif
