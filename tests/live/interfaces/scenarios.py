"""What may happen to an interface, and what must be said and done about it."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from interfaces.world import Link, Program, Span
from lab.processes import Process
from stalls import PATIENCE, in_time, until

HERE = os.path.dirname(os.path.abspath(__file__))
CLOSED, MUTE, TLS = 443, 8443, 9443     # ports of the server's end; all are ports of TLS
SOON = 1.0                              # seconds within which trouble is said
BACK = 2.0                              # seconds within which packets are captured again
EVER = Span(0, 0)
EARLY = 5.0                             # seconds within which the program says at its start how things stand


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
        program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.lifecycle", "word of its start")
        return program

    def start(self, command, at_server=False):
        """A helper process in one of the namespaces, with a log of its own."""
        name = self.world.server if at_server else self.world.client
        path = os.path.join(self.folder, f"{self.number}-helper-{len(self.processes)}.log")
        process = Process(self.world.enter(name) + command, path)
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def knocking(self):
        """Connections to a closed port all the time; gives what was knocked."""
        process = self.start([sys.executable, os.path.join(HERE, "prober.py"), self.link.server, str(CLOSED)])
        try:
            yield Knocks(process)
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


class Knocks:
    """What prober.py wrote down: when each knock that was refused began, and when it was over."""

    def __init__(self, process):
        self._process = process

    def __iter__(self):
        whole = (line for line in self._process.log().splitlines(True) if line.endswith("\n"))
        return iter([tuple(map(float, line.split())) for line in whole])

    def first(self):
        return until(lambda: next(iter(self), None), "a refused knock")


def said(program, code, severity, since, within, name=None):
    """The event CODE, its time at most WITHIN seconds behind the end of SINCE."""
    def wanted(event):
        return event["event"].get("code") == code and event["when"] >= since.begin and \
            (name is None or interface_of(event) == name)
    event = program.wait_for(wanted, code)
    in_time(f"{code} came", within, since.end, event["when"], program.pid)
    assert event["event"]["severity"] == severity, f"{code} has severity {event['event']['severity']}"
    return event


def interface_of(event):
    return event["observer"].get("ingress", {}).get("interface", {}).get("name")


def refusals(program, server, name=None):
    return [event for event in program.events if event["event"]["dataset"] == "tlswhy.failure" and
            event["destination"]["ip"] == server and (name is None or interface_of(event) == name)]


def told(program, place, since=EVER, name=None):
    """Waits for a refusal on the wire, seen after SINCE; gives when the first was."""
    def wanted(event):
        return event["event"]["dataset"] == "tlswhy.failure" and event["destination"]["ip"] == place.link.server and \
            event["when"] >= since.begin and (name is None or interface_of(event) == name)
    event = program.wait_for(wanted, "refusal")
    assert event["event"]["code"] == "tcp.refused", f"a refusal is called {event['event']['code']}"
    return min(event["when"] for event in list(program.events) if wanted(event))


def heard(program, place, knocks, since, name=None):
    """Of the knocks after SINCE, none was missed from BACK seconds on."""
    first = told(program, place, since, name)
    missed = [begin for begin, end in knocks if begin >= since.end and end < first]
    if missed:
        in_time("a knock was missed", BACK, since.end, missed[-1], program.pid)


def absent_from_events(program, *codes):
    there = {event["event"].get("code") for event in program.events} & set(codes)
    assert not there, f"it said {', '.join(sorted(there))}"


# ---- down and up ----

def down_and_up(place):
    """The operator takes the link down: said at once, and packets as soon as it is up again."""
    place.link.make()
    program = place.watch()
    with place.knocking() as knocks:
        told(program, place)
        said(program, "interface_down", 4, place.link.at_client(f"link set {place.link.name} down"), SOON)
        time.sleep(0.5)
        up = place.link.running_after(place.link.at_client(f"link set {place.link.name} up"))
        said(program, "interface_up", 5, up, SOON)
        heard(program, place, knocks, up)
    absent_from_events(program, "interface_lost", "interface_back")


def carrier_lost(place):
    """The other end goes down: no packet can come, though our end is up."""
    place.link.make()
    program = place.watch()
    with place.knocking() as knocks:
        down = place.link.stopped_after(place.link.at_server(f"link set {place.link.peer} down"))
        said(program, "interface_down", 4, down, SOON)
        up = place.link.running_after(place.link.at_server(f"link set {place.link.peer} up"))
        said(program, "interface_up", 5, up, SOON)
        heard(program, place, knocks, up)


def down_at_the_start(place):
    place.link.make()
    place.link.at_client(f"link set {place.link.name} down")
    begin = Span.now()
    program = place.watch()
    said(program, "interface_down", 4, begin, EARLY)
    with place.knocking() as knocks:
        up = place.link.running_after(place.link.at_client(f"link set {place.link.name} up"))
        said(program, "interface_up", 5, up, SOON)
        heard(program, place, knocks, up)


# ---- gone and back ----

def deleted_and_made_anew(place):
    place.link.make()
    program = place.watch()
    with place.knocking() as knocks:
        told(program, place)
        said(program, "interface_lost", 2, place.link.delete(), SOON)
        time.sleep(1)
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, knocks, back)


def made_anew_at_once(place):
    """Deleted and made again before a timer can notice: it is another interface all the same."""
    place.link.make()
    program = place.watch()
    with place.knocking() as knocks:
        gone = place.link.delete()
        back = place.link.make()
        said(program, "interface_lost", 2, gone, SOON)
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, knocks, back)


def renamed(place):
    """Under its new name it is another interface: nothing is captured under the old one until that is back."""
    place.link.make()
    program = place.watch()
    name, other = place.link.name, f"{place.link.name}x"
    with place.knocking() as knocks:
        told(program, place)
        away = place.link.at_client(f"link set {name} down", f"link set {name} name {other}", f"link set {other} up")
        lost = said(program, "interface_lost", 2, away, SOON)
        assert other in lost["message"], f"the new name is not told: {lost['message']}"
        time.sleep(1.5)
        back = place.link.at_client(f"link set {other} down", f"link set {other} name {name}", f"link set {name} up")
        back = place.link.running_after(back)
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, knocks, back)
    # what came before the loss was noticed is still of the old name: how soon it must be is judged above
    between = [event for event in refusals(program, place.link.server) if lost["when"] < event["when"] < back.begin]
    assert not between, f"{len(between)} refusals were seen under a name that was not there"


def absent_at_the_start(place):
    begin = Span.now()
    program = place.watch()
    said(program, "interface_absent", 2, begin, EARLY)
    with place.knocking() as knocks:
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK)
        heard(program, place, knocks, back)
    absent_from_events(program, "interface_lost")


def another_link_type(place):
    """Ethernet goes, raw IP of a tun device comes under the same name."""
    if not os.path.exists("/dev/net/tun"):
        raise Skip("there is no /dev/net/tun")
    place.link.make()
    program = place.watch()
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    knocks = Knocks(place.start([sys.executable, os.path.join(HERE, "tunnel.py"), place.link.name, place.link.address,
                                 place.link.server, str(CLOSED)]))
    back = place.link.running_after(Span.now())
    said(program, "interface_back", 5, back, BACK)
    heard(program, place, knocks, back)


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
    with place.knocking() as knocks:
        heard(program, place, knocks, back)


def without_news(place):
    """A sandbox refuses AF_NETLINK: the timer notices."""
    place.link.make()
    program = place.watch(launcher=[sys.executable, os.path.join(HERE, "without_netlink.py")])
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    back = place.link.make()
    said(program, "interface_back", 5, back, BACK)


# ---- several ----

def several_and_any(place):
    """One that goes and comes, and "any", which stays and sees the same packets: both hear, and each refusal is told
    once."""
    place.link.make()
    # "any" hears the other scenarios, too
    program = place.watch("--statistics", "--filter", f"host {place.link.server}", interfaces=[place.link.name, "any"])
    with place.knocking() as knocks:
        told(program, place)
        said(program, "interface_lost", 2, place.link.delete(), SOON, name=place.link.name)
        back = place.link.make()
        said(program, "interface_back", 5, back, BACK, name=place.link.name)
        heard(program, place, knocks, back)
    trouble = program.stop()
    assert trouble is None, trouble
    assert not [event for event in program.events if interface_of(event) == "any" and
                event["event"].get("code", "").startswith("interface_")], "any went away"
    ports = [event["source"]["port"] for event in refusals(program, place.link.server)]
    assert len(set(ports)) == len(ports), "a refusal was told twice"
    failures = [int(count) for count in re.findall(r", failures (\d+),", program.log())]
    assert len(failures) == 2 and min(failures) > 0, f"not both heard refusals: {failures}"
    assert len(ports) == max(failures), f"{len(ports)} refusals were told, {failures} were seen"


# ---- verdicts ----

def handshake_diagnosed_after(place):
    """A real handshake that fails after the return gets its narrow cause."""
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    key, certificate = (os.path.join(place.folder, f"{place.number}.{end}") for end in ("key", "pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=back.example", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True, timeout=PATIENCE)
    place.link.make()
    program = place.watch()
    place.link.delete()
    back = place.link.make()
    said(program, "interface_back", 5, back, BACK)
    server = place.start(["openssl", "s_server", "-accept", f"{place.link.server}:{TLS}", "-key", key, "-cert",
                          certificate, "-tls1_3", "-quiet"], at_server=True)
    assert server.wait_for_listener(place.link.server, TLS), "openssl s_server does not listen"
    place.start(["openssl", "s_client", "-connect", f"{place.link.server}:{TLS}", "-tls1_2"])
    event = program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.failure", "failure")
    assert event["event"]["code"] == "hello.version_mismatch", f"it is called {event['event']['code']}"
    assert interface_of(event) == place.link.name


def nobody_is_blamed(place):
    """A handshake is under way when the interface goes: nobody failed, we did not see its end."""
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    place.link.make()
    program = place.watch("--all")
    server = place.start([sys.executable, "-c", MUTE_SERVER, place.link.server, str(MUTE)], at_server=True)
    assert server.wait_for_listener(place.link.server, MUTE), "the mute server does not listen"
    place.start(["openssl", "s_client", "-connect", f"{place.link.server}:{MUTE}"])
    until(lambda: HELLO in server.log(), "the mute server has a hello")
    time.sleep(0.5)
    gone = place.link.delete()
    said(program, "interface_lost", 2, gone, SOON)
    event = program.wait_for(lambda event: event["event"]["dataset"] == "tlswhy.handshake", "verdict")
    assert event["event"]["outcome"] == "unknown", f"the outcome is {event['event']['outcome']}"
    assert not refusals(program, place.link.server), "a failure was told"


def nobody_was_silent(place):
    """A SYN was sent again when the interface goes: the answer may have come while we did not look."""
    place.link.make()
    neighbour = f"neigh add {place.link.server} lladdr 02:00:00:00:00:99 dev {place.link.name} nud permanent"
    place.link.at_client(neighbour)     # nobody: what is sent there is not answered
    program = place.watch("--all")
    client = place.start([sys.executable, "-c", KNOCK, place.link.server, str(CLOSED)])
    until(lambda: HELLO in client.log(), "the client is about to knock")
    time.sleep(1.7)                     # sent again after 1 s
    said(program, "interface_lost", 2, place.link.delete(), SOON)
    place.link.make()
    back = place.link.at_client(neighbour)
    said(program, "interface_back", 5, Span(back.begin - BACK, back.end), BACK)
    time.sleep(1)
    assert not refusals(program, place.link.server), f"a failure was told: {program.summary()}"


HELLO = "hello"
KNOCK = """
import socket, sys
print("hello", flush=True)
socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
"""
MUTE_SERVER = """
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
client, _ = server.accept()
client.recv(1, socket.MSG_PEEK)
print("hello", flush=True)
server.accept()
"""


# ---- deafness ----

def silence(place):
    """An interface that is up and silent for too long: told once, and when packets come again."""
    place.link.make()
    begin = Span.now()
    program = place.watch("--deaf-seconds", "2")
    event = said(program, "silent", 4, begin, 8)
    assert event["when"] - begin.begin > 1.9, "it was told too early"
    time.sleep(2.5)
    assert len([event for event in program.events if event["event"].get("code") == "silent"]) == 1, "it was told twice"
    with place.knocking() as knocks:
        said(program, "heard_again", 5, Span(*knocks.first()), BACK + 1)


def drops(place):
    """The program sleeps while packets rain: the kernel drops, and that is counted and told."""
    place.link.make()
    program = place.watch("--buffer", "1M")
    os.kill(program.pid, signal.SIGSTOP)
    try:
        flood = place.start([sys.executable, "-c", FLOOD, place.link.server])
        flood.popen.wait(PATIENCE)
    finally:
        os.kill(program.pid, signal.SIGCONT)
    event = program.wait_for(lambda event: event["event"].get("code") == "packets_dropped", "packets_dropped")
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
        begin = time.time()
        with open(path, "w", encoding="ascii") as file:
            file.write(f"[capture]\nfilter = {expression}\n")
        os.kill(program.pid, signal.SIGHUP)
        event = program.wait_for(lambda event: event["event"].get("code") == outcome and event["when"] >= begin,
                                 outcome)
        return Span(begin, event["when"])

    with open(path, "w", encoding="ascii") as file:
        file.write("[capture]\nfilter = tcp port 1\n")
    program = place.watch("--config", path)
    with place.knocking() as knocks:
        knocks.first()
        time.sleep(2)
        hang_up("tcp port", "reload_failed")
        time.sleep(3)
        assert not refusals(program, place.link.server), "the filter is not heeded"
        reloaded = hang_up(f"tcp port {CLOSED}", "reloaded")
        heard(program, place, knocks, reloaded)


ALL = [down_and_up, carrier_lost, down_at_the_start, deleted_and_made_anew, made_anew_at_once, renamed,
       absent_at_the_start, another_link_type, cycles, without_news, several_and_any, handshake_diagnosed_after,
       nobody_is_blamed, nobody_was_silent, silence, drops, filter_changes]
