/* In what exactly a ClientHello is unusual: what a bare handshake_failure can be narrowed by (causes.md, "Choosing
 * between ids"). A hello that is unusual in nothing narrows nothing. */
#include <string.h>

#include "reading.h"

/* The suites of one part of the offer. */
struct offer {
    const struct tls_suite *known[TLS_SUITES_KEPT];
    unsigned known_count, unknown_count;
};

/* Both parts: of TLS 1.3, and of all versions before it. */
struct offers {
    struct offer tls13, older;
};

static void offers_collect(const struct tls_client_hello *hello, struct offers *offers) {
    offers->tls13.known_count = offers->tls13.unknown_count = 0;
    offers->older.known_count = offers->older.unknown_count = 0;
    for (uint16_t i = 0; i < hello->suite_count && i < TLS_SUITES_KEPT; i++) {
        if (reading_suite_is_signal(hello->suites[i])) continue;
        const struct tls_suite *suite = tls_suite_find(hello->suites[i]);
        bool is_tls13 = suite != NULL ? suite->key_exchange == TLS_KEY_EXCHANGE_TLS13 : hello->suites[i] >> 8 == 0x13;
        struct offer *offer = is_tls13 ? &offers->tls13 : &offers->older;
        if (suite != NULL)
            offer->known[offer->known_count++] = suite;
        else
            offer->unknown_count++;
    }
}

static bool suite_is_null(const struct tls_suite *suite) {
    return suite->strength == TLS_STRENGTH_NONE || suite->authentication == TLS_AUTHENTICATION_ANONYMOUS;
}
static bool suite_is_export(const struct tls_suite *suite) {
    return suite->strength <= TLS_STRENGTH_EXPORT;
}
static bool suite_is_obsolete(const struct tls_suite *suite) {
    return suite->strength <= TLS_STRENGTH_OBSOLETE;
}
static bool suite_is_psk(const struct tls_suite *suite) {
    return suite->key_exchange >= TLS_KEY_EXCHANGE_PSK && suite->key_exchange <= TLS_KEY_EXCHANGE_RSA_PSK;
}
static bool suite_is_srp(const struct tls_suite *suite) {
    return suite->key_exchange == TLS_KEY_EXCHANGE_SRP;
}
static bool suite_is_ccm(const struct tls_suite *suite) {
    return strstr(suite->name, "CCM") != NULL;
}
static bool suite_is_dsa(const struct tls_suite *suite) {
    return suite->authentication == TLS_AUTHENTICATION_DSA;
}
static bool suite_is_ecdsa(const struct tls_suite *suite) {
    return suite->authentication == TLS_AUTHENTICATION_ECDSA;
}
static bool suite_is_rsa_exchange(const struct tls_suite *suite) {
    return suite->key_exchange == TLS_KEY_EXCHANGE_RSA;
}
static bool suite_is_dhe(const struct tls_suite *suite) {
    return suite->key_exchange == TLS_KEY_EXCHANGE_DHE || suite->key_exchange == TLS_KEY_EXCHANGE_DH_STATIC;
}
static bool suite_is_cbc(const struct tls_suite *suite) {
    return suite->strength <= TLS_STRENGTH_CBC;
}
static bool suite_is_rsa_authenticated(const struct tls_suite *suite) {
    return suite->authentication == TLS_AUTHENTICATION_RSA;
}

/* The most telling first. Before TLS 1.2 there was nothing but CBC and RC4, and RSA everywhere: no oddity there. */
static const struct {
    const char *name;
    bool (*test)(const struct tls_suite *suite);
    uint16_t from_version; /* of the highest version offered */
} oddities[] = {
    {"null_or_anonymous", suite_is_null, 0},
    {"export", suite_is_export, 0},
    {"obsolete", suite_is_obsolete, 0},
    {"psk", suite_is_psk, 0},
    {"srp", suite_is_srp, 0},
    {"ccm", suite_is_ccm, 0},
    {"dsa", suite_is_dsa, 0},
    {"ecdsa", suite_is_ecdsa, 0},
    {"rsa_key_exchange", suite_is_rsa_exchange, TLS_VERSION_12},
    {"dhe", suite_is_dhe, 0},
    {"cbc", suite_is_cbc, TLS_VERSION_12},
    {"rsa_authentication", suite_is_rsa_authenticated, TLS_VERSION_12},
};

static bool all_are(const struct offer *offer, bool (*test)(const struct tls_suite *suite)) {
    for (unsigned i = 0; i < offer->known_count; i++)
        if (!test(offer->known[i])) return false;
    return offer->known_count > 0;
}

static const char *offer_oddity(const struct offer *offer, uint16_t max_version) {
    if (offer->known_count == 0) return offer->unknown_count > 0 ? "unknown" : NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(oddities); i++)
        if (max_version >= oddities[i].from_version && all_are(offer, oddities[i].test)) return oddities[i].name;
    return NULL;
}

/* The versions that a server may choose from, as far as the hello says. */
static bool offers_tls13(const struct tls_client_hello *hello) {
    return hello->versions.present && reading_offers(&hello->versions, TLS_VERSION_13);
}
static bool offers_older(const struct facts *facts, const struct tls_client_hello *hello) {
    if (!hello->versions.present) return true;
    return facts_has(facts, FACT_CLIENT_MIN_VERSION) && facts_integer(facts, FACT_CLIENT_MIN_VERSION) < TLS_VERSION_13;
}

