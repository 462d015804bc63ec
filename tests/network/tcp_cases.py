"""Before TLS: refusals, silence, ICMP, and openings that only look like trouble."""
from case import OBSERVED, Case
from hosts import CLIENT, CLIENT6, ROUTER, ROUTER6, SERVER, SERVER6, WINDOWS, good, handshake
from talk import TLS12
from wire import ACK, CWR, ECE, ICMP, ICMP6, RST, SYN, Flow, numbered, v4


def refused_by_windows_rules(capture):
    flow = Flow(capture, WINDOWS, SERVER)
    for ms in (0, 520, 1040):
        flow.syn(ms)
        flow.refuse(ms + 20)


def refused_on_a_few_ports(capture):
    for number, port in enumerate((443, 8443, 993)):
        flow = Flow(capture, numbered(CLIENT, port=40000 + number), numbered(SERVER, port=port))
        flow.syn(300 * number)
        flow.refuse(300 * number + 20)


def routing_loop(capture):
    flow = Flow(capture, CLIENT, SERVER)
    for ms in (0, 1020, 3070, 7230):
        flow.syn(ms)
        flow.icmp(ms + 80, 11, 0, ROUTER)
    good(capture, 30_000, 41000)


def traceroute(capture):
    """One SYN for each hop and try; the last one reaches the server."""
    for hop in range(1, 9):
        for again in range(3):
            number = hop * 3 + again
            flow = Flow(capture, numbered(CLIENT, port=42000 + number, ttl=hop), SERVER, (7_000_000 + number, 1))
            flow.syn(number * 50)
            if hop < 8:
                flow.icmp(number * 50 + hop * 2, 11, 0, v4(f"10.81.{hop}.1"))
                continue
            flow.syn_ack(number * 50 + 20)
            flow.kernel_reset(flow.c, number * 50 + 20.1)


def prohibited_ipv6(capture):
    flow = Flow(capture, CLIENT6, SERVER6)
    flow.syn(0)
    flow.icmp(8, 1, 1, ROUTER6)


def port_unreachable(capture):
    """iptables -j REJECT on the server itself."""
    flow = Flow(capture, CLIENT, SERVER)
    flow.syn(0)
    flow.icmp(20, 3, 3, SERVER.address)


def macos_ladder(capture):
    flow = Flow(capture, CLIENT, SERVER)
    for ms in (0, 1001, 2002, 3003, 4004, 5005, 7008, 11_012, 19_020, 35_030):
        flow.syn(ms)
    good(capture, 60_000, 41000)


def half_open_recovery(capture):
    """RFC 9293 section 3.5.1, figure 9: the server still has an old connection with these ports."""
    flow = Flow(capture, CLIENT, SERVER)
    flow.syn(0)
    flow.packet(flow.s, 20, ACK, 900_000_000, 700_000_000)
    flow.packet(flow.c, 20.1, RST, 700_000_000, 0, timestamps=False, window=0, ip_id=0)
    flow.syn(1020)
    flow.syn_ack(1040)
    flow.send(flow.c, 1040.1)
    handshake(flow, 1041)


def fast_open_dropped(capture):
    """RFC 7413 section 4.2.2: the SYN with data is dropped, the one without is not."""
    flow = Flow(capture, CLIENT, SERVER)
    flow.packet(flow.c, 0, SYN, flow.c.initial, 0, TLS12.hello)
    flow.open(1020)
    handshake(flow, 1041)


def congestion_bits_dropped(capture):
    """RFC 3168 section 6.1.1.1: a box drops the SYN that asks for ECN."""
    flow = Flow(capture, CLIENT, SERVER)
    flow.syn(0, more=ECE | CWR)
    flow.syn(1020, more=ECE | CWR)
    flow.open(2040)
    handshake(flow, 2061)


def spoofed_flood(capture):
    for number in range(12):
        flow = Flow(capture, numbered(CLIENT, address=v4(f"203.0.113.{number}"), port=5000 + number, timestamps=False),
                    SERVER)
        flow.syn(number)
        for ms in (0.1, 1000, 3000, 7000, 15_000):
            flow.syn_ack(number + ms)


def race_lost_to_refusal(capture):
    """IPv6 is refused, IPv4 is tried at once and works."""
    lost = Flow(capture, CLIENT6, SERVER6)
    lost.syn(0)
    lost.refuse(20)
    flow = Flow(capture, numbered(CLIENT, port=40001), SERVER)
    flow.open(20.6)
    handshake(flow, 41.8)


