/* Private to the room. */
#ifndef OUTPUT_DATASET_H
#define OUTPUT_DATASET_H

#include "diag/diag.h"

#define DATASET_SUMMARY "tlswhy.summary"

/* event.dataset of a verdict. Static. */
const char *dataset_of(const struct diag *diag);

#endif
