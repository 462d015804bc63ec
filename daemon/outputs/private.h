/* All outputs of the process. Private to the folder. */
#ifndef DAEMON_OUTPUTS_PRIVATE_H
#define DAEMON_OUTPUTS_PRIVATE_H

#include "forms.h"
#include "outlet.h"
#include "outputs.h"

struct outputs {
    bool live;
    const char *hostname; /* borrowed; may be NULL */
    uint64_t sequence;    /* of the last event: one number for an event, whichever outputs take it */
    unsigned count;
    struct outlet *outlets[OPTIONS_OUTPUTS_CAP]; /* owned */
    struct forms forms;
};

/* Gives EVENT the next sequence and puts it into all queues; TAKEN[i] (or NULL) says whether output I has it. */
void outputs_deliver(struct outputs *outputs, struct event *event, const char *interface,
                     bool taken[OPTIONS_OUTPUTS_CAP]);

#endif
