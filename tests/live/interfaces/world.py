"""The laboratory's two namespaces, with a pair of interfaces for each scenario: wN 10.78.N.1 is watched, its other end
pN 10.78.N.2 is in the server's namespace."""
import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone

from lab.namespaces import COMMAND_SECONDS, Namespaces, command_run
from stalls import MACHINE, PATIENCE, in_time, until

STOP_SECONDS = 10


class World(Namespaces):
    """Context manager: exists inside the with block only."""

    def _make(self):
        super()._make()
        for name in (self.client, self.server):
            # else a new interface is never silent: IPv6 looks for neighbours and routers
            self._sysctl(name, "net.ipv6.conf.default.disable_ipv6", "1")
            self._sysctl(name, "net.ipv6.conf.all.disable_ipv6", "1")


@dataclass(frozen=True)
class Span:
    """When something was done, from the first command to the last."""
    begin: float
    end: float

    @staticmethod
    def now():
        """A moment."""
        return Span(time.time(), time.time())


class Link:
    """A pair of interfaces that is made, taken down and deleted at will."""

    def __init__(self, world, number):
        self.world = world
        self.name, self.peer = f"w{number}", f"p{number}"
        self.address, self.server = f"10.78.{number}.1", f"10.78.{number}.2"

    def make(self):
        """Both ends up, with their addresses; returns when the watched one was running."""
        command_run("ip", "-n", self.world.client, "link", "add", self.name, "type", "veth", "peer", "name", self.peer,
                    "netns", self.world.server)
        self.at_server(f"addr add {self.server}/24 dev {self.peer}", f"link set {self.peer} up")
        self.at_client(f"addr add {self.address}/24 dev {self.name}")
        return self.running_after(self.at_client(f"link set {self.name} up"))

    def running_after(self, done):
        """DONE, what sets the interface up, and until the kernel says that packets can flow: it learns of carriers up
        to a second late, and which of them it looks at first depends on all other interfaces of the machine."""
        until(self._is_running, f"{self.name} has a carrier")
        return Span(done.begin, time.time())

    def stopped_after(self, done):
        """The same of what takes the carrier away."""
        until(lambda: not self._is_running(), f"{self.name} has no carrier")
        return Span(done.begin, time.time())

    def _is_running(self):
        shown = subprocess.run(["ip", "-n", self.world.client, "link", "show", self.name], capture_output=True,
                               text=True, check=False).stdout
        return "LOWER_UP" in shown and "state DOWN" not in shown

    def delete(self):
        return self.at_client(f"link del {self.name}")

    def at_client(self, *commands):
        """Commands of ip(8) in the namespace of the interface that is watched; returns when that was."""
        return self._run(self.world.client, commands)

    def at_server(self, *commands):
        return self._run(self.world.server, commands)

    @staticmethod
    def _run(namespace, commands):
        begin = time.time()
        for command in commands:
            command_run("ip", "-n", namespace, *command.split())
        return Span(begin, time.time())


class Program:
    """The program under test, and what it says."""

    def __init__(self, command, log_path):
        self.log_path = log_path
        self.events = []
        self.bad_lines = []
        # the leak sanitizer traces the process at its end, which the sandbox refuses
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        with open(log_path, "ab") as log:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                          start_new_session=True, env=environment)
        MACHINE.mind(self.popen.pid)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self.popen.pid

    def _read(self):
        for line in self.popen.stdout:
            try:
                event = json.loads(line)
                event["when"] = moment(event["@timestamp"])
                self.events.append(event)
            except (ValueError, KeyError) as error:
                self.bad_lines.append(f"{error}: {line[:200]!r}")

    def wait_for(self, wanted, what):
        """The first event for which WANTED holds."""
        def found():
            event = next((event for event in list(self.events) if wanted(event)), None)
            if event is None and self.popen.poll() is not None:
                raise AssertionError(f"the program ended while {what} was awaited: {self.log()[-500:]}")
            return event
        try:
            return until(found, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; there were {self.summary()}") from error

    def summary(self):
        return ", ".join(f"{event['event'].get('code', event['event']['dataset'])}" for event in self.events[-12:]) \
            or "no events"

    def log(self):
        with open(self.log_path, "r", encoding="utf-8", errors="replace") as log:
            return log.read()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def stop(self):
        """Ends it politely; says what is wrong with how it ended, if anything."""
        trouble = self._end() if self.popen.poll() is None else None
        self._reader.join(COMMAND_SECONDS)
        if trouble is None and self.popen.returncode != 0:
            trouble = f"it ended with {self.popen.returncode}: {self.log()[-1500:]}"
        return trouble or (self.bad_lines[0] if self.bad_lines else None)

    def _end(self):
        begin = time.time()
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(PATIENCE)
            in_time("it ended", STOP_SECONDS, begin, time.time(), self.pid)
        except (subprocess.TimeoutExpired, AssertionError) as error:
            self.popen.kill()
            self.popen.wait()
            return str(error)
        return None


def moment(text):
    """Seconds since the epoch of an event's time."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()
