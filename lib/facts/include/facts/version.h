/* Protocol versions by name, for facts of type VERSION. */
#ifndef FACTS_VERSION_H
#define FACTS_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* "TLS 1.2", "SSL 3.0"; NULL for a number that is no version of either. */
const char *fact_version_name(uint16_t version);

/* The number of a version written "TLS 1.2", "1.2" or "SSL 3.0"; on false *VERSION is untouched. */
MUST_USE bool fact_version_by_name(const char *name, uint16_t *version);

#endif
