/* The two ends of a connection. The client sent the SYN, or the ClientHello where the SYN was missed. */
#ifndef BASE_SIDE_H
#define BASE_SIDE_H

enum side { SIDE_CLIENT = 0, SIDE_SERVER = 1, SIDE_COUNT = 2 };

/* The end at the other side of the wire. */
static inline enum side side_other(enum side side) {
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

/* "client" or "server"; a string that lives for ever. */
static inline const char *side_name(enum side side) {
    return side == SIDE_CLIENT ? "client" : "server";
}

#endif
