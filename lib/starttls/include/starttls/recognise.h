/* Which protocol speaks where TLS was expected: a name for the first bytes of a side. */
#ifndef STARTTLS_RECOGNISE_H
#define STARTTLS_RECOGNISE_H

#include "base/cursor.h"
#include "base/side.h"

/* "HTTP", "SSH", "SMTP" ...; NULL where the bytes say nothing. Static. */
const char *starttls_speech_name(enum side side, struct cursor bytes);

/* The names that starttls_speech_name() can give, one after the other; NULL behind the last. */
const char *starttls_speech_at(size_t position);

#endif
