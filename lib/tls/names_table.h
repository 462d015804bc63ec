/* The registries as tables, sorted by code point: private to the files named names*.c and their test. */
#ifndef TLS_NAMES_TABLE_H
#define TLS_NAMES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "tls/names.h"

/* A code point and what the registry calls it. */
struct tls_code_name {
    uint16_t code;
    const char *name;
};

/* A protocol version: "TLS 1.2", and the number alone, "1.2". */
struct tls_version_row {
    uint16_t code;
    const char *name;
    const char *number;
};

/* What a diagnosis must know of a group beyond its name. */
enum tls_group_kind {
    TLS_GROUP_CURVE,
    TLS_GROUP_FINITE_FIELD,
    TLS_GROUP_POST_QUANTUM, /* alone or in a hybrid: the key share is a kilobyte or so */
};

struct tls_group_row {
    uint16_t code;
    const char *name;
    enum tls_group_kind kind;
};

extern const struct tls_suite tls_suites[];
extern const size_t tls_suites_count;

extern const struct tls_group_row tls_groups[];
extern const size_t tls_groups_count;

extern const struct tls_code_name tls_signature_schemes[];
extern const size_t tls_signature_schemes_count;

extern const struct tls_code_name tls_extensions[];
extern const size_t tls_extensions_count;

extern const struct tls_code_name tls_alerts[];
extern const size_t tls_alerts_count;

extern const struct tls_code_name tls_messages[];
extern const size_t tls_messages_count;

extern const struct tls_code_name tls_client_certificate_types[];
extern const size_t tls_client_certificate_types_count;

/* Sorted by code as well. */
extern const struct tls_version_row tls_versions[];
extern const size_t tls_versions_count;

#endif
