/* Protocol versions as people and rules write them; numbers as in RFC 8446 appendix D and RFC 6101. */
#include "facts/version.h"

#include <string.h>

#include "base/compiler.h"

static const struct {
    uint16_t version;
    const char *name;
} versions[] = {
    {0x0002, "SSL 2.0"}, {0x0300, "SSL 3.0"}, {0x0301, "TLS 1.0"},
    {0x0302, "TLS 1.1"}, {0x0303, "TLS 1.2"}, {0x0304, "TLS 1.3"},
};

const char *fact_version_name(uint16_t version) {
    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++)
        if (versions[i].version == version) return versions[i].name;
    return NULL;
}

bool fact_version_by_name(const char *name, uint16_t *version) {
    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
        bool tls = strncmp(versions[i].name, "TLS ", 4) == 0;
        if (strcmp(versions[i].name, name) != 0 && !(tls && strcmp(versions[i].name + 4, name) == 0)) continue;
        *version = versions[i].version;
        return true;
    }
    return false;
}
