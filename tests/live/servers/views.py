"""Other views of one capture: what a tap sees that is passed by one side only, and one on the way of a tunnel."""
import struct

from lab import capture
from lab.namespaces import CLIENT_ADDRESS

VXLAN_PORT, VXLAN_NETWORK = 4789, 77
OUTER_ENDS = (bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
OUTER_ETHERNET = bytes((2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0))
IPV4_LENGTH, UDP_LENGTH, VXLAN_LENGTH = 20, 8, 8
IPV4 = struct.Struct(">BBHHHBBH4s4s")
PACKET_HEADER = struct.Struct("=IIII")


def one_sided(path, out, from_client):
    """Only what the client sent, or only what the servers sent."""
    def keeps(data):
        ends = capture.ends(data)
        return bool(ends) and (ends[0][0] == CLIENT_ADDRESS) == from_client
    _rewrite(path, out, lambda data: data if keeps(data) else None)


def tunnelled(path, out):
    """Every frame inside VXLAN (RFC 7348)."""
    _rewrite(path, out, _in_vxlan)


def _rewrite(path, out, change):
    with open(path, "rb") as file, open(out, "wb") as target:
        target.write(file.read(capture.FILE_HEADER))
        for header, data in capture.packets(path):
            seconds, fraction, captured, length = PACKET_HEADER.unpack(header)
            changed = change(data)
            if changed is None:
                continue
            longer = len(changed) - captured
            target.write(PACKET_HEADER.pack(seconds, fraction, captured + longer, length + longer) + changed)


def _in_vxlan(frame):
    udp_length = UDP_LENGTH + VXLAN_LENGTH + len(frame)
    udp = struct.pack(">HHHH", 49152, VXLAN_PORT, udp_length, 0)
    vxlan = struct.pack(">II", 0x08000000, VXLAN_NETWORK << 8)
    words = [0x45, 0, IPV4_LENGTH + udp_length, 0, 0, 64, 17, 0, *OUTER_ENDS]
    words[7] = _checksum(IPV4.pack(*words))
    return OUTER_ETHERNET + IPV4.pack(*words) + udp + vxlan + frame


def _checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
