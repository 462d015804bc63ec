"""The relay of the third namespace: `relay.py CLIENT_INTERFACE SERVER_INTERFACE FAULT`.

Carries every frame from one interface to the other, a quarter of the round trip later, with the TTL of a packet that
passed a few routers, and lets a fault of faults.py spoil TCP. A packet that it makes itself leaves at once towards the
side where the box stands: three hops from the client, seven from the server.
"""
import heapq
import itertools
import select
import socket
import sys
import time

import faults
import wire

DELAY = {True: 0.002, False: 0.008}     # from the box to the client, to the server, in seconds
HOPS = {True: 7, False: 3}              # that a packet of the server, of the client has passed where it arrives
ALL_PROTOCOLS = 0x0003
BUFFER = 4 << 20


def opened(interface):
    connection = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    connection.bind((interface, ALL_PROTOCOLS))
    return connection


class Relay:
    def __init__(self, client, server, fault):
        self.sockets = {True: client, False: server}    # by "to the client"
        self.fault = fault
        self.queue, self.order = [], itertools.count()

    def run(self):
        while True:
            wait = max(0.0, self.queue[0][0] - time.monotonic()) if self.queue else 1.0
            ready, _, _ = select.select(list(self.sockets.values()), [], [], wait)
            for connection in ready:
                frame, address = connection.recvfrom(65536)
                if address[2] != socket.PACKET_OUTGOING:
                    self.enqueue(frame, connection is self.sockets[True])
            now = time.monotonic()
            while self.queue and self.queue[0][0] <= now:
                _, _, frame, to_client = heapq.heappop(self.queue)
                self.sockets[to_client].send(frame)

    def enqueue(self, frame, from_client):
        """The way from the sender to the box, then what the box makes of it, then the way on."""
        packet, now = wire.parsed(frame), time.monotonic()
        arrival = now + DELAY[from_client]
        if packet is None:
            self.put(arrival + DELAY[not from_client], frame, not from_client)
            return
        for made, to_client in self.fault.take(packet, from_client):
            if made is packet.frame:
                made = wire.farther(made, HOPS[to_client])
            self.put(arrival + DELAY[to_client], made, to_client)

    def put(self, when, frame, to_client):
        heapq.heappush(self.queue, (when, next(self.order), frame, to_client))


def main():
    client, server, fault = sys.argv[1:4]
    relay = Relay(opened(client), opened(server), faults.FAULTS[fault]())
    print("relaying", flush=True)
    relay.run()


if __name__ == "__main__":
    main()
