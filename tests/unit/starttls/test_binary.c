/* LDAP, PostgreSQL, MySQL and RDP. */
#include "dialogue_case.h"

/* LDAPMessage: SEQUENCE, messageID 1, [APPLICATION 23] { [0] "1.3.6.1.4.1.1466.20037" } */
#define STARTTLS_REQUEST                                                                                               \
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"                                                                             \
    "1.3.6.1.4.1.1466.20037"
/* ExtendedResponse: resultCode success, matchedDN "", diagnosticMessage "" */
#define LDAP_SUCCESS "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
/* resultCode protocolError (2) with slapd's words, 30 bytes */
#define LDAP_ERROR                                                                                                     \
    "\x30\x2a\x02\x01\x01\x78\x25\x0a\x01\x02\x04\x00\x04\x1e"                                                         \
    "unsupported extended operation"
/* a search of the root DSE, as short as it gets: baseObject "", scope 0 ... */
#define ROOT_SEARCH "\x30\x08\x02\x01\x01\x63\x03\x04\x01 "
/* ExtendedRequest of RFC 4532: "1.3.6.1.4.1.4203.1.11.3" */
#define WHO_AM_I                                                                                                       \
    "\x30\x1e\x02\x01\x02\x77\x19\x80\x17"                                                                             \
    "1.3.6.1.4.1.4203.1.11.3"
#define BIND "\x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\x00\x80\x00"

#define SSL_REQUEST "\x00\x00\x00\x08\x04\xd2\x16\x2f"
#define GSS_REQUEST "\x00\x00\x00\x08\x04\xd2\x16\x30"
#define STARTUP     "\x00\x00\x00\x14\x00\x03\x00\x00user\0postgres\0\0"

/* length 0x33, sequence 0; protocol 10, "10.11\0", thread 7, scramble, filler, capabilities, charset ... */
#define GREETING(flags)                                                                                                \
    "\x33\x00\x00\x00"                                                                                                 \
    "\x0a"                                                                                                             \
    "10.11\0"                                                                                                          \
    "\x07\x00\x00\x00"                                                                                                 \
    "scramble"                                                                                                         \
    "\x00" flags "\x2d\x02\x00\xff\x81\x15"                                                                            \
    "\0\0\0\0\0\0\0\0\0\0"                                                                                             \
    "scramble more"
/* length 0x20, sequence 1; capabilities with or without CLIENT_SSL, packet size, charset, filler of 23 */
#define MYSQL_REQUEST(flags)                                                                                           \
    "\x20\x00\x00\x01" flags "\x00\x00\x00\x01\x2d"                                                                    \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* TPKT 3, length 19; X.224 LI 14, CR, references, class; negotiation request, flags, length 8, protocols */
#define RDP_REQUEST(protocols) "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00" protocols
/* length 75, LI 70; cookie; negotiation request with CORRELATION_INFO_PRESENT; correlation info of 36 bytes */
#define RDP_COOKIE_AND_CORRELATION                                                                                     \
    "\x03\x00\x00\x4b\x46\xe0\x00\x00\x00\x00\x00"                                                                     \
    "Cookie: mstshash=a\r\n"                                                                                           \
    "\x01\x08\x08\x00\x0b\x00\x00\x00"                                                                                 \
    "\x06\x00\x24\x00"                                                                                                 \
    "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x21"                                                 \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define RDP_CONFIRM(type, value) "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00" type "\x00\x08\x00" value

