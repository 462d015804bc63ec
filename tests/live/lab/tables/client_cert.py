"""client_cert.*: the server refuses the client's certificate, or the lack of one."""
from ..clients import Client
from ..scenario import Relay, control, failure, only
from ..servers import Server

REFUSED = "client_cert.rejected"
NAMING = ("openssl", "go", "java", "gnutls")     # servers that name their authorities in CertificateRequest
SILENT = ("python",)                              # and one that names none
UNTRUSTED = ("client_cert.unacceptable_ca", "client_cert.unknown_ca")

# identity -> (causes with authorities named, causes with none named, who refuses it)
FAULTS = {
    "client_expired": ("client_cert.expired", "client_cert.expired", NAMING + SILENT),
    "client_not_yet_valid": ("client_cert.not_yet_valid", "client_cert.not_yet_valid", NAMING + SILENT),
    "client_unknown_ca": (UNTRUSTED, "client_cert.unknown_ca", NAMING + SILENT),
    "client_self_signed": (UNTRUSTED, "client_cert.unknown_ca", NAMING + SILENT),
    "client_missing_intermediate": (("client_cert.missing_intermediate",) + UNTRUSTED,
                                    ("client_cert.missing_intermediate", "client_cert.unknown_ca"), NAMING + SILENT),
    "client_wrong_usage": ("client_cert.wrong_usage", "client_cert.wrong_usage", ("openssl", "python", "go", "java")),
    "client_weak_key": ("client_cert.weak", "client_cert.weak", ("openssl", "python")),
    "client_weak_hash": ("client_cert.weak", "client_cert.weak", ("openssl", "python", "go", "gnutls")),
}


def missing():
    for version in ("1.2", "1.3"):
        scope = "plain" if version == "1.2" else "shape"
        for turn, stack in enumerate(("openssl", "gnutls", "python", "node", "java", "go")):
            for client in ("openssl", ("curl", "gnutls", "go", "python", "node", "java")[turn]):
                yield failure(f"client_cert/missing/{client}-{stack}/{version}", "client_cert.missing", "the server "
                              "asks for a certificate and the client has none",
                              server=Server(stack=stack, client_auth="require", **only(version)),
                              client=Client(stack=client, **only(version)), scope=scope,
                              quick=client == "openssl" and stack in ("openssl", "python", "go"))
        yield failure(f"client_cert/missing_kind/openssl/{version}", "client_cert.missing", "the client's Ed25519 key "
                      "is of no kind that the server asked for, so it sends nothing",
                      server=Server(client_auth="require", extra=("-client_sigalgs", "RSA-PSS+SHA256:RSA+SHA256"),
                                    **only(version)),
                      client=Client(identity="client_ed25519", **only(version)), scope=scope)


def refused():
    for identity, (named, unnamed, stacks) in FAULTS.items():
        for stack in stacks:
            causes = unnamed if stack in SILENT else named
            server = {"stack": stack, "client_auth": "require"}
            weak = "weak" in identity
            yield failure(f"client_cert/{identity[7:]}/openssl-{stack}/1.2", causes, f"the client's certificate is "
                          f"{identity[7:]}; it is in plain text", server=Server(**server, **only("1.2")),
                          client=Client(identity=identity, weak=weak, **only("1.2")),
                          quick=stack in ("openssl", "python"))
            yield failure(f"client_cert/{identity[7:]}/openssl-{stack}/1.3", REFUSED, "in TLS 1.3 only sizes show that "
                          "a certificate was sent and refused", server=Server(**server, **only("1.3")),
                          client=Client(identity=identity, weak=weak, **only("1.3")), scope="shape",
                          quick=stack == "openssl")
    for client in ("curl", "python", "go", "node"):
        for identity in ("client_expired", "client_unknown_ca"):
            for version in ("1.2", "1.3"):
                causes = FAULTS[identity][0] if version == "1.2" else REFUSED
                yield failure(f"client_cert/{identity[7:]}/{client}-openssl/{version}", causes, "the same with another "
                              "client", server=Server(client_auth="require", **only(version)),
                              client=Client(stack=client, identity=identity, **only(version)),
                              scope="plain" if version == "1.2" else "shape")


def closed_without_alert():
    """Node hangs up on a certificate that it refuses: in TLS 1.2 the certificate itself tells why."""
    yield failure("client_cert/expired/openssl-node/1.2", ("client_cert.expired", "client_cert.rejected"), "a bare FIN "
                  "after the client's flight, which holds an expired certificate",
                  server=Server(stack="node", client_auth="require", **only("1.2")),
                  client=Client(identity="client_expired", **only("1.2")))


def revoked_and_unproven():
    for version, cause in (("1.2", "client_cert.revoked"), ("1.3", REFUSED)):
        yield failure(f"client_cert/revoked/openssl/{version}", cause, "the server has a revocation list",
                      server=Server(client_auth="require", crl=True, **only(version)),
                      client=Client(identity="client_revoked", **only(version)),
                      scope="plain" if version == "1.2" else "shape")
    for stack in ("openssl", "go", "python", "java", "gnutls", "node"):
        causes = ("client_cert.bad_proof", REFUSED) if stack == "java" else "client_cert.bad_proof"
        yield failure(f"client_cert/bad_proof/{stack}/1.2", causes, "CertificateVerify is not by the certificate's key "
                      "(a bit of it is changed on its way)",
                      server=Server(stack=stack, client_auth="require", **only("1.2")),
                      client=Client(identity="client_good", **only("1.2")), relay=Relay("client", "client:22:4:flip"),
                      quick=stack == "openssl")


def accepted():
    for version in ("1.2", "1.3"):
        for stack in ("openssl", "nginx", "gnutls", "python", "node", "java", "go"):
            for identity in ("client_good", "client_good_ec"):
                yield control(f"control/client_auth/{identity[7:]}-{stack}/{version}", "a good client certificate",
                              server=Server(stack=stack, client_auth="require", **only(version)),
                              client=Client(identity=identity, **only(version)),
                              quick=identity == "client_good" and stack in ("openssl", "nginx"))
        for client in ("curl", "python", "go", "node", "java", "gnutls"):
            yield control(f"control/client_auth/{client}-openssl/{version}", "a good client certificate",
                          server=Server(client_auth="require", **only(version)),
                          client=Client(stack=client, identity="client_good", **only(version)))
        for identity in ("", "client_expired", "client_unknown_ca"):
            yield control(f"control/http_400_{identity[7:] or 'missing'}/nginx/{version}", "nginx finishes the "
                          "handshake and refuses the certificate by HTTP 400", quick=identity == "",
                          server=Server(stack="nginx", client_auth="require", **only(version)),
                          client=Client(stack="curl", identity=identity, **only(version)))
        for stack in ("openssl", "nginx", "python"):
            yield control(f"control/client_auth_optional/{stack}/{version}", "asked for, not insisted on, not sent",
                          server=Server(stack=stack, client_auth="request", **only(version)),
                          client=Client(**only(version)))


def scenarios():
    for table in (missing, refused, closed_without_alert, revoked_and_unproven, accepted):
        yield from table()
