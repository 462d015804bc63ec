#include "connections.h"

#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* At once; who comes then waits in the kernel's queue. */
enum { CONNECTIONS_CAP = 16 };

/* Seconds that a connection may last, whatever it does: a scrape is one short request. */
enum { CONNECTION_SECONDS = 10 };

/* One connection, found again when libevent frees its buffer. */
struct connection {
    struct connections *connections;
    struct bufferevent *buffer;
    struct event *deadline;
};

static void listeners_pause(struct connections *connections, bool pause) {
    for (unsigned i = 0; i < connections->listener_count; i++)
        if (pause)
            evconnlistener_disable(connections->listeners[i]);
        else
            evconnlistener_enable(connections->listeners[i]);
}

static void on_close(void *argument) {
    struct connection *connection = argument;
    struct connections *connections = connection->connections;
    event_free(connection->deadline);
    free(connection);
    connections->now--;
    if (!connections->ended) listeners_pause(connections, false);
}

static void on_deadline(evutil_socket_t descriptor, short what, void *argument) {
    struct connection *connection = argument;
    (void)descriptor;
    (void)what;
    /* the server sees its end then, and frees it */
    shutdown(bufferevent_getfd(connection->buffer), SHUT_RDWR);
}

/* A buffer for a new connection. A filter that changes nothing: of all buffers only filters say when they are freed. */
static struct bufferevent *on_open(struct event_base *base, void *argument) {
    static const struct timeval limit = {.tv_sec = CONNECTION_SECONDS, .tv_usec = 0};
    struct connections *connections = argument;
    struct connection *connection = calloc(1, sizeof *connection);
    struct bufferevent *socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (connection == NULL || socket == NULL) goto out;
    connection->connections = connections;
    connection->deadline = event_new(base, -1, 0, on_deadline, connection);
    if (connection->deadline == NULL || event_add(connection->deadline, &limit) != 0) goto out;
    connection->buffer = bufferevent_filter_new(socket, NULL, NULL, BEV_OPT_CLOSE_ON_FREE, on_close, connection);
    if (connection->buffer == NULL) goto out;
    if (++connections->now >= CONNECTIONS_CAP) listeners_pause(connections, true);
    return connection->buffer;
out:
    if (connection != NULL && connection->deadline != NULL) event_free(connection->deadline);
    if (socket != NULL) bufferevent_free(socket);
    free(connection);
    return NULL;
}

void connections_init(struct connections *connections, struct event_base *base, struct evhttp *http) {
    memset(connections, 0, sizeof *connections);
    connections->base = base;
    evhttp_set_bevcb(http, on_open, connections);
}

bool connections_listen(struct connections *connections, struct evhttp *http, struct evconnlistener *listener) {
    if (connections->listener_count == CONNECTIONS_LISTENERS_CAP) return false;
    if (evhttp_bind_listener(http, listener) == NULL) return false;
    connections->listeners[connections->listener_count++] = listener;
    return true;
}

void connections_end(struct connections *connections) {
    connections->ended = true;
}
