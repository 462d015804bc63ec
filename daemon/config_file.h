/* Configuration files: INI, sections as the table of options names them, keys as the long options. */
#ifndef DAEMON_CONFIG_FILE_H
#define DAEMON_CONFIG_FILE_H

#include "options.h"

/* Takes what PATH says into OPTIONS, then what the files PATH.d/ *.conf say, in the order of their names; a later file
 * wins. False with one sentence in ERROR that names file and line. */
MUST_USE bool config_file_read(struct options *options, const char *path, char *error, size_t size);

#endif
