"""Three network namespaces in a row: client 10.78.0.1, the relay that carries every frame, server 10.78.0.2."""
import os
import subprocess

CLIENT, SERVER = "10.78.0.1", "10.78.0.2"
SECONDS = 10


class World:
    """Context manager: exists inside the with block only."""

    def __init__(self):
        self.client, self.box, self.server = (f"tlswhy-r{side}{os.getpid()}" for side in "cbs")
        self.made = []

    def __enter__(self):
        try:
            for name in (self.client, self.box, self.server):
                self._run("ip", "netns", "add", name)
                self.made.append(name)
            self._pair(self.client, "c0", "bc", CLIENT)
            self._pair(self.server, "s0", "bs", SERVER)
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        while self.made:
            subprocess.run(["ip", "netns", "del", self.made.pop()], capture_output=True, timeout=SECONDS, check=False)

    @staticmethod
    def enter(name):
        return ["nsenter", f"--net=/run/netns/{name}", "--"]

    def _pair(self, name, near, far, address):
        self._run("ip", "-n", name, "link", "add", near, "type", "veth", "peer", "name", far, "netns", self.box)
        self._run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", near)
        for where, interface in ((name, "lo"), (name, near), (self.box, far)):
            self._run("ip", "-n", where, "link", "set", interface, "up")
        # The relay rewrites packets: they must be whole, and their checksums real.
        for where, interface in ((name, near), (self.box, far)):
            for feature in ("tx", "tso", "gso", "gro"):
                self._run(*self.enter(where), "ethtool", "-K", interface, feature, "off")

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
