/* Faults collected, each with the certificate that has it. Private to the room. */
#ifndef X509_VERDICT_H
#define X509_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "x509/x509.h"

#define X509_DETAIL_SIZE 96

struct x509_verdict {
    uint32_t faults;
    uint8_t faulty[X509_FAULT_COUNT];
    uint8_t detail_of;             /* the fault that detail is about; X509_FAULT_COUNT where there is none */
    char detail[X509_DETAIL_SIZE]; /* of the fault that comes first in enum x509_fault */
};

void x509_verdict_init(struct x509_verdict *verdict);

/* Sets a fault of the certificate at POSITION. The first certificate that has it counts. DETAIL may be NULL. */
void x509_verdict_add(struct x509_verdict *verdict, enum x509_fault fault, unsigned position, const char *detail);

/* The same with a formatted detail. */
void x509_verdict_explain(struct x509_verdict *verdict, enum x509_fault fault, unsigned position, const char *format,
                          ...) PRINTF_LIKE(4, 5);

/* Adds all of OTHER to VERDICT. */
void x509_verdict_merge(struct x509_verdict *verdict, const struct x509_verdict *other);

static inline bool x509_verdict_has(const struct x509_verdict *verdict, enum x509_fault fault) {
    return (verdict->faults >> fault & 1) != 0;
}

#endif
