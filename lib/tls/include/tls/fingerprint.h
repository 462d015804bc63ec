/* Client fingerprints: JA3 (MD5 of the ClientHello's lists, GREASE left out) and JA4. The rest of the JA4+
 * family is not free and is left out. */
#ifndef TLS_FINGERPRINT_H
#define TLS_FINGERPRINT_H

#include "tls/client_hello.h"

#define TLS_JA3_TEXT_SIZE 4096
#define TLS_JA4_RAW_SIZE  4096

/* The JA3 string, before hashing, into TEXT; false where it does not fit, and where the hello has no fingerprint: it
 * has the SSLv2 format, contradicts itself, or one of its lists was cut off. */
MUST_USE bool tls_ja3_string(const struct tls_client_hello *hello, char *text, size_t capacity);

/* The parts of JA4: "t13d1516h2" into A (11 bytes), and the two comma-separated lists, each of CAPACITY bytes, that
 * are to be hashed with SHA-256 and cut to 12 digits; an empty list stands for twelve zeros instead. False where a
 * list does not fit, and where the hello has no fingerprint, as above. */
MUST_USE bool tls_ja4_parts(const struct tls_client_hello *hello, char a[11], char *suites, char *extensions,
                            size_t capacity);

#endif
