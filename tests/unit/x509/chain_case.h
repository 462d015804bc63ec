/* Looking at one chain the way the facts do: a fresh inspector, some roots, a name, a time. */
#ifndef UNIT_X509_CHAIN_CASE_H
#define UNIT_X509_CHAIN_CASE_H

#include <stdio.h>

#include "make_certificate.h"
#include "run_suite.h"
#include "x509/x509.h"

/* 2026-06-01T00:00:00Z: the default validity of made certificates, 2020 to 2040, is around it. */
#define NOW_SECONDS INT64_C(1780272000)
#define SECOND      INT64_C(1000000000)
#define DAY_SECONDS INT64_C(86400)

#define FAULT(name) (UINT32_C(1) << X509_FAULT_##name)

static const struct siphash_key test_key = {1, 2};

static inline void case_trust(struct x509_inspector *inspector, const struct made_certificate *root) {
    char error[200], *pem = made_pem(root);
    unsigned added;
    ck_assert_msg(x509_inspector_trust_pem(inspector, pem, strlen(pem), &added, error, sizeof error), "%s", error);
    ck_assert_uint_eq(added, 1);
    free(pem);
}

/* An inspector that trusts ROOT, where it is not NULL; x509_inspector_free() it. */
static inline struct x509_inspector *case_inspector(const struct made_certificate *root) {
    struct x509_inspector *inspector = x509_inspector_new(16, &test_key);
    ck_assert_ptr_nonnull(inspector);
    if (root != NULL) case_trust(inspector, root);
    return inspector;
}

/* Inspects for a server called NAME (NULL: none) at SECONDS. */
static inline void case_inspect_at(struct x509_inspector *inspector, const struct cursor *chain, unsigned count,
                                   const char *name, int64_t seconds, struct x509_findings *findings) {
    x509_inspect(inspector, X509_FOR_SERVER, chain, count, (const uint8_t *)name, name != NULL ? strlen(name) : 0, NULL,
                 0, seconds * SECOND, findings);
}

static inline void case_inspect(struct x509_inspector *inspector, const struct cursor *chain, unsigned count,
                                const char *name, struct x509_findings *findings) {
    case_inspect_at(inspector, chain, count, name, NOW_SECONDS, findings);
}

/* The faults as text, for messages of failed tests. */
static inline const char *case_faults(const struct x509_findings *findings) {
    static char text[256];
    size_t length = 0;
    text[0] = '\0';
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        if ((findings->faults >> fault & 1) != 0)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s(%u) ",
                                       x509_fault_name((enum x509_fault)fault), findings->faulty[fault]);
    (void)snprintf(text + length, sizeof text - length, "[%s]", findings->detail);
    return text;
}

#define ck_assert_faults(findings, wanted)                                                                             \
    ck_assert_msg((findings)->faults == (uint32_t)(wanted), "%s:%d: faults %s", __FILE__, __LINE__,                    \
                  case_faults(findings))

#endif
