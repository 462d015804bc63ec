#!/usr/bin/python3
"""/metrics and /healthz of a daemon that runs, and the alerts that are shipped.

    run.py --daemon TLSWHYD --rules FOLDER

Watches a veth pair in network namespaces of its own, lets a connection be refused, and scrapes. promtool, where it is
installed, checks the text and the alert rules; every metric that an alert names has to be one of the daemon's, and
docs/operations.md has to list them all. Exits with 77, saying why, where namespaces cannot be made.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "live"))

from interfaces.world import Link, Program, World                            # noqa: E402
from lab.namespaces import Unavailable                                       # noqa: E402
from stalls import PATIENCE                                                  # noqa: E402

SKIPPED = 77
ADDRESS = "127.0.0.1:9788"
ALERTS = os.path.join(PROJECT, "share", "prometheus", "tlswhy.rules.yml")
SCRAPE = """
import sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    answer = opener.open(sys.argv[1], timeout=60)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status)
print(answer.headers["Content-Type"])
sys.stdout.write(answer.read().decode())
"""
KNOCK = "import socket, sys; socket.socket().connect_ex((sys.argv[1], 443))"


class Scraped:
    """One answer of the daemon."""

    def __init__(self, status, kind, text):
        self.status, self.kind, self.text = int(status), kind, text

    def value(self, series):
        match = re.search(f"^{re.escape(series)} (\\S+)$", self.text, re.MULTILINE)
        assert match, f"there is no {series}"
        return float(match.group(1))


class Checks:
    """What was held and what was not."""

    def __init__(self):
        self.failed = 0

    def hold(self, what, good, detail=""):
        print(f"{'ok    ' if good else 'FAILED'} {what}{'' if good else f': {detail}'}", flush=True)
        self.failed += not good


def scrape(world, page):
    done = subprocess.run(world.enter(world.client) + [sys.executable, "-c", SCRAPE, f"http://{ADDRESS}{page}"],
                          capture_output=True, text=True, timeout=PATIENCE, check=True)
    return Scraped(*done.stdout.split("\n", 2))


def promtool(checks, what, words, text=None):
    """One command of promtool; left out, saying so, where it is not installed."""
    if not shutil.which("promtool"):
        print(f"left   out: {what}: promtool (package prometheus) is not installed")
        return
    done = subprocess.run(["promtool", *words], input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    checks.hold(what, done.returncode == 0, done.stdout + done.stderr)


def wait_for(world, series, wanted):
    """Scrapes until SERIES has the value WANTED; the last answer."""
    deadline = time.monotonic() + PATIENCE
    while True:
        scraped = scrape(world, "/metrics")
        if f"\n{series} {wanted}\n" in scraped.text or time.monotonic() > deadline:
            return scraped
        time.sleep(0.2)


def metrics_check(checks, world, link):
    subprocess.run(world.enter(world.client) + [sys.executable, "-c", KNOCK, link.server], timeout=PATIENCE, check=True)
    refused = 'tlswhy_failures_total{cause="tcp.refused",at_fault="server"}'
    scraped = wait_for(world, refused, 1)
    checks.hold("a refusal is counted by cause and fault", scraped.value(refused) == 1, scraped.value(refused))
    checks.hold("and by outcome", scraped.value('tlswhy_handshakes_total{outcome="failure"}') == 1)
    hits = sum(float(value) for value in re.findall(r"^tlswhy_rule_hits_total\S* (\S+)$", scraped.text, re.MULTILINE))
    checks.hold("and by rule", hits == 1, hits)
    checks.hold("the type says the format", scraped.kind == "text/plain; version=0.0.4; charset=utf-8", scraped.kind)
    checks.hold("packets are counted", scraped.value("tlswhy_packets_total") >= 2)
    checks.hold("the event went out", wait_for(world, 'tlswhy_output_events_total{output="stdout"}', 2).status == 200)
    told = [word for word in (link.name, link.address, link.server) if f'"{word}' in scraped.text]
    checks.hold("no name and no address is a label", not told, told)
    promtool(checks, "promtool check metrics", ["check", "metrics"], scraped.text)
    return scraped


def health_check(checks, world, link):
    scraped = scrape(world, "/healthz")
    checks.hold("healthy", scraped.status == 200 and scraped.text == "ok\n", scraped.text)
    link.delete()
    scraped = wait_for(world, 'tlswhy_interfaces{state="absent"}', 1)
    checks.hold("an absent interface is counted", scraped.value('tlswhy_interfaces{state="absent"}') == 1)
    checks.hold("and its loss", scraped.value("tlswhy_interface_losses_total") == 1)
    scraped = scrape(world, "/healthz")
    checks.hold("not healthy without its interface",
                scraped.status == 503 and scraped.text == f"interface {link.name} is absent\n", scraped.text)


def alerts_check(checks, scraped):
    with open(ALERTS, encoding="utf-8") as file:
        expressions = "\n".join(re.findall(r"expr: *(\|(?:\n {10,}.*)+|.*)", file.read()))
    named = set(re.findall(r"\btlswhy_[a-z_]+", expressions))
    ours = set(re.findall(r"^# TYPE (\S+) ", scraped.text, re.MULTILINE))
    checks.hold(f"the {len(named)} metrics of the alerts are ours", named and named <= ours, sorted(named - ours))
    promtool(checks, "promtool check rules", ["check", "rules", ALERTS])
    promtool(checks, "promtool test rules", ["test", "rules", os.path.join(HERE, "rules_test.yml")])


def documents_check(checks, scraped):
    with open(os.path.join(PROJECT, "docs", "operations.md"), encoding="utf-8") as file:
        documented = set(re.findall(r"^\| `([a-z_]+)`[^|]* \| [A-Z1]", file.read(), re.MULTILINE))
    ours = set(re.findall(r"^# TYPE (\S+) ", scraped.text, re.MULTILINE))
    documented = {name for name in documented if name.startswith(("tlswhy_", "process_"))}
    checks.hold("docs/operations.md lists our metrics", documented == ours, sorted(documented ^ ours))


def run(arguments, world, folder):
    checks = Checks()
    link = Link(world, 1)
    link.make()
    command = [arguments.daemon, "-i", link.name, "--rules", arguments.rules, "--metrics", ADDRESS, "--output", "stdout"]
    program = Program(world.enter(world.client) + command, os.path.join(folder, "log"))
    try:
        program.wait_for(lambda event: event["event"].get("code") == "started", "word of its start")
        scraped = metrics_check(checks, world, link)
        health_check(checks, world, link)
        alerts_check(checks, scraped)
        documents_check(checks, scraped)
    except (AssertionError, subprocess.SubprocessError) as error:
        checks.hold("the course of it", False, error)
    trouble = program.stop()
    checks.hold("it ends well", trouble is None, trouble)
    return checks.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--rules", required=True)
    arguments = parser.parse_args()
    try:
        with World() as world, tempfile.TemporaryDirectory() as folder:
            return 1 if run(arguments, world, folder) else 0
    except Unavailable as error:
        print(f"skipped: {error}")
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
