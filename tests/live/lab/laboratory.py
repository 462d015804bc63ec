"""Runs scenarios: starts the server (and a relay), lets the client connect, ends both."""
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from stalls import MACHINE

from . import addresses
from .namespaces import backend_address, server_address
from .processes import Process, run_bounded
from .registry import CLIENTS, SERVERS
from .servers import HERE, PYTHON, Place

# gnutls-serv and selfserv cannot be told an address, so they get a port of their own
SHARED_ADDRESS = ("gnutls", "nss")
SHARED_ADDRESS_PORT = 20000
LINGER_SECONDS = 0.1


@dataclass(frozen=True)
class Target:
    """Where a client is to connect, and what it may use."""
    address: str
    port: int
    certificates: object
    folder: str
    built: str


@dataclass(frozen=True)
class Result:
    """What is known of a scenario once it ran. TROUBLE is empty where the scenario did take place."""
    scenario: object
    address: str
    port: int
    statuses: tuple
    trouble: str = ""

    @property
    def key(self):
        return self.address, self.port


class Laboratory:
    """Runs scenarios inside NAMESPACES; files go to FOLDER."""

    def __init__(self, namespaces, certificates, folder, built):
        self.namespaces = namespaces
        self.certificates = certificates
        self.folder = folder
        self.built = built
        addresses.prepare(namespaces)

    def run_all(self, scenarios, workers=6, report=None):
        """Runs them, several at a time; the results come in the order of the scenarios."""
        def one(numbered):
            result = self.run(*numbered)
            if report:
                report(result)
            return result
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, enumerate(scenarios)))

    def run(self, index, scenario):
        folder = os.path.join(self.folder, f"{index:04d}")
        os.makedirs(folder, exist_ok=True)
        started = []
        address, port = self._where(index, scenario)
        statuses, trouble = (), ""
        try:
            addresses.give(self.namespaces, index, address)
            trouble = self._start_server(index, scenario, folder, (address, port), started)
            if not trouble:
                target = self._target(index, scenario, folder, (address, port), started)
                statuses, trouble = self._run_client(scenario, target)
        except (OSError, subprocess.SubprocessError) as error:
            trouble = str(error)
        finally:
            for process in reversed(started):
                process.stop()
        return Result(scenario, address, port, statuses, trouble)

    @staticmethod
    def _where(index, scenario):
        behind_relay = scenario.relay and scenario.relay.where == "server"
        if scenario.server.stack in SHARED_ADDRESS and not behind_relay:
            return server_address(index), SHARED_ADDRESS_PORT + index
        return scenario.destination or server_address(index), scenario.port

    def _start_server(self, index, scenario, folder, place, started):
        """Starts what the scenario has on the server's side. Returns what went wrong, or nothing."""
        behind_relay = scenario.relay and scenario.relay.where == "server"
        address, port = place
        if behind_relay:
            address = backend_address(index)
        if scenario.server.stack in SHARED_ADDRESS:
            port = SHARED_ADDRESS_PORT + index
        start, _ = SERVERS[scenario.server.stack]
        command = start(scenario.server, Place(address, port, self.certificates, folder, self.built))
        if command is None:
            return f"{scenario.server.stack} cannot be set up like this"
        if not command:
            return ""
        enter = self.namespaces.enter(self.namespaces.server)
        trouble = self._start(enter + command, folder, "server.log", (address, port), started)
        if behind_relay and not trouble:
            trouble = self._start(enter + self._relay(place, (address, port), scenario), folder, "relay.log", place,
                                  started)
        return trouble

    def _target(self, index, scenario, folder, place, started):
        """Where the client connects: the server, or a relay beside the client."""
        address, port = place
        if scenario.relay and scenario.relay.where == "client":
            near = (backend_address(index), port)
            trouble = self._start(self.namespaces.enter(self.namespaces.client) + self._relay(near, place, scenario),
                                  folder, "relay.log", near, started)
            if trouble:
                raise OSError(trouble)
            address = near[0]
        return Target(address, port, self.certificates, folder, self.built)

    @staticmethod
    def _relay(listen, target, scenario):
        return [PYTHON, os.path.join(HERE, "relay.py"), listen[0], str(listen[1]), target[0], str(target[1]),
                scenario.relay.rule]

    @staticmethod
    def _start(command, folder, log, place, started):
        process = Process(command, os.path.join(folder, log))
        started.append(process)
        if process.wait_for_listener(*place):
            return ""
        return f"did not listen: {' '.join(command)}: {process.log()[-300:]}"

    def _run_client(self, scenario, target):
        run, _ = CLIENTS[scenario.client.stack]
        calls = run(scenario.client, target)
        if calls is None:
            return (), f"{scenario.client.stack} cannot be set up like this"
        statuses = []
        enter = self.namespaces.enter(self.namespaces.client)
        for call in calls:
            status, _ = run_bounded(enter + call.command, scenario.client.seconds, call.text, scenario.client.hold
                                    if call.text else 0, os.path.join(target.folder, "client.log"))
            statuses.append(status)
        MACHINE.sleep(LINGER_SECONDS)
        return tuple(statuses), ""
