"""The same failures and controls on stacks that no rule was written against (lab/further.py)."""
from ..clients import Client
from ..hellos import SPOILED
from ..scenario import Relay, control, failure, only
from ..servers import Server
from .client_cert import FAULTS as CLIENT_FAULTS
from .server_cert import FAULTS as SERVER_FAULTS
from .server_cert import REFUSED

STACKS = ("nss", "erlang", "mbedtls", "wolfssl", "rustls")
TLS13 = ("nss", "erlang", "wolfssl", "rustls")
CLIENT_REFUSED = "client_cert.rejected"
COMMON = ("missing_intermediate", "unknown_ca", "unknown_ca_with_root", "self_signed", "expired", "not_yet_valid",
          "wrong_name", "wrong_usage", "bad_signature", "expired_intermediate")
# Who besides minds what.
PARTICULAR = {"weak_key": ("mbedtls", "rustls"), "weak_hash": ("rustls",)}
TURN = ("openssl", "nginx", "go", "gnutls", "python", "node")
STALL_SECONDS = 6.0


def who_minds(identity):
    return STACKS if identity in COMMON else PARTICULAR.get(identity, ())


def server_certificates():
    for turn, (identity, (cause, _, _)) in enumerate(SERVER_FAULTS.items()):
        for step, stack in enumerate(who_minds(identity)):
            server = Server(stack=TURN[(turn + step) % len(TURN)], identity=identity)
            # NSS judges the chain while it goes on: the server's Finished is held back, as a long way would do
            late = Relay("server", "server:20:1:delay=0.6") if stack == "nss" else None
            yield failure(f"further/server_cert/{identity}/{stack}/1.2", cause, f"the server's certificate is {identity}; "
                          "the chain is in plain text", server=server, client=Client(stack=stack, **only("1.2")),
                          relay=late)
            if stack in TLS13:
                yield failure(f"further/server_cert/{identity}/{stack}/1.3", REFUSED, f"the server's certificate is "
                              f"{identity}; all that shows is a record of an alert's size", server=server,
                              client=Client(stack=stack, **only("1.3")), scope="shape")
    for identity in ("missing_intermediate", "expired"):
        for stack in ("mbedtls", "wolfssl", "erlang", "nss", "rustls"):
            yield failure(f"further/server_cert_by/{identity}/{stack}/1.2", SERVER_FAULTS[identity][0], "another server, "
                          "an OpenSSL client", server=Server(stack=stack, identity=identity),
                          client=Client(**only("1.2")))


def client_certificates():
    for stack in STACKS:
        for version in ("1.2", "1.3") if stack in TLS13 else ("1.2",):
            scope = "plain" if version == "1.2" else "shape"
            server = {"server": Server(stack=stack, client_auth="require", **only(version)), "scope": scope}
            yield failure(f"further/client_cert/missing/openssl-{stack}/{version}", "client_cert.missing", "the server "
                          "insists on a certificate and the client has none", client=Client(**only(version)), **server)
            for identity, (causes, _, _) in CLIENT_FAULTS.items():
                if identity not in ("client_expired", "client_unknown_ca", "client_self_signed",
                                    "client_not_yet_valid", "client_wrong_usage"):
                    continue
                if identity == "client_wrong_usage" and stack == "wolfssl":
                    continue        # it does not look at the usage of a client's certificate
                wanted = causes if version == "1.2" else CLIENT_REFUSED
                yield failure(f"further/client_cert/{identity[7:]}/openssl-{stack}/{version}", wanted, f"the client's "
                              f"certificate is {identity[7:]}", client=Client(identity=identity, **only(version)),
                              **server)
        yield failure(f"further/client_cert/bad_proof/{stack}/1.2", ("client_cert.bad_proof", CLIENT_REFUSED),
                      "CertificateVerify is not by the certificate's key (a bit of it is changed on its way)",
                      server=Server(stack=stack, client_auth="require", **only("1.2")),
                      client=Client(identity="client_good", **only("1.2")), relay=Relay("client", "client:22:4:flip"))
    for stack in STACKS:
        for version in ("1.2", "1.3") if stack in TLS13 else ("1.2",):
            scope = "plain" if version == "1.2" else "shape"
            for server in ("openssl", "go", "python"):
                yield failure(f"further/client_cert/missing/{stack}-{server}/{version}", "client_cert.missing", "the "
                              "client has none", server=Server(stack=server, client_auth="require", **only(version)),
                              client=Client(stack=stack, **only(version)), scope=scope)
            causes = CLIENT_FAULTS["client_expired"][0] if version == "1.2" else CLIENT_REFUSED
            yield failure(f"further/client_cert/expired/{stack}-openssl/{version}", causes, "the client's certificate is "
                          "expired", server=Server(client_auth="require", **only(version)),
                          client=Client(stack=stack, identity="client_expired", **only(version)), scope=scope)


