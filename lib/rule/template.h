/* Compiled templates. */
#ifndef RULE_TEMPLATE_H
#define RULE_TEMPLATE_H

#include <stdint.h>

#include "facts/facts.h"

/* A piece of trusted text, or a place where a fact goes. */
struct template_part {
    const char *text; /* the text itself, or what stands in for an absent fact; NULL: the place has no default */
    bool place;
    enum fact fact;
};

struct rule_template {
    unsigned count;
    struct template_part parts[];
};

#endif
