"""Gives the client of every scenario an address of its own.

A client that opens connections to many addresses at once looks like one that looks for the fastest (Happy Eyeballs) or
for an open port (a scan), of which tlswhyd rightly says nothing; the scenarios have to be strangers to each other.
Destinations that answer nothing, or by ICMP, come by the network: each scenario takes an address of its own there too.
"""
import subprocess

from .namespaces import CLIENT_ADDRESS, COMMAND_SECONDS, ROUTER_ADDRESS

CLIENT_NETWORK = "10.78.0.0/16"
# Networks with a fate of their own, decided by the routing table of the server's namespace.
FATES = {"blackhole": "10.77.9", "unreachable": "10.77.10", "prohibit": "10.77.11"}


def client_address(index):
    """Address of the client of scenario number INDEX."""
    return f"10.78.{16 + index // 250}.{1 + index % 250}"


def fated(fate, number):
    """Address number NUMBER whose packets share the FATE named."""
    return f"{FATES[fate]}.{number}"


def prepare(namespaces):
    """Makes the clients' network and the fated ones."""
    _ip(namespaces.client, f"route replace local {CLIENT_NETWORK} dev lo")
    _ip(namespaces.server, f"route replace {CLIENT_NETWORK} via {CLIENT_ADDRESS}")
    for fate, network in FATES.items():
        _ip(namespaces.server, f"route replace {fate} {network}.0/24")


def give(namespaces, index, destination):
    """From now on, who connects to DESTINATION does so from the client address of scenario INDEX."""
    if ":" not in destination:
        _ip(namespaces.client, f"route replace {destination}/32 via {ROUTER_ADDRESS} src {client_address(index)}")


def _ip(namespace, words):
    done = subprocess.run(["ip", "-n", namespace, *words.split()], capture_output=True, text=True,
                          timeout=COMMAND_SECONDS, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {words}: {done.stderr.strip()}")
