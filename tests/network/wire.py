"""A connection written packet by packet, as a tap sees it: two hosts with the habits of their TCP stacks, what they say,
what the path does to it, and what something on the path says in their name.

Times are milliseconds since the beginning of the capture. Sequence numbers are counted from the first byte of each
side, as tcpdump prints them. A host's TTL is the one that arrives at the tap.
"""
import struct
from dataclasses import dataclass, replace

FIN, SYN, RST, PSH, ACK, ECE, CWR = 1, 2, 4, 8, 16, 64, 128
TCP, ICMP, ICMP6 = 6, 1, 58
BEGIN = 1_795_400_000 * 10**9       # 2026-11-23: the certificates of the captures are valid then
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)    # nanoseconds, Ethernet
ETHERNET = {4: b"\x02" * 6 + b"\x04" * 6 + b"\x08\x00", 6: b"\x02" * 6 + b"\x04" * 6 + b"\x86\xdd"}
TSVAL_PER_MS = 1


@dataclass(frozen=True)
class Host:
    """One end, with the habits of its stack: Linux unless something else is said."""
    address: bytes
    port: int
    ttl: int = 64
    mss: int = 1460
    window: int = 502
    first_window: int = 64240
    timestamps: bool = True
    selective: bool = True
    scale: bool = True
    ip_id: int = 0x3000

    @property
    def version(self):
        return 4 if len(self.address) == 4 else 6


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(source, destination, protocol, length):
    """RFC 9293 section 3.1, RFC 8200 section 8.1."""
    if len(source) == 4:
        return source + destination + struct.pack(">HH", protocol, length)
    return source + destination + struct.pack(">II", length, protocol)


def ip_packet(source, destination, protocol, payload, ttl, ip_id):
    if len(source) == 4:
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ip_id & 0xFFFF, 0x4000, ttl, protocol, 0)
        header += source + destination
        return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, ttl) + source + destination + payload


def options_of(host, opening, when, echo, blocks, timestamps):
    """TCP options as Linux orders them; Windows and scanners leave some out."""
    options = b""
    if opening and host.mss:
        options += struct.pack(">BBH", 2, 4, host.mss)
    if opening and host.selective:
        options += b"\x04\x02" if timestamps else b"\x01\x01\x04\x02"
    if timestamps:
        options += (b"" if opening and host.selective else b"\x01\x01")
        options += struct.pack(">BBII", 8, 10, when & 0xFFFFFFFF, echo & 0xFFFFFFFF)
    if opening and host.scale:
        options += b"\x01\x03\x03\x07"
    if blocks:
        options += b"\x01\x01" + bytes([5, 2 + 8 * len(blocks)])
        options += b"".join(struct.pack(">II", left, right) for left, right in blocks)
    return options + b"\x01" * (-len(options) % 4)


