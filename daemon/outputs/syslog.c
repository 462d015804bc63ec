/* Syslog (RFC 5424) over a UNIX datagram socket, one message a datagram. */
#include <errno.h>

#include "datagram.h"

static enum outlet_result syslog_write(struct outlet *outlet, const unsigned char *message, size_t length) {
    enum outlet_result result = datagram_send(outlet, message, length, -1);
    return result == OUTLET_FAILED && errno == EMSGSIZE ? OUTLET_REFUSED : result;
}

const struct outlet_kind outlet_syslog = {
    .name = "syslog",
    .place = "/dev/log",
    .takes_place = true,
    .form = FORM_SYSLOG,
    .patience = 5000,
    .advice = "is the syslog daemon running, and does it read this socket?",
    .open = datagram_open,
    .write = syslog_write,
    .settle = datagram_settle,
    .close = datagram_close,
};
