"""A TCP relay that knows TLS records and spoils one of them: `relay.py ADDRESS PORT TARGET PORT RULE`.

It stands before a server inside the server's namespace, or behind a client inside the client's, so that what
crosses the veth pair looks as if that endpoint had failed in the middle of a handshake.

RULE is SIDE:TYPE:NTH:ACTION: when SIDE (client or server) sends its NTH record of TYPE (22 handshake, 20
ChangeCipherSpec, 23 application data), then, in place of that record, do ACTION to the other side:
  flip          forward it with one bit of its last byte changed
  body=OFFSET   forward it with one bit changed at that offset of its body
  close         FIN
  reset         RST
  stall         nothing more, for as long as the other side waits
  alert=L.D,... these alerts (level.description) in plain text, then FIN
  alertreset=L.D the alert, then RST
  delay=SECONDS forward it, and what follows, only after that time
  fragment      forward it, and everything after it, one byte to a TCP segment
  after:close, after:reset, after:stall   forward it first
"""
import selectors
import socket
import struct
import sys
import threading
import time

HEADER = 5
PATIENCE = 15.0


class Rule:
    def __init__(self, text):
        self.side, kind, nth, self.action = text.split(":", 3)
        self.kind, self.nth = int(kind), int(nth)
        self.seen = 0

    def matches(self, side, kind):
        if side != self.side or kind != self.kind:
            return False
        self.seen += 1
        return self.seen == self.nth


def records(buffer):
    """Takes whole records off the front of BUFFER."""
    while len(buffer) >= HEADER:
        length = HEADER + int.from_bytes(buffer[3:HEADER], "big")
        if len(buffer) < length:
            return
        record = bytes(buffer[:length])
        del buffer[:length]
        yield record


def flipped(record, offset):
    changed = bytearray(record)
    changed[offset] ^= 0x01
    return bytes(changed)


def drain(connection):
    """Reads and forgets until the peer closes, so that close() sends a FIN and no RST."""
    connection.settimeout(1.0)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if not connection.recv(65536):
                return
        except socket.timeout:
            continue
        except OSError:
            return


def finish(connection, how):
    """Ends CONNECTION: close (FIN), reset (RST), or stall (silence until the peer leaves)."""
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return
    if how == "close":
        connection.shutdown(socket.SHUT_WR)
    drain(connection)
    connection.close()


def alerts(text):
    data = b""
    for pair in text.split(","):
        level, description = pair.split(".")
        data += bytes([21, 3, 3, 0, 2, int(level), int(description)])
    return data


class Relay:
    """One connection: FRONT towards the client, BACK towards the server."""

    def __init__(self, front, back, rule):
        self.peers = {"client": front, "server": back}
        self.rule = rule
        self.buffers = {"client": bytearray(), "server": bytearray()}
        self.single_bytes = False

    def run(self):
        selector = selectors.DefaultSelector()
        for side, connection in self.peers.items():
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, side)
        open_sides = set(self.peers)
        while open_sides:
            for key, _ in selector.select(PATIENCE) or self._give_up():
                side, other = key.data, "server" if key.data == "client" else "client"
                data = self._read(key.fileobj)
                if data is None:
                    finish(self.peers[other], "reset")
                    return
                if not data:
                    selector.unregister(key.fileobj)
                    open_sides.discard(side)
                    self._shut(other)
                elif not self._forward(side, other, data):
                    self.peers[side].close()
                    return
        for connection in self.peers.values():
            connection.close()

    def _forward(self, side, other, data):
        """Passes whole records on. Returns False when the rule ended the connection."""
        buffer = self.buffers[side]
        buffer += data
        if buffer[:1] and not 20 <= buffer[0] <= 23:
            self._send(other, bytes(buffer))
            buffer.clear()
            return True
        for record in records(buffer):
            if not self.rule.matches(side, record[0]):
                self._send(other, record)
            elif not self._act(other, record, self.rule.action):
                return False
        return True

    def _act(self, other, record, action):
        word, _, value = action.partition("=")
        if word == "flip" or word == "body":
            self._send(other, flipped(record, HEADER + int(value) if word == "body" else -1))
            return True
        if word == "delay":
            time.sleep(float(value))
            self._send(other, record)
            return True
        if word == "fragment":
            self.single_bytes = True
            self._send(other, record)
            return True
        if word.startswith("after:"):
            self._send(other, record)
            word = word[len("after:"):]
        elif word.startswith("alert"):
            self._send(other, alerts(value))
            word = word[len("alert"):] or "close"
        finish(self.peers[other], word)
        return False

    def _send(self, side, data):
        connection = self.peers[side]
        step = 1 if self.single_bytes else len(data)
        try:
            for at in range(0, len(data), step or 1):
                connection.sendall(data[at:at + step])
        except OSError:
            pass

    @staticmethod
    def _read(connection):
        try:
            return connection.recv(65536)
        except OSError:
            return None

    def _shut(self, side):
        try:
            self.peers[side].shutdown(socket.SHUT_WR)
        except OSError:
            pass

    @staticmethod
    def _give_up():
        raise SystemExit(0)


def main():
    address, port, target, target_port, rule = sys.argv[1:6]
    with socket.create_server((address, int(port)), backlog=16) as listener:
        while True:
            front, _ = listener.accept()
            back = socket.create_connection((target, int(target_port)), timeout=5)
            back.settimeout(None)
            threading.Thread(target=Relay(front, back, Rule(rule)).run, daemon=True).start()


if __name__ == "__main__":
    main()
