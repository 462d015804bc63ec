"""A tun device whose far end refuses: tunnel.py NAME ADDRESS SERVER PORT. It goes with this process.

Makes the device, and plays both sides of refused connections: a SYN goes in at our end of the tunnel as if it came out
of it, the kernel of this namespace, which has SERVER as its own address, answers with a RST. Prints a line for each, as
prober.py does.
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source, destination, port, from_port):
    """An IPv4 packet: RFC 791 section 3.1, RFC 9293 section 3.1."""
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    tcp = struct.pack("!HHIIBBHHH", from_port, port, 1000, 0, 5 << 4, 0x02, 64240, 0, 0)
    total = checksum(addresses + struct.pack("!HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + addresses
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + tcp


def main():
    name, address, server, port = sys.argv[1:]
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    # the server is here, the client at the far end
    subprocess.run(["ip", "addr", "add", server, "peer", address, "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    os.set_blocking(device, False)
    for from_port in range(40000, 60000):
        begin = time.time()
        os.write(device, syn(address, server, int(port), from_port))
        time.sleep(0.1)
        try:
            os.read(device, 65535)
            print(f"{begin:.6f} {time.time():.6f}", flush=True)
        except BlockingIOError:
            pass


main()
