"""Behind the hellos: silence, closings, resets and loss in mid-handshake."""
from case import INFERRED, OBSERVED, Case
from hosts import BOX_TTL, CLIENT, CLIENT6, SERVER, SERVER6, answered, good, greeted, opened
from talk import TLS12, TLS13
from wire import ACK, FIN, RST, numbered

SEGMENT = 1448
RTOS = (276, 510, 980, 1900, 3740, 7420)


def stalled_server(capture):
    """The first part of the flight, acknowledged; then nothing, while the same two hosts go on elsewhere."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight[:90])
    flow.answer(flow.c, 45.1)
    good(capture, 60_000, 41000)


def stalled_server_keep_alive(capture):
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight[:90])
    flow.answer(flow.c, 45.1)
    for ms in (15_000, 30_000, 45_000):
        flow.send(flow.c, ms, at=flow.c.next - 1)
        flow.answer(flow.s, ms + 20)


def stalled_client(capture):
    answered(capture)
    good(capture, 60_000, 41000)


def stalled_client_tls13(capture):
    """The server's patience ends after fifteen seconds."""
    flow = answered(capture, TLS13)
    flow.close(flow.s, 15_046)
    flow.close(flow.c, 15_046.1)
    flow.answer(flow.s, 15_066)


def cut_off(capture):
    """The capture ends two seconds behind the server's flight."""
    answered(capture)
    good(capture, 2000, 41000)


def zero_window(capture):
    """The client reads nothing: its window closes, the server's probes are answered, the window stays closed."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.send(flow.s, 45, data=TLS12.server_flight[:SEGMENT])
    flow.answer(flow.c, 45.1, window=0)
    for ms in (260, 480, 920, 1800, 3560, 7080, 14_120):
        flow.send(flow.s, ms, at=SEGMENT - 1)
        flow.answer(flow.c, ms + 0.1, window=0)
    flow.send(flow.s, 30_000, RST | ACK)


def dead_beside_client(capture):
    """A firewall forgets the connection in the middle of the flight; the client's FIN is never acknowledged."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight[:SEGMENT])
    flow.answer(flow.c, 45.1)
    for ms in (8045, 8270, 8500, 8970, 9900, 11_720, 15_440):
        flow.close(flow.c, ms, at=len(TLS12.hello), unheard=True)


def dead_beside_server(capture):
    """The client leaves the network while it has the flight; the server's patience ends after ten seconds."""
    flow = answered(capture)
    for ms in (10_046, 10_270, 10_500, 10_970, 11_900, 13_720, 17_440):
        flow.close(flow.s, ms, at=len(TLS12.server_flight), unheard=True)


def abandoned_waiting(capture):
    """The client has the server's whole flight, says nothing for four seconds and leaves."""
    flow = answered(capture, TLS13)
    flow.close(flow.c, 4046)
    flow.close(flow.s, 4066)
    flow.answer(flow.c, 4066.1)


def abandoned_killed(capture):
    """The client's process is killed while the flight is on its way: its kernel answers each segment."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight)
    for ms in (45.05, 45.06):
        flow.kernel_reset(flow.c, ms)


def fin_injected(capture):
    """A FIN in the server's name behind the first part of its flight; the rest follows."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight[:90])
    flow.forge(flow.s, 45.6, FIN | ACK, ttl=BOX_TTL)
    flow.send(flow.c, 45.7, FIN | ACK, ack=91)
    flow.send(flow.s, 65, data=TLS12.server_flight[90:1500], ack=len(TLS12.hello))
    flow.kernel_reset(flow.c, 65.1, at=len(TLS12.hello) + 1)


