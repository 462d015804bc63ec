"""The golden cases: which scenario of the laboratory makes each capture, what broke, and what an honest reader of
the packets must say. The expectation is reasoned from the scenario and docs/causes.md, before any output is looked at.

Expected events name only the fields that matter; None means that the field must be absent.
"""
from dataclasses import dataclass

NAME = "shop.example"
FATAL, WARNING = "fatal", "warning"
ALERT_NAMES = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 50: "decode_error", 51: "decrypt_error", 70: "protocol_version",
    80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 110: "unsupported_extension",
    112: "unrecognized_name", 120: "no_application_protocol",
}


@dataclass(frozen=True)
class Case:
    """FOLDER below tests/golden, SCENARIO of tests/live/lab, WHAT broke, WHY this verdict, the EVENTS expected."""
    folder: str
    scenario: str
    what: str
    why: str
    events: tuple


def alert(side, number):
    """An alert in plain text."""
    return {"from": side, "level": FATAL, "number": number, "name": ALERT_NAMES[number], "encrypted": False}


def hidden_alert(side):
    """A record of an alert's size that cannot be read."""
    return {"from": side, "number": None, "name": None, "encrypted": True}


def fields(cause, confidence, phase=None, said=None, at_fault=None, alternatives=()):
    """The tlswhy object of a failure, as far as it matters."""
    body = {"schema": 1, "cause": cause, "confidence": confidence,
            "sight": {"gaps": 0, "one_sided": False, "midstream": False}}
    if phase:
        body["phase"] = phase
    if said:
        body["alert"] = said
    if at_fault:
        body["at_fault"] = at_fault
    if alternatives:
        body["alternatives"] = [{"cause": other} for other in alternatives]
    return body


