"""What TLS endpoints say, taken from golden captures of real ones: the flights of both sides in turn."""
import os
import struct
import sys
from dataclasses import dataclass

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLDEN = os.path.join(TESTS, "golden")
sys.path.insert(0, os.path.join(TESTS, "weather"))

import frames                                                   # noqa: E402

GREASE = 0x4A4A


@dataclass(frozen=True)
class Talk:
    """FLIGHTS: (is the client's, bytes) in turn."""
    flights: tuple

    @property
    def hello(self):
        return self.flights[0][1]

    @property
    def server_flight(self):
        return self.flights[1][1]


def read(case):
    """The Talk of the first connection in a golden capture."""
    flow = frames.connections(frames.read(os.path.join(GOLDEN, case, "capture.pcap")))[0]
    flights, seen = [], set()
    for frame in flow:
        at = frame.transport
        start = at + 4 * (frame.data[at + 12] >> 4)
        data = frame.data[start:start + frame.payload]
        mark = (frame.ends[0], frame.data[at + 4:at + 8])
        if not data or mark in seen:
            continue
        seen.add(mark)
        client = frames.from_client(flow, frame)
        if flights and flights[-1][0] == client:
            flights[-1] = (client, flights[-1][1] + data)
        else:
            flights.append((client, data))
    return Talk(tuple(flights))


def longer(hello, count):
    """HELLO with a GREASE extension of COUNT bytes (RFC 8701): as long as a post-quantum key share makes it."""
    record, body = bytearray(hello[:5]), bytearray(hello[5:])
    at = 4 + 2 + 32
    at += 1 + body[at]
    at += 2 + struct.unpack(">H", body[at:at + 2])[0]
    at += 1 + body[at]
    extensions = struct.unpack(">H", body[at:at + 2])[0]
    more = struct.pack(">HH", GREASE, count) + bytes(count)
    body[at:at + 2] = struct.pack(">H", extensions + len(more))
    body += more
    body[1:4] = (len(body) - 4).to_bytes(3, "big")
    record[3:5] = struct.pack(">H", len(body))
    return bytes(record + body)


TLS12, TLS13 = read("success_tls12"), read("success_tls13")
LARGE_HELLO = longer(TLS13.hello, 1300)
