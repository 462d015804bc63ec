/* Whether an interface is there: asked of the kernel by name, and news that something has changed. Truth comes from the
 * questions alone; news only say when to ask, so a sandbox without AF_NETLINK costs a quarter of a second, no more. */
#ifndef DAEMON_CAPTURE_LINKS_H
#define DAEMON_CAPTURE_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct links {
    int question; /* descriptor to ask by */
    int news;     /* descriptor that becomes readable when a link changes; -1: there are no news */
};

enum links_presence {
    LINKS_ABSENT,
    LINKS_PRESENT,
    LINKS_UNKNOWN, /* the kernel does not say */
};

struct links_look {
    enum links_presence presence;
    unsigned index; /* the interface's number: another one is another interface; 0 for "any" */
    bool up;        /* an administrator has set it up: it can be opened */
    bool running;   /* up, and with a carrier: packets can flow */
};

/* Opens both descriptors. False with errno set where questions cannot be asked; *LINKS holds nothing then. */
MUST_USE bool links_open(struct links *links);
void links_close(struct links *links);

/* How the interface NAME stands now; "any" is always there. */
struct links_look links_look_at(const struct links *links, const char *name);

#define LINKS_NAME_SIZE 16
/* What the interface with the number INDEX is called now; false where there is none. */
MUST_USE bool links_name_of(const struct links *links, unsigned index, char name[LINKS_NAME_SIZE]);

/* Takes all news, unread: that they came is all they are good for. */
void links_news_drain(const struct links *links);

#endif
