#!/usr/bin/env python3
"""Times tlswhyd against a bare libpcap loop and other tools, over captures that it makes itself.

Every figure is CPU time (user and system) of a whole process, the tools taken in turn, the median of several rounds;
ratios are of medians of one run. Prints Markdown. Needs a build without sanitizers:

    cmake -B build-release -DCMAKE_BUILD_TYPE=Release && cmake --build build-release
    tests/bench/run.py build-release
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"

# name: (kind, count, templates, limit of the ratio to the bare loop)
CAPTURES = {
    "bulk": ("bulk", 1_400_000, ["success_tls12", "success_tls13"], 1.2),
    "handshakes": ("handshakes", 40_000, ["success_tls12", "success_tls13"], 2.0),
    "gateway mix": ("mix", 20_000, ["success_tls12", "success_tls13"], 1.6),
    "failing": ("handshakes", 40_000, ["failure_tls12", "failure_tls13"], None),
    "SYN flood": ("syns", 5_000_000, ["failure_tls12"], None),
}

OTHERS = {
    "tcpdump -w /dev/null": ["tcpdump", "-r", "{file}", "-w", "/dev/null"],
    "ssldump": ["ssldump", "-n", "-r", "{file}"],
    "ndpiReader": ["ndpiReader", "-i", "{file}", "-q"],
    "tshark": ["tshark", "-n", "-r", "{file}", "-Y", "tls.alert_message", "-T", "fields", "-e", "frame.number"],
}
FAILURE = b'"dataset":"tlswhy.failure"'
SLOW = {"tshark", "ndpiReader", "ssldump"}


class Run:
    """One finished process: CPU seconds, peak memory in MiB, and how many lines of its output hold a word."""

    def __init__(self, command, word=None):
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(command, stdout=output if word else subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.cpu = usage.ru_utime + usage.ru_stime
            self.memory = usage.ru_maxrss / 1024
            output.seek(0)
            self.found = sum(word in line for line in output) if word else 0


def packets_of(bare, path):
    return int(subprocess.run([bare, path], check=True, capture_output=True, text=True).stdout.split()[0])


def tools_for(binaries, path, slow):
    tools = {"bare libpcap loop": [str(binaries / "bare_loop"), path],
             "tlswhyd": [str(binaries / "tlswhyd"), "--trust", str(TEMPLATES / "root.pem"), "-r", path]}
    for name, command in OTHERS.items():
        if shutil.which(command[0]) and (slow or name not in SLOW):
            tools[name] = [part.format(file=path) for part in command]
    return tools


def measure(tools, rounds):
    """The tools in turn, so that a machine that slows down slows all of them."""
    runs = {name: [] for name in tools}
    for turn in range(rounds):
        for name, command in tools.items():
            if name in SLOW and turn > 0:
                continue
            run = Run(command, FAILURE if name == "tlswhyd" else None)
            if run.status != 0 and name in ("tlswhyd", "bare libpcap loop"):
                sys.exit(f"{name} failed with status {run.status}")
            runs[name].append(run)
    return runs


def report(title, runs, packets, limit):
    bare = statistics.median(run.cpu for run in runs["bare libpcap loop"])
    print(f"\n### {title}: {packets:,} packets\n")
    print("| tool | ns a packet | ratio to the bare loop | peak memory, MiB |\n| --- | --- | --- | --- |")
    for name, results in runs.items():
        cpu = statistics.median(run.cpu for run in results)
        memory = max(run.memory for run in results)
        print(f"| {name} | {cpu / packets * 1e9:,.0f} | {cpu / bare:.2f} | {memory:,.0f} |")
    ours = statistics.median(run.cpu for run in runs["tlswhyd"])
    if limit is not None:
        print(f"\nAllowed: {limit:.1f} times the bare loop: {'kept' if ours <= limit * bare else 'NOT KEPT'}.")
    return ours <= limit * bare if limit is not None else True


def judge_failing(runs, packets):
    events = runs["tlswhyd"][-1].found
    ours = statistics.median(run.cpu for run in runs["tlswhyd"]) / packets * 1e9
    print(f"\n{events:,} events. Allowed: 2,000 ns a packet: {'kept' if ours <= 2000 else 'NOT KEPT'}.")
    return ours <= 2000


def judge_flood(runs, count):
    run = runs["tlswhyd"][-1]
    events = run.found
    per_syn = statistics.median(r.cpu for r in runs["tlswhyd"]) / count * 1e9
    kept = per_syn <= 300 and events >= 990 and run.memory <= 64 + 16
    print(f"\n{per_syn:,.0f} ns a SYN (allowed 300), {events} of 1,000 failures diagnosed (at least 990), peak memory "
          f"{run.memory:,.0f} MiB (allowed 64 + 16): {'kept' if kept else 'NOT KEPT'}.")
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="build folder")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each tool (default 5; the slow ones once)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the captures (default 1)")
    parser.add_argument("--only", help="one of: " + ", ".join(CAPTURES))
    parser.add_argument("--no-slow", action="store_true", help="leave tshark, ndpiReader and ssldump out")
    options = parser.parse_args()
    binaries = options.build.resolve() / "bin"
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for title, (kind, count, names, limit) in CAPTURES.items():
            if options.only not in (None, title):
                continue
            path, count = os.path.join(folder, "traffic.pcap"), max(1, int(count * options.scale))
            templates = [str(TEMPLATES / f"{name}.pcap") for name in names]
            subprocess.run([binaries / "make_traffic", kind, str(count), path, *templates], check=True)
            os.sync()  # or the disk is busy while we measure
            packets = packets_of(binaries / "bare_loop", path)
            slow = not options.no_slow and kind != "syns"
            runs = measure(tools_for(binaries, path, slow), options.rounds)
            good &= report(title, runs, packets, limit)
            if title == "failing":
                good &= judge_failing(runs, packets)
            if kind == "syns":
                good &= judge_flood(runs, count)
            os.unlink(path)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
