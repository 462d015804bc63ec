/* How loud an event is (docs/events.md, "Severity"). */
#include "severity.h"

#include <stddef.h>

#include "base/compiler.h"
#include "output/output.h"

static const char *const levels[] = {
    [2] = "critical", [3] = "error", [4] = "warning", [5] = "notice", [6] = "info",
};

const char *severity_level(int severity) {
    size_t place = (size_t)severity;
    if (severity < 2) place = 2;
    if (severity > 6) place = 6;
    return levels[place];
}

int output_severity(const struct diag *diag, const char **level) {
    int severity = diag_severity(diag);
    if (level != NULL) *level = severity_level(severity);
    return severity;
}
