"""What may happen to an interface, and what must be said and done about it."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from interfaces.world import Link, Program, Span
from lab.processes import Process

HERE = os.path.dirname(os.path.abspath(__file__))
CLOSED, MUTE, TLS = 443, 8443, 9443     # ports of the server's end; all are ports of TLS
SOON = 1.0                              # seconds within which trouble is said
BACK = 2.0                              # seconds within which packets are captured again
VERDICT = 12.0                          # a refusal is told after the flow has lingered
EVER = Span(0, 0)
START = 20.0                            # under sanitizers, on a busy machine
LATE = 5.0                              # beyond this a wait has failed; how soon it came is judged by its time


class Skip(Exception):
    """The scenario cannot run here; the text says why."""


class Place:
    """What a scenario has: a link of its own, programs that end with it."""

    def __init__(self, world, number, program, rules, folder, cycles):
        self.world, self.number, self.cycles = world, number, cycles
        self.program_path, self.rules, self.folder = program, rules, folder
        self.link = Link(world, number)
        self.programs, self.processes = [], []

    def watch(self, *words, interfaces=None, launcher=()):
        """Starts the program on the scenario's interface and waits until it watches, or says what it waits for."""
        path = os.path.join(self.folder, f"{self.number}-{len(self.programs)}.log")
        names = [word for name in interfaces or [self.link.name] for word in ("-i", name)]
        command = [*launcher, self.program_path, *names, "--rules", self.rules, "--fold-burst", "0", *words]
        program = Program(self.world.enter(self.world.client) + command, path)
        self.programs.append(program)
        program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.lifecycle", START, "word of its start")
        return program

    def start(self, command, at_server=False):
        """A helper process in one of the namespaces."""
        name = self.world.server if at_server else self.world.client
        path = os.path.join(self.folder, f"{self.number}-helper.log")
        process = Process(self.world.enter(name) + command, path)
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def knocking(self):
        """Connections to a closed port all the time."""
        process = self.start([sys.executable, os.path.join(HERE, "prober.py"), self.link.server, str(CLOSED)])
        try:
            yield
        finally:
            process.stop()

    def leave(self):
        """Ends everything; says what ended badly."""
        for process in self.processes:
            process.stop()
        troubles = [program.stop() for program in self.programs]
        with contextlib.suppress(Exception):
            self.link.delete()
        return next((trouble for trouble in troubles if trouble), None)


def said(program, code, severity, since, within, name=None):
    """The event CODE, its time at most WITHIN seconds behind the end of SINCE."""
    def wanted(event):
        return event["event"].get("code") == code and event["when"] >= since.begin and \
            (name is None or interface_of(event) == name)
    event = program.wait_for(wanted, LATE, code)
    late = event["when"] - since.end
    assert late <= within, f"{code} came {late:.2f} s late"
    assert event["event"]["severity"] == severity, f"{code} has severity {event['event']['severity']}"
    return event


def interface_of(event):
    return event["observer"].get("ingress", {}).get("interface", {}).get("name")


def refusals(program, server, name=None):
    return [event for event in program.events if event["event"]["dataset"] == "tlswhy.failure" and
            event["destination"]["ip"] == server and (name is None or interface_of(event) == name)]


def heard(program, place, since, within=BACK, name=None):
    """A refusal on the wire was seen at most WITHIN seconds after the end of SINCE."""
    def wanted(event):
        return event["event"]["dataset"] == "tlswhy.failure" and event["destination"]["ip"] == place.link.server and \
            event["when"] >= since.begin and (name is None or interface_of(event) == name)
    event = program.wait_for(wanted, VERDICT, "refusal")
    assert event["event"]["code"] == "tcp.refused", f"a refusal is called {event['event']['code']}"
    first = min(event["when"] for event in list(program.events) if wanted(event))
    assert first - since.end <= within, f"the first packet was captured {first - since.end:.2f} s after"


def absent_from_events(program, *codes):
    there = {event["event"].get("code") for event in program.events} & set(codes)
    assert not there, f"it said {', '.join(sorted(there))}"


# ---- down and up ----

def down_and_up(place):
    """The operator takes the link down: said at once, and packets as soon as it is up again."""
    place.link.make()
    program = place.watch()
    with place.knocking():
        heard(program, place, EVER, within=float("inf"))
        said(program, "interface_down", 4, place.link.at_client(f"link set {place.link.name} down"), SOON)
        time.sleep(0.5)
        up = place.link.at_client(f"link set {place.link.name} up")
        said(program, "interface_up", 5, up, SOON)
        heard(program, place, up)
    absent_from_events(program, "interface_lost", "interface_back")


def carrier_lost(place):
    """The other end goes down: no packet can come, though our end is up."""
    place.link.make()
    place.link.await_carrier()
    program = place.watch()
    said(program, "interface_down", 4, place.link.at_server(f"link set {place.link.peer} down"), SOON)
    up = place.link.at_server(f"link set {place.link.peer} up")
    said(program, "interface_up", 5, up, SOON)
    with place.knocking():
        heard(program, place, up, within=BACK + 1)


