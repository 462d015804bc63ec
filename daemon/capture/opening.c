/* Opening an interface, the first time and again. */
#include "capture/watch_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool watch_listen(struct watch *watch) {
    int descriptor = watch->handle != NULL ? pcap_get_selectable_fd(watch->handle) : -1;
    if (watch->tick == NULL || descriptor < 0 || watch->readable != NULL) return true;
    return watch_event_start(&watch->readable,
                             event_new(watch->shared->base, descriptor, EV_READ | EV_PERSIST, watch_on_readable, watch),
                             NULL);
}

void watch_close(struct watch *watch) {
    watch_event_drop(&watch->readable);
    if (watch->handle == NULL) return;
    watch_drops_read(watch);
    pcap_close(watch->handle);
    watch->handle = NULL;
}

/* An engine for the first opening; later ones get frames of the link type of now. */
static bool engine_prepare(struct watch *watch, int link_type, char *error, size_t size) {
    bool unknown_link = false;
    if (watch->engine == NULL) {
        struct engine_options options = *watch->shared->engine_options;
        options.link_type = link_type;
        watch->engine = engine_new(&options, watch_on_verdict, watch, &unknown_link);
    } else {
        unknown_link = !engine_set_link_type(watch->engine, link_type);
    }
    if (unknown_link) {
        const char *name = pcap_datalink_val_to_name(link_type);
        snprintf(error, size,
                 "packets of %s are of link type %s (%d), which cannot be read: capture on a link of one of %s",
                 watch->name, name != NULL ? name : "?", link_type, packet_link_types());
        return false;
    }
    if (watch->engine == NULL)
        snprintf(error, size, "there is not enough memory for %zu MiB of flows: give less with --memory",
                 watch->shared->engine_options->memory >> 20);
    return watch->engine != NULL;
}

bool watch_filter_keep(struct watch *watch, const char *filter) {
    char *copy = filter != NULL ? strdup(filter) : NULL;
    if (filter != NULL && copy == NULL) return false;
    free(watch->filter);
    watch->filter = copy;
    return true;
}

/* HANDLE is open on the interface with the number INDEX. False with one sentence in ERROR. */
static bool opened(struct watch *watch, pcap_t *handle, unsigned index, char *error, size_t size) {
    if (!engine_prepare(watch, pcap_datalink(handle), error, size)) return false;
    watch->handle = handle;
    watch->index = index;
    watch->link_type = pcap_datalink(handle);
    watch->nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
    watch->kernel_drops_seen = watch->interface_drops_seen = 0;
    watch->retry_at = 0;
    if (watch_filter_keep(watch, watch->shared->options->filter) && watch_listen(watch)) {
        hearing_init(&watch->hearing, clock_monotonic(), engine_counters(watch->engine)->packets, watch->kernel_drops);
        return true;
    }
    watch_event_drop(&watch->readable);
    watch->handle = NULL;
    snprintf(error, size, "cannot watch %s: there is not enough memory or too many files are open", watch->name);
    return false;
}

enum handle_trouble watch_open(struct watch *watch, const struct links_look *look, char *error, size_t size) {
    enum handle_trouble trouble;
    if (look->presence == LINKS_ABSENT) return HANDLE_ABSENT;
    if (!look->up) return HANDLE_DOWN;
    pcap_t *handle = handle_open(watch->name, watch->shared->options, &trouble, error, size);
    if (handle == NULL) return trouble;
    if (opened(watch, handle, look->index, error, size)) return HANDLE_FINE;
    pcap_close(handle);
    return HANDLE_REFUSED;
}
