"""tcp.* and protocol.*: what fails before TLS, or because one side does not speak it."""
from ..clients import Client
from ..addresses import fated
from ..namespaces import SERVER_IPV6
from ..scenario import control, failure
from ..servers import Server

NOBODY = Server(stack="none")


def tcp():
    for port in (443, 8443, 6443):
        yield failure(f"tcp/refused/openssl/{port}", "tcp.refused", "nothing listens: the SYN is answered by a RST",
                      server=NOBODY, client=Client(), port=port, scope="network", quick=port == 443)
    yield failure("tcp/refused/curl/443", "tcp.refused", "the same with curl", server=NOBODY,
                  client=Client(stack="curl"),
                  port=443, scope="network")
    for number, port in enumerate((443, 8443), 1):
        yield failure(f"tcp/no_answer/curl/{port}", "tcp.no_answer", "the SYN is dropped, and so are those that follow",
                      server=NOBODY, client=Client(stack="curl", seconds=7.0), port=port,
                      destination=fated("blackhole", number), scope="network", quick=port == 443)
        yield failure(f"tcp/unreachable/curl/{port}", "tcp.unreachable", "ICMP host unreachable answers the SYN",
                      server=NOBODY, client=Client(stack="curl"), port=port, destination=fated("unreachable", number),
                      scope="network", quick=port == 443)
        yield failure(f"tcp/prohibited/curl/{port}", "tcp.unreachable", "ICMP administratively prohibited answers the "
                      "SYN",
                      server=NOBODY, client=Client(stack="curl"), port=port, destination=fated("prohibit", number),
                      scope="network")
    yield failure("tcp/refused_ipv6/openssl/993", "tcp.refused", "the same over IPv6", server=NOBODY, client=Client(),
                  port=993, destination=SERVER_IPV6, scope="network")
    for port in (80, 8080, 25):
        yield control(f"control/refused_elsewhere/{port}", "a refused port where TLS is not to be expected",
                      outcome="quiet", server=NOBODY, client=Client(stack="raw", mode="connect_and_close"), port=port,
                      scope="network", quick=port == 80)


def wrong_protocol():
    for stack in ("openssl", "nginx", "gnutls", "node", "java", "go", "python"):
        for mode in ("http", "http_post"):
            yield failure(f"protocol/{mode}/{stack}", "protocol.http_to_tls_port", "plain HTTP to a TLS port",
                          server=Server(stack=stack), client=Client(stack="raw", mode=mode), scope="network",
                          quick=stack in ("nginx", "go") and mode == "http")
        for mode in ("ssh", "smtp"):
            yield failure(f"protocol/{mode}/{stack}", "protocol.plaintext_client", "plain text that is not HTTP, to a "
                          "TLS port", server=Server(stack=stack), client=Client(stack="raw", mode=mode),
                          scope="network",
                          quick=stack == "nginx")
    for client in ("openssl", "curl", "gnutls", "node", "java", "go", "python"):
        for mode in ("http", "ssh", "smtp", "ftp"):
            yield failure(f"protocol/tls_to_{mode}/{client}", "protocol.plaintext_server", "the server answers the "
                          "hello, or greets before it, in plain text", server=Server(stack="raw", mode=mode),
                          client=Client(stack=client), scope="network", quick=client == "openssl")


def scenarios():
    yield from tcp()
    yield from wrong_protocol()
