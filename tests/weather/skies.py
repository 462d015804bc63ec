"""What the wire and the capture do to handshakes that went well, and what else goes on there that is no failure.

Each weather is a function (flows, chance) -> frames, in no particular order; FLOWS are successful connections,
CHANCE is a seeded random.Random. Nothing that a weather makes may raise a failure.
"""
from dataclasses import replace

from frames import ACK, ETHERNET, FIN, RST, SYN, Frame, begun_at, from_client, renamed, segment

MILLISECOND = 10**6
SECOND = 10**9
BEGIN = 1_790_000_000 * SECOND      # 2026-09-21: the certificates of the captures are valid then
APART = 700_000                     # nanoseconds between the beginnings of two connections


def crowd(flows, count, servers=0):
    """COUNT connections out of FLOWS in turn, overlapping, each with a client of its own, over SERVERS addresses."""
    for number in range(count):
        server = bytes([10, 200, number % servers >> 8, number % servers & 255]) if servers else None
        yield begun_at(renamed(flows[number % len(flows)], number, server), BEGIN + number * APART)


def joined(flows):
    return [frame for flow in flows for frame in flow]


def lossy_capture(share, count):
    """SHARE of all packets missing from the capture, at random."""
    def weather(flows, chance):
        return [frame for frame in joined(crowd(flows, count, 40)) if chance.random() >= share]
    return weather


def every_flow(change):
    """CHANGE(flow, chance) -> frames, applied to 30 rounds of all flows."""
    def weather(flows, chance):
        return [frame for flow in crowd(flows, 30 * len(flows)) for frame in change(flow, chance)]
    return weather


def each_packet_missing(flows, _):
    """Every single packet of every connection left out once."""
    cases = [(flow, position) for flow in flows for position in range(len(flow))]
    for number, (flow, position) in enumerate(cases):
        left = begun_at(renamed(flow, number), BEGIN + number * APART)
        yield from left[:position] + left[position + 1:]


def each_two_packets_missing(flows, _):
    """Two packets in a row left out, everywhere once."""
    cases = [(flow, position) for flow in flows for position in range(len(flow) - 1)]
    for number, (flow, position) in enumerate(cases):
        left = begun_at(renamed(flow, number), BEGIN + number * APART)
        yield from left[:position] + left[position + 2:]


def every_cut(flow_part):
    """FLOW_PART(flow, position) at every position of every connection."""
    def weather(flows, _):
        cases = [(flow, position) for flow in flows for position in range(1, len(flow))]
        for number, (flow, position) in enumerate(cases):
            yield from flow_part(begun_at(renamed(flow, number), BEGIN + number * APART), position)
    return weather


def first_packets_kept(flows, chance):
    """A file that keeps the first packets of each connection, as published ones do, and goes on for some minutes: every
    connection cut at every position, with more of them, whole, each ten seconds later."""
    cut = list(every_cut(lambda flow, position: flow[:position])(flows, chance))
    yield from cut
    for number in range(30):
        yield from begun_at(renamed(flows[number % len(flows)], 60_000 + number), BEGIN + (number + 1) * 10 * SECOND)


def stretched(flow, factor):
    """FLOW over a path FACTOR times as long. The captures were made on one machine, with a round trip of 0.1 ms."""
    return [frame.moved((frame.time - flow[0].time) * (factor - 1)) for frame in flow]


def reordered(flow, chance):
    """A round trip of 20 ms, and each packet up to 3 ms late: those that were sent at once change places."""
    return [frame.moved(chance.randrange(3 * MILLISECOND)) for frame in stretched(flow, 200)]


def swapped(flow, chance):
    """Two neighbours in the wrong order, as a capture on two queues has them."""
    position = chance.randrange(len(flow) - 1)
    frames = list(flow)
    one, other = frames[position], frames[position + 1]
    frames[position], frames[position + 1] = replace(other, time=one.time), replace(one, time=other.time)
    return frames


def duplicated(flow, _):
    """A mirror of two ports: everything twice, within microseconds."""
    return joined((frame, frame.moved(20_000)) for frame in flow)


def routed(flow, _):
    """All interfaces of a router: everything twice, the second time with a TTL one less."""
    frames = []
    for frame in flow:
        data = bytearray(frame.data)
        data[ETHERNET + 8] -= 1
        frames += [frame, replace(frame, time=frame.time + 90_000, data=bytes(data))]
    return frames


