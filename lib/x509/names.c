/* Names of a certificate and the name asked for (RFC 6125 section 6.4, RFC 5280 section 4.2.1.6). */
#include "names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum packed_type { PACKED_DNS = 1, PACKED_ADDRESS = 2 };

#define PACKED_HEAD      3 /* type and length */
#define DNS_NAME_LONGEST 255

static size_t packed_size(const ASN1_STRING *string) {
    int length = ASN1_STRING_length(string);
    return length > 0 && length <= UINT16_MAX ? PACKED_HEAD + (size_t)length : 0;
}

static void pack(struct x509_names *names, enum packed_type type, const ASN1_STRING *string) {
    size_t size = packed_size(string);
    if (size == 0) return;
    size_t length = size - PACKED_HEAD;
    uint8_t *target = names->bytes + names->length;
    target[0] = (uint8_t)type;
    target[1] = (uint8_t)(length >> 8);
    target[2] = (uint8_t)length;
    memcpy(target + PACKED_HEAD, ASN1_STRING_get0_data(string), length);
    names->length += size;
}

/* The string of a GeneralName that we compare with; NULL for mail addresses, URIs and the like. */
static const ASN1_STRING *general_name_string(const GENERAL_NAME *name, enum packed_type *type) {
    if (name->type != GEN_DNS && name->type != GEN_IPADD) return NULL;
    *type = name->type == GEN_DNS ? PACKED_DNS : PACKED_ADDRESS;
    return name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
}

/* Common names stand in for DNS names; only those that could be one: no NUL, one byte a character. */
static void common_names_pack(X509 *x509, struct x509_names *names, size_t room) {
    const X509_NAME *subject = X509_get_subject_name(x509);
    for (int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); i >= 0;
         i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) {
        const ASN1_STRING *string = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i));
        int type = ASN1_STRING_type(string);
        if (type == V_ASN1_BMPSTRING || type == V_ASN1_UNIVERSALSTRING) continue;
        if (names->length + packed_size(string) <= room) pack(names, PACKED_DNS, string);
    }
}

bool x509_names_collect(X509 *x509, struct x509_names *names) {
    GENERAL_NAMES *general = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    size_t size = 0, common_room = 4 * DNS_NAME_LONGEST;
    bool has_dns = false;
    enum packed_type type = PACKED_DNS;
    *names = (struct x509_names){0};
    for (int i = 0; i < sk_GENERAL_NAME_num(general); i++) {
        const ASN1_STRING *string = general_name_string(sk_GENERAL_NAME_value(general, i), &type);
        if (string == NULL) continue;
        size += packed_size(string);
        if (type == PACKED_DNS) has_dns = true;
        if (type == PACKED_ADDRESS) names->has_address = true;
    }
    size_t room = size + (has_dns ? 0 : common_room);
    names->bytes = malloc(room > 0 ? room : 1);
    for (int i = 0; names->bytes != NULL && i < sk_GENERAL_NAME_num(general); i++) {
        const ASN1_STRING *string = general_name_string(sk_GENERAL_NAME_value(general, i), &type);
        if (string != NULL) pack(names, type, string);
    }
    if (names->bytes != NULL && !has_dns) common_names_pack(x509, names, room);
    GENERAL_NAMES_free(general);
    return names->bytes != NULL;
}

void x509_names_done(struct x509_names *names) {
    free(names->bytes);
    *names = (struct x509_names){0};
}

static uint8_t ascii_lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Equal but for ASCII case; a NUL inside is no character of a DNS name and never equal. */
static bool labels_equal(struct cursor left, struct cursor right) {
    uint8_t l, r;
    if (left.remaining != right.remaining) return false;
    while (cursor_get_u8(&left, &l) && cursor_get_u8(&right, &r))
        if (l == 0 || ascii_lower(l) != ascii_lower(r)) return false;
    return true;
}

/* Passes over the first label and its dot; false where there is no dot or the label is empty. */
static bool label_skip(struct cursor *name) {
    struct cursor walk = *name;
    uint8_t c;
    for (unsigned length = 0; cursor_get_u8(&walk, &c); length++) {
        if (c != '.') continue;
        *name = walk;
        return length > 0;
    }
    return false;
}

