/* The connections of the HTTP server: at most so many at once, and none for longer than a scrape takes. libevent 2.1's
 * server counts none itself. */
#ifndef DAEMON_METRICS_CONNECTIONS_H
#define DAEMON_METRICS_CONNECTIONS_H

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdbool.h>

#include "base/compiler.h"

#define CONNECTIONS_LISTENERS_CAP 4

struct connections {
    struct event_base *base;
    struct evconnlistener *listeners[CONNECTIONS_LISTENERS_CAP]; /* the HTTP server's own; paused where it is full */
    unsigned listener_count;
    unsigned now;
    bool ended;
};

/* From now on the connections of HTTP are counted and limited. *CONNECTIONS outlives HTTP. */
void connections_init(struct connections *connections, struct event_base *base, struct evhttp *http);

/* LISTENER takes connections for HTTP, which owns it then. False where that fails, and then nobody owns it. */
MUST_USE bool connections_listen(struct connections *connections, struct evhttp *http, struct evconnlistener *listener);

/* Call before HTTP is freed. */
void connections_end(struct connections *connections);

#endif
