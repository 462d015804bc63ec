"""Makes golden captures with the relay: `python3 tests/live/relay/make.py [FOLDER ...]`, as root, with openssl and
tcpdump. Those that are there already are left alone unless they are named."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(os.path.dirname(os.path.dirname(HERE)), "golden")
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)

from lab.certificates import Certificates           # noqa: E402
from lab.processes import Process, run_bounded      # noqa: E402
from scenarios import SCENARIOS                     # noqa: E402
from world import SERVER, World                     # noqa: E402

PORT = 4433
README = """# {title}
**What broke:** {what}

**Why this verdict:** {why}

Made by the relay in `tests/live/relay`, fault `{fault}`, captured beside the {at}: OpenSSL on both ends.
"""


def expected(scenario):
    for cause, confidence in scenario.events:
        if cause is None:
            yield {"event": {"outcome": "success", "dataset": "tlswhy.handshake"}, "tlswhy": {"cause": None}}
            continue
        yield {"event": {"outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
               "tlswhy": {"cause": cause, "confidence": confidence, "sight": {"gaps": 0, "one_sided": False}}}


def server_words(scenario, certificates):
    words = ["openssl", "s_server", "-quiet", "-accept", str(PORT), *certificates.chain_words("good")]
    if scenario.mutual:
        words += ["-no_tls1_3", "-Verify", "3", "-CAfile", certificates.trust, "-verify_quiet"]
    return words


def client_words(scenario, certificates, name, words):
    command = ["openssl", "s_client", "-connect", f"{SERVER}:{PORT}", "-servername", name, "-CAfile",
               certificates.trust]
    if scenario.mutual:
        command += certificates.chain_words("client_good")
    return command + list(words)


def run(scenario, certificates, folder):
    """Returns the capture."""
    captured = os.path.join(folder, scenario.folder + ".pcap")
    with World() as world:
        interface = {"client": (world.client, "c0"), "server": (world.server, "s0")}[scenario.at]
        tcpdump = ["tcpdump", "-i", interface[1], "-s", "65535", "-U", "-n", "-Z", "root", "-w", captured,
                   "tcp or icmp"]
        relay = [sys.executable, os.path.join(HERE, "relay.py"), "bc", "bs", scenario.fault]
        commands = (world.enter(world.box) + relay,
                    world.enter(world.server) + server_words(scenario, certificates),
                    world.enter(interface[0]) + tcpdump)
        started = [Process(command, os.path.join(folder, f"{number}.log")) for number, command in enumerate(commands)]
        try:
            time.sleep(1.0)
            for name, words in scenario.calls:
                run_bounded(world.enter(world.client) + client_words(scenario, certificates, name, words),
                            scenario.seconds, "Q\n", 1.0, os.path.join(folder, "client.log"))
            time.sleep(2.0)
        finally:
            for process in reversed(started):
                process.stop(signal.SIGINT)
    return captured


def write(scenario, captured, trust):
    folder = os.path.join(GOLDEN, scenario.folder)
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(captured, os.path.join(folder, "capture.pcap"))
    shutil.copyfile(trust, os.path.join(folder, "trust.pem"))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(README.format(title=scenario.folder.replace("_", " "), what=scenario.what, why=scenario.why,
                                 fault=scenario.fault, at=scenario.at))
    with open(os.path.join(folder, "events.json"), "w", encoding="utf-8") as file:
        json.dump(list(expected(scenario)), file, indent=2)
        file.write("\n")


def main():
    names = set(sys.argv[1:])
    chosen = [scenario for scenario in SCENARIOS if scenario.folder in names or
              not names and not os.path.exists(os.path.join(GOLDEN, scenario.folder, "capture.pcap"))]
    folder = tempfile.mkdtemp(prefix="tlswhy-relay-")
    try:
        certificates = Certificates(os.path.join(folder, "pki")).make()
        for scenario in chosen:
            write(scenario, run(scenario, certificates, folder), certificates.trust)
            print(scenario.folder, flush=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}: {error.stderr.decode()}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
