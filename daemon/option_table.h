/* The one table of all options, which serves the command line, the configuration files and --help. */
#ifndef DAEMON_OPTION_TABLE_H
#define DAEMON_OPTION_TABLE_H

#include "options.h"

/* Takes VALUE, which lives as long as the options; false where it makes no sense, or is one too many. */
typedef bool (*option_setter)(struct options *options, const char *value);

enum {
    OPTION_FLAG = 1 << 0, /* takes "yes" or "no"; named without a value on the command line it means "yes" */
    OPTION_LIST = 1 << 1, /* may be given several times: the values add up */
};

struct option_row {
    char letter;          /* 0: none */
    const char *name;     /* without the dashes; the key in a file is the same */
    const char *section;  /* of the configuration file; NULL: the command line only */
    const char *argument; /* what --help calls its value; NULL: takes none */
    const char *help;
    const char *wants; /* what a value has to be, for the error */
    unsigned flags;
    option_setter set;
};

extern const struct option_row option_rows[];
extern const size_t option_rows_count;

/* The row called NAME, NULL where there is none. */
const struct option_row *option_row_find(const char *name);

/* Which options one source (a file, the command line) has set so far, one bit a row: what it says for the first time
 * about a list replaces what sources before it said. */
struct option_source {
    uint64_t set;
};

MUST_USE bool option_source_has(const struct option_source *source, const char *name);

/* Takes VALUE (copied, the options own it) for ROW. False with "takes ..., not ..." in ERROR. */
MUST_USE bool option_row_apply(const struct option_row *row, struct options *options, struct option_source *source,
                               const char *value, char *error, size_t size);

#endif
