#include "storms.h"

#include <stdlib.h>

struct storms *storms_new(void) {
    return calloc(1, sizeof(struct storms));
}

static uint32_t position_of(const struct storms *storms, const struct storm *storm) {
    return (uint32_t)(storm - storms->records);
}

static struct storm_order *order_of(struct storms *storms, const struct storm *storm) {
    return storm->raging ? &storms->raging : &storms->calm;
}

static void order_remove(struct storms *storms, struct storm *storm) {
    struct storm_order *order = order_of(storms, storm);
    if (storm->newer != 0)
        storms->records[storm->newer].older = storm->older;
    else
        order->newest = storm->older;
    if (storm->older != 0)
        storms->records[storm->older].newer = storm->newer;
    else
        order->oldest = storm->newer;
}

static void order_add(struct storms *storms, struct storm *storm) {
    struct storm_order *order = order_of(storms, storm);
    uint32_t position = position_of(storms, storm);
    storm->newer = 0;
    storm->older = order->newest;
    if (order->newest != 0)
        storms->records[order->newest].newer = position;
    else
        order->oldest = position;
    order->newest = position;
}

void storms_move(struct storms *storms, struct storm *storm, bool raging) {
    order_remove(storms, storm);
    storm->raging = raging;
    order_add(storms, storm);
}

static uint32_t *bucket_of(struct storms *storms, uint64_t hash) {
    return &storms->buckets[hash & (STORMS_CAP - 1)];
}

static void bucket_remove(struct storms *storms, const struct storm *storm) {
    uint32_t *link = bucket_of(storms, storm->hash), position = position_of(storms, storm);
    while (*link != position)
        link = &storms->records[*link].next;
    *link = storm->next;
}

struct storm *storms_find(struct storms *storms, uint64_t hash) {
    uint32_t position = *bucket_of(storms, hash);
    while (position != 0 && storms->records[position].hash != hash)
        position = storms->records[position].next;
    if (position == 0) return NULL;
    struct storm *storm = &storms->records[position];
    if (!storm->raging) storms_move(storms, storm, false);
    return storm;
}

/* A place that is free, or made free; NULL where there is none. */
static struct storm *place_take(struct storms *storms) {
    if (storms->filled < STORMS_CAP) return &storms->records[++storms->filled];
    if (storms->calm.oldest == 0) return NULL;
    struct storm *storm = &storms->records[storms->calm.oldest];
    order_remove(storms, storm);
    bucket_remove(storms, storm);
    return storm;
}

struct storm *storms_add(struct storms *storms, uint64_t hash) {
    struct storm *storm = place_take(storms);
    if (storm == NULL) return NULL;
    uint32_t *bucket = bucket_of(storms, hash);
    storm->hash = hash;
    storm->raging = false;
    storm->next = *bucket;
    *bucket = position_of(storms, storm);
    order_add(storms, storm);
    return storm;
}

struct storm *storms_first(struct storms *storms) {
    return storms->raging.oldest != 0 ? &storms->records[storms->raging.oldest] : NULL;
}
