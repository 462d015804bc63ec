"""hello.*: the ClientHello is refused, or the ServerHello is."""
from ..clients import Client
from ..hellos import SPOILED
from ..scenario import failure, only
from ..servers import Server

AES128 = "TLS_AES_128_GCM_SHA256"     # a pre-shared key goes with SHA-256 unless told otherwise
MODERN = ("openssl", "nginx", "gnutls", "python", "node", "java", "go")


# handshake_failure to a hello in which nothing is odd but, in the second, that it offers TLS 1.3 alone: GnuTLS and
# others say the same alert for that, so the version is an inference that can be defended there.
ORDINARY = {"1.2": ("hello.rejected",), "1.3": ("hello.rejected", "hello.version_mismatch")}


def versions():
    cause = "hello.version_mismatch"
    for old in ("1.0", "1.1"):
        for stack in MODERN:
            yield failure(f"hello/version/{stack}/{old}", cause, f"the client speaks TLS {old} only, the server 1.2 "
                          "and newer: alert protocol_version", server=Server(stack=stack),
                          client=Client(**only(old), name="" if stack == "nginx" else "shop.example"),
                          quick=stack == "nginx")
    for stack in MODERN:
        # GnuTLS says handshake_failure here: nothing but the versions offered is odd, which makes it an inference.
        accepted = (cause, "hello.rejected") if stack == "gnutls" else (cause,)
        yield failure(f"hello/version/{stack}/client13_server12", accepted, "the client speaks TLS 1.3 only, the "
                      "server 1.2 only", server=Server(stack=stack, **only("1.2")), client=Client(**only("1.3")),
                      quick=stack in ("openssl", "gnutls"))
        accepted = ("hello.rejected", cause) if stack == "gnutls" else (cause,)
        yield failure(f"hello/version/{stack}/client12_server13", accepted, "the client speaks TLS 1.2 only, the "
                      "server 1.3 only", server=Server(stack=stack, **only("1.3")), client=Client(**only("1.2")))
    for stack in ("openssl", "curl", "python", "node", "go", "java", "gnutls"):
        yield failure(f"hello/version_chosen/{stack}/1.0", cause, "the server answers with a TLS 1.0 ServerHello, "
                      "which the client refuses by alert protocol_version", server=Server(stack="raw", mode="tls10"),
                      client=Client(stack=stack), quick=stack == "go")
    yield failure("hello/version_chosen/openssl/1.1", cause, "a client of TLS 1.2 only meets a server of TLS 1.1, "
                  "which answers with its own version", server=Server(**only("1.1")), client=Client(**only("1.2")))
    for stack in ("openssl", "nginx", "gnutls", "go"):
        yield failure(f"hello/version_unknown/{stack}", cause, "the hello offers version 0x0305 only, which does not "
                      "exist", server=Server(stack=stack), client=Client(stack="raw", mode="unknown_version"))
    yield failure("hello/version_ssl3/gnutls", cause, "an SSL 3.0 hello, refused by alert protocol_version",
                  server=Server(stack="gnutls"), client=Client(stack="raw", mode="ssl3"))
    yield failure("hello/version_ssl3/openssl", (cause, "hello.rejected"), "an SSL 3.0 hello, refused by alert "
                  "handshake_failure", server=Server(), client=Client(stack="raw", mode="ssl3"))
    yield failure("hello/version_ssl2/openssl", cause, "a hello in the format of SSL 2.0, offering nothing newer",
                  server=Server(), client=Client(stack="raw", mode="ssl2"))


