#include "starttls/recognise.h"

#include "line.h"

enum { CLIENT = 1 << SIDE_CLIENT, SERVER = 1 << SIDE_SERVER, EITHER = CLIENT | SERVER };

/* What first bytes look like; the first that fits counts. CONTAINS narrows, where it is given. */
struct speech {
    const char *name, *prefix, *contains;
    uint8_t length; /* of PREFIX, where it holds NULs */
    uint8_t sides;
};

static const struct speech speeches[] = {
    {"HTTP", "HTTP/", NULL, 0, SERVER},
    {"HTTP", "<!DOCTYPE", NULL, 0, SERVER},
    {"HTTP", "<html", NULL, 0, SERVER},
    {"HTTP", "GET ", NULL, 0, CLIENT},
    {"HTTP", "HEAD ", NULL, 0, CLIENT},
    {"HTTP", "POST ", NULL, 0, CLIENT},
    {"HTTP", "PUT ", NULL, 0, CLIENT},
    {"HTTP", "DELETE ", NULL, 0, CLIENT},
    {"HTTP", "OPTIONS ", "HTTP/", 0, CLIENT},
    {"HTTP", "PATCH ", NULL, 0, CLIENT},
    {"HTTP", "TRACE ", NULL, 0, CLIENT},
    {"HTTP", "CONNECT ", NULL, 0, CLIENT},
    {"HTTP/2", "PRI * HTTP/2", NULL, 0, CLIENT},
    {"SSH", "SSH-", NULL, 0, EITHER},
    {"FTP", "220", "FTP", 0, SERVER},
    {"SMTP", "220", "SMTP", 0, SERVER},
    {"SMTP or FTP", "220", NULL, 0, SERVER},
    {"SMTP or FTP", "421", NULL, 0, SERVER},
    {"SMTP", "554", NULL, 0, SERVER},
    {"SMTP", "EHLO ", NULL, 0, CLIENT},
    {"SMTP", "HELO ", NULL, 0, CLIENT},
    {"IMAP", "* OK", NULL, 0, SERVER},
    {"IMAP", "* BYE", NULL, 0, SERVER},
    {"IMAP", "* PREAUTH", NULL, 0, SERVER},
    {"POP3", "+OK", NULL, 0, SERVER},
    {"Redis", "-ERR unknown command", NULL, 0, SERVER},
    {"Redis", "-ERR wrong number", NULL, 0, SERVER},
    {"Redis", "-ERR Protocol error", NULL, 0, SERVER},
    {"Redis", "-NOAUTH", NULL, 0, SERVER},
    {"Redis", "-DENIED", NULL, 0, SERVER},
    {"Redis", "+PONG", NULL, 0, SERVER},
    {"POP3", "-ERR", NULL, 0, SERVER},
    {"Redis", "*1\r\n$", NULL, 0, CLIENT},
    {"Redis", "*2\r\n$", NULL, 0, CLIENT},
    {"Redis", "*3\r\n$", NULL, 0, CLIENT},
    {"ManageSieve", "\"IMPLEMENTATION\"", NULL, 0, SERVER},
    {"NNTP", "200 ", NULL, 0, SERVER},
    {"NNTP", "201 ", NULL, 0, SERVER},
    {"memcached", "ERROR\r\n", NULL, 0, SERVER},
    {"memcached", "CLIENT_ERROR", NULL, 0, SERVER},
    {"XMPP", "<stream:", NULL, 0, EITHER},
    {"XMPP", "<?xml", "stream:", 0, EITHER},
    {"XMPP", "<?xml", "jabber:", 0, EITHER},
    {"IRC", "NOTICE AUTH", NULL, 0, SERVER},
    {"IRC", ":", "NOTICE", 0, SERVER},
    {"IRC", "ERROR :", NULL, 0, SERVER},
    {"IRC", "NICK ", NULL, 0, CLIENT},
    {"IRC", "CAP LS", NULL, 0, CLIENT},
    {"VNC", "RFB 0", NULL, 0, EITHER},
    {"AMQP", "AMQP", NULL, 0, EITHER},
    {"RTSP", "RTSP/", NULL, 0, SERVER},
    {"SIP", "SIP/2.0", NULL, 0, SERVER},
    {"SIP", "REGISTER sip", NULL, 0, CLIENT},
    {"SIP", "OPTIONS sip", NULL, 0, CLIENT},
    {"rsync", "@RSYNCD:", NULL, 0, EITHER},
    {"Subversion", "( success", NULL, 0, SERVER},
    {"Telnet", "\xff\xfb", NULL, 0, EITHER},
    {"Telnet", "\xff\xfd", NULL, 0, EITHER},
    {"PROXY protocol", "PROXY TCP", NULL, 0, CLIENT},
    {"PROXY protocol", "PROXY UNKNOWN", NULL, 0, CLIENT},
    {"PROXY protocol", "\r\n\r\n\0\r\nQUIT\n", NULL, 12, CLIENT},
    {"PostgreSQL", "\0\0\0\x08\x04\xd2\x16", NULL, 7, CLIENT},
    {"PostgreSQL", "E\0\0\0", NULL, 4, SERVER},
    {"RDP", "\x03\0\0", NULL, 3, EITHER},
    {"SOCKS", "\x05\x00", NULL, 2, SERVER},
    {"SOCKS", "\x05\xff", NULL, 0, SERVER},
    {"SOCKS", "\x05\x01\x00", NULL, 3, CLIENT},
    {"SOCKS", "\x05\x02\x00", NULL, 3, CLIENT},
    {"SOCKS", "\x04\x01", NULL, 0, CLIENT},
    {"LDAP", "0", "\x02\x01\x01", 0, EITHER},
    {"MQTT", "\x10", "MQTT", 0, CLIENT},
    {"MQTT", "\x20\x02\0", NULL, 3, SERVER},
    {"SMB", "\0\0", "SMB", 2, EITHER},
    {"HTTP", "", " HTTP/1.", 0, CLIENT}, /* any other method: WebDAV's (RFC 4918), those of caches ... */
};

