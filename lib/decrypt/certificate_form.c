#include "certificate_form.h"

#include <string.h>

#include "tls/extension_type.h"

enum { LENGTH_24 = 3 };

/* CertificateEntry: opaque cert_data<1..2^24-1>; Extension extensions<0..2^16-1> */
struct entry {
    struct cursor certificate, extensions;
};

/* opaque certificate_request_context<0..2^8-1>; CertificateEntry certificate_list<0..2^24-1> */
static bool list_find(const struct tls_kept *kept, struct cursor *list) {
    struct cursor body = cursor_over(kept->bytes, kept->length), context;
    return !kept->truncated && cursor_get_u8_prefixed(&body, &context) && cursor_get_u24_prefixed(&body, list) &&
           cursor_is_empty(&body);
}

static bool entry_get(struct cursor *list, struct entry *entry) {
    return cursor_get_u24_prefixed(list, &entry->certificate) && cursor_get_u16_prefixed(list, &entry->extensions);
}

void certificate_form_status(const struct tls_kept *kept, struct cursor *status) {
    struct cursor list, data;
    struct entry leaf;
    uint16_t type;
    *status = cursor_over(NULL, 0);
    if (!list_find(kept, &list) || !entry_get(&list, &leaf)) return;
    while (cursor_get_u16(&leaf.extensions, &type) && cursor_get_u16_prefixed(&leaf.extensions, &data))
        if (type == TLS_EXTENSION_STATUS_REQUEST) {
            *status = data;
            return;
        }
}

static void u24_write(uint8_t at[LENGTH_24], size_t value) {
    at[0] = (uint8_t)(value >> 16);
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)value;
}

/* The new form is shorter at every point: the list's length moves to the front by the context's, and each certificate
 * by the extensions before it. So it can be written over the old one. */
void certificate_form_convert(struct tls_kept *kept) {
    struct cursor list;
    struct entry entry;
    bool good = list_find(kept, &list);
    size_t written = LENGTH_24;
    while (good && !cursor_is_empty(&list)) {
        good = entry_get(&list, &entry);
        if (!good) break;
        size_t length = cursor_remaining(&entry.certificate);
        memmove(kept->bytes + written + LENGTH_24, entry.certificate.position, length);
        u24_write(kept->bytes + written, length);
        written += LENGTH_24 + length;
    }
    if (!good) {
        kept->truncated = true;
        return;
    }
    u24_write(kept->bytes, written - LENGTH_24);
    kept->length = kept->full_length = (uint32_t)written;
}
