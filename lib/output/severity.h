/* Private to the room. */
#ifndef OUTPUT_SEVERITY_H
#define OUTPUT_SEVERITY_H

/* "critical" for 2 to "info" for 6. Static. */
const char *severity_level(int severity);

#endif