static bool prefix_fits(struct cursor bytes, const struct speech *speech) {
    size_t length = speech->length != 0 ? speech->length : strlen(speech->prefix);
    const uint8_t *first;
    return cursor_take(&bytes, length, &first) && memcmp(first, speech->prefix, length) == 0;
}

static bool contains(struct cursor bytes, const char *text) {
    do
        if (starttls_prefix(bytes, text) == STARTTLS_IS) return true;
    while (cursor_skip(&bytes, 1));
    return false;
}

/* MySQL's greeting, or the error in its place: int<3> length, sequence 0, then protocol version 10 or 0xff. */
static bool is_mysql(struct cursor bytes) {
    uint8_t middle, high, sequence, first;
    return cursor_skip(&bytes, 1) && cursor_get_u8(&bytes, &middle) && cursor_get_u8(&bytes, &high) &&
           cursor_get_u8(&bytes, &sequence) && cursor_get_u8(&bytes, &first) && middle <= 1 && high == 0 &&
           sequence == 0 && (first == 10 || first == 0xff);
}

const char *starttls_speech_name(enum side side, struct cursor bytes) {
    for (size_t i = 0; i < ARRAY_LENGTH(speeches); i++) {
        const struct speech *speech = &speeches[i];
        if ((speech->sides & 1 << side) == 0 || !prefix_fits(bytes, speech)) continue;
        if (speech->contains == NULL || contains(bytes, speech->contains)) return speech->name;
    }
    return side == SIDE_SERVER && is_mysql(bytes) ? "MySQL" : NULL;
}

const char *starttls_speech_at(size_t position) {
    if (position == ARRAY_LENGTH(speeches)) return "MySQL";
    return position < ARRAY_LENGTH(speeches) ? speeches[position].name : NULL;
}
