"""Ethernet frames that carry IPv4 and TCP, as the golden captures hold them: read, taken apart, written again."""
import struct
from dataclasses import dataclass, replace

FILE_HEADER = struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)    # nanoseconds, Ethernet
MICROSECONDS, NANOSECONDS = b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"
ETHERNET, ADDRESSES = 14, 26
FIN, SYN, RST, ACK = 1, 2, 4, 16


@dataclass(frozen=True)
class Frame:
    """One captured frame. TIME is in nanoseconds; LENGTH is what it had on the wire."""
    time: int
    data: bytes
    length: int

    def moved(self, nanoseconds):
        return replace(self, time=self.time + nanoseconds)

    def cut(self, snaplen):
        return replace(self, data=self.data[:snaplen])

    @property
    def transport(self):
        """Offset of the TCP header."""
        return ETHERNET + 4 * (self.data[ETHERNET] & 15)

    @property
    def ends(self):
        """(source, destination), each an address and a port in bytes."""
        at, data = self.transport, self.data
        source, destination = data[ADDRESSES:ADDRESSES + 4], data[ADDRESSES + 4:ADDRESSES + 8]
        return (source, data[at:at + 2]), (destination, data[at + 2:at + 4])

    @property
    def flags(self):
        return self.data[self.transport + 13]

    @property
    def payload(self):
        """Bytes of TCP payload on the wire."""
        total = int.from_bytes(self.data[ETHERNET + 2:ETHERNET + 4], "big")
        return ETHERNET + total - self.transport - 4 * (self.data[self.transport + 12] >> 4)


def read(path):
    """The frames of a pcap file in this machine's byte order."""
    with open(path, "rb") as file:
        content = file.read()
    scale = 1000 if content[:4] == MICROSECONDS else 1
    if content[:4] not in (MICROSECONDS, NANOSECONDS):
        raise ValueError(f"{path}: not a pcap file of this byte order")
    frames, at = [], 24
    while at + 16 <= len(content):
        seconds, fraction, captured, length = struct.unpack("=IIII", content[at:at + 16])
        at += 16
        frames.append(Frame(seconds * 10**9 + fraction * scale, content[at:at + captured], length))
        at += captured
    return frames


def write(path, frames):
    with open(path, "wb") as file:
        file.write(FILE_HEADER)
        for frame in frames:
            file.write(struct.pack("=IIII", frame.time // 10**9, frame.time % 10**9, len(frame.data), frame.length))
            file.write(frame.data)


def connections(frames):
    """FRAMES by connection: lists that begin with the client's SYN, in the order in which they begin."""
    found = {}
    for frame in frames:
        if frame.data[12:14] == b"\x08\x00" and frame.data[ETHERNET + 9] == 6:
            found.setdefault(frozenset(frame.ends), []).append(frame)
    return [flow for flow in found.values() if flow[0].flags & (SYN | ACK) == SYN]


def from_client(flow, frame):
    return frame.ends[0] == flow[0].ends[0]


def renamed(flow, number, server=None):
    """FLOW with a client address and port of its own (NUMBER) and, where it is given, another SERVER address. Checksums
    are not made good: with offloads they are wrong in real captures too, and nobody looks at them."""
    host, port = divmod(number, 50000)
    client = bytes([10, 64 + (host >> 16 & 63), host >> 8 & 255, host & 255]), (10000 + port).to_bytes(2, "big")
    other = flow[0].ends[1]
    target = (server or other[0], other[1])
    result = []
    for frame in flow:
        source, destination = (client, target) if from_client(flow, frame) else (target, client)
        at, data = frame.transport, bytearray(frame.data)
        data[ADDRESSES:ADDRESSES + 8] = source[0] + destination[0]
        data[at:at + 4] = source[1] + destination[1]
        result.append(replace(frame, data=bytes(data)))
    return result


def begun_at(flow, nanoseconds):
    """FLOW moved in time so that it begins then."""
    return [frame.moved(nanoseconds - flow[0].time) for frame in flow]


def segment(ends, time, flags, sequence, acknowledgement, payload=b""):
    """A frame from ENDS[0] to ENDS[1], without options."""
    (source, source_port), (destination, destination_port) = ends
    tcp = source_port + destination_port + struct.pack(">IIBBHHH", sequence, acknowledgement, 0x50, flags, 64240, 0, 0)
    address = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0) + source + destination
    data = b"\x02" * 6 + b"\x04" * 6 + b"\x08\x00" + address + tcp + payload
    return Frame(time, data, len(data))