/* A hello is as odd as the odder of its two parts: a server that speaks one of them only has to take that one. */
static const char *suites_oddity(const struct facts *facts, const struct tls_client_hello *hello,
                                 const struct offers *offers) {
    const char *odd = NULL;
    uint16_t max_version = (uint16_t)facts_integer(facts, FACT_CLIENT_MAX_VERSION);
    if (facts_integer(facts, FACT_CLIENT_SUITE_COUNT) == 0) return "none";
    if (offers_tls13(hello)) {
        odd = offer_oddity(&offers->tls13, max_version);
        if (odd == NULL && offers->tls13.known_count + offers->tls13.unknown_count == 1) odd = "tls13_single";
    }
    if (odd != NULL || !offers_older(facts, hello)) return odd;
    return offer_oddity(&offers->older, max_version);
}

static void build_suites_oddity(struct facts *facts, const struct tls_client_hello *hello) {
    struct offers offers;
    offers_collect(hello, &offers);
    facts_set_name(facts, FACT_CLIENT_SUITES_ODD, suites_oddity(facts, hello, &offers));
    const struct offer *best = offers_tls13(hello) ? &offers.tls13 : &offers.older;
    unsigned count = best->known_count + best->unknown_count;
    facts_set_boolean(facts, FACT_CLIENT_SUITES_NARROW, count > 0 && count <= 2 && !hello->suites_truncated);
    bool suites_psk = !offers_tls13(hello) && all_are(&offers.older, suite_is_psk);
    bool tls13_psk = offers_tls13(hello) && !offers_older(facts, hello) && hello->has_psk && !hello->groups.present;
    facts_set_boolean(facts, FACT_CLIENT_PSK_ONLY, suites_psk || tls13_psk);
}

/* x25519, secp256r1 and secp384r1: what nearly every server has one of. */
static void build_groups_oddity(struct facts *facts, const struct tls_client_hello *hello) {
    static const uint16_t usual[] = {29, 23, 24};
    bool odd = true;
    unsigned count = 0;
    if (!hello->groups.present || hello->groups.truncated) return;
    for (uint16_t i = 0; i < hello->groups.count; i++)
        if (!tls_is_grease(hello->groups.codes[i])) count++;
    for (size_t i = 0; i < ARRAY_LENGTH(usual); i++)
        odd = odd && !reading_offers(&hello->groups, usual[i]);
    facts_set_boolean(facts, FACT_CLIENT_GROUPS_ODD, odd);
    facts_set_boolean(facts, FACT_CLIENT_GROUPS_NARROW, count == 1);
}

enum kind { KIND_NONE, KIND_RSA, KIND_ECDSA, KIND_EDDSA, KIND_DSA, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {NULL, "rsa", "ecdsa", "eddsa", "dsa"};

/* What kind of key a signature scheme is for; nothing for MD5 and SHA-1. RFC 8446 section 4.2.3; before TLS 1.3 the
 * code is a pair of hash and signature (RFC 5246 section 7.4.1.4.1), of which 4 to 6 are SHA-2 and 3 is SHA-224. */
static enum kind scheme_kind(uint16_t scheme) {
    static const enum kind by_signature[] = {KIND_NONE, KIND_RSA, KIND_DSA, KIND_ECDSA};
    unsigned hash = scheme >> 8, signature = scheme & 0xffU;
    if (scheme == 0x0807 || scheme == 0x0808) return KIND_EDDSA;
    if (hash == 8 && ((signature >= 0x04 && signature <= 0x06) || (signature >= 0x09 && signature <= 0x0b)))
        return KIND_RSA;
    if (hash == 8 && signature >= 0x1a && signature <= 0x1c) return KIND_ECDSA;
    return hash >= 3 && hash <= 6 && signature < ARRAY_LENGTH(by_signature) ? by_signature[signature] : KIND_NONE;
}

static void build_signatures_oddity(struct facts *facts, const struct tls_client_hello *hello) {
    const struct tls_code_list *list = &hello->signature_algorithms;
    bool covered[KIND_COUNT] = {false}, any = false;
    if (!list->present || list->truncated) return;
    for (uint16_t i = 0; i < list->count; i++)
        covered[scheme_kind(list->codes[i])] = true;
    facts_list_begin(facts, FACT_CLIENT_SIGNATURES_KIND);
    for (int kind = KIND_RSA; kind < KIND_COUNT; kind++) {
        if (!covered[kind]) continue;
        facts_list_add_name(facts, FACT_CLIENT_SIGNATURES_KIND, kind_names[kind]);
        any = true;
    }
    if (!any) facts_list_add_name(facts, FACT_CLIENT_SIGNATURES_KIND, "sha1_only");
    facts_set_boolean(facts, FACT_CLIENT_SIGNATURES_ODD, !covered[KIND_RSA] || !covered[KIND_ECDSA]);
}

static const char *versions_oddity(const struct facts *facts, const struct tls_client_hello *hello) {
    int64_t highest = facts_integer(facts, FACT_CLIENT_MAX_VERSION);
    if (hello->ssl2_format) return "ssl2";
    if (!facts_is(facts, FACT_CLIENT_VERSIONS_KNOWN)) return "unknown";
    if (highest < TLS_VERSION_12) return "old";
    return offers_tls13(hello) && !offers_older(facts, hello) ? "only_tls13" : NULL;
}

void build_client_offer(struct facts *facts, const struct reading *reading) {
    if (!reading->has_hello || !reading->hello_well_formed) return;
    facts_set_name(facts, FACT_CLIENT_VERSIONS_ODD, versions_oddity(facts, &reading->hello));
    build_suites_oddity(facts, &reading->hello);
    build_groups_oddity(facts, &reading->hello);
    build_signatures_oddity(facts, &reading->hello);
}
