/* Certificate of TLS 1.3 (RFC 8446 section 4.4.2) in the form of TLS 1.2 (RFC 5246 section 7.4.2), so that all who read
 * chains have one form to read. Private to the room. */
#ifndef DECRYPT_CERTIFICATE_FORM_H
#define DECRYPT_CERTIFICATE_FORM_H

#include "tls/conversation.h"

/* *STATUS is the leaf's CertificateStatus (RFC 8446 section 4.4.2.1) in KEPT, a message in the form of TLS 1.3;
 * borrowed, and empty where there is none. */
void certificate_form_status(const struct tls_kept *kept, struct cursor *status);

/* Rewrites KEPT in place. Where it contradicts itself it is marked as truncated: not to be parsed. */
void certificate_form_convert(struct tls_kept *kept);

#endif
