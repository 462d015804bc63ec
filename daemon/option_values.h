/* Reading the values of options out of text. Each leaves its result alone where the text makes no sense. */
#ifndef DAEMON_OPTION_VALUES_H
#define DAEMON_OPTION_VALUES_H

#include "options.h"

/* "yes" or "no". */
MUST_USE bool option_value_flag(const char *value, bool *flag);

/* "64M": a number from SMALLEST to LARGEST, with K, M or G for powers of 1024. */
MUST_USE bool option_value_size(const char *value, size_t smallest, size_t largest, size_t *size);

/* A plain number from SMALLEST to LARGEST. */
MUST_USE bool option_value_number(const char *value, unsigned smallest, unsigned largest, unsigned *number);

/* "443,8443,9000-9010": the list that replaces the default. */
MUST_USE bool option_value_ports(const char *value, uint16_t ports[ENGINE_PORTS_CAP], unsigned *count);

/* Whether the kernel could give an interface the name VALUE, "any" included (dev_valid_name(): at most 15 bytes, no
 * slash and no space). */
MUST_USE bool option_value_is_interface(const char *value);

/* Whether VALUE names an output, as outputs/outputs.h lists them. */
MUST_USE bool option_value_is_output(const char *value);

/* Whether VALUE is ADDRESS:PORT with a loopback address: "127.0.0.1:9788" or "[::1]:9788". */
MUST_USE bool option_value_is_loopback(const char *value);

#endif
