#include "option_values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

bool option_value_flag(const char *value, bool *flag) {
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0) return false;
    *flag = yes;
    return true;
}

/* strtoull() takes signs and leading spaces: we do not. */
static bool digits_read(const char *text, char **end, unsigned long long *number) {
    if (text[0] < '0' || text[0] > '9') return false;
    errno = 0;
    *number = strtoull(text, end, 10);
    return errno == 0;
}

bool option_value_size(const char *value, size_t smallest, size_t largest, size_t *size) {
    static const char units[] = "KMG";
    unsigned long long number;
    char *end;
    if (!digits_read(value, &end, &number)) return false;
    unsigned shift = 0;
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    if (unit != NULL) {
        shift = 10 * (unsigned)(unit - units + 1);
        end++;
    }
    if (*end != '\0' || number > (unsigned long long)largest >> shift) return false;
    number <<= shift;
    if (number < smallest) return false;
    *size = (size_t)number;
    return true;
}

bool option_value_number(const char *value, unsigned smallest, unsigned largest, unsigned *number) {
    unsigned long long read;
    char *end;
    if (!digits_read(value, &end, &read) || *end != '\0' || read < smallest || read > largest) return false;
    *number = (unsigned)read;
    return true;
}

static bool port_read(const char *text, char **end, unsigned *port) {
    unsigned long long number;
    if (!digits_read(text, end, &number) || number == 0 || number > 65535) return false;
    *port = (unsigned)number;
    return true;
}

bool option_value_ports(const char *value, uint16_t ports[ENGINE_PORTS_CAP], unsigned *count) {
    uint16_t read[ENGINE_PORTS_CAP];
    unsigned length = 0;
    char *end = NULL;
    for (const char *text = value;; text = end + 1) {
        unsigned first, last;
        if (!port_read(text, &end, &first)) return false;
        last = first;
        if (*end == '-' && !port_read(end + 1, &end, &last)) return false;
        if (last < first) return false;
        for (unsigned port = first; port <= last; port++) {
            if (length == ENGINE_PORTS_CAP) return false;
            read[length++] = (uint16_t)port;
        }
        if (*end == '\0') break;
        if (*end != ',') return false;
    }
    memcpy(ports, read, length * sizeof *ports);
    *count = length;
    return true;
}

bool option_value_is_interface(const char *value) {
    size_t length = strlen(value);
    if (length == 0 || length >= IF_NAMESIZE || strcmp(value, ".") == 0 || strcmp(value, "..") == 0) return false;
    return strpbrk(value, "/ \t\n\v\f\r") == NULL;
}

bool option_value_is_output(const char *value) {
    static const char *const whole[] = {"auto", "stdout", "journal", "syslog"};
    static const char *const beginnings[] = {"journal:", "file:", "syslog:"};
    for (size_t i = 0; i < ARRAY_LENGTH(whole); i++)
        if (strcmp(value, whole[i]) == 0) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
        size_t length = strlen(beginnings[i]);
        if (strncmp(value, beginnings[i], length) == 0) return value[length] != '\0';
    }
    return false;
}

/* The address in front of the last colon, without the brackets of IPv6. */
static bool address_is_loopback(const char *address, size_t length) {
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;
    bool bracketed = length > 2 && address[0] == '[' && address[length - 1] == ']';
    if (bracketed) {
        address++;
        length -= 2;
    }
    if (length >= sizeof text) return false;
    memcpy(text, address, length);
    text[length] = '\0';
    if (bracketed) return inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    return inet_pton(AF_INET, text, &v4) == 1 && ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool option_value_is_loopback(const char *value) {
    const char *colon = strrchr(value, ':');
    unsigned port;
    if (colon == NULL || !option_value_number(colon + 1, 0, 65535, &port)) return false;
    return address_is_loopback(value, (size_t)(colon - value));
}
