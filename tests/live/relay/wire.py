"""Ethernet, IPv4, TCP and ICMP as the relay needs them: taken apart, changed, made, checksums made good."""
import struct

ETHERNET = 14
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
TCP, ICMP = 6, 1


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, payload, ttl=64, identification=0):
    """An IPv4 packet; addresses in bytes."""
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), identification, 0x4000, ttl, protocol, 0)
    header += source + destination
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def tcp(source, destination, ports, sequence, acknowledgement, flags, window=0):
    """A TCP header without options and payload; PORTS are (source, destination)."""
    header = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgement, 0x50, flags, window, 0, 0)
    pseudo = source + destination + struct.pack(">HH", TCP, len(header))
    return header[:16] + struct.pack(">H", checksum(pseudo + header)) + header[18:]


class Packet:
    """An IPv4 packet with TCP in an Ethernet frame."""

    def __init__(self, frame):
        self.frame = frame
        header = 4 * (frame[ETHERNET] & 15)
        length = struct.unpack(">H", frame[ETHERNET + 2:ETHERNET + 4])[0]
        self.ip = frame[ETHERNET:ETHERNET + length]
        self.ttl, self.source, self.destination = self.ip[8], self.ip[12:16], self.ip[16:20]
        segment = self.ip[header:]
        self.ports = struct.unpack(">HH", segment[:4])
        self.sequence, self.acknowledgement = struct.unpack(">II", segment[4:12])
        self.flags = segment[13]
        self.payload = segment[4 * (segment[12] >> 4):]

    @property
    def next_sequence(self):
        return (self.sequence + len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF


def parsed(frame):
    """The Packet of FRAME, or None where it carries something else."""
    if len(frame) < ETHERNET + 40 or frame[12:14] != b"\x08\x00" or frame[ETHERNET + 9] != TCP:
        return None
    return Packet(frame)


def farther(frame, hops):
    """FRAME as it is HOPS routers later."""
    header = bytearray(frame[ETHERNET:ETHERNET + 20])
    header[8] -= hops
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack(">H", checksum(bytes(header)))
    return frame[:ETHERNET] + bytes(header) + frame[ETHERNET + 20:]


def answering(packet, ip):
    """IP in a frame back to the sender of PACKET."""
    return packet.frame[6:12] + packet.frame[:6] + b"\x08\x00" + ip


def following(packet, ip):
    """IP in a frame that goes where PACKET goes."""
    return packet.frame[:ETHERNET] + ip


def reset_back(packet, ttl, window=0):
    """A RST that claims to be from whom PACKET goes to, with the numbers that its sender expects."""
    flags = RST | ACK
    sequence = packet.acknowledgement if packet.flags & ACK else 0
    segment = tcp(packet.destination, packet.source, packet.ports[::-1], sequence, packet.next_sequence, flags, window)
    return answering(packet, ipv4(packet.destination, packet.source, TCP, segment, ttl))


def reset_forward(packet, ttl):
    """A RST that claims to be from the sender of PACKET."""
    segment = tcp(packet.source, packet.destination, packet.ports, packet.sequence, packet.acknowledgement, RST | ACK)
    return following(packet, ipv4(packet.source, packet.destination, TCP, segment, ttl))


def unreachable(packet, router, code, mtu=0, ttl=61):
    """ICMP destination unreachable from ROUTER about PACKET (RFC 792, RFC 1191)."""
    body = struct.pack(">BBHHH", 3, code, 0, 0, mtu) + packet.ip[:28]
    body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
    return answering(packet, ipv4(router, packet.source, ICMP, body, ttl))
