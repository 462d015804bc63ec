"""Two network namespaces joined by a veth pair: the whole world of the laboratory.

    client namespace  c0 10.77.0.1 ─────────── s0 10.77.0.2  server namespace
                         fd77::1                  fd77::2

Every scenario talks to a server address of its own out of 10.77.16.0/20 (all of them local to the server's
namespace), so that a verdict on one scenario learns nothing from another, and a port number needs no care.
Nothing is ever routed outside; both namespaces are removed again, whatever happens.
"""
import atexit
import glob
import os
import signal
import subprocess

CLIENT_ADDRESS = "10.77.0.1"
ROUTER_ADDRESS = "10.77.0.2"
# Destinations with a fate of their own, decided by the routing table of the server's namespace.
BLACKHOLE_ADDRESS = "10.77.8.1"     # dropped without a word
UNREACHABLE_ADDRESS = "10.77.8.2"   # ICMP host unreachable
PROHIBITED_ADDRESS = "10.77.8.3"    # ICMP administratively prohibited
SERVER_IPV6 = "fd77::2"             # one address for all: scenarios differ by port
NAME_PREFIX = "tlswhy-"
HOST_MARK = "h"                     # begins a host's number behind the name of the server's namespace
COMMAND_SECONDS = 60    # after which a command hangs


class Unavailable(Exception):
    """Namespaces cannot be made here; the text says why."""


def server_address(index):
    """Address of scenario number INDEX (0 to 3,500)."""
    return f"10.77.{16 + index // 250}.{1 + index % 250}"


def bracketed(address):
    """ADDRESS as it is written before a colon and a port."""
    return f"[{address}]" if ":" in address else address


def backend_address(index):
    """Loopback address, inside one namespace, of what stands behind a relay of scenario number INDEX."""
    return f"127.77.{16 + index // 250}.{1 + index % 250}"


def command_run(*command):
    """Runs a command that makes a part of the world."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stderr.strip() or 'failed'}")


class Namespaces:
    """Context manager: the pair exists inside the with block only."""

    def __init__(self):
        self.client = f"{NAME_PREFIX}c{os.getpid()}"
        self.server = f"{NAME_PREFIX}s{os.getpid()}"
        self.client_interface = "c0"
        self.server_interface = "s0"
        self._made = []

    def __enter__(self):
        if os.geteuid() != 0:
            raise Unavailable("network namespaces need root")
        remove_leftovers()
        atexit.register(self.remove)
        signal.signal(signal.SIGTERM, _leave)
        try:
            self._make()
        except (Unavailable, OSError, subprocess.TimeoutExpired) as error:
            self.remove()
            raise Unavailable(str(error)) from error
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        """Removes what was made; harmless when repeated."""
        while self._made:
            subprocess.run(["ip", "netns", "del", self._made.pop()], capture_output=True,
                           timeout=COMMAND_SECONDS, check=False)

    def enter(self, name):
        """Words to put before a command so that it runs inside the namespace NAME."""
        return ["nsenter", f"--net=/run/netns/{name}", "--"]

    def _make(self):
        for name in (self.client, self.server):
            command_run("ip", "netns", "add", name)
            self._made.append(name)
            self._ip(name, "link set lo up")
        command_run("ip", "-n", self.client, "link", "add", self.client_interface, "type", "veth",
             "peer", "name", self.server_interface, "netns", self.server)
        self._ip(self.client, f"addr add {CLIENT_ADDRESS}/24 dev c0")
        self._ip(self.client, "addr add fd77::1/64 dev c0 nodad")
        self._ip(self.server, f"addr add {ROUTER_ADDRESS}/24 dev s0")
        self._ip(self.server, f"addr add {SERVER_IPV6}/64 dev s0 nodad")
        self._ip(self.client, "link set c0 up")
        self._ip(self.server, "link set s0 up")
        self._ip(self.client, f"route add 10.77.0.0/16 via {ROUTER_ADDRESS}")
        self._ip(self.server, "route add local 10.77.16.0/20 dev lo")
        self._sysctl(self.server, "net.ipv4.ip_forward", "1")
        # Linux answers one unreachable destination with one ICMP message a second unless told otherwise.
        self._sysctl(self.server, "net.ipv4.icmp_ratelimit", "0")
        self._ip(self.server, f"route add blackhole {BLACKHOLE_ADDRESS}/32")
        self._ip(self.server, f"route add unreachable {UNREACHABLE_ADDRESS}/32")
        self._ip(self.server, f"route add prohibit {PROHIBITED_ADDRESS}/32")

    def _ip(self, name, words):
        command_run("ip", "-n", name, *words.split())

    def _sysctl(self, name, key, value):
        path = "/proc/sys/" + key.replace(".", "/")
        command_run(*self.enter(name), "sh", "-c", f"echo {value} > {path}")


def _leave(_signal, _frame):
    raise SystemExit(143)


def remove_leftovers():
    """Removes namespaces of runs that were killed before they could do it themselves."""
    for path in glob.glob(f"/run/netns/{NAME_PREFIX}[cs]*"):
        name = os.path.basename(path)
        owner = name[len(NAME_PREFIX) + 1:].partition(HOST_MARK)[0]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=COMMAND_SECONDS, check=False)
