"""The ClientHello: lost, ignored, reset, closed, and by whom."""
from case import INFERRED, OBSERVED, Case
from hosts import BOX_TTL, CLIENT, SERVER, WINDOWS, good, greeted, handshake, opened
from talk import LARGE_HELLO, TLS12, TLS13
from wire import ACK, FIN, RST, Flow, numbered

SEGMENT = 1448
ALERT_40 = bytes.fromhex("15030300020228")


def reset_by_kernel(capture):
    """The process died between accept() and read()."""
    flow = greeted(capture)
    flow.kernel_reset(flow.s, 41.2)


def reset_at_accept(capture):
    """The server resets while the hello is on its way; its kernel answers the hello by a bare RST."""
    flow = opened(capture)
    flow.say(flow.c, 20.5, TLS12.hello)
    flow.send(flow.s, 20.9, RST | ACK, ack=0)
    flow.kernel_reset(flow.s, 40.6, at=0)


def reset_after_slow_opening(capture):
    """The radio woke up first: SYN to SYN-ACK took ten times as long as a round trip does."""
    flow = opened(capture, rtt=400)
    flow.say(flow.c, 401, TLS12.hello)
    flow.answer(flow.s, 441)
    flow.own_reset(flow.s, 443)


def reset_swapped(capture):
    """The capture has two queues: the server's ACK of the hello is written behind its RST."""
    flow = greeted(capture)
    flow.own_reset(flow.s, 41.000)
    flow.answer(flow.s, 41.004, ip_id=flow.s.ip_id - 1)


def reset_by_proxy_ttl(capture):
    """A firewall answers the SYN for the server (SYN cookies); server packets come from behind it."""
    flow = Flow(capture, CLIENT, SERVER)
    flow.syn(0)
    flow.syn_ack(4, ttl=61)
    flow.send(flow.c, 4.1)
    flow.say(flow.c, 5, TLS12.hello)
    flow.answer(flow.s, 25)
    flow.own_reset(flow.s, 26)


def reset_thrice_by_censor(capture):
    """Three RSTs of a kind, each further into the window, and one bare; the server's answer comes behind them."""
    flow = greeted(capture)
    for ms, at, ttl in ((26.0, 0, 49), (26.01, 1460, 50), (26.02, 4380, 48)):
        flow.forge(flow.s, ms, RST | ACK, at=at, ttl=ttl, ip_id=0x1000, window=0)
    flow.forge(flow.s, 26.3, RST, ttl=98, ip_id=0x2000, window=0)
    flow.answer(flow.s, 41)
    flow.kernel_reset(flow.c, 41.05)
    flow.say(flow.s, 45, TLS12.server_flight)
    flow.kernel_reset(flow.c, 45.05)


def reset_early_right_ttl(capture):
    """A box that copies the server's TTL; it keeps the hello."""
    flow = greeted(capture)
    flow.forge(flow.s, 27, ttl=SERVER.ttl)


def reset_both_in_the_middle(capture):
    """A firewall between the two, seen beside it, resets both sides at once with its own TTL."""
    flow = greeted(capture)
    flow.forge(flow.s, 21.4, ttl=255)
    flow.forge(flow.c, 21.4, at=len(TLS12.hello), ttl=255)


def fin_injected(capture):
    """A FIN in the server's name, five milliseconds behind the hello; the server goes on."""
    flow = greeted(capture)
    flow.forge(flow.s, 26, FIN | ACK, ttl=BOX_TTL)
    flow.send(flow.c, 26.1, FIN | ACK, ack=1)
    flow.answer(flow.s, 41, ack=len(TLS12.hello))
    flow.say(flow.s, 45, TLS12.server_flight)
    flow.kernel_reset(flow.c, 45.1, at=len(TLS12.hello) + 1)


def fin_injected_hello_kept(capture):
    """The same, and the box keeps the hello: nothing of the server follows."""
    flow = greeted(capture)
    flow.forge(flow.s, 26, FIN | ACK, ttl=BOX_TTL)
    flow.send(flow.c, 26.1, FIN | ACK, ack=1)
    for ms in (246, 480, 950, 1900):
        flow.send(flow.c, ms, FIN | ACK, at=len(TLS12.hello), ack=1)


