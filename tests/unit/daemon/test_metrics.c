/* The HTTP server from outside, on the loopback of a network namespace of the test's own. */
#include "metrics/metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "metrics/connections.h"
#include "run_suite.h"

enum { SKIPPED = 77, PORT = 9788, ANSWER_CAP = 1 << 16, PASSED_DESCRIPTOR = 3 };

/* Seconds after which what is awaited will not come, however slow the machine is. */
enum { PATIENCE = 120 };

static struct event_base *base;
static struct rule_table *rules;
static struct figures_verdicts verdicts;
static bool healthy;
static char answer[ANSWER_CAP];

static void on_figures(void *context, struct figures *figures) {
    (void)context;
    figures->version = "1.2.3";
    figures->verdicts = &verdicts;
    figures->rules = rules;
    figures->ready = healthy;
}

static double now(void) {
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return (double)clock.tv_sec + (double)clock.tv_nsec / 1e9;
}

/* Lets the server work for a moment. */
static void server_turn(void) {
    struct timespec moment = {.tv_nsec = 1000000};
    event_base_loop(base, EVLOOP_NONBLOCK);
    nanosleep(&moment, NULL);
}

static int client_connect(void) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&server, sizeof server), 0);
    return client;
}

/* Reads until the server closes, at most SECONDS; false where it did not. */
static bool answer_read(int client, double seconds) {
    size_t length = 0;
    double end = now() + seconds;
    while (now() < end) {
        server_turn();
        ssize_t taken = recv(client, answer + length, sizeof answer - 1 - length, MSG_DONTWAIT);
        if (taken > 0) length += (size_t)taken;
        answer[length] = '\0';
        if (taken == 0 || (taken < 0 && errno != EAGAIN)) return true;
    }
    return false;
}

