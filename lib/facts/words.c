/* The words of facts whose set is fixed: what a rule may compare them with. */
#include "facts/facts.h"

#include <string.h>

#define WORDS(...)                                                                                                     \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }
#define SIDES WORDS("client", "server")

/* What can be wrong with a chain, and what alerts are used for beyond what can be seen (causes.md, server_cert). */
#define FAULTS                                                                                                         \
    WORDS("bad_chain", "expired", "not_yet_valid", "self_signed", "missing_intermediate", "unknown_ca", "wrong_usage", \
          "name_mismatch", "weak", "revoked", "unsupported", "status_refused")

/* RFC 8446 section 6, with those of older versions and of extensions (IANA: TLS Alerts). */
#define ALERTS                                                                                                         \
    WORDS("close_notify", "unexpected_message", "bad_record_mac", "decryption_failed", "record_overflow",              \
          "decompression_failure", "handshake_failure", "no_certificate", "bad_certificate",                           \
          "unsupported_certificate", "certificate_revoked", "certificate_expired", "certificate_unknown",              \
          "illegal_parameter", "unknown_ca", "access_denied", "decode_error", "decrypt_error",                         \
          "too_many_cids_requested", "export_restriction", "protocol_version", "insufficient_security",                \
          "internal_error", "inappropriate_fallback", "user_canceled", "no_renegotiation", "missing_extension",        \
          "unsupported_extension", "certificate_unobtainable", "unrecognized_name", "bad_certificate_status_response", \
          "bad_certificate_hash_value", "unknown_psk_identity", "certificate_required", "general_error",               \
          "no_application_protocol", "ech_required")

static const char *const *const words[FACT_COUNT] = {
    [FACT_END_KIND] = WORDS("alert", "rst", "fin", "silence", "plaintext", "refusal", "capture", "none"),
    [FACT_END_BY] = SIDES,
    [FACT_END_CLOSED_BY] = SIDES,
    [FACT_END_CLOSED_WITH] = WORDS("fin", "rst"),
    [FACT_TCP_ICMP] = WORDS("host_unreachable", "port_unreachable", "network_unreachable", "prohibited",
                            "fragmentation_needed", "time_exceeded", "other"),
    [FACT_RST_FROM] = SIDES,
    [FACT_RST_STRONG_SIGNS] = WORDS("ttl", "early", "talks_on"),
    [FACT_FIN_FROM] = SIDES,
    [FACT_FIN_STRONG_SIGNS] = WORDS("ttl", "early", "talks_on"),
    [FACT_FIN_WEAK_SIGNS] = WORDS("no_timestamps", "odd_ip_id", "other_names_pass"),
    [FACT_RST_WEAK_SIGNS] =
        WORDS("no_timestamps", "odd_window", "odd_ip_id", "out_of_window", "several", "both_sides", "other_names_pass"),
    [FACT_RST_ACK] = WORDS("all", "less", "nothing"),
    [FACT_PATH_SERVER_LOST] = WORDS("full_size", "all", "some"),
    [FACT_PATH_CLIENT_LOST] = WORDS("full_size", "all", "some"),
    [FACT_PHASE] = WORDS("tcp", "client_hello", "hello_retry", "server_hello", "certificate", "server_done",
                         "client_certificate", "client_key_exchange", "finished", "done"),
    [FACT_ALERT_FROM] = SIDES,
    [FACT_ALERT_LEVEL] = WORDS("warning", "fatal"),
    [FACT_ALERT_NAME] = ALERTS,
    [FACT_ALERT_SECOND_NAME] = ALERTS,
    [FACT_ALERT_SUGGESTS] = FAULTS,
    [FACT_CLIENT_SUITES_ODD] =
        WORDS("none", "unknown", "null_or_anonymous", "export", "obsolete", "cbc", "rsa_key_exchange", "dhe", "psk",
              "srp", "ccm", "ecdsa", "dsa", "rsa_authentication", "tls13_single"),
    [FACT_CLIENT_SIGNATURES_KIND] = WORDS("rsa", "ecdsa", "eddsa", "dsa", "sha1_only"),
    [FACT_CLIENT_SERVER_NAME_ODD] = WORDS("address", "empty", "syntax", "trailing_dot", "single_label"),
    [FACT_SERVER_CERT_FAULT] = FAULTS,
    [FACT_SERVER_CERT_FAULTS] = FAULTS,
    [FACT_SERVER_CERT_FITTING] = FAULTS,
    [FACT_SERVER_CERT_KEY_KIND] = WORDS("rsa", "ecdsa", "eddsa", "dsa"),
    [FACT_CLIENT_CERT_FAULT] = FAULTS,
    [FACT_CLIENT_CERT_FAULTS] = FAULTS,
    [FACT_CLIENT_CERT_FITTING] = FAULTS,
    [FACT_CLIENT_VERSIONS_ODD] = WORDS("old", "only_tls13", "unknown", "ssl2"),
    [FACT_ALERT_EARLIER_WARNING] = ALERTS,
    [FACT_ALERT_EARLIER_FROM] = SIDES,
    [FACT_PLAINTEXT_ANSWER] = WORDS("alert", "text", "close", "none"),
    [FACT_CLIENT_MALFORMED] = WORDS("oversized_record", "bad_message"),
    [FACT_SERVER_MALFORMED] = WORDS("oversized_record", "bad_message"),
    [FACT_SHAPE_SERVER_FLIGHT] = WORDS("none", "begun", "whole"),
    [FACT_SHAPE_REQUEST] = WORDS("no", "likely", "answered"),
    [FACT_SHAPE_CLIENT_ANSWER] = WORDS("none", "alert", "empty_certificate", "certificate", "finished", "unclear"),
    [FACT_SHAPE_SERVER_ANSWER] = WORDS("none", "alert", "talks", "closes"),
    [FACT_UPGRADE_ANSWER] = WORDS("granted", "refused", "none"),
    [FACT_UPGRADE_PROXY_HEADER] = WORDS("v1", "v2"),
    [FACT_SHAPE_COMPLETION] = WORDS("proven", "open", "dropped", "refused", "unfinished", "unknown"),
};

const char *const *fact_words(enum fact fact) {
    return words[fact];
}

bool fact_word_is_known(enum fact fact, const char *word) {
    if (words[fact] == NULL) return true;
    for (const char *const *known = words[fact]; *known != NULL; known++)
        if (strcmp(*known, word) == 0) return true;
    return false;
}
