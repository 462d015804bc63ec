/* The extensions of a ClientHello: private to client_hello*.c. */
#ifndef TLS_CLIENT_HELLO_EXTENSIONS_H
#define TLS_CLIENT_HELLO_EXTENSIONS_H

#include "tls/client_hello.h"

/* Reads Extension extensions<..>, the contents of the vector: every extension is recorded, the known ones are read.
 * False where one contradicts itself: the first goes into hello->error, and the others are read all the same. */
MUST_USE bool tls_client_hello_extensions_read(struct cursor extensions, struct tls_client_hello *hello);

#endif
