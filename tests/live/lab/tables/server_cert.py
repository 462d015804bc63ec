"""server_cert.*: the client refuses the server's certificate."""
from ..clients import Client
from ..namespaces import SERVER_IPV6
from ..scenario import control, failure, only
from ..servers import Server

REFUSED = "server_cert.rejected"
OPENSSL_FAMILY = ("openssl", "curl", "python")
OTHERS = ("gnutls", "go", "java")
EARLY = OPENSSL_FAMILY + OTHERS         # those that refuse before their Finished
LATE = ("curlgnutls", "node")           # those that refuse afterwards (Node: in TLS 1.2)
TURN = ("openssl", "nginx", "go", "gnutls", "python", "node")

# identity -> (cause that the readable chain shows, alert that OpenSSL sends, who refuses it early)
FAULTS = {
    "missing_intermediate": ("server_cert.missing_intermediate", 48, EARLY),
    "unknown_ca": ("server_cert.unknown_ca", 48, EARLY),
    "unknown_ca_with_root": ("server_cert.unknown_ca", 48, EARLY),
    "self_signed": ("server_cert.self_signed", 48, EARLY),
    "expired": ("server_cert.expired", 45, EARLY),
    "not_yet_valid": ("server_cert.not_yet_valid", 42, EARLY),
    "wrong_name": ("server_cert.name_mismatch", 42, ("openssl", "python", "gnutls", "go", "java")),
    "wrong_usage": ("server_cert.wrong_usage", 43, EARLY),
    "bad_signature": ("server_cert.bad_chain", 51, EARLY),
    "expired_intermediate": ("server_cert.expired", 45, EARLY),
    "weak_key": ("server_cert.weak", 42, OPENSSL_FAMILY),
    "weak_hash": ("server_cert.weak", 42, OPENSSL_FAMILY + ("gnutls", "go")),
    "must_staple": ("server_cert.status_refused", 0, ("gnutls",)),
    "revoked": ("server_cert.revoked", 44, OPENSSL_FAMILY),
}

# In TLS 1.3 OpenSSL's alert can be read, the chain cannot: what the number says alone.
ALERT_ALONE = {
    45: ("server_cert.expired",), 44: ("server_cert.revoked",), 48: (REFUSED,), 42: (REFUSED,),
    43: (REFUSED, "server_cert.wrong_usage", "server_cert.unsupported"),
    51: (REFUSED, "server_cert.bad_chain"),
}


def tls12():
    for turn, (identity, (cause, _, stacks)) in enumerate(FAULTS.items()):
        for step, stack in enumerate(stacks):
            yield failure(f"server_cert/{identity}/{stack}/1.2", cause, f"the server's certificate is {identity}; the "
                          "chain is in plain text", server=Server(stack=TURN[(turn + step) % len(TURN)],
                                                                  identity=identity),
                          client=Client(stack=stack, **only("1.2"), crl=identity == "revoked"),
                          quick=stack in ("openssl", "gnutls"))


def tls13():
    for turn, (identity, (_, alert, stacks)) in enumerate(FAULTS.items()):
        for step, stack in enumerate(stacks):
            readable = stack in OPENSSL_FAMILY
            yield failure(f"server_cert/{identity}/{stack}/1.3", ALERT_ALONE[alert] if readable else REFUSED,
                          f"the server's certificate is {identity}; the chain is encrypted, the client's alert is "
                          + ("in plain text" if readable else "an encrypted record of an alert's size"),
                          server=Server(stack=TURN[(turn + step) % len(TURN)], identity=identity),
                          client=Client(stack=stack, **only("1.3"), crl=identity == "revoked"),
                          scope="plain" if readable else "shape", quick=stack == "openssl")
        if identity not in ("weak_key", "weak_hash", "must_staple", "revoked"):
            yield failure(f"server_cert/{identity}/node/1.3", ("handshake.abandoned", REFUSED), "Node leaves by a bare "
                          "FIN before its Finished", server=Server(identity=identity),
                          client=Client(stack="node", **only("1.3")), scope="shape")


def ipv6():
    for identity, port in (("expired", 5223), ("wrong_name", 6697)):
        yield failure(f"server_cert/{identity}_ipv6/openssl/1.2", FAULTS[identity][0], "the same over IPv6",
                      server=Server(identity=identity), client=Client(**only("1.2")), destination=SERVER_IPV6,
                      port=port, quick=identity == "expired")


def older():
    for version in ("1.0", "1.1"):
        for identity in ("expired", "self_signed", "unknown_ca", "wrong_name"):
            cause = FAULTS[identity][0]
            for stack in ("openssl", "gnutls"):
                yield failure(f"server_cert/{identity}/{stack}/{version}", cause, "as in TLS 1.2, over an older "
                              "version",
                              server=Server(identity=identity, **only(version)),
                              client=Client(stack=stack, **only(version)))


def late():
    """Refusals after both Finished are successes on the wire, and verification that is switched off is one too."""
    for identity in ("missing_intermediate", "self_signed", "expired", "wrong_name"):
        for stack in LATE:
            yield control(f"control/late_refusal_{identity}/{stack}/1.2", "the client finishes the handshake and only "
                          "then judges the certificate: a success on the wire", server=Server(identity=identity),
                          client=Client(stack=stack, **only("1.2")), quick=identity == "expired")
        yield control(f"control/late_refusal_{identity}/curlgnutls/1.3", "the same in TLS 1.3",
                      server=Server(identity=identity), client=Client(stack="curlgnutls", **only("1.3")))
        for stack in ("openssl", "curl", "gnutls", "go"):
            yield control(f"control/not_verified_{identity}/{stack}/1.2", "the certificate is wrong and the client "
                          "does not mind", server=Server(identity=identity),
                          client=Client(stack=stack, verify=False, **only("1.2")), quick=stack == "curl")
    yield control("control/name_checked_late/curl/1.2", "curl checks the name after the handshake",
                  server=Server(identity="wrong_name"), client=Client(stack="curl", **only("1.2")))
    for identity in ("unordered", "with_root"):
        for stack in ("openssl", "gnutls", "go", "curl", "java"):
            yield control(f"control/chain_{identity}/{stack}/1.2", "an untidy chain that clients put in order "
                          "themselves",
                          server=Server(identity=identity), client=Client(stack=stack, **only("1.2")))


def scenarios():
    for table in (tls12, tls13, ipv6, older, late):
        yield from table()
