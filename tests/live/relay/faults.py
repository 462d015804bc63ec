"""What the relay does to packets. A fault is a class with take(packet, from_client) -> list of (frame, to_client); what
it returns goes on its way, PACKET itself only where it is among it."""
import wire

ROUTER = bytes([10, 78, 0, 254])
HELLO = b"\x16\x03"
MIDDLEBOX_TTL = 61          # 64 less the three hops between the client and the box
NEAR_SERVER_TTL = 60


def on(packet, from_client):
    """PACKET as it is."""
    return [(packet.frame, not from_client)]


class Clear:
    """Nothing."""

    def take(self, packet, from_client):
        return on(packet, from_client)


class Reset:
    """Answers the ClientHello by RSTs of its own: to the client, to the server, or to both; DROP: and keeps the hello.
    NAME: only where these bytes are in the hello (a filter of server names)."""

    def __init__(self, to_client=True, to_server=False, drop=False, name=b""):
        self.to_client, self.to_server, self.drop, self.name = to_client, to_server, drop, name

    def take(self, packet, from_client):
        if not from_client or not packet.payload.startswith(HELLO) or self.name not in packet.payload:
            return on(packet, from_client)
        frames = [] if self.drop else on(packet, from_client)
        if self.to_client:
            frames.append((wire.reset_back(packet, MIDDLEBOX_TTL), True))
        if self.to_server:
            frames.append((wire.reset_forward(packet, NEAR_SERVER_TTL), False))
        return frames


class Blackhole:
    """Drops every segment with payload of one side."""

    def __init__(self, client):
        self.client = client

    def take(self, packet, from_client):
        return [] if packet.payload and from_client == self.client else on(packet, from_client)


class Narrow:
    """A link that takes IP packets of at most MTU bytes, in one side's direction; TELL: and says so by ICMP."""

    def __init__(self, client, mtu=1400, tell=False):
        self.client, self.mtu, self.tell = client, mtu, tell

    def take(self, packet, from_client):
        if from_client != self.client or len(packet.ip) <= self.mtu:
            return on(packet, from_client)
        return [(wire.unreachable(packet, ROUTER, 4, self.mtu), from_client)] if self.tell else []


class Refuse:
    """A firewall before the server: HOW is reset, drop or prohibit."""

    def __init__(self, how):
        self.how = how

    def take(self, packet, from_client):
        if self.how == "reset":
            return [(wire.reset_back(packet, MIDDLEBOX_TTL), True)]
        return [(wire.unreachable(packet, ROUTER, 13), True)] if self.how == "prohibit" else []


class Bad:
    """Weather: every fifth segment with payload is lost once, the next comes twice."""

    def __init__(self):
        self.count, self.lost = 0, set()

    def take(self, packet, from_client):
        if not packet.payload:
            return on(packet, from_client)
        self.count += 1
        if self.count % 5 == 2 and packet.sequence not in self.lost:
            self.lost.add(packet.sequence)
            return []
        return on(packet, from_client) * (2 if self.count % 5 == 3 else 1)


FAULTS = {
    "clear": Clear,
    "rst": Reset,
    "rst_both": lambda: Reset(to_server=True),
    "rst_drop": lambda: Reset(drop=True),
    "rst_server": lambda: Reset(to_client=False, to_server=True),
    "sni_filter": lambda: Reset(drop=True, name=b"blocked.example"),
    "hello_blackhole": lambda: Blackhole(client=True),
    "flight_blackhole": lambda: Blackhole(client=False),
    "mtu_server": lambda: Narrow(client=False),
    "mtu_client": lambda: Narrow(client=True),
    "mtu_told": lambda: Narrow(client=False, tell=True),
    "reject": lambda: Refuse("reset"),
    "drop": lambda: Refuse("drop"),
    "prohibit": lambda: Refuse("prohibit"),
    "weather": Bad,
}
