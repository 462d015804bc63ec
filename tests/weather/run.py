#!/usr/bin/env python3
"""Weather that is not a failure: `run.py --daemon TLSWHYD [--rules FOLDER] [--handshakes N] [NAME ...]`.

Derives captures from handshakes that went well (golden cases and templates of the benchmark) and from traffic that is
none of our business, and requires that not one failure event comes out, and that tlswhyd reads each file to its end.
Where nothing was lost, every handshake must still be recognised as a success. Seeded: two runs make the same captures.
"""
import argparse
import collections
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

import frames
import skies

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
SECONDS = 300
SEED = 20261121
# In these nothing that matters is missing: all handshakes are successes. TLS 1.3 in the server's direction only, or cut
# off, is not among them.
WHOLE = ("clear", "reordered", "a mirror of two ports", "all interfaces of a router", "retransmissions",
         "losses that were made good", "a slow path", "VLAN")


def good_flows():
    """Connections of the captures whose handshakes went well."""
    paths = sorted(glob.glob(os.path.join(TESTS, "golden", "success_*", "capture.pcap")) +
                   glob.glob(os.path.join(TESTS, "bench", "templates", "success_*.pcap")))
    return [flow for path in paths for flow in frames.connections(frames.read(path))]


def diagnose(options, path):
    """All events of a capture."""
    command = [options.daemon, "-r", path, "--all", "--format", "json"]
    if options.rules:
        command += ["--rules", options.rules]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"tlswhyd ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-300:]}")
    for line in done.stdout.splitlines():
        yield json.loads(line)


def told(event):
    flow = f"{event['source']['ip']}:{event['source']['port']}"
    return f"{event['event']['code']} ({event['rule']['id']}) {flow}: {event['message']}"


def check(options, name, weather, flows, folder):
    """Runs one weather. Returns the lines that say what is wrong."""
    chance = random.Random(f"{SEED} {name}")
    made = sorted(weather(flows, chance), key=lambda frame: frame.time)
    path = os.path.join(options.keep or folder, name.replace(" ", "_").replace("%", "percent") + ".pcap")
    frames.write(path, made)
    outcomes, wrong = collections.Counter(), []
    for event in diagnose(options, path):
        outcomes[event["event"].get("outcome", "none")] += 1
        if event["event"]["dataset"] == "tlswhy.failure":
            wrong.append(told(event))
    if not options.keep:
        os.unlink(path)
    if name in WHOLE and set(outcomes) != {"success"}:
        wrong.append(f"all handshakes went well, and it says {dict(outcomes)}")
    print(f"{name}: {len(made)} packets; {dict(outcomes)}", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description="Weather that is not a failure.")
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--rules", default="")
    parser.add_argument("--handshakes", type=int, default=20000, help="in the capture that lost 1 %% of its packets")
    parser.add_argument("--keep", default="", help="an existing folder for the captures")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    flows, failed = good_flows(), 0
    if not flows:
        raise SystemExit("there are no captures to derive from")
    chosen = {name: weather for name, weather in skies.weathers(options.handshakes).items()
              if not options.names or name in options.names}
    with tempfile.TemporaryDirectory(prefix="tlswhy-weather-") as folder:
        for name, weather in chosen.items():
            wrong = check(options, name, weather, flows, folder)
            failed += bool(wrong)
            for line in wrong[:8]:
                print(f"    {line}")
            if len(wrong) > 8:
                print(f"    and {len(wrong) - 8} more")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