def fin_of_server(capture):
    """The server closes as it is; its last FIN carries no timestamps option (a load balancer's own)."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    flow.close(flow.s, 42, timestamps=False)
    flow.close(flow.c, 42.1)
    flow.answer(flow.s, 62)


def lost_windows(capture):
    flow = greeted(capture, client=WINDOWS)
    for ms in (321, 921, 2121, 4521, 9321):
        flow.send(flow.c, ms, data=TLS12.hello, at=0, unheard=True)
    flow.send(flow.c, 18_900, RST | ACK)


def lost_until_server_closes(capture):
    """The client is patient, the server is not: it closes after a minute in which it has heard nothing."""
    flow = opened(capture)
    for ms in (21, 248, 476, 932, 1844, 3668, 7316, 14_612, 29_204):
        flow.send(flow.c, ms, data=TLS12.hello, at=0, unheard=True)
    flow.send(flow.s, 60_021, FIN | ACK, ack=0)
    flow.send(flow.c, 60_021.1, FIN | ACK, ack=1)


def lost_before_the_server(capture):
    """Beside the server: a filter keeps the hello, again and again; the client gives up."""
    flow = opened(capture, rtt=0.05)
    flow.send(flow.c, 21, data=TLS12.hello, lost=True)
    flow.c.next = len(TLS12.hello)
    flow.s.heard = 0
    flow.send(flow.c, 10_020, FIN | ACK)
    flow.answer(flow.s, 10_020.05, ack=0)
    for ms in (10_230, 10_460, 10_900):
        flow.send(flow.c, ms, FIN | ACK, at=len(TLS12.hello))
        flow.answer(flow.s, ms + 0.05, ack=0)


def large_first_lost_server_side(capture):
    """Beside the server: of a hello of two segments only the short second one comes by."""
    flow = opened(capture, rtt=0.05)
    first, second = LARGE_HELLO[:SEGMENT], LARGE_HELLO[SEGMENT:]
    flow.send(flow.c, 21, data=first, lost=True)
    flow.send(flow.c, 21.01, data=second)
    flow.s.heard = 0
    hole = (SEGMENT, len(LARGE_HELLO))
    flow.answer(flow.s, 21.05, ack=0, blocks=[hole])
    flow.send(flow.c, 70, data=second, at=SEGMENT)
    flow.answer(flow.s, 70.05, ack=0, blocks=[hole])
    flow.send(flow.c, 10_020, FIN | ACK)
    flow.answer(flow.s, 10_020.05, ack=0, blocks=[hole])


def large_first_lost_client_side(capture):
    """The same beside the client: the full-size segment is sent again and again, the short one is acknowledged."""
    flow = opened(capture)
    first, second = LARGE_HELLO[:SEGMENT], LARGE_HELLO[SEGMENT:]
    flow.send(flow.c, 21, data=first, unheard=True)
    flow.send(flow.c, 21.01, data=second, unheard=True)
    hole = (SEGMENT, len(LARGE_HELLO))
    flow.answer(flow.s, 41, ack=0, blocks=[hole])
    for ms in (62, 290, 750, 1660, 3490, 7150):
        flow.send(flow.c, ms, data=first, at=0, unheard=True)
    flow.send(flow.c, 10_020, FIN | ACK, unheard=True)
    flow.answer(flow.s, 10_040, ack=0, blocks=[hole])


def large_first_missed(capture):
    """The capture lacks the first segment; the server acknowledges it and the handshake goes on."""
    flow = opened(capture)
    flow.send(flow.c, 21, data=LARGE_HELLO[:SEGMENT], lost=True)
    flow.s.heard = SEGMENT
    flow.send(flow.c, 21.01, data=LARGE_HELLO[SEGMENT:])
    flow.answer(flow.s, 41)
    flow.say(flow.s, 45, TLS13.server_flight)
    flow.answer(flow.c, 46)
    flow.say(flow.c, 47, TLS13.flights[2][1])
    flow.answer(flow.s, 67)
    flow.close(flow.c, 70)


def large_first_missed_reset(capture):
    """The capture lacks the first segment, and the server resets."""
    flow = opened(capture)
    flow.send(flow.c, 21, data=LARGE_HELLO[:SEGMENT], lost=True)
    flow.s.heard = SEGMENT
    flow.send(flow.c, 21.01, data=LARGE_HELLO[SEGMENT:])
    flow.send(flow.s, 42, flags=RST | ACK)


def no_reply_cut(capture):
    """The file goes on for forty seconds with other connections, this one does not: published captures often keep the
    first packets of each connection only."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    good(capture, 40_000, 41000)