def ciphers():
    cause = "hello.cipher_mismatch"
    for stack in ("openssl", "nginx", "python"):
        yield failure(f"hello/cipher_rsa_kx/{stack}/1.2", cause, "the client offers RSA key exchange only, the server "
                      "wants forward secrecy: handshake_failure, and the offer is odd in just that",
                      server=Server(stack=stack, ciphers="ECDHE"),
                      client=Client(**only("1.2"), ciphers="AES128-SHA:AES256-SHA:AES128-GCM-SHA256"),
                      quick=stack == "openssl")
    for stack in ("openssl", "nginx", "gnutls", "python", "node", "go", "java"):
        yield failure(f"hello/cipher_ecdsa/{stack}/1.2", cause, "the client offers ECDSA suites only, the server has "
                      "an RSA certificate", server=Server(stack=stack),
                      client=Client(**only("1.2"), ciphers="ECDHE+aECDSA+AESGCM"))
        yield failure(f"hello/cipher_anonymous/{stack}/1.2", cause, "the client offers anonymous suites only",
                      server=Server(stack=stack), client=Client(**only("1.2"), ciphers="AECDH:ADH", weak=True,
                                                                verify=False), quick=stack == "nginx")
    for stack in ("nginx", "python", "node", "go"):
        yield failure(f"hello/cipher_dhe/{stack}/1.2", cause, "the client offers finite-field DHE only, the server has "
                      "none", server=Server(stack=stack), client=Client(**only("1.2"),
                                                                        ciphers="DHE-RSA-AES128-GCM-SHA256:"
                                                                        "DHE-RSA-AES256-GCM-SHA384"))
    for stack in ("openssl", "nginx", "go", "python"):
        yield failure(f"hello/cipher_ccm/{stack}/1.3", cause, "a TLS 1.3 client offers one suite only, which the "
                      "server does not have", server=Server(stack=stack),
                      client=Client(**only("1.3"), suites="TLS_AES_128_CCM_SHA256"), quick=stack == "openssl")
    for stack in ("openssl", "nginx"):
        yield failure(f"hello/cipher_of_server/{stack}/1.2", "hello.rejected", "the server has one suite only; the "
                      "client's offer is ordinary, so handshake_failure says no more than that it was refused",
                      server=Server(stack=stack, ciphers="ECDHE-RSA-CHACHA20-POLY1305", **only("1.2")),
                      client=Client(**only("1.2"), ciphers="ECDHE+AESGCM:DHE+AESGCM:RSA+AESGCM"))


def groups():
    cause = "hello.group_mismatch"
    for version in ("1.2", "1.3"):
        for stack, limit in (("openssl", "P-256"), ("nginx", "prime256v1"), ("go", "")):
            yield failure(f"hello/group/{stack}/{version}", cause, "the client offers X448 only, the server does not "
                          "have it: handshake_failure, and the offer is odd in just that",
                          server=Server(stack=stack, groups=limit),
                          client=Client(**only(version), groups="X448", ciphers="ECDHE+AESGCM"),
                          quick=stack == "openssl")
    for version, accepted in ORDINARY.items():
        yield failure(f"hello/group_of_server/openssl/{version}", accepted, "the server has P-521 only; the "
                      "client's groups are ordinary", server=Server(groups="P-521"),
                      client=Client(**only(version), groups="X25519:P-256", ciphers="ECDHE+AESGCM"))


def signatures():
    cause = "hello.signature_mismatch"
    for version, stacks in (("1.2", ("openssl", "nginx", "python", "node", "go")),
                            ("1.3", ("openssl", "nginx", "python", "node", "go", "gnutls"))):
        for stack in stacks:
            yield failure(f"hello/signature/{stack}/{version}", cause, "the client takes ECDSA signatures only, the "
                          "server has an RSA certificate", server=Server(stack=stack),
                          client=Client(**only(version), signatures="ECDSA+SHA256:ECDSA+SHA384",
                                        ciphers="ECDHE+AESGCM"), quick=stack == "nginx")
    yield failure("hello/signature_rsa_only/openssl/1.3", cause, "the client takes RSA signatures only, the server has "
                  "an ECDSA certificate", server=Server(identity="good_ec"),
                  client=Client(**only("1.3"), signatures="RSA-PSS+SHA256:RSA+SHA256"))
    for version, accepted in ORDINARY.items():
        yield failure(f"hello/signature_ed25519/openssl/{version}", accepted, "the server has an Ed25519 key; a "
                      "client without EdDSA is nothing unusual", server=Server(identity="good_ed25519"),
                      client=Client(**only(version), signatures="RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA256"))


