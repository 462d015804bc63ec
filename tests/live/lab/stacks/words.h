/* What the endpoints in C have in common: key=value arguments and plain sockets. */
#ifndef STACKS_WORDS_H
#define STACKS_WORDS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER  "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n"
#define REQUEST "GET / HTTP/1.0\r\n\r\n"

enum { PATIENCE_SECONDS = 8, BACKLOG = 16 };

struct words {
    int count;
    char **list;
};

/* The value of KEY, NULL where it is not given. */
static inline const char *word(const struct words *words, const char *key) {
    size_t length = strlen(key);
    for (int i = 0; i < words->count; i++)
        if (strncmp(words->list[i], key, length) == 0 && words->list[i][length] == '=')
            return words->list[i] + length + 1;
    return NULL;
}

static inline int word_is(const struct words *words, const char *key, const char *value) {
    const char *given = word(words, key);
    return given != NULL && strcmp(given, value) == 0;
}

/* The minor number of a version as it goes over the wire: 1 for TLS 1.0 ... 4 for TLS 1.3. */
static inline int word_version(const struct words *words, const char *key, int fallback) {
    const char *given = word(words, key);
    return given == NULL ? fallback : given[2] - '0' + 1;
}

static inline struct sockaddr_in words_address(const struct words *words) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(word(words, "port")))};
    inet_pton(AF_INET, word(words, "address"), &address.sin_addr);
    return address;
}

static inline void words_patience(int socket) {
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/* A connected socket, or -1. */
static inline int words_connect(const struct words *words) {
    struct sockaddr_in address = words_address(words);
    int plain = socket(AF_INET, SOCK_STREAM, 0);
    if (plain < 0 || connect(plain, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    words_patience(plain);
    return plain;
}

/* A listening socket, or -1. */
static inline int words_listen(const struct words *words) {
    struct sockaddr_in address = words_address(words);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (listener < 0) return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, BACKLOG) != 0) return -1;
    return listener;
}

#endif