def no_reply_keep_alives(capture):
    """Keep-alives of the client are answered: both ends are there, and nothing is said."""
    flow = greeted(capture)
    flow.answer(flow.s, 41)
    for ms in (15_000, 30_000, 45_000):
        flow.send(flow.c, ms, at=len(TLS12.hello) - 1)
        flow.answer(flow.s, ms + 20)


def reset_not_heeded(capture, last):
    """A RST in the window, but not with the very next number: RFC 5961 section 3.2, the client asks (challenge ACK) and
    the connection goes on."""
    flow = greeted(capture)
    flow.forge(flow.s, 26, RST, at=700, ttl=BOX_TTL)
    flow.answer(flow.c, 26.02)
    last(flow)


def reset_then_success(capture):
    def rest(flow):
        flow.answer(flow.s, 41)
        rest_of = TLS12.flights[1:]
        ms = 45
        for client, data in rest_of:
            side, other = (flow.c, flow.s) if client else (flow.s, flow.c)
            flow.say(side, ms, data)
            flow.answer(other, ms + 10)
            ms += 20
        flow.close(flow.c, ms)
        flow.close(flow.s, ms + 20)
    reset_not_heeded(capture, rest)


def reset_then_alert(capture):
    def rest(flow):
        flow.answer(flow.s, 41)
        flow.say(flow.s, 45, ALERT_40)
        flow.answer(flow.c, 45.1)
        flow.close(flow.s, 45.2)
        flow.close(flow.c, 45.4)
        flow.answer(flow.s, 65)
    reset_not_heeded(capture, rest)


def large_refused(capture):
    """Two clients with short hellos succeed; the one with a long hello is reset twice."""
    good(capture, 0, 41000)
    good(capture, 300, 41001)
    for number in range(2):
        flow = Flow(capture, numbered(CLIENT, port=43000 + number), SERVER, (3_000_000, 6_000_000))
        start = 1000 + 500 * number
        flow.open(start)
        flow.say(flow.c, start + 21, LARGE_HELLO)
        flow.answer(flow.s, start + 41, ack=SEGMENT)
        flow.own_reset(flow.s, start + 42)