static const struct dialogue_case cases[] = {
    {"ldap granted", {C_BYTES(STARTTLS_REQUEST), S_BYTES(LDAP_SUCCESS)}, .protocol = STARTTLS_LDAP, GRANTED},
    {"ldap refused",
     {C_BYTES(STARTTLS_REQUEST), S_BYTES(LDAP_ERROR), C_BYTES("\x30\x05\x02\x01\x02\x42\x00")},
     .protocol = STARTTLS_LDAP,
     REFUSED("unsupported extended operation"),
     .code = 2},
    {"ldap refused, and the client binds in plain text",
     {C_BYTES(STARTTLS_REQUEST), S_BYTES(LDAP_ERROR), C_BYTES(BIND)},
     .protocol = STARTTLS_LDAP,
     REFUSED_AND_WENT_ON("unsupported extended operation"),
     .code = 2},
    {"ldap, another extended operation first",
     {C_BYTES(WHO_AM_I), S_BYTES(LDAP_SUCCESS), C_BYTES(STARTTLS_REQUEST), S_BYTES(LDAP_SUCCESS)},
     .protocol = STARTTLS_LDAP,
     GRANTED},
    {"ldap, a search without asking",
     {C_BYTES(ROOT_SEARCH), C_BYTES(BIND)},
     .protocol = STARTTLS_LDAP,
     .last = STARTTLS_PLAIN,
     .went_on = true},
    {"ldap, a bind at once is of no interest", {C_BYTES(BIND)}, .last = STARTTLS_UNKNOWN},
    {"postgres granted", {C_BYTES(SSL_REQUEST), S("S")}, .protocol = STARTTLS_POSTGRES, GRANTED},
    {"postgres, GSS refused and TLS granted",
     {C_BYTES(GSS_REQUEST), S("N"), C_BYTES(SSL_REQUEST), S("S")},
     .protocol = STARTTLS_POSTGRES,
     GRANTED},
    {"postgres, GSS granted", {C_BYTES(GSS_REQUEST), S("G")}, .protocol = STARTTLS_POSTGRES, .last = STARTTLS_PLAIN},
    {"postgres refused, sslmode=require", {C_BYTES(SSL_REQUEST), S("N")}, .protocol = STARTTLS_POSTGRES, REFUSED("N")},
    {"postgres refused, sslmode=prefer",
     {C_BYTES(SSL_REQUEST), S("N"), C_BYTES(STARTUP)},
     .protocol = STARTTLS_POSTGRES,
     REFUSED_AND_WENT_ON("N")},
    {"postgres refused, only the server seen",
     {C_BYTES(SSL_REQUEST), S("N")},
     .protocol = STARTTLS_POSTGRES,
     REFUSED("N"),
     .hidden = true},
    {"postgres granted, only the server seen",
     {C_BYTES(SSL_REQUEST), S("S")},
     .protocol = STARTTLS_POSTGRES,
     GRANTED,
     .hidden = true},
    {"a byte that answers something longer says nothing, only the server seen",
     {C("hello there"), S("N")},
     .hidden = true,
     .last = STARTTLS_WAIT},
    {"postgres without asking", {C_BYTES(STARTUP)}, .last = STARTTLS_UNKNOWN},
    {"mysql granted",
     {S_BYTES(GREETING("\xff\xff")), C_BYTES(MYSQL_REQUEST("\x05\xae\x7f\x01"))},
     .protocol = STARTTLS_MYSQL,
     GRANTED,
     OFFERED},
    {"mysql not offered",
     {S_BYTES(GREETING("\xff\xf7"))},
     .protocol = STARTTLS_MYSQL,
     .last = STARTTLS_ON,
     .listed = true},
    {"mysql without asking",
     {S_BYTES(GREETING("\xff\xff")), C_BYTES(MYSQL_REQUEST("\x05\xa6\x7f\x01"))},
     .protocol = STARTTLS_MYSQL,
     .last = STARTTLS_PLAIN,
     OFFERED,
     .went_on = true},
    {"rdp granted",
     {C_BYTES(RDP_REQUEST("\x03\x00\x00\x00")), S_BYTES(RDP_CONFIRM("\x02", "\x01\x00\x00\x00"))},
     .protocol = STARTTLS_RDP,
     GRANTED},
    {"rdp, a cookie before the negotiation and a correlation ID behind it",
     {C_BYTES(RDP_COOKIE_AND_CORRELATION), S_BYTES(RDP_CONFIRM("\x02", "\x02\x00\x00\x00"))},
     .protocol = STARTTLS_RDP,
     GRANTED},
    {"rdp, standard security selected",
     {C_BYTES(RDP_REQUEST("\x01\x00\x00\x00")), S_BYTES(RDP_CONFIRM("\x02", "\x00\x00\x00\x00"))},
     .protocol = STARTTLS_RDP,
     REFUSED("standard RDP security, without TLS")},
    {"rdp refused",
     {C_BYTES(RDP_REQUEST("\x01\x00\x00\x00")), S_BYTES(RDP_CONFIRM("\x03", "\x02\x00\x00\x00"))},
     .protocol = STARTTLS_RDP,
     REFUSED("SSL_NOT_ALLOWED_BY_SERVER"),
     .code = 2},
    {"rdp, TLS is not wanted",
     {C_BYTES(RDP_REQUEST("\x00\x00\x00\x00"))},
     .protocol = STARTTLS_RDP,
     .last = STARTTLS_PLAIN,
     .went_on = true},
};

DIALOGUE_MAIN("binary")
