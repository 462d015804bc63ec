"""Captures: tcpdump on the veth pair, and captures cut into one per scenario."""
import ipaddress
import os
import signal
import struct
import time

from stalls import MACHINE, PATIENCE

from .processes import Process

FILE_HEADER = 24
PACKET_HEADER = 16
ETHERNET = 14
ICMP, TCP = 1, 6
SETTLE_SECONDS = 1.6        # the kernel hands a block of packets over after a second at most


class Tcpdump:
    """tcpdump on the server's end of the veth pair, for as long as the with block."""

    def __init__(self, namespaces, path):
        self.namespaces = namespaces
        self.path = path
        self.process = None

    def __enter__(self):
        command = ["tcpdump", "-i", self.namespaces.server_interface, "-s", "65535", "-B", "32768", "-U", "-n",
                   "-Z", "root", "-w", self.path, "tcp or icmp or icmp6"]
        self.process = Process(self.namespaces.enter(self.namespaces.server) + command, self.path + ".log")
        deadline = time.monotonic() + PATIENCE
        while "listening on" not in self.process.log():
            if not self.process.alive() or time.monotonic() > deadline:
                raise OSError("tcpdump did not start: " + self.process.log())
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        MACHINE.sleep(SETTLE_SECONDS, self.process.pid)
        self.process.stop(signal.SIGINT, PATIENCE)

    def dropped(self):
        """Packets that the kernel dropped, by tcpdump's own account."""
        for line in self.process.log().splitlines():
            if "dropped by kernel" in line:
                return int(line.split()[0])
        return 0


def packets(path):
    """Yields (header, data) of each packet of a capture that tcpdump wrote on this machine."""
    with open(path, "rb") as file:
        file.read(FILE_HEADER)
        while True:
            header = file.read(PACKET_HEADER)
            if len(header) < PACKET_HEADER:
                return
            yield header, file.read(struct.unpack("=I", header[8:12])[0])


def _ports(segment):
    return struct.unpack(">HH", segment[:4])


def ends(data):
    """The two (address, port) ends of an Ethernet frame with TCP, or of what an ICMP error quotes."""
    packet = data[ETHERNET:]
    if data[12:14] == b"\x86\xdd":
        return _ends_of_ipv6(packet)
    if data[12:14] != b"\x08\x00":
        return ()
    length = (packet[0] & 15) * 4
    if packet[9] == ICMP and packet[length] == 3:
        packet = packet[length + 8:]
        length = (packet[0] & 15) * 4
    if packet[9] != TCP or len(packet) < length + 4:
        return ()
    source, destination = (".".join(str(byte) for byte in packet[at:at + 4]) for at in (12, 16))
    from_port, to_port = _ports(packet[length:])
    return (source, from_port), (destination, to_port)


def _ends_of_ipv6(packet):
    if packet[6] != TCP or len(packet) < 44:
        return ()
    source, destination = (str(ipaddress.ip_address(packet[at:at + 16])) for at in (8, 24))
    from_port, to_port = _ports(packet[40:])
    return (source, from_port), (destination, to_port)


def seen(path):
    """All (address, port) ends that occur in a capture."""
    return {end for _, data in packets(path) for end in ends(data)}


def split(path, folder, names):
    """Writes one capture for each key of NAMES ({(server address, port): file name}) into FOLDER."""
    with open(path, "rb") as file:
        file_header = file.read(FILE_HEADER)
    parts = {}
    for header, data in packets(path):
        for end in ends(data):
            if end in names:
                parts.setdefault(end, []).append(header + data)
    os.makedirs(folder, exist_ok=True)
    for end, frames in parts.items():
        with open(os.path.join(folder, names[end] + ".pcap"), "wb") as out:
            out.write(file_header + b"".join(frames))