CASES = (
    Case("hello_reset_kernel", reset_by_kernel,
         "The server's process dies before it reads the ClientHello.",
         "A bare RST a round trip behind the hello, with the SYN-ACK's TTL: without timestamps, window and IP ID, as a "
         "kernel answers for a socket that is gone. Nothing speaks of anybody else.",
         (("hello.reset", OBSERVED, "unknown"),)),
    Case("hello_reset_accept", reset_at_accept,
         "The server resets the connection as soon as it is accepted (a list of addresses, a limit).",
         "The RST does not acknowledge the hello, so it need not come a round trip behind it; TTL, timestamps and IP "
         "ID are the server's.",
         (("hello.reset", OBSERVED, "unknown"),)),
    Case("hello_reset_slow_opening", reset_after_slow_opening,
         "The server resets; the opening of the connection took long because a radio had to wake up.",
         "The RST comes a tenth of the opening's time behind the hello, but the server's own ACK of the hello came as "
         "soon: the path is that short. Nothing else speaks against the server.",
         (("hello.reset", OBSERVED, "unknown"),)),
    Case("hello_reset_swapped", reset_swapped,
         "The server acknowledges the hello and resets; the capture has the two in the wrong order.",
         "An ACK microseconds behind the RST is no talking on: it was sent before.",
         (("hello.reset", OBSERVED, "unknown"),)),
    Case("hello_reset_syn_proxy", reset_by_proxy_ttl,
         "The server resets; a firewall before it had answered the SYN in its place.",
         "The TTL changes between the SYN-ACK and the server's ACK, long before the RST, which has that ACK's: the RST "
         "is the server's. It comes later than the server's ACK of the hello.",
         (("hello.reset", OBSERVED, "unknown"),)),
    Case("hello_reset_injected_thrice", reset_thrice_by_censor,
         "A censor answers the ClientHello by several RSTs with guessed sequence numbers.",
         "TTLs of their own, a quarter of a round trip, numbers that disagree, and the server goes on talking.",
         (("hello.reset_injected", INFERRED, "path"),)),
    Case("hello_reset_injected_early", reset_early_right_ttl,
         "A box with the server's TTL resets the connection and keeps the hello.",
         "The RST acknowledges the hello, but comes three tenths of a round trip behind it: no server can.",
         (("hello.reset_injected", INFERRED, "path"),)),
    Case("hello_reset_injected_both", reset_both_in_the_middle,
         "A firewall resets both sides, seen where it stands.",
         "Two RSTs at once in both names with a TTL that is neither's.",
         (("hello.reset_injected", INFERRED, "path"),)),
    Case("hello_fin_injected", fin_injected,
         "A box closes the connection in the server's name by a forged FIN.",
         "The FIN's TTL is not the SYN-ACK's, it comes a quarter of a round trip behind the hello, and the server goes "
         "on behind it: with sequence numbers that the FIN had used up.",
         (("hello.reset_injected", INFERRED, "path"),)),
    Case("hello_fin_injected_drop", fin_injected_hello_kept,
         "The same, and the box keeps everything from the server.",
         "TTL and time still tell; the client's own FIN is never acknowledged.",
         (("hello.reset_injected", INFERRED, "path"),)),
    Case("hello_closed_bare_fin", fin_of_server,
         "A load balancer closes after the ClientHello.",
         "A FIN without timestamps is one weak sign, and TTL and time are right: the server closed.",
         (("hello.closed", OBSERVED, "server"),)),
    Case("hello_lost_windows", lost_windows,
         "The path drops the ClientHello; the client is Windows, doubles its pauses and gives up by a RST.",
         "The hello was sent six times and never acknowledged.",
         (("hello.lost", OBSERVED, "path"),)),
    Case("hello_lost_until_closed", lost_until_server_closes,
         "The path drops the ClientHello; after a minute the server closes.",
         "The hello was sent nine times and never acknowledged, by the server's FIN neither: the server had not heard "
         "it.",
         (("hello.lost", OBSERVED, "path"),)),
    Case("hello_lost_server_side", lost_before_the_server,
         "A filter before the server keeps the ClientHello; seen beside the server.",
         "The client's FIN carries a sequence number 223 bytes beyond all that came by, and the server acknowledges "
         "none of them: the client's first words were lost on the way.",
         (("hello.lost", INFERRED, "path"),)),
    Case("path_mtu_hello_server_side", large_first_lost_server_side,
         "A link takes no full-size packets: of the large ClientHello only the short second segment gets through. Seen "
         "beside the server.",
         "A short segment beyond a hole of a full-size one, which is never filled and never acknowledged, although the "
         "client repeats itself.",
         (("handshake.path_mtu", INFERRED, "path"),)),
    Case("path_mtu_hello_client_side", large_first_lost_client_side,
         "The same, seen beside the client.",
         "The full-size segment is sent six times more; the short one behind it is acknowledged selectively.",
         (("handshake.path_mtu", INFERRED, "path"),)),
    Case("unknown_hello_missed", large_first_missed,
         "Nothing: the capture lacks the first segment of a large ClientHello.",
         "The server acknowledges it and answers: our loss, and no failure.", ("unknown",)),
    Case("unknown_hello_missed_reset", large_first_missed_reset,
         "The server resets behind a large ClientHello, of which the capture lacks the first segment.",
         "What was captured of it is the middle of something: neither plain text nor a ClientHello that could be judged.",
         ()),
    Case("unknown_no_reply_cut", no_reply_cut,
         "Nothing that can be known: behind the acknowledged hello the file has no more of this connection.",
         "A server that never answers and a file that was cut look the same, although the file goes on to show the same "
         "two hosts for forty seconds.",
         ("unknown", "success")),
    Case("hello_no_reply_keep_alive", no_reply_keep_alives,
         "The server accepts the connection and never answers; the client keeps it alive.",
         "Keep-alives and their answers show that both ends are there and that this tap sees them: the silence is the "
         "server's.",
         (("hello.no_reply", OBSERVED, "server"),)),
    Case("silent_reset_not_heeded", reset_then_success,
         "Nothing: somebody throws a RST with a guessed sequence number.",
         "The client does not heed it (RFC 5961) and the handshake succeeds.", ("success",)),
    Case("hello_rejected_reset_not_heeded", reset_then_alert,
         "The server refuses by an alert; a RST with a guessed number before it ended nothing.",
         "The client acknowledges what the server says behind the RST: the alert ends the handshake.",
         (("hello.rejected", OBSERVED, "unknown"),)),
    Case("hello_large_refused_reset", large_refused,
         "The server takes short ClientHellos and resets on one of two segments.",
         "The server completed handshakes with hellos of one segment and none with longer ones.",
         ("success", "success") + (("hello.large_hello_refused", INFERRED, "path"),) * 2),
)
