/* Diags made by hand, for tests of what is written of them. */
#ifndef SUPPORT_SAMPLE_DIAG_H
#define SUPPORT_SAMPLE_DIAG_H

#include "diag/diag.h"
#include "output/output.h"

enum sample {
    SAMPLE_EXPIRED,     /* everything present: the example of the contract */
    SAMPLE_REFUSED,     /* SYN and RST, nothing else is known */
    SAMPLE_HIDDEN,      /* TLS 1.3, an alert that cannot be read, inferred */
    SAMPLE_CLIENT_CERT, /* a client certificate refused, by way of STARTTLS over IPv6 */
    SAMPLE_CA_EXPIRED,  /* the dates are those of a CA, not of the leaf */
    SAMPLE_OLD,         /* SSL 3.0, nothing narrows the cause */
    SAMPLE_SUCCESS,     /* resumed */
    SAMPLE_UNKNOWN,     /* the capture started late */
    SAMPLE_COUNT
};

/* A diag and what it borrows. Large: static or on the heap. */
struct sample_store {
    struct diag diag;
    struct facts facts;
    struct rule rule;
};

/* Fills *STORE with a sample. */
void sample_make(struct sample_store *store, enum sample sample);

/* A diag with everything as long as it can be: each text filled with PIECE over and over, each list full. */
void sample_monster(struct sample_store *store, const char *piece);

/* Failures folded, as an example; and a summary with every text as long as it can be, filled with PIECE. */
void sample_summary(struct fold_summary *summary);
void sample_summary_monster(struct fold_summary *summary, const char *piece);

/* Who observes live; and a capture file. */
extern const struct output_observer sample_live, sample_file;

#endif