def alpn():
    cause = "hello.alpn_mismatch"
    for version in ("1.2", "1.3"):
        for stack in ("openssl", "nginx", "gnutls", "node", "java", "go"):
            hidden = stack == "go" and version == "1.3"   # Go refuses behind its ServerHello, encrypted
            accepted = (cause, "handshake.protocol_error", "handshake.closed", "hello.rejected") if hidden else (cause,)
            yield failure(f"hello/alpn/{stack}/{version}", accepted, "the client offers a protocol that the server "
                          "does not have: alert no_application_protocol",
                          server=Server(stack=stack, alpn="" if stack == "nginx" else "h2"),
                          client=Client(**only(version), alpn="smb"), scope="shape" if hidden else "plain",
                          quick=stack == "nginx")


def names():
    for version in ("1.2", "1.3"):
        for stack in ("nginx", "python", "go"):
            yield failure(f"hello/missing_sni/{stack}/{version}", "hello.missing_sni", "the server needs a name and "
                          "the hello has none (Go says internal_error, the others unrecognized_name)",
                          server=Server(stack=stack, name="shop.example"), client=Client(**only(version), name=""),
                          quick=stack != "python")
        for stack in ("openssl", "nginx", "python", "gnutls", "java"):
            yield failure(f"hello/unknown_sni/{stack}/{version}", "hello.unknown_sni", "the server does not serve the "
                          "name asked for: alert unrecognized_name", server=Server(stack=stack, name="shop.example"),
                          client=Client(**only(version), name="nosuch.example"), quick=stack == "nginx")
        yield failure(f"hello/unknown_sni/go/{version}", "handshake.internal_error", "the server does not serve the "
                      "name but says only internal_error; the hello is ordinary",
                      server=Server(stack="go", name="shop.example"),
                      client=Client(**only(version), name="nosuch.example"))
        yield failure(f"hello/unknown_sni/node/{version}", "hello.closed", "the server does not serve the name and "
                      "closes without a word", server=Server(stack="node", name="shop.example"),
                      client=Client(**only(version), name="nosuch.example"))


def fallback_and_psk():
    for stack in ("openssl", "nginx", "gnutls", "python", "node", "go"):
        yield failure(f"hello/fallback/{stack}/1.2", "hello.fallback_refused", "a retry at TLS 1.2 marked with "
                      "TLS_FALLBACK_SCSV meets a server of TLS 1.3", server=Server(stack=stack),
                      client=Client(**only("1.2"), extra=("-fallback_scsv",)), quick=stack == "openssl")
    psk = ("-psk", "aabbccdd", "-psk_identity", "till-7")
    wrong = ("-psk", "00112233", "-psk_identity", "till-7")
    yield failure("hello/psk_wrong_key/openssl/1.3", "hello.psk_refused", "both know the identity but not the same "
                  "key: the binder does not verify", server=Server(**only("1.3"), suites=AES128, extra=psk),
                  client=Client(**only("1.3"), suites=AES128, extra=wrong, verify=False))
    yield failure("hello/psk_wrong_key/openssl/1.2", ("hello.psk_refused", "key.mismatch"), "both know the identity "
                  "but not the same key: the client's Finished does not decrypt",
                  server=Server(**only("1.2"), ciphers="PSK", extra=psk),
                  client=Client(**only("1.2"), ciphers="PSK", extra=wrong, verify=False))
    yield failure("hello/psk_only/nginx/1.2", ("hello.cipher_mismatch", "hello.psk_refused"), "the client offers PSK "
                  "suites only, the server has no pre-shared keys", server=Server(stack="nginx"),
                  client=Client(**only("1.2"), ciphers="PSK", extra=psk, verify=False))