static void ask(const char *request) {
    int client = client_connect();
    ck_assert_int_eq(send(client, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    ck_assert(answer_read(client, PATIENCE));
    close(client);
}

static struct metrics *server_start(const char *address) {
    struct metrics *metrics = NULL;
    ck_assert(metrics_new(&metrics, base, address, on_figures, NULL));
    return metrics;
}

struct exchange {
    const char *request, *status, *part;
};

static const struct exchange exchanges[] = {
    {"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\nok\n"},
    {"GET /healthz?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\nok\n"},
    {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "Content-Type: text/plain; version=0.0.4;"},
    {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "\ntlswhy_build_info{version=\"1.2.3\"} 1\n"},
    {"GET /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ", "tlswhy_ready 1\n"},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "Not Found"},
    {"GET /metrics/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "Not Found"},
    {"GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "Not Found"},
    {"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 ", "Allow: GET\r\n"},
    {"HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "Allow: GET\r\n"},
    {"DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "Allow: GET\r\n"},
    {"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n", "HTTP/1.1 413 ", ""},
    {"\x16\x03\x01\x02\x03\r\n\r\n", "HTTP/1.1 400 ", ""},
};

START_TEST(test_requests_are_answered) {
    const struct exchange *exchange = &exchanges[_i];
    struct metrics *metrics = server_start("127.0.0.1:9788");
    healthy = true;
    ask(exchange->request);
    ck_assert_msg(strncmp(answer, exchange->status, strlen(exchange->status)) == 0, "%s: %.80s", exchange->request,
                  answer);
    ck_assert_msg(strstr(answer, exchange->part) != NULL, "%s: %s", exchange->request, answer);
    metrics_free(metrics);
}
END_TEST

START_TEST(test_trouble_is_a_503) {
    struct metrics *metrics = server_start("127.0.0.1:9788");
    healthy = false;
    ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_int_eq(strncmp(answer, "HTTP/1.1 503 ", 13), 0);
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nnot ready\n"));
    metrics_free(metrics);
}
END_TEST

START_TEST(test_headers_are_capped) {
    static char request[16384];
    struct metrics *metrics = server_start("127.0.0.1:9788");
    size_t length = (size_t)snprintf(request, sizeof request, "GET /healthz HTTP/1.1\r\nHost: ");
    memset(request + length, 'a', 8000);
    strcpy(request + length + 8000, "\r\n\r\n");
    ask(request);
    ck_assert_ptr_null(strstr(answer, " 200 "));
    metrics_free(metrics);
}
END_TEST

static unsigned descriptors_open(void) {
    unsigned open = 0;
    for (int descriptor = 0; descriptor < 256; descriptor++)
        if (fcntl(descriptor, F_GETFD) >= 0) open++;
    return open;
}

/* Who connects and says nothing keeps nobody else out for long, and the server does not collect descriptors. */
START_TEST(test_connections_are_capped) {
    enum { IDLERS = CONNECTIONS_CAP + 8 };
    int idlers[IDLERS];
    struct metrics *metrics = server_start("127.0.0.1:9788");
    healthy = true;
    unsigned before = descriptors_open();
    for (unsigned i = 0; i < IDLERS; i++) {
        idlers[i] = client_connect(); /* the kernel keeps eight of them waiting */
        server_turn();
    }
    for (double end = now() + PATIENCE; descriptors_open() - before < IDLERS + CONNECTIONS_CAP && now() < end;)
        server_turn();
    for (unsigned i = 0; i < 20; i++)
        server_turn(); /* and no more */
    ck_assert_uint_eq(descriptors_open() - before, IDLERS + CONNECTIONS_CAP);
    for (unsigned i = 0; i < IDLERS; i++)
        close(idlers[i]);
    /* they are gone: within seconds there is room again */
    ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nok\n"));
    metrics_free(metrics);
}
END_TEST

/* A client that never comes to an end is cut off, however slowly it goes on. */
START_TEST(test_drip_is_cut_off) {
    struct metrics *metrics = server_start("127.0.0.1:9788");
    int client = client_connect();
    double begin = now();
    bool closed = false;
    while (!closed && now() - begin < PATIENCE) {
        (void)!send(client, "G", 1, MSG_NOSIGNAL);
        closed = answer_read(client, 0.5);
    }
    ck_assert(closed);
    ck_assert(now() - begin > CONNECTIONS_SECONDS - 2);
    close(client);
    metrics_free(metrics);
}
END_TEST

START_TEST(test_free_with_connections_open) {
    struct metrics *metrics = server_start("127.0.0.1:9788");
    int idle = client_connect(), asking = client_connect();
    ck_assert_int_gt(send(asking, "GET /met", 8, MSG_NOSIGNAL), 0);
    for (unsigned i = 0; i < 20; i++)
        server_turn();
    metrics_free(metrics);
    close(idle);
    close(asking);
}
END_TEST

START_TEST(test_address_has_to_be_loopback) {
    static const char *const addresses[] = {
        "0.0.0.0:9788", "192.0.2.1:9788",     "[::]:9788",      "127.0.0.1", "127.0.0.1:0", "localhost:9788",
        ":9788",        "[2001:db8::1]:9788", "9788",           "",          "128.0.0.1:1", "[::ffff:127.0.0.1]:9788",
        "[::1]",        "127.0.0.1:9788x",    "127.0.0.1:70000"};
    struct metrics *metrics;
    ck_assert_uint_gt(ARRAY_LENGTH(addresses), (size_t)_i);
    ck_assert_msg(!metrics_new(&metrics, base, addresses[_i], on_figures, NULL), "%s", addresses[_i]);
    ck_assert_ptr_null(metrics);
}
END_TEST

START_TEST(test_port_taken_is_said) {
    struct metrics *first = server_start("127.0.0.1:9788"), *second;
    ck_assert(!metrics_new(&second, base, "127.0.0.1:9788", on_figures, NULL));
    ck_assert_ptr_null(second);
    metrics_free(first);
}
END_TEST

/* A kernel may be without IPv6. */
static bool ipv6_is_there(void) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
    if (probe >= 0) close(probe);
    return there;
}

START_TEST(test_ipv6) {
    if (!ipv6_is_there()) return;
    struct metrics *metrics = server_start("[::1]:9788");
    metrics_free(metrics);
}
END_TEST

static void passed_environment(const char *count) {
    char process[32];
    snprintf(process, sizeof process, "%ld", (long)getpid());
    setenv("LISTEN_PID", process, 1);
    setenv("LISTEN_FDS", count, 1);
}

START_TEST(test_nothing_wanted_nothing_served) {
    struct metrics *metrics = server_start(NULL);
    ck_assert_ptr_null(metrics);
    metrics_free(metrics);
}
END_TEST

/* With the socket PASSED in the place where systemd passes its first. */
static void passed_run(int passed, bool (*run)(void), bool wanted) {
    ck_assert_int_eq(dup2(passed, PASSED_DESCRIPTOR), PASSED_DESCRIPTOR);
    passed_environment("1");
    ck_assert(run() == wanted);
    ck_assert_int_eq(dup2(STDIN_FILENO, PASSED_DESCRIPTOR), PASSED_DESCRIPTOR);
}

static bool passed_ask(void) {
    struct metrics *metrics;
    if (!metrics_new(&metrics, base, NULL, on_figures, NULL)) return false;
    healthy = true;
    ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    metrics_free(metrics);
    return strstr(answer, "\r\n\r\nok\n") != NULL;
}

START_TEST(test_socket_passed_by_systemd) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int reuse = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* blocking, as systemd's are */
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    passed_run(listener, passed_ask, true);
    close(listener);
    ck_assert_ptr_null(getenv("LISTEN_FDS")); /* no child takes it for its own */
}
END_TEST

START_TEST(test_socket_that_does_not_listen_is_refused) {
    int datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    passed_run(datagrams, passed_ask, false);
    close(datagrams);
}
END_TEST

static bool namespace_enter(void) {
    struct ifreq request = {.ifr_name = "lo"};
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    int asked = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_flags = IFF_UP;
    bool up = ioctl(asked, SIOCSIFFLAGS, &request) == 0;
    close(asked);
    return up;
}

int main(void) {
    if (!namespace_enter()) {
        printf("skipped: no network namespace can be made: %s\n", strerror(errno));
        return SKIPPED;
    }
    dup2(STDIN_FILENO, PASSED_DESCRIPTOR); /* kept free of the test's own descriptors */
    rules = rule_table_new();
    base = event_base_new();
    if (rules == NULL || base == NULL) return EXIT_FAILURE;
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("metrics");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_requests_are_answered, 0, ARRAY_LENGTH(exchanges));
    tcase_add_test(tests, test_trouble_is_a_503);
    tcase_add_test(tests, test_headers_are_capped);
    tcase_add_test(tests, test_connections_are_capped);
    tcase_add_test(tests, test_drip_is_cut_off);
    tcase_add_test(tests, test_free_with_connections_open);
    tcase_add_loop_test(tests, test_address_has_to_be_loopback, 0, 15);
    tcase_add_test(tests, test_port_taken_is_said);
    tcase_add_test(tests, test_ipv6);
    tcase_add_test(tests, test_nothing_wanted_nothing_served);
    tcase_add_test(tests, test_socket_passed_by_systemd);
    tcase_add_test(tests, test_socket_that_does_not_listen_is_refused);
    suite_add_tcase(suite, tests);
    int status = run_suite(suite);
    event_base_free(base);
    rule_table_free(rules);
    return status;
}
