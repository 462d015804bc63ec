#include "capture/hearing.h"

#include <string.h>

#include "base/moment.h"

void hearing_init(struct hearing *hearing, int64_t now, uint64_t packets, uint64_t drops) {
    memset(hearing, 0, sizeof *hearing);
    hearing->heard = now;
    hearing->packets = packets;
    hearing->drops = drops;
}

/* Puts what came since the last call in the place of the oldest second. */
static void minute_move(struct hearing *hearing, uint64_t packets, uint64_t drops) {
    struct hearing_second *oldest = &hearing->seconds[hearing->position];
    struct hearing_second last = {.packets = packets - hearing->packets, .drops = drops - hearing->drops};
    hearing->minute.packets += last.packets - oldest->packets;
    hearing->minute.drops += last.drops - oldest->drops;
    *oldest = hearing->last = last;
    hearing->position = (hearing->position + 1) % HEARING_SECONDS;
    hearing->packets = packets;
    hearing->drops = drops;
}

static unsigned silence_check(struct hearing *hearing, int64_t now, bool up, unsigned deaf_seconds) {
    /* what was dropped was on the wire: that is no silence */
    bool heard = hearing->last.packets + hearing->last.drops > 0;
    if (heard || !up) hearing->heard = now;
    if (hearing->silent && (heard || deaf_seconds == 0)) {
        hearing->silent = false;
        return HEARING_AGAIN;
    }
    if (hearing->silent || deaf_seconds == 0 || now - hearing->heard < deaf_seconds * MOMENT_SECOND) return 0;
    hearing->silent = true;
    return HEARING_SILENT;
}

static unsigned drops_check(struct hearing *hearing) {
    bool dropping = hearing->minute.drops * HEARING_DROPS_OF > hearing->minute.packets + hearing->minute.drops;
    unsigned news = hearing->dropping && !dropping ? HEARING_DROPS_OVER : 0;
    hearing->dropping = dropping;
    if (hearing->last.drops == 0) return news;
    news |= HEARING_DROPPED;
    return hearing->last.packets == 0 ? news | HEARING_ALL_DROPPED : news;
}

unsigned hearing_second_add(struct hearing *hearing, int64_t now, uint64_t packets, uint64_t drops, bool up,
                            unsigned deaf_seconds) {
    minute_move(hearing, packets, drops);
    unsigned news = silence_check(hearing, now, up, deaf_seconds);
    return news | drops_check(hearing);
}
