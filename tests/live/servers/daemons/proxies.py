"""Proxies: tinyproxy for CONNECT, microsocks and Dante for SOCKS."""

HTTP_PROXY, SOCKS = 8888, 1080

TINYPROXY = """
Port 8888
Listen 0.0.0.0
Timeout 20
MaxClients 20
LogLevel Info
"""

DANTE = """
logoutput: stderr
internal: 0.0.0.0 port = 1080
external: e0
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 port = 8443 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
"""


def tinyproxy(server, place):
    """Options are directives."""
    text = TINYPROXY + "".join(f"{name} {value}\n" for name, value in server.options)
    return ["tinyproxy", "-d", "-c", place.write("tinyproxy.conf", text)], HTTP_PROXY


def microsocks(server, _place):
    """Options: user and password, which make it insist on them."""
    words = ["microsocks", "-i", "0.0.0.0", "-p", str(SOCKS)]
    if server.option("user"):
        words += ["-u", server.option("user"), "-P", server.option("password")]
    return words, SOCKS


def dante(_server, place):
    """It lets nobody through to port 8443."""
    return ["danted", "-f", place.write("danted.conf", DANTE), "-p", place.path("pid")], SOCKS
