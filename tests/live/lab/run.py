"""The laboratory's command: `python3 tests/live/lab/run.py --daemon BUILD/bin/tlswhyd`.

Runs the scenarios in two network namespaces while tlswhyd watches the veth pair (live) and tcpdump writes a
capture (which tlswhyd then reads); grades both, prints a table, and exits with 0 only if nothing was wrong.
77 means that namespaces cannot be made here.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "lab"

from lab import capture, grading, report, scenarios                  # noqa: E402
from lab.certificates import Certificates                            # noqa: E402
from lab.compiled import build_endpoints                             # noqa: E402
from lab.experiments import list_scenarios, run_in_folder            # noqa: E402
from lab.laboratory import Laboratory                                # noqa: E402
from lab.namespaces import Namespaces                                # noqa: E402
from lab.processes import Process                                    # noqa: E402
from lab.scenario import SCOPES                                      # noqa: E402
from stalls import MACHINE, PATIENCE, until                          # noqa: E402

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "rules")
CAPTURE_NAME, TRUST_NAME, EVENTS_NAME, RESULTS_NAME = "all.pcap", "trust.pem", "events.json", "results.tsv"


def arguments():
    parser = argparse.ArgumentParser(description="Real TLS stacks that fail, watched by tlswhyd.")
    parser.add_argument("--daemon", help="the tlswhyd to grade; without it, traffic is only made and captured")
    parser.add_argument("--rules", default=RULES, help="folder of the rules (default: the project's)")
    parser.add_argument("--quick", action="store_true", help="the subset that takes less than a minute")
    parser.add_argument("--only", default="", metavar="PATTERN", help="scenarios by name, shell patterns with commas")
    parser.add_argument("--scope", default="", help=f"comma list out of {', '.join(SCOPES)}")
    parser.add_argument("--stacks", default="", help="only scenarios between these stacks, comma list")
    parser.add_argument("--keep", metavar="DIR", help="keep the captures, one per scenario, the trust file and events")
    parser.add_argument("--replay", metavar="DIR", help="grade the captures kept in DIR (or several, with commas) again, without any traffic")
    parser.add_argument("--live", action="store_true", help="grade what tlswhyd -i says, too")
    parser.add_argument("--workers", type=int, default=6, help="scenarios at a time")
    parser.add_argument("--list", action="store_true", help="list the scenarios and what they expect")
    parser.add_argument("--report", metavar="FILE", help="write the tables into this document (docs/accuracy.md)")
    parser.add_argument("--verbose", action="store_true", help="print every scenario, not only what is wrong")
    return parser.parse_args()


def main():
    options = arguments()
    chosen, missing = scenarios.chosen(options.quick, options.only, tuple(filter(None, options.scope.split(","))),
                                       tuple(filter(None, options.stacks.split(","))))
    if options.list:
        return list_scenarios(chosen, scoped=True)
    if missing:
        print("not installed, left out:", ", ".join(missing))
    if options.replay:
        return replay(options, chosen)
    return run_in_folder(lambda folder: experiment(options, chosen, folder))


def experiment(options, chosen, folder):
    """Makes the traffic, captures it, grades it."""
    begin = time.monotonic()
    built = os.path.join(folder, "built")
    os.makedirs(built)
    broken = build_endpoints(built, {stack for s in chosen for stack in (s.server.stack, s.client.stack)})
    if broken:
        print("cannot be compiled, left out:", ", ".join(broken))
        chosen = [s for s in chosen if s.server.stack not in broken and s.client.stack not in broken]
    certificates = Certificates(os.path.join(folder, "pki")).make()
    path = os.path.join(folder, CAPTURE_NAME)
    with Namespaces() as namespaces:
        laboratory = Laboratory(namespaces, certificates, os.path.join(folder, "runs"), built)
        with capture.Tcpdump(namespaces, path) as tcpdump:
            with Live(options, namespaces, certificates, folder) as live:
                results = laboratory.run_all(chosen, options.workers, progress(len(chosen)))
        print(f"{len(chosen)} scenarios in {time.monotonic() - begin:.0f} s, {tcpdump.dropped()} packets dropped")
    seen = capture.seen(path)
    results = [result if result.key in seen else replace(result, trouble=result.trouble or "no packet was captured")
               for result in results]
    if options.keep:
        keep(options.keep, folder, path, certificates, results)
    if not options.daemon:
        return report_trouble(results)
    status = judge(options, results, read_capture(options, path, certificates.trust), "capture")
    if options.live:
        status |= judge(options, results, live.lines(), "live")
    return status


class Live:
    """tlswhyd on the wire while the traffic runs; its lines are read afterwards."""

    def __init__(self, options, namespaces, certificates, folder):
        self.wanted = options.daemon and options.live
        self.output = os.path.join(folder, "live.json")
        self.command = namespaces.enter(namespaces.server) + [
            os.path.abspath(options.daemon or ""), "-i", namespaces.server_interface, "--all",
            "--trust", certificates.trust, "--rules", options.rules, "--format", "json"]
        self.process = None

    def __enter__(self):
        if self.wanted:
            self.process = LiveProcess(self.command, self.output)
            until(lambda: any('"started"' in line for line in self.lines()) or not self.process.alive(),
                  "tlswhyd watches")
        return self

    def __exit__(self, *_):
        if self.process:
            MACHINE.sleep(1.0, self.process.pid)
            self.process.stop(signal.SIGTERM, PATIENCE)

    def lines(self):
        with open(self.output, encoding="utf-8") as file:
            return file.readlines()


class LiveProcess(Process):
    """A Process whose standard output is a file of its own."""

    def __init__(self, command, output):
        with open(output, "wb") as out, open(output + ".log", "ab") as log:
            self.command, self.log_path = command, output + ".log"
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                                          start_new_session=True)
        MACHINE.mind(self.pid)


def progress(total):
    lock, state = threading.Lock(), {"done": 0}

    def report(_result):
        with lock:
            state["done"] += 1
            if state["done"] % 50 == 0:
                print(f"  {state['done']} of {total}", flush=True)
    return report


def read_capture(options, path, trust):
    """Lines that `tlswhyd -r` prints for a capture; a non-zero status is an error."""
    done = subprocess.run([options.daemon, "-r", path, "--all", "--trust", trust, "--rules", options.rules, "--format",
                           "json"], capture_output=True,
                          timeout=2 * PATIENCE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"tlswhyd -r ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    return done.stdout.decode("utf-8").splitlines()


def file_name(scenario):
    return scenario.name.replace("/", "_")


def keep(target, folder, path, certificates, results):
    """Copies the captures, cut by scenario, and what a replay needs."""
    os.makedirs(target, exist_ok=True)
    shutil.copy(path, os.path.join(target, CAPTURE_NAME))
    shutil.copy(certificates.trust, os.path.join(target, TRUST_NAME))
    shutil.copytree(os.path.join(folder, "runs"), os.path.join(target, "runs"), dirs_exist_ok=True)
    capture.split(path, target, {result.key: file_name(result.scenario) for result in results})
    with open(os.path.join(target, RESULTS_NAME), "w", encoding="utf-8") as file:
        for result in results:
            trouble = " ".join(result.trouble.split())
            statuses = ",".join(map(str, result.statuses))
            file.write("\t".join((result.scenario.name, result.address, str(result.port), statuses, trouble)) + "\n")


def read_statuses(text):
    """Exit statuses of the clients as keep() wrote them; None for one that was cut off."""
    return tuple(None if word == "None" else int(word) for word in text.split(",") if word)


def replay(options, chosen):
    """Grades captures that earlier runs kept; of a scenario that is in several folders, the last counts."""
    by_name = {scenario.name: scenario for scenario in chosen}
    grades = {}
    for folder in options.replay.split(","):
        lines = read_capture(options, os.path.join(folder, CAPTURE_NAME), os.path.join(folder, TRUST_NAME))
        for item in grade_all(kept_results(folder, by_name), lines):
            grades[item.result.scenario.name] = item
    return tell(options, list(grades.values()), "capture")


def kept_results(folder, by_name):
    """What keep() wrote down of the scenarios that are still wanted."""
    from lab.laboratory import Result
    results = []
    with open(os.path.join(folder, RESULTS_NAME), encoding="utf-8") as file:
        for line in file:
            name, address, port, statuses, trouble = line.rstrip("\n").split("\t")
            if name in by_name:
                results.append(Result(by_name[name], address, int(port), read_statuses(statuses), trouble))
    return results


def report_trouble(results):
    void = [result for result in results if result.trouble]
    for result in void:
        print(f"void  {result.scenario.name}: {result.trouble}")
    print(f"{len(results) - len(void)} passed, {len(void)} failed")
    return 1 if void else 0


def judge(options, results, lines, source):
    """Grades and prints. Returns the exit status."""
    return tell(options, grade_all(results, lines), source)


def grade_all(results, lines):
    events = grading.read_events(lines)
    return [grading.grade(result, events.get(result.key, [])) for result in results]


def tell(options, grades, source):
    """Prints what the GRADES are, and writes the report. Returns the exit status."""
    print(f"\n=== what tlswhyd says ({source}) ===")
    for item in grades:
        if options.verbose or not item.good:
            scenario = item.result.scenario
            wanted = " | ".join(scenario.expect) or scenario.outcome
            print(f"{item.rank:9}{scenario.name:52} wants {wanted}; said {item.said}")
    print("\n".join(["", *grading.confusion_lines(grades), "", *grading.summary(grades), ""]))
    if options.report and source == "capture":
        report.write(options.report, grades)
    good = sum(item.good for item in grades)
    print(f"{good} passed, {len(grades) - good} failed")
    return 0 if good == len(grades) else 1


if __name__ == "__main__":
    sys.exit(main())