def hellos():
    for stack in STACKS:
        server = {"server": Server(stack=stack)}
        for old in ("1.0", "1.1"):
            yield failure(f"further/hello/version/{stack}/{old}", "hello.version_mismatch", f"the client speaks TLS {old} "
                          "only, the server 1.2 and newer", client=Client(**only(old)), **server)
        yield failure(f"further/hello/version/{stack}/client13_server12", ("hello.version_mismatch", "hello.rejected"),
                      "the client speaks TLS 1.3 only, the server 1.2 only", server=Server(stack=stack, **only("1.2")),
                      client=Client(**only("1.3")))
        yield failure(f"further/hello/version_chosen/{stack}/1.0", "hello.version_mismatch", "the server answers with a "
                      "TLS 1.0 ServerHello", server=Server(stack="raw", mode="tls10"), client=Client(stack=stack))
        yield failure(f"further/hello/cipher_ecdsa/{stack}/1.2", "hello.cipher_mismatch", "the client offers ECDSA "
                      "suites only, the server has an RSA certificate",
                      client=Client(**only("1.2"), ciphers="ECDHE+aECDSA+AESGCM"), **server)
        yield None if stack in ("mbedtls", "wolfssl") else failure(f"further/hello/group/{stack}/1.2", "hello.group_mismatch", "the client offers X448 only, the "
                      "server does not have it", server=Server(stack=stack, **only("1.2")),
                      client=Client(**only("1.2"), groups="X448", ciphers="ECDHE+AESGCM"))
        yield failure(f"further/hello/signature/{stack}/1.2", "hello.signature_mismatch", "the client takes ECDSA "
                      "signatures only, the server has an RSA certificate", server=Server(stack=stack, **only("1.2")),
                      client=Client(**only("1.2"), signatures="ECDSA+SHA256:ECDSA+SHA384", ciphers="ECDHE+AESGCM"))
        if stack in TLS13:
            yield failure(f"further/hello/signature/{stack}/1.3", "hello.signature_mismatch", "the same in TLS 1.3",
                          server=Server(stack=stack), client=Client(**only("1.3"),
                                                                    signatures="ECDSA+SHA256:ECDSA+SHA384"))
            yield None if stack in ("erlang", "wolfssl") else failure(f"further/hello/cipher_ccm/{stack}/1.3", "hello.cipher_mismatch", "a TLS 1.3 client offers "
                          "CCM_8 alone", client=Client(**only("1.3"), suites="TLS_AES_128_CCM_8_SHA256"), **server)
        yield failure(f"further/hello/fallback/{stack}/1.2", ("hello.fallback_refused", "handshake.protocol_error"),
                      "a retry at TLS 1.2 marked with TLS_FALLBACK_SCSV meets a server of TLS 1.3",
                      client=Client(**only("1.2"), extra=("-fallback_scsv",)), server=Server(stack=stack)) \
            if stack in ("nss", "erlang", "wolfssl") else None
        for name, cause in (("", "hello.missing_sni"), ("nosuch.example", "hello.unknown_sni")):
            if stack == "erlang" or (name == "" and stack not in ("wolfssl", "rustls")):
                continue            # the others do not mind
            word = "missing_sni" if name == "" else "unknown_sni"
            # rustls says access_denied, Erlang closes without a word: neither names the name
            causes = (cause, "hello.rejected", "hello.closed")
            yield failure(f"further/hello/{word}/{stack}/1.2", causes, "the server serves one name only",
                          server=Server(stack=stack, name="shop.example"), client=Client(**only("1.2"), name=name))
        for spoiling in ("truncated", "extensions_length", "trailing_bytes"):
            yield failure(f"further/hello/malformed_{spoiling}/{stack}", "hello.malformed", SPOILED[spoiling][1],
                          client=Client(stack="raw", mode=f"spoiled_{spoiling}"), **server)
    for stack in ("erlang", "mbedtls", "wolfssl", "rustls"):
        yield failure(f"further/hello/alpn/{stack}/1.2", "hello.alpn_mismatch", "the client offers a protocol that the "
                      "server does not have", server=Server(stack=stack, alpn="h2"),
                      client=Client(**only("1.2"), alpn="smb"))


def keys():
    for stack in STACKS:
        # Erlang closes without a word, which says no more than that
        cause = "handshake.closed" if stack == "erlang" else "key.mismatch"
        yield failure(f"further/key/finished/{stack}/1.2", cause, "the client's Finished is spoiled on its way",
                      server=Server(stack=stack, **only("1.2")), client=Client(**only("1.2")),
                      relay=Relay("client", "client:22:3:flip"))
        if stack in TLS13 and stack != "erlang":       # which waits for more until its time is up
            yield failure(f"further/key/finished/{stack}/1.3", "key.mismatch", "the client's Finished is spoiled on its "
                          "way; no certificate was asked for", server=Server(stack=stack, **only("1.3")),
                          client=Client(**only("1.3")), relay=Relay("client", "client:23:1:flip"), scope="shape")


