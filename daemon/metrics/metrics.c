#include "metrics/metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "connections.h"
#include "exposition.h"
#include "report.h"

/* A scrape is one short request: whoever wants more is no scraper. */
enum {
    HEADERS_CAP = 4096, /* bytes */
    BODY_CAP = 1024,    /* bytes; a GET has none */
    PATIENCE = 5,       /* seconds to ask, and to take the answer */
    BACKLOG = 16,
};

struct metrics {
    struct evhttp *http;
    metrics_source source;
    void *context;
    struct connections connections;
};

static int metrics_answer(const struct figures *figures, struct evbuffer *text) {
    exposition_write(figures, text);
    return HTTP_OK;
}

static int health_answer(const struct figures *figures, struct evbuffer *text) {
    return exposition_health_write(figures, text) ? HTTP_OK : HTTP_SERVUNAVAIL;
}

static const struct {
    const char *path, *type;
    int (*answer)(const struct figures *figures, struct evbuffer *text);
} page_table[] = {
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", metrics_answer},
    {"/healthz", "text/plain; charset=utf-8", health_answer},
};

static void answer(struct metrics *metrics, struct evhttp_request *request, size_t page, struct evbuffer *text) {
    struct figures figures;
    memset(&figures, 0, sizeof figures);
    metrics->source(metrics->context, &figures);
    int status = page_table[page].answer(&figures, text);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", page_table[page].type);
    evhttp_send_reply(request, status, NULL, text);
}

static void refuse(struct evhttp_request *request, int status, const char *reason, struct evbuffer *text) {
    evbuffer_add_printf(text, "%s\n", reason);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/plain; charset=utf-8");
    evhttp_send_reply(request, status, reason, text);
}

static void on_request(struct evhttp_request *request, void *argument) {
    struct metrics *metrics = argument;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
    struct evbuffer *text = evbuffer_new();
    evhttp_add_header(headers, "Connection", "close");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    size_t page = 0;
    while (page < ARRAY_LENGTH(page_table) && (path == NULL || strcmp(path, page_table[page].path) != 0))
        page++;
    if (text == NULL) {
        evhttp_send_error(request, HTTP_INTERNAL, NULL);
    } else if (page == ARRAY_LENGTH(page_table)) {
        refuse(request, HTTP_NOTFOUND, "Not Found", text);
    } else if (evhttp_request_get_command(request) != EVHTTP_REQ_GET) {
        evhttp_add_header(headers, "Allow", "GET");
        refuse(request, HTTP_BADMETHOD, "Method Not Allowed", text);
    } else {
        answer(metrics, request, page, text);
    }
    if (text != NULL) evbuffer_free(text);
}

static bool server_start(struct metrics *metrics, struct event_base *base) {
    metrics->http = evhttp_new(base);
    if (metrics->http == NULL || !connections_init(&metrics->connections, base, metrics->http)) {
        report("there is not enough memory to serve metrics");
        return false;
    }
    evhttp_set_max_headers_size(metrics->http, HEADERS_CAP);
    evhttp_set_max_body_size(metrics->http, BODY_CAP);
    evhttp_set_timeout(metrics->http, PATIENCE);
    /* all of them, so that another than GET gets its 405 */
    evhttp_set_allowed_methods(metrics->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
                                                  EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                                  EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    evhttp_set_gencb(metrics->http, on_request, metrics);
    return true;
}

static bool is_loopback(const struct sockaddr_storage *address) {
    if (address->ss_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        return (ntohl(ipv4.sin_addr.s_addr) >> 24) == 127 && ipv4.sin_port != 0;
    }
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, address, sizeof ipv6);
    return address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&ipv6.sin6_addr) && ipv6.sin6_port != 0;
}

/* libevent reads a port up to the first character that is no digit. */
static bool ends_in_port(const char *address) {
    const char *port = strrchr(address, ':');
    return port != NULL && port[1] != '\0' && port[1 + strspn(port + 1, "0123456789")] == '\0';
}

static bool address_listen(struct metrics *metrics, struct event_base *base, const char *address) {
    struct sockaddr_storage parsed;
    int length = sizeof parsed;
    memset(&parsed, 0, sizeof parsed);
    if (!ends_in_port(address) || evutil_parse_sockaddr_port(address, (struct sockaddr *)&parsed, &length) != 0 ||
        !is_loopback(&parsed)) {
        report("metrics cannot be served on \"%s\": give a loopback address and a port, as in 127.0.0.1:9788 or "
               "[::1]:9788",
               address);
        return false;
    }
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    if (parsed.ss_family == AF_INET6) flags |= LEV_OPT_BIND_IPV6ONLY;
    struct evconnlistener *listener =
        evconnlistener_new_bind(base, NULL, NULL, flags, BACKLOG, (struct sockaddr *)&parsed, length);
    if (listener != NULL && connections_listen(&metrics->connections, metrics->http, listener)) return true;
    /* the shipped unit lets no IP socket be opened */
    bool shut = errno == EAFNOSUPPORT || errno == EPERM;
    report("metrics cannot be served on %s: %s; %s", address, strerror(errno),
           shut ? "where the service may open no IP sockets, switch tlswhyd.socket on instead" : "give another port");
    if (listener != NULL) evconnlistener_free(listener);
    return false;
}

/* One socket that systemd passed. */
static bool passed_listen(struct metrics *metrics, struct event_base *base, int descriptor) {
    if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
        report("socket %d passed by systemd is no listening stream: give ListenStream= in its unit", descriptor);
        return false;
    }
    if (evutil_make_socket_nonblocking(descriptor) == 0) {
        struct evconnlistener *listener =
            evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, descriptor);
        if (listener != NULL && connections_listen(&metrics->connections, metrics->http, listener)) return true;
        if (listener != NULL) evconnlistener_free(listener);
    }
    report("metrics cannot be served on socket %d passed by systemd: pass at most %d", descriptor,
           CONNECTIONS_LISTENERS_CAP);
    return false;
}

static bool all_listen(struct metrics *metrics, struct event_base *base, const char *address, int passed) {
    if (address != NULL) return address_listen(metrics, base, address);
    for (int i = 0; i < passed; i++)
        if (!passed_listen(metrics, base, SD_LISTEN_FDS_START + i)) return false;
    return true;
}

bool metrics_new(struct metrics **metrics, struct event_base *base, const char *address, metrics_source source,
                 void *context) {
    int passed = address == NULL ? sd_listen_fds(1) : 0;
    *metrics = NULL;
    if (address == NULL && passed <= 0) return true;
    struct metrics *made = calloc(1, sizeof *made);
    if (made == NULL) {
        report("there is not enough memory to serve metrics");
        return false;
    }
    made->source = source;
    made->context = context;
    if (server_start(made, base) && all_listen(made, base, address, passed)) {
        *metrics = made;
        return true;
    }
    metrics_free(made);
    return false;
}

void metrics_free(struct metrics *metrics) {
    if (metrics == NULL) return;
    if (metrics->http != NULL) evhttp_free(metrics->http);
    connections_done(&metrics->connections);
    free(metrics);
}
