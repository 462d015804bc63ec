/* Making an event fit its line. Private to the room. */
#ifndef OUTPUT_TRIM_H
#define OUTPUT_TRIM_H

#include "build.h"

/* Writes EVENT into LINE and, as long as it does not fit, shortens lists and texts in a fixed order, the least missed
 * first; tlswhy.truncated names each. Returns the length, at most OUTPUT_LINE_CAP; 0 where memory is short. */
MUST_USE size_t trim_dump(struct build *build, struct node *event, char line[OUTPUT_LINE_CAP + 1]);

/* Says that the source itself had more of PATH ("tls.client.supported_ciphers"). */
void trim_note(struct build *build, struct node *event, const char *path);

#endif