def failed(cause, confidence, version=None, name=NAME, **keys):
    """A failure event."""
    body = fields(cause, confidence, **keys)
    number = body.get("alert", {}).get("number")
    tls = {"established": False}
    if version:
        tls["version"] = version
    if name:
        tls["client"] = {"server_name": name}
    error = {"type": cause}
    if "alert" in body and number is not None:
        error["code"] = str(number)
    return {"event": {"kind": "alert", "outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
            "error": error, "network": {"transport": "tcp", "type": "ipv4"}, "tls": tls, "tlswhy": body}


def before_tls(cause, confidence="observed", at_fault=None):
    """A failure before any TLS: no tls object is asked for."""
    body = {"cause": cause, "confidence": confidence}
    if at_fault:
        body["at_fault"] = at_fault
    return {"event": {"outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
            "network": {"transport": "tcp", "type": "ipv4"}, "tlswhy": body}


def finished(version, resumed=False, name=NAME, phase="done"):
    """A success event; PHASE is None where it depends on who closes a moment earlier."""
    return {"event": {"kind": "event", "outcome": "success", "dataset": "tlswhy.handshake"},
            "tls": {"established": True, "resumed": resumed, "version": version, "client": {"server_name": name}},
            "tlswhy": {"cause": None, "alert": None, **({"phase": phase} if phase else {})}}


TCP = (
    Case("tcp_refused", "tcp/refused/openssl/443", "Nothing listens on port 443.",
         "The SYN is answered by a RST, on a port where TLS is to be expected.", (before_tls("tcp.refused"),)),
    Case("tcp_no_answer", "tcp/no_answer/curl/443", "The path drops the SYN to port 443 without a word.",
         "The SYN and its retransmissions are never answered; the client gives up after six seconds.",
         (before_tls("tcp.no_answer"),)),
    Case("tcp_unreachable", "tcp/unreachable/curl/443", "The router has no way to the server.",
         "An ICMP host unreachable that quotes the SYN answers it.", (before_tls("tcp.unreachable"),)),
)

HELLO = (
    Case("hello_version_old_client", "hello/version/openssl/1.0", "The client speaks TLS 1.0 only, the server 1.2 and "
         "up.",
         "The server's alert protocol_version names the cause.",
         (failed("hello.version_mismatch", "observed", phase="client_hello", said=alert("server", 70)),)),
    Case("hello_version_old_server", "hello/version_chosen/openssl/1.1", "The client speaks TLS 1.2 only, the server "
         "1.1 only.",
         "The server chooses 1.1 and sends its flight; the client's alert protocol_version refuses it.",
         (failed("hello.version_mismatch", "observed", said=alert("client", 70)),)),
    Case("hello_version_dialect", "hello/version/gnutls/client13_server12", "The client speaks TLS 1.3 only, the "
         "server, GnuTLS, 1.2 only.", "GnuTLS says handshake_failure, which names nothing. What is odd about the "
         "hello is that it offers TLS 1.3 alone, so the version is the inference.",
         (failed("hello.version_mismatch", "inferred", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_cipher_ecdsa_only", "hello/cipher_ecdsa/nginx/1.2", "The client offers ECDSA suites only, the server "
         "has an RSA certificate.", "handshake_failure names nothing, but the offer is odd in just one respect: its "
         "suites.",
         (failed("hello.cipher_mismatch", "inferred", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_cipher_tls13", "hello/cipher_ccm/openssl/1.3", "A TLS 1.3 client offers AES-CCM only.",
         "handshake_failure names nothing; a single unusual suite is what is odd.",
         (failed("hello.cipher_mismatch", "inferred", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_group", "hello/group/go/1.3", "The client offers X448 only, Go does not have it.",
         "handshake_failure names nothing; a single unusual group is what is odd.",
         (failed("hello.group_mismatch", "inferred", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_signature", "hello/signature/nginx/1.3", "The client takes ECDSA signatures only, the server has an "
         "RSA certificate.", "handshake_failure names nothing; signature algorithms without RSA are what is odd.",
         (failed("hello.signature_mismatch", "inferred", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_alpn", "hello/alpn/nginx/1.3", "The client offers ALPN smb only, nginx speaks http/1.1.",
         "The alert no_application_protocol names the cause.",
         (failed("hello.alpn_mismatch", "observed", phase="client_hello", said=alert("server", 120)),)),
    Case("hello_missing_sni", "hello/missing_sni/nginx/1.3", "nginx serves known names only; the hello has no SNI.",
         "unrecognized_name in answer to a hello without a name.",
         (failed("hello.missing_sni", "observed", name=None, phase="client_hello", said=alert("server", 112)),)),
    Case("hello_missing_sni_dialect", "hello/missing_sni/go/1.2", "A Go server that needs a name; the hello has no "
         "SNI.",
         "Go says internal_error, which names nothing; the missing name is what is odd about the hello.",
         (failed("hello.missing_sni", "inferred", name=None, phase="client_hello", said=alert("server", 80)),)),
    Case("hello_unknown_sni", "hello/unknown_sni/python/1.3", "The server does not serve the name asked for.",
         "The alert unrecognized_name in answer to a hello with a name.",
         (failed("hello.unknown_sni", "observed", name="nosuch.example", phase="client_hello",
                 said=alert("server", 112)),)),
    Case("hello_fallback", "hello/fallback/openssl/1.2", "A retry at TLS 1.2, marked TLS_FALLBACK_SCSV, meets a "
         "server of TLS 1.3.", "The alert inappropriate_fallback names the cause.",
         (failed("hello.fallback_refused", "observed", phase="client_hello", said=alert("server", 86)),)),
    Case("hello_malformed", "hello/malformed_duplicate_extension/nginx", "The hello has supported_groups twice.",
         "RFC 8446 section 4.2 forbids it, and the server says illegal_parameter.",
         (failed("hello.malformed", "observed", phase="client_hello", said=alert("server", 47)),)),
    Case("hello_malformed_truncated", "hello/malformed_truncated/openssl", "The hello ends inside its list of suites.",
         "The message contradicts itself, and the server says decode_error.",
         (failed("hello.malformed", "observed", name=None, phase="client_hello", said=alert("server", 50)),)),
    Case("hello_rejected", "hello/alert_40/java", "The server says handshake_failure to an ordinary hello.",
         "Nothing in the hello is odd, nothing else is known of the server: no narrower cause would be honest.",
         (failed("hello.rejected", "observed", phase="client_hello", said=alert("server", 40)),)),
    Case("hello_internal_error", "hello/alert_80/node", "The server says internal_error to an ordinary hello.",
         "The alert says what it says, and nothing in the hello is odd.",
         (failed("handshake.internal_error", "observed", phase="client_hello", said=alert("server", 80)),)),
    Case("hello_reset", "hello/reset/go/1.3", "The server resets the connection on the hello.",
         "A RST with the server's own TTL, window and timestamps.", (failed("hello.reset", "observed",
                                                                            phase="client_hello"),)),
    Case("hello_closed", "hello/close/openssl/1.2", "The server closes the connection on the hello.",
         "The server's FIN came first; the client's alert decode_error behind it is a reaction.",
         (failed("hello.closed", "observed", phase="client_hello"),)),
    Case("hello_no_reply", "hello/silent/curl/1.3", "The server accepts the connection and never answers.",
         "The hello was acknowledged by TCP; the client gives up after five seconds.",
         (failed("hello.no_reply", "observed", phase="client_hello"),)),
)

PROTOCOL = (
    Case("protocol_http_to_tls_port", "protocol/http/nginx", "A plain HTTP request reaches a port that speaks TLS.",
         "The client's first bytes are an HTTP request.", (before_tls("protocol.http_to_tls_port"),)),
    Case("protocol_http_alert_elsewhere", "protocol/http/gnutls", "A plain HTTP request reaches a TLS server on a port "
         "where TLS is not to be expected.",
         "The server, GnuTLS, answers by a TLS alert: whoever sends one speaks TLS, whatever the port.",
         (before_tls("protocol.http_to_tls_port"),)),
    Case("protocol_plaintext_client", "protocol/ssh/openssl", "An SSH client reaches a port that speaks TLS.",
         "The client's first bytes are an SSH banner.", (before_tls("protocol.plaintext_client"),)),
    Case("protocol_plaintext_server", "protocol/tls_to_smtp/openssl", "A TLS client reaches a plain SMTP server.",
         "The server greets with 220 before, and answers the hello with 500 after it.",
         (before_tls("protocol.plaintext_server"),)),
    Case("protocol_plaintext_server_http", "protocol/tls_to_http/curl", "A TLS client reaches a plain HTTP server.",
         "The server answers the hello with HTTP/1.1 400.", (before_tls("protocol.plaintext_server"),)),
)


def bad_chain(folder, scenario, cause, number, what, why, at_fault="server"):
    """A TLS 1.2 client refuses a chain that can be read."""
    return Case(folder, scenario, what, why,
                (failed(cause, "observed", version="1.2", phase="server_done", said=alert("client", number),
                        at_fault=at_fault),))


READABLE = "The chain is in plain text: "
SERVER_CERT = (
    bad_chain("server_cert_expired", "server_cert/expired/openssl/1.2", "server_cert.expired", 45,
              "The server's certificate expired three days ago.", READABLE + "its notAfter is before the packet's "
              "time, and the alert says the same."),
    bad_chain("server_cert_expired_dialect", "server_cert/expired/go/1.2", "server_cert.expired", 42,
              "The same, refused by Go.", READABLE + "bad_certificate is what Go says for every fault; the certificate "
              "outweighs the alert's number."),
    bad_chain("server_cert_expired_intermediate", "server_cert/expired_intermediate/openssl/1.2",
              "server_cert.expired", 45,
              "An intermediate CA of the server's chain expired ten days ago.", READABLE + "the leaf is fine, the CA "
              "above it is past its notAfter."),
    bad_chain("server_cert_not_yet_valid", "server_cert/not_yet_valid/python/1.2", "server_cert.not_yet_valid", 42,
              "The server's certificate becomes valid in five days.", READABLE + "its notBefore is after the packet's "
              "time.", at_fault=None),
    bad_chain("server_cert_self_signed", "server_cert/self_signed/java/1.2", "server_cert.self_signed", 46,
              "The server's certificate is self-signed.", READABLE + "issuer and subject are the same and it is no "
              "trusted root; Java's certificate_unknown fits.", at_fault=None),
    bad_chain("server_cert_missing_intermediate", "server_cert/missing_intermediate/gnutls/1.2",
              "server_cert.missing_intermediate", 42, "The server sends its leaf without the intermediate CA.",
              READABLE + "one certificate, whose issuer is neither sent nor a trusted root."),
    bad_chain("server_cert_unknown_ca", "server_cert/unknown_ca_with_root/openssl/1.2", "server_cert.unknown_ca", 48,
              "The server's chain ends at a root that nobody trusts.", READABLE + "leaf, intermediate and root are all "
              "sent, and the root is not a trusted one.", at_fault=None),
    bad_chain("server_cert_name_mismatch", "server_cert/wrong_name/openssl/1.2", "server_cert.name_mismatch", 42,
              "The server's certificate is for another name.", READABLE + "shop.example is asked for, other.example "
              "is in it.", at_fault=None),
    bad_chain("server_cert_wrong_usage", "server_cert/wrong_usage/openssl/1.2", "server_cert.wrong_usage", 43,
              "The server's certificate is for clients only.", READABLE + "its extended key usage is clientAuth."),
    bad_chain("server_cert_weak_key", "server_cert/weak_key/curl/1.2", "server_cert.weak", 42,
              "The server's RSA key has 1024 bits.", READABLE + "the key is below 2048 bits and nothing else is "
              "wrong."),
    bad_chain("server_cert_weak_hash", "server_cert/weak_hash/gnutls/1.2", "server_cert.weak", 42,
              "The server's certificate is signed with SHA-1.", READABLE + "the hash is too weak and nothing else is "
              "wrong."),
    bad_chain("server_cert_bad_signature", "server_cert/bad_signature/curl/1.2", "server_cert.bad_chain", 51,
              "A bit of the leaf's signature is wrong.", READABLE + "the issuer was sent and its key does not verify "
              "the leaf's signature."),
    bad_chain("server_cert_revoked", "server_cert/revoked/openssl/1.2", "server_cert.revoked", 44,
              "The server's certificate is revoked.", "The chain looks sound; certificate_revoked names one thing "
              "alone."),
    bad_chain("server_cert_must_staple", "server_cert/must_staple/gnutls/1.2", "server_cert.status_refused", 42,
              "The leaf demands a stapled OCSP response, and none came.", READABLE + "it has the TLS feature "
              "extension of RFC 7633, the server sent no CertificateStatus, and nothing else is wrong."),
    Case("server_cert_expired_ipv6", "server_cert/expired_ipv6/openssl/1.2", "The server's certificate is expired, "
         "over IPv6.",
         READABLE + "its notAfter is before the packet's time.",
         ({"event": {"outcome": "failure"}, "network": {"type": "ipv6"}, "destination": {"ip": "fd77::2"},
           "tlswhy": {"cause": "server_cert.expired", "confidence": "observed", "at_fault": "server"}},)),
    Case("server_cert_tls13_alert_45", "server_cert/expired/openssl/1.3", "The server's certificate is expired, TLS "
         "1.3.",
         "The chain is encrypted, but OpenSSL's alert is not, and certificate_expired names one thing alone.",
         (failed("server_cert.expired", "observed", version="1.3", said=alert("client", 45)),)),
    Case("server_cert_tls13_alert_48", "server_cert/unknown_ca/python/1.3", "The server's root is not trusted, TLS "
         "1.3.",
         "The chain is encrypted and OpenSSL says unknown_ca for an unknown root, a missing intermediate and a "
         "self-signed leaf alike: the wider cause, with these three as alternatives.",
         (failed("server_cert.rejected", "observed", version="1.3", said=alert("client", 48),
                 alternatives=("server_cert.unknown_ca", "server_cert.missing_intermediate",
                               "server_cert.self_signed")),)),
    Case("server_cert_tls13_hidden", "server_cert/expired/go/1.3", "The server's certificate is expired, TLS 1.3, Go.",
         "An encrypted record of an alert's size instead of the client's Finished: it refused the server's flight. Why "
         "cannot be seen.",
         (failed("server_cert.rejected", "inferred", version="1.3", said=hidden_alert("client")),)),
)


def bad_client(folder, scenario, cause, number, what, why, at_fault="client"):
    """A TLS 1.2 server refuses a client certificate that can be read."""
    return Case(folder, scenario, what, why,
                (failed(cause, "observed", version="1.2", phase="finished", said=alert("server", number),
                        at_fault=at_fault),))


CLIENT_CERT = (
    bad_client("client_cert_missing", "client_cert/missing/openssl-openssl/1.2", "client_cert.missing", 40,
               "The server asks for a client certificate, the client has none.", "CertificateRequest, an empty "
               "Certificate, then the server's alert."),
    bad_client("client_cert_expired", "client_cert/expired/openssl-python/1.2", "client_cert.expired", 45,
               "The client's certificate is expired.", READABLE + "past its notAfter, and the alert says the same."),
    bad_client("client_cert_expired_dialect", "client_cert/expired/openssl-go/1.2", "client_cert.expired", 42,
               "The same, refused by Go.", READABLE + "the certificate outweighs bad_certificate."),
    bad_client("client_cert_unknown_ca", "client_cert/unknown_ca/openssl-python/1.2", "client_cert.unknown_ca", 48,
               "The client's CA is not trusted by the server, which names no authorities.", "unknown_ca, and there is "
               "no list of authorities that the issuer could be missing from.", at_fault=None),
    bad_client("client_cert_wrong_usage", "client_cert/wrong_usage/openssl-openssl/1.2", "client_cert.wrong_usage", 43,
               "The client's certificate is for servers only.", READABLE + "its extended key usage is serverAuth."),
    bad_client("client_cert_weak_key", "client_cert/weak_key/openssl-openssl/1.2", "client_cert.weak", 42,
               "The client's RSA key has 1024 bits.", READABLE + "the key is too small and nothing else is wrong."),
    bad_client("client_cert_bad_proof", "client_cert/bad_proof/openssl/1.2", "client_cert.bad_proof", 51,
               "CertificateVerify does not match the client's certificate.", "decrypt_error after CertificateVerify, "
               "under a client certificate that is sound."),
    Case("client_cert_tls13_missing", "client_cert/missing/openssl-go/1.3",
         "The server asks for a client certificate, the client has none, TLS 1.3.", "The server's flight holds a "
         "record more, a CertificateRequest; the client's first record has the size of an empty Certificate; the "
         "server's answer has that of an alert.",
         (failed("client_cert.missing", "inferred", version="1.3", said=hidden_alert("server"), at_fault="client"),)),
    Case("client_cert_tls13_refused", "client_cert/expired/openssl-openssl/1.3", "The client's certificate is "
         "expired, TLS 1.3.", "The client's flight has the size of a Certificate, a CertificateVerify and a Finished; "
         "the server's answer has that of an alert. Why cannot be seen.",
         (failed("client_cert.rejected", "inferred", version="1.3", said=hidden_alert("server")),)),
)

KEYS = (
    Case("key_weak_parameters", "key/dh_1024/openssl-openssl/1.2", "The server's Diffie-Hellman prime has 1024 bits.",
         "The size stands in ServerKeyExchange; the chain is sound; the client says handshake_failure right after it.",
         (failed("key.weak_parameters", "observed", version="1.2", phase="server_done", said=alert("client", 40),
                 at_fault="server"),)),
    Case("key_mismatch", "key/finished/openssl/1.2", "A bit of the client's Finished changed on its way.",
         "bad_record_mac from the server right after the client's Finished.",
         (failed("key.mismatch", "observed", version="1.2", phase="finished", said=alert("server", 20)),)),
    Case("key_mismatch_tls13", "key/flight/openssl/1.3", "A bit of the server's first encrypted record changed on its "
         "way.",
         "bad_record_mac from the client, in plain text.",
         (failed("key.mismatch", "observed", version="1.3", said=alert("client", 20)),)),
)

HANDSHAKE = (
    Case("handshake_reset", "handshake/reset_after_flight/curl/1.2", "The server resets instead of its Finished.",
         "The RST comes after the client's Finished, from the server, with its own TTL.",
         (failed("handshake.reset", "observed", version="1.2", phase="finished"),)),
    Case("handshake_closed", "handshake/close_after_hello/go/1.2", "The server closes behind its ServerHello.",
         "A FIN from the server in the middle of its flight, no alert.",
         (failed("handshake.closed", "observed", version="1.2", phase="server_hello"),)),
    Case("handshake_stalled", "handshake/stall_after_hello/openssl/1.2", "The server falls silent behind its "
         "ServerHello.",
         "All bytes were acknowledged; after six seconds the client gives up by FIN.",
         (failed("handshake.stalled", "observed", version="1.2", phase="server_hello"),)),
    Case("handshake_abandoned", "handshake/client_close/nginx/1.2", "The client leaves after the server's flight.",
         "A FIN from the client, no alert, under a chain that is sound.",
         (failed("handshake.abandoned", "observed", version="1.2", phase="server_done"),)),
    Case("handshake_abandoned_reset", "handshake/client_reset/openssl/1.2", "The client resets after the server's "
         "flight.",
         "A RST from the client, no alert, under a chain that is sound.",
         (failed("handshake.abandoned", "observed", version="1.2", phase="server_done"),)),
    Case("handshake_cancelled", "handshake/client_cancelled/openssl/1.2", "The client cancels after the server's "
         "flight.",
         "The alerts user_canceled and close_notify, in plain text.",
         (failed("handshake.cancelled", "observed", version="1.2", phase="server_done",
                 said={"from": "client", "level": WARNING, "number": 90, "name": "user_canceled",
                       "encrypted": False}),)),
    Case("handshake_internal_error", "handshake/alert_80/server/1.2", "The server fails behind its ServerHello.",
         "The alert internal_error names nothing more, and the hellos were accepted.",
         (failed("handshake.internal_error", "observed", version="1.2", phase="server_hello", said=alert("server",
                                                                                                         80)),)),
    Case("handshake_protocol_error", "handshake/alert_10/client/1.2", "The client found a message where it had no "
         "place.",
         "The alert unexpected_message after the hellos, under a chain that is sound.",
         (failed("handshake.protocol_error", "observed", version="1.2", phase="server_done", said=alert("client",
                                                                                                        10)),)),
)

SUCCESS = (
    Case("success_tls10", "control/pair/openssl-openssl/1.0", "Nothing: TLS 1.0.", "Both Finished went out.",
         (finished("1.0"),)),
    Case("success_tls12", "control/pair/gnutls-openssl/1.2", "Nothing: TLS 1.2.", "Both Finished went out.",
         (finished("1.2"),)),
    Case("success_tls13", "control/pair/curl-gnutls/1.3", "Nothing: TLS 1.3.", "The client's Finished went out and the "
         "server went on talking.", (finished("1.3"),)),
    Case("success_tls12_resumed", "control/resumed_python/go/1.2", "Nothing: one full handshake, two resumed ones.",
         "The server's Finished comes first, there is no Certificate.",
         (finished("1.2"), finished("1.2", resumed=True), finished("1.2", resumed=True))),
    Case("success_tls13_resumed", "control/resumed_python/go/1.3", "Nothing: one full handshake, two resumed ones.",
         "The ServerHello selects a pre-shared key.",
         (finished("1.3"), finished("1.3", resumed=True), finished("1.3", resumed=True))),
    Case("success_hello_retry", "control/hello_retry/openssl-openssl/1.3", "Nothing: HelloRetryRequest, which the "
         "client satisfies.", "A retry that was satisfied is no failure.", (finished("1.3"),)),
    Case("success_client_auth", "control/client_auth/good-nginx/1.2", "Nothing: a client certificate that is accepted.",
         "Both Finished went out.", (finished("1.2"),)),
    Case("success_http_400", "control/http_400_missing/nginx/1.2", "nginx wants a client certificate and has none.",
         "It finishes the handshake and answers HTTP 400 inside: a success on the wire.", (finished("1.2"),)),
    Case("success_left_at_once", "control/left_after_finished/openssl/1.3", "Nothing: the client closes without a "
         "request.",
         "Its Finished went out, and the server answered with tickets.", (finished("1.3"),)),
    Case("success_late_refusal", "control/late_refusal_expired/curlgnutls/1.2", "The certificate is expired, and the "
         "client looks at it after the handshake.", "Both Finished went out: a success on the wire (docs/causes.md, "
         "the grey zone).",
         (finished("1.2"),)),
    Case("success_early_data", "control/resumed_gnutls_early_data/gnutls/1.3", "Nothing: a full handshake, then a "
         "resumed one with early data.", "The first client leaves right behind its Finished: a success, though no "
         "byte of the server proves it. The second ServerHello selects a pre-shared key, and application data goes "
         "before Finished.",
         (finished("1.3", phase=None), finished("1.3", resumed=True))),
    Case("silent_health_check", "control/connect_and_close/nginx", "Nothing: a health check connects and closes.",
         "Without a ClientHello there is no handshake to report, not even with --all.", ()),
    Case("silent_port_scan", "control/connect_and_reset/openssl", "Nothing: a scanner connects and resets.",
         "Without a ClientHello there is no handshake to report.", ()),
)

CASES = TCP + HELLO + PROTOCOL + SERVER_CERT + CLIENT_CERT + KEYS + HANDSHAKE + SUCCESS