def down_at_the_start(place):
    place.link.make()
    place.link.at_client(f"link set {place.link.name} down")
    begin = Span.now()
    program = place.watch()
    said(program, "interface_down", 4, begin, LATE)
    with place.knocking():
        up = place.link.at_client(f"link set {place.link.name} up")
        said(program, "interface_up", 5, up, SOON)
        heard(program, place, up)


# ---- gone and back ----

def deleted_and_made_anew(place):
    place.link.make()
    program = place.watch()
    with place.knocking():
        heard(program, place, EVER, within=float("inf"))
        said(program, "interface_lost", 2, place.link.delete(), SOON)
        time.sleep(1)
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, back)


def made_anew_at_once(place):
    """Deleted and made again before a timer can notice: it is another interface all the same."""
    place.link.make()
    program = place.watch()
    gone = place.link.delete()
    back = place.link.make()
    said(program, "interface_lost", 2, gone, SOON)
    said(program, "interface_back", 5, back, BACK)
    with place.knocking():
        heard(program, place, back, within=BACK + 1)


def renamed(place):
    """Under its new name it is another interface: nothing is captured under the old one until that is back."""
    place.link.make()
    program = place.watch()
    name, other = place.link.name, f"{place.link.name}x"
    with place.knocking():
        heard(program, place, EVER, within=float("inf"))
        away = place.link.at_client(f"link set {name} down", f"link set {name} name {other}", f"link set {other} up")
        lost = said(program, "interface_lost", 2, away, SOON)
        assert other in lost["message"], f"the new name is not told: {lost['message']}"
        time.sleep(1.5)
        back = place.link.at_client(f"link set {other} down", f"link set {other} name {name}", f"link set {name} up")
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, back)
    # what came before the loss was noticed is still of the old name: how soon it must be is judged above
    between = [event for event in refusals(program, place.link.server) if lost["when"] < event["when"] < back.begin]
    assert not between, f"{len(between)} refusals were seen under a name that was not there"


def absent_at_the_start(place):
    begin = Span.now()
    program = place.watch()
    said(program, "interface_absent", 2, begin, LATE)
    with place.knocking():
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, back)
    absent_from_events(program, "interface_lost")


def another_link_type(place):
    """Ethernet goes, raw IP of a tun device comes under the same name."""
    if not os.path.exists("/dev/net/tun"):
        raise Skip("there is no /dev/net/tun")
    place.link.make()
    program = place.watch()
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    begin = Span.now()
    place.start([sys.executable, os.path.join(HERE, "tunnel.py"), place.link.name, place.link.address,
                 place.link.server, str(CLOSED)])
    said(program, "interface_back", 5, begin, LATE)
    heard(program, place, begin, within=LATE)


def cycles(place):
    """Many times over: nothing is left open, and it works at the end as at the beginning."""
    place.link.make()
    program = place.watch()
    before = program.descriptors()
    for _ in range(place.cycles):
        lost = place.link.delete()
        said(program, "interface_lost", 2, lost, SOON)
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK)
    after = program.descriptors()
    assert after == before, f"{before} descriptors became {after}"
    with place.knocking():
        heard(program, place, back, within=BACK + 1)


def without_news(place):
    """A sandbox refuses AF_NETLINK: the timer notices."""
    place.link.make()
    program = place.watch(launcher=[sys.executable, os.path.join(HERE, "without_netlink.py")])
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    back = place.link.make()
    said(program, "interface_back", 5, back, BACK)


# ---- several ----

def several_and_any(place):
    """One that goes and comes, and "any", which stays and sees the same packets."""
    place.link.make()
    program = place.watch(interfaces=[place.link.name, "any"])
    with place.knocking():
        for name in (place.link.name, "any"):
            heard(program, place, EVER, within=float("inf"), name=name)
        said(program, "interface_lost", 2, place.link.delete(), SOON, name=place.link.name)
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK, name=place.link.name)
        for name in (place.link.name, "any"):
            heard(program, place, back, name=name)
    assert not [event for event in program.events if interface_of(event) == "any" and
                event["event"].get("code", "").startswith("interface_")], "any went away"


# ---- verdicts ----

