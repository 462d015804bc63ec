"""Tunnels: CONNECT through tinyproxy, SOCKS through microsocks and Dante, to nginx behind them."""
from ..clients import curl, openssl
from ..daemons import Server
from ..daemons.proxies import HTTP_PROXY, SOCKS
from ..scenario import family
from .mail import EXPIRED, SELF_SIGNED

PROXY_REFUSED = "protocol.proxy_refused"
SHOP, OLD_SHOP, OWN_SHOP = Server("nginx"), Server("nginx", "expired"), Server("nginx", "self_signed")
OPEN = Server("tinyproxy", "")
ONLY_443 = Server("tinyproxy", "", (("ConnectPort", "443"),))
CLOSED = Server("tinyproxy", "", (("Allow", "192.0.2.1"),))
LOGIN = Server("tinyproxy", "", (("BasicAuth", "anna secret"),))
MICRO, MICRO_LOGIN = Server("microsocks", ""), Server("microsocks", "", (("user", "anna"), ("password", "secret")))
DANTE = Server("dante", "")


def helped(**servers):
    """Keywords: names that the proxy finds, and the servers behind them."""
    return {"help": {f"{name}.backend.example": server for name, server in servers.items()}}


TO_SHOP, TO_OLD, TO_OWN = helped(good=SHOP), helped(old=OLD_SHOP), helped(own=OWN_SHOP)


def through(proxy, host, port=443, *more):
    """curl asks PROXY for the backend HOST, whose certificate has the name that all servers have."""
    return curl(f"https://shop.example:{port}/", "--connect-to", f"shop.example:{port}:{host}.backend.example:{port}",
                "--proxy", proxy, *more)


def connect(*words):
    return through("http://{address}:{port}", *words)


def socks5(*words):
    return through("socks5h://{address}:{port}", *words)


def socks4(*words):
    return through("socks4://{address}:{port}", *words)


failure, success, quiet = family("http", OPEN, HTTP_PROXY, "connect")
CONNECT_SCENARIOS = (
    success("good/curl", "the tunnel is granted and the handshake done", connect("good"), **TO_SHOP),
    success("good/openssl", "OpenSSL's client", openssl("", "-proxy", "{address}:{port}", "-connect",
                                                        "good.backend.example:443"), **TO_SHOP),
    success("good/login", "the proxy wants a name and gets it",
            connect("good", 443, "--proxy-user", "anna:secret"), server=LOGIN, **TO_SHOP),
    quiet("good/plain", "plain HTTP through the proxy", curl("http://good.backend.example/", "--proxy",
                                                             "http://{address}:{port}"), **TO_SHOP),
    failure("expired/curl", EXPIRED, "the server behind the proxy has an old certificate",
            connect("old", 443, "--tls-max", "1.2"), **TO_OLD),
    failure("self_signed/curl", SELF_SIGNED, "the same with one of its own", connect("own", 443, "--tls-max", "1.2"),
            **TO_OWN),
    failure("port/curl", PROXY_REFUSED, "the proxy lets nobody through to this port", connect("good", 8443),
            server=ONLY_443, words=("403",), **TO_SHOP),
    failure("access/curl", PROXY_REFUSED, "the proxy does not serve this client", connect("good"), server=CLOSED,
            words=("403",), **TO_SHOP),
    failure("access/openssl", PROXY_REFUSED, "the same", openssl("", "-proxy", "{address}:{port}", "-connect",
                                                                 "good.backend.example:443"), server=CLOSED,
            words=("403",), **TO_SHOP),
    failure("login/curl", PROXY_REFUSED, "the proxy wants a name and gets none", connect("good"), server=LOGIN,
            words=("407",), **TO_SHOP),
    failure("nobody/curl", PROXY_REFUSED, "nothing listens behind the proxy", connect("good", 444),
            words=("500",), **TO_SHOP),
)

failure, success, quiet = family("socks", MICRO, SOCKS)
SOCKS_SCENARIOS = (
    success("good/socks5", "the tunnel is granted and the handshake done", socks5("good"), **TO_SHOP),
    success("good/login", "the proxy wants a name and gets it", socks5("good", 443, "--proxy-user", "anna:secret"),
            server=MICRO_LOGIN, **TO_SHOP),
    success("good/dante", "another proxy", socks5("good"), server=DANTE, **TO_SHOP),
    success("good/socks4", "the older version", socks4("good"), server=DANTE, **TO_SHOP),
    failure("expired/socks5", EXPIRED, "the server behind the proxy has an old certificate",
            socks5("old", 443, "--tls-max", "1.2"), **TO_OLD),
    failure("nobody/socks5", PROXY_REFUSED, "nothing listens behind the proxy", socks5("good", 444),
            words=("connection refused",), **TO_SHOP),
    failure("login/none", PROXY_REFUSED, "the proxy wants a name and gets none", socks5("good"), server=MICRO_LOGIN,
            words=("no acceptable authentication method",), **TO_SHOP),
    failure("login/wrong", PROXY_REFUSED, "the proxy wants another name",
            socks5("good", 443, "--proxy-user", "anna:wrong"), server=MICRO_LOGIN,
            words=("authentication failed",), **TO_SHOP),
    failure("rule/socks5", PROXY_REFUSED, "the proxy's rules forbid the port", socks5("good", 8443), server=DANTE,
            words=("not allowed",), **TO_SHOP),
    failure("rule/socks4", PROXY_REFUSED, "the same in the older version", socks4("good", 8443), server=DANTE,
            words=("rejected",), **TO_SHOP),
)

SCENARIOS = CONNECT_SCENARIOS + SOCKS_SCENARIOS
