"""The hosts of the cases, and what several cases have in common."""
from talk import TLS12, TLS13
from wire import Flow, Host, numbered, v4, v6

CLIENT = Host(v4("10.80.0.5"), 40000)
SERVER = Host(v4("192.0.2.10"), 443, ttl=52, window=501, first_window=65160, ip_id=0x7100)
WINDOWS = Host(v4("10.80.0.6"), 50000, ttl=128, window=1026, timestamps=False, ip_id=0x0a00)
CLIENT6 = Host(v6(5), 40000, mss=1440)
SERVER6 = Host(v6(16, 1), 443, ttl=52, mss=1440, window=501, first_window=64260)
BOX_TTL = 61            # of something three hops from the client
ROUTER, ROUTER6 = v4("10.80.255.1"), v6(1, 0xff)


def handshake(flow, ms, rtt=20, talk=TLS12):
    """What is left of TALK, each flight a round trip after the last, acknowledged; then both close."""
    for client, data in talk.flights:
        side, other = (flow.c, flow.s) if client else (flow.s, flow.c)
        flow.say(side, ms, data)
        ms += rtt / 2 if client else rtt / 4
        flow.answer(other, ms)
        ms += rtt / 2
    flow.close(flow.c, ms)
    flow.close(flow.s, ms + rtt)
    flow.answer(flow.c, ms + rtt + 0.1)


def good(capture, ms, port, talk=TLS13):
    """Another connection of the same client with the same server, that goes well: the tap sees both."""
    flow = Flow(capture, numbered(CLIENT, port=port), SERVER, (2_000_000 + port, 8_000_000 + port))
    flow.open(ms)
    handshake(flow, ms + 21, talk=talk)


def opened(capture, client=CLIENT, server=SERVER, ms=0, rtt=20):
    flow = Flow(capture, client, server)
    flow.open(ms, rtt)
    return flow


def greeted(capture, talk=TLS12, **ends):
    """Up to the ClientHello, sent at 21 ms."""
    flow = opened(capture, **ends)
    flow.say(flow.c, 21, talk.hello)
    return flow


def answered(capture, talk=TLS12, **ends):
    """Up to the server's first flight, acknowledged at 46 ms."""
    flow = greeted(capture, talk, **ends)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, talk.server_flight)
    flow.answer(flow.c, 46)
    return flow
