"""Controls: traffic that must not raise a failure."""
from ..clients import Client
from ..namespaces import SERVER_IPV6
from ..scenario import Relay, control, only
from ..servers import Server

SERVERS = ("openssl", "nginx", "gnutls", "python", "node", "java", "go")
CLIENTS = ("openssl", "gnutls", "curl", "curlgnutls", "python", "node", "java", "go")


def pairs():
    for version in ("1.2", "1.3"):
        for server in SERVERS:
            for client in CLIENTS:
                yield control(f"control/pair/{client}-{server}/{version}", "two stacks that get on with each other",
                              server=Server(stack=server), client=Client(stack=client, **only(version)),
                              quick=(client, server) in (("openssl", "nginx"), ("gnutls", "openssl"), ("curl",
                                                                                                       "gnutls"),
                                                         ("python", "python")))
    for version in ("1.0", "1.1"):
        for server in ("openssl", "nginx", "gnutls", "python"):
            for client in ("openssl", "gnutls"):
                yield control(f"control/pair/{client}-{server}/{version}", "an old version that both still speak",
                              server=Server(stack=server, **only(version)), client=Client(stack=client,
                                                                                          **only(version)),
                              quick=client == "openssl" and server == "openssl")
    for identity in ("good_ec", "good_ed25519"):
        for version in ("1.2", "1.3"):
            yield control(f"control/identity_{identity}/openssl/{version}", "another kind of key",
                          server=Server(identity=identity), client=Client(**only(version)))
    for cipher in ("AES128-SHA", "AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305",
                   "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384"):
        yield control(f"control/cipher_{cipher}/openssl/1.2", "every kind of suite has Finished records of its own "
                      "size",
                      server=Server(), client=Client(ciphers=cipher, **only("1.2")))
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
        yield control(f"control/suite_{suite}/openssl/1.3", "the same for TLS 1.3", server=Server(),
                      client=Client(suites=suite, **only("1.3")))


def resumed():
    for server in ("openssl", "nginx", "python", "go", "node"):
        for version in ("1.2", "1.3"):
            yield control(f"control/resumed_python/{server}/{version}", "three connections, two of them resumed",
                          server=Server(stack=server), quick=server == "openssl",
                          client=Client(stack="python", extra=("count=3",), **only(version)))
    yield control("control/resumed_session_id/openssl/1.2", "resumption by session id",
                  server=Server(extra=("-no_ticket",)), client=Client(extra=("-reconnect", "-no_ticket"),
                                                                      **only("1.2")))
    runs = (("-sess_out", "{folder}/session.pem"), ("-sess_in", "{folder}/session.pem"))
    for server in ("openssl", "nginx", "go"):
        yield control(f"control/resumed_file/{server}/1.3", "a TLS 1.3 ticket used by the next process",
                      server=Server(stack=server), client=Client(runs=runs, hold=0.4, **only("1.3")),
                      quick=server == "nginx")
    for early in (False, True):
        yield control(f"control/resumed_gnutls{'_early_data' if early else ''}/gnutls/1.3", "GnuTLS resumes, with "
                      f"{'' if early else 'no '}early data", quick=early,
                      server=Server(stack="gnutls", extra=("--earlydata", "--maxearlydata", "1000")),
                      client=Client(stack="gnutls", extra=("--resume", "--waitresumption"), early_data=early,
                                    **only("1.3")))


def retried():
    for server, limit in (("openssl", "P-384"), ("nginx", "secp384r1")):
        yield control(f"control/hello_retry/openssl-{server}/1.3", "HelloRetryRequest for a group without a key share",
                      server=Server(stack=server, groups=limit), quick=server == "openssl",
                      client=Client(groups="X25519:P-384", **only("1.3")))
        for client in ("gnutls", "curl", "go", "java", "python", "node"):
            yield control(f"control/hello_retry/{client}-{server}/1.3", "HelloRetryRequest for a group without a key "
                          "share", server=Server(stack=server, groups=limit), client=Client(stack=client,
                                                                                            **only("1.3")))
    yield control("control/hello_retry_cookie/openssl/1.3", "a stateless server asks for its cookie",
                  server=Server(extra=("-stateless",)), client=Client(**only("1.3")), outcome="quiet")


def early_ends():
    for version in ("1.2", "1.3"):
        for server in SERVERS:
            yield control(f"control/left_after_finished/{server}/{version}", "the client closes right after the "
                          "handshake",
                          server=Server(stack=server), client=Client(request=False, hold=0, **only(version)),
                          quick=server in ("openssl", "gnutls"))
        for client in ("openssl", "curl", "go", "node"):
            yield control(f"control/server_closes_at_once/{client}/{version}", "the server closes right after the "
                          "handshake", server=Server(stack="python", mode="close_at_once"),
                          client=Client(stack=client, **only(version)), quick=client == "openssl")
            yield control(f"control/large/{client}/{version}", "three megabytes", quick=client == "curl",
                          server=Server(stack="python", mode="large"), client=Client(stack=client, **only(version)))
    yield control("control/renegotiation/openssl/1.2", "the client asks for another handshake inside the first",
                  server=Server(extra=("-client_renegotiation",), **only("1.2")),
                  client=Client(text="R\n", hold=0.3, seconds=3.0, **only("1.2")))


def no_handshake():
    for mode in ("connect_and_close", "connect_and_wait", "connect_and_reset"):
        for server in SERVERS:
            yield control(f"control/{mode}/{server}", "a health check or a port scan: no ClientHello at all",
                          outcome="quiet", server=Server(stack=server), client=Client(stack="raw", mode=mode),
                          quick=server in ("nginx", "openssl"))
    yield control("control/closed_by_silent_server", "the server closes before the client has spoken", outcome="quiet",
                  server=Server(stack="raw", mode="close_at_once"), client=Client(stack="raw", mode="connect_and_wait"))


def segments():
    """The same handshake in the smallest segments: nothing but the number of packets changes."""
    for version in ("1.2", "1.3"):
        for side in ("server", "client"):
            yield control(f"control/single_bytes_{side}/openssl/{version}", "one byte to a segment",
                          server=Server(), client=Client(**only(version)), quick=side == "client",
                          relay=Relay(side, f"{side}:22:1:fragment"))


def ipv6():
    ports = iter((4433, 443, 8443, 9443))
    for version in ("1.2", "1.3"):
        for client, server in (("openssl", "nginx"), ("curl", "openssl")):
            yield control(f"control/ipv6/{client}-{server}/{version}", "the same over IPv6",
                          server=Server(stack=server),
                          client=Client(stack=client, **only(version)), destination=SERVER_IPV6, port=next(ports),
                          quick=version == "1.3")


def scenarios():
    for table in (pairs, resumed, retried, early_ends, no_handshake, segments, ipv6):
        yield from table()
