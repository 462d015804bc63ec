/* The tls object of an event (ECS 9.4, "TLS Fields"). Private to the room. */
#ifndef OUTPUT_JSON_TLS_H
#define OUTPUT_JSON_TLS_H

#include "build.h"

struct node *json_tls(struct build *build, const struct diag *diag);

#endif