# Who refuses which spoiled hello, by alert (10, 22, 47, 50, 109, 110 ...).
REFUSERS = {
    "bad_server_name": ("openssl", "nginx", "java", "node", "go"),
    "duplicate_extension": ("openssl", "nginx", "gnutls", "node", "go"),
    "extensions_length": ("openssl", "nginx", "gnutls", "java"),
    "long_session_id": ("openssl", "gnutls"),
    "no_null_compression": ("openssl", "nginx", "node"),
    "no_suites": ("openssl", "nginx", "gnutls", "java"),
    "odd_suite_list": ("openssl", "node", "gnutls"),
    "psk_not_last": ("openssl", "nginx", "gnutls", "go"),
    "missing_signature_algorithms": ("openssl", "nginx", "go", "java"),
    "trailing_bytes": ("openssl", "nginx"),
    "truncated": ("openssl", "nginx", "go"),
    "record_too_long": ("openssl", "nginx", "go"),
}


def malformed():
    for spoiling, stacks in REFUSERS.items():
        for stack in stacks:
            yield failure(f"hello/malformed_{spoiling}/{stack}", "hello.malformed", SPOILED[spoiling][1],
                          server=Server(stack=stack), client=Client(stack="raw", mode=f"spoiled_{spoiling}"),
                          quick=stack == "nginx")
    for stack in ("openssl", "go", "java", "gnutls"):
        yield failure(f"hello/server_hello_spoiled/{stack}", ("hello.malformed", "handshake.protocol_error"),
                      "the ServerHello is cut short: the client cannot parse it",
                      server=Server(stack="raw", mode="spoiled_server_hello"), client=Client(stack=stack))
        yield failure(f"hello/suite_not_offered/{stack}",
                      ("hello.malformed", "handshake.protocol_error", "hello.cipher_mismatch"),
                      "the ServerHello chooses a suite that was not offered", client=Client(stack=stack),
                      server=Server(stack="raw", mode="unoffered_suite"))


# What one alert in answer to an ordinary hello can honestly mean.
ALERTS = {
    10: ("hello.malformed", "hello.rejected", "handshake.protocol_error"), 22: ("hello.malformed",),
    40: ("hello.rejected",), 47: ("hello.malformed",), 49: ("hello.rejected", "hello.unknown_sni"),
    50: ("hello.malformed",),
    70: ("hello.version_mismatch",), 71: ("hello.rejected",), 80: ("handshake.internal_error",),
    109: ("hello.malformed",), 112: ("hello.unknown_sni",), 115: ("hello.psk_refused",), 120: ("hello.alpn_mismatch",),
}
ENDINGS = {"reset": "hello.reset", "close": "hello.closed", "silent": "hello.no_reply"}


def answers():
    clients = ("openssl", "curl", "gnutls", "go", "node", "java", "python")
    for turn, (number, causes) in enumerate(ALERTS.items()):
        for step in range(2):
            stack = clients[(turn + 3 * step) % len(clients)]
            alpn_offer = "h2" if number == 120 and stack != "curl" else ""
            yield failure(f"hello/alert_{number}/{stack}", causes, f"an ordinary hello is answered by alert {number}",
                          server=Server(stack="raw", mode=f"alert_{number}"), quick=step == 0,
                          client=Client(stack=stack, alpn=alpn_offer))
    for mode, cause in ENDINGS.items():
        for stack in clients:
            for version in ("1.2", "1.3"):
                yield failure(f"hello/{mode}/{stack}/{version}", cause, "the server does this, and no more, after the "
                              "ClientHello", server=Server(stack="raw", mode=mode),
                              client=Client(stack=stack, **only(version), seconds=6.0),
                              quick=stack == "openssl" and version == "1.2")
    yield failure("hello/close_notify/openssl", ("hello.closed", "handshake.cancelled", "hello.rejected"), "the server "
                  "answers the hello by close_notify and closes",
                  server=Server(stack="raw", mode="warning_close_notify"), client=Client())


def scenarios():
    for table in (versions, ciphers, groups, signatures, alpn, names, fallback_and_psk, malformed, answers):
        yield from table()