/* RFC 6125 section 6.4.3: the whole left-most label is "*", it stands for one label, and at least two labels follow
 * (nobody may hold "*.com"). */
static bool wildcard_matches(struct cursor pattern, struct cursor name) {
    uint8_t star, dot;
    if (!cursor_get_u8(&pattern, &star) || !cursor_get_u8(&pattern, &dot) || star != '*' || dot != '.') return false;
    struct cursor parent = pattern;
    if (!label_skip(&parent) || parent.remaining == 0) return false;
    return label_skip(&name) && labels_equal(pattern, name);
}

/* "example.com." is the same name as "example.com". */
static struct cursor without_trailing_dot(struct cursor name) {
    struct cursor body, walk = name;
    uint8_t last;
    if (name.remaining < 2 || !cursor_sub(&walk, name.remaining - 1, &body) || !cursor_get_u8(&walk, &last))
        return name;
    return last == '.' ? body : name;
}

static bool packed_next(struct cursor *packed, uint8_t *type, struct cursor *value) {
    return cursor_get_u8(packed, type) && cursor_get_u16_prefixed(packed, value);
}

/* An address in text form; its length in bytes, 0 where NAME is none. */
static size_t address_parse(struct cursor name, uint8_t address[16]) {
    char text[INET6_ADDRSTRLEN] = "";
    size_t length = name.remaining;
    if (length == 0 || length >= sizeof text || !cursor_copy(&name, text, length)) return 0;
    if (strlen(text) != length) return 0;
    if (inet_pton(AF_INET, text, address) == 1) return 4;
    return inet_pton(AF_INET6, text, address) == 1 ? 16 : 0;
}

bool x509_names_match(const struct x509_names *names, const uint8_t *name, size_t length) {
    struct cursor packed = cursor_over(names->bytes, names->length), value;
    struct cursor wanted = without_trailing_dot(cursor_over(name, length));
    uint8_t address[16], type;
    size_t address_length = address_parse(wanted, address);
    if (address_length > 0 && names->has_address) return x509_names_match_address(names, address, address_length);
    while (packed_next(&packed, &type, &value)) {
        if (type != PACKED_DNS) continue;
        value = without_trailing_dot(value);
        if (labels_equal(value, wanted)) return true;
        if (address_length == 0 && wildcard_matches(value, wanted)) return true;
    }
    return false;
}

bool x509_names_match_address(const struct x509_names *names, const uint8_t *address, size_t length) {
    struct cursor packed = cursor_over(names->bytes, names->length), value;
    uint8_t type, bytes[16];
    while (packed_next(&packed, &type, &value))
        if (type == PACKED_ADDRESS && value.remaining == length && length <= sizeof bytes &&
            cursor_copy(&value, bytes, length) && memcmp(bytes, address, length) == 0)
            return true;
    return false;
}

static void address_append(const ASN1_STRING *string, struct text_writer *writer) {
    char text[INET6_ADDRSTRLEN];
    int length = ASN1_STRING_length(string);
    const unsigned char *bytes = ASN1_STRING_get0_data(string);
    if ((length == 4 || length == 16) && inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text) != NULL)
        text_append(writer, text);
    else if (length > 0)
        text_append_hex(writer, bytes, (size_t)length);
}

void x509_names_describe(X509 *x509, struct x509_certificate *certificate) {
    GENERAL_NAMES *general = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    enum packed_type type = PACKED_DNS;
    for (int i = 0; i < sk_GENERAL_NAME_num(general); i++) {
        const ASN1_STRING *string = general_name_string(sk_GENERAL_NAME_value(general, i), &type);
        if (string == NULL) continue;
        certificate->name_total++;
        if (certificate->name_count == X509_NAMES_KEPT) continue;
        char *text = certificate->names[certificate->name_count++];
        struct text_writer writer = text_writer_over(text, sizeof certificate->names[0]);
        if (type == PACKED_ADDRESS)
            address_append(string, &writer);
        else
            text_append_hostile(&writer, ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
    }
    GENERAL_NAMES_free(general);
}
