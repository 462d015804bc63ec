#include "connections.h"

#include <string.h>
#include <sys/socket.h>

static const struct timeval one_second = {.tv_sec = 1, .tv_usec = 0};

static void listeners_pause(struct connections *connections, bool pause) {
    for (unsigned i = 0; i < connections->listener_count; i++)
        if (pause)
            evconnlistener_disable(connections->listeners[i]);
        else
            evconnlistener_enable(connections->listeners[i]);
}

/* Whether the server is done with BUFFER: bufferevent_free() takes the callbacks away, and it is only our reference
 * that keeps it. */
static bool is_over(struct bufferevent *buffer) {
    bufferevent_data_cb on_read, on_write;
    bufferevent_event_cb on_event;
    void *argument;
    bufferevent_getcb(buffer, &on_read, &on_write, &on_event, &argument);
    return on_event == NULL;
}

static void slots_sweep(struct connections *connections) {
    for (unsigned i = 0; i < CONNECTIONS_CAP; i++) {
        struct bufferevent *buffer = connections->slots[i].buffer;
        if (buffer == NULL || !is_over(buffer)) continue;
        bufferevent_decref(buffer);
        connections->slots[i].buffer = NULL;
        connections->now--;
    }
}

static void on_second(evutil_socket_t descriptor, short what, void *argument) {
    struct connections *connections = argument;
    (void)descriptor;
    (void)what;
    slots_sweep(connections);
    for (unsigned i = 0; i < CONNECTIONS_CAP; i++) {
        struct bufferevent *buffer = connections->slots[i].buffer;
        /* the server sees its end then, and frees it */
        if (buffer != NULL && ++connections->slots[i].seconds > CONNECTIONS_SECONDS)
            shutdown(bufferevent_getfd(buffer), SHUT_RDWR);
    }
    if (connections->now < CONNECTIONS_CAP) listeners_pause(connections, false);
    if (connections->now > 0) event_add(connections->second, &one_second);
}

/* A buffer for a new connection; NULL: the server makes its own. */
static struct bufferevent *on_open(struct event_base *base, void *argument) {
    struct connections *connections = argument;
    slots_sweep(connections);
    unsigned i = 0;
    while (i < CONNECTIONS_CAP && connections->slots[i].buffer != NULL)
        i++;
    struct bufferevent *buffer = i < CONNECTIONS_CAP ? bufferevent_socket_new(base, -1, 0) : NULL;
    if (buffer == NULL) return NULL;
    bufferevent_incref(buffer);
    connections->slots[i].buffer = buffer;
    connections->slots[i].seconds = 0;
    if (++connections->now == CONNECTIONS_CAP) listeners_pause(connections, true);
    if (event_pending(connections->second, EV_TIMEOUT, NULL) == 0) event_add(connections->second, &one_second);
    return buffer;
}

bool connections_init(struct connections *connections, struct event_base *base, struct evhttp *http) {
    memset(connections, 0, sizeof *connections);
    connections->second = event_new(base, -1, 0, on_second, connections);
    evhttp_set_bevcb(http, on_open, connections);
    return connections->second != NULL;
}

bool connections_listen(struct connections *connections, struct evhttp *http, struct evconnlistener *listener) {
    if (connections->listener_count == CONNECTIONS_LISTENERS_CAP) return false;
    if (evhttp_bind_listener(http, listener) == NULL) return false;
    connections->listeners[connections->listener_count++] = listener;
    return true;
}

void connections_done(struct connections *connections) {
    for (unsigned i = 0; i < CONNECTIONS_CAP; i++)
        if (connections->slots[i].buffer != NULL) bufferevent_decref(connections->slots[i].buffer);
    if (connections->second != NULL) event_free(connections->second);
}