def broken():
    for stack in STACKS:
        for version in ("1.2", "1.3") if stack in TLS13 else ("1.2",):
            rule = "server:22:2" if version == "1.2" else "server:23:1"
            keys_ = {"server": Server(**only(version)), "client": Client(stack=stack, seconds=STALL_SECONDS,
                                                                        **only(version))}
            for how, cause in (("reset", "handshake.reset"), ("close", "handshake.closed")):
                yield failure(f"further/handshake/{how}/{stack}/{version}", cause, "the server leaves behind its "
                              "ServerHello", relay=Relay("server", f"{rule}:{how}"), **keys_)
            rule = "client:22:2" if version == "1.2" else "client:20:1"
            yield failure(f"further/handshake/client_close/{stack}/{version}", "handshake.abandoned", "the client leaves "
                          "behind the server's flight, without an alert; the chain is sound",
                          server=Server(stack=stack, **only(version)), client=Client(**only(version)),
                          relay=Relay("client", f"{rule}:close"))
        for mode, cause in (("close", "hello.closed"), ("reset", "hello.reset")):
            yield failure(f"further/hello/{mode}/{stack}", cause, "the server does this after the ClientHello",
                          server=Server(stack="raw", mode=mode), client=Client(stack=stack, seconds=STALL_SECONDS))
        # selfserv closes without a word, and its port is none of TLS's: nothing says that it speaks TLS
        for mode in ("http", "ssh") if stack != "nss" else ():
            cause = "protocol.http_to_tls_port" if mode == "http" else "protocol.plaintext_client"
            yield failure(f"further/protocol/{mode}/{stack}", cause, "plain text to a TLS port",
                          server=Server(stack=stack), client=Client(stack="raw", mode=mode), scope="network")
        for mode in ("http", "ssh"):
            yield failure(f"further/protocol/tls_to_{mode}/{stack}", "protocol.plaintext_server", "the server answers in "
                          "plain text", server=Server(stack="raw", mode=mode), client=Client(stack=stack),
                          scope="network")


def both_speak(version, *stacks):
    return version == "1.2" or all(stack != "mbedtls" for stack in stacks)


def controls():
    for version in ("1.2", "1.3"):
        for stack in STACKS:
            for other in ("openssl", "nginx", "gnutls", "go", "node", "python", "java") + STACKS:
                if both_speak(version, stack, other) and (stack, other, version) != ("erlang", "wolfssl", "1.3"):
                    yield control(f"further/control/pair/{stack}-{other}/{version}", "two stacks that get on with each "
                                  "other", server=Server(stack=other), client=Client(stack=stack, **only(version)))
            for other in ("openssl", "curl", "gnutls", "go", "node", "python", "java"):
                if both_speak(version, stack):
                    yield control(f"further/control/pair/{other}-{stack}/{version}", "two stacks that get on with each "
                                  "other", server=Server(stack=stack), client=Client(stack=other, **only(version)))
            if not both_speak(version, stack):
                continue
            yield control(f"further/control/left_after_finished/{stack}/{version}", "the client closes right after the "
                          "handshake", server=Server(stack=stack), client=Client(request=False, hold=0,
                                                                                 **only(version)))
            yield control(f"further/control/leaves_after_finished/{stack}/{version}", "the client closes right after "
                          "the handshake", server=Server(), client=Client(stack=stack, request=False, hold=0,
                                                                          **only(version)))
            yield control(f"further/control/server_closes_at_once/{stack}/{version}", "the server closes right after the "
                          "handshake", server=Server(stack="python", mode="close_at_once"),
                          client=Client(stack=stack, **only(version)))
            yield control(f"further/control/client_auth/openssl-{stack}/{version}", "a good client certificate",
                          server=Server(stack=stack, client_auth="require", **only(version)),
                          client=Client(identity="client_good", **only(version)))
            yield control(f"further/control/client_auth/{stack}-openssl/{version}", "a good client certificate",
                          server=Server(client_auth="require", **only(version)),
                          client=Client(stack=stack, identity="client_good", **only(version)))
            yield control(f"further/control/http_400/{stack}/{version}", "nginx finishes the handshake and answers 400",
                          server=Server(stack="nginx", client_auth="require", **only(version)),
                          client=Client(stack=stack, **only(version)))
            if stack in ("nss", "erlang", "rustls") and version == "1.3":
                yield control(f"further/control/hello_retry/{stack}/1.3", "HelloRetryRequest for a group without a key "
                              "share", server=Server(groups="P-384"), client=Client(stack=stack, **only("1.3")))
    for server in ("openssl", "nginx", "go", "gnutls"):
        yield control(f"further/control/false_start/nss-{server}/1.2", "the client sends its request before the server's "
                      "Finished (RFC 7918), which a relay holds back", server=Server(stack=server, **only("1.2")),
                      client=Client(stack="nss", extra=("-g", "-f", "-O"), **only("1.2")),
                      relay=Relay("server", "server:20:1:delay=0.4"))


def scenarios():
    for table in (server_certificates, client_certificates, hellos, keys, broken, controls):
        yield from (scenario for scenario in table() if scenario is not None)