def retransmitted(flow, chance):
    """Some segments are sent again, because their acknowledgement was late."""
    frames = stretched(flow, 200)
    open_for = frames[-1].time
    again = [frame.moved(chance.randrange(5, 40) * MILLISECOND) for frame in frames
             if frame.payload > 0 and chance.random() < 0.4]
    return frames + [frame for frame in again if frame.time < open_for]


def delayed(flow, chance):
    """A segment is lost behind the tap, sent again, and everything after it comes later: it got through."""
    data = [position for position, frame in enumerate(flow) if frame.payload > 0]
    position = chance.choice(data)
    wait = 230 * MILLISECOND
    again = [flow[position].moved(wait * step) for step in (1, 3)]
    return flow[:position + 1] + again + [frame.moved(4 * wait) for frame in flow[position + 1:]]


def slow(flow, _):
    """A path on which everything takes its time."""
    return stretched(flow, 400)


def client_only(flow, _):
    return [frame for frame in flow if from_client(flow, frame)]


def server_only(flow, _):
    return [frame for frame in flow if not from_client(flow, frame)]


def cut_to(snaplen):
    """A capture with a short snaplen."""
    return lambda flow, _: [frame.cut(snaplen) for frame in flow]


def tagged(flow, chance):
    """VLAN tags, in one direction with a priority."""
    tag = chance.randrange(1, 4095)
    return [replace(frame, data=frame.data[:12] + b"\x81\x00" + tag.to_bytes(2, "big") + frame.data[12:],
                    length=frame.length + 4) for frame in flow]


def open_still(frame):
    """FRAME without its FIN: what it says stays."""
    data = bytearray(frame.data)
    data[frame.transport + 13] &= ~FIN
    return replace(frame, data=bytes(data))


def kept_alive(flow, _):
    """Keep-alives of both sides after the end of what was said, before the FIN."""
    last = {}
    for frame in flow:
        if frame.flags & (FIN | RST) and not frame.payload:
            break
        last[from_client(flow, frame)] = frame
    frames = [open_still(frame) for frame in flow if frame.payload or not frame.flags & (FIN | RST)]
    for side, frame in last.items():
        at = frame.transport
        sequence = int.from_bytes(frame.data[at + 4:at + 8], "big") + frame.payload
        acknowledgement = int.from_bytes(frame.data[at + 8:at + 12], "big")
        quiet = frames[-1].time + (15 + side) * SECOND
        frames += [segment(frame.ends, quiet + step * SECOND, ACK, sequence - 1, acknowledgement) for step in range(2)]
    return frames


def ends_of(number, port, host=0):
    client = bytes([10, 70, number >> 8 & 255, number & 255]), (20000 + number % 40000).to_bytes(2, "big")
    return client, (bytes([10, 77, 16, host]), port.to_bytes(2, "big"))


def opening(ends, time, sequence=1000):
    """SYN, SYN-ACK, ACK."""
    client, server = ends
    return [segment(ends, time, SYN, sequence, 0),
            segment((server, client), time + 200_000, SYN | ACK, 5000, sequence + 1),
            segment(ends, time + 300_000, ACK, sequence + 1, 5001)]


def health_checks(*_):
    """TCP checks of load balancers: connect and close, connect and reset, HAProxy's RST that answers the SYN-ACK."""
    for number in range(900):
        ends = ends_of(number, 443)
        client, server = ends
        time = BEGIN + number * 5 * MILLISECOND
        frames = opening(ends, time)
        later = time + 400_000
        if number % 3 == 0:
            yield from frames
            yield segment(ends, later, FIN | ACK, 1001, 5001)
            yield segment((server, client), later + 200_000, FIN | ACK, 5001, 1002)
            yield segment(ends, later + 300_000, ACK, 1002, 5002)
        elif number % 3 == 1:
            yield from frames
            yield segment(ends, later, RST | ACK, 1001, 5001)
        else:
            yield from frames[:2]
            yield segment(ends, later, RST | ACK, 1001, 5001)