def refused_between_others(capture):
    """A monitor goes from one server to the next, a quarter of a second each; the second is down."""
    for number, ms in enumerate((0, 250, 500)):
        flow = Flow(capture, numbered(CLIENT, port=40000 + number),
                    numbered(SERVER, address=v4(f"192.0.2.{10 + number}")))
        if number == 1:
            flow.syn(ms)
            flow.refuse(ms + 20)
            continue
        flow.open(ms)
        handshake(flow, ms + 21)


def slow_scan(capture):
    """nmap -sS at its polite pace: one port after the other, 16 seconds in all, all refused."""
    for number, port in enumerate((21, 22, 25, 80, 110, 443, 465, 993, 995, 8443, 3306, 5432, 636, 990, 5061, 8883)):
        flow = Flow(capture, numbered(CLIENT, port=51000, timestamps=False, selective=False, scale=False,
                                      first_window=1024), numbered(SERVER, port=port))
        flow.syn(number * 1000)
        flow.refuse(number * 1000 + 20)


CASES = (
    Case("tcp_refused_thrice", refused_by_windows_rules,
         "Nothing listens; the client is Windows and tries the same SYN three times.",
         "Windows answers a RST by the same SYN again, half a second later. It is one connection and one failure.",
         (("tcp.refused", OBSERVED, "server"),)),
    Case("tcp_refused_few_ports", refused_on_a_few_ports,
         "A server is down: the client is refused on the three TLS ports that it uses.",
         "Three ports of one server are no scan: each refusal is a failure.",
         (("tcp.refused", OBSERVED, "server"),) * 3),
    Case("tcp_unreachable_loop", routing_loop,
         "A routing loop: each SYN dies on the way, and a router says so.",
         "ICMP time exceeded answers the SYN and its retransmissions: the server cannot be reached.",
         (("tcp.unreachable", OBSERVED, "path"), "success")),
    Case("silent_traceroute", traceroute,
         "Nothing: a traceroute by TCP to port 443.",
         "SYNs that die on the way on purpose, each tried once, are no connections that failed.", ()),
    Case("tcp_prohibited_ipv6", prohibited_ipv6,
         "A firewall rejects the SYN by ICMPv6 administratively prohibited.",
         "The ICMPv6 error quotes the SYN.", (("tcp.unreachable", OBSERVED, "path"),)),
    Case("tcp_unreachable_port", port_unreachable,
         "The server's own packet filter rejects the SYN by ICMP port unreachable.",
         "ICMP port unreachable quotes the SYN.", (("tcp.unreachable", OBSERVED, "path"),)),
    Case("tcp_no_answer_ladder", macos_ladder,
         "The SYN is never answered; the client is macOS and tries for half a minute.",
         "Ten SYNs, no answer, and the tap goes on seeing others: one failure, not several.",
         (("tcp.no_answer", OBSERVED, "unknown"), "success")),
    Case("silent_half_open", half_open_recovery,
         "Nothing: the server had forgotten to close an old connection with the same ports.",
         "The challenge ACK, the client's RST and the second SYN clear the old connection away; the new one succeeds.",
         ("success",)),
    Case("silent_fast_open_dropped", fast_open_dropped,
         "Nothing: a box drops the SYN that carries the ClientHello, the one without passes.",
         "TCP Fast Open falls back by itself; the handshake succeeds.", ("success",)),
    Case("silent_congestion_bits", congestion_bits_dropped,
         "Nothing: a box drops SYNs that ask for ECN, the client's stack does without at the third.",
         "A SYN that was answered in the end is no failure.", ("success",)),
    Case("silent_spoofed_flood", spoofed_flood,
         "Nothing: SYNs from addresses that never answer the SYN-ACK.",
         "Without a ClientHello there is no handshake, and the server did answer.", ()),
    Case("silent_race_refused", race_lost_to_refusal,
         "Nothing: the server's IPv6 address refuses, the client takes IPv4 at once.",
         "A losing Happy Eyeballs attempt is no failure (RFC 8305 section 5).", ("success",)),
    Case("tcp_refused_between_others", refused_between_others,
         "One of three servers that a monitor asks in turn is down.",
         "The connection before carried bytes already, the one behind began more than 200 ms after the refusal: neither "
         "is the other runner of a race, so that the refusal is the end of what was wanted there.",
         ("success", ("tcp.refused", OBSERVED, "server"), "success")),
    Case("silent_slow_scan", slow_scan,
         "Nothing: a scanner knocks at one port a second.",
         "A client that is refused at one port after the other is looking for an open one; it wants no TLS there.", ()),
)
