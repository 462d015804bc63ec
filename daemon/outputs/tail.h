/* The end of a file of JSON lines, as an earlier run left it. */
#ifndef DAEMON_OUTPUTS_TAIL_H
#define DAEMON_OUTPUTS_TAIL_H

#include "base/compiler.h"

/* Makes the file end between two lines: a last line without a newline gets one where the JSON object is complete (the
 * newline was all that was missing), and is cut off where it is torn. DESCRIPTOR can be read and written. 0, or a
 * negative errno; -EBADMSG where the last line cannot be ours (it does not begin with a brace, or is longer than any
 * event), and then the file is left alone. */
MUST_USE int tail_repair(int descriptor);

#endif
