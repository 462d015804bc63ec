#!/usr/bin/python3
"""Puts failing handshakes on an interface: a golden capture, each time with other addresses.

    traffic.py INTERFACE COUNT [--rate PER_SECOND] [--first NUMBER] [--same-server]

Number N is between client 10.1.x.y and server 10.2.x.y, so that every failure can be told from the others and none is
folded; with --same-server all of them are a storm. Only the namespace that it runs in sees the frames.
"""
import argparse
import pathlib
import socket
import struct
import sys
import time

CAPTURE = pathlib.Path(__file__).resolve().parent.parent / "golden" / "hello_version_old_server" / "capture.pcap"
CAUSE = "hello.version_mismatch"


def frames():
    """The frames of the capture, in order."""
    data = CAPTURE.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    found, at = [], 24
    while at < len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        found.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return found


def address(net, number):
    return bytes((10, net, number >> 8 & 255, number & 255))


def altered(frame, client, server, number, same_server):
    """FRAME of the handshake NUMBER: Ethernet, IPv4 without options, TCP."""
    from_client = frame[26:30] == client
    new_client = address(1, number)
    new_server = address(2, 0 if same_server else number)
    source, destination = (new_client, new_server) if from_client else (new_server, new_client)
    return frame[:26] + source + destination + frame[34:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("count", type=int)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--same-server", action="store_true")
    options = parser.parse_args()
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind((options.interface, 0))
    handshake = frames()
    client, server = handshake[0][26:30], handshake[0][30:34]
    begin = time.monotonic()
    for sent in range(options.count):
        wait = begin + sent / options.rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        for frame in handshake:
            wire.send(altered(frame, client, server, options.first + sent, options.same_server))
    return 0


if __name__ == "__main__":
    sys.exit(main())