def handshake_diagnosed_after(place):
    """A real handshake that fails after the return gets its narrow cause."""
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    key, certificate = (os.path.join(place.folder, f"{place.number}.{end}") for end in ("key", "pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=back.example", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True, timeout=30)
    place.link.make()
    program = place.watch()
    place.link.delete()
    back = place.link.make()
    said(program, "interface_back", 5, back, BACK)
    server = place.start(["openssl", "s_server", "-accept", f"{place.link.server}:{TLS}", "-key", key, "-cert",
                          certificate, "-tls1_3", "-quiet"], at_server=True)
    assert server.wait_for_listener(place.link.server, TLS), "openssl s_server does not listen"
    place.start(["openssl", "s_client", "-connect", f"{place.link.server}:{TLS}", "-tls1_2"])
    event = program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.failure", VERDICT, "failure")
    assert event["event"]["code"] == "hello.version_mismatch", f"it is called {event['event']['code']}"
    assert interface_of(event) == place.link.name


def nobody_is_blamed(place):
    """A handshake is under way when the interface goes: nobody failed, we did not see its end."""
    place.link.make()
    program = place.watch("--all")
    server = place.start([sys.executable, "-c", MUTE_SERVER, place.link.server, str(MUTE)], at_server=True)
    assert server.wait_for_listener(place.link.server, MUTE), "the mute server does not listen"
    place.start(["openssl", "s_client", "-connect", f"{place.link.server}:{MUTE}"])
    time.sleep(1.5)
    gone = place.link.delete()
    said(program, "interface_lost", 2, gone, SOON)
    event = program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.handshake", LATE, "verdict")
    assert event["event"]["outcome"] == "unknown", f"the outcome is {event['event']['outcome']}"
    assert not refusals(program, place.link.server), "a failure was told"


def nobody_was_silent(place):
    """A SYN was sent again when the interface goes: the answer may have come while we did not look."""
    place.link.make()
    neighbour = f"neigh add {place.link.server} lladdr 02:00:00:00:00:99 dev {place.link.name} nud permanent"
    place.link.at_client(neighbour)     # nobody: what is sent there is not answered
    program = place.watch("--all")
    place.start([sys.executable, "-c", KNOCK, place.link.server, str(CLOSED)])
    time.sleep(1.7)                     # sent again after 1 s
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    place.link.make()
    back = place.link.at_client(neighbour)
    said(program, "interface_back", 5, Span(back.begin - BACK, back.end), BACK)
    time.sleep(1)
    assert not refusals(program, place.link.server), f"a failure was told: {program.summary()}"


KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)"
MUTE_SERVER = """
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
held = [server.accept() for _ in range(9)]
"""


# ---- deafness ----

def silence(place):
    """An interface that is up and silent for too long: told once, and when packets come again."""
    place.link.make()
    begin = Span.now()
    program = place.watch("--deaf-seconds", "2")
    program.wait_for(lambda event: event["event"].get("code") == "silent", 8, "silent")
    event = said(program, "silent", 4, begin, 8)
    assert event["when"] - begin.begin > 1.9, "it was told too early"
    time.sleep(2.5)
    assert len([event for event in program.events if event["event"].get("code") == "silent"]) == 1, "it was told twice"
    begin = Span.now()
    with place.knocking():
        said(program, "heard_again", 5, begin, BACK + 1)


def drops(place):
    """The program sleeps while packets rain: the kernel drops, and that is counted and told."""
    place.link.make()
    program = place.watch("--buffer", "1M")
    os.kill(program.pid, signal.SIGSTOP)
    try:
        flood = place.start([sys.executable, "-c", FLOOD, place.link.server])
        flood.popen.wait(30)
    finally:
        os.kill(program.pid, signal.SIGCONT)
    event = program.wait_for(lambda event: event["event"].get("code") == "packets_dropped", LATE, "packets_dropped")
    assert event["tlswhy"]["dropped_total"] > 0
    assert event["event"]["severity"] in (2, 4)


FLOOD = """
import socket, sys
flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(30000):
    try:
        flood.sendto(bytes(1200), (sys.argv[1], 9))
    except OSError:
        pass
"""


# ---- reload ----

def filter_changes(place):
    """SIGHUP with another filter: from then on only what it lets pass; one that makes no sense changes nothing."""
    place.link.make()
    path = os.path.join(place.folder, f"{place.number}.conf")

    def hang_up(expression, outcome):
        begin = Span.now()
        with open(path, "w", encoding="ascii") as file:
            file.write(f"[capture]\nfilter = {expression}\n")
        os.kill(program.pid, signal.SIGHUP)
        program.wait_for(lambda event: event["event"].get("code") == outcome and event["when"] >= begin.begin, LATE,
                         outcome)
        return begin

    with open(path, "w", encoding="ascii") as file:
        file.write("[capture]\nfilter = tcp port 1\n")
    program = place.watch("--config", path)
    with place.knocking():
        time.sleep(3)
        hang_up("tcp port", "reload_failed")
        time.sleep(3)
        assert not refusals(program, place.link.server), "the filter is not heeded"
        begin = hang_up(f"tcp port {CLOSED}", "reloaded")
        heard(program, place, begin)


ALL = [down_and_up, carrier_lost, down_at_the_start, deleted_and_made_anew, made_anew_at_once, renamed,
       absent_at_the_start, another_link_type, cycles, without_news, several_and_any, handshake_diagnosed_after,
       nobody_is_blamed, nobody_was_silent, silence, drops, filter_changes]