class Capture:
    """What the tap writes down, of all connections."""

    def __init__(self):
        self.frames = []

    def add(self, ms, version, packet):
        self.frames.append((BEGIN + round(ms * 10**6), ETHERNET[version] + packet))

    def write(self, path, snaplen=262144):
        with open(path, "wb") as file:
            file.write(FILE_HEADER)
            for time, frame in sorted(self.frames, key=lambda item: item[0]):
                file.write(struct.pack("<IIII", time // 10**9, time % 10**9, min(len(frame), snaplen), len(frame)))
                file.write(frame[:snaplen])


class Side:
    """What one end has said and heard so far."""

    def __init__(self, host, initial):
        self.host, self.initial = host, initial
        self.next, self.heard, self.ip_id = 0, 0, host.ip_id
        self.opened = False


class Flow:
    """A connection of CLIENT and SERVER in CAPTURE."""

    def __init__(self, capture, client, server, initial=(1_000_000, 5_000_000)):
        self.capture = capture
        self.c, self.s = Side(client, initial[0]), Side(server, initial[1])
        self.last = b""

    def other(self, side):
        return self.s if side is self.c else self.c

    def packet(self, side, ms, flags, sequence, acknowledgement, data=b"", **changes):
        """Puts one packet into the capture; CHANGES: ttl, ip_id, window, timestamps, blocks."""
        host, other = side.host, self.other(side)
        opening = bool(flags & SYN)
        stamps = changes.get("timestamps", host.timestamps and other.host.timestamps or opening and host.timestamps)
        blocks = [(other.initial + 1 + left, other.initial + 1 + right) for left, right in changes.get("blocks", ())]
        options = options_of(host, opening, 10_000 + round(ms * TSVAL_PER_MS), 20_000, blocks, stamps)
        number = acknowledgement if flags & ACK else 0
        offset = (20 + len(options)) // 4 << 4
        window = changes.get("window", host.first_window if opening else host.window)
        header = struct.pack(">HHIIBBHHH", host.port, other.host.port, sequence & 0xFFFFFFFF, number & 0xFFFFFFFF,
                             offset, flags, window, 0, 0) + options + data
        total = checksum(pseudo(host.address, other.host.address, TCP, len(header)) + header)
        header = header[:16] + struct.pack(">H", total) + header[18:]
        side.ip_id += "ip_id" not in changes
        ip_id = changes.get("ip_id", 0 if flags & SYN and flags & ACK else side.ip_id)
        self.last = ip_packet(host.address, other.host.address, TCP, header, changes.get("ttl", host.ttl), ip_id)
        self.capture.add(ms, host.version, self.last)

    def send(self, side, ms, flags=ACK, data=b"", at=None, ack=None, lost=False, unheard=False, **changes):
        """SIDE says DATA from sequence AT (default: where it is). LOST: before the tap. UNHEARD: behind it."""
        other = self.other(side)
        start = side.next if at is None else at
        end = start + len(data) + bool(flags & FIN)
        heard = side.heard if ack is None else ack
        side.next = max(side.next, end)
        if not lost and not unheard and start <= other.heard < end:
            other.heard = end
        if not lost:
            self.packet(side, ms, flags, side.initial + 1 + start, other.initial + 1 + heard, data, **changes)

    def syn(self, ms, **changes):
        self.packet(self.c, ms, SYN | changes.pop("more", 0), self.c.initial, 0, **changes)

    def syn_ack(self, ms, **changes):
        self.packet(self.s, ms, SYN | ACK, self.s.initial, self.c.initial + 1, **changes)

    def open(self, ms=0, rtt=20, near=0.05):
        """TCP's handshake beside the client; beside the server where RTT is small and NEAR is the round trip."""
        self.syn(ms)
        self.syn_ack(ms + rtt)
        self.send(self.c, ms + rtt + near)

    def refuse(self, ms, **changes):
        """The RST of a closed port (RFC 9293 section 3.10.7.1)."""
        self.packet(self.s, ms, RST | ACK, 0, self.c.initial + 1, timestamps=False, window=0, ip_id=0, **changes)

    def say(self, side, ms, data, size=1448, apart=0.01, **changes):
        """DATA in segments of SIZE."""
        for number, start in enumerate(range(0, len(data), size)):
            part = data[start:start + size]
            last = start + size >= len(data)
            self.send(side, ms + number * apart, ACK | (PSH if last else 0), part, **changes)

    def answer(self, side, ms, **changes):
        """A pure ACK of all that was heard."""
        self.send(side, ms, **changes)

    def close(self, side, ms, **changes):
        self.send(side, ms, FIN | ACK, **changes)

    def kernel_reset(self, side, ms, at=None, **changes):
        """The kernel's RST for a socket that is gone: it answers a segment with the number that this acknowledges."""
        start = side.next if at is None else at
        self.packet(side, ms, RST, side.initial + 1 + start, 0, timestamps=False, window=0, ip_id=0, **changes)

    def own_reset(self, side, ms):
        """The RST of an application on an open socket: timestamps, window and IP ID as in the packets before."""
        self.send(side, ms, RST | ACK)

    def forge(self, side, ms, flags=RST | ACK, at=None, ack=None, ttl=61, ip_id=0, window=0, timestamps=False,
              data=b""):
        """A packet in SIDE's name that SIDE did not send."""
        start = side.next if at is None else at
        heard = self.other(side).next if ack is None else ack
        self.packet(side, ms, flags, side.initial + 1 + start, self.other(side).initial + 1 + heard, data, ttl=ttl,
                    ip_id=ip_id, window=window, timestamps=timestamps)

    def icmp(self, ms, kind, code, router, word=0, quoted=None, towards=None):
        """An ICMP error of ROUTER about the packet that was sent last (RFC 792, RFC 4443)."""
        quoted = self.last if quoted is None else quoted
        side = towards or self.c
        version = side.host.version
        quote = quoted[:28] if version == 4 else quoted[:1232]
        body = struct.pack(">BBHI", kind, code, 0, word) + quote
        head = pseudo(router, side.host.address, ICMP6, len(body)) if version == 6 else b""
        body = body[:2] + struct.pack(">H", checksum(head + body)) + body[4:]
        self.capture.add(ms, version, ip_packet(router, side.host.address, ICMP if version == 4 else ICMP6, body, 63,
                                                0x0101))


def v4(text):
    return bytes(int(part) for part in text.split("."))


def v6(tail, net=0):
    return bytes.fromhex("20010db8") + struct.pack(">HH", net, 0) + bytes(6) + struct.pack(">H", tail)


def numbered(host, **changes):
    return replace(host, **changes)
