/* What can be seen to be wrong in the options before anything is opened: a start with it would fail each time in the
 * same way, so it is a matter of usage, and --check and a reload find it too. */
#ifndef DAEMON_SANITY_H
#define DAEMON_SANITY_H

#include "options.h"

/* EXIT_OK, or EXIT_USAGE after having reported: a filter that is no filter on any link, outputs that are one and the
 * same, a user that does not exist. A host name that is not known is none of these: it may be tomorrow. */
MUST_USE int sanity_check(const struct options *options);

#endif
