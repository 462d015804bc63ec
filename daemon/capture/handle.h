/* libpcap's side of an interface that is watched: opened as this daemon wants it, with its filter. */
#ifndef DAEMON_CAPTURE_HANDLE_H
#define DAEMON_CAPTURE_HANDLE_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "options.h"

/* The kernel hands over a block of the ring when it is full or this old, milliseconds. */
#define HANDLE_BLOCK_AGE 50

enum handle_trouble {
    HANDLE_FINE,
    HANDLE_ABSENT,  /* no such interface */
    HANDLE_DOWN,    /* it has to be set up first */
    HANDLE_REFUSED, /* waiting will not help: permission, filter, memory */
};

/* Opens NAME for non-blocking capture and sets options->filter. NULL with *TROUBLE, and one sentence in ERROR. */
MUST_USE pcap_t *handle_open(const char *name, const struct options *options, enum handle_trouble *trouble, char *error,
                             size_t size);

/* Compiles and sets FILTER (NULL: everything passes). False with one sentence in ERROR; the old one stays then. */
MUST_USE bool handle_filter_set(pcap_t *handle, const char *filter, char *error, size_t size);

/*
 * Nothing more comes into the ring; what is in it can still be taken. libpcap's own filter would be applied to that,
 * too. Where the kernel refuses, packets go on to come.
 */
void handle_silence(pcap_t *handle);

/* Whether FILTER makes sense for frames of LINK_TYPE; false with one sentence in ERROR. */
MUST_USE bool handle_filter_check(int link_type, int snaplen, const char *filter, char *error, size_t size);

#endif
