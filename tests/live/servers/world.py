"""The laboratory's two namespaces, and behind the server's one, which is a router here, a namespace for each host.

    client c0 10.77.0.1 ── s0 10.77.0.2 router ─┬─ host 0: 10.77.64.0/24
                                                ├─ host 1: 10.77.65.0/24
                                                └─ ...

All addresses of its network are a host's own, so that each scenario has an address for itself, and a daemon need only
listen on all. A daemon runs with process ids, mounts, /run and System V memory of its own: ending the first process
ends all that it started, and nothing of it is left.
"""
from dataclasses import dataclass

from lab.namespaces import HOST_MARK, Namespaces, command_run

FIRST_NETWORK, HOSTS_CAP = 64, 160
HOSTS = 'mount --bind "$1" /etc/hosts && shift && '
# The first word behind these is a file in the place of /etc/hosts, the others are the command.
ISOLATED = ["unshare", "--mount", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "sh", "-c",
            HOSTS + 'mount -t tmpfs none /run && "$@"; exit $?', "sh"]     # the first process should be no daemon
NAMED = ["unshare", "--mount", "--", "sh", "-c", HOSTS + 'exec "$@"', "sh"]


@dataclass(frozen=True)
class Host:
    """A namespace with a network of its own."""
    name: str
    number: int

    def address(self, index):
        """Address number INDEX of the host's, from 1."""
        return f"10.77.{FIRST_NETWORK + self.number}.{index}"


class World(Namespaces):
    """Context manager: exists inside the with block only."""

    def __init__(self):
        super().__init__()
        self.hosts = []

    def add_host(self):
        """One more host; it goes with the world."""
        number = len(self.hosts)
        if number == HOSTS_CAP:
            raise ValueError("too many hosts")
        name, interface, link = f"{self.server}{HOST_MARK}{number}", f"h{number}", f"10.76.{number}"
        host = Host(name, number)
        command_run("ip", "netns", "add", name)
        self._made.append(name)
        self._ip(name, "link set lo up")
        command_run("ip", "-n", self.server, "link", "add", interface, "type", "veth", "peer", "name", "e0", "netns",
                      name)
        self._ip(self.server, f"addr add {link}.1/24 dev {interface}")
        self._ip(self.server, f"link set {interface} up")
        self._ip(name, f"addr add {link}.2/24 dev e0")
        self._ip(name, "link set e0 up")
        self._ip(name, f"route add default via {link}.1")
        self._ip(name, f"route add local {host.address(0)}/24 dev lo")
        self._ip(self.server, f"route add {host.address(0)}/24 via {link}.2")
        self.hosts.append(host)
        return host

    def daemon_words(self, host, names):
        """Words to put before a daemon's command: it finds names in the file NAMES."""
        return self.enter(host.name) + ISOLATED + [names]

    def client_words(self, names):
        """Words to put before a client's command: it finds names in the file NAMES."""
        return self.enter(self.client) + NAMED + [names]
