"""Real servers for the upgrades: `python3 tests/live/servers/run.py --daemon BUILD/bin/tlswhyd`.

Starts real mail servers, databases, directories and proxies, each in a network namespace of its own, lets real
clients fail (and succeed) with them while tlswhyd watches and tcpdump captures, grades both, and exits with 0 only if
nothing was wrong. 77 means that it cannot be done here. What is not installed is left out and named.
"""
import argparse
import fnmatch
import os
import shutil
import sys
import time
from dataclasses import replace

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "servers"

from lab import capture, grading as causes                           # noqa: E402
from lab.certificates import Certificates                            # noqa: E402
from lab.experiments import SKIP, list_scenarios, run_in_folder      # noqa: E402
from lab.run import (CAPTURE_NAME, RULES, Live, read_capture,        # noqa: E402
                     report_trouble)
from servers import grading, tables, views                           # noqa: E402
from servers.daemons import missing                                  # noqa: E402
from servers.laboratory import Laboratory                            # noqa: E402
from servers.world import World                                      # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description="Real servers that refuse the upgrade to TLS, watched by tlswhyd.")
    parser.add_argument("--daemon", help="the tlswhyd to grade; without it, traffic is only made and captured")
    parser.add_argument("--rules", default=RULES, help="folder of the rules (default: the project's)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="scenarios by name, shell patterns with commas")
    parser.add_argument("--keep", metavar="DIR", help="keep captures, one per scenario, logs and events")
    parser.add_argument("--workers", type=int, default=4, help="servers started, and scenarios run, at a time")
    parser.add_argument("--list", action="store_true", help="list the scenarios and what they expect")
    parser.add_argument("--verbose", action="store_true", help="print every scenario, not only what is wrong")
    options = parser.parse_args()
    options.live = True
    return options


def choose(options):
    """The scenarios that can run here, and what keeps the others from it: {name: scenarios left out}."""
    patterns = options.only.split(",")
    chosen, left_out = [], {}
    for scenario in tables.SCENARIOS:
        if not any(fnmatch.fnmatchcase(scenario.name, pattern) for pattern in patterns):
            continue
        servers = [scenario.server, *scenario.help.values()]
        lacking = [name for name in (*(missing(server.daemon) for server in servers), scenario.client.missing) if name]
        for name in lacking:
            left_out[name] = left_out.get(name, 0) + 1
        if not lacking:
            chosen.append(scenario)
    return chosen, left_out


def main():
    options = arguments()
    chosen, left_out = choose(options)
    if options.list:
        return list_scenarios(chosen)
    for name, count in sorted(left_out.items()):
        print(f"skipped: {name} is not installed: {count} scenarios")
    if not chosen:
        print("skipped: none of the servers is installed; ./run-tests --all installs them")
        return SKIP
    return run_in_folder(lambda folder: experiment(options, chosen, folder))


def experiment(options, chosen, folder):
    """Makes the traffic, captures it, grades it."""
    begin = time.monotonic()
    os.chmod(folder, 0o755)     # most servers give up being root
    certificates = Certificates(os.path.join(folder, "pki")).make()
    path = os.path.join(folder, CAPTURE_NAME)
    with World() as world, Laboratory(world, certificates, folder) as laboratory:
        laboratory.start(chosen, options.workers)
        print(f"{len(laboratory.sites)} servers after {time.monotonic() - begin:.0f} s", flush=True)
        with capture.Tcpdump(world, path) as tcpdump, Live(options, world, certificates, folder) as live:
            results = laboratory.run_all(chosen, options.workers)
    print(f"{len(chosen)} scenarios in {time.monotonic() - begin:.0f} s, {tcpdump.dropped()} packets dropped")
    addresses = {address for address, _ in capture.seen(path)}
    results = [result if result.address in addresses else
               replace(result, trouble=result.trouble or "no packet was captured") for result in results]
    status = judge_all(options, results, path, certificates, live, folder)
    if options.keep:
        keep(options.keep, folder, path, certificates, results)
    return status


def judge_all(options, results, path, certificates, live, folder):
    """Grades the capture, other views of it, and what was said on the wire."""
    if not options.daemon:
        return report_trouble(results)

    def read(capture_path):
        return read_capture(options, capture_path, certificates.trust)
    other = os.path.join(folder, "view.pcap")
    status = judge(options, results, read(path), "capture")
    status |= judge(options, results, live.lines(), "live")
    views.tunnelled(path, other)
    status |= judge(options, results, read(other), "capture inside VXLAN")
    for side, from_client in (("client", True), ("servers", False)):
        views.one_sided(path, other, from_client)
        status |= judge(options, results, read(other), f"only the {side} seen", grading.grade_one_sided)
    return status


def judge(options, results, lines, source, grade=grading.grade):
    """Grades and prints. Returns the exit status."""
    events = grading.by_address(lines)
    grades = [grade(result, events.get(result.address, [])) for result in results]
    print(f"\n=== what tlswhyd says ({source}) ===")
    for item in grades:
        if options.verbose or not item.good:
            scenario = item.result.scenario
            wanted = " | ".join(scenario.expect) or scenario.outcome
            print(f"{item.rank:9}{scenario.name:44} {item.result.address} wants {wanted}; said {item.said}")
    if options.verbose:
        print("\n".join(["", *causes.summary(grades), ""]))
    good = sum(item.good for item in grades)
    print(f"{good} passed, {len(grades) - good} failed")
    return 0 if good == len(grades) else 1


def keep(target, folder, path, certificates, results):
    """Copies the capture, cut by scenario, the trusted root, and the logs."""
    os.makedirs(target, exist_ok=True)
    shutil.copy(path, target)
    shutil.copy(certificates.trust, os.path.join(target, "trust.pem"))
    for name in sorted(os.listdir(folder)):
        log = os.path.join(folder, name, "log")
        if os.path.exists(log):
            shutil.copy(log, os.path.join(target, f"{name}.log"))
    capture.split(path, target, {result.key: result.scenario.name.replace("/", "_") for result in results})


if __name__ == "__main__":
    sys.exit(main())
