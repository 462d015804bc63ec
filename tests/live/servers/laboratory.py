"""Starts the servers, one host each, and lets the clients of the scenarios come."""
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.laboratory import Result
from lab.processes import Process, run_bounded
from stalls import MACHINE

from .clients import NAME
from .daemons import DAEMONS, Place

ANY_ADDRESS = "0.0.0.0"
HELP_INDEX = 250            # the address of a host that helps another
LINGER_SECONDS = 0.2
LOCALHOST = "127.0.0.1 localhost\n"


@dataclass(frozen=True)
class Site:
    """A server and where it lives."""
    server: object
    host: object
    folder: str


class Laboratory:
    """Runs scenarios inside WORLD; files go to FOLDER. Context manager: the servers run inside the with block."""

    def __init__(self, world, certificates, folder):
        self.world = world
        self.certificates = certificates
        self.folder = folder
        self.sites = {}
        self.processes = []
        self.trouble = {}           # why a server does not run
        self.used = {}              # addresses given away, by host

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop(signal.SIGKILL)

    def start(self, scenarios, workers):
        """Starts every server that the scenarios need, those that help others included."""
        servers = []
        for scenario in scenarios:
            servers += [*scenario.help.values(), scenario.server]
        for server in dict.fromkeys(servers):
            self.sites[server] = self._site(server)
        names = self._hosts_file("servers", {name: self.sites[server].host.address(HELP_INDEX)
                                             for scenario in scenarios for name, server in scenario.help.items()})
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda site: self._start(site, names), self.sites.values()))

    def run_all(self, scenarios, workers):
        """Runs them, several at a time; the results come in the order of the scenarios."""
        addresses = [self._address(scenario.server) for scenario in scenarios]
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(self._run, range(len(scenarios)), scenarios, addresses))

    def _site(self, server):
        host = self.world.add_host()
        folder = os.path.join(self.folder, f"{host.number:03d}-{server.daemon}")
        os.mkdir(folder, 0o755)
        return Site(server, host, folder)

    def _hosts_file(self, name, addresses):
        path = os.path.join(self.folder, f"{name}.hosts")
        with open(path, "w", encoding="ascii") as file:
            file.write(LOCALHOST + "".join(f"{address} {host}\n" for host, address in addresses.items()))
        return path

    def _start(self, site, names):
        try:
            set_up, _, _ = DAEMONS[site.server.daemon]
            command, port = set_up(site.server, Place(site.folder, self.certificates))
            process = Process(self.world.daemon_words(site.host, names) + command,
                              os.path.join(site.folder, "log"))
            self.processes.append(process)
            if not process.wait_for_listener(ANY_ADDRESS, port):
                self.trouble[site.server] = f"does not listen: {process.log()[-400:]}"
        except (OSError, subprocess.SubprocessError, IndexError) as error:
            self.trouble[site.server] = f"{error} {getattr(error, 'stderr', b'')}"

    def _address(self, server):
        """An address of the server's that no other scenario has."""
        host = self.sites[server].host
        self.used[host] = self.used.get(host, 0) + 1
        return host.address(self.used[host])

    def _run(self, number, scenario, address):
        trouble = self.trouble.get(scenario.server, "")
        statuses = ()
        if not trouble:
            try:
                status, output = self._run_client(number, scenario, address)
                statuses = (status,)
                if (status == 0) == scenario.fails:
                    trouble = f"the client's status is {status}: {output[-300:]}"
            except (OSError, subprocess.SubprocessError) as error:
                trouble = str(error)
        return Result(scenario, address, scenario.port, statuses, trouble)

    def _run_client(self, number, scenario, address):
        folder = os.path.join(self.folder, f"client-{number:03d}")
        os.mkdir(folder)
        client = scenario.client
        words = {"trust": self.certificates.trust, "pki": self.certificates.folder, "port": scenario.port,
                 "address": address, "folder": folder}
        names = {NAME: address}
        names.update({name: self.sites[server].host.address(HELP_INDEX) for name, server in scenario.help.items()})
        command = self.world.client_words(self._hosts_file(f"client-{number:03d}", names))
        command += [word.format(**words) for word in client.words]
        environment = {key: value.format(**words) for key, value in client.environment}
        result = run_bounded(command, client.seconds, client.text, client.hold, os.path.join(folder, "log"),
                             environment)
        MACHINE.sleep(LINGER_SECONDS)
        return result
