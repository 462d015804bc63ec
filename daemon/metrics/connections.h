/* The connections of the HTTP server: at most so many at once, and none for longer than a scrape takes. libevent 2.1's
 * server counts none itself. */
#ifndef DAEMON_METRICS_CONNECTIONS_H
#define DAEMON_METRICS_CONNECTIONS_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* At once; who comes then waits in the kernel's queue. */
#define CONNECTIONS_CAP 16

/* Seconds that one may last, whatever it does: a scrape is one short request. */
#define CONNECTIONS_SECONDS 10

#define CONNECTIONS_LISTENERS_CAP 4

struct connections {
    struct evconnlistener *listeners[CONNECTIONS_LISTENERS_CAP]; /* the HTTP server's own; paused where it is full */
    unsigned listener_count;
    struct {
        struct bufferevent *buffer; /* a reference of ours beside the server's; NULL: free */
        unsigned seconds;           /* that it lasts */
    } slots[CONNECTIONS_CAP];
    unsigned now;
    struct event *second; /* pending while there are connections */
};

/* From now on the connections of HTTP are counted and limited. False where memory is short. *CONNECTIONS outlives
 * HTTP. */
MUST_USE bool connections_init(struct connections *connections, struct event_base *base, struct evhttp *http);

/* LISTENER takes connections for HTTP, which owns it then. False where that fails, and then nobody owns it. */
MUST_USE bool connections_listen(struct connections *connections, struct evhttp *http, struct evconnlistener *listener);

/* Call after HTTP was freed. */
void connections_done(struct connections *connections);

#endif