def reset_injected_certificate(capture):
    """A box reads the certificate and resets both sides; the server's genuine packets go on."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS12.server_flight)
    flow.forge(flow.s, 45.4, ttl=BOX_TTL)
    flow.say(flow.c, 45.3, TLS12.flights[2][1])
    flow.answer(flow.s, 65, ip_id=0x7300)
    flow.kernel_reset(flow.c, 65.1)


def black_hole_offload(capture):
    """Beside a server that leaves segmentation to its network card: one huge packet, then retransmissions."""
    flow = greeted(capture)
    flow.answer(flow.s, 21.05)
    flight = TLS12.server_flight
    flow.send(flow.s, 25, data=flight, unheard=True)
    flow.answer(flow.c, 45, ack=0, blocks=[(SEGMENT, len(flight))])
    for ms in RTOS:
        flow.send(flow.s, ms, data=flight[:SEGMENT], at=0, unheard=True)
    flow.close(flow.c, 15_000)


def black_hole_ipv6(capture):
    """IPv6: a tunnel takes 1280 bytes and its Packet Too Big is filtered. Neither side selects acknowledgements."""
    client, server = numbered(CLIENT6, selective=False), numbered(SERVER6, selective=False)
    flow = opened(capture, client, server)
    flow.say(flow.c, 21, TLS12.hello)
    flow.answer(flow.s, 41)
    flight = TLS12.server_flight
    flow.send(flow.s, 45, data=flight[:1428], lost=True)
    flow.send(flow.s, 45.02, data=flight[1428:])
    flow.answer(flow.c, 45.1, ack=0)
    flow.send(flow.s, 80, data=flight[1428:], at=1428)
    flow.answer(flow.c, 80.1, ack=0)
    flow.send(flow.c, 10_046, FIN | ACK, ack=0)
    flow.answer(flow.s, 10_066)


def black_hole_no_sack(capture):
    """Beside a server without SACK: nothing but the duplicate acknowledgements tells that the short segments pass."""
    client, server = numbered(CLIENT, selective=False), numbered(SERVER, selective=False)
    flow = opened(capture, client, server, rtt=0.05)
    flow.say(flow.c, 21, TLS12.hello)
    flow.answer(flow.s, 21.05)
    flight = TLS12.server_flight
    for number, (start, end) in enumerate(((0, SEGMENT), (SEGMENT, len(flight)))):
        flow.send(flow.s, 25 + number / 100, data=flight[start:end], unheard=True)
    flow.answer(flow.c, 45, ack=0)
    for ms in RTOS:
        flow.send(flow.s, ms, data=flight[:SEGMENT], at=0, unheard=True)
    flow.close(flow.c, 15_000, ack=0)
    flow.answer(flow.s, 15_000.1)


def probed(capture):
    """The server's stack probes for the MTU (RFC 4821) after some seconds and gets through."""
    flow = greeted(capture)
    flow.answer(flow.s, 21.05)
    flight = TLS12.server_flight
    flow.send(flow.s, 25, data=flight[:SEGMENT], unheard=True)
    flow.send(flow.s, 25.01, data=flight[SEGMENT:], unheard=True)
    flow.answer(flow.c, 45, ack=0, blocks=[(SEGMENT, len(flight))])
    for ms in RTOS[:5]:
        flow.send(flow.s, ms, data=flight[:SEGMENT], at=0, unheard=True)
    flow.send(flow.s, 7420, data=flight[:1024], at=0)
    flow.send(flow.s, 7420.1, data=flight[1024:SEGMENT], at=1024)
    flow.c.heard = len(flight)
    flow.answer(flow.c, 7441)
    ms = 7442
    for client, data in TLS12.flights[2:]:
        side, other = (flow.c, flow.s) if client else (flow.s, flow.c)
        flow.say(side, ms, data)
        flow.answer(other, ms + 10)
        ms += 20
    flow.close(flow.c, ms)
    flow.close(flow.s, ms + 20)


def left_mobile(capture):
    """A phone leaves its network in a finished session: the server's later words are never acknowledged."""
    flow = opened(capture)
    ms = 21
    for client, data in TLS12.flights[:6]:
        side, other = (flow.c, flow.s) if client else (flow.s, flow.c)
        flow.say(side, ms, data)
        flow.answer(other, ms + 10)
        ms += 20
    for step in (0, 300, 900, 2100, 4500):
        flow.send(flow.s, 30_000 + step, data=b"\x17\x03\x03\x00\x20" + bytes(32), at=flow.s.next if not step else
                  flow.s.next - 37, unheard=True)
    flow.send(flow.s, 60_000, RST | ACK)


def false_start(capture):
    """RFC 7918: the client's first request follows its Finished at once, before the server's Finished."""
    flow = opened(capture)
    ms = 21
    for number in (0, 1, 2, 4, 3, 5, 6, 7):
        client, data = TLS12.flights[number]
        side, other = (flow.c, flow.s) if client else (flow.s, flow.c)
        flow.say(side, ms, data)
        if number != 2:
            flow.answer(other, ms + 10)
        ms += 20 if number != 2 else 0.1
    flow.close(flow.c, ms)
    flow.close(flow.s, ms + 10)
    flow.answer(flow.c, ms + 20)


