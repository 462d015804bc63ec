#include "capture/links.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Messages taken in one turn; the kernel says it again where more have come. */
enum { NEWS_A_TURN = 64 };

_Static_assert(LINKS_NAME_SIZE == IF_NAMESIZE, "the kernel's names fit");

/* -1 where the system or a sandbox refuses it. */
static int news_open(void) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    int news = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (news < 0) return -1;
    if (bind(news, (struct sockaddr *)&address, sizeof address) == 0) return news;
    close(news);
    return -1;
}

bool links_open(struct links *links) {
    /* any socket takes these questions; one of AF_UNIX is allowed everywhere */
    links->question = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    links->news = -1;
    if (links->question < 0) return false;
    links->news = news_open();
    return true;
}

void links_close(struct links *links) {
    if (links->question >= 0) close(links->question);
    if (links->news >= 0) close(links->news);
    links->question = links->news = -1;
}

/* Asks QUESTION about NAME. */
static enum links_presence ask(const struct links *links, unsigned long question, const char *name,
                               struct ifreq *request) {
    size_t length = strlen(name);
    memset(request, 0, sizeof *request);
    if (length >= sizeof request->ifr_name) return LINKS_ABSENT;
    memcpy(request->ifr_name, name, length);
    if (ioctl(links->question, question, request) == 0) return LINKS_PRESENT;
    return errno == ENODEV || errno == ENXIO ? LINKS_ABSENT : LINKS_UNKNOWN;
}

struct links_look links_look_at(const struct links *links, const char *name) {
    struct links_look look = {.presence = LINKS_PRESENT, .up = true, .running = true};
    struct ifreq request;
    if (strcmp(name, "any") == 0) return look;
    look.presence = ask(links, SIOCGIFINDEX, name, &request);
    if (look.presence != LINKS_PRESENT) return look;
    look.index = (unsigned)request.ifr_ifindex;
    look.presence = ask(links, SIOCGIFFLAGS, name, &request);
    if (look.presence != LINKS_PRESENT) return look;
    unsigned flags = (unsigned short)request.ifr_flags;
    look.up = (flags & IFF_UP) != 0;
    look.running = look.up && (flags & IFF_RUNNING) != 0;
    return look;
}

bool links_name_of(const struct links *links, unsigned index, char name[LINKS_NAME_SIZE]) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_ifindex = (int)index;
    if (index == 0 || ioctl(links->question, SIOCGIFNAME, &request) != 0) return false;
    memcpy(name, request.ifr_name, LINKS_NAME_SIZE);
    name[LINKS_NAME_SIZE - 1] = '\0';
    return true;
}

void links_news_drain(const struct links *links) {
    char unread[1];
    for (int i = 0; i < NEWS_A_TURN; i++) {
        ssize_t taken = recv(links->news, unread, sizeof unread, MSG_DONTWAIT | MSG_TRUNC);
        /* ENOBUFS: more came than the socket holds; that is news, too */
        if (taken < 0 && errno != ENOBUFS) return;
    }
}
