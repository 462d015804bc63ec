#include "dataset.h"

const char *dataset_of(const struct diag *diag) {
    if (diag->suspect) return "tlswhy.suspect";
    return diag->outcome == DIAG_FAILURE ? "tlswhy.failure" : "tlswhy.handshake";
}