CASES = (
    Case("success_false_start", false_start,
         "Nothing: the client sends its request behind its Finished, before the server's (TLS False Start, RFC 7918).",
         "Both Finished went out in order, whatever lay between them.", ("success",)),
    Case("unknown_silence_in_a_file", stalled_server,
         "The server falls silent behind the beginning of its flight.",
         "All was acknowledged, nothing more came in a minute in which the capture goes on to see the same two hosts. Live "
         "that would be a stall; but a file may have been cut, sampled or put together of several (many published ones "
         "keep the first packets of each connection), and then silence proves nothing.",
         ("unknown", "success")),
    Case("handshake_stalled_keep_alive", stalled_server_keep_alive,
         "The server falls silent behind the beginning of its flight; the client keeps the connection alive.",
         "Keep-alives and their answers show that both ends are there: the silence is the server's.",
         (("handshake.stalled", OBSERVED, "server"),)),
    Case("unknown_client_silence_in_a_file", stalled_client,
         "The client falls silent behind the server's whole flight.",
         "The flight was acknowledged and never answered in a minute in which the capture goes on to see both: as in "
         "unknown_silence_in_a_file, a file does not prove it.",
         ("unknown", "success")),
    Case("handshake_stalled_client_tls13", stalled_client_tls13,
         "TLS 1.3: the client falls silent behind the server's whole flight; the server gives up after 15 seconds.",
         "The flight was whole (by its shape) and acknowledged; the client owed the answer.",
         (("handshake.stalled", OBSERVED, "client"),)),
    Case("unknown_capture_ends", cut_off,
         "Nothing that this capture shows: it ends two seconds behind the server's flight.",
         "Two seconds of silence prove nothing.", ("unknown", "success")),
    Case("handshake_stalled_zero_window", zero_window,
         "The client stops reading: its window stays closed, and the server gives up after half a minute.",
         "TCP is healthy, each probe is answered; the client lets the server say nothing more.",
         (("handshake.stalled", OBSERVED, "client"),)),
    Case("path_loss_dead", dead_beside_client,
         "A firewall on the path forgets the connection while the server's flight is on its way.",
         "The flight stops in the middle. The server may have fallen silent, but a live one would acknowledge the FIN, "
         "which the client sends again and again: the path carries nothing any more.",
         (("handshake.path_loss", INFERRED, "path"),)),
    Case("path_loss_dead_server_side", dead_beside_server,
         "The client leaves the network with the server's flight in its hands; seen beside the server.",
         "The client never answers, and when the server closes, nothing acknowledges its FIN.",
         (("handshake.path_loss", INFERRED, "path"),)),
    Case("handshake_abandoned_waiting", abandoned_waiting,
         "TLS 1.3: the client leaves four seconds behind the server's flight without an answer.",
         "The server had said all that it has to say; it is the client that closed in mid-handshake.",
         (("handshake.abandoned", OBSERVED, "client"),)),
    Case("handshake_abandoned_killed", abandoned_killed,
         "The client's process is killed.",
         "Its kernel answers each segment by a bare RST of the right TTL: nobody else's.",
         (("handshake.abandoned", OBSERVED, "client"),)),
    Case("handshake_fin_injected", fin_injected,
         "A box closes the connection in the server's name in mid-flight.",
         "The FIN has another TTL than all other packets of the server, which goes on with numbers that the FIN had "
         "used up.",
         (("handshake.reset_injected", INFERRED, "path"),)),
    Case("handshake_reset_injected_flight", reset_injected_certificate,
         "A box resets the client behind the server's Certificate.",
         "The RST has another TTL than all other packets of the server, which goes on talking.",
         (("handshake.reset_injected", INFERRED, "path"),)),
    Case("path_mtu_offload", black_hole_offload,
         "A link takes no full-size packets; seen on a server whose network card does the segmentation.",
         "The first full-size segment of the huge packet is sent again six times; what is behind it is acknowledged "
         "selectively.",
         (("handshake.path_mtu", INFERRED, "path"),)),
    Case("path_mtu_ipv6_no_sack", black_hole_ipv6,
         "An IPv6 tunnel drops what is longer than 1,280 bytes; seen beside the client, without SACK.",
         "A short segment comes by behind a hole of a full-size one that is never filled.",
         (("handshake.path_mtu", INFERRED, "path"),)),
    Case("path_mtu_no_sack", black_hole_no_sack,
         "A link takes packets of 1,400 bytes only; seen beside a server that does without SACK.",
         "The first segment of the flight is of full size, sent again and again and never acknowledged; the client "
         "acknowledges the same again as soon as the short one behind it arrives.",
         (("handshake.path_mtu", INFERRED, "path"),)),
    Case("silent_mtu_probing", probed,
         "Nothing in the end: the server's stack finds the smaller MTU by itself after seven seconds.",
         "A retransmission that got through is no failure.", ("success",)),
    Case("silent_left_mobile", left_mobile,
         "Nothing: a phone leaves its network in a finished session.",
         "Both Finished went out; what happens afterwards is no handshake.", ("success",)),
)
