"""key.* and handshake.*: what goes wrong behind the hellos without a certificate being the reason."""
from ..clients import Client
from ..scenario import Relay, failure, only
from ..servers import Server

SERVERS = ("openssl", "nginx", "gnutls", "python", "node", "java", "go")
CLIENTS = ("openssl", "curl", "gnutls", "python", "node", "java", "go")
STALL_SECONDS = 6.0


def weak_parameters():
    why = "the server's Diffie-Hellman prime has {} bits, which the client refuses"
    for client in ("openssl", "curl", "python"):
        for server in ("openssl", "nginx"):
            yield failure(f"key/dh_1024/{client}-{server}/1.2", "key.weak_parameters", why.format(1024),
                          server=Server(stack=server, dh_bits=1024, ciphers="DHE", **only("1.2")),
                          client=Client(stack=client, **only("1.2")),
                          quick=client == "openssl" and server == "openssl")
    for client in ("openssl", "curl", "python", "node"):
        # OpenSSL does not serve so small a group; GnuTLS does.
        ciphers = "DHE-RSA-AES128-GCM-SHA256" if client == "node" else ""
        yield failure(f"key/dh_768/{client}-gnutls/1.2", "key.weak_parameters", why.format(768),
                      server=Server(stack="gnutls", dh_bits=768, priority="-KX-ALL:+DHE-RSA:%PROFILE_VERY_WEAK",
                                    **only("1.2")),
                      client=Client(stack=client, ciphers=ciphers, **only("1.2")))


def spoiled():
    for server in SERVERS:
        yield failure(f"key/finished/{server}/1.2", "key.mismatch", "the client's Finished is spoiled on its way: "
                      "alert bad_record_mac", server=Server(stack=server, **only("1.2")), client=Client(**only("1.2")),
                      relay=Relay("client", "client:22:3:flip"), quick=server in ("openssl", "go"))
        if server in ("gnutls", "go"):
            continue    # they send their tickets early: a refusal looks like a server that is done and closes
        yield failure(f"key/finished/{server}/1.3", "key.mismatch", "the client's Finished is spoiled on its way; no "
                      "certificate was asked for, so the server's encrypted alert can be about nothing else",
                      server=Server(stack=server, **only("1.3")), client=Client(**only("1.3"), hold=2.0),
                      relay=Relay("client", "client:23:1:flip"), scope="shape")
    for client in ("openssl", "curl", "python"):
        yield failure(f"key/flight/{client}/1.3", "key.mismatch", "the server's flight does not decrypt: alert "
                      "bad_record_mac in plain text", server=Server(**only("1.3")),
                      client=Client(stack=client, **only("1.3")), relay=Relay("server", "server:23:1:flip"),
                      quick=client == "openssl")
    for client in ("openssl", "curl", "gnutls", "python", "node"):
        yield failure(f"key/key_exchange/{client}/1.2", ("key.mismatch", "server_cert.rejected"), "the signature of "
                      "ServerKeyExchange does not verify: alert decrypt_error under a sound chain",
                      server=Server(**only("1.2")), client=Client(stack=client, **only("1.2")),
                      relay=Relay("server", "server:22:3:flip"))


def broken_by_server():
    """The server leaves, or falls silent, behind its ServerHello or behind its whole flight."""
    places = (("hello", "1.2", "server:22:2"), ("flight", "1.2", "server:20:1"), ("hello", "1.3", "server:23:1"))
    for place, version, rule in places:
        for client in CLIENTS:
            keys = {"server": Server(**only(version)), "client": Client(stack=client, seconds=STALL_SECONDS,
                                                                        **only(version))}
            quick = client == "openssl"
            yield failure(f"handshake/reset_after_{place}/{client}/{version}", "handshake.reset", f"the server resets "
                          f"behind its {place}", relay=Relay("server", f"{rule}:reset"), quick=quick, **keys)
            yield failure(f"handshake/close_after_{place}/{client}/{version}", "handshake.closed", f"the server closes "
                          f"behind its {place}, without an alert", relay=Relay("server", f"{rule}:close"), quick=quick,
                          **keys)
            yield failure(f"handshake/stall_after_{place}/{client}/{version}", "handshake.stalled", f"the server falls "
                          f"silent behind its {place}; the client gives up after {STALL_SECONDS:.0f} seconds",
                          relay=Relay("server", f"{rule}:stall"), quick=quick and place == "hello", **keys)


def broken_by_client():
    places = (("1.2", "client:22:2"), ("1.3", "client:20:1"))
    for version, rule in places:
        for server in SERVERS:
            keys = {"server": Server(stack=server, **only(version)), "client": Client(**only(version))}
            quick = server == "openssl"
            for how in ("close", "reset"):
                yield failure(f"handshake/client_{how}/{server}/{version}", "handshake.abandoned", "the client leaves "
                              "behind the server's flight, without an alert; the chain is sound",
                              relay=Relay("client", f"{rule}:{how}"), quick=quick, **keys)
        for server in ("openssl", "nginx", "go"):
            keys = {"server": Server(stack=server, **only(version)), "client": Client(**only(version))}
            yield failure(f"handshake/client_cancelled/{server}/{version}", "handshake.cancelled", "user_canceled and "
                          "close_notify instead of the client's flight",
                          relay=Relay("client", f"{rule}:alert=1.90,1.0"), quick=server == "openssl", **keys)
            yield failure(f"handshake/client_close_notify/{server}/{version}", "handshake.cancelled", "close_notify "
                          "instead of the client's flight", relay=Relay("client", f"{rule}:alert=1.0"), **keys)
        yield failure(f"handshake/client_stall/openssl/{version}", ("handshake.stalled", "handshake.abandoned"), "the "
                      "client falls silent behind the server's flight",
                      relay=Relay("client", f"{rule}:stall"), server=Server(**only(version)),
                      client=Client(seconds=STALL_SECONDS, **only(version)))
    for server in ("openssl", "nginx", "go"):
        yield failure(f"handshake/hello_then_left/{server}", "handshake.abandoned", "a client leaves by FIN after the "
                      "server's first flight", server=Server(stack=server, **only("1.2")),
                      client=Client(stack="raw", mode="hello_and_leave"))


ALERTS = {80: "handshake.internal_error", 10: "handshake.protocol_error", 47: "handshake.protocol_error",
          50: "handshake.protocol_error"}


def alerts():
    for number, cause in ALERTS.items():
        for where, rule in (("server", "server:22:2"), ("client", "client:22:2")):
            yield failure(f"handshake/alert_{number}/{where}/1.2", cause, f"the {where} sends alert {number} behind "
                          "the hellos; the chain is sound", server=Server(**only("1.2")), client=Client(**only("1.2")),
                          relay=Relay(where, f"{rule}:alert=2.{number}"), quick=number in (80, 10))
        yield failure(f"handshake/alert_{number}/client/1.3", cause, f"a plain alert {number} instead of the client's "
                      "flight", server=Server(**only("1.3")), client=Client(**only("1.3")),
                      relay=Relay("client", f"client:20:1:alert=2.{number}"))


def scenarios():
    for table in (weak_parameters, spoiled, broken_by_server, broken_by_client, alerts):
        yield from table()
