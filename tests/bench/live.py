#!/usr/bin/env python3
"""Live on a veth pair: does tlswhyd drop packets at 300,000 a second, and what does a packet cost it?

Makes two network namespaces, sends a gateway mix from one to the other, and lets tcpdump -w /dev/null and tlswhyd
watch in turn, each with a 64 MiB buffer. Needs root. Prints Markdown.
"""

import argparse
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
SENDER, WATCHER = f"tw{os.getpid()}s", f"tw{os.getpid()}w"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def namespaces_make():
    for name in (SENDER, WATCHER):
        ip("netns", "add", name)
    ip("link", "add", "out0", "netns", SENDER, "type", "veth", "peer", "name", "in0", "netns", WATCHER)
    for name, link in ((SENDER, "out0"), (WATCHER, "in0")):
        ip("-n", name, "link", "set", link, "up")


def namespaces_remove():
    for name in (SENDER, WATCHER):
        subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)


def watch(command, binaries, capture, packets, rate):
    """CPU seconds of the watcher, its standard error, and the rate that was reached."""
    watcher = subprocess.Popen(["ip", "netns", "exec", WATCHER, *command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1.0)
    sender = subprocess.run(["ip", "netns", "exec", SENDER, str(binaries / "blast"), "out0", capture, str(packets),
                             str(rate)], check=True, capture_output=True, text=True)
    time.sleep(0.5)
    watcher.send_signal(signal.SIGINT)
    errors = watcher.stderr.read()
    _, _, usage = os.wait4(watcher.pid, 0)
    watcher.returncode = 0
    return usage.ru_utime + usage.ru_stime, errors, sender.stdout.strip()


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--packets", type=int, default=3_000_000)
    parser.add_argument("--rate", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    binaries = options.build.resolve() / "bin"
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "mix.pcap")
        templates = [str(TEMPLATES / f"{name}.pcap") for name in ("success_tls12", "success_tls13")]
        subprocess.run([binaries / "make_traffic", "mix", "5000", capture, *templates], check=True)
        namespaces_make()
        try:
            return compare(options, binaries, capture)
        finally:
            namespaces_remove()


def compare(options, binaries, capture):
    commands = {
        "tcpdump -w /dev/null": ["tcpdump", "-i", "in0", "-B", "65536", "-w", "/dev/null"],
        "tlswhyd": [str(binaries / "tlswhyd"), "-i", "in0", "--statistics"],
    }
    seconds = {name: [] for name in commands}
    dropped = {name: 0 for name in commands}
    rates = []
    for _ in range(options.rounds):
        for name, command in commands.items():
            cpu, errors, rate = watch(command, binaries, capture, options.packets, options.rate)
            seconds[name].append(cpu)
            rates.append(rate)
            pattern = r"dropped by the kernel (\d+)" if name == "tlswhyd" else r"(\d+) packets? dropped by kernel"
            drops = number(pattern, errors)
            if drops is None:
                sys.exit(f"{name} did not say what was dropped: {errors}")
            dropped[name] += drops
    print("| tool | ns of CPU a packet | dropped |\n| --- | --- | --- |")
    for name in commands:
        print(f"| {name} | {statistics.median(seconds[name]) / options.packets * 1e9:,.0f} | {dropped[name]} |")
    ratio = statistics.median(seconds["tlswhyd"]) / statistics.median(seconds["tcpdump -w /dev/null"])
    kept = ratio <= 1.5 and dropped["tlswhyd"] == 0
    print(f"\nRate: {rates[-1]}. Ratio {ratio:.2f} (allowed 1.5), dropped by tlswhyd {dropped['tlswhyd']} (allowed 0): "
          f"{'kept' if kept else 'NOT KEPT'}.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
