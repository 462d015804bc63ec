/* Faults and their names. */
#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const fault_names[X509_FAULT_COUNT] = {
    [X509_FAULT_BAD_CHAIN] = "bad_chain",
    [X509_FAULT_EXPIRED] = "expired",
    [X509_FAULT_NOT_YET_VALID] = "not_yet_valid",
    [X509_FAULT_SELF_SIGNED] = "self_signed",
    [X509_FAULT_MISSING_INTERMEDIATE] = "missing_intermediate",
    [X509_FAULT_UNKNOWN_CA] = "unknown_ca",
    [X509_FAULT_WRONG_USAGE] = "wrong_usage",
    [X509_FAULT_NAME_MISMATCH] = "name_mismatch",
    [X509_FAULT_WEAK] = "weak",
};

const char *x509_fault_name(enum x509_fault fault) {
    return (unsigned)fault < X509_FAULT_COUNT ? fault_names[fault] : NULL;
}

void x509_verdict_init(struct x509_verdict *verdict) {
    memset(verdict, 0, sizeof *verdict);
    verdict->detail_of = X509_FAULT_COUNT;
}

void x509_verdict_add(struct x509_verdict *verdict, enum x509_fault fault, unsigned position, const char *detail) {
    if (x509_verdict_has(verdict, fault)) return;
    verdict->faults |= UINT32_C(1) << fault;
    verdict->faulty[fault] = (uint8_t)position;
    if (detail == NULL || detail[0] == '\0' || verdict->detail_of <= (uint8_t)fault) return;
    verdict->detail_of = (uint8_t)fault;
    (void)snprintf(verdict->detail, sizeof verdict->detail, "%s", detail);
}

void x509_verdict_explain(struct x509_verdict *verdict, enum x509_fault fault, unsigned position, const char *format,
                          ...) {
    char detail[X509_DETAIL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    x509_verdict_add(verdict, fault, position, detail);
}

void x509_verdict_merge(struct x509_verdict *verdict, const struct x509_verdict *other) {
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        if (x509_verdict_has(other, (enum x509_fault)fault))
            x509_verdict_add(verdict, (enum x509_fault)fault, other->faulty[fault],
                             other->detail_of == fault ? other->detail : NULL);
}
