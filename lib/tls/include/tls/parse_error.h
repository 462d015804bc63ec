/* Where and why a message contradicts itself: filled by parsers, read by the fact builders. */
#ifndef TLS_PARSE_ERROR_H
#define TLS_PARSE_ERROR_H

#include <stddef.h>

struct tls_parse_error {
    const char *field;  /* the RFC's name of the field that could not be read; NULL: no error */
    const char *reason; /* "runs past the end", "has bytes left over", "odd length" ...; static */
    size_t offset;      /* from the start of the message body */
};

#endif