def preconnects(*_):
    """A browser opens spare connections and closes them later, unused; some are closed by the server."""
    for number in range(300):
        ends = ends_of(number, 443)
        time = BEGIN + number * 7 * MILLISECOND
        first, second = (ends, ends[::-1]) if number % 2 else (ends[::-1], ends)
        here, there = (1001, 5001) if number % 2 else (5001, 1001)
        yield from opening(ends, time)
        later = time + 12 * SECOND
        yield segment(first, later, FIN | ACK, here, there)
        yield segment(second, later + 300_000, FIN | ACK, there, here + 1)
        yield segment(first, later + 400_000, ACK, here + 1, there + 1)


SCANNED = (21, 22, 23, 25, 53, 80, 110, 143, 443, 445, 465, 587, 636, 853, 993, 995, 3306, 3389, 5432, 6443, 8080,
           8443, 9443)


def scan(answer):
    """One host tries all ports of one server, and then port 443 of all hosts; ANSWER(ends, time, number) -> frames."""
    def weather(*_):
        targets = [(port, 1) for port in SCANNED] + [(443, host) for host in range(2, 250)]
        for number, (port, host) in enumerate(targets):
            client, server = ends_of(0, port, host)
            ends = (client[0], (30000 + number).to_bytes(2, "big")), server
            time = BEGIN + number * 3 * MILLISECOND
            yield segment(ends, time, SYN, 77, 0)
            yield from answer(ends, time, number)
    return weather


def refused(ends, time, _):
    yield segment(ends[::-1], time + 100_000, RST | ACK, 0, 78)


def dropped(ends, time, _):
    yield from (segment(ends, time + step * SECOND, SYN, 77, 0) for step in (1, 3))


def half_open(ends, time, number):
    if number % 4:
        yield from refused(ends, time, number)
        return
    yield segment(ends[::-1], time + 100_000, SYN | ACK, 900, 78)
    yield segment(ends, time + 150_000, RST, 78, 0)


def fast_open(flow, _):
    """The ClientHello rides on the SYN (RFC 7413), where the first packets allow it."""
    hello = next(position for position, frame in enumerate(flow) if frame.payload > 0)
    syn, data = flow[0], flow[hello]
    if not from_client(flow, data) or hello != 3:
        return flow
    at, start = syn.transport, data.length - data.payload
    header = bytearray(syn.data[:at + 4 * (syn.data[at + 12] >> 4)])
    header += data.data[start:]
    header[ETHERNET + 2:ETHERNET + 4] = (len(header) - ETHERNET).to_bytes(2, "big")
    answer = bytearray(flow[1].data)
    there = flow[1].transport
    number = int.from_bytes(answer[there + 8:there + 12], "big") + data.payload
    answer[there + 8:there + 12] = number.to_bytes(4, "big")
    first = [Frame(syn.time, bytes(header), len(header)), replace(flow[1], data=bytes(answer)), flow[2]]
    return first + flow[hello + 1:]


def weathers(handshakes):
    """Name -> weather; HANDSHAKES is how many the lossy captures hold."""
    return {
        "clear": every_flow(lambda flow, _: flow),
        "1 % of the packets not captured": lossy_capture(0.01, handshakes),
        "8 % of the packets not captured": lossy_capture(0.08, handshakes // 4),
        "each packet missing once": each_packet_missing,
        "each two packets missing once": each_two_packets_missing,
        "the capture starts late": every_cut(lambda flow, position: flow[position:]),
        "the capture ends early": every_cut(lambda flow, position: flow[:position]),
        "only the first packets are kept": first_packets_kept,
        "reordered": every_flow(reordered),
        "two packets swapped": every_flow(swapped),
        "a mirror of two ports": every_flow(duplicated),
        "all interfaces of a router": every_flow(routed),
        "retransmissions": every_flow(retransmitted),
        "losses that were made good": every_flow(delayed),
        "a slow path": every_flow(slow),
        "the client's direction only": every_flow(client_only),
        "the server's direction only": every_flow(server_only),
        "snaplen 60": every_flow(cut_to(60)),
        "snaplen 96": every_flow(cut_to(96)),
        "snaplen 200": every_flow(cut_to(200)),
        "VLAN": every_flow(tagged),
        "keep-alives": every_flow(kept_alive),
        "TCP Fast Open": every_flow(fast_open),
        "health checks": health_checks,
        "preconnects": preconnects,
        "a scan of closed ports": scan(refused),
        "a scan of filtered ports": scan(dropped),
        "a half-open scan": scan(half_open),
    }
