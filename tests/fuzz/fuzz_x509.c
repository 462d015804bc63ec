/* Certificate chains out of hostile hands. The input: one byte for the purpose (low bit) and whether a name is asked
 * for (next bit), the name behind a one-byte length, then certificates, each behind a two-byte length. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "x509/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CERTIFICATES_MAX 16

static void check(bool holds) {
    if (!holds) abort();
}

static void check_certificate(const struct x509_certificate *certificate) {
    check(certificate->name_count <= X509_NAMES_KEPT && certificate->name_count <= certificate->name_total);
    check(text_is_clean(certificate->subject) && text_is_clean(certificate->issuer));
    check(text_is_clean(certificate->subject_common_name) && text_is_clean(certificate->issuer_common_name));
    check(text_is_clean(certificate->issuer_url));
    for (unsigned i = 0; i < certificate->name_count; i++)
        check(text_is_clean(certificate->names[i]));
}

static void check_findings(const struct x509_findings *findings, unsigned count) {
    check(findings->chain_length == count && findings->certificate_count <= count);
    check(!findings->trusted && !findings->trust_known); /* there are no roots */
    check((findings->faults & (1U << X509_FAULT_UNKNOWN_CA | 1U << X509_FAULT_MISSING_INTERMEDIATE)) == 0);
    for (unsigned fault = 0; fault < X509_FAULT_COUNT; fault++)
        check((findings->faults >> fault & 1) == 0 || findings->faulty[fault] <= findings->certificate_count);
    for (unsigned i = 0; i < findings->certificate_count; i++)
        check_certificate(&findings->certificate[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct siphash_key key = {1, 2};
    struct cursor input = cursor_over(data, size), name, certificates[CERTIFICATES_MAX];
    struct x509_findings first, again;
    char text[X509_TEXT_KEPT];
    uint8_t choice;
    unsigned count = 0;
    if (!cursor_get_u8(&input, &choice) || !cursor_get_u8_prefixed(&input, &name)) return 0;
    while (count < CERTIFICATES_MAX && cursor_get_u16_prefixed(&input, &certificates[count]))
        count++;
    enum x509_purpose purpose = (choice & 1) != 0 ? X509_FOR_CLIENT : X509_FOR_SERVER;
    const uint8_t *asked = (choice & 2) != 0 && name.remaining > 0 ? name.position : NULL;
    struct x509_inspector *inspector = x509_inspector_new(2, &key);
    check(inspector != NULL);
    x509_inspect(inspector, purpose, certificates, count, asked, name.remaining, NULL, 0, 0, &first);
    check_findings(&first, count);
    x509_inspect(inspector, purpose, certificates, count, asked, name.remaining, NULL, 0, 0, &again);
    check(first.faults == again.faults && strcmp(first.detail, again.detail) == 0);
    x509_name_format(name, text);
    check(text_is_clean(text));
    (void)!x509_issued_by(certificates, count, name);
    x509_inspector_free(inspector);
    return 0;
}
